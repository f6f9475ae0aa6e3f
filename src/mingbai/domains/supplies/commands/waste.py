"""Commands against waste: goods set apart, written off by two people, or offered to neighbours."""

from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from mingbai.domains.supplies.commands.cover import check_cover
from mingbai.domains.supplies.commands.posting import (
    Moved,
    OpenStore,
    as_held,
    held_at,
    location,
    open_store,
    post,
    quantity_at,
)
from mingbai.domains.supplies.models import Location, Offer, WriteOff
from mingbai.domains.supplies.rules import allot, check_second
from mingbai.domains.supplies.words import LineKind, LocationKind
from mingbai.kernel.acting import Acting
from mingbai.kernel.asks import Answer, Ask
from mingbai.kernel.clock import day
from mingbai.kernel.goods import find_goods, in_base_units
from mingbai.kernel.models import Goods
from mingbai.kernel.places import parent_of
from mingbai.kernel.refusals import NotAllowed, Refused
from mingbai.kernel.registry import command
from mingbai.kernel.words import FreeText, ItemCode, PlaceCode, Quantity, Role, Unit

SIGN = "supplies.write_off"
OFFERED = "supplies.offer"
SEND = "supplies.send_offer"
KEEPING = {Role.KEEPER, Role.DESK}


class SetApart(Ask):
    """Goods are set apart."""

    place: PlaceCode
    item: ItemCode
    quantity: Quantity
    unit: Unit
    reason: FreeText


class Written(Answer):
    """The number of the line, and what the store holds after it."""

    line: int
    on_hand: int


@command(role=KEEPING, title=_("Set goods apart"), records=True)
def quarantine_goods(acting: Acting, ask: SetApart) -> Written:
    """Record goods that are damaged or in doubt and set apart; what is past its day may be among them."""
    goods = find_goods(acting.store, ask.item)
    quantity = in_base_units(acting.store, goods, ask.quantity, ask.unit)
    store = open_store(acting, ask.place)
    way = Way(store.at, apart_at(acting, ask.place), LineKind.QUARANTINE)
    return _take(acting, store, goods, quantity, way, ask.reason)


@command(role=KEEPING, title=_("Put back what was set apart"))
def release_goods(acting: Acting, ask: SetApart) -> Written:
    """Put goods that were set apart and found good back into the store."""
    goods = find_goods(acting.store, ask.item)
    quantity = in_base_units(acting.store, goods, ask.quantity, ask.unit)
    store = open_store(acting, ask.place)
    way = Way(apart_at(acting, ask.place), store.at, LineKind.QUARANTINE)
    return _take(acting, store, goods, quantity, way, ask.reason)


def apart_at(acting: Acting, place: str) -> Location:
    """Return where a place keeps what it set apart."""
    return location(acting, place, LocationKind.QUARANTINE, "quarantine")


@dataclass(frozen=True)
class Way:
    """From where to where goods are taken, and what the line is called."""

    source: Location
    destination: Location
    kind: LineKind


def _take(
    acting: Acting,
    store: OpenStore,
    goods: Goods,
    quantity: int,
    way: Way,
    note: str | None,
) -> Written:
    """Take goods from one shelf to another, what expires first first, also what is past its day."""
    held = as_held(acting, held_at(acting, way.source, goods))
    parts = allot(held, quantity, unit=goods.base_unit, on=None)
    before = quantity_at(acting, store.at, goods)
    change = {way.destination.id: quantity, way.source.id: -quantity}.get(store.at.id, 0)
    number = post(
        acting,
        store,
        kind=way.kind,
        goods=goods,
        quantity=quantity,
        change=change,
        moves=[Moved(part.lot, way.source, way.destination, part.quantity) for part in parts],
        party=way.source if way.destination.id == store.at.id else way.destination,
        note=note,
    )
    check_cover(acting, store.place, goods, before + change)
    return Written(line=number, on_hand=before + change)


class ProposeWriteOff(Ask):
    """Goods are to be written off, out of the store or of what was set apart."""

    place: PlaceCode
    item: ItemCode
    quantity: Quantity
    unit: Unit
    reason: FreeText
    apart: bool = False


class Proposed(Answer):
    """The proposal's id; nothing has moved yet."""

    proposal: UUID


@command(role=KEEPING, title=_("Propose a write-off"))
def propose_write_off(acting: Acting, ask: ProposeWriteOff) -> Proposed:
    """Propose to write goods off, with the reason; a second person signs."""
    goods = find_goods(acting.store, ask.item)
    quantity = in_base_units(acting.store, goods, ask.quantity, ask.unit)
    shelf = apart_at(acting, ask.place) if ask.apart else open_store(acting, ask.place).at
    allot(as_held(acting, held_at(acting, shelf, goods)), quantity, unit=goods.base_unit, on=None)
    added = acting.add(
        WriteOff(
            place=ask.place,
            goods_id=goods.id,
            quantity=quantity,
            apart=ask.apart,
            reason=ask.reason,
            proposed_by=acting.person,
            proposed_at=acting.at,
        )
    )
    acting.raise_item(kind=SIGN, subject=added.id.hex, place=ask.place, role=Role.DESK)
    return Proposed(proposal=added.id)


class SignWriteOff(Ask):
    """Sign a write-off."""

    place: PlaceCode
    proposal: UUID


@command(role=KEEPING, title=_("Sign a write-off"), shell=False)
def sign_write_off(acting: Acting, ask: SignWriteOff) -> Written:
    """Sign a write-off as the second person; only now do the goods leave the account's store."""
    held = waiting_write_off(acting, ask.place, ask.proposal)
    check_second(held.proposed_by, acting.person)
    goods = acting.see(Goods, id=held.goods_id)
    assert goods is not None
    acting.change(held, signed_by=acting.person, signed_at=acting.at)
    acting.close_item(kind=SIGN, subject=held.id.hex, place=ask.place, outcome="signed")
    store = open_store(acting, ask.place)
    shelf = apart_at(acting, ask.place) if held.apart else store.at
    lost = location(acting, ask.place, LocationKind.LOSS, "loss")
    way = Way(shelf, lost, LineKind.WRITE_OFF)
    return _take(acting, store, goods, held.quantity, way, held.reason)


def waiting_write_off(acting: Acting, place: str, proposal: UUID) -> WriteOff:
    """Return a write-off that waits for its signature at a place."""
    held = acting.hold(WriteOff, id=proposal)
    if held is None or held.place != place or held.signed_at is not None:
        raise Refused("SUP-17")
    return held


class RefuseWriteOff(Ask):
    """A write-off is not signed."""

    place: PlaceCode
    proposal: UUID
    reason: FreeText


@command(role=KEEPING, title=_("Don't sign a write-off"))
def refuse_write_off(acting: Acting, ask: RefuseWriteOff) -> None:
    """Take a proposed write-off off the table, with the reason; the goods stay where they are."""
    held = waiting_write_off(acting, ask.place, ask.proposal)
    acting.remove(held)
    acting.close_item(kind=SIGN, subject=held.id.hex, place=ask.place, outcome="not_signed")


class OfferSurplus(Ask):
    """Surplus is offered to neighbours."""

    place: PlaceCode
    item: ItemCode
    quantity: Quantity
    unit: Unit
    note: FreeText | None = None


class Offered(Answer):
    """The offer's id."""

    offer: UUID


@command(role=KEEPING, title=_("Offer surplus to neighbours"))
def offer_surplus(acting: Acting, ask: OfferSurplus) -> Offered:
    """Offer what is in the store, not needed and not past its day to the places next door."""
    goods = find_goods(acting.store, ask.item)
    quantity = in_base_units(acting.store, goods, ask.quantity, ask.unit)
    held = as_held(acting, held_at(acting, open_store(acting, ask.place).at, goods))
    allot(held, quantity, unit=goods.base_unit, on=day(acting.at))
    added = acting.add(
        Offer(
            place=ask.place,
            goods_id=goods.id,
            quantity=quantity,
            note=ask.note,
            offered_at=acting.at,
        )
    )
    acting.raise_item(
        kind=OFFERED, subject=added.id.hex, place=parent_of(ask.place), role=Role.DESK
    )
    return Offered(offer=added.id)


class TakeOffer(Ask):
    """A neighbour takes an offer."""

    place: PlaceCode
    offer: UUID


@command(role=KEEPING, title=_("Take a neighbour's offer"))
def take_offer(acting: Acting, ask: TakeOffer) -> None:
    """Say that this place takes what a neighbour under the same town offers; the neighbour then sends it."""
    held = acting.hold(Offer, id=ask.offer)
    if held is None or held.taken_at is not None or held.place == ask.place:
        raise Refused("SUP-15")
    if parent_of(held.place) != parent_of(ask.place):
        raise NotAllowed("ACC-5")
    acting.change(held, taken_by=ask.place, taken_at=acting.at)
    acting.close_item(
        kind=OFFERED, subject=held.id.hex, place=parent_of(held.place), outcome="taken"
    )
    acting.raise_item(kind=SEND, subject=held.id.hex, place=held.place, role=Role.KEEPER)


class WithdrawOffer(Ask):
    """An offer no longer stands."""

    place: PlaceCode
    offer: UUID


@command(role=KEEPING, title=_("Take an offer back"))
def withdraw_offer(acting: Acting, ask: WithdrawOffer) -> None:
    """Take back an offer that no neighbour has taken yet."""
    held = acting.hold(Offer, id=ask.offer)
    if held is None or held.taken_at is not None or held.place != ask.place:
        raise Refused("SUP-15")
    acting.remove(held)
    acting.close_item(
        kind=OFFERED, subject=held.id.hex, place=parent_of(held.place), outcome="withdrawn"
    )


def note_sent(acting: Acting, place: str, to_place: str, goods: Goods) -> None:
    """Close what was to be sent to a neighbour who took an offer: it is on its way now."""
    for offer in acting.find(Offer, place=place, goods_id=goods.id, taken_by=to_place):
        acting.close_item(kind=SEND, subject=offer.id.hex, place=place, outcome="sent")
