"""Commands on shipments: goods on their way between two places, and what the receiver counted."""

import datetime as dt
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from mingbai.domains.supplies.commands.counting import check_store_open
from mingbai.domains.supplies.commands.cover import check_cover
from mingbai.domains.supplies.commands.posting import (
    Moved,
    as_held,
    held_at,
    location,
    open_store,
    post,
    quantity_at,
)
from mingbai.domains.supplies.commands.waste import note_sent
from mingbai.domains.supplies.models import Line, Location, Shipment
from mingbai.domains.supplies.rules import Held, allot, check_arrived
from mingbai.domains.supplies.words import LineKind, LocationKind
from mingbai.kernel.acting import Acting
from mingbai.kernel.asks import Answer, Ask
from mingbai.kernel.clock import day
from mingbai.kernel.goods import find_goods, in_base_units
from mingbai.kernel.models import Goods
from mingbai.kernel.places import check_place
from mingbai.kernel.refusals import Refused
from mingbai.kernel.registry import command
from mingbai.kernel.words import Count, FreeText, ItemCode, PlaceCode, Quantity, Role, Unit

ON_THE_WAY = "supplies.shipment"
DIFFERENCE = "supplies.difference"
KEEPING = {Role.KEEPER, Role.DESK}


class DispatchGoods(Ask):
    """Goods leave for another place."""

    place: PlaceCode
    to_place: PlaceCode
    item: ItemCode
    quantity: Quantity
    unit: Unit
    note: FreeText | None = None


class Dispatched(Answer):
    """The shipment, its line in the sender's book, and what the sender's store holds after it."""

    shipment: UUID
    line: int
    on_hand: int


@command(role=KEEPING, title=_("Send goods to another place"), records=True)
def dispatch_goods(acting: Acting, ask: DispatchGoods) -> Dispatched:
    """Record goods leaving the store for another place; they are on their way until that place confirms."""
    if ask.to_place == ask.place:
        raise Refused("SUP-14")
    check_place(acting.store, ask.to_place)
    goods = find_goods(acting.store, ask.item)
    quantity = in_base_units(acting.store, goods, ask.quantity, ask.unit)
    store = open_store(acting, ask.place)
    check_store_open(acting, ask.place)
    transit = location(acting, ask.place, LocationKind.TRANSIT, acting.entry.hex)
    held = as_held(acting, held_at(acting, store.at, goods))
    parts = allot(held, quantity, unit=goods.base_unit, on=day(acting.at))
    shipment = acting.add(
        Shipment(
            place=ask.place,
            to_place=ask.to_place,
            goods_id=goods.id,
            transit_id=transit.id,
            quantity=quantity,
            sent_at=acting.at,
        )
    )
    number = post(
        acting,
        store,
        kind=LineKind.DISPATCH,
        goods=goods,
        quantity=quantity,
        change=-quantity,
        moves=[Moved(part.lot, store.at, transit, part.quantity) for part in parts],
        party=transit,
        note=ask.note,
    )
    left = sum(lot.quantity for lot in held) - quantity
    _ask_for(acting, shipment)
    note_sent(acting, ask.place, ask.to_place, goods)
    check_cover(acting, ask.place, goods, left)
    return Dispatched(shipment=shipment.id, line=number, on_hand=left)


def _ask_for(acting: Acting, shipment: Shipment) -> None:
    """Ask the receiver to confirm a shipment."""
    acting.raise_item(
        kind=ON_THE_WAY,
        subject=shipment.id.hex,
        place=shipment.to_place,
        role=Role.KEEPER,
        due=acting.now + dt.timedelta(days=2),
        raises_to=Role.DESK,
    )


def hold_shipment(acting: Acting, line: Line) -> Shipment | None:
    """Return the shipment that a line sent or received, locked; other lines have none."""
    if line.kind not in (LineKind.DISPATCH, LineKind.ARRIVAL):
        return None
    return acting.hold(Shipment, transit_id=line.party_id)


def take_back(acting: Acting, shipment: Shipment, line: Line) -> None:
    """SUP-27 冲正随货: a reversed dispatch calls its shipment back; a reversed arrival puts it on its way again."""
    if line.kind == LineKind.DISPATCH:
        acting.change(shipment, received_at=acting.at, reason=None)
        acting.close_item(
            kind=ON_THE_WAY,
            subject=shipment.id.hex,
            place=shipment.to_place,
            outcome="called_back",
        )
        return
    acting.change(shipment, received=None, damaged=None, received_at=None, reason=None)
    acting.close_item(
        kind=DIFFERENCE, subject=shipment.id.hex, place=shipment.place, outcome="reversed"
    )
    _ask_for(acting, shipment)


class ConfirmDelivery(Ask):
    """A shipment arrived, and so much of it."""

    place: PlaceCode
    shipment: UUID
    received: Count
    damaged: Count = 0
    reason: FreeText | None = None


class Arrived(Answer):
    """The line in the receiver's book, what its store holds, and the difference that somebody owns."""

    line: int
    on_hand: int
    difference: int


@command(role=KEEPING, title=_("Confirm a delivery"), records=True)
def confirm_delivery(acting: Acting, ask: ConfirmDelivery) -> Arrived:
    """Record what the receiver counted; damaged goods are set apart, and a difference is owned by the sender."""
    shipment = acting.hold(Shipment, id=ask.shipment)
    if shipment is None or shipment.to_place != ask.place or shipment.received_at is not None:
        raise Refused("SUP-9")
    difference = check_arrived(shipment.quantity, ask.received, ask.damaged, ask.reason)
    goods = acting.see(Goods, id=shipment.goods_id)
    transit = acting.see(Location, id=shipment.transit_id)
    assert goods is not None and transit is not None
    store = open_store(acting, ask.place)
    before = quantity_at(acting, store.at, goods)
    good = ask.received - ask.damaged
    number = post(
        acting,
        store,
        kind=LineKind.ARRIVAL,
        goods=goods,
        quantity=ask.received,
        change=good,
        moves=_arrival(
            acting, ask, as_held(acting, held_at(acting, transit, goods)), transit, store.at
        ),
        party=transit,
        note=ask.reason,
    )
    acting.change(
        shipment,
        received=ask.received,
        damaged=ask.damaged,
        received_at=acting.at,
        reason=ask.reason,
    )
    acting.close_item(kind=ON_THE_WAY, subject=shipment.id.hex, place=ask.place, outcome="received")
    if difference or ask.damaged:
        acting.raise_item(
            kind=DIFFERENCE,
            subject=shipment.id.hex,
            place=shipment.place,
            role=Role.KEEPER,
            due=acting.now + dt.timedelta(days=2),
            raises_to=Role.DESK,
        )
    check_cover(acting, ask.place, goods, before + good)
    return Arrived(line=number, on_hand=before + good, difference=difference)


def _arrival(
    acting: Acting, ask: ConfirmDelivery, sent: list[Held], transit: Location, store: Location
) -> list[Moved]:
    """Return the moves that empty the way: good ones into the store, damaged ones apart, missing ones lost."""
    damaged_at = location(acting, ask.place, LocationKind.QUARANTINE, "quarantine")
    lost_at = location(acting, ask.place, LocationKind.LOSS, "loss")
    moves: list[Moved] = []
    left = {lot.lot: lot.quantity for lot in sent}
    for target, wanted in (
        (store, ask.received - ask.damaged),
        (damaged_at, ask.damaged),
        (lost_at, None),
    ):
        for lot in left:
            take = left[lot] if wanted is None else min(left[lot], wanted)
            if take > 0:
                moves.append(Moved(lot, transit, target, take))
                left[lot] -= take
                wanted = None if wanted is None else wanted - take
        if wanted:
            found = location(acting, ask.place, LocationKind.FOUND, "found")
            moves.append(Moved(next(iter(left)), found, target, wanted))
    return moves
