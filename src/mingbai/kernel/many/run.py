"""Run many: asks of one command through the one door, some thousands a transaction, one entry for each chunk.

An outcome and a request id for every ask; an ask that is refused stops nothing and leaves nothing. The entry commits to every
ask by a Merkle root, so each can be proved alone. One by one and many give the same tables, outcomes and balances.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from operator import itemgetter
from typing import Any, NamedTuple
from uuid import UUID

from django.db import DatabaseError, transaction
from pydantic import BaseModel

from mingbai.kernel import access
from mingbai.kernel.acting import Acting, Asked, Told
from mingbai.kernel.actors import OPERATOR, Actor, Context, Hat
from mingbai.kernel.ahead import Remembering
from mingbai.kernel.asks import Ask, as_plain, sealed_names, split, split_many
from mingbai.kernel.garbage import growing
from mingbai.kernel.guard import door
from mingbai.kernel.identity import id_of, uuid7
from mingbai.kernel.journal import entries
from mingbai.kernel.journal.asks import AskLine, claiming, forget_claims, place_claims
from mingbai.kernel.many.working import Working
from mingbai.kernel.perform import (
    TRIES,
    _inner,
    answered,
    find_command,
    note_overruled,
    parse_all,
    react,
    runs_again,
)
from mingbai.kernel.places import ROOT, check_place, is_under, parent_of
from mingbai.kernel.reactions import REACTIONS
from mingbai.kernel.refusals import Conflict, Refused
from mingbai.kernel.registry import Command
from mingbai.kernel.rows import Reads, RowLine, Stale, Store
from mingbai.kernel.turn import turn
from mingbai.kernel.words import Known

NO_RULE: tuple[str, ...] = ()
CHUNK = 4000  # a quarter of a second: nobody else writes meanwhile
TABLE_AND_ID: Callable[[RowLine], tuple[str, str]] = itemgetter(0, 1)
Step = Callable[[Acting, Sequence["Outcome"]], None]


class One(NamedTuple):
    """One of many asks: its fields, the id of its request, and when it happened."""

    ask: Ask | dict[str, Any]
    request: UUID
    at: dt.datetime | None = None
    may_overrule: bool = False


class Outcome(NamedTuple):
    """What became of one ask: accepted, overruled, already_done, or refused with the rule."""

    request: UUID
    outcome: str
    result: dict[str, Any]
    refusal: Refused | None = None


def run_many(
    name: str | Callable[..., Any],
    asks: Iterable[One],
    *,
    as_: Actor = OPERATOR,
    mandate: UUID | None = None,
    known: Known = Known.OBSERVED,
    case: UUID | None = None,
    step: Step | None = None,
    heard: Callable[[entries.Written], None] | None = None,
    chunk: int = CHUNK,
) -> Iterator[list[Outcome]]:
    """Do a command for many asks; give the outcomes chunk by chunk, each after its transaction is on the disk.

    `step` is called at the end of each chunk's transaction, and what it changes is bound by the chunk's entry: how a job
    moves its progress together with its rows. `heard` is told of each chunk's entry once that is on the disk.
    """
    command = find_command(name)
    context = Context(mandate=mandate, known=known, case=case)
    for part in parted(asks, chunk):
        with growing():
            done = _run_chunk(command, part, as_, context, step)
            outcomes, written = [done.outcomes[at] for at in range(len(part))], done.written
            del done  # while nobody looks for garbage: there is too much of it to be looked through
        if heard is not None and written is not None:
            heard(written)
        yield outcomes


def parted(asks: Iterable[One], size: int) -> Iterator[list[One]]:
    """Give asks in parts of a size."""
    rest = iter(asks)
    while part := list(islice(rest, size)):
        yield part


def _run_chunk(
    command: Command, part: list[One], actor: Actor, context: Context, step: Step | None
) -> "Chunk":
    for attempt in range(TRIES):
        try:
            chunk = Chunk(command, part, actor, context, step)
            with turn():
                chunk.run()
            for last in chunk.afterwards:
                last()
            return chunk
        except Stale:
            continue
        except DatabaseError as fault:
            if not runs_again(fault, attempt):
                raise
    raise Conflict("REQ-2")


class Chunk:
    """One transaction's worth of asks."""

    def __init__(
        self,
        command: Command,
        part: list[One],
        actor: Actor,
        context: Context,
        step: Step | None,
    ) -> None:
        self.command, self.part, self.actor, self.context = command, part, actor, context
        self.step = step
        self.entry = uuid7()
        self.working = Working() if command.many is not None else None
        self.store: Store = self.working or Store()
        self.lines: dict[int, AskLine] = {}  # by the numbers of their requests
        self.rows: dict[tuple[str, str], RowLine] = {}
        self.outcomes: dict[int, Outcome] = {}
        self.last: dict[tuple[Any, ...], Callable[[Acting], None]] = {}
        self.afterwards: list[Callable[[], None]] = []
        self.hats: dict[str, Hat | Refused] = {}
        self.places: set[str] = set()
        self.hands: Acting | None = None
        self.claimed: dict[int, int] = {}
        self.written: entries.Written | None = None

    def run(self) -> None:
        """Do every ask, write the rows and the entry, and note what became of each."""
        plain = Remembering()
        self.known = entries.known_as(self.actor.via, self.context.known)
        parsed = self.parsed()
        claims = list(claiming(plain, self.entry, [self.part[at].request for at in parsed]))
        # What the acts will need is read with the claims, in one way there and back, and after they were made.
        needed = self.needed(list(parsed.values()))
        with door():
            self.moment, self.hat, found = access.now_and_hat(
                plain, self.actor, self.context, *claims, *next(needed, ())
            )
        claimed = found[: len(claims)]
        fresh = self.claimed = {request: at for part in claimed for request, at in part.items()}
        if fresh:
            with door():
                for more in needed:
                    plain.together(*more)
        done: set[int] = set()
        if self.all_together(parsed):
            known = {at for at in parsed if self.part[at].request.int not in fresh}
            done = self.together({at: ask for at, ask in parsed.items() if at not in known})
            parsed = {at: parsed[at] for at in known}
        for at, ask in parsed.items():
            request = self.part[at].request.int
            if request not in fresh or request in done:
                self.outcomes[at] = self.seen_before(plain, at, ask)
                continue
            if self.one(at, ask):
                done.add(request)
        forget_claims(plain, [id_of(number) for number in sorted(fresh.keys() - done)])
        if self.lines or self.step is not None:
            self.close(plain)

    def needed(self, asks: list[Ask]) -> Reads:
        """Give the statements that read what the asks will need, those of one round after the other."""
        if self.working is not None and self.command.many is not None and asks:
            yield from self.command.many(self.working, asks)

    def parsed(self) -> dict[int, Ask]:
        """Return the asks that fit; the others are refused in plain words."""
        found: dict[int, Ask] = {}
        asks = parse_all(self.command.ask, [one.ask for one in self.part])
        for at, ask in enumerate(asks):
            if isinstance(ask, Refused):
                self.outcomes[at] = Outcome(self.part[at].request, "refused", {}, ask)
            else:
                found[at] = ask
        return found

    def seen_before(self, store: Store, at: int, ask: Ask) -> Outcome:
        """Return the stored outcome of a request that was seen before."""
        request = self.part[at].request
        line = self.lines.get(request.int)
        try:
            if line is not None:
                if (line.opened, line.private) != split(ask):
                    raise Conflict("REQ-1")
                return Outcome(request, "already_done", line.result)
            found = answered(store, self.command, ask, self.actor, request)
        except Refused as refusal:
            return Outcome(request, "refused", {}, refusal.let_go())
        return Outcome(request, "already_done", found.result)

    def acting(self, entry: UUID, hat: Hat, place: str, at: dt.datetime) -> Acting:
        """Return the hands of one act of the chunk."""
        if self.hands is not None:
            return self.hands.another(entry=entry, hat=hat, place=place, at=at)
        self.hands = Acting(
            store=self.store,
            entry=entry,
            command=self.command.name,
            hat=hat,
            via=self.actor.via,
            place=place,
            at=at,
            now=self.moment,
            known=self.known,
            came_by=self.actor.link,
            run_inner=None if self.working is not None else _inner,
            afterwards=self.afterwards,
            last=self.last,
        )
        return self.hands

    def one(self, at: int, ask: Ask) -> bool:
        """Do one ask; tell whether it was accepted."""
        one, working = self.part[at], self.working
        if working is not None:
            working.begin()
        try:
            place = "" if self.command.placeless else str(getattr(ask, "place"))  # noqa: B009
            hat = self.hats.get(place)
            if hat.__class__ is not Hat:
                hat = self.allowed(place)
            when = one.at or self.context.at or self.moment
            if when > self.moment:
                raise Refused("ASK-3")
            acting = self.acting(one.request, hat, place, when)
            acting.may_overrule = one.may_overrule and self.command.records
            if working is not None:
                answer = self.command.function(acting, ask)
                note_overruled(acting)
                react(acting, self.command.name, ask, answer)
            else:
                with transaction.atomic(using="default"):
                    answer = self.command.function(acting, ask)
                    acting.close_common()
                    note_overruled(acting)
                    react(acting, self.command.name, ask, answer)
                self.rows |= acting.rows
        except Refused as refusal:
            if working is not None:
                working.roll_back()
            self.outcomes[at] = Outcome(one.request, "refused", {}, refusal.let_go())
            return False
        result = as_plain(answer) if isinstance(answer, BaseModel) else {}
        opened, private = split(ask)
        outcome, first, against = "accepted", None, NO_RULE
        if acting.overruled:
            outcome, first = "overruled", acting.overruled[0]
            against = tuple([refusal.code for refusal in acting.overruled])
        line = AskLine(one.request, when, opened, private, result, against)
        self.lines[one.request.int] = line
        self.places.add(place)
        self.outcomes[at] = Outcome(one.request, outcome, result, first)
        return True

    def all_together(self, parsed: dict[int, Ask]) -> bool:
        """Tell whether the asks are done together: each a request of its own, and nothing follows from one alone."""
        return (
            self.command.of_many is not None
            and self.command.name not in REACTIONS
            and len({self.part[at].request.int for at in parsed}) == len(parsed)
        )

    def together(self, asks: dict[int, Ask]) -> set[int]:
        """Do asks together; return the requests that were accepted."""
        asked, ats, part = list[Asked[Any]](), list[int](), self.part
        hats = {place: self.hat_at(place) for place in {ask.place for ask in asks.values()}}  # type: ignore[attr-defined]
        usual = self.context.at or self.moment
        for at, ask in asks.items():
            one = part[at]
            hat, when = hats[ask.place], one.at or usual  # type: ignore[attr-defined]
            if hat.__class__ is Hat and when <= self.moment:
                ats.append(at)
                asked.append(Asked(ask, one.request, when))
            else:
                refusal = hat if isinstance(hat, Refused) else Refused("ASK-3")
                self.outcomes[at] = Outcome(one.request, "refused", {}, refusal)
        if not asked:
            return set()
        assert self.command.of_many is not None and self.working is not None
        self.working.begin()
        any_hat = next(hat for hat in hats.values() if isinstance(hat, Hat))
        told = self.command.of_many(self.acting(self.entry, any_hat, "", self.moment), asked)
        return self.told_together(ats, asked, told)

    def told_together(
        self, ats: Sequence[int], asked: Sequence[Asked[Any]], told: Sequence[Told]
    ) -> set[int]:
        """Note what came of asks that were done together; return the requests that were accepted."""
        done, lines, outcomes = set(), self.lines, self.outcomes
        fields = split_many([ask for ask, _request, _when in asked])
        for at, (ask, request, when), came, (opened, private) in zip(
            ats, asked, told, fields, strict=True
        ):
            if isinstance(came, Refused):
                outcomes[at] = Outcome(request, "refused", {}, came)
                continue
            done.add(request.int)
            lines[request.int] = AskLine(request, when, opened, private, came)
            outcomes[at] = Outcome(request, "accepted", came)
            self.places.add(ask.place)
        return done

    def allowed(self, place: str) -> Hat:
        """Return the office as which the act at a place is done; the same answer for the same place."""
        found = self.hat_at(place)
        if isinstance(found, Refused):
            raise found
        return found

    def hat_at(self, place: str) -> Hat | Refused:
        """Return the office as which acts at a place are done, or why they are not."""
        found = self.hats.get(place)
        if found is None:
            try:
                if place:
                    check_place(self.store, place)
                found = access.check_command(
                    self.command, self.actor, self.hat, place or None, self.context.case
                )
            except Refused as refusal:
                found = refusal.let_go()
            self.hats[place] = found
        return found

    def close(self, plain: Store) -> None:
        """Look at what is looked at last, write the rows, and the entry that commits to every ask."""
        place = common_place(self.places)
        hat = next((hat for hat in self.hats.values() if isinstance(hat, Hat)), self.hat)
        assert hat is not None
        acting = self.acting(self.entry, hat, place, self.moment)
        acting.last = {}
        acting.close_common()
        if self.working is not None and self.last:
            # What is looked at last may sum over the tables, so the chunk's rows are written first.
            self.take_lines(self.working)
        for function in self.last.values():
            function(acting)
        if self.step is not None:
            self.step(acting, [self.outcomes[at] for at in range(len(self.part))])
        if self.working is not None:
            self.take_lines(self.working)
        else:
            self.rows |= acting.rows
        lines = list(self.lines.values())
        self.written = entries.write_many(
            plain,
            entries.Draft(
                id=self.entry,
                command=self.command.name,
                place=place,
                mandate=hat.mandate,
                role=hat.role,
                via=self.actor.via,
                known=self.known,
                at=max({line.at for line in lines}, default=self.moment),
                sealed=sealed_names(self.command.ask),
                recorded_at=self.moment,
                opened={},
                private={},
                result={},
                case=self.context.case,
                rows=self.rows,
            ),
            lines,
        )
        place_claims(plain, [line.request for line in lines], self.claimed)

    def take_lines(self, working: Working) -> None:
        """Write what is kept in memory and bind it."""
        lines = working.flush()
        self.rows.update(zip(map(TABLE_AND_ID, lines), lines, strict=True))


def common_place(places: Iterable[str]) -> str:
    """Return the lowest place that all of these are or lie under."""
    found: str | None = None
    for place in places:
        if not place:
            continue
        found = found or place
        while found != ROOT and not is_under(place, found):
            found = parent_of(found)
    return found or ""
