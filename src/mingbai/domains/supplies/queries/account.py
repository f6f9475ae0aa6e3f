"""Queries on the account: balances, the book with its running balance, one line, lots and where each unit went."""

import datetime as dt
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from mingbai.domains.supplies.models import Balance, Confirmation, Line, Location, Lot, Move
from mingbai.domains.supplies.queries.figures import goods_by_id, lines_of, locations_of, on_hand
from mingbai.domains.supplies.words import LineNumber, LocationKind
from mingbai.kernel.acting import Asking
from mingbai.kernel.asks import Ask, Row
from mingbai.kernel.goods import find_goods
from mingbai.kernel.journal.asks import numbers_of
from mingbai.kernel.places import prefix_of
from mingbai.kernel.refusals import Refused
from mingbai.kernel.registry import Scope, query
from mingbai.kernel.words import AsOf, ItemCode, PlaceCode, Role

READING = {
    Role.KEEPER,
    Role.DESK,
    Role.OVERSEER,
    Role.APPOINTING_OFFICE,
    Role.AUDITOR,
    Role.LEADER,
    Role.INSPECTOR,
}


class AtPlace(Ask):
    """Of a place, at a moment."""

    place: PlaceCode
    as_of: AsOf | None = None


class BalanceRow(Row):
    """What a store holds of one kind of goods."""

    place: str
    item: str
    name: str
    unit: str
    quantity: int


@query(scope=Scope.UNDER, role=READING, title=_("Balances"), as_of=True)
def balances(asking: Asking, ask: AtPlace) -> list[BalanceRow]:
    """Return what the stores of a place and everything under it hold, now or at a past moment."""
    goods = goods_by_id(asking.store)
    rows = [
        BalanceRow(
            place=place,
            item=goods[key].code,
            name=goods[key].name_zh,
            unit=goods[key].base_unit,
            quantity=quantity,
        )
        for (place, key), quantity in held_now(asking, ask).items()
    ]
    return sorted(rows, key=lambda row: (row.place, row.item))


def held_now(asking: Asking, ask: AtPlace) -> dict[tuple[str, UUID], int]:
    """Return balances by place and goods: from the balance rows for now, from the lines for the past."""
    if asking.as_of is not None:
        return on_hand(ask.place, asking.as_of)
    found: dict[tuple[str, UUID], int] = {}
    stores = Balance.objects.filter(
        location__kind=LocationKind.STOCK, place__startswith=prefix_of(ask.place)
    )
    for place, goods, quantity in stores.values_list("place", "goods_id", "quantity"):
        found[(place, goods)] = found.get((place, goods), 0) + quantity
    return found


class AccountAsk(Ask):
    """Of a place's book."""

    place: PlaceCode
    item: ItemCode | None = None
    as_of: AsOf | None = None


class LineRow(Row):
    """One line of the book."""

    number: int
    at: dt.datetime
    recorded_at: dt.datetime
    kind: str
    item: str
    counterparty: str
    quantity: int
    change: int
    unit: str
    balance: int
    reverses: int | None
    late_days: int


@query(scope=Scope.UNDER, role=READING, title=_("The account book"), as_of=True)
def account(asking: Asking, ask: AccountAsk) -> list[LineRow]:
    """Return every line of a place's book in its order, with the balance after it."""
    goods = goods_by_id(asking.store)
    only = find_goods(asking.store, ask.item).id if ask.item else None
    places = locations_of(ask.place)
    running: dict[UUID, int] = {}
    rows = []
    for line in lines_of(ask.place, asking.as_of, only):
        running[line.goods] = running.get(line.goods, 0) + line.change
        rows.append(
            LineRow(
                number=line.number,
                at=line.at,
                recorded_at=line.recorded_at,
                kind=line.kind,
                item=goods[line.goods].name_zh,
                counterparty=party_name(places, line.party),
                quantity=line.quantity,
                change=line.change,
                unit=goods[line.goods].base_unit,
                balance=running[line.goods],
                reverses=line.reverses,
                late_days=(line.recorded_at - line.at).days,
            )
        )
    return rows


def party_name(places: dict[UUID, Location], party: UUID | None) -> str:
    """Return how a line's other side is called: a household by its number, others by their name."""
    location = places.get(party) if party else None
    if location is None:
        return ""
    return location.reference if location.kind == LocationKind.HOUSEHOLD else location.name or ""


class LineAsk(Ask):
    """Which line."""

    place: PlaceCode
    number: LineNumber


class OneLine(Row):
    """A line with its note, its entry and its number in the journal."""

    number: int
    at: dt.datetime
    recorded_at: dt.datetime
    kind: str
    item: str
    counterparty: str
    quantity: int
    unit: str
    note: str | None
    entry: UUID
    seq: int | None
    confirmed: str | None
    lots: str


@query(scope=Scope.UNDER, role=READING, title=_("One line"))
def line(asking: Asking, ask: LineAsk) -> OneLine:
    """Return one line with its entry, the lots it moved and whether the recipient confirmed it."""
    row = asking.see(Line, place=ask.place, number=ask.number)
    if row is None:
        raise Refused("SUP-13")
    goods = goods_by_id(asking.store)[row.goods_id]
    number = numbers_of(asking.store, [row.entry]).get(row.entry)
    confirmed = asking.see(Confirmation, place=ask.place, line=ask.number)
    moves = Move.objects.filter(line=row.id).select_related("lot").order_by("id")
    return OneLine(
        number=row.number,
        at=row.at,
        recorded_at=row.recorded_at,
        kind=row.kind,
        item=goods.name_zh,
        counterparty=party_name(locations_of(ask.place), row.party_id),
        quantity=row.quantity,
        unit=goods.base_unit,
        note=row.note,
        entry=row.entry,
        seq=number,
        confirmed=confirmed.how if confirmed else None,
        lots="；".join(
            f"{move.lot.batch or '-'} {move.quantity}{goods.base_unit}" for move in moves
        ),
    )


class LotRow(Row):
    """A lot that a store holds."""

    lot: UUID
    item: str
    batch: str | None
    expires_on: dt.date | None
    origin_kind: str
    origin: str | None
    quantity: int
    unit: str


@query(scope=Scope.UNDER, role=READING, title=_("Lots in the store"))
def lots(asking: Asking, ask: AtPlace) -> list[LotRow]:
    """Return the lots that a store holds, in the order in which they are given out."""
    goods = goods_by_id(asking.store)
    held = Balance.objects.filter(
        place=ask.place, location__kind=LocationKind.STOCK, quantity__gt=0
    )
    rows = [
        LotRow(
            lot=balance.lot_id,
            item=goods[balance.goods_id].name_zh,
            batch=balance.lot.batch,
            expires_on=balance.lot.expires_on,
            origin_kind=balance.lot.origin_kind,
            origin=balance.lot.origin,
            quantity=balance.quantity,
            unit=goods[balance.goods_id].base_unit,
        )
        for balance in held.select_related("lot")
    ]
    return sorted(rows, key=lambda row: (row.item, row.expires_on or dt.date.max, str(row.lot)))


class TraceAsk(Ask):
    """Of which lot."""

    place: PlaceCode
    lot: UUID


class TraceRow(Row):
    """One step of a lot's way."""

    place: str
    number: int
    at: dt.datetime
    source: str
    destination: str
    quantity: int


@query(scope=Scope.UNDER, role=READING, title=_("Where a lot went"))
def trace(asking: Asking, ask: TraceAsk) -> list[TraceRow]:
    """Return every step of a lot's way, from its source to those who hold it or used it up."""
    lot = asking.see(Lot, id=ask.lot)
    if lot is None or lot.place != ask.place:
        raise Refused("SUP-13")
    moves = Move.objects.filter(lot=ask.lot).select_related("line", "source", "destination")
    rows = [
        TraceRow(
            place=move.line.place,
            number=move.line.number,
            at=move.line.at,
            source=_said(move.source),
            destination=_said(move.destination),
            quantity=move.quantity,
        )
        for move in moves
    ]
    return sorted(rows, key=lambda row: (row.at, row.place, row.number))


def _said(location: Location) -> str:
    if location.kind == LocationKind.HOUSEHOLD:
        return location.reference
    return location.name or location.kind
