"""Lines: walks one sheet of a ledger and gives each movement as written, with what is filled down."""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from mingbai.domains.supplies.ledger_sheet.vocabulary import (
    CARRIED,
    DITTO,
    GENERAL_NAME,
    NOTE,
    TOTAL,
    Move,
    Why,
    recognise,
    said_move,
    titled_move,
)
from mingbai.kernel.workbooks import cells
from mingbai.kernel.workbooks.cells import CellFault, as_code, as_date, as_text, is_blank
from mingbai.kernel.workbooks.headings import Headings, find_headings, headings_at, label_of
from mingbai.kernel.workbooks.packs import UNITS, unit_in_brackets, unit_name
from mingbai.kernel.workbooks.reading import Cell, Row, Sheet, fill_merged
from mingbai.kernel.workbooks.titles import Titles, Years

DATES = ("date", "receive_date", "issue_date", "day")
QUANTITIES = ("receive_quantity", "issue_quantity", "quantity")
TEXTS = ("item", "specification", "unit", "source", "recipient", "party", "move")
WRITTEN = ("serial", *DATES, *TEXTS)
TITLE_MOST = 30


@dataclass(slots=True)
class Line:
    """One movement as found on paper, before packs and units are known."""

    sheet: str
    row: int
    on: dt.date | None
    written_on: str
    item: str
    specification: str
    unit: str
    move: Move
    party: str
    quantity: Cell
    balance: Cell
    note: str
    fault: str | None


@dataclass(frozen=True, slots=True)
class Moved:
    """One of the at most two movements on a line."""

    move: Move
    quantity: Cell
    party: str
    fault: str | None = None


class Reader:
    """Reads one sheet whose headings were recognised."""

    def __init__(self, sheet: Sheet, headings: Headings, year: int | None) -> None:
        self._headings = headings
        self._given_year = year
        self._titles = Titles(sheet.name)
        for row in sheet.rows[: headings.last_row + 1]:
            self._titles.learn_row(row)
        named = [c for f in (*DATES, *TEXTS, "year", "month") for c in headings.columns.get(f, ())]
        self._sheet = fill_merged(sheet, frozenset(named))
        self._prior: dict[str, Cell] = {}
        titled = [year] if year else self._titles.years() or _years_written(self._sheet, headings)
        self._years = Years(titled)
        self.move = self._one_way()

    @classmethod
    def of(cls, sheet: Sheet, year: int | None) -> Self | None:
        """Return a reader if the sheet is a ledger: days, and what came in or went out."""
        found = find_headings(sheet, recognise)
        if not found:
            return None
        fields = found.columns.keys()
        if not fields.isdisjoint(DATES) and not fields.isdisjoint(QUANTITIES):
            reader = cls(sheet, found, year)
            return reader if "item" in fields or reader.titled_item() else None
        return None

    def titled_item(self) -> str:
        """Return the item that a sheet without a column for it is about."""
        named = self._titles.labelled(
            "品名", "物资名称", "物品名称", "名称", "物资", "item", "Item"
        )
        general = GENERAL_NAME.fullmatch(self._sheet.name)
        return named or ("" if general else as_text(self._sheet.name))

    def lines(self) -> Iterator[Line]:
        """Return the movements of the sheet, from above to below."""
        at = self._headings.last_row + 1
        while at < len(self._sheet.rows):
            row = self._sheet.rows[at]
            if again := self._again(at, row):
                self._headings, at = again, again.last_row + 1
                self.move = self._one_way()
                continue
            at += 1
            if self._is_line(row):
                yield from self._moves(row, at)

    def _again(self, at: int, row: Row) -> Headings | None:
        """Return the headings if they are written once more, as on the next printed page."""
        first = [as_code(cell) for cell in row if isinstance(cell, str)][:3]
        if len(first) < 3 or not all(recognise(label_of(text)) for text in first):
            return None
        return headings_at(self._sheet, at, recognise)

    def _one_way(self) -> Move | None:
        fields = self._headings.columns.keys()
        if fields & {"receive_quantity", "issue_quantity", "move"}:
            only = fields & {"receive_quantity", "issue_quantity"}
            if len(only) == 1 and "move" not in fields:
                return "receive" if "receive_quantity" in only else "issue"
            return None
        titles = [line for line in self._titles.lines if not recognise(label_of(line))]
        if titled := titled_move(self._sheet.name) or titled_move("\n".join(titles)):
            return titled
        if fields & {"source", "recipient"} == {"recipient"}:
            return "issue"
        return "receive" if fields & {"source", "recipient"} == {"source"} else None

    def _cell(self, row: Row, name: str) -> Cell:
        cell = self._headings.cell(row, name)
        return None if isinstance(cell, str) and is_blank(cell) else cell

    def _is_line(self, row: Row) -> bool:
        """Return whether a row tells of a movement; learn from it if it is a title or a group's name."""
        texts = [as_code(cell) for cell in row if isinstance(cell, str) and not is_blank(cell)]
        if any(TOTAL.fullmatch(text) for text in texts[:4]):
            return False
        written = {name: cell for name in WRITTEN if (cell := self._cell(row, name)) is not None}
        counted = [n for n in (*QUANTITIES, "balance") if self._cell(row, n) is not None]
        if counted:
            return bool(written.keys() - {"move"})  # a sum under the line has nothing beside it
        if texts and (NOTE.match(texts[0]) or ":" in texts[0]):
            self._titles.learn_row(row)
            return False
        facts = written.keys() - {"serial"}
        if len(facts) == 1:
            self._group(facts.pop(), row)
            return False
        return len(facts) > 1

    def _group(self, name: str, row: Row) -> None:
        """Take the one thing on a row as the heading of the rows below it."""
        text = as_text(self._cell(row, name))
        if name in ("item", "date") and len(text) <= TITLE_MOST and text not in DITTO:
            self._prior[name] = self._cell(row, name)

    def _down(self, row: Row, name: str) -> Cell:
        """Return a cell, or the one above it where it is left empty or holds a ditto mark."""
        cell = self._cell(row, name)
        if cell is not None and as_text(cell) not in DITTO:
            self._prior[name] = cell
        return self._prior.get(name)

    def _same(self, row: Row, name: str) -> str:
        """Return a cell's text; only a ditto mark takes the one above it."""
        cell = self._cell(row, name)
        if cell is not None and as_text(cell) not in DITTO:
            self._prior[name] = cell
        elif cell is None:
            return ""
        return as_text(self._prior.get(name))

    def _date(self, row: Row, move: Move) -> tuple[dt.date | None, str, str | None]:
        own = f"{move}_date"
        name = (
            own
            if self._cell(row, own) is not None or "date" not in self._headings.columns
            else "date"
        )
        cell = self._down(row, name)
        if "day" in self._headings.columns:
            month, day = as_code(self._down(row, "month")), as_code(self._down(row, "day"))
            cell = f"{month.removesuffix('月')}月{day}" if month and day else self._down(row, "day")
            if written := re.fullmatch(r"(\d{4})年?", as_code(self._down(row, "year"))):
                cell = f"{written[1]}年{cell}"
        if isinstance(cell, int) and "day" in self._headings.columns:
            cell = None
        month_named = re.match(r"(\d{1,2})[月.]", as_code(cell)) if isinstance(cell, str) else None
        try:
            year = self._years.year(int(month_named[1]) if month_named else None)
            return as_date(cell, year), as_text(cell), None
        except CellFault as fault:
            return None, as_text(cell), fault.why

    def _moves(self, row: Row, number: int) -> Iterator[Line]:
        item, specification, unit = self._goods(row)
        found = self._moved(row)
        for moved in found:
            on, written_on, fault = self._date(row, moved.move)
            if not fault and not item:
                fault = Why.ITEM_MISSING
            yield Line(
                sheet=self._sheet.name,
                row=number,
                on=on,
                written_on=written_on,
                item=item,
                specification=specification,
                unit=unit or self._heading_unit(moved.move),
                move=moved.move,
                party=moved.party,
                quantity=moved.quantity,
                balance=self._cell(row, "balance") if moved is found[-1] else None,
                note=as_text(self._cell(row, "note")),
                fault=fault or moved.fault,
            )

    def _goods(self, row: Row) -> tuple[str, str, str]:
        """Return the item, its specification and its unit as this line has them."""
        item = as_text(self._down(row, "item")) if "item" in self._headings.columns else ""
        item = item or self.titled_item()
        bracket = unit_in_brackets(item)
        if bracket:
            item = re.sub(r"\s*[(（][^()（）]*[)）]\s*$", "", item)
        titled = self._titles.labelled("计量单位", "单位", "unit", "Unit") or ""
        specification = self._same(row, "specification")
        if "specification" not in self._headings.columns:
            specification = self._titles.labelled("规格型号", "规格") or ""
        unit = unit_name(self._same(row, "unit")) or bracket
        return item, specification, unit or (titled if unit_name(titled) in UNITS else "")

    def _heading_unit(self, move: Move) -> str:
        """Return the unit in the heading's brackets, as in 数量（只）."""
        names = (f"{move}_quantity", "quantity", "unit")
        return next((u for n in names if (u := unit_in_brackets(self._headings.label(n)))), "")

    def _moved(self, row: Row) -> list[Moved]:
        """Return what moved on this line: at most one in and one out, the in first."""
        party = self._same(row, "party")
        source, recipient = (
            self._same(row, "source") or party,
            self._same(row, "recipient") or party,
        )
        came, went, amount = (_unless_nought(self._cell(row, name)) for name in QUANTITIES)
        moved = []
        if came is not None:
            moved.append(Moved("receive", came, source))
        if went is not None:
            moved.append(Moved("issue", went, recipient))
        if moved:
            return moved
        said = self._said(row)
        guess: Move = said or ("receive" if source and not recipient else "issue")
        party = source if guess == "receive" else recipient
        if amount is None:
            texts = [as_code(cell) for cell in row if isinstance(cell, str)]
            carried = any(CARRIED.search(text) for text in texts)
            why = Why.CARRIED_OVER if carried else cells.Why.QUANTITY_MISSING
            return [Moved(guess, self._cell(row, "balance") if carried else None, party, why)]
        return [Moved(guess, amount, party, None if said else Why.MOVE_MISSING)]

    def _said(self, row: Row) -> Move | None:
        """Return which way a line with a single quantity goes, if anything says so."""
        if said := said_move(as_code(self._cell(row, "move"))) or self.move:
            return said
        source, recipient = self._cell(row, "source"), self._cell(row, "recipient")
        if (source is None) == (recipient is None):
            return said_move(as_code(self._cell(row, "party")))
        return "receive" if recipient is None else "issue"


def _unless_nought(cell: Cell) -> Cell:
    """Return a quantity, or nothing for a nought written to fill the column."""
    nought = isinstance(cell, int | float) and not isinstance(cell, bool) and cell == 0
    return None if nought or as_code(cell) in ("0", "0.0") else cell


def _years_written(sheet: Sheet, headings: Headings) -> list[int]:
    """Return the one year that the sheet's full dates name, if they agree."""
    columns = [column for name in DATES[:3] for column in headings.columns.get(name, ())]
    found = set()
    for row in sheet.rows[headings.last_row + 1 :]:
        for column in columns:
            if column < len(row) and row[column] is not None:
                try:
                    found.add(as_date(row[column], None).year)
                except CellFault:
                    continue
    return sorted(found) if len(found) == 1 else []
