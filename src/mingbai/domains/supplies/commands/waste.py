"""Commands against waste: goods set apart, written off by two people, or offered to neighbours."""

from uuid import UUID

from django.utils.translation import gettext_lazy as _

from mingbai.domains.supplies.commands.cover import check_cover
from mingbai.domains.supplies.commands.posting import (
    Moved,
    as_held,
    held_at,
    location,
    open_store,
    post,
)
from mingbai.domains.supplies.models import Location, Offer, WriteOff
from mingbai.domains.supplies.rules import allot, check_second
from mingbai.domains.supplies.words import LineKind, LocationKind
from mingbai.kernel.acting import Acting
from mingbai.kernel.asks import Answer, Ask
from mingbai.kernel.goods import find_goods, in_base_units
from mingbai.kernel.models import Goods
from mingbai.kernel.places import parent_of
from mingbai.kernel.refusals import NotAllowed, Refused
from mingbai.kernel.registry import command
from mingbai.kernel.words import FreeText, ItemCode, PlaceCode, Quantity, Role, Unit

SIGN = "supplies.write_off"
OFFERED = "supplies.offer"
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
    apart = location(acting, ask.place, LocationKind.QUARANTINE, "quarantine")
    return _take(acting, ask.place, goods, quantity, apart, LineKind.QUARANTINE, ask.reason)


def _take(
    acting: Acting,
    place: str,
    goods: Goods,
    quantity: int,
    to: Location,
    kind: LineKind,
    note: str | None,
) -> Written:
    """Take goods out of the store, what expires first first, also what is past its day."""
    store = open_store(acting, place)
    held = as_held(acting, held_at(acting, store.at, goods))
    parts = allot(held, quantity, unit=goods.base_unit, on=None)
    line = post(
        acting,
        store,
        kind=kind,
        goods=goods,
        quantity=quantity,
        change=-quantity,
        moves=[Moved(part.lot, store.at, to, part.quantity) for part in parts],
        party=to,
        note=note,
    )
    left = sum(lot.quantity for lot in held) - quantity
    check_cover(acting, place, goods, left)
    return Written(line=line.number, on_hand=left)


class ProposeWriteOff(Ask):
    """Goods are to be written off."""

    place: PlaceCode
    item: ItemCode
    quantity: Quantity
    unit: Unit
    reason: FreeText


class Proposed(Answer):
    """The proposal's id; nothing has moved yet."""

    proposal: UUID


@command(role=KEEPING, title=_("Propose a write-off"))
def propose_write_off(acting: Acting, ask: ProposeWriteOff) -> Proposed:
    """Propose to write goods off, with the reason; a second person signs."""
    goods = find_goods(acting.store, ask.item)
    quantity = in_base_units(acting.store, goods, ask.quantity, ask.unit)
    held = as_held(acting, held_at(acting, open_store(acting, ask.place).at, goods))
    allot(held, quantity, unit=goods.base_unit, on=None)
    added = acting.add(
        WriteOff(
            place=ask.place,
            goods_id=goods.id,
            quantity=quantity,
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
    held = acting.hold(WriteOff, id=ask.proposal)
    if held is None or held.place != ask.place or held.signed_at is not None:
        raise Refused("SUP-17")
    check_second(held.proposed_by, acting.person)
    goods = acting.see(Goods, id=held.goods_id)
    assert goods is not None
    acting.change(held, signed_by=acting.person, signed_at=acting.at)
    acting.close_item(kind=SIGN, subject=held.id.hex, place=ask.place, outcome="signed")
    lost = location(acting, ask.place, LocationKind.LOSS, "loss")
    return _take(acting, ask.place, goods, held.quantity, lost, LineKind.WRITE_OFF, held.reason)


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
    """Offer what is in the store and not needed to the places next door."""
    goods = find_goods(acting.store, ask.item)
    quantity = in_base_units(acting.store, goods, ask.quantity, ask.unit)
    held = as_held(acting, held_at(acting, open_store(acting, ask.place).at, goods))
    allot(held, quantity, unit=goods.base_unit, on=None)
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
    acting.raise_item(
        kind="supplies.send_offer", subject=held.id.hex, place=held.place, role=Role.KEEPER
    )
