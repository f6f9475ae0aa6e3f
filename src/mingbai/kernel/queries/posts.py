"""Queries on bookings: a place's turns of duty for those who keep them, and the hours of its store for everyone."""

import datetime as dt
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from mingbai.kernel.acting import Asking
from mingbai.kernel.asks import Ask, Row
from mingbai.kernel.clock import at_time, day
from mingbai.kernel.glossary import terms
from mingbai.kernel.models import Booking
from mingbai.kernel.registry import Scope, query
from mingbai.kernel.words import PlaceCode, Role

terms({"day": _("Day"), "post": _("Post")})


class OfDay(Ask):
    """Choose a place and a day."""

    place: PlaceCode
    day: dt.date | None = None


class DutyRow(Row):
    """A turn of duty."""

    booking: UUID
    name: str
    post: str
    starts_at: dt.datetime
    ends_at: dt.datetime
    came_at: dt.datetime | None
    left_at: dt.datetime | None
    confirmed: bool


def bookings(asking: Asking, place: str, on: dt.date | None) -> list[Booking]:
    """Return the bookings of a place that touch a day, in order."""
    begins = at_time(on or day(asking.now), 0)
    return list(
        Booking.objects.filter(
            place=place,
            cancelled_at=None,
            starts_at__lt=begins + dt.timedelta(days=1),
            ends_at__gt=begins,
        )
        .select_related("person", "point")
        .order_by("starts_at", "id")
    )


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
)
def duty(asking: Asking, ask: OfDay) -> list[DutyRow]:
    """Return who is to be at which post of a place on a day, and who came."""
    return [
        DutyRow(
            booking=row.id,
            name=row.person.name or "",
            post=row.point.name,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            came_at=row.came_at,
            left_at=row.left_at,
            confirmed=row.confirmed_by is not None,
        )
        for row in bookings(asking, ask.place, ask.day)
    ]


class HoursRow(Row):
    """Hours in which somebody is at a store."""

    post: str
    starts_at: dt.datetime
    ends_at: dt.datetime


@query(scope=Scope.PUBLIC, desk="posts", title=_("Hours of the store"))
def store_hours(asking: Asking, ask: OfDay) -> list[HoursRow]:
    """Return the hours of a day in which somebody is at a place's store; no name, for everyone who comes to fetch."""
    return [
        HoursRow(post=row.point.name, starts_at=row.starts_at, ends_at=row.ends_at)
        for row in bookings(asking, ask.place, ask.day)
        if row.point.kind == "store"
    ]
