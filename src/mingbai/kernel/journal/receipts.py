"""Receipts: the proof that one entry stands in the account, to be kept by whom it concerns and checked by anyone."""

import json
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from mingbai.kernel.canonical import canonical
from mingbai.kernel.journal.asks import as_uuid, find_ask, lines_of
from mingbai.kernel.journal.tree import Nodes, Sealed, last_sealed
from mingbai.kernel.refusals import Refused, sentences
from mingbai.kernel.rows import Store
from mingbai.proofs import merkle, receipts

sentences(
    {
        "JRN-4": _(
            "No entry of this number or code is in the account. Compare it with the slip once more."
        ),
        "JRN-5": _("This entry was accepted but is not sealed yet. Ask again in a few seconds."),
    }
)


@dataclass(frozen=True)
class EntryProof:
    """An entry, its number, and the proof that it stands under a signed head."""

    entry: UUID
    seq: int
    body: str
    leaf: str
    proof: str
    sealed: Sealed
    line: str | None = None
    place: tuple[int, int, list[str]] | None = None  # position, how many, and the path to the root


def prove(entry: UUID) -> EntryProof:
    """Return the proof of an entry under the newest signed head; of one of many asks, also that the entry holds it."""
    store = Store()
    ask = find_ask(store, entry)
    if ask is not None:
        lines = lines_of(store, ask.entry)
        path = path_among([merkle.leaf_hash(line.encode()) for line in lines], ask.position)
        whole = prove(ask.entry)
        where = (ask.position, len(lines), [part.hex() for part in path])
        return replace(whole, entry=entry, line=ask.line, place=where)
    row = store.run(
        "SELECT e.body, l.seq, l.hash FROM journal_entry e LEFT JOIN journal_leaf l ON l.entry_id = e.id WHERE e.id = %s",
        [entry],
    ).fetchone()
    if row is None:
        raise Refused("JRN-4")
    sealed = last_sealed(store)
    body, seq, leaf = row
    if seq is None or sealed is None or seq >= sealed.size:
        raise Refused("JRN-5")
    path = merkle.prove_inclusion(int(seq), sealed.size, Nodes(store))
    text = receipts.write_proof(int(seq), path, sealed.note)
    return EntryProof(entry, int(seq), body, bytes(leaf).hex(), text, sealed)


def path_among(hashes: list[bytes], position: int) -> list[bytes]:
    """Return the path from one leaf hash among these to their root."""
    nodes = {(0, at): content for at, content in enumerate(hashes)}
    for level, index, content in merkle.nodes_added(0, hashes, _no_node):
        nodes[(level, index)] = content
    return merkle.prove_inclusion(position, len(hashes), lambda level, at: nodes[(level, at)])


def _no_node(level: int, index: int) -> bytes:
    raise AssertionError(f"an empty tree has no node {level}/{index}")


def find_entry(words: str) -> UUID:
    """Return the entry that a number, an id, or the beginning of a leaf's fingerprint names."""
    store = Store()
    text = words.strip().replace(" ", "").replace("-", "").lower()
    row = None
    if text.isdigit() and len(text) < 12:
        row = store.run("SELECT entry_id FROM journal_leaf WHERE seq = %s", [int(text)]).fetchone()
    if row is None and len(text) == 32:
        try:
            row = store.run(
                "SELECT id FROM journal_request WHERE id = %s", [UUID(hex=text)]
            ).fetchone()
        except ValueError:
            row = None
    if row is None:
        raise Refused("JRN-4")
    return as_uuid(row[0])


def as_json(found: EntryProof) -> dict[str, Any]:
    """Return a proof as programs read it."""
    assert canonical(json.loads(found.body)).decode() == found.body
    among = {}
    if found.line is not None and found.place is not None:
        position, count, path = found.place
        among = {"ask": {"line": found.line, "position": position, "count": count, "path": path}}
    return among | {
        "entry": str(found.entry),
        "number": found.seq,
        "leaf": found.leaf,
        "body": json.loads(found.body),
        "proof": found.proof,
        "checkpoint": found.sealed.note,
    }
