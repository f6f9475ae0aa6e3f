"""The working set of a chunk: what its acts read and write stays in memory until all of them are written at once.

A command sees its own and the chunk's rows as it would see them in the database: every row that was read or added is found
again by any columns. An act that is refused is undone in memory.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar
from uuid import UUID

from mingbai.kernel.guard import door
from mingbai.kernel.models.base import Kept
from mingbai.kernel.rows import Shape, Stale, Store, shape

K = TypeVar("K", bound=Kept)
Values = tuple[Any, ...]
MOST_AT_ONCE = 400
NONE: dict[UUID, Any] = {}


class Known:
    """The rows of one table that the chunk has met, findable by every set of columns that was asked for."""

    def __init__(self) -> None:
        self.rows: dict[UUID, Any] = {}
        self.gone: set[UUID] = set()
        self.groups: dict[tuple[str, ...], dict[Values, dict[UUID, Any]]] = {}
        self.loaded: dict[tuple[str, ...], set[Values]] = {}
        self.locked: set[UUID] = set()
        self.totals: dict[tuple[str, tuple[str, ...]], dict[Values, int]] = {}

    def group(self, names: tuple[str, ...]) -> dict[Values, dict[UUID, Any]]:
        """Return the rows by the values of these columns."""
        found = self.groups.get(names)
        if found is None:
            found = self.groups[names] = {}
            self.loaded[names] = set()
            for row in self.rows.values():
                found.setdefault(values_of(row, names), {})[row.id] = row
        return found

    def meet(self, row: Any) -> None:
        """Take in a row as the database holds it."""
        self.rows[row.id] = row
        for names, group in self.groups.items():
            group.setdefault(values_of(row, names), {})[row.id] = row

    def put_new(self, row: Any) -> None:
        """Take in a row that nobody has seen before."""
        self.meet(row)
        self.count(row, 1)

    def count(self, row: Any, times: int) -> None:
        """Add a row to the totals that were asked for, or take it out of them."""
        for (name, names), totals in self.totals.items():
            values = values_of(row, names)
            if values in totals:
                totals[values] += times * row.__dict__[name]

    def put(self, row: Any) -> None:
        """Take in a row that was changed or brought back, or its newer form."""
        old = self.rows.get(row.id)
        if old is not None:
            self.count(old, -1)
        self.count(row, 1)
        self.rows[row.id] = row
        for names, group in self.groups.items():
            values = values_of(row, names)
            if old is not None and (before := values_of(old, names)) != values:
                group[before].pop(row.id, None)
            group.setdefault(values, {})[row.id] = row

    def drop(self, row: Any) -> None:
        """Forget a row."""
        self.count(row, -1)
        self.rows.pop(row.id, None)
        for names, group in self.groups.items():
            group.get(values_of(row, names), {}).pop(row.id, None)


def values_of(row: Any, names: tuple[str, ...]) -> Values:
    """Return a row's values of some columns."""
    fields = row.__dict__
    return tuple([fields[name] for name in names])


def copied(row: K, columns: dict[str, Any]) -> K:
    """Return a row with some columns changed; the one that was given stays as it is."""
    new = row.__class__.__new__(row.__class__)
    new.__dict__.update(row.__dict__)
    new.__dict__.update(columns)
    return new


class Working(Store):
    """The account's tables as a chunk sees them; nothing is written before `flush`."""

    def __init__(self) -> None:
        super().__init__()
        self.known: dict[type[Kept], Known] = {}
        self.added: dict[type[Kept], dict[UUID, Any]] = {}
        self.changed: dict[type[Kept], dict[UUID, set[str]]] = {}
        self.removed: dict[type[Kept], dict[UUID, Any]] = {}
        self.before: dict[type[Kept], dict[UUID, Any]] = {}
        self.undo: list[tuple[str, Any, Any]] = []
        self.notes: dict[tuple[Any, ...], Any] = {}

    def remembered(self, key: tuple[Any, ...], read: Callable[[], Any]) -> Any:
        """Return what was read once for all acts of the chunk."""
        if key not in self.notes:
            self.notes[key] = read()
        return self.notes[key]

    def of(self, model: type[Kept]) -> Known:
        """Return what is known of a table."""
        found = self.known.get(model)
        if found is None:
            found = self.known[model] = Known()
        return found

    def fetch(
        self, model: type[K], equal: dict[str, Any], *, lock: bool = False, limit: int | None = 2
    ) -> list[K]:
        """Return the rows whose columns equal these values, as the acts before this one left them."""
        known, names = self.of(model), shape(model).attributes(tuple(equal))
        values = tuple(equal.values())
        group = known.groups.get(names) or known.group(names)
        if values not in known.loaded[names]:
            self.take_rows(model, known, super().fetch(model, equal, lock=lock, limit=None), lock)
            known.loaded[names].add(values)
        found = list(group.get(values, NONE).values())
        if lock and not self.sqlite:
            self.lock(model, known, found)
        if len(found) > 1:
            found.sort(key=lambda row: row.id.int)
            return found if limit is None else found[:limit]
        return found

    def total(self, model: type[K], name: str, equal: dict[str, Any]) -> int:
        """Return the sum of a column over the rows whose columns equal these values, as the acts before this one left them."""
        known, names = self.of(model), shape(model).attributes(tuple(equal))
        values = tuple(equal.values())
        totals = known.totals.setdefault((name, names), {})
        if values not in totals:
            before = self.before.get(model, {})
            pending = [known.rows[key] for key in before if key in known.rows]
            pending += self.added.get(model, {}).values()
            totals[values] = (
                super().total(model, name, equal)
                + sum(row.__dict__[name] for row in pending if values_of(row, names) == values)
                - sum(
                    row.__dict__[name] for row in before.values() if values_of(row, names) == values
                )
            )
        return totals[values]

    def take_rows(self, model: type[K], known: Known, rows: Iterable[K], locked: bool) -> None:
        """Take in rows that the database gave, unless the chunk has a newer form of them."""
        for row in rows:
            if row.id not in known.rows and row.id not in known.gone:
                known.meet(row)
            if locked:
                known.locked.add(row.id)

    def lock(self, model: type[K], known: Known, rows: list[K]) -> None:
        """Lock rows that were read without a lock; one that changed meanwhile makes the chunk run again."""
        for row in rows:
            if row.id not in known.locked and row.id not in self.added.get(model, {}):
                found = super().fetch(model, {"id": row.id}, lock=True)
                if not found or found[0].row_version != row.row_version:
                    raise Stale(shape(model).table)
                known.locked.add(row.id)

    def load(self, model: type[K], name: str, values: Iterable[Any]) -> None:
        """Read at once all rows whose column is one of these values: what the acts of a chunk will ask for one by one."""
        known, form = self.of(model), shape(model)
        names = (attribute(form, name),)
        known.group(names)
        wanted = [value for value in set(values) if (value,) not in known.loaded[names]]
        for start in range(0, len(wanted), MOST_AT_ONCE):
            part = wanted[start : start + MOST_AT_ONCE]
            holes = ", ".join(["%s"] * len(part))
            sql = (
                f'SELECT {form.select_list(self.sqlite)} FROM "{form.table}" '
                f'WHERE "{form.column_of[name]}" IN ({holes})'
            )
            rows = [form.instance(raw, self.sqlite) for raw in self.at_once(sql, part)]
            self.take_rows(model, known, rows, False)
        known.loaded[names].update((value,) for value in wanted)

    def insert(self, row: Kept) -> tuple[str, Any]:
        """Keep a row to be inserted."""
        model = type(row)
        self.of(model).put_new(row)
        self.added.setdefault(model, {})[row.id] = row
        self.undo.append(("add", model, row))
        return "", row

    def insert_many(self, rows: Sequence[Kept]) -> list[tuple[str, str]]:
        """Keep rows to be inserted."""
        for row in rows:
            self.insert(row)
        return [(row.id.hex, "") for row in rows]

    def update(self, row: K, columns: dict[str, Any]) -> tuple[str, K]:
        """Keep columns of a row to be changed."""
        model, form = type(row), shape(type(row))
        plain = {
            attribute(form, name): getattr(value, "pk", value) for name, value in columns.items()
        }
        known = self.of(model)
        current = known.rows.get(row.id)
        if current is None:
            known.meet(row)
        elif current is not row:
            raise Stale(form.table)
        new = copied(row, plain)
        known.put(new)
        touched = self.changed.setdefault(model, {}).get(row.id)
        self.undo.append(("change", model, (row, None if touched is None else set(touched))))
        if row.id in self.added.get(model, NONE):
            self.added[model][row.id] = new
        else:
            self.before.setdefault(model, {}).setdefault(row.id, row)
            self.changed[model].setdefault(row.id, set()).update(plain)
        return "", new

    def delete(self, row: Kept) -> None:
        """Keep a row to be removed."""
        model = type(row)
        known = self.of(model)
        known.drop(row)
        known.gone.add(row.id)
        was_added = self.added.get(model, {}).pop(row.id, None)
        touched = self.changed.get(model, {}).pop(row.id, None)
        if was_added is None:
            self.before.setdefault(model, {}).setdefault(row.id, row)
            self.removed.setdefault(model, {})[row.id] = row
        self.undo.append(("remove", model, (row, was_added is not None, touched)))

    def begin(self) -> None:
        """Begin an act: what it does from here on can be undone."""
        self.undo.clear()

    def roll_back(self) -> None:
        """Undo the act: in memory nothing of it is left."""
        for what, model, told in reversed(self.undo):
            if what == "add":
                self.added[model].pop(told.id, None)
                self.of(model).drop(told)
            elif what == "change":
                row, touched = told
                self.of(model).put(row)
                if row.id in self.added.get(model, {}):
                    self.added[model][row.id] = row
                elif touched is None:
                    self.changed[model].pop(row.id, None)
                else:
                    self.changed[model][row.id] = touched
            else:
                self._bring_back(model, *told)
        self.undo.clear()

    def _bring_back(
        self, model: type[Kept], row: Any, was_added: bool, touched: set[str] | None
    ) -> None:
        known = self.of(model)
        known.gone.discard(row.id)
        known.put(row)
        self.removed.get(model, {}).pop(row.id, None)
        if was_added:
            self.added[model][row.id] = row
        elif touched is not None:
            self.changed[model][row.id] = touched

    def flush(self) -> list[list[Any]]:
        """Write everything; return a line for each row: table, id, version, digest."""
        lines: list[list[Any]] = []
        added = {
            shape(model).table: list(rows.values()) for model, rows in self.added.items() if rows
        }
        inserts = [(table, each) for table, rows in added.items() for each in self.inserting(rows)]
        if inserts:
            with door():
                found = self.at_once_as_is(*[each for _table, each in inserts])
            for (table, _each), stored in zip(inserts, found, strict=True):
                lines += [[table, key, 1, digest] for key, digest in stored]
        for model, touched in self.changed.items():
            form, known = shape(model), self.of(model)
            for name in sorted(touched):
                row = known.rows[name]
                columns = {column: row.__dict__[column] for column in sorted(touched[name])}
                digest, new = super().update(row, columns)
                known.put(new)
                lines.append([form.table, name.hex, new.row_version, digest])
        for model, gone in self.removed.items():
            for name, row in gone.items():
                super().delete(row)
                lines.append([shape(model).table, name.hex, row.row_version, None])
        self.added.clear()
        self.before.clear()
        self.changed.clear()
        self.removed.clear()
        return lines


def attribute(form: Shape, name: str) -> str:
    """Return the attribute under which a row holds a column."""
    if name in form.attribute_of:
        return form.attribute_of[name]
    raise KeyError(f"{form.table} has no column {name}")
