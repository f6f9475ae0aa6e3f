"""Entries: the self-contained body of an act, its commitments to what is private, and its place in the queue."""

import datetime as dt
import json
import os
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from mingbai.kernel.canonical import canonical
from mingbai.kernel.clock import stamp
from mingbai.kernel.guard import door
from mingbai.kernel.keys import keys
from mingbai.kernel.refusals import TooMuch, sentences
from mingbai.kernel.rows import Store
from mingbai.proofs.commitments import commit
from mingbai.proofs.merkle import leaf_hash, root_of

BODY_MOST = 60_000
INLINE_ROWS = 64
DOMAIN = "mingbai/private/1"
PLAIN, SEALED = b"\0", b"\1"

sentences({"JRN-1": _("This is more than one entry can hold. Send it in smaller parts.")})

RowLine = list[Any]  # [table, id, version, digest]; a removed row has no digest


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
    sealed: frozenset[str] = frozenset()
    rows: dict[tuple[str, str], RowLine] = field(default_factory=dict)


@dataclass(frozen=True)
class Written:
    """An entry as it was written."""

    id: UUID
    body: str
    leaf: bytes


def commitment(salt: bytes, field_name: str, content: bytes) -> str:
    """Return the commitment to one private value of an entry."""
    return commit(f"{DOMAIN}/{field_name}", salt, content).hex()


def row_lines(rows: dict[tuple[str, str], RowLine]) -> list[str]:
    """Return each bound row as one line of text."""
    return [canonical(line).decode() for line in rows.values()]


def rows_root(lines: list[str]) -> str:
    """Return the Merkle root over the lines of bound rows."""
    return root_of([leaf_hash(line.encode()) for line in lines]).hex()


def write(store: Store, draft: Draft) -> Written:
    """Write an entry with its commitments and put it into the queue; the request id is already claimed."""
    private = {name: canonical(value) for name, value in draft.private.items()}
    salts = {name: os.urandom(32) for name in private}
    commitments = {
        name: commitment(salts[name], name, content) for name, content in private.items()
    }
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
    lines = row_lines(draft.rows)
    if len(lines) <= INLINE_ROWS:
        body["rows"] = list(draft.rows.values())
    else:
        body["rows"] = {"count": len(lines), "root": rows_root(lines)}
    text = canonical(body).decode()
    if len(text.encode()) > BODY_MOST:
        raise TooMuch("JRN-1")
    with door():
        _insert(store, draft, text, lines, kept_values(draft, private, salts))
    return Written(draft.id, text, leaf_hash(text.encode()))


def kept_values(
    draft: Draft, private: dict[str, bytes], salts: dict[str, bytes]
) -> dict[str, tuple[bytes, bytes]]:
    """Return salt and value of each private field as it is kept: encrypted where its type says so."""
    found = {}
    for name, content in private.items():
        if name.rsplit("/", 1)[-1] in draft.sealed:
            kept = SEALED + keys().ring.seal(
                keys().journal, f"{draft.id.hex}/{name}", content.decode()
            )
        else:
            kept = PLAIN + content
        found[name] = (salts[name], kept)
    return found


def opened_value(entry: UUID, name: str, kept: bytes) -> bytes:
    """Return the bytes of a private value as they were committed to."""
    if kept[:1] == SEALED:
        return keys().ring.unseal(keys().journal, f"{entry.hex}/{name}", kept[1:]).encode()
    if kept[:1] != PLAIN:
        raise ValueError("neither plain nor sealed")
    return kept[1:]


def _insert(
    store: Store, draft: Draft, text: str, lines: list[str], private: dict[str, tuple[bytes, bytes]]
) -> None:
    store.run(
        "INSERT INTO journal_entry (id, command, place, mandate, at, recorded_at, body) "
        "VALUES (%s, %s, %s, %s, %s, %s, %s)",
        [draft.id, draft.command, draft.place, draft.mandate, draft.at, draft.recorded_at, text],
    )
    values: list[Any] = []
    for name, (salt, content) in private.items():
        values += [f"{draft.id.hex}/{name}", draft.id, name, salt, content]
    if values:
        holes = ", ".join(["(%s, %s, %s, %s, %s)"] * len(private))
        store.run(
            f"INSERT INTO journal_private (id, entry_id, field, salt, value) VALUES {holes}", values
        )
    if len(lines) > INLINE_ROWS:
        store.run(
            "INSERT INTO journal_rows (id, lines) VALUES (%s, %s)", [draft.id, "\n".join(lines)]
        )
    # Last: its serial number is drawn after the rows were written, so entries that touch one row queue in their order.
    store.run("INSERT INTO journal_waiting (entry_id) VALUES (%s)", [draft.id])


def claim(store: Store, request_id: UUID) -> bool:
    """Claim a request id; False when it was claimed before. A twin at the same moment waits here for the first."""
    with door():
        sql = "INSERT INTO journal_request (id) VALUES (%s) ON CONFLICT DO NOTHING"
        return bool(store.run(sql, [request_id]).rowcount)


def stored_body(store: Store, request_id: UUID) -> dict[str, Any]:
    """Return the body of the entry that answers a request."""
    row = store.run("SELECT body FROM journal_entry WHERE id = %s", [request_id]).fetchone()
    found: dict[str, Any] = json.loads(row[0])
    return found


def same_ask(
    store: Store, body: dict[str, Any], opened: dict[str, Any], private: dict[str, Any]
) -> bool:
    """Tell whether an ask is the one that an entry recorded; what was erased since can't be compared and counts as equal."""
    if opened != body["ask"] or set(private) != set(body["private"]):
        return False
    held = private_of(store, UUID(hex=body["id"]))
    return all(
        commitment(held[name][0], name, canonical(value)) == body["private"][name]
        for name, value in private.items()
        if name in held
    )


def private_of(store: Store, entry: UUID) -> dict[str, tuple[bytes, bytes]]:
    """Return salt and value of each private field of an entry that was not erased."""
    found = store.run(
        "SELECT field, salt, value FROM journal_private WHERE entry_id = %s", [entry]
    ).fetchall()
    return {name: (bytes(salt), bytes(value)) for name, salt, value in found}


def private_value(store: Store, entry: UUID, name: str) -> Any:
    """Return one private value of an entry; nothing when it was erased."""
    kept = private_of(store, entry).get(name)
    return None if kept is None else json.loads(opened_value(entry, name, kept[1]))
