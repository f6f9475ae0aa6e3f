"""Rows as the database stores them: read back by the statement that wrote them, and digested.

A digest is taken of what the database says it stored (RETURNING), never of the object in memory; but for plain values that
SQLite is given by the thousand (laying.py). Both databases give one canonical form: that of SQLite's stored values.
"""

import datetime as dt
import hashlib
import sqlite3
from binascii import hexlify
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from itertools import repeat
from json.encoder import encode_basestring as quoted
from operator import itemgetter
from typing import Any, Protocol, TypeVar
from uuid import UUID

from django.db import connections, models
from django.db.models.base import ModelState

from mingbai.kernel.canonical import canonical, sha256
from mingbai.kernel.guard import door
from mingbai.kernel.identity import id_of, random_salt
from mingbai.kernel.models.base import Kept
from mingbai.kernel.postgresql.statements import Together

RowLine = list[Any]  # [table, id, version, digest]; a removed row has no digest
K = TypeVar("K", bound=Kept)
PREFIX = b"mingbai/row/1\0"
PUT_AT_ONCE = 1000
BYTES = (bytes, memoryview, bytearray)
UTC = dt.UTC


# Bytes and what is empty need no adapting; but Python looks for it each time by raising a fault, which costs twice the storing.
sqlite3.register_adapter(bytes, bytes.__bytes__)
sqlite3.register_adapter(type(None), lambda value: value)


class Stale(Exception):  # noqa: N818 - not a fault: the command runs again
    """The row was changed by somebody else since it was read."""


def stored(value: Any) -> Any:
    """Return a value in canonical form: that in which SQLite stores it, bytes as {"b": hex}."""
    if value is None or type(value) in (int, str, float):
        return value
    if isinstance(value, BYTES):
        return {"b": bytes(value).hex()}
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, dt.datetime):
        return str(value.astimezone(UTC).replace(tzinfo=None))
    if isinstance(value, dt.date):
        return value.isoformat()
    raise TypeError(f"no canonical form for {type(value)}")


AS_IT_IS = frozenset({str, int, bytes, type(None), bool})


def to_sqlite(value: Any) -> Any:
    """Return a value as SQLite takes it."""
    if type(value) in AS_IT_IS:
        return value
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, dt.datetime):
        return str(value.astimezone(UTC).replace(tzinfo=None))
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, str):
        return str(value)
    return value


def plain(value: Any) -> Any:
    """Return a value as PostgreSQL takes it: an enumeration's word as plain text."""
    return str(value) if isinstance(value, str) else value


def moment(text: str) -> dt.datetime:
    """Return the moment that SQLite stored as text."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=UTC)


FROM_SQLITE: dict[str, Callable[[Any], Any]] = {
    "UUIDField": lambda text: id_of(int(text, 16)),
    "DateTimeField": moment,
    "DateField": dt.date.fromisoformat,
    "BooleanField": bool,
}


def base_type(field: "models.Field[Any, Any]") -> str:
    """Return a field's internal type, looking through a foreign key."""
    while field.remote_field is not None and isinstance(field, models.ForeignKey):
        field = field.target_field
    return field.get_internal_type()


def written(key: str, value: Any) -> str:
    """Return a value as it stands in a row's canonical form; nothing for one that is not there."""
    if value is None:
        return ""
    kind = type(value)
    if kind is str:
        return key + quoted(value)
    if kind is int:
        return key + str(value)
    if kind is bytes:
        return f'{key}{{"b":"{value.hex()}"}}'
    return key + canonical(stored(value)).decode()


def column_written(key: str, values: Sequence[Any]) -> tuple[str, Iterable[bytes], str]:
    """Return each value of a column as it stands in the canonical form, and what stands before and after every one.

    Most columns are all text or all bytes. A comma comes before each, but where nothing is there.
    """
    kinds = set(map(type, values))
    if kinds == {str}:
        return f",{key}", map(str.encode, map(quoted, values)), ""
    if kinds == {bytes}:
        return f',{key}{{"b":"', map(hexlify, values), '"}'
    return "", [b"" if one is None else f",{written(key, one)}".encode() for one in values], ""


class Shape:
    """How one table's rows are read, written and digested; its statements are made once."""

    def __init__(self, model: type[models.Model]) -> None:
        self.model = model
        self.table = model._meta.db_table
        fields = model._meta.concrete_fields
        self.names = [field.attname for field in fields]
        self.columns = [field.column for field in fields]
        self.kinds = [base_type(field) for field in fields]
        self.id_at = self.names.index(model._meta.pk.attname)
        self.column_of = dict(zip(self.names, self.columns, strict=True)) | {
            "pk": self.columns[self.id_at]
        }
        self.quoted_table = quoted(self.table)
        self.in_order = [
            (at, quoted(column) + ":")
            for column, at in sorted((column, at) for at, column in enumerate(self.columns))
        ]
        defaults = {
            field.attname: field.default if field.has_default() else None for field in fields
        }
        self.made = [(name, default) for name, default in defaults.items() if callable(default)]
        self.blank = {
            name: None if callable(default) else default for name, default in defaults.items()
        }
        self.attribute_of = {name: name for name in self.names} | {"pk": self.names[self.id_at]}
        for field in fields:
            self.column_of[field.name] = field.column
            self.attribute_of[field.name] = field.attname
        # A bare column would be converted by its declared type (a stored 2 would read as true): an expression is not.
        self.listed = ", ".join(f'+"{column}"' for column in self.columns)
        self.listed_plain = ", ".join(f'"{column}"' for column in self.columns)
        self.converters = [FROM_SQLITE.get(kind) for kind in self.kinds]
        self.pick: Callable[[dict[str, Any]], tuple[Any, ...]] = itemgetter(*self.names)
        self.statements: dict[Any, str] = {}

    def select_list(self, sqlite: bool) -> str:
        """Return the columns as this engine is to give them."""
        return self.listed if sqlite else self.listed_plain

    def digest(self, raw: Sequence[Any]) -> str:
        """Return the digest of a row as stored: what `digest_of` gives, written down column by column in a fixed order."""
        parts = filter(None, [written(key, raw[at]) for at, key in self.in_order])
        return sha256(PREFIX, f"[{self.quoted_table},{{{','.join(parts)}}}]".encode()).hex()

    def digests(self, rows: Sequence[Sequence[Any]]) -> list[str]:
        """Return the digest of each row: what `digest` gives, written down for many rows column by column."""
        return self.digests_by(list(zip(*rows, strict=True)), len(rows))

    def digests_by(self, columns: Sequence[Sequence[Any] | None], count: int) -> list[str]:
        """Return the digest of each row whose values are given column by column; an empty column may be missing."""
        head, same = PREFIX + f"[{self.quoted_table},{{".encode(), ""
        parts: list[Iterable[bytes]] = []
        for at, key in self.in_order:
            values = columns[at]
            if values is None:
                continue
            if values.count(values[0]) == count:
                same += "" if values[0] is None else "," + written(key, values[0])
                continue
            before, each, after = column_written(key, values)
            parts += [repeat((same + before).encode()), each]
            same = after
        rows = map(b"".join, zip(*parts, repeat(f"{same}}}]".encode(), count), strict=False))
        # The first comma has nothing before it.
        return [one.hexdigest() for one in map(hashlib.sha256, (head + row[1:] for row in rows))]

    def instance(self, raw: Sequence[Any], sqlite: bool) -> Any:
        """Return the object of a row as stored."""
        values = raw
        if sqlite:
            values = [
                value if value is None or convert is None else convert(value)
                for value, convert in zip(raw, self.converters, strict=True)
            ]
        # Django's own way looks at every field once more; this takes a quarter of its time.
        row = self.model.__new__(self.model)
        row.__dict__.update(zip(self.names, values, strict=True))
        row._state = ModelState()
        row._state.adding, row._state.db = False, "default"
        return row

    def reader(self, sqlite: bool) -> Callable[[list[Any]], list[Any]]:
        """Return what makes objects of rows as stored."""
        return lambda rows: [self.instance(raw, sqlite) for raw in rows]


def new(model: type[K], **values: Any) -> K:
    """Return a new row of a table; the columns that are not given get their defaults.

    Django's own way asks every field in turn and tells listeners that nobody set; this takes a fifth of its time, and
    nearly all of what a chunk of many costs are new rows.
    """
    form = shape(model)
    row = model.__new__(model)
    fields = row.__dict__
    fields["_state"] = ModelState()
    fields.update(form.blank)
    fields.update(values)
    if len(fields) > len(form.blank) + 1:
        raise TypeError(f"{form.table} has no column {', '.join(values.keys() - form.blank)}")
    for name, default in form.made:
        if name not in values:
            fields[name] = default()
    return row


@cache
def shape(model: type[models.Model]) -> Shape:
    """Return the shape of a model's table."""
    return Shape(model)


@dataclass(frozen=True)
class Statement:
    """One statement to be run together with others, and what is made of the rows that it gives, when it gives any.

    `as_is` says that text and values are as the engine takes them: a long one is then not read through once more.
    """

    sql: str
    values: Sequence[Any] = ()
    made: Callable[[Any], Any] | None = None
    as_is: bool = False


@dataclass(frozen=True)
class Rows(Statement):
    """A statement that SQLite runs once for each of many rows of values, as it takes them; it gives how many it wrote."""

    as_is: bool = True


class Inserting(Protocol):
    """What knows how rows of which the values alone are given are inserted."""

    model: type[Kept]
    names: tuple[str, ...]

    def inserting(self, store: "Store", rows: Sequence[Sequence[Any]]) -> Iterator[Statement]:
        """Give the statements that insert rows; of each row is made its id and the digest of what was stored."""


Reads = Iterator[Sequence[Statement]]
"""What is to be read: statements that are run together, and when those were, further ones."""


def putting(table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> Statement:
    """Return the statement that puts rows into one of the journal's own tables."""
    hole = "(" + ", ".join(["%s"] * len(columns)) + ")"
    sql = f"INSERT INTO {table} ({', '.join(columns)}) VALUES {', '.join([hole] * len(rows))}"
    return Statement(sql, [value for row in rows for value in row])


class Store:
    """The account's tables on one connection."""

    def __init__(self) -> None:
        self.connection: Any = connections["default"]  # on PostgreSQL it is ours: kernel/postgresql
        self.sqlite = self.connection.vendor == "sqlite"
        self.take = to_sqlite if self.sqlite else plain
        self.cursor: Any = None

    def remembered(self, _key: tuple[Any, ...], read: Callable[[], Any]) -> Any:
        """Return what is read; a chunk of many reads once what no act of it changes."""
        return read()

    def run(self, sql: str, values: Iterable[Any] = ()) -> Any:
        """Run one statement and return its cursor."""
        cursor = self.connection.cursor()
        cursor.execute(sql, [self.take(value) for value in values])
        return cursor

    def at_once(self, sql: str, values: Iterable[Any] = ()) -> list[Any]:
        """Run one statement on the store's own cursor and return all its rows; a new cursor for each is a tenth of an act."""
        return list(self.together(Statement(sql, list(values), list))[0])

    def own_cursor(self) -> Any:
        """Return the store's own cursor."""
        if self.cursor is None:
            self.cursor = self.connection.cursor()
        return self.cursor

    def together(self, *statements: Statement) -> list[Any]:
        """Run statements one after the other and return what is made of each one's rows.

        To PostgreSQL they go as one text: each way there and back costs more than what most of them do.
        """
        if not statements:
            return []
        if not self.sqlite:
            rows = self.connection.together(Together.of(statements, self.take))
            return [
                each.made(found) if each.made else None
                for each, found in zip(statements, rows, strict=True)
            ]
        cursor, made = self.own_cursor(), []
        for each in statements:
            if each.as_is:
                made += self.at_once_as_is(each)
                continue
            cursor.execute(each.sql, [self.take(value) for value in each.values])
            made.append(each.made(cursor.fetchall()) if each.made else None)
        return made

    def put_all(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """Put many rows, their values as the engine takes them, into one of the journal's own tables."""
        if self.sqlite:
            holes = ", ".join("?" * len(columns))
            sql = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({holes})"
            self.at_once_as_is(Rows(sql, rows))
            return
        for start in range(0, len(rows), PUT_AT_ONCE):
            self.together(putting(table, columns, rows[start : start + PUT_AT_ONCE]))

    def at_once_as_is(self, *statements: Statement) -> list[Any]:
        """Run long statements whose values are as the engine takes them; on SQLite without Django's reading them through."""
        if not self.sqlite:
            return self.together(*statements) if statements else []
        with self.connection.wrap_database_errors:
            return [self.as_it_is(self.connection.connection, each) for each in statements]

    def as_it_is(self, raw: sqlite3.Connection, each: Statement) -> Any:
        """Run a statement whose values are as SQLite takes them, and return what is made of what it gives."""
        if isinstance(each, Rows):
            count = raw.executemany(each.sql, each.values).rowcount
            return each.made(count) if each.made else None
        found = raw.execute(each.sql, each.values)
        return each.made(found.fetchall()) if each.made else None

    def fetch(
        self, model: type[K], equal: dict[str, Any], *, lock: bool = False, limit: int | None = 2
    ) -> list[K]:
        """Return the rows whose columns equal these values."""
        found: list[K] = self.together(self.fetching(model, equal, lock=lock, limit=limit))[0]
        return found

    def fetching(
        self, model: type[K], equal: dict[str, Any], *, lock: bool = False, limit: int | None = 2
    ) -> Statement:
        """Return the statement that reads the rows whose columns equal these values."""
        form = shape(model)
        key = (
            "fetch",
            tuple((name, value is None) for name, value in equal.items()),
            lock,
            limit,
            self.sqlite,
        )
        sql = form.statements.get(key)
        if sql is None:
            where = " AND ".join(
                f'"{form.column_of[name]}" IS NULL'
                if value is None
                else f'"{form.column_of[name]}" = %s'
                for name, value in equal.items()
            )
            sql = f'SELECT {form.select_list(self.sqlite)} FROM "{form.table}"' + (
                f" WHERE {where}" if where else ""
            )
            if lock or limit is None:
                sql += f' ORDER BY "{form.columns[form.id_at]}"'
            if limit is not None:
                sql += f" LIMIT {limit}"
            if lock and not self.sqlite:
                sql += " FOR UPDATE"
            form.statements[key] = sql
        values = [value for value in equal.values() if value is not None]
        return Statement(sql, values, form.reader(self.sqlite))

    def total(self, model: type[K], name: str, equal: dict[str, Any]) -> int:
        """Return the sum of a column over the rows whose columns equal these values."""
        form = shape(model)
        where = " AND ".join(f'"{form.column_of[each]}" = %s' for each in equal)
        sql = f'SELECT SUM("{form.column_of[name]}") FROM "{form.table}" WHERE {where}'
        return int(self.at_once(sql, equal.values())[0][0] or 0)

    def selecting(self, model: type[K], where: str, values: Sequence[Any]) -> Statement:
        """Return the statement that reads the rows of a condition in the database's own words."""
        form = shape(model)
        sql = f'SELECT {form.select_list(self.sqlite)} FROM "{form.table}" WHERE {where}'
        return Statement(sql, values, form.reader(self.sqlite))

    def insert(self, row: Kept) -> tuple[str, Any]:
        """Insert a row; return the digest of what was stored, and the object of it."""
        form = shape(type(row))
        key = ("insert", self.sqlite)
        sql = form.statements.get(key)
        if sql is None:
            holes = ", ".join(["%s"] * len(form.columns))
            sql = form.statements[key] = (
                f'INSERT INTO "{form.table}" ({form.listed_plain}) VALUES ({holes}) RETURNING '
                + form.select_list(self.sqlite)
            )
        with door():
            (raw,) = self.at_once(sql, [getattr(row, name) for name in form.names])
        return form.digest(raw), form.instance(raw, self.sqlite)

    def update(self, row: K, columns: dict[str, Any]) -> tuple[str, K]:
        """Change columns of a row that nobody changed since; return the digest of what was stored, and the object of it."""
        with door():
            found: tuple[str, K] = self.together(self.updating(row, columns))[0]
        return found

    def updating(self, row: K, columns: dict[str, Any]) -> Statement:
        """Return the statement that changes columns of a row; it gives the digest of what was stored, and the object of it."""
        form = shape(type(row))
        key = ("update", tuple(columns), self.sqlite)
        sql = form.statements.get(key)
        if sql is None:
            sets = ", ".join(f'"{form.column_of[name]}" = %s' for name in columns)
            sql = form.statements[key] = (
                f'UPDATE "{form.table}" SET {sets}, "row_version" = "row_version" + 1, "row_salt" = %s '
                f'WHERE "id" = %s AND "row_version" = %s RETURNING ' + form.select_list(self.sqlite)
            )
        values = [
            value.pk if isinstance(value, models.Model) else value for value in columns.values()
        ]
        return Statement(
            sql, [*values, random_salt(), row.id, row.row_version], partial(self.changed_to, form)
        )

    def changed_to(self, form: Shape, found: list[Any]) -> tuple[str, Any]:
        """Return the digest and the object of a row that was changed; there is none when somebody else had changed it."""
        if not found:
            raise Stale(form.table)
        return form.digest(found[0]), form.instance(found[0], self.sqlite)

    def delete(self, row: Kept) -> None:
        """Remove a row that nobody changed since."""
        form = shape(type(row))
        sql = f'DELETE FROM "{form.table}" WHERE "id" = %s AND "row_version" = %s'
        with door():
            gone = self.run(sql, [row.id, row.row_version]).rowcount
        if gone != 1:
            raise Stale(form.table)

    def put(self, layout: Inserting, rows: Sequence[Sequence[Any]]) -> list[RowLine]:
        """Insert rows of which the values alone are given; return the lines that bind them."""
        with door():
            parts = self.at_once_as_is(*layout.inserting(self, rows))
        table = shape(layout.model).table
        return [[table, key, 1, digest] for part in parts for key, digest in part]

    def digested(self, form: Shape, count: int, found: list[Any]) -> list[tuple[str, str]]:
        """Return id and digest of each row that was stored."""
        assert len(found) == count
        names = [raw[form.id_at] for raw in found]
        if not self.sqlite:
            names = [name.hex for name in names]
        return list(zip(names, form.digests(found), strict=True))
