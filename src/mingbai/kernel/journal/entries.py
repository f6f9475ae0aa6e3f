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
    values = kept_values(draft, private, salts)
    return _write(store, draft, body, values)


def write_many(store: Store, draft: Draft, asks: Sequence[AskLine]) -> Written:
    """Write one entry that commits to many asks, each with one commitment to all its private fields."""
    values = kept_of_many(draft, asks)
    lines = lines_of_many(asks, values)
    body = body_of(draft, {})
    body["many"] = {"count": len(lines), "root": asks_root(lines)}
    claim_of_its_own = Statement("INSERT INTO journal_request (id) VALUES (%s)", [draft.id])
    listed = [list_of("journal_asks", draft.id, b"\n".join(lines).decode())] if lines else []
    kept = {name: (salt, value) for name, (salt, value, _content) in values.items()}
    return _write(store, draft, body, kept, [claim_of_its_own, *listed])


def kept_of_many(draft: Draft, asks: Sequence[AskLine]) -> dict[str, tuple[bytes, bytes, bytes]]:
    """Return salt, value as it is kept, and content of the private fields of each of many asks, by their positions."""
    closed = cache(lambda names: is_sealed(draft, names))  # asks of one command have few forms
    private = [(str(at), ask.private) for at, ask in enumerate(asks) if ask.private]
    contents = [canonical(fields) for _name, fields in private]
    salts, prefix, held = drawn_many(len(private), SALT_BYTES), f"{draft.id.hex}/", keys()
    sealed = [at for at, (_name, fields) in enumerate(private) if closed(tuple(fields))]
    kept = [PLAIN + content for content in contents]
    locked = held.ring.seal_each(
        [held.journal_lock] * len(sealed),
        [(prefix + private[at][0]).encode() for at in sealed],
        [contents[at] for at in sealed],
    )
    for at, value in zip(sealed, locked, strict=True):
        kept[at] = SEALED + value
    return {
        name: (salt, value, content)
        for (name, _fields), salt, value, content in zip(
            private, salts, kept, contents, strict=True
        )
    }


def lines_of_many(
    asks: Sequence[AskLine], values: dict[str, tuple[bytes, bytes, bytes]]
) -> list[bytes]:
    """Return the line of each of many asks, with the commitment to its private fields."""
    stamped, lines = cache(stamp), []  # the asks of a chunk have few moments
    for at, ask in enumerate(asks):
        name, committed = str(at), None
        if name in values:
            salt, _value, content = values[name]
            committed = commitment(salt, name, content)
        lines.append(ask.written(committed, stamped(ask.at)))
    return lines


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
    values: dict[str, tuple[bytes, bytes]],
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
) -> dict[str, tuple[bytes, bytes]]:
    """Return salt and value of each private field as it is kept: encrypted where its type says so."""
    return {
        name: (salts[name], kept_value(draft, name, content, [name]))
        for name, content in private.items()
        if name not in draft.unkept
    }


def kept_value(draft: Draft, name: str, content: bytes, fields: Iterable[str]) -> bytes:
    """Return a private value as it is kept: encrypted where the type of one of its fields says so."""
    if is_sealed(draft, fields):
        held = keys()
        return SEALED + held.ring.seal_bytes(held.journal_lock, f"{draft.id.hex}/{name}", content)
    return PLAIN + content


def is_sealed(draft: Draft, fields: Iterable[str]) -> bool:
    """Tell whether the type of one of these fields says that its value is kept encrypted."""
    return any(field.rsplit("/", 1)[-1] in draft.sealed for field in fields)


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
    private: dict[str, tuple[bytes, bytes]],
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
    prefix = f"{draft.id.hex}/"
    kept = [(prefix + name, salt, content) for name, (salt, content) in private.items()]
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
