"""Headings: finds the row of column names among titles and notes, in one level or in two.

Two levels are joined with a stroke: 入库 over 来源 and 数量 reads 入库/来源 and 入库/数量.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise

from mingbai.kernel.workbooks.cells import as_text
from mingbai.kernel.workbooks.faults import WorkbookFault
from mingbai.kernel.workbooks.reading import Cell, Row, Sheet, fill_merged

SEARCHED_ROWS = 30
LABEL_MOST = 40
REASON = "原因"
REASON_LABELS = {"原因", "未导入原因", "reason"}

Recognise = Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class Headings:
    """Where a table begins and which column holds what; a field may stand in several columns."""

    last_row: int
    columns: Mapping[str, tuple[int, ...]]
    labels: tuple[str, ...]

    def cell(self, row: Row, field: str) -> Cell:
        """Return the first thing written in a field's columns."""
        for column in self.columns.get(field, ()):
            if column < len(row) and row[column] is not None:
                return row[column]
        return None

    def label(self, field: str) -> str:
        """Return the heading as written above a field's first column."""
        return self.labels[self.columns[field][0]] if field in self.columns else ""


def label_of(cell: Cell) -> str:
    """Return a heading without blanks, stars, colons and what stands in brackets."""
    if not isinstance(cell, str) or len(cell) > LABEL_MOST:
        return ""
    plain = unicodedata.normalize("NFKC", as_text(cell)).lower()
    return re.sub(r"\([^)]*\)|[\s*:：_-]", "", plain)


def is_reason(label: str) -> bool:
    """Return whether a column is the one that an error workbook adds; it is never read."""
    return label in REASON_LABELS


def find_headings(sheet: Sheet, recognise: Recognise, *, start: int = 0) -> Headings | None:
    """Return the headings at or below a row that name the most fields, the upper ones if equal."""
    filled = fill_merged(
        Sheet(sheet.name, sheet.rows[: start + SEARCHED_ROWS + 1], sheet.merged)
    ).rows
    best: Headings | None = None
    for at in range(start, min(start + SEARCHED_ROWS, len(sheet.rows))):
        for found in (_one_level(filled, at, recognise), _two_levels(filled, at, recognise)):
            if found and (best is None or len(found.columns) > len(best.columns)):
                best = found
    return best if best and len(best.columns) > 1 else None


def headings_at(sheet: Sheet, row: int, recognise: Recognise) -> Headings | None:
    """Return the headings if a row deep in the sheet is one of headings again, as on every printed page."""
    filled = fill_merged(Sheet(sheet.name, sheet.rows[row : row + 2])).rows
    known = [name for name in map(recognise, map(label_of, filled[0])) if name]
    if len(set(known)) < 3:
        return None
    levels = [_one_level(filled, 0, recognise), _two_levels(filled, 0, recognise)]
    best = max((found for found in levels if found), key=lambda found: len(found.columns))
    return Headings(best.last_row + row, best.columns, best.labels)


def no_headings(wanted: str | Promise) -> WorkbookFault:
    """Return the fault for a workbook in which no sheet has the headings that are looked for."""
    return WorkbookFault("WBK-10", wanted=wanted)


def _one_level(rows: list[Row], at: int, recognise: Recognise) -> Headings | None:
    return _named(rows[at], [label_of(cell) for cell in rows[at]], at, recognise)


def _two_levels(rows: list[Row], at: int, recognise: Recognise) -> Headings | None:
    if at + 1 >= len(rows) or any(_is_figure(cell) for cell in rows[at + 1]):
        return None
    upper, names = "", []
    lower_row = rows[at + 1] + [None] * (len(rows[at]) - len(rows[at + 1]))
    for cell, below in zip(rows[at], lower_row, strict=False):
        here, lower = label_of(cell), label_of(below)
        if here or not lower:  # a blank above a name belongs to the name on its left
            upper = here
        alone = not upper or is_reason(lower)
        names.append(upper if lower in ("", upper) else lower if alone else f"{upper}/{lower}")
    joined: Row = [
        " ".join(filter(None, (as_text(cell), as_text(below) if below != cell else "")))
        for cell, below in zip(rows[at], lower_row, strict=False)
    ]
    return _named(joined, names, at + 1, recognise)


def _named(row: Row, names: list[str], last: int, recognise: Recognise) -> Headings | None:
    columns: dict[str, tuple[int, ...]] = {}
    for column, name in enumerate(names):
        field = recognise(name) if name and not is_reason(name) else None
        if field:
            columns[field] = (*columns.get(field, ()), column)
    return Headings(last, columns, tuple(as_text(cell) for cell in row)) if columns else None


def _is_figure(cell: Cell) -> bool:
    return cell is not None and not isinstance(cell, str)
