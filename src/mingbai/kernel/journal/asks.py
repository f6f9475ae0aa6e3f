"""Asks that one entry answers: a line each, which the entry's body commits to by a Merkle root; and whose request each was."""

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

from mingbai.kernel.guard import door
from mingbai.kernel.identity import id_of
from mingbai.kernel.rows import Rows, Statement, Store
from mingbai.proofs.merkle import leaf_hashes, root_of

MOST_AT_ONCE = 1000


class AskLine(NamedTuple):
    """One of the asks of an entry: its request, when it happened, its open and private fields, and what came of it."""

    request: UUID
    at: dt.datetime
    opened: dict[str, Any]
    private: dict[str, Any]
    result: dict[str, Any]
    overruled: tuple[str, ...] = ()


@dataclass(frozen=True)
class StoredAsk:
    """One of the asks of an entry as it was stored."""

    entry: UUID
    position: int
    line: str

    @property
    def parts(self) -> tuple[str, str, dict[str, Any], str | None, dict[str, Any]]:
        """Return request, moment, open fields, commitment and result."""
        found = json.loads(self.line)
        return found[0], found[1], found[2], found[3], found[4]

    @property
    def overruled(self) -> list[str]:
        """Return the rules that were against it."""
        found = json.loads(self.line)
        return list(found[5]) if len(found) > 5 else []


def asks_root(lines: Iterable[bytes]) -> str:
    """Return the Merkle root over the lines of asks."""
    return root_of(leaf_hashes(lines)).hex()


def lines_of(store: Store, entry: UUID) -> list[str]:
    """Return the lines of an entry's asks."""
    row = store.run("SELECT lines FROM journal_asks WHERE id = %s", [entry]).fetchone()
    return str(row[0]).split("\n") if row else []


def find_ask(store: Store, request: UUID) -> StoredAsk | None:
    """Return the ask of a request that was one of many, if it was."""
    row = store.run(
        "SELECT entry, position FROM journal_request WHERE id = %s", [request]
    ).fetchone()
    if row is None or row[0] is None:
        return None
    entry = as_uuid(row[0])
    lines = store.remembered(("lines", entry), lambda: lines_of(store, entry))
    return StoredAsk(entry, int(row[1]), lines[int(row[1])])


def entries_of(store: Store, requests: Iterable[UUID]) -> dict[UUID, UUID]:
    """Return the entry that answers each request: its own, or the one that it was one of many in."""
    wanted = list(requests)
    found = {request: request for request in wanted}
    for start in range(0, len(wanted), MOST_AT_ONCE):
        part = wanted[start : start + MOST_AT_ONCE]
        holes = ", ".join(["%s"] * len(part))
        rows = store.at_once(
            f"SELECT id, entry FROM journal_request WHERE entry IS NOT NULL AND id IN ({holes})",
            part,
        )
        for name, entry in rows:
            found[as_uuid(name)] = as_uuid(entry)
    return found


def numbers_of(store: Store, requests: Iterable[UUID]) -> dict[UUID, int]:
    """Return the number of the entry that answers each request, where it has one."""
    entries = entries_of(store, requests)
    wanted, numbers = list(set(entries.values())), {}
    for start in range(0, len(wanted), MOST_AT_ONCE):
        part = wanted[start : start + MOST_AT_ONCE]
        holes = ", ".join(["%s"] * len(part))
        sql = f"SELECT entry_id, seq FROM journal_leaf WHERE entry_id IN ({holes})"
        numbers.update({as_uuid(name): int(seq) for name, seq in store.at_once(sql, part)})
    return {request: numbers[entry] for request, entry in entries.items() if entry in numbers}


def as_uuid(value: UUID | str) -> UUID:
    """Return an id as either database gives it."""
    return value if isinstance(value, UUID) else id_of(int(value, 16))


def claiming(store: Store, entry: UUID, requests: Sequence[UUID]) -> Iterator[Statement]:
    """Give the statements that claim request ids, in one order so that two chunks never wait for each other.

    They give the numbers of those that are new. With each stands the position that it has in the entry when every ask is
    accepted; `place_claims` mends the others.
    """
    positions = {request.int: at for at, request in enumerate(dict.fromkeys(requests))}
    ordered = [(f"{number:032x}", positions[number]) for number in sorted(positions)]
    named, into = entry.hex, "INSERT INTO journal_request (id, entry, position) VALUES "
    if store.sqlite:
        yield Rows(
            into + "(?, ?, ?) ON CONFLICT DO NOTHING",
            [(request, named, position) for request, position in ordered],
            partial(claimed_by, store, entry, positions),
        )
        return
    for start in range(0, len(ordered), MOST_AT_ONCE):
        part = ordered[start : start + MOST_AT_ONCE]
        yield Statement(
            f"{into}{', '.join(['(%s, %s, %s)'] * len(part))} "
            "ON CONFLICT DO NOTHING RETURNING id, position",
            [value for request, position in part for value in (request, named, position)],
            claimed,
            as_is=True,
        )


def claimed(rows: Sequence[tuple[UUID | str, int]]) -> dict[int, int]:
    """Return the positions of the requests that were claimed, by the numbers of their ids."""
    return {as_uuid(request).int: position for request, position in rows}


def claimed_by(store: Store, entry: UUID, asked: dict[int, int], count: int) -> dict[int, int]:
    """Return the positions of those of the asked requests that an entry claimed, of which there are so many."""
    if count == len(asked):
        return asked
    found, requests = dict[int, int](), [id_of(number) for number in asked]
    for start in range(0, len(requests), MOST_AT_ONCE):
        part = requests[start : start + MOST_AT_ONCE]
        holes = ", ".join(["%s"] * len(part))
        sql = f"SELECT id, position FROM journal_request WHERE entry = %s AND id IN ({holes})"
        found |= claimed(store.at_once(sql, [entry, *part]))
    return found


def forget_claims(store: Store, requests: Sequence[UUID]) -> None:
    """Give back the claims of asks that were refused: they may be mended and sent again."""
    with door():
        for start in range(0, len(requests), MOST_AT_ONCE):
            part = requests[start : start + MOST_AT_ONCE]
            holes = ", ".join(["%s"] * len(part))
            store.run(f"DELETE FROM journal_request WHERE id IN ({holes})", part)


def place_claims(store: Store, requests: Sequence[UUID], claimed: dict[int, int]) -> None:
    """Mend the positions of the requests that an entry answers, where asks before them were refused."""
    moved = [
        (position, store.take(request))
        for position, request in enumerate(requests)
        if claimed[request.int] != position
    ]
    if moved:
        with door():
            store.connection.cursor().executemany(
                "UPDATE journal_request SET position = %s WHERE id = %s", moved
            )
