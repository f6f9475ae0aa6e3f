"""The account's life: it is born, opened, migrated through the maintenance door, and closed."""

import datetime as dt
import json
import os
from pathlib import Path

from django.conf import settings
from django.db import connections
from django.db.backends.signals import connection_created
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext_lazy as _

from mingbai.kernel import guard, keys, maintenance, moment, pass_keys
from mingbai.kernel.clock import machine_now
from mingbai.kernel.devices import gaps
from mingbai.kernel.folder import folder, write_safely
from mingbai.kernel.identity import random_link
from mingbai.kernel.journal.verify import verify
from mingbai.kernel.perform import perform
from mingbai.kernel.refusals import Refused, sentences
from mingbai.kernel.rows import Store, stored
from mingbai.kernel.schema import bare_migrate, make_schemas
from mingbai.kernel.tables import columns_of, digest_of, guarded_tables, images_of

sentences(
    {
        "ACT-6": _(
            "%(text)s is not a time with its zone. Write it like 2020-02-14T08:00:00+08:00."
        ),
        "ACT-2": _(
            "There is an account in this folder already. Choose another folder with --data, or serve this one with: mingbai run."
        ),
        "ACT-7": _(
            "The database that MINGBAI_DATABASE_URL names holds an account already. Name an empty database."
        ),
        "ACT-3": _(
            "The account does not verify, so it is not migrated. Run: mingbai verify. First fault: %(fault)s"
        ),
    }
)

PINNED = "heads/latest"  # an older backup may stand behind it; it does not sign then, but it may be brought up to date


def use(where: Path) -> None:
    """Turn this process to the account in a folder; on PostgreSQL the database stays and the folder holds keys and heads."""
    settings.DATA = where.absolute()
    for alias, name in (("default", "account.sqlite3"), ("running", "running.sqlite3")):
        connections[alias].close()
        if connections.settings[alias]["ENGINE"].endswith("sqlite3"):
            connections.settings[alias]["NAME"] = str(settings.DATA / name)
            connections[alias].settings_dict["NAME"] = str(settings.DATA / name)
    moment.forget()
    gaps.forget()


def exists() -> bool:
    """Tell whether the folder in use holds an account."""
    return any((folder() / "keys").glob("*.key"))


def in_database() -> bool:
    """Tell whether the database of a server holds an account already, whatever lies in the folder in use."""
    if connections["default"].vendor != "postgresql":
        return False
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT to_regclass('account.kernel_account')")
        if cursor.fetchone() == (None,):
            return False
        cursor.execute("SELECT 1 FROM account.kernel_account LIMIT 1")
        return cursor.fetchone() is not None


def on_connection(sender: object, connection: object, **_more: object) -> None:
    """Put the guard on every new connection to the account."""
    guard.install(connection)  # type: ignore[arg-type]


def watch() -> None:
    """Watch for connections; the one place where a signal of Django is the only way."""
    connection_created.connect(on_connection, dispatch_uid="mingbai.guard")


def birth(
    where: Path, *, name: str, kind: str = "real", story_now: dt.datetime | None = None
) -> list[str]:
    """Make an empty account in a folder: keys, tables, and the first entry, which says what account this is.

    The lines of the two pass roots' sheets are returned, to be printed once: they are kept nowhere.
    """
    use(where)
    if exists():
        raise Refused("ACT-2")
    if in_database():
        raise Refused("ACT-7")
    where.mkdir(parents=True, exist_ok=True)
    os.chmod(where, 0o700)
    bare_migrate()
    keys.make(folder())
    store = Store()
    with guard.door():
        store.run("INSERT INTO journal_head (id, size) VALUES (1, 0)")
    origin = f"{'mingbai' if kind == 'real' else 'story.invalid'}/{random_link().lower()[:12]}"
    began = story_now if kind == "story" and story_now else machine_now()
    with moment.at_birth(store, kind, began):
        perform(
            "account.begin",
            {"name": name, "kind": kind, "log_origin": origin, "began_at": began.isoformat()},
        )
    sheets = pass_keys.make_roots(folder(), began)
    pass_keys.note_first()
    return sheets


def open_account(where: Path, *, restoring: bool = False) -> None:
    """Turn to the account in a folder, bring its schema up to date, and refuse a folder that holds none."""
    use(where)
    if (where / "restoring.json").exists() and not restoring:
        raise Refused("RST-1")
    if not exists():
        raise Refused("ACT-1")
    if pending("default") or unfinished().exists():
        migrate(restoring=restoring)
    elif pending("running"):
        bare_migrate()
    settings.SECRET_KEY = keys.keys().web


def pending(alias: str) -> bool:
    """Tell whether a database's schema is older than this program."""
    make_schemas()
    plan = MigrationExecutor(connections[alias])
    return bool(plan.migration_plan(plan.loader.graph.leaf_nodes()))


def unfinished() -> Path:
    """Return the file that stands while a migration is under way: what was verified before it began."""
    return folder() / "migrating.json"


def migrate(*, restoring: bool = False) -> int:
    """Migrate through the maintenance door: verify before, bind anew after; return how many rows were bound anew.

    A migration that was cut off goes on from what was verified when it began.
    """
    if unfinished().exists():
        told = json.loads(unfinished().read_text("utf-8"))
        before = {(table, key): (version, digest) for table, key, version, digest in told}
    else:
        faults = [fault for fault in verify()[0] if not (restoring and fault.table == PINNED)]
        if faults:
            raise Refused("ACT-3", fault=str(faults[0]))
        before = digests()
        told = [[*key, *known] for key, known in before.items()]
        write_safely(unfinished(), json.dumps(told).encode())
    bare_migrate()
    keys.make_missing(folder())
    after = digests()
    lines = [
        [*key, *after[key]] for key in sorted(after) if before.get(key, (0, ""))[1] != after[key][1]
    ]
    lines += [[*key, before[key][0], None] for key in sorted(before) if key not in after]
    if lines:
        maintenance.LINES[:] = lines
        perform("account.bind_anew", {"rows": len(lines)})
    unfinished().unlink()
    return len(lines)


def digests() -> dict[tuple[str, str], tuple[int, str]]:
    """Return version and digest of every guarded row as the database holds it now, whatever the models say."""
    store = Store()
    found = {}
    for table in guarded_tables(store):
        columns = columns_of(store, table)
        at, version = columns.index("id"), columns.index("row_version")
        for raw in images_of(store, table, columns):
            found[(table, str(stored(raw[at])))] = (
                int(raw[version]),
                digest_of(table, columns, raw),
            )
    return found


def moment_of(text: str) -> dt.datetime:
    """Return the moment that a text names; a time zone must be there."""
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        raise Refused("ACT-6", text=text) from None
    if found.tzinfo is None:
        raise Refused("ACT-6", text=text)
    return found
