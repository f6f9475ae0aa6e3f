"""Headers: the row of headings of an office's sheet, in one level or two, as the fields that it asks for."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from mingbai.kernel.refusals import Refused, sentences
from mingbai.kernel.saying import _
from mingbai.kernel.workbooks.cells import as_text
from mingbai.kernel.workbooks.headings import find_headings, is_reason, label_of
from mingbai.kernel.workbooks.reading import Row, Sheet

SERIAL = re.compile(r"序号?|编号|行号|no\.?|#|备注|说明|note|remarks?")
WHOLE = re.compile(r".*(?:数|人数|户数|个数|数量|件数)")
LABELS_LEAST = 2
HEADING_MOST = 80
SEARCHED = 30

sentences(
    {
        "INS-83": _(
            "Row %(row)s of the sheet “%(sheet)s” cannot be read: %(problem)s Nothing was taken. Mend that row and send it again."
        ),
        "INS-84": _(
            "This workbook is an XLSForm, and the part that reads those is not installed: add mingbai[forms]. A sheet with the headings in one row is read without it."
        ),
        "INS-85": _(
            "Row %(row)s of the sheet “%(sheet)s” asks for “%(kind)s”, which no form here carries. Nothing was taken. Take that row out and send it again."
        ),
        "INS-86": _(
            "No row of headings was found. Nothing was taken. Write the headings of the fields in one row, and send it again."
        ),
    }
)


@dataclass(frozen=True)
class ReadField:
    """One heading of a sheet; a running number or a column for remarks is not asked for, and is shown as such."""

    heading: str
    kind: str = "text"
    choices: tuple[str, ...] = ()
    asked: bool = True


@dataclass(frozen=True)
class ReadForm:
    """What a sheet asks for."""

    title: str
    fields: tuple[ReadField, ...]


def read_headers(sheets: Sequence[Sheet]) -> ReadForm:
    """Return what the first sheet with a row of headings asks for."""
    for sheet in sheets:
        if sheet.hidden:
            continue
        start = first_headings(sheet)
        found = (
            find_headings(sheet, lambda label: label, start=start) if start is not None else None
        )
        if found is None:
            continue
        names: dict[str, ReadField] = {}
        for label, columns in found.columns.items():
            heading = found.labels[columns[0]][:HEADING_MOST]
            names.setdefault(heading, read_field(heading, label))
        return ReadForm(title_of(sheet, start or 0), tuple(names.values()))
    raise Refused("INS-86")


def first_headings(sheet: Sheet) -> int | None:
    """Return the first row that may hold headings: two names at least, and none with a colon, as a line to sign has."""
    for at, row in enumerate(sheet.rows[:SEARCHED]):
        written = [as_text(cell) for cell in row if cell is not None]
        labels = {label_of(cell) for cell in row} - {""}
        if len(labels) >= LABELS_LEAST and not any(text.endswith((":", "：")) for text in written):
            return at
    return None


def title_of(sheet: Sheet, start: int) -> str:
    """Return the title that stands above the headings; else the sheet's name."""
    for row in sheet.rows[:start]:
        texts = texts_of(row)
        if len(texts) == 1:
            return texts[0][:HEADING_MOST]
    return sheet.name[:HEADING_MOST]


def texts_of(row: Row) -> list[str]:
    """Return the texts of a row."""
    return [as_text(cell) for cell in row if isinstance(cell, str) and as_text(cell)]


def read_field(heading: str, label: str) -> ReadField:
    """Return a heading as a field: one that counts something asks for a whole number; the preview lets it be corrected."""
    if SERIAL.fullmatch(label) or is_reason(label):
        return ReadField(heading, asked=False)
    return ReadField(heading, "whole" if WHOLE.fullmatch(label) else "text")
