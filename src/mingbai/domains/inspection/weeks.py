"""Weeks: from Monday to Sunday of the place, in which minutes of burden are counted."""

import datetime as dt
from typing import Protocol

from mingbai.domains.inspection.words import monday, week_of
from mingbai.kernel.clock import day, start_of_day


def span_of(moment: dt.datetime) -> tuple[dt.datetime, dt.datetime]:
    """Return when the week of a moment begins and ends."""
    return span(week_of(day(moment)))


def span(week: str) -> tuple[dt.datetime, dt.datetime]:
    """Return when a week begins and ends."""
    first = monday(week)
    return start_of_day(first), start_of_day(first + dt.timedelta(days=7))


class Visited(Protocol):
    """A visit that was begun and may have ended."""

    began_at: dt.datetime | None
    ended_at: dt.datetime | None


def lasted(row: Visited) -> int:
    """Return the minutes that a visit lasted, when it has ended."""
    if row.began_at is None or row.ended_at is None:
        return 0
    return -(-int((row.ended_at - row.began_at).total_seconds()) // 60)
