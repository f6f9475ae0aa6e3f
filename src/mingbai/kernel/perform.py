"""Perform and answer: the one way to write and the one way to ask, for every face of the house."""

import datetime as dt
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID, uuid5

from django.db import DatabaseError
from pydantic import BaseModel, TypeAdapter, ValidationError

from mingbai.kernel import access, limits
from mingbai.kernel.acting import Acting, Asking
from mingbai.kernel.actors import HOUSE, OPERATOR, Actor, Context, Hat
from mingbai.kernel.ahead import Ahead
from mingbai.kernel.asks import Ask, sealed_names, split
from mingbai.kernel.canonical import canonical
from mingbai.kernel.clock import parse_stamp, stamp
from mingbai.kernel.faults import asked_wrongly
from mingbai.kernel.guard import door
from mingbai.kernel.identity import uuid7
from mingbai.kernel.journal import entries
from mingbai.kernel.keys import keys
from mingbai.kernel.models import Job
from mingbai.kernel.moment import now as moment_now
from mingbai.kernel.places import check_place
from mingbai.kernel.reactions import REACTIONS
from mingbai.kernel.refusals import Conflict, Refused
from mingbai.kernel.registry import REGISTRY, Command, Query, Scope
from mingbai.kernel.rows import Stale, Store
from mingbai.kernel.turn import turn
from mingbai.kernel.words import Known, Role, Via
from mingbai.proofs.merkle import leaf_hash

TRIES = 6
EARLIEST_YEAR = 1900
ADDED_FIRST = "23505"
MET_ANOTHER = {"40P01", "40001"}
"""What PostgreSQL says when two acts met: a ring of locks, an order that does not fit. Run again, the act sees what the other did."""
NAMES_AGED = {"0A000", "26000"}
"""What it says when a table changed under a statement's name, or the name was taken away; run again, nothing has a name."""
DEPTH_MOST = 5


@dataclass(frozen=True)
class Receipt:
    """What the account answers to an act: its entry, its leaf hash, and a signed promise to put it into the tree."""

    entry: UUID
    command: str
    result: dict[str, Any]
    recorded_at: dt.datetime
    leaf: str
    promise: str
    already: bool

    def as_json(self) -> dict[str, Any]:
        """Return the receipt as programs read it."""
        return {
            "entry": str(self.entry),
            "command": self.command,
            "outcome": "already_done" if self.already else "accepted",
            "recorded_at": stamp(self.recorded_at),
            "leaf": self.leaf,
            "promise": self.promise,
            "result": self.result,
        }


def find_command(name: str | Callable[..., Any]) -> Command:
    """Return a registered command by its name or function."""
    key = name if isinstance(name, str) else name.command_name  # type: ignore[attr-defined]
    if key not in REGISTRY.commands:
        raise Refused("ASK-4", name=str(key)[:80])
    return REGISTRY.commands[key]


def find_query(name: str | Callable[..., Any]) -> Query:
    """Return a registered query by its name or function."""
    key = name if isinstance(name, str) else name.query_name  # type: ignore[attr-defined]
    if key not in REGISTRY.queries:
        raise Refused("ASK-4", name=str(key)[:80])
    return REGISTRY.queries[key]


def parse(kind: type[Ask], ask: Ask | dict[str, Any]) -> Ask:
    """Return the ask as its class; what does not fit is refused in plain words."""
    if isinstance(ask, kind):
        return ask
    try:
        return kind.model_validate(ask)
    except ValidationError as fault:
        raise asked_wrongly(kind, fault) from None


def parse_all(kind: type[Ask], asks: Sequence[Ask | dict[str, Any]]) -> list[Ask | Refused]:
    """Return each of many asks as its class, or in plain words why it does not fit."""
    try:
        return list_of(kind).validate_python(asks)
    except ValidationError:
        return [parsed_or_refused(kind, ask) for ask in asks]


@cache
def list_of(kind: type[Ask]) -> TypeAdapter[list[Any]]:
    """Return what reads many asks of a class at once."""
    return TypeAdapter(list[kind])  # type: ignore[valid-type]


def parsed_or_refused(kind: type[Ask], ask: Ask | dict[str, Any]) -> Ask | Refused:
    """Return an ask as its class, or in plain words why it does not fit."""
    try:
        return parse(kind, ask)
    except Refused as refusal:
        return refusal.let_go()


def perform(
    name: str | Callable[..., Any],
    ask: Ask | dict[str, Any],
    *,
    as_: Actor = OPERATOR,
    request_id: UUID | None = None,
    mandate: UUID | None = None,
    at: dt.datetime | None = None,
    known: Known = Known.OBSERVED,
    case: UUID | None = None,
) -> Receipt:
    """Do a command and return its receipt; a resend with the same id gets the stored one."""
    command = find_command(name)
    parsed = parse(command.ask, ask)
    context = Context(mandate=mandate, at=at, known=known, case=case)
    request = request_id or uuid7()
    if command.public and as_.person is None and command.per_hour:
        limits.check(f"{command.name}/{as_.link or as_.address}", command.per_hour)
    for attempt in range(TRIES):
        try:
            afterwards: list[Callable[[], None]] = []
            with turn():
                receipt = _once(command, parsed, as_, request, context, afterwards)
            for last in afterwards:
                last()
            return receipt
        except Stale:
            continue
        except DatabaseError as fault:
            if not runs_again(fault, attempt):
                raise
    raise Conflict("REQ-2")


def runs_again(fault: DatabaseError, attempt: int) -> bool:
    """Tell whether an act that met this fault is run again; one that would meet it at every attempt shows it in the end."""
    state = getattr(fault.__cause__, "sqlstate", None)
    if state in MET_ANOTHER:
        return True
    return (state == ADDED_FIRST or state in NAMES_AGED) and attempt < TRIES - 1


def _once(
    command: Command,
    ask: Ask,
    actor: Actor,
    request: UUID,
    context: Context,
    afterwards: list[Callable[[], None]],
) -> Receipt:
    store = Ahead() if command.ahead else Store()
    needed = command.many(store, [ask]) if command.ahead and command.many else iter(())
    with door():
        moment, hat, (fresh, *_read) = access.now_and_hat(
            store, actor, context, entries.claiming(request), *next(needed, ())
        )
    if not fresh:
        return resend(store, command, ask, actor, request)
    for more in needed:
        store.together(*more)
    place = "" if command.placeless else str(getattr(ask, "place"))  # noqa: B009 - every ask with a place has it
    if place:
        check_place(store, place)
    hat = access.check_command(command, actor, hat, place or None, context.case)
    at = context.at or moment
    if at.year < EARLIEST_YEAR:
        raise Refused("ASK-6")
    if at > moment:
        raise Refused("ASK-3")
    known = entries.known_as(actor.via, context.known)
    acting = Acting(
        store=store,
        entry=request,
        command=command.name,
        hat=hat,
        via=actor.via,
        place=place,
        at=at,
        now=moment,
        known=known,
        came_by=actor.link,
        run_inner=_inner,
        afterwards=afterwards,
        alone=True,
    )
    return _done(command, ask, acting, context.case)


def _done(command: Command, ask: Ask, acting: Acting, case: UUID | None = None) -> Receipt:
    answer = command.function(acting, ask)
    acting.close_common()
    note_overruled(acting)
    react(acting, command.name, ask, answer)
    while acting.last:
        acting.last.pop(next(iter(acting.last)))(acting)
    result = (
        answer.model_dump(mode="json", exclude_none=True) if isinstance(answer, BaseModel) else {}
    )
    opened, private = split(ask)
    if unkept := sorted(acting.unkept & private.keys()):
        gone = [f"{acting.entry.hex}/{name}" for name in unkept]
        result["erased_private"] = result.get("erased_private", []) + gone
    draft = entries.Draft(
        id=acting.entry,
        command=command.name,
        place=acting.place,
        mandate=acting.mandate,
        role=acting.role,
        via=acting.via,
        known=acting.known,
        at=acting.at,
        recorded_at=acting.now,
        opened=opened,
        private=private,
        result=result,
        because=acting.because,
        case=case,
        overruled=tuple(refusal.code for refusal in acting.overruled),
        sealed=sealed_names(command.ask),
        unkept=frozenset(unkept),
        rows=acting.rows,
    )
    written = entries.write(acting.store, draft)
    return Receipt(
        entry=acting.entry,
        command=command.name,
        result=result,
        recorded_at=acting.now,
        leaf=written.leaf.hex(),
        promise=promise(written.leaf, stamp(acting.now)),
        already=False,
    )


def react(acting: Acting, name: str, ask: Ask, answer: Any) -> None:
    """Do what follows from an act, in the same transaction."""
    for reaction in REACTIONS.get(name, ()):
        if reaction.alone and acting.run_inner is None:
            continue
        made = reaction.make(acting, ask, answer)
        if made is None:
            continue
        if reaction.how == "with":
            acting.perform(find_command(reaction.run).function, made)
        elif reaction.how == "item":
            acting.raise_item(kind=reaction.run, **made)
        else:
            acting.add(
                Job(
                    kind=reaction.run,
                    place=made["place"],
                    via=Via.HOUSE,
                    total=made["total"],
                    asked_at=acting.now,
                    content=made.get("content", ""),
                )
            )


def note_overruled(acting: Acting) -> None:
    """Leave an open item for the desk where something happened that the rules were against."""
    if acting.overruled:
        acting.raise_item(
            kind="sync.overruled",
            subject=acting.entry.hex,
            place=acting.place,
            role=Role.DESK,
        )


def promise(leaf: bytes, recorded: str) -> str:
    """Return the signed promise that this leaf is put into the tree."""
    text = f"mingbai/promise/1\n{leaf.hex()}\n{recorded}\n"
    return keys().log.sign(text.encode()).hex()


def resend(store: Store, command: Command, ask: Ask, actor: Actor, request: UUID) -> Receipt:
    """Answer a request id that was seen before with the receipt of what was stored."""
    act = answered(store, command, ask, actor, request)
    body = act.body
    leaf = leaf_hash(canonical(body))
    return Receipt(
        entry=request,
        command=command.name,
        result=act.result,
        recorded_at=parse_stamp(body["recorded"]),
        leaf=leaf.hex(),
        promise=promise(leaf, body["recorded"]),
        already=True,
    )


def answered(
    store: Store, command: Command, ask: Ask, actor: Actor, request: UUID
) -> entries.StoredAct:
    """Return the act that answers a request id that was seen before, when it is the same request of the same sender."""
    act = entries.stored_act(store, request)
    if (
        act is None
        or act.body["command"] != command.name
        or not _same_sender(store, act.body, actor)
        or not entries.same_ask(store, act, *split(ask))
    ):
        raise Conflict("REQ-1")
    return act


def _same_sender(store: Store, body: dict[str, Any], actor: Actor) -> bool:
    if body["by"]["via"] != actor.via.value and (
        actor.person is None or body["by"]["mandate"] is None
    ):
        return False
    if body["by"]["mandate"] is None:
        return True
    from_mandate = UUID(hex=body["by"]["mandate"])
    sql = "SELECT person_id FROM kernel_mandate WHERE id = %s"
    row = store.remembered(
        ("person", from_mandate), lambda: store.run(sql, [from_mandate]).fetchone()
    )
    person = row[0] if row else None
    return actor.person is not None and person is not None and UUID(str(person)) == actor.person


def _inner(outer: Acting, function: Callable[..., Any], ask: Ask | dict[str, Any]) -> Any:
    """Run a command inside another: same transaction, an entry of its own that names the outer one as its cause."""
    assert outer.depth < DEPTH_MOST, "commands inside commands inside commands"
    command = find_command(function)
    parsed = parse(command.ask, ask)
    outer.inner += 1
    request = uuid5(outer.entry, f"{command.name}/{outer.inner}/{outer.depth}")
    if not entries.claim(outer.store, request):
        raise Conflict("REQ-1")
    place = "" if command.placeless else str(getattr(parsed, "place"))  # noqa: B009
    inner = Acting(
        store=outer.store,
        entry=request,
        command=command.name,
        hat=Hat(
            role=outer.hat.role,
            place=outer.hat.place,
            mandate=outer.hat.mandate,
            person=outer.hat.person,
        ),
        via=outer.via,
        place=place,
        at=outer.at,
        now=outer.now,
        known=outer.known,
        because=outer.entry,
        depth=outer.depth + 1,
        run_inner=_inner,
        afterwards=outer.afterwards,
    )
    receipt = _done(command, parsed, inner)
    # A row that both changed is bound by the one that changed it last.
    changed = inner.inside | inner.rows.keys()
    outer.inside |= changed
    for key in changed:
        outer.rows.pop(key, None)
    return receipt


def as_house(function: str | Callable[..., Any], ask: Ask | dict[str, Any]) -> Receipt:
    """Do what falls due as the house itself."""
    return perform(function, ask, as_=HOUSE)


def answer(
    name: str | Callable[..., Any],
    ask: Ask | dict[str, Any],
    *,
    as_: Actor = OPERATOR,
    mandate: UUID | None = None,
    as_of: dt.datetime | None = None,
) -> Any:
    """Answer a query within its scope: a list of rows, or one."""
    query = find_query(name)
    parsed = parse(query.ask, ask)
    if query.per_hour and as_.person is None and as_.address:
        limits.check(f"{query.name}/{as_.address}", query.per_hour)
    store = Store()
    moment = moment_now(store)
    place = str(getattr(parsed, "place", "") or "")
    if place:
        check_place(store, place)
    hat = None
    if as_.person is not None or as_.console or as_.via is Via.HOUSE:
        if not (query.scope in (Scope.PUBLIC, Scope.OWN) and mandate is None):
            hat = access.hat_of(store, as_, Context(mandate=mandate), moment)
        elif as_.person is not None:
            hat = Hat(role=Role.RESIDENT, place="", person=as_.person)
        else:
            hat = access.hat_of(store, as_, Context(), moment)
    hat = access.check_query(query, as_, hat, place or None, getattr(parsed, "case", None))
    asked_as_of = as_of or getattr(parsed, "as_of", None)
    asking = Asking(store=store, hat=hat, via=as_.via, now=moment, as_of=asked_as_of, link=as_.link)
    return query.function(asking, parsed)


def rows_as_json(found: Any) -> dict[str, Any]:
    """Return a query's answer as programs read it."""
    if isinstance(found, list):
        return {"rows": [json.loads(row.model_dump_json()) for row in found], "next": None}
    loaded: dict[str, Any] = json.loads(found.model_dump_json())
    return loaded
