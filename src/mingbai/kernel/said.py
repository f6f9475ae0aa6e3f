"""Said: the one way in which people read a number, a day and a minute, on pages and in sentences."""

import datetime as dt
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import get_language

from mingbai.kernel.clock import PLACE_ZONE, day


def chinese() -> bool:
    """Tell whether the reader's language is Chinese."""
    return (get_language() or "").startswith("zh")


def said_number(number: int) -> str:
    """Return a number with thousands."""
    return f"{number:,}"


def said_day(on: dt.date) -> str:
    """Return a day as people of the place read it; of a moment, the day that it is there."""
    on = day(on) if isinstance(on, dt.datetime) else on
    if chinese():
        return f"{on.year} 年 {on.month} 月 {on.day} 日"
    return date_format(on, "j M Y")


def short_day(on: dt.date) -> str:
    """Return a day without its year."""
    return f"{on.month} 月 {on.day} 日" if chinese() else date_format(on, "j M")


def said_hour(at: dt.datetime) -> str:
    """Return the minute of a moment as the place's clock shows it."""
    return f"{at.astimezone(PLACE_ZONE):%H:%M}"


def said_moment(at: dt.datetime) -> str:
    """Return a moment as people of the place read it."""
    return f"{said_day(at)}{' ' if chinese() else ', '}{said_hour(at)}"


def said(value: Any) -> Any:
    """Return a fact of a sentence as people read it; what is neither a number nor a time stays as it is."""
    if isinstance(value, dt.datetime):
        return said_moment(value)
    if isinstance(value, dt.date):
        return said_day(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return said_number(value)
    return value
