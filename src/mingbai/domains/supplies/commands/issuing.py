"""Issuing: what issues have in common; each store is opened once for a chunk of them, and every balance written once."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from mingbai.domains.supplies.commands.counting import check_store_open
from mingbai.domains.supplies.commands.posting import (
    OpenStore,
    as_held,
    held_at,
    lay_line,
    open_store,
    recipient,
    write_balance,
)
from mingbai.domains.supplies.models import Balance, Location
from mingbai.domains.supplies.rules import Held, Part, allot, check_room
from mingbai.domains.supplies.standing import CLOSED
from mingbai.domains.supplies.words import LineKind
from mingbai.kernel.acting import Acting
from mingbai.kernel.clock import day
from mingbai.kernel.goods import find_goods
from mingbai.kernel.models import Goods, Standing
from mingbai.kernel.refusals import Refused


@dataclass
class Stock:
    """How much of a lot is where goods go by now, and the row that still says how much it was."""

    goods: Goods
    row: Balance | None
    quantity: int


@dataclass
class Home:
    """Where goods go, and what is there of each lot."""

    at: Location
    stocks: dict[UUID, Stock] = field(default_factory=dict)


@dataclass
class Shelf:
    """What a store holds of goods by now, lot by lot, and the rows that still say how much it was."""

    goods: Goods
    held: dict[UUID, Held]
    rows: dict[UUID, Balance]


@dataclass
class Till:
    """A store while goods are given out: its book, whether it was ever closed for counting, its shelves, and who was there."""

    store: OpenStore
    last_line: int
    closes: bool
    shelves: dict[UUID, Shelf] = field(default_factory=dict)
    homes: dict[str, Home] = field(default_factory=dict)


class Issuing:
    """The stores that goods are given out of."""

    def __init__(self) -> None:
        self.goods: dict[str, Goods] = {}
        self.tills: dict[str, Till] = {}
        self.days: dict[dt.datetime, dt.date] = {}

    def find_goods(self, acting: Acting, item: str) -> Goods:
        """Return goods by code or name."""
        found = self.goods.get(item)
        if found is None:
            found = self.goods[item] = find_goods(acting.store, item)
        return found

    def till(self, acting: Acting, place: str) -> Till:
        """Return a place's store, open for giving out; it is kept in mind when an act of it holds."""
        if place in self.tills:
            return self.tills[place]
        store = open_store(acting, place)
        closes = bool(acting.find(Standing, subject=place, what=CLOSED.name))
        return Till(store, store.book.last_line if store.book else 0, closes)

    def shelf(self, acting: Acting, till: Till, goods: Goods) -> Shelf:
        """Return what a store holds of goods."""
        found = till.shelves.get(goods.id)
        if found is None:
            rows = held_at(acting, till.store.at, goods)
            held = {lot.lot: lot for lot in as_held(acting, rows)}
            found = till.shelves[goods.id] = Shelf(goods, held, rows)
        return found

    def issue(
        self, acting: Acting, goods: Goods, quantity: int, to: str, note: str | None
    ) -> tuple[int, int]:
        """Give out what expires first; return the number of the line and what is left."""
        till = self.till(acting, acting.place)
        if till.closes:
            check_store_open(acting, acting.place)
        home = till.homes.get(to) or Home(recipient(acting, acting.place, to))
        shelf = self.shelf(acting, till, goods)
        held = list(shelf.held.values())
        parts = self.parts(acting, held, quantity, goods)
        for part in parts:
            check_room(self.at_home(acting, home, part.lot, goods).quantity + part.quantity)
        # All rules were asked: from here on the act holds.
        self.tills[acting.place], till.homes[to] = till, home
        till.last_line += 1
        for part in parts:
            home.stocks[part.lot].quantity += part.quantity
            lot = shelf.held[part.lot]
            shelf.held[part.lot] = replace(lot, quantity=lot.quantity - part.quantity)
        lay_line(
            acting,
            till.store,
            number=till.last_line,
            kind=LineKind.ISSUE,
            goods=goods,
            quantity=quantity,
            change=-quantity,
            party=home.at,
            moves=[(part.lot, till.store.at, home.at, part.quantity) for part in parts],
            note=note,
        )
        return till.last_line, sum([lot.quantity for lot in held]) - quantity

    def parts(
        self, acting: Acting, held: Sequence[Held], quantity: int, goods: Goods
    ) -> list[Part]:
        """Return what is taken of which lot; goods past their day are given out only where that has happened."""
        on = self.days.get(acting.at)
        if on is None:
            on = self.days[acting.at] = day(acting.at)
        try:
            return allot(held, quantity, unit=goods.base_unit, on=on)
        except Refused as refusal:
            if refusal.code != "SUP-6":
                raise
            acting.against(refusal)
            return allot(held, quantity, unit=goods.base_unit, on=None)

    def at_home(self, acting: Acting, home: Home, lot: UUID, goods: Goods) -> Stock:
        """Return how much of a lot is where goods go."""
        found = home.stocks.get(lot)
        if found is None:
            row = acting.hold(Balance, location_id=home.at.id, lot_id=lot)
            found = home.stocks[lot] = Stock(goods, row, row.quantity if row else 0)
        return found

    def close(self, acting: Acting) -> None:
        """Write every balance that moved, in one order, and how far the books are numbered."""
        for till in self.tills.values():
            by_now = [
                (till.store.at, lot, Stock(shelf.goods, shelf.rows[lot], held.quantity))
                for shelf in till.shelves.values()
                for lot, held in shelf.held.items()
            ]
            by_now += [
                (home.at, lot, stock)
                for home in till.homes.values()
                for lot, stock in home.stocks.items()
            ]
            for at, lot, stock in sorted(by_now, key=lambda one: (one[0].id, one[1])):
                if stock.quantity != (stock.row.quantity if stock.row else 0):
                    write_balance(acting, at, lot, stock.goods, stock.row, stock.quantity)
            till.store.written_to(acting, till.last_line)
