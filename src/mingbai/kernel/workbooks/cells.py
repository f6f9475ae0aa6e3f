"""Cells: dates, quantities, names and numbers as people write them, each understood or refused by name."""

import datetime as dt
import enum
import re
import unicodedata
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from mingbai.kernel.workbooks.reading import Cell


class Why(enum.StrEnum):
    """Why one cell cannot be taken: a closed list, the same on every face."""

    NOT_A_NUMBER = "quantity is not a number"
    NOT_WHOLE = "quantity is not whole"
    QUANTITY_MISSING = "quantity missing"
    TOO_LARGE = "quantity too large"
    DATE_MISSING = "date missing"
    DATE_UNKNOWN = "date not understood"
    YEAR_MISSING = "year missing"
    NUMBER_LOST = "number lost by the spreadsheet"


SAYINGS: dict[str, Promise] = {
    Why.NOT_A_NUMBER: _("The quantity is not a number. Write digits, such as 10."),
    Why.NOT_WHOLE: _("The quantity is not a whole number. Count in a smaller unit."),
    Why.QUANTITY_MISSING: _("No quantity is written. Write how many."),
    Why.TOO_LARGE: _("The quantity is larger than can be true. Check the digits."),
    Why.DATE_MISSING: _("No date is written. Write one, such as 2020-01-31."),
    Why.DATE_UNKNOWN: _("The date cannot be read. Write it like 2020-01-31."),
    Why.YEAR_MISSING: _("The date has no year, nor has the title. Write it like 2020-01-31."),
    Why.NUMBER_LOST: _(
        "The spreadsheet took the number for an amount and its last digits are gone. "
        "Set the column to text and type the number again."
    ),
}

QUANTITY_MOST = 10**12
EXACT_DIGITS = 15
WRITTEN_MOST = 60  # letters in a date or a quantity; more is a story
FIRST_YEAR, LAST_YEAR = 1900, 2100
SERIALS = range(20_000, 73_051)  # 1954-10-03 to 2099-12-31 as spreadsheets count days
SERIAL_ORIGIN = dt.date(1899, 12, 30)
UNSEEN = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad"))
CLEAN = re.compile("[^\\s\u200b-\u200f\u2060\ufeff\u00ad]+")
CLEAN_CODE = re.compile(r"[!-&(-_a-~]+")  # plain letters without blanks or the marks before text
ROUNDED = re.compile(r"\d(\.\d+)?[Ee]\+?\d{2}")
DASHES = dict.fromkeys(map(ord, "−–—‒﹣"), "-")
NONE_WRITTEN = {"", "-", "--", "/", "\\", "无", "空", "nil", "none", "n/a"}
DIGITS = {letter: value for value, letter in enumerate("零一二三四五六七八九")} | {
    "〇": 0,
    "两": 2,
    "壹": 1,
    "贰": 2,
    "叁": 3,
    "肆": 4,
    "伍": 5,
    "陆": 6,
    "柒": 7,
    "捌": 8,
    "玖": 9,
}
TENS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
NUMERAL = "".join([*DIGITS, *TENS])
MONTH_NAMES = "jan feb mar apr may jun jul aug sep oct nov dec"
MONTHS = {name: at for at, name in enumerate(MONTH_NAMES.split(), 1)}
VAGUE = re.compile(r"左右|上下|大约|约|余|几|多|以上|以内|不到|若干|来(?!$)|\+")

AMOUNT = re.compile(
    r"([+-]?)((?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|\.\d+)([万亿]?)([^\d\s.,+\-]{0,8})"
)
SPELLED = re.compile(rf"([{NUMERAL}]{{1,12}})([^\d\s{NUMERAL}]{{0,4}})")
CLOCK = r"(?:[T ]?\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?(?:\([^)]*\)|[上下]午|早|晚|中午|星期.|周.)?"
YEAR_FIRST = re.compile(
    rf"(\d{{4}}|\d{{2}})[-./年、。](\d{{1,2}})[-./月、。](\d{{1,2}})[日号]?{CLOCK}"
)
MONTH_FIRST = re.compile(rf"(\d{{1,2}})[-./月、](\d{{1,2}})[日号]?{CLOCK}")
YEAR_LAST = re.compile(rf"(\d{{1,2}})[-./](\d{{1,2}})[-./](\d{{4}}){CLOCK}")
EIGHT = re.compile(r"(\d{4})(\d{2})(\d{2})")
DAY_NAMED = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[- ]?([a-z]{3})[a-z]*\.?,?[- ]?(\d{4})?")
MONTH_NAMED = re.compile(r"([a-z]{3})[a-z]*\.? ?(\d{1,2})(?:st|nd|rd|th)?(?:,? ?(\d{4}))?")


class CellFault(ValueError):
    """One cell cannot be taken, for one of the reasons of a closed list."""

    def __init__(self, why: str, **facts: Any) -> None:
        super().__init__(why)
        self.why = why
        self.facts = facts


def as_text(cell: Cell) -> str:
    """Return what a cell says as one line of text; nothing written is the empty text."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell if CLEAN.fullmatch(cell) else " ".join(cell.translate(UNSEEN).split())
    if isinstance(cell, dt.datetime) and cell.time() == dt.time():
        return cell.date().isoformat()
    return str(cell)


def as_code(cell: Cell) -> str:
    """Return a cell's text with full-width letters made plain and without any blanks."""
    if isinstance(cell, str) and CLEAN_CODE.fullmatch(cell):
        return cell
    text = as_text(cell)
    plain = text if text.isascii() else unicodedata.normalize("NFKC", text)
    return plain.replace(" ", "").lstrip("'‘’`")


def as_identifier(cell: Cell) -> str:
    """Return the text of a document number, phone or code; refuse one the spreadsheet has rounded."""
    if cell is None or isinstance(cell, str):
        if cell and cell.isdecimal() and cell.isascii() and len(cell) > 4:
            return cell
        code = as_code(cell)
        if ("E" in code or "e" in code) and ROUNDED.fullmatch(code):
            raise CellFault(Why.NUMBER_LOST, found=code)
        return "" if len(code) < 5 and code.lower() in NONE_WRITTEN else code
    if not isinstance(cell, bool | dt.date):
        exact = -(10**EXACT_DIGITS) < cell < 10**EXACT_DIGITS
        if exact and cell == int(cell):
            return str(int(cell))
    raise CellFault(Why.NUMBER_LOST, found=as_text(cell))


def is_blank(cell: Cell) -> bool:
    """Return whether a cell holds nothing, or only a stroke that means nothing."""
    return cell is None or (isinstance(cell, str) and _plain(cell).lower() in NONE_WRITTEN)


def as_quantity(cell: Cell) -> tuple[int, str | None]:
    """Return a whole quantity and the unit written behind it, if any."""
    if is_blank(cell):
        raise CellFault(Why.QUANTITY_MISSING)
    if isinstance(cell, bool | dt.date) or cell is None:
        raise CellFault(Why.NOT_A_NUMBER, found=as_text(cell))
    if isinstance(cell, int | float):
        return _whole(cell, cell), None
    if len(cell) > WRITTEN_MOST:
        raise CellFault(Why.NOT_A_NUMBER, found=cell[:WRITTEN_MOST])
    text = _plain(cell)
    if re.fullmatch(r"\([\d,.]+\)", text):  # how accountants write less than nothing
        text = "-" + text[1:-1]
    amount, unit = _amount(text)
    if unit and VAGUE.search(unit):
        raise CellFault(Why.NOT_A_NUMBER, found=as_text(cell))
    return _whole(amount, cell), unit or None


def as_date(cell: Cell, year: int | None) -> dt.date:
    """Return the day a cell means; the year given here holds for dates written without one."""
    if isinstance(cell, dt.datetime):
        return _sane(cell.date())
    if isinstance(cell, dt.date):
        return _sane(cell)
    if isinstance(cell, str):
        return _written(cell, year)
    if cell is None:
        raise CellFault(Why.DATE_MISSING)
    if isinstance(cell, bool):
        raise CellFault(Why.DATE_UNKNOWN, found=as_text(cell))
    if SERIALS.start <= float(cell) < SERIALS.stop:
        return SERIAL_ORIGIN + dt.timedelta(days=int(cell))
    return _written(str(cell) if isinstance(cell, int) else "?", year)


def _plain(text: str) -> str:
    text = text if text.isascii() else unicodedata.normalize("NFKC", text).translate(DASHES)
    return re.sub(r"\s+", "", text.translate(UNSEEN))


def _amount(text: str) -> tuple[Decimal, str]:
    if written := AMOUNT.fullmatch(text):
        sign, digits, times, unit = written.groups()
        amount = Decimal(digits.replace(",", "")) * {"": 1, "万": 10**4, "亿": 10**8}[times]
        return -amount if sign == "-" else amount, unit
    if spelled := SPELLED.fullmatch(text):
        return Decimal(numeral(spelled[1])), spelled[2]
    raise CellFault(Why.NOT_A_NUMBER, found=text)


def _whole(amount: Decimal | int | float, cell: Cell) -> int:
    if not -QUANTITY_MOST <= amount <= QUANTITY_MOST:  # also what is not a number at all
        raise CellFault(Why.TOO_LARGE, found=as_text(cell))
    if amount != int(amount):
        raise CellFault(Why.NOT_WHOLE, found=as_text(cell))
    return int(amount)


def numeral(text: str) -> int:
    """Return the number that Chinese numerals spell: 二十四 is 24, 二〇二〇 is 2020."""
    if not any(letter in TENS for letter in text):
        return int("".join(str(DIGITS[letter]) for letter in text))
    total, digit = 0, 0
    for letter in text:
        if letter in DIGITS:
            digit = DIGITS[letter]
        else:
            total += (digit or 1) * TENS[letter]
            digit = 0
    return total + digit


@lru_cache(maxsize=4096)
def _written(written: str, year: int | None) -> dt.date:
    if len(written) > WRITTEN_MOST:
        raise CellFault(Why.DATE_UNKNOWN, found=written[:WRITTEN_MOST])
    if is_blank(written):
        raise CellFault(Why.DATE_MISSING)
    spaced = " ".join(
        unicodedata.normalize("NFKC", written).translate(DASHES).translate(UNSEEN).split()
    )
    text = re.sub(rf"[{NUMERAL}]+", lambda run: str(numeral(run[0])), spaced.replace("元月", "1月"))
    text = re.sub(r" ?([-./年月日号、。]) ?", r"\1", text).lower()
    if found := YEAR_FIRST.fullmatch(text) or EIGHT.fullmatch(text):
        return _day(found[1], found[2], found[3], written)
    if found := YEAR_LAST.fullmatch(text):
        if int(found[2]) <= 12 and found[1] != found[2]:
            raise CellFault(Why.DATE_UNKNOWN, found=written)  # which one is the month?
        return _day(found[3], found[1], found[2], written)
    if found := MONTH_FIRST.fullmatch(text):
        return _day(year, found[1], found[2], written)
    if (found := DAY_NAMED.fullmatch(text)) and found[2] in MONTHS:
        return _day(found[3] or year, MONTHS[found[2]], found[1], written)
    if (found := MONTH_NAMED.fullmatch(text)) and found[1] in MONTHS:
        return _day(found[3] or year, MONTHS[found[1]], found[2], written)
    if re.fullmatch(r"\d{5}", text) and int(text) in SERIALS:
        return SERIAL_ORIGIN + dt.timedelta(days=int(text))
    raise CellFault(Why.DATE_UNKNOWN, found=written)


def _day(year: str | int | None, month: str | int, day: str | int, written: str) -> dt.date:
    if year is None:
        raise CellFault(Why.YEAR_MISSING, found=written)
    full = int(year) + (2000 if len(str(year)) == 2 else 0)
    try:
        return _sane(dt.date(full, int(month), int(day)))
    except ValueError:
        raise CellFault(Why.DATE_UNKNOWN, found=written) from None


def _sane(day: dt.date) -> dt.date:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise CellFault(Why.DATE_UNKNOWN, found=day.isoformat())
    return day
