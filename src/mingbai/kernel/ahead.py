"""Reading ahead: an act of which is known beforehand what it will read has it read with its claim, in one way there and back."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from mingbai.kernel.models.base import Kept
from mingbai.kernel.rows import Inserting, RowLine, Statement, Store

K = TypeVar("K", bound=Kept)
Equal = tuple[type[Kept], frozenset[tuple[str, Any]]]


class Remembering(Store):
    """The account's tables, of which a chunk reads once what none of its acts changes."""

    def __init__(self) -> None:
        super().__init__()
        self.notes: dict[tuple[Any, ...], Any] = {}

    def remembered(self, key: tuple[Any, ...], read: Callable[[], Any]) -> Any:
        """Return what was read once for all acts of the chunk."""
        if key not in self.notes:
            self.notes[key] = read()
        return self.notes[key]

    def noting(self, key: tuple[Any, ...], asked: Statement) -> Statement:
        """Return a statement such that what it gives is remembered under a key."""
        made = asked.made
        assert made is not None
        return replace(asked, made=lambda found: self.notes.setdefault(key, made(found)))


class Ahead(Remembering):
    """The account's tables for one act: what was read ahead is not asked for again until the act itself writes."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[Equal, list[Any]] = {}

    def remembered(self, key: tuple[Any, ...], read: Callable[[], Any]) -> Any:
        """Return what was read ahead under a key, or read it now: the act may change it before it asks again."""
        return self.notes[key] if key in self.notes else read()

    def loading(
        self, model: type[K], names: str | tuple[str, ...], values: Iterable[Any]
    ) -> list[Statement]:
        """Return the statements that read ahead the rows whose column is one of these values, or whose columns are."""
        several = (names,) if isinstance(names, str) else names
        rows = values if several is names else [(value,) for value in values]
        return [
            self.finding(model, dict(zip(several, row, strict=True))) for row in dict.fromkeys(rows)
        ]

    def finding(self, model: type[K], equal: dict[str, Any]) -> Statement:
        """Return the statement that reads ahead the rows whose columns equal these values."""
        asked = self.fetching(model, equal, limit=None)
        made, wanted = asked.made, (model, frozenset(equal.items()))
        assert made is not None
        return replace(asked, made=lambda found: self.found.setdefault(wanted, made(found)))

    def fetch(
        self, model: type[K], equal: dict[str, Any], *, lock: bool = False, limit: int | None = 2
    ) -> list[K]:
        """Return the rows whose columns equal these values; one that is to be locked is always asked for."""
        found = None if lock else self.found.get((model, frozenset(equal.items())))
        if found is None:
            return super().fetch(model, equal, lock=lock, limit=limit)
        return found if limit is None else found[:limit]

    def forget(self) -> None:
        """Forget the rows that were read ahead: the act has begun to write."""
        self.found.clear()

    def insert(self, row: Kept) -> tuple[str, Any]:
        """Insert a row."""
        self.forget()
        return super().insert(row)

    def put(self, layout: Inserting, rows: Sequence[Sequence[Any]]) -> list[RowLine]:
        """Insert rows of which the values alone are given."""
        self.forget()
        return super().put(layout, rows)

    def update(self, row: K, columns: dict[str, Any]) -> tuple[str, K]:
        """Change columns of a row."""
        self.forget()
        return super().update(row, columns)

    def delete(self, row: Kept) -> None:
        """Remove a row."""
        self.forget()
        super().delete(row)
