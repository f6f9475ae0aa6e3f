"""The tree: accepted entries get dense numbers, their hashes go into the Merkle tree, and heads are signed.

One path for both databases. The sequencer and the sealer hold the one head row (on SQLite the turn); several processes
may run them. A number is given after commit, so a number is never lost; the sealer proves its own consistency first.
"""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.utils.translation import gettext_lazy as _

from mingbai.kernel.canonical import sha256
from mingbai.kernel.clock import stamp
from mingbai.kernel.folder import folder, write_safely
from mingbai.kernel.guard import door
from mingbai.kernel.keys import keys
from mingbai.kernel.moment import account
from mingbai.kernel.moment import now as moment_now
from mingbai.kernel.refusals import Refused, sentences
from mingbai.kernel.rows import Statement, Store
from mingbai.kernel.turn import file_of_account, room, to_disk, turn
from mingbai.proofs import merkle, notes

BATCH = 2000
INDEX_BITS = 48

sentences(
    {
        "JRN-2": _(
            "The account stands behind a head that was already signed (%(pinned)s entries signed, %(held)s held). "
            "It looks like an old copy. Nothing is signed until: mingbai restore --continue."
        ),
        "JRN-3": _(
            "The account does not contain what was signed before: its past was changed or forked. "
            "Nothing more is signed. Run: mingbai verify."
        ),
    }
)


class Stopped(Refused):
    """The sealer does not sign: what it holds is not a continuation of what it signed."""


@dataclass(frozen=True)
class Sealed:
    """A signed head."""

    number: int
    size: int
    note: str


def node_id(level: int, index: int) -> int:
    """Return the id of a complete subtree's node."""
    return level << INDEX_BITS | index


class Nodes:
    """The hashes of complete subtrees, read from the account."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.held: dict[tuple[int, int], bytes] = {}

    def __call__(self, level: int, index: int) -> bytes:
        """Return one hash; level 0 is a leaf's."""
        found = self.held.get((level, index))
        if found is None:
            if level == 0:
                row = self.store.run(
                    "SELECT hash FROM journal_leaf WHERE seq = %s", [index]
                ).fetchone()
            else:
                row = self.store.run(
                    "SELECT hash FROM journal_node WHERE id = %s", [node_id(level, index)]
                ).fetchone()
            if row is None:
                raise Stopped("JRN-3")
            found = self.held[(level, index)] = bytes(row[0])
        return found

    def prefetch(self, level: int, first: int, count: int) -> None:
        """Read many hashes of one level at once."""
        if level == 0:
            sql = "SELECT seq, hash FROM journal_leaf WHERE seq >= %s AND seq < %s"
            rows = self.store.run(sql, [first, first + count]).fetchall()
        else:
            sql = "SELECT id, hash FROM journal_node WHERE id >= %s AND id < %s"
            rows = self.store.run(
                sql, [node_id(level, first), node_id(level, first + count)]
            ).fetchall()
        mask = (1 << INDEX_BITS) - 1
        self.held.update({(level, name & mask): bytes(content) for name, content in rows})


def size_of(store: Store) -> int:
    """Return how many entries are in the tree."""
    row = store.run("SELECT size FROM journal_head WHERE id = 1").fetchone()
    return int(row[0]) if row else 0


def _lock_head(store: Store) -> int:
    sql = "SELECT size FROM journal_head WHERE id = 1" + ("" if store.sqlite else " FOR UPDATE")
    row = store.run(sql).fetchone()
    assert row is not None, "an account is born with its head"
    return int(row[0])


def sequence() -> int:
    """Give numbers to the entries that wait, a batch at a time; return how many."""
    if not Store().run("SELECT 1 FROM journal_waiting LIMIT 1").fetchone():
        return 0
    with turn(), door():
        return _sequence(Store())


def _sequence(store: Store) -> int:
    size = _lock_head(store)
    rows = store.run(
        "SELECT w.id, e.id, e.body FROM journal_waiting w JOIN journal_entry e ON e.id = w.entry_id "
        "ORDER BY w.id LIMIT %s",
        [BATCH],
    ).fetchall()
    if not rows:
        return 0
    hashes = [merkle.leaf_hash(body.encode()) for _id, _entry, body in rows]
    added = merkle.nodes_added(size, hashes, Nodes(store))
    leaves = [(size + at, entry, hashes[at]) for at, (_id, entry, _body) in enumerate(rows)]
    store.put_all("journal_leaf", ("seq", "entry_id", "hash"), leaves)
    nodes = [(node_id(level, index), content) for level, index, content in added]
    store.put_all("journal_node", ("id", "hash"), nodes)
    holes = ", ".join(["%s"] * len(rows))
    store.run(f"DELETE FROM journal_waiting WHERE id IN ({holes})", [row[0] for row in rows])
    store.run("UPDATE journal_head SET size = %s WHERE id = 1", [size + len(rows)])
    return len(rows)


LAST_SEALED = Statement(
    "SELECT number, size, note FROM journal_checkpoint ORDER BY number DESC LIMIT 1",
    (),
    lambda rows: Sealed(int(rows[0][0]), int(rows[0][1]), rows[0][2]) if rows else None,
)


def last_sealed(store: Store) -> Sealed | None:
    """Return the newest signed head, if there is one."""
    found: Sealed | None = store.together(LAST_SEALED)[0]
    return found


def pinned_path() -> Path:
    """Return the file outside the database that holds the newest signed head."""
    return folder() / "heads" / "latest"


def verifiers(origin: str, former: str | None = None) -> dict[str, Ed25519PublicKey]:
    """Return the origins that this account's heads were signed under, the oldest first, each with its key."""
    found = {}
    for line in (former or "").splitlines():
        name, key = line.split(" ")
        found[name] = Ed25519PublicKey.from_public_bytes(bytes.fromhex(key))
    return found | {origin: keys().log.public_key()}


def seal() -> Sealed | None:
    """Sign a head over all numbered entries when there are new ones; return the newest signed head."""
    store = Store()
    newest = last_sealed(store)
    if newest and newest.size == size_of(store) and pinned_note() == newest.note:
        check_pinned(store, newest, newest.note)
        return newest
    # Somebody else may be sealing at this moment, or a sealing was cut off before its head was kept outside: one at a time.
    with turn(), door():
        sealed = _seal(Store())
    if sealed:
        with room():
            if (path := file_of_account()) is not None:
                to_disk(path)
        pin(sealed)
    return sealed


def _seal(store: Store) -> Sealed | None:
    size = _lock_head(store)
    newest = last_sealed(store)
    check_pinned(store, newest, pinned_note())
    if size == 0 or (newest and newest.size == size):
        return newest
    held = account(store)
    nodes = Nodes(store)
    root = merkle.root(size, nodes)
    if newest:
        before = notes.parse_checkpoint(
            notes.open_note(newest.note, verifiers(held.origin, held.former))
        )
        proof = merkle.prove_consistency(newest.size, size, nodes)
        try:
            merkle.verify_consistency(newest.size, size, proof, before.root, root)
        except merkle.ProofError:
            raise Stopped("JRN-3") from None
    text = notes.checkpoint_text(notes.Checkpoint(held.origin, size, root))
    note = notes.sign_note(text, held.origin, keys().log)
    number = newest.number + 1 if newest else 0
    moment = moment_now(store)
    store.run(
        "INSERT INTO journal_checkpoint (number, size, sealed_at, note, time_signature) VALUES (%s, %s, %s, %s, %s)",
        [number, size, moment, note, keys().log.sign(sealed_text(note, moment)).hex()],
    )
    return Sealed(number, size, note)


def sealed_text(note: str, at: dt.datetime) -> bytes:
    """Return what is signed of the time at which a head was sealed: the head itself names no time."""
    return (
        b"mingbai/sealed/1\n"
        + sha256(note.encode()).hex().encode()
        + b"\n"
        + stamp(at).encode()
        + b"\n"
    )


def pinned_note() -> str | None:
    """Return the head that is kept outside the database, if there is one."""
    try:
        return pinned_path().read_text("utf-8")
    except FileNotFoundError:
        return None


def check_pinned(store: Store, newest: Sealed | None, note: str | None) -> None:
    """JRN-2 旧本不签: an account that stands behind a head signed before, or contradicts it, signs nothing more."""
    if note is None:
        return
    held = account(store)
    try:
        pinned = notes.parse_checkpoint(notes.open_note(note, verifiers(held.origin, held.former)))
    except notes.NoteError:
        raise Stopped("JRN-3") from None
    size = size_of(store)
    if pinned.size > size:
        raise Stopped("JRN-2", pinned=pinned.size, held=size)
    if pinned.size and merkle.root(pinned.size, Nodes(store)) != pinned.root:
        raise Stopped("JRN-3")
    if newest and newest.size < pinned.size:
        raise Stopped("JRN-2", pinned=pinned.size, held=newest.size)


def pin(sealed: Sealed) -> None:
    """Keep a signed head outside the database too."""
    with room():
        write_safely(pinned_path(), sealed.note.encode(), 0o644)


def settle() -> Sealed | None:
    """Number all that waits and seal it, in this thread."""
    while sequence():
        pass
    return seal()
