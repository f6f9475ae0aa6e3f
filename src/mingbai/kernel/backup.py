"""Backup and restore: one encrypted file holds the account, its keys, its heads and its pictures.

A restored account that stands behind a head that was already signed does not sign, until it goes on under a new origin that
names the old head and the gap. People who were erased since the backup are erased again before anybody looks.
"""

import contextlib
import io
import json
import os
import shutil
import sqlite3
import tarfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from django.db import OperationalError, connections
from django.db.migrations.recorder import MigrationRecorder
from django.utils.translation import gettext_lazy as _

from mingbai.kernel import account, keys, recovery
from mingbai.kernel.canonical import sha256
from mingbai.kernel.clock import stamp
from mingbai.kernel.folder import alone, folder, on_disk, write_safely
from mingbai.kernel.guard import door
from mingbai.kernel.identity import random_link
from mingbai.kernel.journal import tree
from mingbai.kernel.models import Person
from mingbai.kernel.moment import account as account_row
from mingbai.kernel.moment import now as moment_now
from mingbai.kernel.perform import as_house, perform
from mingbai.kernel.refusals import Refused, sentences
from mingbai.kernel.rows import Store
from mingbai.kernel.schema import bare_migrate
from mingbai.kernel.turn import file_of_account
from mingbai.proofs import notes

FOLDERS = ("keys", "heads", "attachments", "jobs")
# People work meanwhile. A head is taken before the tables, else the account would stand behind it when it comes back;
# pictures are taken after, for an act names one that is there already; of work under way both are needed.
BEFORE, AFTER = ("heads", "jobs"), ("keys", "attachments", "jobs")
MARKER = "restoring.json"
FILE = "account.sqlite3"

sentences(
    {
        "RST-1": _(
            "A restore was cut off here. Run it again with the same file: mingbai restore FILE."
        ),
        "RST-2": _(
            "There is an account in this folder. Restore into an empty folder, or one that holds only its heads."
        ),
        "RST-3": _("This backup was made on %(there)s and can't be restored on %(here)s."),
        "RST-4": _(
            "Nothing has to be continued: the account stands at or beyond every head that was signed."
        ),
        "RST-5": _(
            "This backup is of another version of the tables. Restore it with the program that made it, then bring it up to date."
        ),
        "RST-8": _(
            "There can be no file %(file)s: its folder is not there, or a folder of that name is. Name a file in a folder that is."
        ),
        "RST-6": _("Another restore is under way in this folder. Wait until it has ended."),
    }
)


def backup(target: Path) -> dict[str, Any]:
    """Write an encrypted backup; return what it holds. A backup that is cut off leaves no file of that name."""
    public = recovery.recovery_public(folder())
    if target.is_dir() or not target.parent.is_dir():
        raise Refused("RST-8", file=target)
    with alone(folder() / ".backup.lock"):
        for left in (*folder().glob(".backup-*"), *target.parent.glob(f"{target.name}.*.part")):
            left.unlink(missing_ok=True)
        return write_backup(target, public)


def write_backup(target: Path, public: bytes) -> dict[str, Any]:
    """Write an encrypted backup, by whoever is alone at it."""
    sealed = tree.settle()
    where = folder()
    part = target.with_name(f"{target.name}.{recovery.random_name()}.part")
    try:
        with part.open("wb") as file:
            closed = recovery.Closing(file, public)
            with tarfile.open(fileobj=closed, mode="w|") as packed:  # type: ignore[call-overload]
                told = {
                    "made": stamp(moment_now(Store())),
                    "size": sealed.size if sealed else 0,
                    "origin": account_row(Store()).origin,
                    "database": connections["default"].vendor,
                }
                add_bytes(packed, "backup.json", json.dumps(told).encode())
                for name in BEFORE:
                    add_folder(packed, where, name)
                add_database(packed, where)
                for name in AFTER:
                    add_folder(packed, where, name)
            closed.close()
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, target)
    finally:
        part.unlink(missing_ok=True)
    return told | {"bytes": target.stat().st_size, "recovery": recovery.mark_of(public)}


def add_folder(packed: tarfile.TarFile, where: Path, name: str) -> None:
    """Add the files of a folder, without what is only half written or is deleted meanwhile."""
    for path in sorted((where / name).rglob("*")):
        if path.name.startswith(".new-"):
            continue
        with contextlib.suppress(FileNotFoundError, IsADirectoryError), path.open("rb") as file:
            packed.addfile(
                packed.gettarinfo(arcname=str(path.relative_to(where)), fileobj=file), file
            )


def add_bytes(packed: tarfile.TarFile, name: str, content: bytes) -> None:
    """Add a file with this content."""
    member = tarfile.TarInfo(name)
    member.size = len(content)
    packed.addfile(member, io.BytesIO(content))


def add_database(packed: tarfile.TarFile, where: Path) -> None:
    """Add a copy of the account's tables as they stand at one moment."""
    path = file_of_account()
    if path is None:
        for name, content in dumped():
            add_bytes(packed, name, content)
        return
    copy = where / f".backup-{recovery.random_name()}"
    try:
        with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(copy)) as made:
            source.backup(made)
        packed.add(copy, arcname=FILE)
    except sqlite3.OperationalError as fault:
        raise OperationalError(*fault.args) from fault
    finally:
        copy.unlink(missing_ok=True)


def tables() -> list[str]:
    """Return the account's own tables."""
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'account' ORDER BY 1")
        return [row[0] for row in cursor.fetchall() if row[0] != "django_migrations"]


def dumped() -> Iterator[tuple[str, bytes]]:
    """Give every table of a PostgreSQL account as it stands at one moment, and which migrations made it."""
    connection = connections["default"]
    connection.close()
    connection.ensure_connection()
    raw = connection.connection
    with raw.cursor() as cursor:
        cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield "migrations.json", json.dumps(applied()).encode()
        for table in tables():
            with cursor.copy(f'COPY "account"."{table}" TO STDOUT') as rows:
                yield f"tables/{table}", b"".join(bytes(row) for row in rows)
        cursor.execute("COMMIT")


def applied() -> list[str]:
    """Return the migrations that made the tables."""
    found = MigrationRecorder(connections["default"]).applied_migrations()
    return sorted(f"{app}.{name}" for app, name in found)


def unfinished() -> bool:
    """Tell whether a restore was cut off in the folder in use."""
    return (folder() / MARKER).exists()


def restore(source: Path, secret: str) -> dict[str, Any]:
    """Restore a backup into the folder in use; cut off at any moment, it is run again."""
    if account.exists() and not unfinished():
        raise Refused("RST-2")
    private = recovery.key_from(secret)
    folder().mkdir(parents=True, exist_ok=True)
    os.chmod(folder(), 0o700)
    with alone(folder() / ".restore.lock", wait=False) as mine:
        if not mine:
            raise Refused("RST-6")
        if account.in_database() and not unfinished():
            raise Refused("ACT-7")
        return put_back(source, private)


def put_back(source: Path, private: X25519PrivateKey) -> dict[str, Any]:
    """Put back what a backup holds, by whoever is alone at it."""
    where = folder()
    fresh = where / ".restoring"
    shutil.rmtree(fresh, ignore_errors=True)
    try:
        with source.open("rb") as file:
            opening = recovery.Opening(file, private)
            with tarfile.open(fileobj=opening, mode="r|") as packed:  # type: ignore[call-overload]
                packed.extractall(fresh, filter="data")
            opening.read()
    except BaseException as fault:
        shutil.rmtree(fresh, ignore_errors=True)
        if isinstance(fault, tarfile.TarError):
            raise Refused("REC-1") from None
        raise
    told: dict[str, Any] = json.loads((fresh / "backup.json").read_text("utf-8"))
    here = connections["default"].vendor
    if told["database"] != here:
        shutil.rmtree(fresh)
        raise Refused("RST-3", there=told["database"], here=here)
    write_safely(where / MARKER, json.dumps(told).encode())
    place(fresh, where)
    shutil.rmtree(fresh)
    keys.forget()
    account.open_account(where, restoring=True)
    told["erased_again"] = erase_again()
    (where / MARKER).unlink()
    told["behind"] = behind()
    return told


def place(fresh: Path, where: Path) -> None:
    """Put what was unpacked where it belongs; heads that are newer than the backup's stay."""
    for name in FOLDERS:
        for source in sorted((fresh / name).rglob("*")):
            target = where / source.relative_to(fresh)
            if source.is_dir():
                target.mkdir(parents=True, exist_ok=True)
            elif name != "heads" or not target.exists():
                write_safely(target, source.read_bytes(), source.stat().st_mode & 0o777)
    if (fresh / FILE).exists():
        for name in (f"{FILE}-wal", f"{FILE}-shm"):
            (where / name).unlink(missing_ok=True)
        on_disk(fresh / FILE)
        os.replace(fresh / FILE, where / FILE)
        on_disk(where)
    else:
        load_tables(fresh)


def load_tables(fresh: Path) -> None:
    """Fill the tables of an empty PostgreSQL database."""
    bare_migrate()
    if json.loads((fresh / "migrations.json").read_text("utf-8")) != applied():
        raise Refused("RST-5")
    raw = connections["default"].connection
    with door(), raw.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        names = ", ".join(f'"account"."{table}"' for table in tables())
        cursor.execute(f"TRUNCATE {names}")
        for table in tables():
            with cursor.copy(f'COPY "account"."{table}" FROM STDIN') as rows:
                rows.write((fresh / "tables" / table).read_bytes())
        cursor.execute(
            "SELECT setval(pg_get_serial_sequence('account.journal_waiting', 'id'), "
            "COALESCE((SELECT MAX(id) FROM account.journal_waiting), 0) + 1, false)"
        )
        cursor.execute("COMMIT")


def erase_again() -> int:
    """Erase again whom the backup still knows and who was erased since; return how many."""
    path = folder() / "heads" / "erasures"
    if not path.exists():
        return 0
    count = 0
    for line in path.read_text("ascii").splitlines():
        found = Person.objects.filter(id=UUID(hex=line.split(" ")[0]), erased_at=None).first()
        if found is not None:
            ask = {"place": found.place, "person": found.id, "reason": "erased before the restore"}
            as_house("people.erase_person", ask)
            count += 1
    return count


def behind() -> bool:
    """Tell whether the account stands behind a head that was already signed, so that it does not sign."""
    try:
        while tree.sequence():
            pass
        store = Store()
        # The head outside first: whoever seals meanwhile is only further on.
        note = tree.pinned_note()
        tree.check_pinned(store, tree.last_sealed(store), note)
    except tree.Stopped:
        return True
    return False


def go_on(why: str = "restored", old_public: bytes | None = None) -> dict[str, Any]:
    """Begin a new origin that names the old one's last head and the gap, and sign under it."""
    store = Store()
    held = account_row(store)
    if why == "restored" and not behind():
        raise Refused("RST-4")
    pinned = tree.pinned_path()
    note = pinned.read_text("utf-8") if pinned.exists() else ""
    lost = notes.parse_checkpoint(note.split("\n\n")[0] + "\n") if note else None
    formerly = {line.split(" ")[0] for line in (held.former or "").splitlines()}
    # A head of an origin that this copy has left was lost and named already, before a cut; any other one is lost now,
    # also one of an origin that began after the copy was made.
    if lost is not None and lost.origin not in formerly:
        prefix = held.origin.split("/")[0]
        ask = {
            "log_origin": f"{prefix}/{random_link().lower()[:12]}",
            "public_key": (old_public or keys.keys().log_public).hex(),
            "lost_head": sha256(note.encode()).hex(),
            "lost_size": lost.size,
            "held_size": tree.size_of(store),
            "why": why,
        }
        perform("account.continue_after_loss", ask)
    elif lost is None:
        raise Refused("RST-4")
    if lost is not None:
        os.replace(pinned, pinned.with_name(f"{lost.origin.rsplit('/', 1)[1]}-{lost.size}"))
    sealed = tree.settle()
    new = account_row(Store())
    return {
        "origin": new.origin,
        "former": held.origin,
        "lost_size": lost.size if lost else 0,
        "sealed": sealed.size if sealed else 0,
    }
