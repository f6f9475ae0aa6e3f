"""Verify names every row that was changed, added or removed behind the product's back: in every table, every column."""

import datetime as dt
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import connections, transaction

from mingbai.kernel.account import digests
from mingbai.kernel.guard import door
from mingbai.kernel.journal.verify import UNBOUND, Verifier
from mingbai.kernel.laying import values_of, whole
from mingbai.kernel.rows import Store, stored
from mingbai.kernel.tables import columns_of, guarded_tables, kept_models
from tests.conftest import URL, House, house_of
from tests.filled import fill

# Columns that say nothing about the account, and why.
FREE = {
    ("journal_waiting", "id"): "a place in the queue, not yet a promise",
    ("kernel_placepair", "id"): "a derived table's own counter",
}
TABLES = sorted(
    model._meta.db_table for model in apps.get_models() if model.__module__.startswith("mingbai.")
)


@pytest.fixture(scope="module")
def filled(
    templates: dict[str, tuple[Path, str]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    """An account with something in every table, half of it numbered and sealed, a little still waiting."""
    for house in house_of("real", templates, tmp_path_factory.mktemp("filled") / "account"):
        fill(house)
        house.settle()
        house.do(
            "goods.add_pack", {"place": "110112106224", "item": "mask", "unit": "箱", "size": 2000}
        )
        house.settle()
        house.do(
            "goods.add_pack", {"place": "110112106224", "item": "mask", "unit": "袋", "size": 10}
        )
        assert house.faults() == []
        yield house


@dataclass
class Look:
    """How a trial is verified: one guarded table against what the journal bound of it, or everything.

    A pass over everything asks the same of each table and adds what it finds, so what the look at the table alone finds it finds too.
    Whatever that look does not find, and the first change of every table, is left to a pass over everything.
    """

    house: House
    table: str
    bound: dict[tuple[str, str], tuple[str | None, str]]
    looked: bool = False

    def faults(self) -> list[str]:
        """Return what is wrong."""
        near = [str(fault) for fault in self.near()] if self.bound else []
        if near and self.looked:
            return near
        whole = self.house.faults()
        assert set(near) <= set(whole)
        self.looked = True
        return whole

    def near(self) -> list[Any]:
        """Return what is wrong with the table, as far as its own rows tell."""
        verifier = Verifier()
        verifier.last = dict(self.bound)
        verifier.kept(self.table)
        verifier.unclaimed()
        return verifier.faults


@pytest.fixture(scope="module")
def bound(filled: House) -> dict[str, dict[tuple[str, str], tuple[str | None, str]]]:
    """What the journal bound last, by guarded table."""
    verifier = Verifier()
    verifier.journal()
    assert not verifier.faults
    found: dict[str, Any] = {table: {} for table in guarded_tables(verifier.store)}
    for line, digest in verifier.last.items():
        found[line[0]][line] = digest
    return found


@pytest.fixture
def look(filled: House, bound: dict[str, Any], table: str) -> Look:
    """The look at one table."""
    return Look(filled, table, bound.get(table, {}))


def others(value: Any) -> list[Any]:
    """Return values near one: what a careful hand would write instead."""
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        return [value + 1, -value - 1]
    if isinstance(value, str):
        return [value + " ", value[:-1] if len(value) > 1 else "x", value[::-1] + "x"]
    if isinstance(value, bytes | memoryview):
        content = bytes(value)
        return [content + b"\0", bytes([content[0] ^ 1]) + content[1:] if content else b"x"]
    if isinstance(value, uuid.UUID):
        return [uuid.uuid4()]
    if isinstance(value, dt.datetime):
        return [value + dt.timedelta(seconds=1)]
    if isinstance(value, dt.date):
        return [value + dt.timedelta(days=1)]
    return ["x", 0]


class Changed(Exception):  # noqa: N818 - only rolls a trial back
    """Roll back what was tried."""


def trial(
    house: House | Look,
    statement: str,
    values: list[Any],
    unchanged: Callable[[], bool] = lambda: False,
) -> list[str] | None:
    """Run a statement behind the product's back, verify, and roll back; nothing when it changed nothing."""
    found: list[str] | None = None
    store = Store()
    try:
        with transaction.atomic(using="default"):
            with door(), connections["default"].cursor() as cursor:
                if not store.sqlite:
                    cursor.execute("SET CONSTRAINTS ALL DEFERRED")
                cursor.execute(statement, values)
                if cursor.rowcount == 0 or unchanged():
                    # PostgreSQL cuts blanks past a column's length without a word: nothing was changed.
                    return None
            found = house.faults()
            raise Changed
    except Changed:
        return found
    except Exception as fault:
        # The database itself refused it: a constraint is a barrier too.
        if fault.__class__.__module__ in {"django.db.utils"}:
            return None
        raise


def image(store: Store, table: str, columns: list[str], key: Any, key_column: str) -> list[Any]:
    """Return a row as stored."""
    listed = ", ".join(f'{"+" if store.sqlite else ""}"{column}"' for column in columns)
    row = store.run(f'SELECT {listed} FROM "{table}" WHERE "{key_column}" = %s', [key]).fetchone()
    return list(row)


def same(
    store: Store, table: str, columns: list[str], key: Any, key_column: str, row: list[Any]
) -> bool:
    """Tell whether a row is still as it was."""
    listed = store.run(f'SELECT 1 FROM "{table}" WHERE "{key_column}" = %s', [key]).fetchone()
    if listed is None:
        return False
    found = image(store, table, columns, key, key_column)
    return [stored(value) for value in found] == [stored(value) for value in row]


def key_column_of(table: str) -> str:
    """Return the column that names a table's rows."""
    model = next(model for model in apps.get_models() if model._meta.db_table == table)
    return str(model._meta.pk.column)


@pytest.mark.parametrize("table", TABLES)
def test_no_column_of_any_row_can_be_changed_unnoticed(look: Look, table: str) -> None:
    store = Store()
    key_column = key_column_of(table)
    columns = columns_of(store, table)
    keys = [
        row[0] for row in store.run(f'SELECT "{key_column}" FROM "{table}" ORDER BY 1').fetchall()
    ]
    assert keys, f"{table} is empty: this test would prove nothing about it"
    tried = 0
    for key, turn in {keys[0]: 0, keys[-1]: 1}.items():
        row = image(store, table, columns, key, key_column)
        for column, value in zip(columns, row, strict=True):
            if (table, column) in FREE:
                continue
            near = others(value)
            # The first row is written over, the last one is written over otherwise and emptied.
            for other in [near[min(turn, len(near) - 1)], *([None] if key == keys[-1] else [])]:
                if stored(other) == stored(value):
                    continue
                statement = f'UPDATE "{table}" SET "{column}" = %s WHERE "{key_column}" = %s'
                faults = trial(
                    look,
                    statement,
                    [other, key],
                    partial(same, store, table, columns, key, key_column, row),
                )
                if faults is None:
                    continue
                tried += 1
                assert faults, f"{table}.{column}: {value!r} became {other!r} and nobody noticed"
                assert any("table " in fault and "key " in fault for fault in faults)
    assert tried or table in UNBOUND


@pytest.mark.parametrize("table", TABLES)
def test_no_row_can_be_removed_unnoticed(look: Look, table: str) -> None:
    store = Store()
    key_column = key_column_of(table)
    keys = [
        row[0] for row in store.run(f'SELECT "{key_column}" FROM "{table}" ORDER BY 1').fetchall()
    ]
    for key in {keys[0], keys[len(keys) // 2], keys[-1]}:
        faults = trial(look, f'DELETE FROM "{table}" WHERE "{key_column}" = %s', [key])
        assert faults is None or faults, f"a row of {table} was removed and nobody noticed"


@pytest.mark.parametrize("table", TABLES)
def test_no_row_can_be_added_unnoticed(look: Look, table: str) -> None:
    store = Store()
    key_column = key_column_of(table)
    columns = columns_of(store, table)
    key = store.run(f'SELECT "{key_column}" FROM "{table}" ORDER BY 1').fetchone()[0]
    row = dict(zip(columns, image(store, table, columns, key, key_column), strict=True))
    value = row[key_column]
    fresh: Any = uuid.uuid4() if not store.sqlite else uuid.uuid4().hex
    row[key_column] = value + 10**6 if isinstance(value, int) else fresh
    for name, held in row.items():
        if isinstance(held, str) and name in {
            "code",
            "username",
            "digest",
            "name_zh",
            "name",
            "unit",
        }:
            row[name] = (held + "x")[:60]
    holes = ", ".join(["%s"] * len(columns))
    listed = ", ".join(f'"{column}"' for column in columns)
    faults = trial(
        look,
        f'INSERT INTO "{table}" ({listed}) VALUES ({holes})',
        [row[column] for column in columns],
    )
    assert faults is None or faults, f"a row was added to {table} and nobody noticed"


@pytest.mark.skipif(bool(URL), reason="PostgreSQL tells what it stored")
def test_what_sqlite_is_given_is_what_it_stores(filled: House) -> None:
    stored, store, seen = digests(), Store(), 0
    for model in kept_models():
        rows = store.fetch(model, {}, limit=None)
        if rows:
            layout = whole(model)
            given = zip(*values_of(rows), strict=True)
            columns = [
                layout.taken(name, values, sqlite=True)
                for name, values in zip(layout.names, given, strict=True)
            ]
            for key, digest in layout.told(columns, len(rows)):
                assert stored[(model._meta.db_table, key)][1] == digest, model
                seen += 1
    assert seen == len(stored) > 100


def test_a_table_that_nothing_binds_is_a_fault(filled: House) -> None:
    faults = trial(filled, "CREATE TABLE quietly (id integer)", [])
    assert faults is None or any("quietly" in fault for fault in faults)


def test_a_fault_names_table_key_and_entry(filled: House) -> None:
    faults = trial(filled, "UPDATE kernel_goods SET name_zh = 'x'", [])
    assert faults is not None and len(faults) == 1
    entry = (
        Store().run("SELECT id FROM journal_entry WHERE command = 'goods.add_goods'").fetchone()[0]
    )
    assert "kernel_goods" in faults[0] and str(stored(entry)) in faults[0]


def test_two_entries_swapped_are_noticed(filled: House) -> None:
    faults = trial(
        filled,
        "UPDATE journal_leaf SET hash = (SELECT hash FROM journal_leaf WHERE seq = 2) WHERE seq = 1",
        [],
    )
    assert faults
