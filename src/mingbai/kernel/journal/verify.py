"""Verify: compare every row of the account with what the journal bound, and the journal with its signed heads.

Each fault is one line that names table, key and entry. Nothing is trusted that can be computed again.
"""

import datetime as dt
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.db import models

from mingbai.kernel.canonical import canonical
from mingbai.kernel.clock import parse_stamp
from mingbai.kernel.derived import CHECKS
from mingbai.kernel.journal import entries
from mingbai.kernel.journal.asks import asks_root, lines_of
from mingbai.kernel.journal.tree import (
    INDEX_BITS,
    Sealed,
    last_sealed,
    pinned_path,
    sealed_text,
    verifiers,
)
from mingbai.kernel.models import Checkpoint, Entry, Leaf, Node, PrivateValue
from mingbai.kernel.rows import Store, shape, stored
from mingbai.kernel.rows import moment as from_sqlite
from mingbai.kernel.sealing import SealBroken
from mingbai.kernel.tables import (
    FORMER,
    columns_of,
    derived_models,
    digest_of,
    guarded_tables,
    images_of,
    kept_models,
)
from mingbai.proofs import merkle, notes

# Tables that no digest binds, and why.
UNBOUND = {
    "django_migrations": "which migrations ran: the schema itself is compared by the tables that are bound",
    "sqlite_sequence": "SQLite's own counter",
    "journal_waiting": "a place in the queue, not yet a promise; its entries are checked",
}
JOURNAL = {
    "journal_request",
    "journal_entry",
    "journal_private",
    "journal_rows",
    "journal_asks",
    "journal_leaf",
    "journal_node",
    "journal_head",
    "journal_checkpoint",
}


@dataclass(frozen=True)
class Fault:
    """Something that is not as the journal says: where, and by which entry it is known."""

    what: str
    table: str
    key: str
    entry: str

    def __str__(self) -> str:
        return f"{self.what}: table {self.table}, key {self.key}, entry {self.entry}"


class Verifier:
    """One pass over the whole account."""

    def __init__(self) -> None:
        self.store = Store()
        self.faults: list[Fault] = []
        self.last: dict[
            tuple[str, str], tuple[str | None, str]
        ] = {}  # (table, id) -> digest, entry
        self.erased: dict[str, str] = {}  # private row -> the entry that erased it
        self.bodies: dict[str, dict[str, Any]] = {}
        self.asked: dict[
            str, tuple[str, int]
        ] = {}  # request -> the entry that answers it among many, position
        self.committed: dict[str, tuple[str, str]] = {}  # private row -> entry, commitment
        self.nodes: dict[int, bytes] = {}
        self.signers: dict[str, Ed25519PublicKey] = {}
        self.closed = 0  # sealed values whose master key was lost: they can't be opened, and nobody changed them
        self.lost_at = self.master_lost()
        # An account of an earlier version is verified before it is migrated: it has not got these yet.
        self.has_many = "entry" in columns_of(self.store, "journal_request")
        self.hashes: list[bytes] = []
        self.checked = 0

    def fault(self, what: str, table: str, key: object, entry: object = "-") -> None:
        """Note a fault."""
        self.faults.append(Fault(what, table, str(key), str(entry)))

    def run(self, against: str | None = None) -> list[Fault]:
        """Verify everything, and that the account continues an older signed head."""
        self.tables()
        self.journal()
        self.private()
        self.tree()
        self.heads(against)
        for table in guarded_tables(self.store):
            self.kept(table)
        self.unclaimed()
        self.derived()
        return self.faults

    def tables(self) -> None:
        """Every table must be of a known class."""
        models = [*kept_models(), *derived_models()]
        known = {model._meta.db_table for model in models} | FORMER | JOURNAL | set(UNBOUND)
        with self.store.connection.cursor() as cursor:
            for table in self.store.connection.introspection.table_names(cursor):
                if table not in known:
                    self.fault("a table that nothing binds", table, "-")

    def journal(self) -> None:
        """Read every entry in journal order; its columns must be what its body says."""
        form = shape(Entry)
        listed = ", ".join(
            f'{"+" if self.store.sqlite else ""}e."{column}"' for column in form.columns
        )
        cursor = self.store.run(
            f"SELECT {listed}, +l.seq, +w.id FROM journal_entry e "
            "LEFT JOIN journal_leaf l ON l.entry_id = e.id LEFT JOIN journal_waiting w ON w.entry_id = e.id "
            "ORDER BY CASE WHEN l.seq IS NULL THEN 1 ELSE 0 END, l.seq, w.id"
        )
        expected = 0
        while batch := cursor.fetchmany(1000):
            for raw in batch:
                row = dict(zip(form.columns, raw, strict=False))
                seq, waiting = raw[-2], raw[-1]
                self.entry(row)
                name = stored(row["id"])
                if seq is None and waiting is None:
                    self.fault(
                        "an entry that is neither numbered nor waiting", "journal_entry", name, name
                    )
                elif seq is not None:
                    if waiting is not None:
                        self.fault(
                            "an entry that is numbered and waits too",
                            "journal_waiting",
                            waiting,
                            name,
                        )
                    if seq != expected:
                        self.fault("a number is missing or doubled", "journal_leaf", expected, name)
                    expected = int(seq) + 1 if isinstance(seq, int) else expected + 1
                    self.hashes.append(merkle.leaf_hash(str(row["body"]).encode()))
        self.requests()

    def entry(self, row: dict[str, Any]) -> None:
        """Check one entry: canonical, self-consistent; then take over the rows that it binds."""
        name = str(stored(row["id"]))
        try:
            body = json.loads(row["body"])
            whole = canonical(body).decode() == row["body"]
            same = whole and (
                body["id"] == name
                and body["command"] == row["command"]
                and body["place"] == row["place"]
                and body["by"]["mandate"] == stored(row["mandate"])
                and stored(parse_stamp(body["at"])) == stored(row["at"])
                and stored(parse_stamp(body["recorded"])) == stored(row["recorded_at"])
            )
        except (ValueError, KeyError, TypeError, AttributeError):
            self.fault("an entry's body was changed", "journal_entry", name, name)
            return
        if not same:
            self.fault("an entry's columns differ from its body", "journal_entry", name, name)
        self.bodies[name] = body
        for erased in (
            body["result"].get("erased_private", []) if isinstance(body["result"], dict) else []
        ):
            self.erased[erased] = name
        for field, digest in body["private"].items():
            self.committed[f"{name}/{field}"] = (name, digest)
        self.asks(name, body)
        for line in self.lines(name, body):
            table, key, _version, digest = line
            self.last[(table, key)] = (digest, name)

    def asks(self, name: str, body: dict[str, Any]) -> None:
        """Take over the asks that an entry answers, if it answers many."""
        if "many" not in body:
            return
        lines = lines_of(self.store, UUID(hex=name))
        if (
            len(lines) != body["many"]["count"]
            or asks_root(map(str.encode, lines)) != body["many"]["root"]
        ):
            self.fault("the list of asks was changed", "journal_asks", name, name)
            return
        for position, line in enumerate(lines):
            request, _at, _opened, committed, result = json.loads(line)[:5]
            self.asked[request] = (name, position)
            if committed is not None:
                self.committed[f"{name}/{position}"] = (name, committed)
            for erased in result.get("erased_private", []):
                self.erased[erased] = name

    def lines(self, name: str, body: dict[str, Any]) -> Sequence[list[Any]]:
        """Return the lines of rows that an entry binds."""
        bound = body["rows"]
        if isinstance(bound, list):
            return bound
        row = self.store.run(
            "SELECT lines FROM journal_rows WHERE id = %s", [UUID(hex=name)]
        ).fetchone()
        if row is None:
            self.fault("the list of bound rows is missing", "journal_rows", name, name)
            return []
        lines = str(row[0]).split("\n")
        if len(lines) != bound["count"] or entries.rows_root(lines) != bound["root"]:
            self.fault("the list of bound rows was changed", "journal_rows", name, name)
            return []
        return [json.loads(line) for line in lines]

    def requests(self) -> None:
        """Every claimed request has its entry, and every entry its claim; no list of rows stands alone."""
        for table in ("journal_request", "journal_entry"):
            other = "journal_entry" if table == "journal_request" else "journal_request"
            sql = (
                f"SELECT a.id FROM {table} a LEFT JOIN {other} b ON a.id = b.id WHERE b.id IS NULL"
            )
            if table == "journal_request" and self.has_many:
                sql += " AND a.entry IS NULL"
            for (name,) in self.store.run(sql).fetchall():
                self.fault("a claim and its entry do not meet", table, stored(name), stored(name))
        if self.has_many:
            self.claims_of_many()
        doubled = "SELECT entry_id FROM journal_waiting GROUP BY entry_id HAVING COUNT(*) > 1"
        stray = "SELECT w.entry_id FROM journal_waiting w LEFT JOIN journal_entry e ON e.id = w.entry_id WHERE e.id IS NULL"
        for sql in (doubled, stray):
            for (name,) in self.store.run(sql).fetchall():
                self.fault(
                    "the queue and the entries do not meet",
                    "journal_waiting",
                    stored(name),
                    stored(name),
                )
        for (name,) in self.store.run("SELECT id FROM journal_rows").fetchall():
            body = self.bodies.get(str(stored(name)))
            if body is None or isinstance(body["rows"], list):
                self.fault("a list of bound rows without its entry", "journal_rows", stored(name))

    def claims_of_many(self) -> None:
        """Every ask of an entry that answers many has its claim, at its position, and no claim stands elsewhere."""
        left = dict(self.asked)
        sql = "SELECT +id, +entry, +position FROM journal_request WHERE entry IS NOT NULL OR position IS NOT NULL"
        for raw in self.store.run(sql if self.store.sqlite else sql.replace("+", "")).fetchall():
            name, entry, position = stored(raw[0]), stored(raw[1]), raw[2]
            if left.pop(str(name), None) != (entry, position):
                self.fault("a claim and its entry do not meet", "journal_request", name, entry)
        for (name,) in self.store.run("SELECT id FROM journal_asks").fetchall():
            if "many" not in self.bodies.get(str(stored(name)), {}):
                self.fault("a list of asks without its entry", "journal_asks", stored(name))
        for request, (name, _position) in left.items():
            self.fault("a claim and its entry do not meet", "journal_request", request, name)

    def private(self) -> None:
        """Every private value must open its commitment; every commitment has its value or its erasure."""
        wanted = dict(self.committed)
        form = shape(PrivateValue)
        for raw in images(self.store, PrivateValue):
            row = dict(zip(form.columns, raw, strict=True))
            key = row["id"]
            found = wanted.pop(key, None)
            if found is None or key in self.erased:
                name = str(key).partition("/")[0]
                self.fault("a private value that no entry binds", "journal_private", key, name)
                continue
            if (
                not isinstance(row["salt"], bytes | memoryview)
                or not isinstance(row["value"], bytes | memoryview)
                or not opens(row, found[1])
            ):
                if self.lost_with_its_key(row, found[0]):
                    self.closed += 1
                    continue
                self.fault("a private value was changed", "journal_private", key, found[0])
        for key, (name, _digest) in wanted.items():
            if key not in self.erased:
                self.fault("a private value is missing", "journal_private", key, name)

    def master_lost(self) -> str:
        """Return when the account last noted that its master key is lost; nothing when it never was."""
        rows = self.store.run(
            "SELECT body FROM journal_entry WHERE command = 'account.note_lost_key'"
        ).fetchall()
        return max((json.loads(row[0])["recorded"] for row in rows), default="")

    def lost_with_its_key(self, row: dict[str, Any], entry: str) -> bool:
        """Tell whether a private value can't be opened because the key that sealed it was lost, as the account itself noted."""
        sealed = (
            isinstance(row["value"], bytes | memoryview)
            and bytes(row["value"][:1]) == entries.SEALED
        )
        return sealed and str(self.bodies[entry]["recorded"]) < self.lost_at

    def tree(self) -> None:
        """Every leaf and node must be what the entries give; none is missing and none is left over."""
        form = shape(Leaf)
        seen = 0
        for raw in images(self.store, Leaf):
            row = dict(zip(form.columns, raw, strict=True))
            seen += 1
            seq = row["seq"]
            if not isinstance(seq, int) or not 0 <= seq < len(self.hashes):
                self.fault(
                    "a number without its entry", "journal_leaf", seq, stored(row["entry_id"])
                )
            elif (
                not isinstance(row["hash"], bytes | memoryview)
                or bytes(row["hash"]) != self.hashes[seq]
            ):
                self.fault(
                    "an entry is not what was numbered",
                    "journal_leaf",
                    seq,
                    stored(row["entry_id"]),
                )
        if seen != len(self.hashes):
            self.fault(
                "numbers and entries differ", "journal_leaf", f"{seen} of {len(self.hashes)}"
            )
        self.nodes = {
            level << INDEX_BITS | index: content
            for level, index, content in merkle.nodes_added(0, self.hashes, _no_node)
        }
        nodes = dict(self.nodes)
        for raw in images(self.store, Node):
            name, content = raw
            if not isinstance(content, bytes | memoryview) or nodes.pop(name, None) != bytes(
                content
            ):
                self.fault("a node of the tree was changed", "journal_node", name)
        for name in nodes:
            self.fault("a node of the tree is missing", "journal_node", name)
        rows = self.store.run("SELECT +id, +size FROM journal_head").fetchall()
        if [tuple(row) for row in rows] != [(1, len(self.hashes))]:
            self.fault("the head's size differs from the entries", "journal_head", 1)

    def heads(self, against: str | None) -> None:
        """Every signed head must be a head of this very tree, in order, and the newest one must be there."""
        before, at_origin = 0, 0
        self.signers = self.origins()
        order = list(self.signers)
        for at, row in enumerate(
            sorted(images(self.store, Checkpoint), key=lambda row: str(row[0]).zfill(20))
        ):
            number, size, sealed_at, note, time_signature = row
            if number != at:
                self.fault("a signed head is missing", "journal_checkpoint", at)
            if not isinstance(size, int) or size <= before:
                self.fault("signed heads are out of order", "journal_checkpoint", number)
            before = size if isinstance(size, int) else before
            if not self.signed_head(note, size):
                self.fault("a signed head does not fit the entries", "journal_checkpoint", number)
            name = str(note).split("\n")[0]
            if name in order and order.index(name) < at_origin:
                self.fault("signed heads are out of order", "journal_checkpoint", number)
            at_origin = order.index(name) if name in order else at_origin
            if not timed_rightly(note, sealed_at, time_signature, self.signers.get(name)):
                self.fault("the time of a signed head was changed", "journal_checkpoint", number)
        path = pinned_path()
        if path.exists():
            pinned = path.read_text("utf-8")
            if not self.signed_head(pinned, None) or int(pinned.split("\n")[1]) > before:
                self.fault(
                    "the head pinned outside the account does not fit the entries",
                    "heads/latest",
                    "-",
                )
        if against is not None and not self.signed_head(against, None):
            self.fault(
                "the account does not continue the head it was compared with", "journal_entry", "-"
            )

    def origins(self) -> dict[str, Ed25519PublicKey]:
        """Return the account's origins and their keys as stored; an account without the row that says what it is has none."""
        former = "former" if "former" in columns_of(self.store, "kernel_account") else "NULL"
        row = self.store.run(f"SELECT origin, {former} FROM kernel_account").fetchone()
        try:
            return verifiers(str(row[0]), row[1]) if row else {}
        except ValueError:
            return {}

    def signed_head(self, note: str, size: int | None) -> bool:
        """Tell whether a signed head is one of this tree."""
        try:
            head = notes.open_checkpoint(note, self.signers)
        except notes.NoteError:
            return False
        if (
            head.origin not in self.signers
            or head.size > len(self.hashes)
            or (size is not None and head.size != size)
        ):
            return False
        return merkle.root(head.size, self.node) == head.root

    def node(self, level: int, index: int) -> bytes:
        """Return the hash of a complete subtree as the entries give it."""
        return self.hashes[index] if level == 0 else self.nodes[level << INDEX_BITS | index]

    def kept(self, table: str) -> None:
        """Every row of a guarded table must be as it was last bound; none is missing and none was added."""
        columns = columns_of(self.store, table)
        at = columns.index("id")
        for raw in images_of(self.store, table, columns):
            self.checked += 1
            key = str(stored(raw[at]))
            digest, name = self.last.pop((table, key), (None, "-"))
            if digest is None:
                self.fault("a row that no entry wrote", table, key, name)
                continue
            try:
                same = digest_of(table, columns, raw) == digest
            except (TypeError, ValueError):
                same = False
            if not same:
                self.fault("a row was changed", table, key, name)

    def unclaimed(self) -> None:
        """What was bound last must still be there, unless it was removed by an entry."""
        for (table, key), (digest, name) in self.last.items():
            if digest is not None:
                self.fault("a row was removed", table, key, name)

    def derived(self) -> None:
        """Derived tables must equal what is computed anew."""
        checks = {check: table for table, check in reversed(CHECKS.items())}
        for model in derived_models():
            assert model._meta.db_table in CHECKS, (
                f"{model} is derived, and nothing computes it anew"
            )
        for check, table in checks.items():
            for key in check(self.store):
                self.fault("a derived row differs from what is computed anew", table, key)


def images(store: Store, model: type[models.Model]) -> Iterator[Sequence[Any]]:
    """Give every row of a table as stored."""
    form = shape(model)
    cursor = store.run(f'SELECT {form.select_list(store.sqlite)} FROM "{form.table}"')
    while batch := cursor.fetchmany(2000):
        yield from batch


def opens(row: dict[str, Any], digest: str) -> bool:
    """Tell whether a private value as kept opens its commitment."""
    try:
        entry, _between, field = row["id"].partition("/")
        content = entries.opened_value(UUID(hex=entry), field, bytes(row["value"]))
        return entries.commitment(bytes(row["salt"]), field, content) == digest
    except (ValueError, SealBroken):
        return False


def timed_rightly(note: str, sealed_at: Any, signature: str, key: Ed25519PublicKey | None) -> bool:
    """Tell whether the time of a signed head is the one that was signed with it."""
    try:
        if key is None:
            return False
        moment = sealed_at if isinstance(sealed_at, dt.datetime) else from_sqlite(sealed_at)
        if stored(moment) != stored(sealed_at) or bytes.fromhex(signature).hex() != signature:
            return False
        key.verify(bytes.fromhex(signature), sealed_text(note, moment))
    except (InvalidSignature, ValueError, TypeError, AttributeError):
        return False
    return True


def _no_node(level: int, index: int) -> bytes:
    raise AssertionError(f"an empty tree has no node {level}/{index}")


def verify(against: str | None = None) -> tuple[list[Fault], Sealed | None, int]:
    """Verify the whole account; return faults, the newest signed head, and how many rows were compared."""
    work = Verifier()
    faults = work.run(against)
    return faults, last_sealed(work.store), work.checked
