"""Flow: when people came through the gates of a place; what counts beside arrivals registers itself here."""

import datetime as dt
from collections.abc import Callable
from uuid import UUID

from mingbai.domains.movement.models import Arrival

Counted = tuple[UUID, dt.datetime]
Source = Callable[[str, dt.datetime, dt.datetime], list[Counted]]
SOURCES: list[Source] = []


def flow_source(function: Source) -> Source:
    """Register a function `(place, since, until) -> [(point, moment), ...]`: it tells of moments, and of nobody."""
    SOURCES.append(function)
    return function


@flow_source
def arrivals(place: str, since: dt.datetime, until: dt.datetime) -> list[Counted]:
    """Return at which gate of a place somebody arrived, and when."""
    rows = Arrival.objects.filter(place=place, at__gte=since, at__lt=until)
    return [(point, at) for point, at in rows.values_list("point_id", "at")]


def counted(place: str, since: dt.datetime, until: dt.datetime) -> list[Counted]:
    """Return every coming and going that is counted at a place between two moments."""
    return [one for source in SOURCES for one in source(place, since, until)]
