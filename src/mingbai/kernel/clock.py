"""Clock: moments are UTC; days are those of the place; an account's own clock is real or a story's."""

import datetime as dt
import time
from functools import lru_cache
from zoneinfo import ZoneInfo

UTC = dt.UTC
PLACE_ZONE = ZoneInfo("Asia/Shanghai")


def machine_now() -> dt.datetime:
    """Return the machine's moment."""
    return dt.datetime.fromtimestamp(time.time(), UTC)


@lru_cache(maxsize=256)
def day(at: dt.datetime) -> dt.date:
    """Return the day of the place at a moment."""
    return at.astimezone(PLACE_ZONE).date()


def start_of_day(on: dt.date) -> dt.datetime:
    """Return the moment when a day of the place begins."""
    return dt.datetime.combine(on, dt.time(), PLACE_ZONE).astimezone(UTC)


def at_time(on: dt.date, hour: int, minute: int = 0) -> dt.datetime:
    """Return the moment of a clock time on a day of the place."""
    return dt.datetime.combine(on, dt.time(hour, minute), PLACE_ZONE).astimezone(UTC)


def last_cut(now: dt.datetime, hour: int = 20) -> dt.datetime:
    """Return the last moment at which the public pages were cut: once a day, at this hour of the place."""
    cut = at_time(day(now), hour)
    return cut if cut <= now else at_time(day(now) - dt.timedelta(days=1), hour)


@lru_cache(maxsize=256)
def stamp(at: dt.datetime) -> str:
    """Return a moment as the journal writes it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def parse_stamp(text: str) -> dt.datetime:
    """Return the moment that a journal's text names."""
    return dt.datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
