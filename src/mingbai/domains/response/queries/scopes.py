"""Scopes: what a measure answers, how much of it there is, and the smallest place or thing that holds all of it."""

import datetime as dt
import os
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from pydantic import Field

from mingbai.kernel.acting import Asking
from mingbai.kernel.asks import Ask, Row
from mingbai.kernel.models import OpenItem, Organisation, Place, Point, Standing
from mingbai.kernel.places import is_under, prefix_of
from mingbai.kernel.registry import REGISTRY, Scope, query
from mingbai.kernel.rows import Store
from mingbai.kernel.standing import WORDS
from mingbai.kernel.words import Code, PlaceCode, Role

READING = {Role.LEADER, Role.DESK, Role.OVERSEER, Role.AUDITOR}
KIND_OF_SCOPE = {"entrance": "gate", "building": "building", "line": "line"}
SCOPE_OF_KIND = {kind: scope for scope, kind in KIND_OF_SCOPE.items()}


@dataclass(frozen=True)
class Smallest:
    """The smallest scope that holds all of a blocker: a place, or one thing at it."""

    place: str
    scope: str
    subject: str | None
    name: str
    count: int


def known_blocker(blocker: str) -> bool:
    """Tell whether a name may be a word of standing or a kind of open item of one of the desks."""
    desks = {command.desk for command in REGISTRY.commands.values()}
    return blocker in WORDS or (blocker.partition(".")[0] in desks and "." in blocker)


def blocked(blocker: str, place: str, at: dt.datetime) -> list[tuple[str, str]]:
    """Return about what, and where, something of a kind was open or said at a moment, at a place and under it."""
    begins = prefix_of(place)
    if blocker in WORDS:
        said = Standing.objects.filter(Q(ends_at=None) | Q(ends_at__gt=at), starts_at__lte=at)
        here = said.filter(what=blocker, place__startswith=begins)
        return list(here.order_by("id").values_list("subject", "place"))

    items = OpenItem.objects.filter(Q(done_at=None) | Q(done_at__gt=at), asked_at__lte=at)
    found = items.filter(kind=blocker, place__startswith=begins)
    return list(found.order_by("id").values_list("subject", "place"))


def proposed(store: Store, blocker: str, place: str, at: dt.datetime) -> Smallest | None:
    """Return the smallest scope that holds everything of a kind that is open at a place; nothing when nothing is."""
    found = blocked(blocker, place, at)
    if not found:
        return None
    subjects = {subject for subject, _place in found}
    where = common(place for _subject, place in found)
    if not is_under(where, place):
        where = place
    if len(subjects) == 1 and (one := thing(store, subjects.pop())) is not None:
        return Smallest(one.place or where, one.scope, one.subject, one.name, len(found))
    named = store.fetch(Place, {"code": where}, limit=None)
    name = max(named, key=lambda row: len(row.prefix)).name if named else where
    return Smallest(where, "place", None, name, len(found))


def common(places: Iterable[str]) -> str:
    """Return the smallest place that holds all of these."""
    shared = os.path.commonprefix([prefix_of(place) for place in places])
    length = max(digits for digits in (0, 2, 4, 6, 9, 12) if digits <= len(shared))
    return shared[:length].ljust(12, "0")


@dataclass(frozen=True)
class Thing:
    """One entrance, building, line or firm."""

    place: str | None
    scope: str
    subject: str
    name: str


def thing(store: Store, subject: str) -> Thing | None:
    """Return the entrance, building, line or firm that an id names."""
    try:
        known = UUID(hex=subject.replace("-", ""))
    except ValueError:
        return None
    for point in store.fetch(Point, {"id": known}):
        if point.kind in SCOPE_OF_KIND:
            return Thing(point.place, SCOPE_OF_KIND[point.kind], point.id.hex, point.name)
    for firm in store.fetch(Organisation, {"id": known}):
        return Thing(firm.place, "firm", firm.id.hex, firm.name)
    return None


def point_or_firm(store: Store, scope: str, subject: str, place: str) -> Thing | None:
    """Return the one thing of this scope that an id names, when it lies at a place or under it."""
    found = thing(store, subject)
    if found is None or found.scope != scope or found.place is None:
        return None
    return found if is_under(found.place, place) else None


class OfBlocker(Ask):
    """A kind of open item or standing, and the place in which it is looked for."""

    place: PlaceCode
    blocker: Code


class SmallestRow(Row):
    """The smallest scope that holds all of it."""

    place: str
    scope: str
    subject: str | None
    name: str
    count: int


@query(scope=Scope.UNDER, role=READING, title=_("The smallest scope of a measure"))
def smallest_scope(asking: Asking, ask: OfBlocker) -> list[SmallestRow]:
    """Return the smallest place, entrance, building, firm or line that holds everything of a kind that is open."""
    found = proposed(asking.store, ask.blocker, ask.place, asking.now)
    if found is None:
        return []
    return [
        SmallestRow(
            place=found.place,
            scope=found.scope,
            subject=found.subject,
            name=found.name,
            count=found.count,
        )
    ]


class UnderPlace(Ask):
    """A place and what lies under it; so many of each at most."""

    place: PlaceCode
    rows_most: int = Field(default=200, ge=1, le=100_000)


class ThingRow(Row):
    """One entrance, building, line or firm for which a measure may be."""

    subject: str
    scope: str
    name: str
    place: str


@query(scope=Scope.UNDER, role=READING, title=_("For what a measure may be"))
def scopes(asking: Asking, ask: UnderPlace) -> list[ThingRow]:
    """Return the entrances, buildings, lines and firms of a place and under it, to which a measure can be limited."""
    begins = prefix_of(ask.place)
    points = Point.objects.filter(place__startswith=begins, kind__in=SCOPE_OF_KIND, closed_at=None)
    found = [
        ThingRow(subject=row.id.hex, scope=SCOPE_OF_KIND[row.kind], name=row.name, place=row.place)
        for row in points.order_by("place", "kind", "name")[: ask.rows_most]
    ]
    firms = Organisation.objects.filter(place__startswith=begins).order_by("place", "name")
    return found + [
        ThingRow(subject=row.id.hex, scope="firm", name=row.name, place=row.place)
        for row in firms[: ask.rows_most]
    ]
