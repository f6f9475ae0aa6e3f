"""Commands around the keeping of the account: obligation, floors, and the store's change of hands."""

import datetime as dt
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from mingbai.domains.supplies.models import (
    Balance,
    Book,
    Floor,
    Handover,
    Line,
    Location,
    Obligation,
)
from mingbai.domains.supplies.words import Days, LineKind, LocationKind
from mingbai.kernel.acting import Acting
from mingbai.kernel.asks import Answer, Ask
from mingbai.kernel.clock import day, start_of_day
from mingbai.kernel.goods import find_goods
from mingbai.kernel.models import Goods, OpenItem, Person
from mingbai.kernel.perform import as_house
from mingbai.kernel.refusals import Refused
from mingbai.kernel.registry import command, due
from mingbai.kernel.rows import Store
from mingbai.kernel.words import FreeText, ItemCode, PersonId, PlaceCode, Role

SILENT = "supplies.silent_day"
HANDOVER = "supplies.handover"


class OpenObligation(Ask):
    """A place is to keep its account."""

    place: PlaceCode
    text: FreeText


@command(role={Role.OVERSEER, Role.DESK}, title=_("Open the obligation to keep an account"))
def open_obligation(acting: Acting, ask: OpenObligation) -> None:
    """Open the obligation: from now on a day without a line raises a query."""
    if acting.see(Obligation, place=ask.place):
        raise Refused("SUP-23")
    acting.add(
        Obligation(place=ask.place, text=ask.text, opened_at=acting.at, mandate=acting.mandate)
    )


class QueryMissingDay(Ask):
    """A day went by without a line."""

    place: PlaceCode
    on: dt.date


@command(role={Role.OVERSEER}, title=_("Ask after a day without a line"))
def query_missing_day(acting: Acting, ask: QueryMissingDay) -> None:
    """Raise one query for a day on which a place with an obligation wrote nothing."""
    acting.raise_item(
        kind=SILENT,
        subject=ask.on.isoformat(),
        place=ask.place,
        role=Role.KEEPER,
        due=acting.now + dt.timedelta(days=1),
        raises_to=Role.OVERSEER,
    )


@due("hour")
def silent_days(now: dt.datetime) -> None:
    """Ask after yesterday where a place with an obligation wrote nothing; once."""
    yesterday = day(now) - dt.timedelta(days=1)
    begins, ends = start_of_day(yesterday), start_of_day(day(now))
    for obligation in Store().fetch(Obligation, {}, limit=None):
        if obligation.opened_at >= begins:
            continue
        wrote = Line.objects.filter(
            place=obligation.place, recorded_at__gte=begins, recorded_at__lt=ends
        ).exists()
        asked = OpenItem.objects.filter(
            kind=SILENT, place=obligation.place, subject=yesterday.isoformat()
        ).exists()
        if not wrote and not asked:
            as_house(query_missing_day, QueryMissingDay(place=obligation.place, on=yesterday))


class SetFloor(Ask):
    """For how many days goods should last."""

    place: PlaceCode
    item: ItemCode
    days: Days


@command(role={Role.KEEPER, Role.DESK}, title=_("Set the days of cover"))
def set_floor(acting: Acting, ask: SetFloor) -> None:
    """Set for how many days goods should last before somebody is told."""
    goods = find_goods(acting.store, ask.item)
    standing = acting.hold(Floor, place=ask.place, goods_id=goods.id)
    if standing is None:
        acting.add(Floor(place=ask.place, goods_id=goods.id, days=ask.days))
    else:
        acting.change(standing, days=ask.days)


class BeginHandover(Ask):
    """The store is to change hands."""

    place: PlaceCode
    successor: PersonId


class HandoverBegun(Answer):
    """The hand-over's id, and up to which line it speaks."""

    handover: UUID
    through_line: int


@command(role={Role.KEEPER}, title=_("Hand the store over"), shell=False)
def begin_handover(acting: Acting, ask: BeginHandover) -> HandoverBegun:
    """Sign as who leaves: every kind of goods was counted today and agrees with the account."""
    if acting.see(Person, id=ask.successor) is None:
        raise Refused("PER-1")
    _check_counted(acting, ask.place)
    book = acting.hold(Book, place=ask.place)
    last = book.last_line if book else 0
    added = acting.add(
        Handover(
            place=ask.place,
            leaving=acting.person,
            coming=ask.successor,
            left_at=acting.at,
            through_line=last,
        )
    )
    acting.raise_item(
        kind=HANDOVER, subject=added.id.hex, place=ask.place, role=Role.KEEPER, person=ask.successor
    )
    acting.subject(ask.successor)
    return HandoverBegun(handover=added.id, through_line=last)


def _check_counted(acting: Acting, place: str) -> None:
    """SUP-22 盘清再交: what the store holds was counted today, after its last other line."""
    store = acting.see(Location, place=place, kind=LocationKind.STOCK, reference="store")
    if store is None:
        return
    held = {
        balance.goods_id
        for balance in acting.find(Balance, location_id=store.id)
        if balance.quantity
    }
    for goods_id in sorted(held):
        last = Line.objects.filter(place=place, goods_id=goods_id).order_by("-number").first()
        if last is None or last.kind != LineKind.COUNT or day(last.at) != day(acting.at):
            goods = acting.see(Goods, id=goods_id)
            assert goods is not None
            raise Refused("SUP-22", item=goods.name_zh)


class SignHandover(Ask):
    """Take the store over."""

    place: PlaceCode
    handover: UUID


@command(role={Role.KEEPER}, title=_("Take the store over"), shell=False)
def sign_handover(acting: Acting, ask: SignHandover) -> HandoverBegun:
    """Sign as who comes: what the account says is what is there."""
    held = acting.hold(Handover, id=ask.handover)
    if (
        held is None
        or held.place != ask.place
        or held.came_at is not None
        or held.coming != acting.person
    ):
        raise Refused("SUP-21")
    _check_counted(acting, ask.place)
    acting.change(held, came_at=acting.at)
    acting.close_item(kind=HANDOVER, subject=held.id.hex, place=ask.place, outcome="signed")
    return HandoverBegun(handover=held.id, through_line=held.through_line)
