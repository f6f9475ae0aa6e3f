"""Queries on bookings: a place's turns of duty on a day, and one's own."""

import datetime as dt
from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mingbai.kernel.acting import Asking
from mingbai.kernel.asks import Ask, Nothing, Row
from mingbai.kernel.clock import day, start_of_day
from mingbai.kernel.commands.posts import KEEPS, LEADS
from mingbai.kernel.fields import TURNS_TODAY
from mingbai.kernel.glossary import terms
from mingbai.kernel.models import Booking, Mandate, Membership
from mingbai.kernel.queries.places import OfPlace
from mingbai.kernel.registry import Scope, query
from mingbai.kernel.words import PlaceCode, Role

terms({"day": _("Day"), "post_name": _("Post")})


class OfDay(Ask):
    """Choose a place and a day."""

    place: PlaceCode
    day: dt.date | None = None


class TurnRow(Row):
    """A turn of duty."""

    booking: UUID
    person: UUID
    name: str
    post_name: str
    starts_at: dt.datetime
    ends_at: dt.datetime
    came_at: dt.datetime | None
    left_at: dt.datetime | None
    witnessed: bool


def turn_rows(found: Iterable[Booking]) -> list[TurnRow]:
    """Return bookings as they are shown."""
    return [
        TurnRow(
            booking=row.id,
            person=row.person_id,
            name=row.person.name or "",
            post_name=row.point.name,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            came_at=row.came_at,
            left_at=row.left_at,
            witnessed=row.seen_by is not None,
        )
        for row in found
    ]


def bookings(place: str, since: dt.datetime, until: dt.datetime) -> list[Booking]:
    """Return the bookings of a place that touch a span of time, in order."""
    rows = Booking.objects.filter(
        place=place, cancelled_at=None, starts_at__lt=until, ends_at__gt=since
    )
    return list(rows.select_related("person", "point").order_by("starts_at", "id"))


@query(
    scope=Scope.UNDER,
    role={
        Role.DESK,
        Role.CREW_LEAD,
        Role.KEEPER,
        Role.GUARD,
        Role.ORGANISER,
        Role.PLANNER,
        Role.OVERSEER,
    },
    desk="posts",
    title=_("Turns of duty"),
    holds={"booking": TURNS_TODAY},
)
def turns(asking: Asking, ask: OfDay) -> list[TurnRow]:
    """Return who is to be at which post of a place on a day, who came, and whether another has seen it."""
    begins = start_of_day(ask.day or day(asking.now))
    return turn_rows(bookings(ask.place, begins, begins + dt.timedelta(days=1)))


@query(scope=Scope.OWN, desk="posts", title=_("My turns of duty"))
def mine(asking: Asking, ask: Nothing) -> list[TurnRow]:
    """Return my own turns from today on."""
    if asking.person is None:
        return []
    rows = Booking.objects.filter(
        person_id=asking.person, cancelled_at=None, ends_at__gt=start_of_day(day(asking.now))
    )
    return turn_rows(rows.select_related("person", "point").order_by("starts_at", "id")[:100])


class CandidateRow(Row):
    """Somebody who can be booked at a place, and as what they are known there."""

    person: UUID
    name: str
    capacity: str


@query(scope=Scope.UNDER, role=LEADS | KEEPS, desk="posts", title=_("Who can be booked"))
def candidates(asking: Asking, ask: OfPlace) -> list[CandidateRow]:
    """Return who holds an office at a place or belongs to one of its teams; a keeper or guard books themselves alone."""
    offices = Mandate.objects.filter(place=ask.place, starts_at__lte=asking.now)
    offices = offices.filter(Q(ends_at=None) | Q(ends_at__gt=asking.now))
    today = day(asking.now)
    teams = Membership.objects.filter(organisation__place=ask.place, since__lte=today)
    teams = teams.filter(Q(until=None) | Q(until__gte=today))
    # The office is what somebody is known by; a place in a team tells only of who has none.
    found = {row.person: row.position for row in teams.select_related("person")}
    found |= {row.person: row.capacity for row in offices.select_related("person")}
    return sorted(
        (
            CandidateRow(person=person.id, name=person.name or "", capacity=known_as)
            for person, known_as in found.items()
            if person.erased_at is None
            if asking.role not in KEEPS or person.id == asking.person
        ),
        key=lambda row: (row.name, row.person),
    )
