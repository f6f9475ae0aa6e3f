"""Measures: the one that a place's rows hang on."""

import datetime as dt

from mingbai.kernel.models import Measure
from mingbai.kernel.places import is_under
from mingbai.kernel.rows import Store


def measure_at(store: Store, place: str, now: dt.datetime) -> Measure | None:
    """Return the measure that rows of a place hang on: the one in force there or nearest above."""
    running = [
        one
        for one in store.fetch(Measure, {"lapsed_at": None}, limit=None)
        if one.starts_at <= now and is_under(place, one.place)
    ]
    return max(running, key=lambda one: (len(one.place.rstrip("0")), one.starts_at), default=None)
