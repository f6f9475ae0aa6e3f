"""Reading: an office's workbook as rows of plain values, after it was measured (limits.py)."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from mingbai.kernel.garbage import growing
from mingbai.kernel.workbooks.faults import WorkbookFault
from mingbai.kernel.workbooks.limits import measured
from mingbai.kernel.workbooks.plain_tables import rows_of_text

Cell = str | int | float | bool | dt.date | dt.datetime | None
Row = list[Cell]
EXACT_BELOW = 1e15


@dataclass(frozen=True, slots=True)
class Merged:
    """A block of cells shown as one; rows and columns count from nought, the last ones belong to it."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: rows[0] is row 1 of the spreadsheet."""

    name: str
    rows: list[Row]
    merged: tuple[Merged, ...] = ()
    hidden: bool = field(default=False, kw_only=True)


def read(source: Path | str | bytes) -> list[Sheet]:
    """Return the sheets of a workbook, hidden ones marked, or a plain table as its one sheet.

    A WorkbookFault says why it cannot be taken.
    """
    data = source if isinstance(source, bytes) else Path(source).read_bytes()
    with growing():
        rows = None if data.startswith(b"PK") else rows_of_text(data)
        if rows is not None:
            return [Sheet("csv", [_cells(row) for row in rows])]
    try:
        with growing(), CalamineWorkbook.from_filelike(measured(data)) as workbook:
            return [
                _sheet(
                    workbook.get_sheet_by_name(about.name),
                    hidden=about.visible != SheetVisibleEnum.Visible,
                )
                for about in workbook.sheets_metadata
                if about.typ == SheetTypeEnum.WorkSheet
            ]
    except CalamineError:
        raise WorkbookFault("WBK-9") from None


def _cells(row: list[Any]) -> Row:
    """Return the cells of a row of text; an empty one holds nothing."""
    return [cell or None for cell in row] if "" in row else row


def fill_merged(sheet: Sheet, columns: Collection[int] | None = None) -> Sheet:
    """Return the sheet with each merged block filled with its value, in all columns or in these only.

    Quantities must not be filled: three people who share one merged 30 did not get 30 each.
    """
    rows = [list(row) for row in sheet.rows]
    left_to_fill = sum(map(len, rows))
    for block in sheet.merged:
        if block.top >= len(rows) or block.left >= len(rows[block.top]):
            continue
        value = rows[block.top][block.left]
        for row in rows[block.top : block.bottom + 1]:
            for column in range(block.left, min(block.right + 1, len(row))):
                left_to_fill -= 1
                if row[column] is None and (columns is None or column in columns):
                    row[column] = value
        if left_to_fill < 0:
            break
    return Sheet(sheet.name, rows, sheet.merged, hidden=sheet.hidden)


def _sheet(sheet: CalamineSheet, *, hidden: bool) -> Sheet:
    rows: list[Row] = []
    # The reader gives the empty rows above a table, but not the empty columns on its left.
    left = sheet.start[1] if sheet.start else 0
    before: Row = [None] * left
    for values in sheet.iter_rows():
        row: Row = [*before, *values] if left else values  # type: ignore[assignment, list-item]  # made plain below
        for at, value in enumerate(row):
            if type(value) is not str:
                row[at] = _plain(value)
            elif not value:
                row[at] = None
        rows.append(row)
    merged = tuple(
        Merged(top, left, bottom, right)
        for (top, left), (bottom, right) in sheet.merged_cell_ranges or ()
    )
    return Sheet(sheet.name, rows, merged, hidden=hidden)


def _plain(value: Cell | dt.time | dt.timedelta) -> Cell:
    if type(value) is float and value.is_integer() and abs(value) < EXACT_BELOW:
        return int(value)
    if isinstance(value, dt.time | dt.timedelta):
        return str(value)
    return value
