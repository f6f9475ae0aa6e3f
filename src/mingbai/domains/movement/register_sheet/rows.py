"""Rows: walks a register's sheets and gives each arrival as it was written, with what is in doubt and why."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mingbai.domains.movement.register_sheet.vocabulary import (
    DITTO,
    NOTE,
    PASSPORT,
    PASSPORT_NUMBER,
    RESIDENT_ID,
    TOTAL,
    TWICE,
    WANTED,
    recognise,
)
from mingbai.domains.movement.rules.register import doubt_of
from mingbai.domains.movement.words import Doubt
from mingbai.kernel.documents import (
    DocumentFault,
    Why,
    passport,
    phone,
    plain,
    resident_id,
    resident_id_readings,
)
from mingbai.kernel.garbage import growing
from mingbai.kernel.workbooks.cells import CellFault, as_code, as_date, as_identifier, as_text
from mingbai.kernel.workbooks.headings import Headings, find_headings, headings_at, no_headings
from mingbai.kernel.workbooks.identity import Identities
from mingbai.kernel.workbooks.reading import Cell, Row, Sheet, fill_merged
from mingbai.kernel.workbooks.titles import Titles, Years

NAME_MOST = 80
TEXT_MOST = {"from_place": 80, "lodging": 120}
FILLED = ("document_kind", "from_place", "arrived_on", "lodging", "phone")


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """One arrival on paper; what cannot be a number stands as it was written."""

    sheet: str
    row: int
    name: str
    document_kind: str  # resident_id, passport or other
    document: str
    phone: str
    from_place: str
    lodging: str
    arrived_on: dt.date | None
    outcome: str  # ok, to_verify, duplicate or refused
    why: str | None
    hints: tuple[str, ...]
    identity: str

    @property
    def good_number(self) -> str | None:
        """Return a resident ID number that holds."""
        numbered = self.document_kind == "resident_id" and self.outcome in ("ok", "to_verify")
        return self.document if numbered and self.why in (None, Doubt.PHONE) else None


def read_register(sheets: Sequence[Sheet], *, year: int | None = None) -> list[RegisterRow]:
    """Return every arrival of a register workbook."""
    found = False
    rows: list[RegisterRow] = []
    reading = _Reading()
    for sheet in sheets:
        headings = None if sheet.hidden else find_headings(sheet, recognise)
        if headings is None or not {"name", "document"} <= headings.columns.keys():
            continue
        found = True
        with growing():
            rows.extend(_Page(sheet, headings, year, reading).rows())
    if not found:
        raise no_headings(WANTED)
    return rows


def gate_named(sheets: Sequence[Sheet]) -> str | None:
    """Return the gate that stands in a register's title, as in 卡口：东口."""
    for sheet in sheets:
        headings = None if sheet.hidden else find_headings(sheet, recognise)
        if headings is None:
            continue
        titles = Titles()
        for row in sheet.rows[: headings.last_row + 1]:
            titles.learn_row(row)
        if named := titles.labelled("卡口", "登记口", "卡点", "检查点", "gate", "Gate"):
            return named
    return None


class _Reading:
    """What is remembered across the sheets of one workbook."""

    def __init__(self) -> None:
        self.identities = Identities()
        self.seen: set[tuple[str, ...]] = set()


class _Page:
    """Reads one sheet whose headings were recognised."""

    def __init__(
        self, sheet: Sheet, headings: Headings, year: int | None, reading: _Reading
    ) -> None:
        self._headings = headings
        self._reading = reading
        self._prior: dict[str, Cell] = {}
        titles = Titles(sheet.name)
        for row in sheet.rows[: headings.last_row + 1]:
            titles.learn_row(row)
        filled = [column for name in FILLED for column in headings.columns.get(name, ())]
        self._sheet = fill_merged(sheet, frozenset(filled)) if sheet.merged else sheet
        self._years = Years([year] if year else titles.years())

    def rows(self) -> Iterator[RegisterRow]:
        """Give the arrivals of the sheet, from above to below."""
        at = self._headings.last_row + 1
        while at < len(self._sheet.rows):
            row = self._sheet.rows[at]
            if again := self._again(at, row):
                self._headings, at = again, again.last_row + 1
                continue
            at += 1
            if self._is_arrival(row):
                yield self._arrival(row, at)
            else:
                self._group(row)

    def _again(self, at: int, row: Row) -> Headings | None:
        """Return the headings if they are written once more, as on the next printed page."""
        name = self._headings.cell(row, "name")
        if not isinstance(name, str) or name != self._headings.label("name"):
            return None
        return headings_at(self._sheet, at, recognise)

    def _is_arrival(self, row: Row) -> bool:
        """Return whether a row tells of somebody, and is neither empty nor a sum or a note."""
        texts = [as_code(cell) for cell in row if isinstance(cell, str)]
        if not texts or any(TOTAL.fullmatch(text) for text in texts[:2]) or NOTE.match(texts[0]):
            return False
        name, document = self._headings.cell(row, "name"), self._headings.cell(row, "document")
        if name is not None and document is not None:
            return True
        told = [n for n in ("phone", "arrived_on", "lodging") if self._headings.cell(row, n)]
        return (name is not None or document is not None) and bool(told)

    def _group(self, row: Row) -> None:
        """Take a day that stands alone on a row as that of the rows below it."""
        written = [cell for cell in row if cell is not None]
        if len(written) == 1:
            try:
                as_date(written[0], self._years.year())
            except CellFault:
                return
            self._prior["arrived_on"] = written[0]

    def _text(self, row: Row, name: str) -> str:
        return as_text(self._cell(row, name))

    def _cell(self, row: Row, name: str) -> Cell:
        """Return a cell; a ditto mark takes the one above it, and a day left empty is that of the row above."""
        cell = self._headings.cell(row, name)
        blank = cell is None or not as_text(cell)
        marked = not blank and as_text(cell) in DITTO
        if marked or (blank and name == "arrived_on"):
            return self._prior.get(name)
        self._prior[name] = None if blank else cell
        return self._prior[name]

    def _arrival(self, row: Row, number: int) -> RegisterRow:
        name = as_text(self._headings.cell(row, "name"))
        kind_written = self._text(row, "document_kind")
        written = self._headings.cell(row, "document")
        kind = _kind(kind_written, written)
        document, doubt, hints = _document(kind, written)
        called, phone_doubt = _phone(self._cell(row, "phone"))
        from_place = self._text(row, "from_place")[: TEXT_MOST["from_place"]]
        lodging = self._text(row, "lodging")[: TEXT_MOST["lodging"]]
        arrived_on, day_written = self._day(row)
        doubt = doubt or phone_doubt
        outcome, why = "to_verify" if doubt else "ok", str(doubt) if doubt else None
        key = (kind, document or f"{name} {called}", str(arrived_on))
        if not name or len(name) > NAME_MOST or arrived_on is None:
            outcome, why = "refused", str(Doubt.MISSING)
        elif key in self._reading.seen:
            outcome, why = "duplicate", TWICE
        else:
            self._reading.seen.add(key)
        values = [name, kind, document, called, from_place, day_written, lodging]
        return RegisterRow(
            sheet=self._sheet.name,
            row=number,
            name=name,
            document_kind=kind,
            document=document,
            phone=called,
            from_place=from_place,
            lodging=lodging,
            arrived_on=arrived_on,
            outcome=outcome,
            why=why,
            hints=hints if outcome == "to_verify" else (),
            identity=self._reading.identities.of(values),
        )

    def _day(self, row: Row) -> tuple[dt.date | None, str]:
        """Return the day of arrival and how it counts for the row's identity."""
        cell = self._cell(row, "arrived_on")
        try:
            day = as_date(cell, self._years.year())
        except CellFault:
            return None, as_text(cell)
        return day, day.isoformat()


def _kind(written: str, number: Cell) -> str:
    """Return the kind of a document as written; where nothing is, as its number looks."""
    text = as_code(written)
    if RESIDENT_ID.fullmatch(text):
        return "resident_id"
    if PASSPORT.fullmatch(text):
        return "passport"
    if text:
        return "other"
    looks = isinstance(number, str) and PASSPORT_NUMBER.fullmatch(plain(number))
    return "passport" if looks else "resident_id"


def _document(kind: str, cell: Cell) -> tuple[str, Doubt | None, tuple[str, ...]]:
    """Return a number in its plain form, or as written with what is in doubt and its possible readings."""
    try:
        written = as_identifier(cell)
        if not written or written in DITTO:
            raise DocumentFault(Why.MISSING)
        if kind == "resident_id":
            return resident_id(written), None, ()
        return (passport(written) if kind == "passport" else written.upper()), None, ()
    except CellFault:
        return as_text(cell), Doubt.LOST, ()
    except DocumentFault as fault:
        doubt = doubt_of(fault.why)
        readings = resident_id_readings(written) if doubt == Doubt.LENGTH else []
        return written, doubt, tuple(readings)


def _phone(cell: Cell) -> tuple[str, Doubt | None]:
    """Return a phone number in its plain form, or as written and in doubt; none is no fault."""
    try:
        written = as_identifier(cell)
        return (phone(written) if written else ""), None
    except CellFault:
        return as_text(cell), Doubt.PHONE
    except DocumentFault:
        return written, Doubt.PHONE
