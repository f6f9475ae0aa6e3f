"""Commands of the store: in, out, back, count, and the reversal of a mistaken line."""

import datetime as dt
from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from mingbai.domains.supplies.commands.cover import check_cover
from mingbai.domains.supplies.commands.issuing import Issuing
from mingbai.domains.supplies.commands.loading import (
    of_first_lots,
    of_homes,
    of_lots,
    of_shelves,
    of_stores,
)
from mingbai.domains.supplies.commands.posting import (
    Moved,
    as_held,
    held_at,
    location,
    open_store,
    post,
    quantity_at,
    recipient,
)
from mingbai.domains.supplies.commands.shipments import hold_shipment, take_back
from mingbai.domains.supplies.models import Balance, Line, Location, Lot, Move
from mingbai.domains.supplies.rules import (
    Held,
    allot,
    check_count,
    check_moves,
    check_named,
    check_reversible,
)
from mingbai.domains.supplies.words import (
    DONOR_LINK,
    LineKind,
    LineNumber,
    LocationKind,
    OriginKind,
)
from mingbai.kernel.acting import Acting
from mingbai.kernel.asks import Answer, Ask
from mingbai.kernel.goods import find_goods, in_base_units
from mingbai.kernel.many.working import Working
from mingbai.kernel.models import Goods, Household
from mingbai.kernel.refusals import Refused
from mingbai.kernel.registry import command
from mingbai.kernel.rows import Reads
from mingbai.kernel.words import (
    Code,
    Count,
    Digest,
    FreeText,
    ItemCode,
    Name,
    PlaceCode,
    Quantity,
    Role,
    Unit,
)

KEEPING = {Role.KEEPER, Role.DESK}


class Posted(Answer):
    """The number of the line, and what the store holds after it, in base units."""

    line: int
    on_hand: int


def load_stores(working: Working, asks: Sequence["ReceiveGoods"]) -> Reads:
    """Read at once the books and stores that a chunk of lines is written in."""
    yield of_stores(working, {ask.place for ask in asks})


def load_homes(working: Working, asks: Sequence["IssueGoods | ReturnGoods"]) -> Reads:
    """Read at once the books and stores of a chunk, and the households that goods go to or come from."""
    yield [
        *of_stores(working, {ask.place for ask in asks}),
        *working.loading(
            Household, ("place", "code"), [(one.place, one.recipient) for one in asks]
        ),
    ]
    yield of_homes(working)


def load_issues(working: Working, asks: Sequence["IssueGoods"]) -> Reads:
    """Read at once what a chunk of issues needs, and what the households hold of the lots that go out first."""
    yield [
        *next(load_homes(working, asks)),
        *working.loading(Goods, "code", {ask.item for ask in asks}),
    ]
    wanted = {(ask.place, ask.item) for ask in asks}
    yield [*of_homes(working), *of_shelves(working, wanted)]
    yield of_lots(working)
    yield of_first_lots(working)


class ReceiveGoods(Ask):
    """Goods come into the store."""

    place: PlaceCode
    item: ItemCode
    quantity: Quantity
    unit: Unit
    origin_kind: OriginKind
    origin: Name
    batch: Code | None = None
    expires_on: dt.date | None = None
    wish: FreeText | None = None
    note: FreeText | None = None
    link_digest: Digest | None = None


@command(role=KEEPING, title=_("Goods in"), records=True, many=load_stores)
def receive_goods(acting: Acting, ask: ReceiveGoods) -> Posted:
    """Record goods coming into the store, from whom, of which batch."""
    goods = find_goods(acting.store, ask.item)
    quantity = in_base_units(acting.store, goods, ask.quantity, ask.unit)
    check_moves(quantity, goods.base_unit)
    lot = acting.add(
        Lot(
            goods_id=goods.id,
            batch=ask.batch,
            expires_on=ask.expires_on,
            origin_kind=ask.origin_kind,
            origin=ask.origin,
            wish=ask.wish,
            place=ask.place,
            came_at=acting.at,
        )
    )
    store = open_store(acting, ask.place)
    source = _source(acting, ask)
    before = quantity_at(acting, store.at, goods)
    number = post(
        acting,
        store,
        kind=LineKind.RECEIVE,
        goods=goods,
        quantity=quantity,
        change=quantity,
        moves=[Moved(lot.id, source, store.at, quantity)],
        party=source,
        note=ask.note,
    )
    if ask.link_digest is not None:
        acting.link(digest=ask.link_digest, purpose=DONOR_LINK, subject=lot.id.hex, place=ask.place)
    check_cover(acting, ask.place, goods, before + quantity)
    return Posted(line=number, on_hand=before + quantity)


def _source(acting: Acting, ask: ReceiveGoods) -> Location:
    """Return where goods came from; a source of one name is one source."""
    kind = LocationKind(ask.origin_kind)
    known = acting.find(Location, place=ask.place, kind=kind, name=ask.origin)
    if known:
        return known[0]
    return location(acting, ask.place, kind, acting.entry.hex, name=ask.origin)


class IssueGoods(Ask):
    """Goods go out to somebody."""

    place: PlaceCode
    item: ItemCode
    quantity: Quantity
    unit: Unit
    recipient: Name
    note: FreeText | None = None


@command(role=KEEPING, title=_("Goods out"), records=True, many=load_issues)
def issue_goods(acting: Acting, ask: IssueGoods) -> Posted:
    """Record goods leaving the store for a named recipient; what expires first goes first."""
    check_named(ask.recipient)
    issuing = acting.in_common(Issuing)
    goods = issuing.find_goods(acting, ask.item)
    quantity = in_base_units(acting.store, goods, ask.quantity, ask.unit)
    number, left = issuing.issue(acting, goods, quantity, ask.recipient, ask.note)
    check_cover(acting, ask.place, goods, left)
    return Posted(line=number, on_hand=left)


class ReturnGoods(Ask):
    """Goods that were given out come back."""

    place: PlaceCode
    item: ItemCode
    quantity: Quantity
    unit: Unit
    recipient: Name
    note: FreeText | None = None


@command(role=KEEPING, title=_("Goods back"), records=True, many=load_homes)
def return_goods(acting: Acting, ask: ReturnGoods) -> Posted:
    """Record goods coming back from where they were given out; never more than went there."""
    check_named(ask.recipient)
    goods = find_goods(acting.store, ask.item)
    quantity = in_base_units(acting.store, goods, ask.quantity, ask.unit)
    store = open_store(acting, ask.place)
    source = recipient(acting, ask.place, ask.recipient)
    there = as_held(acting, held_at(acting, source, goods))
    held = sum(lot.quantity for lot in there)
    if held < quantity:
        raise Refused("SUP-12", held=held, unit=goods.base_unit)
    latest = sorted(there, key=lambda lot: (lot.came_at, lot.lot), reverse=True)
    before = quantity_at(acting, store.at, goods)
    number = post(
        acting,
        store,
        kind=LineKind.RETURN,
        goods=goods,
        quantity=quantity,
        change=quantity,
        moves=_from(latest, quantity, source, store.at),
        party=source,
        note=ask.note,
    )
    check_cover(acting, ask.place, goods, before + quantity)
    return Posted(line=number, on_hand=before + quantity)


def _from(lots: list[Held], quantity: int, source: Location, destination: Location) -> list[Moved]:
    """Return the moves that take a quantity from lots in this order."""
    moves = []
    for lot in lots:
        take = min(lot.quantity, quantity)
        if take:
            moves.append(Moved(lot.lot, source, destination, take))
        quantity -= take
    return moves


class CountStock(Ask):
    """The store was counted."""

    place: PlaceCode
    item: ItemCode
    counted: Count
    expected: Count
    reason: FreeText | None = None


@command(role=KEEPING, title=_("Count the store"), records=True)
def count_stock(acting: Acting, ask: CountStock) -> Posted:
    """Record a count that was compared with the balance of this moment; a difference is booked with its reason."""
    goods = find_goods(acting.store, ask.item)
    store = open_store(acting, ask.place)
    held = as_held(acting, held_at(acting, store.at, goods))
    on_hand = sum(lot.quantity for lot in held)
    difference = check_count(ask.counted, ask.expected, on_hand, ask.reason)
    number = post(
        acting,
        store,
        kind=LineKind.COUNT,
        goods=goods,
        quantity=abs(difference),
        change=difference,
        moves=_counted(acting, ask, difference, held, store.at),
        counted=ask.counted,
        note=ask.reason,
    )
    check_cover(acting, ask.place, goods, ask.counted)
    return Posted(line=number, on_hand=ask.counted)


def _counted(
    acting: Acting, ask: CountStock, difference: int, held: list[Held], store: Location
) -> list[Moved]:
    """Return the moves that book a difference: what is missing goes to the count, what is over is found."""
    if difference < 0:
        parts = allot(held, -difference, unit="", on=None)
        count = location(acting, ask.place, LocationKind.COUNT, "count")
        return [Moved(part.lot, store, count, part.quantity) for part in parts]
    if difference == 0:
        return []
    goods = find_goods(acting.store, ask.item)
    found = location(acting, ask.place, LocationKind.FOUND, "found")
    lot = acting.add(
        Lot(goods_id=goods.id, origin_kind="found", place=ask.place, came_at=acting.at)
    )
    return [Moved(lot.id, found, store, difference)]


class ReversePosting(Ask):
    """A mistaken line is taken back by an opposite one."""

    place: PlaceCode
    line: LineNumber
    reason: FreeText


@command(role=KEEPING, title=_("Reverse a line"))
def reverse_posting(acting: Acting, ask: ReversePosting) -> Posted:
    """Undo a mistaken line with an opposite one; the mistaken line stays readable."""
    line = acting.see(Line, place=ask.place, number=ask.line)
    if line is None:
        raise Refused("SUP-13")
    shipment = hold_shipment(acting, line)
    store = open_store(acting, ask.place)
    again = acting.see(Line, place=ask.place, reverses=ask.line)
    check_reversible(
        ask.line, is_reversal=line.reverses is not None, reversed_already=again is not None
    )
    goods = acting.see(Goods, id=line.goods_id)
    assert goods is not None
    back = []
    for move in acting.find(Move, line_id=line.id):
        source = acting.see(Location, id=move.source_id)
        destination = acting.see(Location, id=move.destination_id)
        assert source is not None and destination is not None
        there = acting.hold(Balance, location_id=destination.id, lot_id=move.lot_id)
        if destination.floored and (there is None or there.quantity < move.quantity):
            raise Refused("SUP-5", line=ask.line)
        back.append(Moved(move.lot_id, destination, source, move.quantity))
    party = acting.see(Location, id=line.party_id) if line.party_id else None
    number = post(
        acting,
        store,
        kind=LineKind.REVERSE,
        goods=goods,
        quantity=line.quantity,
        change=-line.change,
        moves=back,
        party=party,
        reverses=line.number,
        note=ask.reason,
    )
    if shipment is not None:
        take_back(acting, shipment, line)
    left = quantity_at(acting, store.at, goods)
    check_cover(acting, ask.place, goods, left)
    return Posted(line=number, on_hand=left)
