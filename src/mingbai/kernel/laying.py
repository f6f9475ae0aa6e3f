"""Laying rows down: new rows that no later act of a chunk reads stay plain values until they are written, column by column.

An object for each row costs a chunk of many more than everything else that is done for the row; where nobody will ask for
the row before the chunk is over, its values are enough.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, partial
from itertools import chain
from typing import Any
from uuid import UUID

from mingbai.kernel.identity import SALT, drawn_many, new_hexes
from mingbai.kernel.models.base import Kept
from mingbai.kernel.rows import Rows, Shape, Stale, Statement, Store, shape, to_sqlite

PUT_AT_ONCE = 500
VALUES_MOST = 30_000  # of one statement


def are(values: Sequence[Any], kind: type) -> bool:
    """Tell whether values are of one class, none of another that is made of it; some may be missing."""
    return set(map(type, values)) <= {kind, type(None)}


def ids(values: Sequence[UUID | str | None]) -> Sequence[str | None]:
    """Return ids as SQLite takes them; one that is text already is taken as it is."""
    if are(values, str):
        return values  # type: ignore[return-value]
    return [one if one is None or one.__class__ is str else one.hex for one in values]  # type: ignore[union-attr]


def times(values: Sequence[dt.date | None]) -> list[str | None]:
    """Return days or moments as SQLite takes them; the rows of a chunk have few of them."""
    taken = {one: to_sqlite(one) for one in set(values)}
    return [taken[one] for one in values]


def texts(values: Sequence[str | None]) -> Sequence[str | None]:
    """Return texts, also those of a choice, as plain ones."""
    if are(values, str):
        return values
    return [one if one is None or one.__class__ is str else str(one) for one in values]


def numbers(values: Sequence[int | None]) -> Sequence[int | None]:
    """Return whole numbers, also those of a choice, as plain ones."""
    if are(values, int):
        return values
    return [one if one is None or one.__class__ is int else int(one) for one in values]


def contents(values: Sequence[bytes | memoryview | None]) -> Sequence[bytes | None]:
    """Return bytes as SQLite takes them."""
    if are(values, bytes):
        return values  # type: ignore[return-value]
    return [one if one is None or one.__class__ is bytes else bytes(one) for one in values]


TAKEN: dict[str, Callable[[Sequence[Any]], Sequence[Any]]] = {
    "UUIDField": ids,
    "DateTimeField": times,
    "DateField": times,
    "CharField": texts,
    "TextField": texts,
    "IntegerField": numbers,
    "BigIntegerField": numbers,
    "SmallIntegerField": numbers,
    "PositiveIntegerField": numbers,
    "PositiveBigIntegerField": numbers,
    "PositiveSmallIntegerField": numbers,
    "BooleanField": numbers,
    "BinaryField": contents,
}
"""How the values of a column become those that SQLite stores exactly as they are given."""


Columns = Mapping[str, Sequence[Any]]


@dataclass(frozen=True)
class Made:
    """Columns that are made for many rows at once when these are written, and of which given values that are not stored."""

    names: str
    of: str
    function: Callable[[Columns], Columns]


class Layout:
    """In which order the rows of a table are given their values; what is not named is the same for all, or its default."""

    def __init__(
        self, model: type[Kept], names: str, *, made: Made | None = None, **same: Any
    ) -> None:
        self.model, self.names, self.same, self.made = model, tuple(names.split()), same, made
        self.statements: dict[tuple[int, bool], str] = {}

    @cached_property
    def form(self) -> Shape:
        """Return how rows of the table are stored."""
        return shape(self.model)

    @cached_property
    def stored(self) -> tuple[str, ...]:
        """Return the columns whose values are given, or made of what is given."""
        if self.made is None:
            return self.names
        of = self.made.of.split()
        assert set(of) <= set(self.names), f"{self.form.table}: {of} is not given"
        return (*[name for name in self.names if name not in of], *self.made.names.split())

    @cached_property
    def drawn(self) -> tuple[str, ...]:
        """Return the columns that are made here for each row."""
        return tuple(name for name in ("id", "row_salt") if name not in self.stored)

    @cached_property
    def fixed(self) -> dict[str, Any]:
        """Return the columns that are the same in all rows, but for those that stay empty."""
        known = {*self.stored, *self.drawn}
        blank = self.form.blank | self.same
        assert known <= blank.keys(), f"{self.form.table} has no column {known - blank.keys()}"
        made = {name for name, _default in self.form.made}
        assert made <= known, f"{self.form.table}: {made - known} is made for each row"
        return {
            name: value for name, value in blank.items() if name not in known and value is not None
        }

    def sql(self, count: int, sqlite: bool) -> str:
        """Return the statement that inserts so many rows; PostgreSQL gives back what was stored."""
        found = self.statements.get((count, sqlite))
        if found is None:
            names = [*self.drawn, *self.stored, *self.fixed]
            columns = ", ".join(f'"{self.form.column_of[name]}"' for name in names)
            one = "(" + ", ".join(["?" if sqlite else "%s"] * len(names)) + ")"
            found = f'INSERT INTO "{self.form.table}" ({columns}) VALUES {", ".join([one] * count)}'
            if not sqlite:
                found += " RETURNING " + self.form.select_list(sqlite)
            self.statements[count, sqlite] = found
        return found

    def taken(self, name: str, values: Sequence[Any], sqlite: bool) -> Sequence[Any]:
        """Return the values of a column as the engine takes them, of SQLite as it stores them."""
        if not sqlite:
            return values
        return TAKEN[self.form.kinds[self.form.names.index(name)]](values)

    def inserting(self, store: Store, rows: Sequence[Sequence[Any]]) -> Iterator[Statement]:
        """Give the statements that insert rows; of each row is made its id and the digest of what was stored.

        PostgreSQL tells what it stored. What SQLite stores is known, since each value is of its column's own type; to have it
        told costs half as much again as to store it.
        """
        sqlite = store.sqlite
        width = len(self.drawn) + len(self.stored) + len(self.fixed)
        step = min(PUT_AT_ONCE, VALUES_MOST // width)
        fixed = [self.taken(name, [value], sqlite)[0] for name, value in self.fixed.items()]
        for start in range(0, len(rows), step):
            part = rows[start : start + step]
            columns: list[Sequence[Any]] = [
                new_hexes(len(part)) if name == "id" else drawn_many(len(part), SALT)
                for name in self.drawn
            ]
            given: Columns = dict(zip(self.names, zip(*part, strict=True), strict=True))
            if self.made is not None:
                given = {**given, **self.made.function(given)}
            columns += [self.taken(name, given[name], sqlite) for name in self.stored]
            columns += [[value] * len(part) for value in fixed]
            taken = list(zip(*columns, strict=True))
            if sqlite:
                yield Rows(self.sql(1, sqlite), taken, partial(self.told, columns))
            else:
                stored = partial(store.digested, self.form, len(part))
                yield Statement(
                    self.sql(len(part), sqlite), list(chain.from_iterable(taken)), stored
                )

    def told(self, columns: Sequence[Sequence[Any]], count: int) -> list[tuple[str, str]]:
        """Return id and digest of each row of columns that SQLite stored."""
        assert count == len(columns[0])
        stored = dict(zip((*self.drawn, *self.stored, *self.fixed), columns, strict=True))
        ids = stored[self.form.names[self.form.id_at]]
        ordered = [stored.get(name) for name in self.form.names]
        return list(zip(ids, self.form.digests_by(ordered, len(ids)), strict=True))


@cache
def whole(model: type[Kept]) -> Layout:
    """Return the layout of a table whose rows are there as objects, with every column."""
    return Layout(model, " ".join(shape(model).names))


def values_of(rows: Sequence[Kept]) -> list[tuple[Any, ...]]:
    """Return the values of whole rows of one table."""
    pick = shape(type(rows[0])).pick
    return [pick(row.__dict__) for row in rows]


def replacing(store: Store, form: Shape, pairs: Sequence[tuple[Any, Any]]) -> Iterator[Statement]:
    """Give the statements that write the newer forms of rows of one table; each gives digest and object of what was stored.

    The rows are put in once more and meet themselves: so one statement writes many. A row that somebody else changed or
    removed meanwhile does not come back as its next version, and the chunk runs again.
    """
    hole = "?" if store.sqlite else "%s"
    one = "(" + ", ".join([hole] * len(form.columns)) + ")"
    sets = ", ".join(
        f'"{column}" = excluded."{column}"' for column in form.columns if column not in NOT_SET
    )
    step = min(PUT_AT_ONCE, VALUES_MOST // len(form.columns))
    for start in range(0, len(pairs), step):
        part = pairs[start : start + step]
        salts = drawn_many(len(part), SALT)
        values = [
            store.take(value)
            for (_old, new), salt in zip(part, salts, strict=True)
            for value in form.pick(new.__dict__ | {"row_salt": salt})
        ]
        yield Statement(
            f'INSERT INTO "{form.table}" ({form.listed_plain}) VALUES {", ".join([one] * len(part))} '
            f'ON CONFLICT ("id") DO UPDATE SET {sets}, "row_version" = "{form.table}"."row_version" + 1 '
            f'WHERE "{form.table}"."row_version" = excluded."row_version" RETURNING '
            + form.select_list(store.sqlite),
            values,
            partial(replaced, store, form, part),
        )


NOT_SET = frozenset({"id", "row_version"})


def replaced(
    store: Store, form: Shape, pairs: Sequence[tuple[Any, Any]], found: list[Any]
) -> list[tuple[str, Any]]:
    """Return the digest and the object of each row that was changed, in the order in which they were given."""
    stored = {row.id.int: row for row in form.reader(store.sqlite)(found)}
    digests = dict(zip(stored, form.digests(found), strict=True))
    for old, _new in pairs:
        row = stored.get(old.id.int)
        if row is None or row.row_version != old.row_version + 1:
            raise Stale(form.table)
    return [(digests[old.id.int], stored[old.id.int]) for old, _new in pairs]
