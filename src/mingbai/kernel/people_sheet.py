"""The roster sheet (花名册): people of a firm or a brigade, read from the workbook as offices keep it."""

import datetime as dt
import enum
import re
from collections import deque
from collections.abc import Iterator, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any, NamedTuple, overload

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from mingbai.kernel import documents
from mingbai.kernel.documents import DocumentFault, passport, phone, resident_id
from mingbai.kernel.garbage import growing
from mingbai.kernel.workbooks import cells
from mingbai.kernel.workbooks.cells import CellFault, as_code, as_date, as_identifier, as_text
from mingbai.kernel.workbooks.headings import (
    Headings,
    find_headings,
    headings_at,
    no_headings,
)
from mingbai.kernel.workbooks.identity import Identities
from mingbai.kernel.workbooks.reading import Cell, Row, Sheet, fill_merged
from mingbai.kernel.workbooks.titles import Titles, Years

KIND = "people.roster"
NAME_MOST = 80
NOBODY = (None, None, None)


class Why(enum.StrEnum):
    """Why a line of a roster is not taken, beside what may be wrong with a document or a cell."""

    NAME_MISSING = "name missing"
    NAME_UNLIKELY = "name too long"
    TWICE = "same person, same unit"


SAYINGS: dict[str, Promise] = {
    **documents.SENTENCES,
    **cells.SAYINGS,
    Why.NAME_MISSING: _("No name is written. Write the name as on the document."),
    Why.NAME_UNLIKELY: _("This is too long for a name. Check whether the columns have moved."),
    Why.TWICE: _("This person stands on the list already, in the same unit. Nothing was added."),
}

PATTERNS = {
    "serial": r"序号|编号|行号|序|号|no\.?|#",
    "name": r"(?:员工|人员|职工|工人|本人)?姓名|名字|(?:full)?name",
    "document_kind": r"(?:身份)?证件(?:类型|种类|类别)|documenttype|idtype",
    "document": (
        r"(?:居民)?身份证(?:号码?|编号)?|(?:身份|有效)?证件(?:号码?|编号)|公民身份号码"
        r"|(?:documentn(?:o\.?|umber)|id(?:card)?(?:n(?:o\.?|umber))?|document|identitycard)"
    ),
    "phone": (
        r"(?:联系|本人|移动)?(?:手机|电话)(?:号码?)?|联系(?:电话|方式)|(?:mobile)?phone(?:n(?:o\.?|umber))?|mobile"
    ),
    "organisation": (
        r"(?:工作|用工|所属|所在|用人)?(?:单位|公司|企业|工厂)(?:名称)?|employer|company|organi[sz]ation|firm|unit"
    ),
    "post": r"岗位|工种|职务|职位|工作岗位|部门/?岗位|post|position|job(?:title)?|role",
    "address": (
        r"(?:家庭|现在?|常)?(?:居住地?址?|住址|住地|居所|地址|住所|住处)|address|residence|livesin"
    ),
    "started_on": (
        r"(?:上岗|入职|到岗|进厂|返岗|复工|报到|开工)(?:日期|时间)|(?:start(?:s|ed)?(?:on|date)?|from)"
    ),
}
FIELDS = tuple((name, re.compile(pattern)) for name, pattern in PATTERNS.items())
FILLED_DOWN = ("organisation", "post", "address", "started_on", "document_kind")
READ = (
    "name",
    "document_kind",
    "document",
    "phone",
    "organisation",
    "post",
    "address",
    "started_on",
)
WANTED = _("Name, ID number, Phone, Employer, Post, Address, Start date")
RESIDENT_ID = re.compile(r"身份证|居民身份证|二代身份证|residentid|idcard", re.IGNORECASE)
PASSPORT = re.compile(r"(?:外国|中国|普通)?护照|passport", re.IGNORECASE)
TOTAL = re.compile(
    r"(?:小计|合计|总计|共计|注|备注|说明|填表|制表|审核|total|note)(?:[:(\d].*|人.*)?",
    re.IGNORECASE,
)


class RosterRow(NamedTuple):
    """One person on a roster; what could not be read stands as it was written."""

    sheet: str
    row: int
    name: str
    document_kind: str  # resident_id, passport or other
    document: str
    phone: str | None
    organisation: str
    post: str
    address: str
    started_on: dt.date | None
    outcome: str
    why: str | None
    identity: str


def recognise(label: str) -> str | None:
    """Return the field that a heading of a roster names."""
    return next((name for name, pattern in FIELDS if pattern.fullmatch(label)), None)


def read_roster(sheets: Sequence[Sheet], *, year: int | None = None) -> list[RosterRow]:
    """Return every person on a roster workbook: taken, refused with its reason, or there twice."""
    return find_people(sheets, year=year)[:]


def find_people(sheets: Sequence[Sheet], *, year: int | None = None) -> "People":
    """Return the people of a roster workbook, each looked at when asked for."""
    found, people = False, deque[Unread]()
    for sheet in sheets:
        headings = None if sheet.hidden else find_headings(sheet, recognise)
        if headings is None or not {"name", "document"} <= headings.columns.keys():
            continue
        found = True
        with growing():
            people.extend(_people(sheet, headings, year))
    if not found:
        raise no_headings(WANTED)
    return People(people)


def as_json(people: Sequence[RosterRow]) -> dict[str, Any]:
    """Return the totals and what was not taken, as programs read it."""
    left = [person for person in people if person.outcome != "ok"]
    several = len({person.sheet for person in people}) > 1
    refused = [
        {"row": person.row, "why": person.why} | ({"sheet": person.sheet} if several else {})
        for person in left
    ]
    return {"kind": KIND, "rows": len(people), "good": len(people) - len(left), "refused": refused}


def _people(sheet: Sheet, headings: Headings, year: int | None) -> Iterator["Unread"]:
    merged = [column for name in FILLED_DOWN for column in headings.columns.get(name, ())]
    rows = fill_merged(sheet, frozenset(merged)).rows if sheet.merged else sheet.rows
    titles = Titles(sheet.name)
    for row in rows[: headings.last_row + 1]:
        titles.learn_row(row)
    given = year or Years(titles.years()).year()
    firm = titles.labelled("单位名称", "工作单位", "单位", "企业名称", "企业", "公司") or ""
    table, at = _Table(sheet.name, headings, firm, given), headings.last_row + 1
    who, named, count = table.who, table.named, len(rows)
    while at < count:
        row = rows[at]
        name, document = who(row)
        if (
            name.__class__ is str
            and name in named
            and len(name) > 1
            and (again := headings_at(sheet, at, recognise))
        ):
            # The headings are written once more, as on the next printed page.
            headings, at = again, again.last_row + 1
            table = _Table(sheet.name, headings, firm, given)
            who, named = table.who, table.named
            continue
        at += 1
        if (
            name is not None
            and document is not None
            or (name, document, headings.cell(row, "phone")) != NOBODY
            and not _is_note(row)
        ):
            yield table, at, row


def _is_note(row: Row) -> bool:
    """Return whether a row that lacks a name or a document is a sum or a note."""
    first = next((as_code(cell) for cell in row if isinstance(cell, str)), "")
    return bool(TOTAL.fullmatch(first))


class _Table:
    """A table of people on one sheet: gives each row's fields, quickly, and what holds for all rows."""

    def __init__(self, sheet: str, headings: Headings, firm: str, year: int | None) -> None:
        self.sheet = sheet
        self.firm = firm
        self.year = year
        self._headings = headings
        columns = [headings.columns.get(name, (-1,)) for name in READ]
        self._several = any(len(each) > 1 for each in columns)
        self._last = max(each[0] for each in columns)
        self._pick = itemgetter(*(each[0] for each in columns))
        self.named = headings.label("name")
        who = (columns[READ.index("name")][0], columns[READ.index("document")][0])
        self._who, self._who_last = itemgetter(*who), max(who)
        self._who_looked_for = self._several or -1 in who

    def who(self, row: Row) -> tuple[Cell, Cell]:
        """Return what is written as a name and as a document."""
        if self._who_looked_for or len(row) <= self._who_last:
            return self._headings.cell(row, "name"), self._headings.cell(row, "document")
        found: tuple[Cell, Cell] = self._who(row)
        return found

    def fields(self, row: Row) -> Sequence[Cell]:
        """Return what is written in each of the fields, in the order of READ."""
        if self._several or len(row) <= self._last:
            return [self._headings.cell(row, name) for name in READ]
        picked: Sequence[Cell] = self._pick([*row, None])  # a field without a column picks the last
        return picked


Unread = tuple[_Table, int, Row]


class People(Sequence[RosterRow]):
    """The people of a workbook: how many they are is known at once, and each is looked at when asked for, in their order."""

    def __init__(self, lines: deque[Unread]) -> None:
        self._lines, self._count = lines, len(lines)
        self._identities = Identities()
        self._seen: set[tuple[str, str]] = set()
        self._people: list[RosterRow] = []

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, at: int) -> RosterRow: ...
    @overload
    def __getitem__(self, at: slice) -> list[RosterRow]: ...
    def __getitem__(self, at: int | slice) -> RosterRow | list[RosterRow]:
        last = at.indices(len(self))[1] if isinstance(at, slice) else range(len(self))[at] + 1
        with growing():
            for _each in range(len(self._people), last):
                # What was written is not kept beside what was read of it.
                line = self._lines.popleft()
                self._people.append(_checked(line, self._identities, self._seen))
        return self._people[at]


def _checked(line: Unread, identities: Identities, seen: set[tuple[str, str]]) -> RosterRow:
    table, number, row = line
    cell = table.fields(row)
    name, post, address = as_text(cell[0]), _repeated(cell[5]), as_text(cell[6])
    organisation = _repeated(cell[4]) or table.firm
    kind = _document_kind(cell[1]) if cell[1] else "resident_id"
    document, why = _document(kind, cell[2])
    number_called, phone_why = _phone(cell[3])
    started_on, begins, date_why = _started(cell[7], table.year)
    why = why or phone_why or date_why
    if not name or len(name) > NAME_MOST:
        why = why or (Why.NAME_UNLIKELY if name else Why.NAME_MISSING)
    outcome = "refused" if why else "ok"
    key = (document, organisation)
    if not why and key in seen:
        outcome, why = "duplicate", Why.TWICE
    elif not why:
        seen.add(key)
    values = [name, kind, document, number_called, organisation, post, address, begins]
    return RosterRow(
        table.sheet,
        number,
        name,
        kind,
        document,
        number_called or None,
        organisation,
        post,
        address,
        started_on,
        outcome,
        why,
        identities.of(values),
    )


_repeated = lru_cache(maxsize=1024, typed=True)(as_text)  # a roster has few firms and posts


@lru_cache(maxsize=64, typed=True)
def _document_kind(cell: Cell) -> str:
    text = as_code(cell)
    if not text or RESIDENT_ID.fullmatch(text):
        return "resident_id"
    return "passport" if PASSPORT.fullmatch(text) else "other"


def _document(kind: str, cell: Cell) -> tuple[str, str | None]:
    """Return the document's number in its plain form, or as written and what is wrong with it."""
    try:
        written = as_identifier(cell)
        if kind == "resident_id":
            return resident_id(written), None
        if kind == "passport":
            return passport(written), None
    except (CellFault, DocumentFault) as fault:
        return as_text(cell), str(fault.why)
    return written.upper(), None if written else "missing"


def _phone(cell: Cell) -> tuple[str, str | None]:
    """Return a phone number in its plain form, or as written and what is wrong; none is no fault."""
    try:
        written = as_identifier(cell)
        return phone(written) if written else "", None
    except (CellFault, DocumentFault) as fault:
        return as_text(cell), str(fault.why)


@lru_cache(maxsize=1024, typed=True)
def _started(cell: Cell, year: int | None) -> tuple[dt.date | None, str, str | None]:
    """Return the day, how it counts for the row's identity, and what is wrong; none is no fault."""
    if cell is None:
        return None, "", None
    try:
        day = as_date(cell, year)
    except CellFault as fault:
        return None, as_text(cell), None if fault.why == cells.Why.DATE_MISSING else fault.why
    return day, day.isoformat(), None
