"""Queries for those who keep the store: what runs low, what expires, what is on its way, what was offered."""

import datetime as dt
from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mingbai.domains.supplies.models import Balance, Offer, Question, Shipment, WriteOff
from mingbai.domains.supplies.parameters import NEAR_EXPIRY
from mingbai.domains.supplies.queries.account import READING, AtPlace
from mingbai.domains.supplies.queries.figures import Told, floor_days, goods_by_id, used
from mingbai.domains.supplies.rules import (
    COVER_WINDOW_DAYS,
    days_of_cover,
    is_low,
)
from mingbai.domains.supplies.words import (
    DISINFECTANT,
    KINDS_IN_STORE,
    KINDS_RUNNING_LOW,
    MASKS,
    LineKind,
    LocationKind,
)
from mingbai.kernel.acting import Asking
from mingbai.kernel.asks import Ask, Row
from mingbai.kernel.clock import day
from mingbai.kernel.models import Household, Point
from mingbai.kernel.places import parent_of, prefix_of
from mingbai.kernel.policy import in_force
from mingbai.kernel.registry import Scope, query
from mingbai.kernel.spelling import pinyin_initials
from mingbai.kernel.words import Name, PlaceCode, Role

KEEPING = {Role.KEEPER, Role.DESK}


def pace_of(happened: Iterable[Told], until: dt.datetime) -> int:
    """Return how much was given out, less what came back, in the last days before a moment."""
    since = until - dt.timedelta(days=COVER_WINDOW_DAYS)
    kinds = (LineKind.ISSUE, LineKind.RETURN)
    return max(
        0, -sum(line.change for line in happened if line.kind in kinds and since < line.at <= until)
    )


class StoreRow(Row):
    """What a store holds of one kind of goods, and for how long it lasts."""

    item: str
    name: str
    name_en: str
    unit: str
    lent: bool
    quantity: int
    cover_days: int | None
    low: bool
    expires_on: dt.date | None
    expiring: int


@query(
    scope=Scope.UNDER,
    role=READING,
    title=_("The store now"),
    holds={"quantity": (MASKS, DISINFECTANT), "item": (KINDS_IN_STORE, KINDS_RUNNING_LOW)},
)
def store(asking: Asking, ask: AtPlace) -> list[StoreRow]:
    """Return what a store holds now, for how many days it lasts, and what of it expires soon."""
    near = in_force(asking.store, NEAR_EXPIRY.name, ask.place, asking.now)
    soon = day(asking.now) + dt.timedelta(days=near)
    held: dict[UUID, list[Balance]] = {}
    rows = Balance.objects.filter(
        place=ask.place, location__kind=LocationKind.STOCK
    ).select_related("lot")
    for balance in rows:
        held.setdefault(balance.goods_id, []).append(balance)
    found = []
    for key, goods in goods_by_id(asking.store).items():
        balances = held.get(key)
        if balances is None:
            continue
        quantity = sum(balance.quantity for balance in balances)
        expiring = [
            balance
            for balance in balances
            if balance.quantity and balance.lot.expires_on and balance.lot.expires_on <= soon
        ]
        pace = 0 if goods.lent else used(asking.store, ask.place, goods, asking.now)
        cover = days_of_cover(quantity, pace)
        found.append(
            StoreRow(
                item=goods.code,
                name=goods.name_zh,
                name_en=goods.name_en,
                unit=goods.base_unit,
                lent=goods.lent,
                quantity=quantity,
                cover_days=cover,
                low=is_low(
                    cover, quantity, pace, floor_days(asking.store, ask.place, goods, asking.now)
                ),
                expires_on=min(
                    (b.lot.expires_on for b in expiring if b.lot.expires_on), default=None
                ),
                expiring=sum(balance.quantity for balance in expiring),
            )
        )
    return sorted(found, key=lambda row: (not row.low, row.name))


class RecipientsAsk(Ask):
    """Who may be meant."""

    place: PlaceCode
    text: Name | None = None


class RecipientRow(Row):
    """Somebody or something that goods may go to."""

    recipient: str
    kind: str
    name: str


@query(scope=Scope.UNDER, role=KEEPING, title=_("To whom"))
def recipients(asking: Asking, ask: RecipientsAsk) -> list[RecipientRow]:
    """Return households and posts by number, name or initials, at most ten; posts first."""
    text = (ask.text or "").strip().lower()
    rows = [
        RecipientRow(recipient=point.name, kind="post", name=point.name)
        for point in asking.find(Point, place=ask.place)
        if point.kind == "gate"
        and (text in point.name or pinyin_initials(point.name).startswith(text))
    ]
    found = Household.objects.filter(place=ask.place).select_related("head").order_by("code")
    if text:
        found = found.filter(
            Q(code__startswith=text.upper())
            | Q(head__name__startswith=text)
            | Q(head__initials__startswith=text)
        )
    rows += [
        RecipientRow(
            recipient=one.code, kind="household", name=(one.head.name or "") if one.head else ""
        )
        for one in found[:10]
    ]
    return rows[:10]


class ShipmentRow(Row):
    """Goods on their way."""

    shipment: UUID
    from_place: str
    to_place: str
    item: str
    quantity: int
    unit: str
    sent_at: dt.datetime
    received: int | None
    damaged: int | None
    state: str


@query(scope=Scope.UNDER, role=READING, title=_("Shipments"))
def shipments(asking: Asking, ask: AtPlace) -> list[ShipmentRow]:
    """Return what a place sent and what is on its way to it, open ones first."""
    goods = goods_by_id(asking.store)
    rows = Shipment.objects.filter(Q(place=ask.place) | Q(to_place=ask.place)).order_by(
        "received_at", "-sent_at"
    )
    return sorted(
        (
            ShipmentRow(
                shipment=row.id,
                from_place=row.place,
                to_place=row.to_place,
                item=goods[row.goods_id].name_zh,
                quantity=row.quantity,
                unit=goods[row.goods_id].base_unit,
                sent_at=row.sent_at,
                received=row.received,
                damaged=row.damaged,
                state=shipment_state(row),
            )
            for row in rows
        ),
        key=lambda row: (row.state != "on_the_way", row.sent_at),
    )


def shipment_state(row: Shipment) -> str:
    """Return whether a shipment is on its way, was received, or was called back before it came."""
    if row.received_at is None:
        return "on_the_way"
    return "called_back" if row.received is None else "received"


class OfferRow(Row):
    """Surplus that a neighbour offers."""

    offer: UUID
    from_place: str
    item: str
    quantity: int
    unit: str
    note: str | None
    offered_at: dt.datetime
    state: str


@query(scope=Scope.UNDER, role=READING, title=_("Offers next door"))
def offers(asking: Asking, ask: AtPlace) -> list[OfferRow]:
    """Return what this place and its neighbours offer, open ones first."""
    goods = goods_by_id(asking.store)
    near = prefix_of(parent_of(ask.place))
    rows = Offer.objects.filter(place__startswith=near).order_by("-offered_at")[:200]
    found = [
        OfferRow(
            offer=row.id,
            from_place=row.place,
            item=goods[row.goods_id].name_zh,
            quantity=row.quantity,
            unit=goods[row.goods_id].base_unit,
            note=row.note,
            offered_at=row.offered_at,
            state="taken" if row.taken_at else "open",
        )
        for row in rows
    ]
    return sorted(found, key=lambda row: row.state != "open")


class WriteOffRow(Row):
    """A write-off that was proposed."""

    proposal: UUID
    item: str
    quantity: int
    unit: str
    reason: str | None
    proposed_at: dt.datetime
    state: str


@query(scope=Scope.UNDER, role=READING, title=_("Write-offs"))
def write_offs(asking: Asking, ask: AtPlace) -> list[WriteOffRow]:
    """Return proposed and signed write-offs of a place."""
    goods = goods_by_id(asking.store)
    return [
        WriteOffRow(
            proposal=row.id,
            item=goods[row.goods_id].name_zh,
            quantity=row.quantity,
            unit=goods[row.goods_id].base_unit,
            reason=row.reason,
            proposed_at=row.proposed_at,
            state="signed" if row.signed_at else "proposed",
        )
        for row in asking.find(WriteOff, place=ask.place)
    ]


class OpenQuestionRow(Row):
    """A question that waits for its answer."""

    question: UUID
    line: int
    text: str
    asked_at: dt.datetime


@query(scope=Scope.UNDER, role=READING, title=_("Questions that wait"))
def open_questions(asking: Asking, ask: AtPlace) -> list[OpenQuestionRow]:
    """Return the questions of a place that wait for an answer, the oldest first."""
    rows = [row for row in asking.find(Question, place=ask.place) if row.answered_at is None]
    return [
        OpenQuestionRow(question=row.id, line=row.line, text=row.text or "", asked_at=row.asked_at)
        for row in rows
    ]
