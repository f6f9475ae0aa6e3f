"""Loading: what a chunk of lines needs is read at once, before its acts ask for it one by one."""

from collections.abc import Iterable
from uuid import UUID

from mingbai.domains.supplies.commands.posting import STORE
from mingbai.domains.supplies.models import Balance, Book, Location, Lot
from mingbai.domains.supplies.rules import Held, first_expired_first
from mingbai.domains.supplies.words import LocationKind
from mingbai.kernel.many.working import Working
from mingbai.kernel.models import Goods, Household
from mingbai.kernel.rows import Statement


def of_stores(working: Working, places: Iterable[str]) -> list[Statement]:
    """Return the statements that read the books and stores of places; the books are locked, in the order of their ids."""
    places = set(places)
    stores = [(place, LocationKind.STOCK, STORE) for place in places]
    return [
        *working.loading(Book, "place", places, lock=True),
        *working.loading(Location, ("place", "kind", "reference"), stores),
    ]


def of_homes(working: Working) -> list[Statement]:
    """Return the statements that read where the households are that were met."""
    known = [(one.place, LocationKind.HOUSEHOLD, one.code) for one in working.met(Household)]
    return working.loading(Location, ("place", "kind", "reference"), known)


def of_shelves(working: Working, wanted: Iterable[tuple[str, str]]) -> list[Statement]:
    """Return the statements that read and lock what stores hold of goods, given by place and code."""
    stores = {one.place: one.id for one in working.met(Location) if one.kind == LocationKind.STOCK}
    goods = {one.code: one.id for one in working.met(Goods)}
    shelves = [
        (stores[place], goods[item]) for place, item in wanted if place in stores and item in goods
    ]
    return working.loading(Balance, ("location_id", "goods_id"), shelves, lock=True)


def of_lots(working: Working) -> list[Statement]:
    """Return the statements that read the lots of which something is left."""
    return working.loading(
        Lot, "id", {one.lot_id for one in working.met(Balance) if one.quantity > 0}
    )


def of_first_lots(working: Working) -> list[Statement]:
    """Return the statements that read and lock what households hold of the lots that their store gives out first."""
    stores = {one.id: one.place for one in working.met(Location) if one.kind == LocationKind.STOCK}
    lots = {one.id: one for one in working.met(Lot)}
    held: dict[tuple[str, UUID], list[Held]] = {}
    for one in working.met(Balance):
        lot = lots.get(one.lot_id)
        if lot is not None and one.location_id in stores:
            shelf = held.setdefault((stores[one.location_id], one.goods_id), [])
            shelf.append(Held(lot.id, one.quantity, lot.expires_on, lot.came_at))
    first: dict[str, list[UUID]] = {}
    for (place, _goods), shelf in held.items():
        first.setdefault(place, []).append(first_expired_first(shelf)[0].lot)
    pairs = [
        (one.id, lot)
        for one in working.met(Location)
        if one.kind == LocationKind.HOUSEHOLD
        for lot in first.get(one.place, ())
    ]
    return working.loading(Balance, ("location_id", "lot_id"), pairs, lock=True)
