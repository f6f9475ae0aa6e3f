"""Flow: when people came through the gates of a place; what counts beside arrivals registers itself here."""

import datetime as dt
from collections.abc import Callable
from typing import NamedTuple
from uuid import UUID

from mingbai.domains.movement.models import Arrival
from mingbai.domains.movement.words import Source as HowItCame
from mingbai.kernel.clock import at_time, day


class Counted(NamedTuple):
    """That somebody came or went: at which gate and when; of a line on paper the day is known, and no hour."""

    point: UUID
    at: dt.datetime
    hour_known: bool = True


Source = Callable[[str, dt.datetime, dt.datetime], list[Counted]]
SOURCES: list[Source] = []


def flow_source(function: Source) -> Source:
    """Register a function `(place, since, until) -> [(point, moment), ...]`: it tells of moments, and of nobody."""
    SOURCES.append(function)
    return function


@flow_source
def arrivals(place: str, since: dt.datetime, until: dt.datetime) -> list[Counted]:
    """Return at which gate of a place somebody arrived, and when; a paper line counts on its day, whenever it was copied."""
    here = Arrival.objects.filter(place=place)
    seen = here.exclude(source=HowItCame.PAPER).filter(at__gte=since, at__lt=until)
    found = [Counted(point, at) for point, at in seen.values_list("point_id", "at")]
    paper = here.filter(
        source=HowItCame.PAPER, arrived_on__gte=day(since), arrived_on__lte=day(until)
    )
    for point, on, at in paper.values_list("point_id", "arrived_on", "at"):
        moment = min(at_time(on, 12), at)
        if since <= moment < until:
            found.append(Counted(point, moment, hour_known=False))
    return found


def counted(place: str, since: dt.datetime, until: dt.datetime) -> list[Counted]:
    """Return every coming and going that is counted at a place between two moments."""
    return [one for source in SOURCES for one in source(place, since, until)]
