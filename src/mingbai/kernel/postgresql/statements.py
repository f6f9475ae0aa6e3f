"""Statements on their way to PostgreSQL: several as one text, and by a name what its planner need not read each time anew."""

import datetime as dt
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol
from uuid import UUID

from psycopg import DataError

Words = tuple[str, Sequence[Any]]
Form = tuple[str, tuple[str | None, ...]]
Row = tuple[Any, ...]

PLANNED = ("SELECT ", "INSERT ", "UPDATE ", "DELETE ")
HOLE = re.compile(r"%%|%s")
USES = 3
VALUES_MOST = 40
FORMS_MOST = 400


class Asked(Protocol):
    """A statement and its values as the house has them."""

    @property
    def sql(self) -> str:
        """Return its text."""

    @property
    def values(self) -> Sequence[Any]:
        """Return its values."""


class Together(str):
    """Several statements in one text, which still knows each of them and its values."""

    parts: list[Words]

    @classmethod
    def of(cls, statements: Iterable[Asked], take: Callable[[Any], Any]) -> "Together":
        """Return statements as one text, with their values as the engine takes them."""
        parts: list[Words] = [
            (each.sql, [value if type(value) in TYPES else take(value) for value in each.values])
            for each in statements
        ]
        found = cls("; ".join([text for text, _values in parts]))
        found.parts = parts
        return found

    @property
    def values(self) -> list[Any]:
        """Return the values of all of them."""
        return [value for _text, values in self.parts for value in values]


def quoted(text: str) -> str:
    """Return a text as PostgreSQL reads it, whatever it says of backslashes in its settings."""
    if "\0" in text:
        raise DataError("A text with a NUL can't be kept.")
    text = text.replace("'", "''")
    return f"'{text}'" if "\\" not in text else "E'" + text.replace("\\", "\\\\") + "'"


# The types that values have where they are written out, so that a statement means the same by its name, and how each is written.
TYPES: dict[type, str] = {
    str: "unknown",
    type(None): "unknown",
    int: "bigint",
    bool: "boolean",
    UUID: "uuid",
    bytes: "bytea",
    dt.datetime: "timestamptz",
    dt.date: "date",
}
WRITTEN: dict[type, Callable[[Any], str]] = {
    str: quoted,
    type(None): lambda _value: "NULL",
    int: str,
    bool: str,
    UUID: lambda value: f"'{value.hex}'",
    bytes: lambda value: rf"E'\\x{value.hex()}'",
    dt.datetime: lambda value: f"'{value}'",
    dt.date: lambda value: f"'{value}'",
}


class Prepared:
    """What the database knows by a name on one connection, and what it soon will: statements that came often enough."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self.given = 0
        self.forget()

    def forget(self) -> None:
        """Forget all names: a table has changed, and the database would not do by a name what it does when told anew."""
        self.names: dict[Form, str] = {}
        self.uses: dict[Form, int] = {}
        self.wanted: list[Form] = []

    def call(self, text: str, values: Sequence[Any]) -> str | None:
        """Return a statement by its name, with its values; nothing when the database does not know it by one."""
        form = text, tuple(map(TYPES.get, map(type, values)))
        name = self.names.get(form)
        if name is None:
            self.count(form)
            return None
        if not values:
            return f"EXECUTE {name}"
        return f"EXECUTE {name} ({', '.join([WRITTEN[type(value)](value) for value in values])})"

    def count(self, form: Form) -> None:
        """Count a use of a statement that has no name yet; what has too many forms never gets one."""
        text, types = form
        if len(types) > VALUES_MOST or None in types or not text.startswith(PLANNED):
            return
        uses = self.uses.get(form, 0)
        if uses or len(self.uses) < FORMS_MOST:
            self.uses[form] = uses + 1
        if uses + 1 == USES:
            self.wanted.append(form)

    def learn(self, run: Callable[[str], bool]) -> None:
        """Have the database learn what came often enough; what it can't learn is sent as it is for good."""
        wanted, self.wanted = self.wanted, []
        for text, types in wanted:
            self.given += 1
            name = f"mingbai_{self.given}"
            told = f" ({', '.join(map(str, types))})" if types else ""
            if run(f"PREPARE {name}{told} AS {numbered(text)}"):
                self.names[(text, types)] = name


def numbered(text: str) -> str:
    """Return a statement with its holes numbered, as PREPARE wants them."""
    at = iter(range(1, VALUES_MOST + 1))
    return HOLE.sub(lambda found: "%" if found[0] == "%%" else f"${next(at)}", text)
