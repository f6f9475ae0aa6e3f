"""Statements on their way to PostgreSQL: several as one text, and by a name what its planner need not read each time anew."""

import datetime as dt
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol
from uuid import UUID

Words = tuple[str, Sequence[Any]]
Form = tuple[str, tuple[str | None, ...]]

# The types that values have where they are written out: a statement means the same by its name.
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
            (each.sql, [take(value) for value in each.values]) for each in statements
        ]
        found = cls("; ".join([text for text, _values in parts]))
        found.parts = parts
        return found

    @property
    def values(self) -> list[Any]:
        """Return the values of all of them."""
        return [value for _text, values in self.parts for value in values]


class Prepared:
    """What the database knows by a name on one connection, and what it soon will: statements that came often enough."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self.given = 0
        self.forget()

    def forget(self) -> None:
        """Forget all names: a table has changed, and the database would not do by a name what it does when told anew."""
        self.calls: dict[Form, str] = {}
        self.uses: dict[Form, int] = {}
        self.wanted: list[Form] = []

    def short(self, text: str, values: Sequence[Any]) -> str:
        """Return a statement as it is to be sent: by its name when the database knows it, else as it is."""
        form = text, tuple([TYPES.get(type(value)) for value in values])
        call = self.calls.get(form)
        if call is None:
            self.count(form)
            return text
        return call

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
            if run(f"PREPARE {name}{listed(map(str, types))} AS {numbered(text)}"):
                self.calls[(text, types)] = f"EXECUTE {name}{listed(['%s'] * len(types))}"


def listed(words: Iterable[str]) -> str:
    """Return words in brackets, or nothing for none."""
    text = ", ".join(words)
    return f" ({text})" if text else ""


def numbered(text: str) -> str:
    """Return a statement with its holes numbered, as PREPARE wants them."""
    at = iter(range(1, VALUES_MOST + 1))
    return HOLE.sub(lambda found: "%" if found[0] == "%%" else f"${next(at)}", text)
