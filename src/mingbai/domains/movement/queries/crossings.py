"""Queries on crossings: counts of one gate, and why some were stopped; nothing that joins one gate with another."""

import datetime as dt
from collections import Counter
from typing import Annotated, Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from pydantic import BeforeValidator, Field, StringConstraints

from mingbai.domains.movement.flow import Counted, flow_source
from mingbai.domains.movement.models import Crossing, Permit
from mingbai.domains.movement.points import point_of
from mingbai.domains.movement.rules import permits as rules
from mingbai.kernel.acting import Asking
from mingbai.kernel.asks import Ask, Private, Row
from mingbai.kernel.clock import PLACE_ZONE, day, start_of_day
from mingbai.kernel.glossary import terms
from mingbai.kernel.models import Point
from mingbai.kernel.refusals import Refused, sentences
from mingbai.kernel.registry import Scope, query
from mingbai.kernel.words import OpenName, PlaceCode, Role

terms(
    {
        "hour": _("Hour"),
        "in_count": _("In"),
        "out_count": _("Out"),
        "let_in": _("Let in first"),
        "stopped_count": _("Stopped"),
        "times_count": _("Times"),
    }
)
sentences({"MOV-68": _("No crossing of this number is kept here.")})
GATE_ROLES = {Role.GUARD, Role.DESK}


def run_together(text: Any) -> Any:
    """Return a number that is printed in groups of four without its gaps."""
    return "".join(text.split()).lower() if isinstance(text, str) else text


PassNumber = Annotated[
    str,
    Private(),
    StringConstraints(pattern=r"^[0-9a-f]{16}$"),
    BeforeValidator(run_together),
]


class OfGate(Ask):
    """One gate on one day."""

    place: PlaceCode
    point: OpenName
    on: dt.date | None = None


class HourRow(Row):
    """How many came through a gate in an hour."""

    hour: int = Field(ge=0, le=23)
    in_count: int
    out_count: int
    let_in: int
    stopped_count: int


def crossings_of(asking: Asking, ask: OfGate) -> list[Crossing]:
    """Return what came to a gate on a day, today when none is named."""
    point = point_of(asking, ask.place, ask.point)
    begins = start_of_day(ask.on or day(asking.now))
    return list(
        Crossing.objects.filter(
            place=ask.place, point=point.id, at__gte=begins, at__lt=begins + dt.timedelta(days=1)
        )
    )


@query(scope=Scope.UNDER, role=GATE_ROLES, title=_("A gate hour by hour"))
def gate_hours(asking: Asking, ask: OfGate) -> list[HourRow]:
    """Return hour by hour how many came in and out at a gate, how many were let in first, and how many were stopped."""
    hours: dict[int, Counter[str]] = {}
    for row in crossings_of(asking, ask):
        count = hours.setdefault(row.at.astimezone(PLACE_ZONE).hour, Counter())
        count["stop" if row.verdict == "stop" else row.direction] += 1
        count[row.verdict] += row.verdict == "let_in"
    return [
        HourRow(
            hour=hour,
            in_count=count["in"],
            out_count=count["out"],
            let_in=count["let_in"],
            stopped_count=count["stop"],
        )
        for hour, count in sorted(hours.items())
    ]


class StoppedRow(Row):
    """Why passes were stopped at a gate, and how often."""

    reason: str
    times_count: int


@query(scope=Scope.UNDER, role=GATE_ROLES, title=_("Why passes were stopped"))
def stopped_scans(asking: Asking, ask: OfGate) -> list[StoppedRow]:
    """Return for what reasons passes were stopped at a gate on a day, and how often each."""
    counted = Counter(
        row.reason or "guard" for row in crossings_of(asking, ask) if row.verdict == "stop"
    )
    return [StoppedRow(reason=reason, times_count=count) for reason, count in counted.most_common()]


class ByNumber(Ask):
    """A pass that a gate could not scan, by the number printed under its code."""

    place: PlaceCode
    permit: PassNumber


class JudgedRow(Row):
    """What the rules say of a pass here and now, of which kind it is and until when; nothing of who holds it."""

    judged: str
    kind: str | None = None
    valid_to: dt.datetime | None = None


@query(scope=Scope.UNDER, role=GATE_ROLES, title=_("A pass by its number"))
def pass_by_number(asking: Asking, ask: ByNumber) -> JudgedRow:
    """Return what the rules say of a pass at this place now, by the number under its code; nothing of the look is kept."""
    row = asking.see(Permit, number=ask.permit)
    if row is None:
        return JudgedRow(judged="unknown")
    word = rules.judged(
        starts=row.starts_at,
        ends=row.ends_at,
        revoked=row.revoked_at,
        places=row.places,
        at=asking.now,
        place=ask.place,
    )
    return JudgedRow(judged=word, kind=row.kind, valid_to=row.ends_at)


@flow_source
def came(place: str, since: dt.datetime, until: dt.datetime) -> list[Counted]:
    """Return at which gate of a place a pass was shown, and when; an arrival is counted by the register itself."""
    rows = Crossing.objects.filter(place=place, arrival=None, at__gte=since, at__lt=until)
    return [Counted(point, at) for point, at in rows.values_list("point", "at")]


class OneCrossing(Ask):
    """One crossing, by its random number."""

    place: PlaceCode
    crossing: UUID


class CrossingRow(Row):
    """A crossing that an open item names: at which gate, on which day and in which hour, and nothing of who it was."""

    point: str
    on: dt.date
    hour: int
    direction: str
    verdict: str
    judged: str


@query(scope=Scope.UNDER, role=GATE_ROLES, title=_("One crossing"))
def crossing(asking: Asking, ask: OneCrossing) -> CrossingRow:
    """Return one crossing of a place: its gate, day and hour, which way and the verdict."""
    row = asking.see(Crossing, id=ask.crossing)
    if row is None or row.place != ask.place:
        raise Refused("MOV-68")
    point = asking.see(Point, id=row.point)
    here = row.at.astimezone(PLACE_ZONE)
    return CrossingRow(
        point=point.name if point else "",
        on=here.date(),
        hour=here.hour,
        direction=row.direction,
        verdict=row.verdict,
        judged=row.judged,
    )
