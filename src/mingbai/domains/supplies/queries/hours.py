"""Queries on the store's hours: when somebody is there, and when it is closed, for everyone who comes to fetch."""

import datetime as dt
from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from mingbai.domains.supplies.standing import CLOSED
from mingbai.kernel.acting import Asking
from mingbai.kernel.asks import Row
from mingbai.kernel.clock import day, start_of_day
from mingbai.kernel.models import Standing
from mingbai.kernel.queries.posts import OfDay, bookings
from mingbai.kernel.registry import Scope, query

DAYS_SHOWN = 2


class HoursRow(Row):
    """Hours in which somebody is at the store, or in which it is closed."""

    state: str
    starts_at: dt.datetime
    ends_at: dt.datetime


def joined(
    spans: Iterable[tuple[dt.datetime, dt.datetime]],
) -> list[tuple[dt.datetime, dt.datetime]]:
    """Return spans of time with those that touch made one, so that nobody reads who relieves whom."""
    found: list[tuple[dt.datetime, dt.datetime]] = []
    for starts, ends in sorted(spans):
        if found and starts <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], ends))
        else:
            found.append((starts, ends))
    return found


@query(scope=Scope.PUBLIC, title=_("When somebody is at the store"))
def store_hours(asking: Asking, ask: OfDay) -> list[HoursRow]:
    """Return when somebody is at a place's store on a day and the next, and when it is closed for counting; no names."""
    begins = start_of_day(ask.day or day(asking.now))
    ends = begins + dt.timedelta(days=DAYS_SHOWN)
    since = begins if ask.day else asking.now
    staffed = joined(
        (row.starts_at, row.ends_at)
        for row in bookings(ask.place, since, ends)
        if row.point.kind == "store"
    )
    closed = [
        (row.starts_at, row.ends_at)
        for row in asking.find(Standing, subject=ask.place, what=CLOSED.name)
        if row.ends_at is not None and row.starts_at < row.ends_at
        if row.starts_at < ends and since < row.ends_at
    ]
    rows = [HoursRow(state="staffed", starts_at=a, ends_at=z) for a, z in staffed]
    rows += [HoursRow(state="closed_store", starts_at=a, ends_at=z) for a, z in closed]
    return sorted(rows, key=lambda row: (row.starts_at, row.state))
