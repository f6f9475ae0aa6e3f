"""Playing: runs the lines in their order against a balance, as the account will, and tells each outcome."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from mingbai.domains.supplies.ledger_sheet.rows import KIND, LedgerRow, item_key
from mingbai.domains.supplies.ledger_sheet.vocabulary import WARNING, Move, Why


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of one line."""

    row: int
    sheet: str
    on: dt.date | None
    item: str
    move: Move
    outcome: str
    why: str | None = None
    quantity: int | None = None
    warning: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the outcome as programs read it; what does not apply is left out."""
        plain: dict[str, Any] = {
            "row": self.row,
            "on": self.on.isoformat() if self.on else None,
            "item": self.item,
            "move": self.move,
            "outcome": self.outcome,
        }
        last = {"why": self.why, "quantity_in_base_unit": self.quantity, "warning": self.warning}
        return plain | {key: value for key, value in last.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Played:
    """All lines played: the outcomes, their totals and what is left of each item."""

    outcomes: list[Outcome]
    balances: dict[str, int]

    @property
    def totals(self) -> dict[str, int]:
        """Return how many lines were taken, how many not, and how many taken with a warning."""
        taken = sum(outcome.outcome == "ok" for outcome in self.outcomes)
        warned = sum(outcome.warning is not None for outcome in self.outcomes)
        return {"ok": taken, "refused": len(self.outcomes) - taken, "warnings": warned}

    def as_json(self) -> dict[str, Any]:
        """Return what programs read; the sheet is named where lines come from more than one."""
        several = len({outcome.sheet for outcome in self.outcomes}) > 1
        rows = [
            outcome.as_json() | ({"sheet": outcome.sheet} if several else {})
            for outcome in self.outcomes
        ]
        return {"kind": KIND, "totals": self.totals, "balances": self.balances, "rows": rows}


def play(rows: Iterable[LedgerRow], on_hand: Mapping[str, int] | None = None) -> Played:
    """Return what becomes of each line; on_hand is what the store held before, by item name."""
    held = {item_key(item): quantity for item, quantity in (on_hand or {}).items()}
    titles: dict[str, str] = {}
    outcomes = []
    for row in rows:
        key = item_key(row.item)
        why = row.fault
        if why is None and row.move == "issue" and (row.quantity or 0) > held.get(key, 0):
            why = Why.NOT_IN_STORE
        if why is None and row.quantity is not None:
            sign = 1 if row.move == "receive" else -1
            held[key] = held.get(key, 0) + sign * row.quantity
            titles.setdefault(key, f"{row.item}（{row.unit}）" if row.unit else row.item)
        outcomes.append(_outcome(row, why, held.get(key, 0)))
    return Played(outcomes, {title: held[key] for key, title in titles.items()})


def _outcome(row: LedgerRow, why: str | None, held: int) -> Outcome:
    if why is not None:
        return Outcome(row.row, row.sheet, row.on, row.item, row.move, "refused", why=str(why))
    warning = WARNING if balance_differs(row, held) else None
    return Outcome(
        row.row, row.sheet, row.on, row.item, row.move, "ok", quantity=row.quantity, warning=warning
    )


def balance_differs(row: LedgerRow, held: int) -> bool:
    """Return whether the balance on paper is another one, be it written in base units or in the line's."""
    return row.paper_balance is not None and held not in (
        row.paper_balance,
        row.paper_balance * row.factor,
    )
