"""Figures: sums over lines and moves, as of a recorded moment; nothing is read from a stored total."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from mingbai.domains.supplies.models import Floor, Line, Location
from mingbai.domains.supplies.parameters import FLOOR
from mingbai.domains.supplies.rules import COVER_WINDOW_DAYS
from mingbai.domains.supplies.words import LineKind
from mingbai.kernel.models import Goods
from mingbai.kernel.places import prefix_of
from mingbai.kernel.policy import in_force
from mingbai.kernel.rows import Store, shape


@dataclass(frozen=True)
class Told:
    """One line with what is needed to sum it."""

    number: int
    kind: str
    goods: UUID
    quantity: int
    change: int
    at: dt.datetime
    recorded_at: dt.datetime
    party_kind: str
    party: UUID | None
    party_name: str
    reverses: int | None


def lines_of(place: str, until: dt.datetime | None = None, goods: UUID | None = None) -> list[Told]:
    """Return a place's lines in their order, as the account stood at a moment."""
    found = Line.objects.filter(place=place).select_related("party").order_by("number")
    if until is not None:
        found = found.filter(recorded_at__lte=until)
    if goods is not None:
        found = found.filter(goods_id=goods)
    return [
        Told(
            line.number,
            line.kind,
            line.goods_id,
            line.quantity,
            line.change,
            line.at,
            line.recorded_at,
            line.party.kind if line.party else "",
            line.party_id,
            (line.party.name or "") if line.party else "",
            line.reverses,
        )
        for line in found
    ]


def standing(lines: Iterable[Told]) -> list[Told]:
    """Return lines without those that were reversed and their reversals: what really happened."""
    rows = list(lines)
    gone = {line.reverses for line in rows if line.reverses is not None}
    return [line for line in rows if line.number not in gone and line.reverses is None]


def on_hand(place: str, until: dt.datetime | None) -> dict[tuple[str, UUID], int]:
    """Return what the stores of a place and everything under it hold, by place and goods, at a moment."""
    found = Line.objects.filter(place__startswith=prefix_of(place))
    if until is not None:
        found = found.filter(recorded_at__lte=until)
    sums: dict[tuple[str, UUID], int] = {}
    for where, goods, change in found.values_list("place", "goods_id", "change"):
        sums[(where, goods)] = sums.get((where, goods), 0) + change
    return sums


def goods_by_id(store: Store) -> dict[UUID, Goods]:
    """Return every kind of goods by id."""
    return {goods.id: goods for goods in store.fetch(Goods, {}, limit=None)}


def locations_of(place: str) -> dict[UUID, Location]:
    """Return a place's locations by id."""
    return {location.id: location for location in Location.objects.filter(place=place)}


def used(store: Store, place: str, goods: Goods, until: dt.datetime) -> int:
    """Return how much was given out, less what came back, in the last days before a moment."""
    since = until - dt.timedelta(days=COVER_WINDOW_DAYS)
    table = shape(Line).table
    row = store.run(
        f'SELECT COALESCE(SUM("change"), 0) FROM "{table}" WHERE place = %s AND goods_id = %s '
        "AND kind IN (%s, %s) AND at > %s AND at <= %s",
        [place, goods.id, LineKind.ISSUE, LineKind.RETURN, since, until],
    ).fetchone()
    return max(0, -int(row[0]))


def floor_days(store: Store, place: str, goods: Goods, at: dt.datetime) -> int:
    """Return for how many days goods should last at a place: as set for them there, or by the policy in force."""
    found = store.fetch(Floor, {"place": place, "goods_id": goods.id})
    return int(found[0].days) if found else in_force(store, FLOOR.name, place, at)
