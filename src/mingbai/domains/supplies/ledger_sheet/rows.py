"""Rows: each movement of the paper account in its item's base unit, with its identity or its fault."""

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mingbai.domains.supplies.ledger_sheet.lines import Line, Reader
from mingbai.domains.supplies.ledger_sheet.vocabulary import WANTED, Move, Why
from mingbai.kernel.workbooks import cells
from mingbai.kernel.workbooks.cells import CellFault, as_code, as_quantity, as_text
from mingbai.kernel.workbooks.headings import no_headings
from mingbai.kernel.workbooks.identity import Identities
from mingbai.kernel.workbooks.packs import Packs, unit_name
from mingbai.kernel.workbooks.reading import Cell, Sheet

KIND = "supplies.ledger"
PIECE = "件"  # what is counted where no unit is written at all
PART = re.compile(r"(\d+)([^\d\s.,+\-零]{1,4})零?")


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One movement that a line of the paper account tells of; quantities are in the item's base unit."""

    row: int
    on: dt.date | None
    item: str
    specification: str
    pack: tuple[int, str, str] | None  # how many, of which unit, in which pack
    move: Move
    party: str | None
    quantity: int | None
    unit: str
    paper_balance: int | None
    note: str
    fault: str | None
    identity: str
    sheet: str = ""
    factor: int = 1  # how many base units the unit written on this line is
    unit_known: bool = True  # whether a unit is written for this item anywhere in the workbook


def item_key(item: str) -> str:
    """Return an item's name without what people write differently each time."""
    return as_code(item).casefold()


def read_ledger(sheets: Sequence[Sheet], *, year: int | None = None) -> list[LedgerRow]:
    """Return every movement in a ledger workbook, in the order in which it is to be played."""
    shown = [sheet for sheet in sheets if not sheet.hidden]
    readers = [reader for sheet in shown if (reader := Reader.of(sheet, year))]
    if not readers:
        raise no_headings(WANTED)
    parts = [list(reader.lines()) for reader in readers]
    lines = [line for part in parts for line in part]
    if len(readers) > 1 and all(reader.move for reader in readers):
        lines = _by_day(parts)
    packs: dict[str, Packs] = {}
    for line in lines:
        units = [unit for _amount, unit in _parts(line.quantity) if unit]
        packs.setdefault(item_key(line.item), Packs()).learn(
            line.specification, [line.unit, *units]
        )
    names: dict[str, str] = {}
    identities = Identities()
    return [
        _row(line, names.setdefault(key, line.item), packs[key], identities)
        for line in lines
        for key in [item_key(line.item)]
    ]


def _by_day(parts: Iterable[list[Line]]) -> list[Line]:
    """Return the lines of sheets kept for one way only as the days went: what came in, then what went out."""
    dated = []
    for part in parts:
        last = dt.date.min
        for line in part:
            last = line.on or last
            dated.append((last, line.move != "receive", line))
    return [line for _on, _out, line in sorted(dated, key=lambda each: each[:2])]


def _row(line: Line, item: str, packs: Packs, identities: Identities) -> LedgerRow:
    quantity, fault = _counted(line, packs)
    unit = packs.base or PIECE
    fault = line.fault or fault
    known = quantity is not None
    return LedgerRow(
        row=line.row,
        on=line.on,
        item=item,
        specification=line.specification,
        pack=packs.of_line(line.specification),
        move=line.move,
        party=line.party or None,
        quantity=quantity,
        unit=unit,
        paper_balance=_balance(line, packs),
        note=line.note,
        fault=fault,
        identity=identities.of(
            [
                line.on or line.written_on,
                item_key(line.item),
                line.move,
                line.party.casefold(),
                quantity if known else as_text(line.quantity),
                unit if known else line.unit,
            ]
        ),
        sheet=line.sheet,
        factor=packs.size(line.unit, line.specification) or 1 if line.unit else 1,
        unit_known=packs.base is not None,
    )


def _counted(line: Line, packs: Packs) -> tuple[int | None, str | None]:
    """Return the quantity in base units and what is wrong with the line, if anything."""
    parts = _parts(line.quantity)
    try:
        amounts = parts if len(parts) > 1 else [as_quantity(line.quantity)]
    except CellFault as unread:
        return None, unread.why
    if any(amount < 0 for amount, _unit in amounts):
        return None, Why.NEGATIVE
    fault = Why.RECIPIENT_MISSING if line.move == "issue" and not line.party else None
    total = 0
    for amount, written in amounts:
        size = _size(unit_name(written or "") or line.unit, line, packs)
        if isinstance(size, Why):
            return None, fault or size
        total += amount * size
    if total > cells.QUANTITY_MOST:
        return None, fault or cells.Why.TOO_LARGE
    return total or None, fault or (None if total else cells.Why.QUANTITY_MISSING)


def _size(unit: str, line: Line, packs: Packs) -> int | Why:
    if not unit:
        return 1 if packs.plain else Why.UNIT_MISSING
    return packs.size(unit, line.specification) or Why.UNIT_UNKNOWN


def _parts(cell: Cell) -> list[tuple[int, str | None]]:
    """Return a quantity's parts: 1箱5瓶 has two; an empty list where it cannot be read."""
    text = as_code(cell) if isinstance(cell, str) else ""
    found = PART.findall(text)
    if len(found) > 1 and len(text) <= cells.WRITTEN_MOST and PART.sub("", text) == "":
        return [(int(amount), unit_name(unit)) for amount, unit in found]
    try:
        amount, unit = as_quantity(cell)
    except CellFault:
        return []
    return [(amount, unit_name(unit) if unit else None)]


def _balance(line: Line, packs: Packs) -> int | None:
    """Return the balance on paper; one with units written behind it is turned into base units."""
    total = 0
    for amount, unit in _parts(line.balance):
        size = packs.size(unit, line.specification) if unit else 1
        if size is None:
            return None
        total += amount * size
    return total if line.balance is not None and _parts(line.balance) else None
