"""Where a gift went: told to its donor alone, by the code they were given, as coarsely as to everyone."""

import datetime as dt
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mingbai.domains.supplies.models import Location, Lot, Move
from mingbai.domains.supplies.queries.figures import goods_by_id
from mingbai.domains.supplies.queries.public import SHOWN_FROM, LinkAsk
from mingbai.domains.supplies.words import DONOR_LINK, LineKind, LocationKind
from mingbai.kernel.acting import Asking, open_link
from mingbai.kernel.asks import Row
from mingbai.kernel.clock import day, last_cut
from mingbai.kernel.refusals import Refused
from mingbai.kernel.registry import Scope, query


class GiftRow(Row):
    """Where a gift went."""

    kind: str
    share: int | None
    quantity: int


class Gift(Row):
    """A donor's own view of a gift."""

    place: str
    item: str
    name: str
    name_en: str
    unit: str
    as_of: dt.datetime
    came_on: dt.date
    quantity: int
    wish: str | None
    on_hand: int
    went: list[GiftRow]


@query(scope=Scope.PUBLIC, title=_("Where my gift went"))
def donor_view(asking: Asking, ask: LinkAsk) -> Gift:
    """Return to a donor how much of the gift went where as of the last daily cut; no name, and no group under ten."""
    link = open_link(asking.store, ask.link, DONOR_LINK, asking.now)
    lot = asking.see(Lot, id=UUID(hex=link.subject)) if link else None
    if lot is None:
        raise Refused("LNK-1")
    goods = goods_by_id(asking.store)[lot.goods_id]
    cut = last_cut(asking.now)
    told = Q(line__recorded_at__lte=cut) | Q(line__kind=LineKind.RECEIVE)
    held: dict[UUID, int] = {}
    for move in Move.objects.filter(told, lot=lot.id):
        held[move.source_id] = held.get(move.source_id, 0) - move.quantity
        held[move.destination_id] = held.get(move.destination_id, 0) + move.quantity
    kinds = {location.id: location.kind for location in Location.objects.filter(id__in=held)}
    sums: dict[str, list[int]] = {}
    for key, quantity in held.items():
        if quantity > 0:
            sums.setdefault(kinds[key], []).append(quantity)
    stock = sum(sums.pop(LocationKind.STOCK, []))
    return Gift(
        place=lot.place,
        item=goods.code,
        name=goods.name_zh,
        name_en=goods.name_en,
        unit=goods.base_unit,
        as_of=cut,
        came_on=day(lot.came_at),
        quantity=-sum(quantity for quantity in held.values() if quantity < 0),
        wish=lot.wish,
        on_hand=stock,
        went=gift_rows(sums),
    )


def gift_rows(sums: dict[str, list[int]]) -> list[GiftRow]:
    """Return where a gift went by kind of holder; residents under ten are joined with all others, as on the public page."""
    residents = [kind for kind in (LocationKind.HOUSEHOLD, LocationKind.PERSON) if kind in sums]
    if any(len(sums[kind]) < SHOWN_FROM for kind in residents):
        together = [quantity for kind in residents for quantity in sums.pop(kind)]
        if len(together) < SHOWN_FROM:
            total = sum(together) + sum(sum(each) for each in sums.values())
            return [GiftRow(kind="all", share=None, quantity=total)]
        sums = {"residents": together} | sums
    return [GiftRow(kind=kind, share=len(each), quantity=sum(each)) for kind, each in sums.items()]
