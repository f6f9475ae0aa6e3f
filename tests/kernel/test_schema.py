"""An empty database that is made at once has the very tables that living through every migration gives."""

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from mingbai.kernel import account as accounts
from mingbai.kernel import guard, schema
from tests.conftest import URL, House, close, database, drop

SQLITE = "SELECT name, tbl_name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'"
POSTGRESQL = [
    "SELECT table_name, column_name, data_type, character_maximum_length, is_nullable, column_default, is_identity, "
    "collation_name FROM information_schema.columns WHERE table_schema = current_schema()",
    "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema()",
    "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), condeferrable, condeferred FROM pg_constraint "
    "WHERE connamespace = current_schema()::regnamespace",
]
DONE = "SELECT app, name FROM django_migrations"


def parts(sql: str) -> list[str]:
    """Return what a CREATE statement says between its outermost brackets, in any order; an index says it in its own."""
    if not sql.startswith("CREATE TABLE"):
        return [sql]
    found, depth, word = [], 0, ""
    for letter in sql[sql.index("(") + 1 : sql.rindex(")")]:
        depth += (letter == "(") - (letter == ")")
        if letter == "," and not depth:
            found.append(word.strip())
            word = ""
        else:
            word += letter
    return sorted([*found, word.strip(), sql[sql.rindex(")") :]])


def shape(alias: str) -> list[str]:
    """Return all that a database says of its tables, but for the order of a table's columns."""
    connection = connections[alias]
    found = []
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for name, table, sql in cursor.execute(SQLITE).fetchall():
                found += [f"{table} {name} {part}" for part in parts(sql)]
        else:
            for question in POSTGRESQL:
                cursor.execute(question)
                found += [str(row) for row in cursor.fetchall()]
        cursor.execute(DONE)
        found += [str(row) for row in cursor.fetchall()]
        if alias == "running":
            cursor.execute("SELECT app_label, model FROM django_content_type")
            found += [str(row) for row in cursor.fetchall()]
            cursor.execute("SELECT codename FROM auth_permission")
            found += [str(row) for row in cursor.fetchall()]
    return sorted(found)


@pytest.fixture
def elsewhere(account: House, tmp_path: Path) -> Iterator[None]:
    """An empty folder, and on PostgreSQL an empty database."""
    name = f"schema_{uuid.uuid4().hex}"
    close()
    if URL:
        database(name)
    (tmp_path / "elsewhere").mkdir()
    accounts.use(tmp_path / "elsewhere")
    yield
    close()
    if URL:
        drop(name)


def emptied(alias: str) -> None:
    """Take every table of a database away."""
    connection = connections[alias]
    with guard.door(), connection.schema_editor() as editor:
        with connection.cursor() as cursor:
            there = connection.introspection.table_names(cursor)
        for table in there:
            editor.execute(f'DROP TABLE "{table}"' + (" CASCADE" if URL else ""))


def test_made_at_once_it_is_what_the_migrations_make(elsewhere: None) -> None:
    schema.bare_migrate()
    for alias in ("default", "running"):
        assert not schema.empty(alias) and not accounts.pending(alias)
        with guard.door(), connections[alias].cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS cache")
        at_once = shape(alias)
        emptied(alias)
        assert schema.empty(alias) and accounts.pending(alias)
        with guard.door():
            schema.step_by_step(alias)
        assert shape(alias) == at_once
        assert len(at_once) > 200


def test_a_beginning_that_is_cut_off_leaves_nothing_and_is_begun_again(elsewhere: None) -> None:
    left = 100

    def stop(execute: Callable[..., Any], *statement: Any) -> Any:
        nonlocal left
        left -= 1
        if not left:
            raise OSError("the power went")
        return execute(*statement)

    with connections["default"].execute_wrapper(stop), pytest.raises(OSError, match="power"):
        schema.bare_migrate()
    assert left <= 0 and schema.empty("default") and schema.empty("running")
    schema.bare_migrate()
    assert not accounts.pending("default") and not accounts.pending("running")
