"""Writing: clean tables and templates, and an office's own rows back with the reasons beside them."""

import csv
import datetime as dt
import enum
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO, StringIO
from itertools import chain, islice
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]  # it ships no types
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from mingbai.kernel.clock import PLACE_ZONE
from mingbai.kernel.workbooks.cells import as_text
from mingbai.kernel.workbooks.headings import REASON, is_reason, label_of
from mingbai.kernel.workbooks.reading import Cell, Merged, Row, Sheet

TEXT_MOST = 32_767
EXACT_BELOW = 10**15
LIST_LETTERS_MOST = 255
SHEET_NAME_MOST = 31
PEEKED_ROWS = 200
ENTRY_ROWS = 2_000
WIDTHS = range(6, 51)
REASON_WIDTH = 48
DAYS = "yyyy-mm-dd"
FORMULA_STARTS = tuple("=+-@＝＋－＠\t\r\n|%")
PLAIN_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
IDENTIFIER_LABEL = re.compile(
    r".*(?:身份证|证件|证号|手机|电话|号码|编号|代码|账号|帐号|卡号|车牌|documentnumber|phone|mobile|code|idnumber|id)"
)
OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}


class Kind(enum.StrEnum):
    """What a column holds, and so how its cells are shown and kept."""

    TEXT = "text"
    IDENTIFIER = "identifier"  # kept as text, so that no digit is lost
    WHOLE = "whole"
    DATE = "date"
    MOMENT = "moment"


FORMATS: dict[Kind, dict[str, Any]] = {
    Kind.TEXT: {"text_wrap": True, "valign": "top"},
    Kind.IDENTIFIER: {"num_format": "@", "valign": "top"},
    Kind.WHOLE: {"num_format": "#,##0", "valign": "top"},
    Kind.DATE: {"num_format": DAYS, "align": "left", "valign": "top"},
    Kind.MOMENT: {"num_format": f"{DAYS} hh:mm", "align": "left", "valign": "top"},
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table that is written: its heading and what it holds."""

    title: str | Promise
    kind: Kind = Kind.TEXT
    choices: tuple[str, ...] = ()
    hint: str | Promise = ""


@dataclass(frozen=True, slots=True)
class Marked:
    """A sheet as it came, the reasons by row number, and the number of its last row of headings."""

    sheet: Sheet
    reasons: Mapping[int, str]
    heading_row: int = 1
    identifiers: frozenset[int] = field(default_factory=frozenset)


def write_table(
    title: str | Promise,
    columns: Sequence[Column | str],
    rows: Iterable[Sequence[Any]],
    *,
    notes: Sequence[str | Promise] = (),
) -> bytes:
    """Return a workbook with one table: a title, the headings, the rows, and notes below them."""
    described = [_column(column) for column in columns]
    waiting = iter(rows)
    first = list(islice(waiting, PEEKED_ROWS))
    book = _Book(constant_memory=True)
    sheet = book.sheet(str(title))
    for index, column in enumerate(described):
        sheet.set_column(index, index, _width(column, index, first), book.kind(column.kind))
    heading = 1 if title else 0
    if title:
        sheet.write_string(0, 0, _kept(str(title)), book.style(bold=True, font_size=14))
    for index, column in enumerate(described):
        sheet.write_string(heading, index, str(column.title), book.heading)
    _for_paper(sheet, heading, len(described))
    last = heading
    for last, row in enumerate(chain(first, waiting), heading + 1):
        for index, (column, value) in enumerate(zip(described, row, strict=True)):
            book.write(sheet, (last, index), value, column.kind)
    for below, note in enumerate(notes, last + 2):
        sheet.write_string(below, 0, _kept(str(note)), book.style())
    return book.close()


def write_errors(
    rows: Sequence[Row],
    reasons: Mapping[int, str],
    *,
    heading_row: int = 1,
    name: str = "",
    merged: tuple[Merged, ...] = (),
) -> bytes:
    """Return one sheet's rows as they came with the reasons beside them, to be mended and sent again."""
    return write_marked([Marked(Sheet(name, list(rows), merged), reasons, heading_row)])


def write_marked(marked: Sequence[Marked]) -> bytes:
    """Return a workbook's sheets as they came, each row that was not taken with its reason at the end.

    All rows stay, also those taken: a row is known again by its values and by how often they stood in
    the file before it, and an empty cell may mean "as above".
    """
    book = _Book()
    for part in marked:
        _write_marked(book, part)
    return book.close()


def write_csv(columns: Sequence[Column | str], rows: Iterable[Sequence[Any]]) -> bytes:
    """Return a table as CSV that spreadsheets open in the right letters and never calculate."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([harmless(str(_column(column).title)) for column in columns])
    for row in rows:
        writer.writerow([_csv_cell(value) for value in row])
    return text.getvalue().encode("utf-8-sig", "replace")


def template(name: str | Promise, columns: Sequence[Column | str]) -> bytes:
    """Return an empty workbook to fill in: headings, lists to choose from, days and numbers checked."""
    book = _Book()
    sheet = book.sheet(str(name))
    choices = None
    for index, each in enumerate(columns):
        column = _column(each)
        sheet.set_column(index, index, _width(column, index, []), book.kind(column.kind))
        sheet.write_string(0, index, str(column.title), book.heading)
        source: Any = list(column.choices)
        if len(",".join(column.choices)) > LIST_LETTERS_MOST:
            choices = choices or book.sheet("选项")
            choices.hide()
            choices.write_column(0, index, column.choices)
            letters = xlsxwriter.utility.xl_col_to_name(index)
            source = f"='选项'!${letters}$1:${letters}${len(column.choices)}"
        if rule := _rule(column, source):
            sheet.data_validation(1, index, ENTRY_ROWS, index, rule)
    sheet.freeze_panes(1, 0)
    return book.close()


def harmless(text: str) -> str:
    """Return text that no spreadsheet takes for a formula."""
    if text.lstrip(" ").startswith(FORMULA_STARTS) and not PLAIN_NUMBER.fullmatch(text):
        return f"'{text}"
    return text


class _Book:
    """A workbook being written: its formats, each made once."""

    def __init__(self, **options: bool) -> None:
        self._bytes = BytesIO()
        self._book = xlsxwriter.Workbook(self._bytes, OPTIONS | options)
        self._styles: dict[str, Any] = {}
        self._names: set[str] = set()
        self._kinds = {kind: self.style(**given) for kind, given in FORMATS.items()}
        self.heading = self.style(bold=True, bottom=1, text_wrap=True, valign="top", num_format="@")

    def style(self, **given: Any) -> Any:
        """Return the format of this description."""
        key = repr(sorted(given.items()))
        if key not in self._styles:
            self._styles[key] = self._book.add_format(given)
        return self._styles[key]

    def kind(self, kind: Kind) -> Any:
        """Return the format for what a column holds."""
        return self._kinds[kind]

    def sheet(self, wanted: str) -> Any:
        """Return a new sheet under a name that spreadsheets allow and that is not taken yet."""
        plain = re.sub(r"[\[\]:*?/\\\x00-\x1f]", " ", wanted).strip(" '")[:SHEET_NAME_MOST]
        name, count = plain or "Sheet1", 1
        while name.lower() in self._names:
            count += 1
            name = f"{(plain or 'Sheet')[: SHEET_NAME_MOST - 5]} {count}"
        self._names.add(name.lower())
        return self._book.add_worksheet(name)

    def write(self, sheet: Any, at: tuple[int, int], value: Any, kind: Kind) -> None:
        """Write one value as what it is; text is never taken for a formula, a number or a link."""
        if value is None or value == "":
            return
        if isinstance(value, bool):
            sheet.write_boolean(*at, value)
        elif isinstance(value, dt.datetime):
            moment = kind if kind is Kind.DATE else Kind.MOMENT
            sheet.write_datetime(*at, _local(value), self.kind(moment))
        elif isinstance(value, dt.date):
            sheet.write_datetime(*at, value, self.kind(Kind.DATE))
        elif isinstance(value, int | float) and kind is not Kind.IDENTIFIER and _countable(value):
            sheet.write_number(*at, value, self.kind(kind) if kind is Kind.WHOLE else None)
        else:
            sheet.write_string(*at, _kept(str(value)), self.kind(kind))

    def close(self) -> bytes:
        """Return the finished workbook."""
        self._book.close()
        return self._bytes.getvalue()


def _write_marked(book: _Book, part: Marked) -> None:
    rows, heading = part.sheet.rows, part.heading_row - 1
    last = _reason_column(rows, heading)
    sheet = book.sheet(part.sheet.name)
    kinds = _kinds(rows, heading, last) | dict.fromkeys(part.identifiers, Kind.IDENTIFIER)
    for column, kind in kinds.items():
        sheet.set_column(column, column, _seen_width(rows, column), book.kind(kind))
    red = book.style(font_color="#AB2419", text_wrap=True, valign="top")
    sheet.set_column(last, last, REASON_WIDTH, red)
    for block in part.sheet.merged:
        if block.bottom <= heading and block.right < last:
            sheet.merge_range(block.top, block.left, block.bottom, block.right, "", book.heading)
    for at, row in enumerate(rows):
        for column, cell in enumerate(row[:last]):
            book.write(sheet, (at, column), cell, kinds.get(column, Kind.TEXT))
        if at == heading:
            sheet.write_string(at, last, REASON, book.heading)
        elif reason := part.reasons.get(at + 1):
            sheet.write_string(at, last, _kept(str(reason)), red)
    sheet.freeze_panes(part.heading_row, 0)


def _reason_column(rows: Sequence[Row], heading: int) -> int:
    """Return where the reasons go: where they were before, or behind everything else."""
    named = rows[heading] if heading < len(rows) else []
    before = [at for at, cell in enumerate(named) if is_reason(label_of(cell))]
    return before[0] if before else max(map(len, rows), default=0)


def _kinds(rows: Sequence[Row], heading: int, last: int) -> dict[int, Kind]:
    named = rows[heading] if heading < len(rows) else []
    return {
        column: Kind.IDENTIFIER
        if column < len(named) and IDENTIFIER_LABEL.fullmatch(label_of(named[column]))
        else Kind.TEXT
        for column in range(last)
    }


def _rule(column: Column, source: Any) -> dict[str, Any] | None:
    """Return what a spreadsheet checks while a column is filled in."""
    hint = {"input_title": str(column.title)[:32], "input_message": str(column.hint)[:255]}
    shown = hint if column.hint else {}
    if column.choices:
        wrong = str(_("Choose one from the list."))
        return {"validate": "list", "source": source, "error_message": wrong} | shown
    if column.kind is Kind.DATE:
        wrong = str(_("Write the day like 2020-01-31."))
        limits = {"minimum": dt.date(1900, 1, 1), "maximum": dt.date(2100, 12, 31)}
        return {"validate": "date", "criteria": "between", "error_message": wrong} | limits | shown
    if column.kind is Kind.WHOLE:
        wrong = str(_("Write a whole number, without a unit."))
        limit = {"criteria": ">=", "value": 0}
        return {"validate": "integer", "error_message": wrong} | limit | shown
    return {"validate": "any"} | shown if shown else None


def _for_paper(sheet: Any, heading: int, columns: int) -> None:
    sheet.freeze_panes(heading + 1, 0)
    sheet.repeat_rows(heading)
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&C&P / &N")
    if columns > 5:
        sheet.set_landscape()


def _column(column: Column | str) -> Column:
    return Column(column) if isinstance(column, str) else column


def _width(column: Column, index: int, rows: Sequence[Sequence[Any]]) -> float:
    shown = {Kind.DATE: 11, Kind.MOMENT: 17, Kind.IDENTIFIER: 20}.get(column.kind, 0)
    texts = [str(column.title), *(str(row[index]) for row in rows if column.kind is Kind.TEXT)]
    return min(max(shown, WIDTHS.start, *map(_letters, texts)) + 2, WIDTHS.stop)


def _seen_width(rows: Sequence[Row], column: int) -> float:
    cells = (row[column] for row in rows[1:PEEKED_ROWS] if column < len(row))
    return min(max([WIDTHS.start, *map(_letters, map(as_text, cells))]) + 2, WIDTHS.stop)


def _letters(text: str) -> int:
    """Return how wide a text is, a Chinese letter counting for two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text[:60])


def _local(moment: dt.datetime) -> dt.datetime:
    """Return a moment as the clock of the place shows it; spreadsheets know no time zones."""
    return moment.astimezone(PLACE_ZONE).replace(tzinfo=None) if moment.tzinfo else moment


def _countable(value: float) -> bool:
    return -EXACT_BELOW < value < EXACT_BELOW


def _kept(text: str) -> str:
    return text if len(text) <= TEXT_MOST else text[: TEXT_MOST - 1] + "…"


def _csv_cell(value: Any) -> Cell:
    if value is None or isinstance(value, int | float):
        return value
    if isinstance(value, dt.datetime):
        return _local(value).isoformat(" ", "minutes")
    return harmless(str(value))
