"""Weeks: from Monday to Sunday of the place, in which minutes of burden are counted."""

import datetime as dt

from mingbai.domains.inspection.words import monday, week_of
from mingbai.kernel.clock import day, start_of_day


def span_of(moment: dt.datetime) -> tuple[dt.datetime, dt.datetime]:
    """Return when the week of a moment begins and ends."""
    return span(week_of(day(moment)))


def span(week: str) -> tuple[dt.datetime, dt.datetime]:
    """Return when a week begins and ends."""
    first = monday(week)
    return start_of_day(first), start_of_day(first + dt.timedelta(days=7))
