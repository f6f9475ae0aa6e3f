"""The working set of a chunk: what its acts read and write stays in memory until all of them are written at once.

A command sees its own and the chunk's rows as it would see them in the database: every row that was read or added is found
again by any columns. An act that is refused is undone in memory.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from operator import itemgetter
from typing import Any, TypeVar
from uuid import UUID

from django.db import models

from mingbai.kernel.ahead import Remembering
from mingbai.kernel.guard import door
from mingbai.kernel.laying import replacing, values_of, whole
from mingbai.kernel.models.base import Kept
from mingbai.kernel.rows import Inserting, RowLine, Shape, Stale, Statement, shape

K = TypeVar("K", bound=Kept)
MOST_AT_ONCE = 400
NONE: dict[int, Any] = {}


class Found(set[int]):
    """The ids of the rows that have the same values; all of them, once the database was asked."""

    loaded = False


NOT_YET = Found()


class Group:
    """The rows of a table by their values of some columns."""

    def __init__(self, attributes: Sequence[str]) -> None:
        self.columns = frozenset(attributes)
        self.values_of: Callable[[dict[str, Any]], Any] = itemgetter(*attributes)
        self.found: dict[Any, Found] = {}

    def of(self, values: Any) -> Found:
        """Return the rows that have these values."""
        found = self.found.get(values)
        if found is None:
            found = self.found[values] = Found()
        return found


class Sums:
    """What a column of a table's rows adds up to, by their values of some columns."""

    def __init__(self, name: str, attributes: Sequence[str]) -> None:
        self.name = name
        self.values_of: Callable[[dict[str, Any]], Any] = itemgetter(*attributes)
        self.held: dict[Any, int] = {}

    def count(self, row: Any, times: int) -> None:
        """Add a row, or take it out."""
        values = self.values_of(row.__dict__)
        if values in self.held:
            self.held[values] += times * row.__dict__[self.name]

    def of(self, rows: Iterable[Any], values: Any) -> int:
        """Return what the column adds up to in those of some rows that have these values."""
        return sum(
            row.__dict__[self.name] for row in rows if self.values_of(row.__dict__) == values
        )


class Known:
    """The rows of one table that the chunk has met, by the numbers of their ids, and findable by any columns."""

    def __init__(self) -> None:
        self.rows: dict[int, Any] = {}
        self.gone: set[int] = set()
        self.locked: set[int] = set()
        self.groups: dict[tuple[str, ...], Group] = {}
        self.sums: dict[tuple[str, ...], Sums] = {}

    def group(self, names: tuple[str, ...], form: Shape) -> Group:
        """Return the rows by the values of these columns."""
        found = self.groups.get(names)
        if found is None:
            found = self.groups[names] = Group([attribute(form, name) for name in names])
            for key, row in self.rows.items():
                found.of(found.values_of(row.__dict__)).add(key)
        return found

    def meet(self, row: Any) -> None:
        """Take in a row as the database holds it."""
        key, fields = row.id.int, row.__dict__
        self.rows[key] = row
        for group in self.groups.values():
            group.of(group.values_of(fields)).add(key)

    def put_new(self, row: Any) -> None:
        """Take in a row that nobody has seen before."""
        self.meet(row)
        for sums in self.sums.values():
            sums.count(row, 1)

    def put(self, row: Any, old: Any, columns: Iterable[str]) -> None:
        """Take in the newer form of a row, or its older one again, in which these columns differ."""
        key, fields, before = row.id.int, row.__dict__, old.__dict__
        self.rows[key] = row
        for group in self.groups.values():
            if not group.columns.isdisjoint(columns):
                group.of(group.values_of(before)).discard(key)
                group.of(group.values_of(fields)).add(key)
        for sums in self.sums.values():
            sums.count(old, -1)
            sums.count(row, 1)

    def drop(self, row: Any) -> None:
        """Forget a row."""
        key, fields = row.id.int, row.__dict__
        self.rows.pop(key, None)
        for group in self.groups.values():
            group.of(group.values_of(fields)).discard(key)
        for sums in self.sums.values():
            sums.count(row, -1)

    def covered(self, equal: dict[str, Any], columns: frozenset[str], form: Shape) -> bool:
        """Tell whether all rows with these values were read already, by fewer of the columns."""
        for names, group in self.groups.items():
            if group.columns < columns and set(names) <= equal.keys():
                found = group.found.get(values_in(equal, names))
                if found is not None and found.loaded:
                    return True
        return False


def values_in(equal: dict[str, Any], names: Sequence[str]) -> Any:
    """Return values as a group has them: the one, or several together."""
    return equal[names[0]] if len(names) == 1 else tuple([equal[name] for name in names])


def copied(row: K, columns: dict[str, Any]) -> K:
    """Return a row with some columns changed; the one that was given stays as it is."""
    new = row.__class__.__new__(row.__class__)
    new.__dict__.update(row.__dict__)
    new.__dict__.update(columns)
    return new


def comparable(value: Any) -> Any:
    """Return a value as it can be compared with one that was laid down: an id as its digits."""
    return value.hex if isinstance(value, UUID) else value


def attribute(form: Shape, name: str) -> str:
    """Return the attribute under which a row holds a column."""
    if name in form.attribute_of:
        return form.attribute_of[name]
    raise KeyError(f"{form.table} has no column {name}")


class Working(Remembering):
    """The account's tables as a chunk sees them; nothing is written before `flush`."""

    def __init__(self) -> None:
        super().__init__()
        self.known: dict[type[Kept], Known] = {}
        self.added: dict[type[Kept], dict[int, Any]] = {}
        self.changed: dict[type[Kept], dict[int, set[str]]] = {}
        self.removed: dict[type[Kept], dict[int, Any]] = {}
        self.before: dict[type[Kept], dict[int, Any]] = {}
        self.undo: list[tuple[str, Any, Any]] = []
        self.laid: dict[Inserting, list[Sequence[Any]]] = {}

    def of(self, model: type[Kept]) -> Known:
        """Return what is known of a table."""
        found = self.known.get(model)
        if found is None:
            found = self.known[model] = Known()
        return found

    def met(self, model: type[K]) -> list[K]:
        """Return the rows of a table that the chunk has met so far."""
        return list(self.of(model).rows.values())

    def fetch(
        self, model: type[K], equal: dict[str, Any], *, lock: bool = False, limit: int | None = 2
    ) -> list[K]:
        """Return the rows whose columns equal these values, as the acts before this one left them."""
        known, names = self.of(model), tuple(equal)
        if not names:
            return super().fetch(model, equal, lock=lock, limit=limit)
        group = known.groups.get(names) or known.group(names, shape(model))
        found = group.of(values_in(equal, names))
        if not found.loaded:
            assert not self.is_laid(model, equal), (
                f"a row of {shape(model).table} that was laid down in this chunk is asked for"
            )
            if not known.covered(equal, group.columns, shape(model)):
                self.take_rows(known, super().fetch(model, equal, lock=lock, limit=None), lock)
            found.loaded = True
        rows = known.rows
        if len(found) < 2:
            these = [rows[key] for key in found]
        else:
            these = [rows[key] for key in sorted(found)]
        if lock and not self.sqlite:
            self.lock(model, known, these)
        return these if limit is None else these[:limit]

    def total(self, model: type[K], name: str, equal: dict[str, Any]) -> int:
        """Return the sum of a column over the rows whose columns equal these values, as the acts before this one left them."""
        known, names = self.of(model), tuple(equal)
        sums = known.sums.get((name, *names))
        if sums is None:
            attributes = [attribute(shape(model), each) for each in names]
            sums = known.sums[(name, *names)] = Sums(name, attributes)
        values = values_in(equal, names)
        if values not in sums.held:
            # What the database holds, and what the chunk has changed since and not yet written.
            before, added = self.before.get(model, NONE), self.added.get(model, NONE)
            now = [known.rows[key] for key in [*before, *added] if key in known.rows]
            sums.held[values] = (
                super().total(model, name, equal)
                + sums.of(now, values)
                - sums.of(before.values(), values)
            )
        return sums.held[values]

    def take_rows(self, known: Known, rows: Iterable[K], locked: bool) -> None:
        """Take in rows that the database gave, unless the chunk has a newer form of them."""
        for row in rows:
            key = row.id.int
            if key not in known.rows and key not in known.gone:
                known.meet(row)
            if locked:
                known.locked.add(key)

    def lock(self, model: type[K], known: Known, rows: list[K]) -> None:
        """Lock rows that were read without a lock; one that changed meanwhile makes the chunk run again."""
        added = self.added.get(model, NONE)
        for row in rows:
            if row.id.int not in known.locked and row.id.int not in added:
                found = super().fetch(model, {"id": row.id}, lock=True)
                if not found or found[0].row_version != row.row_version:
                    raise Stale(shape(model).table)
                known.locked.add(row.id.int)

    def loading(
        self,
        model: type[K],
        names: str | tuple[str, ...],
        values: Iterable[Any],
        *,
        lock: bool = False,
    ) -> list[Statement]:
        """Return the statements that read at once all rows whose column is one of these values, or whose columns are.

        When they were run, the chunk has met these rows, and locked them if so asked: what acts will want one by one.
        """
        form, several = shape(model), (names,) if isinstance(names, str) else names
        known = self.of(model)
        group = known.group(several, form)
        wanted = [
            each for each in dict.fromkeys(values) if not group.found.get(each, NOT_YET).loaded
        ]
        columns = ", ".join(f'"{form.column_of[name]}"' for name in several)
        if len(several) > 1:
            columns = f"({columns})"
        one = "(" + ", ".join(["%s"] * len(several)) + ")" if len(several) > 1 else "%s"
        listed = "VALUES " if self.sqlite and len(several) > 1 else ""
        # Locks are taken in one order, so that two chunks never wait for each other.
        locked = ' ORDER BY "id" FOR UPDATE' if lock and not self.sqlite else ""
        asked = []
        for start in range(0, len(wanted), MOST_AT_ONCE):
            part = wanted[start : start + MOST_AT_ONCE]
            holes = ", ".join([one] * len(part))
            flat = part if len(several) == 1 else [value for each in part for value in each]
            read = self.selecting(model, f"{columns} IN ({listed}{holes}){locked}", flat)
            made = partial(self.take_part, known, group, part, form.reader(self.sqlite), lock)
            asked.append(replace(read, made=made))
        return asked

    def take_part(
        self,
        known: Known,
        group: Group,
        part: list[Any],
        read: Callable[[list[Any]], list[Any]],
        locked: bool,
        found: list[Any],
    ) -> None:
        """Take in the rows that one of the statements of `loading` gave."""
        self.take_rows(known, read(found), locked)
        for each in part:
            group.of(each).loaded = True

    def insert(self, row: Kept) -> tuple[str, Any]:
        """Keep a row to be inserted."""
        model = type(row)
        self.of(model).put_new(row)
        added = self.added.get(model)
        if added is None:
            added = self.added[model] = {}
        added[row.id.int] = row
        self.undo.append(("add", model, row))
        return "", row

    def put(self, layout: Inserting, rows: Sequence[Sequence[Any]]) -> list[RowLine]:
        """Keep the values of rows to be inserted, which no act of the chunk asks for."""
        held = self.laid.get(layout)
        if held is None:
            held = self.laid[layout] = []
        self.undo.append(("lay", held, len(held)))
        held += rows
        return []

    def is_laid(self, model: type[Kept], equal: dict[str, Any]) -> bool:
        """Tell whether a row that was laid down may be the one that is asked for."""
        wanted = {attribute(shape(model), name): comparable(value) for name, value in equal.items()}
        for layout, rows in self.laid.items():
            if layout.model is model:
                named = [at for at, name in enumerate(layout.names) if name in wanted]
                these = [wanted[layout.names[at]] for at in named]
                if any([comparable(row[at]) for at in named] == these for row in rows):
                    return True
        return False

    def update(self, row: K, columns: dict[str, Any]) -> tuple[str, K]:
        """Keep columns of a row to be changed."""
        model, form, key = type(row), shape(type(row)), row.id.int
        plain = {
            attribute(form, name): value.pk if isinstance(value, models.Model) else value
            for name, value in columns.items()
        }
        known = self.of(model)
        current = known.rows.get(key)
        if current is None:
            known.meet(row)
        elif current is not row:
            raise Stale(form.table)
        new = copied(row, plain)
        known.put(new, row, plain)
        changed = self.changed.setdefault(model, {})
        touched = changed.get(key)
        self.undo.append(("change", model, (row, new, plain, touched)))
        if key in self.added.get(model, NONE):
            self.added[model][key] = new
        else:
            self.before.setdefault(model, {}).setdefault(key, row)
            changed[key] = touched.union(plain) if touched else set(plain)
        return "", new

    def delete(self, row: Kept) -> None:
        """Keep a row to be removed."""
        model, key = type(row), row.id.int
        known = self.of(model)
        known.drop(row)
        known.gone.add(key)
        was_added = self.added.get(model, NONE).pop(key, None)
        touched = self.changed.get(model, {}).pop(key, None)
        if was_added is None:
            self.before.setdefault(model, {}).setdefault(key, row)
            self.removed.setdefault(model, {})[key] = row
        self.undo.append(("remove", model, (row, was_added is not None, touched)))

    def begin(self) -> None:
        """Begin an act: what it does from here on can be undone."""
        self.undo.clear()

    def roll_back(self) -> None:
        """Undo the act: in memory nothing of it is left."""
        for what, where, told in reversed(self.undo):
            if what == "lay":
                del where[told:]
            elif what == "add":
                self.added[where].pop(told.id.int, None)
                self.of(where).drop(told)
            elif what == "change":
                self._change_back(where, *told)
            else:
                self._bring_back(where, *told)
        self.undo.clear()

    def _change_back(
        self,
        model: type[Kept],
        row: Any,
        new: Any,
        columns: Iterable[str],
        touched: set[str] | None,
    ) -> None:
        key = row.id.int
        self.of(model).put(row, new, columns)
        if key in self.added.get(model, NONE):
            self.added[model][key] = row
        elif touched is None:
            self.changed[model].pop(key, None)
        else:
            self.changed[model][key] = touched

    def _bring_back(
        self, model: type[Kept], row: Any, was_added: bool, touched: set[str] | None
    ) -> None:
        known, key = self.of(model), row.id.int
        known.gone.discard(key)
        known.put_new(row)
        self.removed.get(model, NONE).pop(key, None)
        if was_added:
            self.added[model][key] = row
        elif touched is not None:
            self.changed[model][key] = touched

    def flush(self) -> list[RowLine]:
        """Write everything; return a line for each row."""
        lines: list[RowLine] = []
        new: list[tuple[Inserting, Sequence[Sequence[Any]]]] = [
            (whole(model), values_of(list(rows.values())))
            for model, rows in self.added.items()
            if rows
        ]
        with door():
            for table, stored in self._insert_all([*new, *self.laid.items()]):
                lines += [[table, key, 1, digest] for key, digest in stored]
            lines += self._write_changed()
        for model, gone in self.removed.items():
            for row in gone.values():
                super().delete(row)
                lines.append([shape(model).table, row.id.hex, row.row_version, None])
        for layout in self.laid:
            self.known.pop(layout.model, None)
        for kept in (self.added, self.before, self.changed, self.removed, self.laid):
            kept.clear()
        return lines

    def _insert_all(
        self, laid: list[tuple[Inserting, Sequence[Sequence[Any]]]]
    ) -> Iterator[tuple[str, list[tuple[str, str]]]]:
        """Insert rows; give the table, and id and digest of each. PostgreSQL takes all statements in one way there and back."""
        inserts = (
            (shape(layout.model).table, each)
            for layout, rows in laid
            for each in layout.inserting(self, rows)
        )
        if self.sqlite:
            # What one statement puts in is then told of while it is still at hand.
            for table, each in inserts:
                yield table, self.at_once_as_is(each)[0]
            return
        asked = list(inserts)
        found = self.at_once_as_is(*[each for _table, each in asked])
        for (table, _each), stored in zip(asked, found, strict=True):
            yield table, stored

    def _write_changed(self) -> list[RowLine]:
        lines: list[RowLine] = []
        for model, touched in self.changed.items():
            known, before = self.of(model), self.before.get(model, NONE)
            pairs = [(before[key], known.rows[key]) for key in sorted(touched)]
            for stored in self.at_once_as_is(*replacing(self, shape(model), pairs)):
                for digest, new in stored:
                    known.put(new, known.rows[new.id.int], ())
                    lines.append([shape(model).table, new.id.hex, new.row_version, digest])
        return lines
