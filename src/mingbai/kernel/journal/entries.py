"""Entries: the self-contained body of an act, its commitments to what is private, and its place in the queue."""

import datetime as dt
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from mingbai.kernel.canonical import canonical
from mingbai.kernel.clock import stamp
from mingbai.kernel.guard import door
from mingbai.kernel.identity import drawn_many
from mingbai.kernel.journal.asks import AskLine, StoredAsk, asks_root, find_ask
from mingbai.kernel.keys import keys
from mingbai.kernel.postgresql.statements import Together
from mingbai.kernel.refusals import TooMuch, sentences
from mingbai.kernel.rows import RowLine, Statement, Store, putting
from mingbai.kernel.words import Known, Via
from mingbai.proofs.commitments import SALT_BYTES, commit
from mingbai.proofs.merkle import leaf_hash, leaf_hashes, root_of

BODY_MOST = 60_000
INLINE_ROWS = 64
PRIVATE = ("id", "salt", "value")
DOMAIN = "mingbai/private/1"
PLAIN, SEALED = b"\0", b"\1"
PrivateRow = tuple[str, bytes, bytes]  # the columns of PRIVATE

sentences({"JRN-1": _("This is more than one entry can hold. Send it in smaller parts.")})


@dataclass
class Draft:
    """What an entry will say."""

    id: UUID
    command: str
    place: str
    mandate: UUID | None
    role: str
    via: str
    known: str
    at: dt.datetime
    recorded_at: dt.datetime
    opened: dict[str, Any]
    private: dict[str, Any]
    result: dict[str, Any]
    because: UUID | None = None
    case: UUID | None = None
    overruled: tuple[str, ...] = ()
    sealed: frozenset[str] = frozenset()
    unkept: frozenset[str] = frozenset()
    rows: dict[tuple[str, str], RowLine] = field(default_factory=dict)


@dataclass(frozen=True)
class Written:
    """An entry as it was written."""

    id: UUID
    body: str
    leaf: bytes
    recorded_at: dt.datetime


def commitment(salt: bytes, field_name: str, content: bytes) -> str:
    """Return the commitment to one private value of an entry."""
    return commit(f"{DOMAIN}/{field_name}", salt, content).hex()


def row_lines(rows: dict[tuple[str, str], RowLine]) -> list[str]:
    """Return each bound row as one line of text: its canonical form, put together here for there are many."""
    return [
        f'["{table}","{key}",{version},null]'
        if digest is None
        else f'["{table}","{key}",{version},"{digest}"]'
        for table, key, version, digest in rows.values()
    ]


def rows_root(lines: list[str]) -> str:
    """Return the Merkle root over the lines of bound rows."""
    return root_of(leaf_hashes(map(str.encode, lines))).hex()


def known_as(via: Via, known: Known) -> Known:
    """Return how an act is known: what is told from a shell is never first-hand."""
    return Known.REPORTED if via is Via.CONSOLE and known is Known.OBSERVED else known


def write(store: Store, draft: Draft) -> Written:
    """Write an entry with its commitments and put it into the queue; the request id is already claimed."""
    private = {name: canonical(value) for name, value in draft.private.items()}
    salts = {name: os.urandom(32) for name in private}
    commitments = {
        name: commitment(salts[name], name, content) for name, content in private.items()
    }
    body = body_of(draft, commitments)
    return _write(store, draft, body, kept_values(draft, private, salts))


def write_many(store: Store, draft: Draft, asks: Sequence[AskLine]) -> Written:
    """Write one entry that commits to many asks, each with one commitment to all its private fields."""
    names = [str(at) if ask.private else None for at, ask in enumerate(asks)]
    contents = [canonical(ask.private) if ask.private else None for ask in asks]
    salts = drawn_many(len(asks), SALT_BYTES)
    lines = lines_of_many(asks, names, salts, contents)
    body = body_of(draft, {})
    body["many"] = {"count": len(lines), "root": asks_root(lines)}
    listed = [Statement("INSERT INTO journal_request (id) VALUES (%s)", [draft.id])]
    if lines:
        listed.append(list_of("journal_asks", draft.id, b"\n".join(lines).decode()))
    kept = kept_of_many(draft, asks, names, salts, contents)
    return _write(store, draft, body, kept, listed)


def lines_of_many(
    asks: Sequence[AskLine],
    names: Sequence[str | None],
    salts: Sequence[bytes],
    contents: Sequence[bytes | None],
) -> list[bytes]:
    """Return the line of each of many asks, with the commitment to its private fields."""
    committed = [
        commitment(salt, name, content) if name is not None and content is not None else None
        for name, salt, content in zip(names, salts, contents, strict=True)
    ]
    stamped = cache(stamp)  # the asks of a chunk have few moments
    return [
        canonical([request.hex, stamped(at), opened, known, result, list(against)])
        if against
        else canonical([request.hex, stamped(at), opened, known, result])
        for (request, at, opened, _private, result, against), known in zip(
            asks, committed, strict=True
        )
    ]


def kept_of_many(
    draft: Draft,
    asks: Sequence[AskLine],
    names: Sequence[str | None],
    salts: Sequence[bytes],
    contents: Sequence[bytes | None],
) -> list[PrivateRow]:
    """Return the private values of many asks as they are kept: encrypted where the type of one of the fields says so."""
    closed = cache(lambda fields: is_sealed(draft.sealed, fields))  # they have few forms
    prefix, held = f"{draft.id.hex}/", keys()
    there = [
        (prefix + name, salt, content, closed(tuple(ask.private)))
        for ask, name, salt, content in zip(asks, names, salts, contents, strict=True)
        if name is not None and content is not None
    ]
    sealed = [(name.encode(), content) for name, _salt, content, shut in there if shut]
    locked = iter(
        held.ring.seal_each(
            [held.journal_lock] * len(sealed),
            [name for name, _content in sealed],
            [content for _name, content in sealed],
        )
    )
    return [
        (name, salt, SEALED + next(locked) if shut else PLAIN + content)
        for name, salt, content, shut in there
    ]


def body_of(draft: Draft, commitments: dict[str, str]) -> dict[str, Any]:
    """Return what an entry says, but for the rows that it binds."""
    body: dict[str, Any] = {
        "v": 1,
        "id": draft.id.hex,
        "command": draft.command,
        "place": draft.place,
        "by": {
            "mandate": draft.mandate.hex if draft.mandate else None,
            "role": draft.role,
            "via": draft.via,
        },
        "at": stamp(draft.at),
        "recorded": stamp(draft.recorded_at),
        "known": draft.known,
        "ask": draft.opened,
        "private": commitments,
        "result": draft.result,
    }
    if draft.because:
        body["because"] = draft.because.hex
    if draft.case:
        body["case"] = draft.case.hex
    if draft.overruled:
        body["overruled"] = list(draft.overruled)
    return body


def _write(
    store: Store,
    draft: Draft,
    body: dict[str, Any],
    values: Sequence[PrivateRow],
    of_many: Sequence[Statement] = (),
) -> Written:
    lines = row_lines(draft.rows)
    if len(lines) <= INLINE_ROWS:
        body["rows"] = list(draft.rows.values())
    else:
        body["rows"] = {"count": len(lines), "root": rows_root(lines)}
    text = canonical(body).decode()
    if len(text.encode()) > BODY_MOST:
        raise TooMuch("JRN-1")
    _insert(store, draft, text, lines, values, of_many)
    return Written(draft.id, text, leaf_hash(text.encode()), draft.recorded_at)


def kept_values(
    draft: Draft, private: dict[str, bytes], salts: dict[str, bytes]
) -> list[PrivateRow]:
    """Return each private field as it is kept: encrypted where its type says so."""
    return [
        (f"{draft.id.hex}/{name}", salts[name], kept_value(draft, name, content))
        for name, content in private.items()
        if name not in draft.unkept
    ]


def kept_value(draft: Draft, name: str, content: bytes) -> bytes:
    """Return a private value as it is kept: encrypted where its type says so."""
    if is_sealed(draft.sealed, [name]):
        held = keys()
        return SEALED + held.ring.seal_bytes(held.journal_lock, f"{draft.id.hex}/{name}", content)
    return PLAIN + content


def is_sealed(sealed: frozenset[str], fields: Iterable[str]) -> bool:
    """Tell whether one of these fields is of those whose values are kept encrypted."""
    return any(field.rsplit("/", 1)[-1] in sealed for field in fields)


def opened_value(entry: UUID, name: str, kept: bytes) -> bytes:
    """Return the bytes of a private value as they were committed to."""
    if kept[:1] == SEALED:
        return keys().ring.unseal(keys().journal_lock, f"{entry.hex}/{name}", kept[1:]).encode()
    if kept[:1] != PLAIN:
        raise ValueError("neither plain nor sealed")
    return kept[1:]


def _insert(
    store: Store,
    draft: Draft,
    text: str,
    lines: list[str],
    kept: Sequence[PrivateRow],
    of_many: Sequence[Statement],
) -> None:
    entry = Statement(
        "INSERT INTO journal_entry (id, command, place, mandate, at, recorded_at, body) "
        "VALUES (%s, %s, %s, %s, %s, %s, %s)",
        [draft.id, draft.command, draft.place, draft.mandate, draft.at, draft.recorded_at, text],
    )
    more = list(of_many)
    if len(lines) > INLINE_ROWS:
        more.append(list_of("journal_rows", draft.id, "\n".join(lines)))
    # Last: its serial number is drawn after the rows were written, so entries that touch one row queue in their order.
    waiting = Statement("INSERT INTO journal_waiting (entry_id) VALUES (%s)", [draft.id])
    with door():
        if len(kept) > INLINE_ROWS:
            store.put_all("journal_private", PRIVATE, kept)
        elif kept:
            more.append(putting("journal_private", PRIVATE, kept))
        later(store, entry, *more, waiting)


def later(store: Store, *statements: Statement) -> None:
    """Run statements that give nothing before whatever comes next, at the latest with the COMMIT: a fault is told then."""
    if store.sqlite:
        store.together(*statements)
    else:
        store.connection.hold(Together.of(statements, store.take))


def list_of(table: str, entry: UUID, lines: str) -> Statement:
    """Return the statement that keeps the lines of an entry that its body has only the root of."""
    return Statement(f"INSERT INTO {table} (id, lines) VALUES (%s, %s)", [entry, lines])


def claiming(request: UUID) -> Statement:
    """Return the statement that claims a request id; it gives nothing when that was claimed before.

    A twin at the same moment waits there for the first.
    """
    sql = "INSERT INTO journal_request (id) VALUES (%s) ON CONFLICT DO NOTHING RETURNING id"
    return Statement(sql, [request], bool)


def claim(store: Store, request: UUID) -> bool:
    """Claim a request id; tell whether it was new."""
    with door():
        return bool(store.together(claiming(request))[0])


@dataclass(frozen=True)
class StoredAct:
    """An act as the journal holds it: an entry of its own, or one of the asks of an entry that answers many."""

    entry: UUID
    body: dict[str, Any]
    opened: dict[str, Any]
    private: dict[str, str]
    result: dict[str, Any]
    ask: StoredAsk | None = None


def stored_act(store: Store, request: UUID) -> StoredAct | None:
    """Return what the journal holds of the act that answers a request."""
    ask = find_ask(store, request)
    name = ask.entry if ask else request
    sql = "SELECT body FROM journal_entry WHERE id = %s"
    row = store.remembered(("body", name), lambda: store.run(sql, [name]).fetchone())
    if row is None:
        return None
    body: dict[str, Any] = json.loads(row[0])
    if ask is None:
        return StoredAct(name, body, body["ask"], body["private"], body["result"])
    _request, _at, opened, committed, result = ask.parts
    private = {str(ask.position): committed} if committed else {}
    return StoredAct(name, body, opened, private, result, ask)


def same_ask(store: Store, act: StoredAct, opened: dict[str, Any], private: dict[str, Any]) -> bool:
    """Tell whether an ask is the one that an act recorded; what was erased since can't be compared and counts as equal."""
    if opened != act.opened:
        return False
    if act.ask is not None:
        private = {str(act.ask.position): private} if private else {}
    if set(private) != set(act.private):
        return False
    held = private_of(store, act.entry, list(private))
    return all(
        commitment(held[name][0], name, canonical(value)) == act.private[name]
        for name, value in private.items()
        if name in held
    )


def private_of(store: Store, entry: UUID, names: Sequence[str]) -> dict[str, tuple[bytes, bytes]]:
    """Return salt and value of those private fields of an entry that were not erased."""
    if not names:
        return {}
    prefix, holes = f"{entry.hex}/", ", ".join(["%s"] * len(names))
    sql = f"SELECT id, salt, value FROM journal_private WHERE id IN ({holes})"
    found = store.run(sql, [prefix + name for name in names]).fetchall()
    return {name.removeprefix(prefix): (bytes(salt), bytes(value)) for name, salt, value in found}


def private_value(store: Store, request: UUID, name: str) -> Any:
    """Return one private value of an act; nothing when it was erased."""
    act = stored_act(store, request)
    if act is None:
        return None
    if act.ask is None:
        kept = private_of(store, act.entry, [name]).get(name)
        return None if kept is None else json.loads(opened_value(act.entry, name, kept[1]))
    position = str(act.ask.position)
    kept = private_of(store, act.entry, [position]).get(position)
    if kept is None:
        return None
    return json.loads(opened_value(act.entry, position, kept[1])).get(name)
