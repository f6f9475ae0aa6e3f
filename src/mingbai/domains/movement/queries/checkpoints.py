"""Queries on checkpoints: which gates are open, where to go instead, how many come, and how often to check."""

import datetime as dt
from collections import Counter
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from mingbai.domains.movement.flow import counted
from mingbai.domains.movement.models import Arrival, Callback, CheckpointState
from mingbai.domains.movement.parameters import CHECK_EVERY, CHECKS_LEAST, CHECKS_MOST
from mingbai.domains.movement.points import gates_of, histories_of, point_of, reason_of, since_of
from mingbai.domains.movement.rules.register import (
    TURNOVER_DAYS,
    checks_a_day,
    fixed_in_time,
    standing_of,
    turnover_of,
)
from mingbai.domains.movement.words import (
    ARRIVALS,
    ARRIVALS_IN_DOUBT,
    GATE,
    GATES,
    OPEN_GATES,
    VERIFIED_ARRIVALS,
    PointText,
    Standing,
)
from mingbai.kernel.acting import Asking
from mingbai.kernel.asks import Ask, Row
from mingbai.kernel.clock import PLACE_ZONE, day, start_of_day
from mingbai.kernel.models import Place, Point
from mingbai.kernel.places import prefix_of
from mingbai.kernel.policy import in_force
from mingbai.kernel.registry import Scope, query
from mingbai.kernel.rows import Store
from mingbai.kernel.standing import rulings
from mingbai.kernel.words import AsOf, PlaceCode, Role

READING = {Role.GUARD, Role.DESK, Role.OVERSEER, Role.CREW_LEAD}


class GatesAt(Ask):
    """The gates of a place."""

    place: PlaceCode
    as_of: AsOf | None = None


class CheckpointRow(Row):
    """A gate: open or not, when, with what, and the way round."""

    point: UUID
    name: str
    state: str
    hours: str | None
    equipment: str | None
    reason: str | None
    detour: str | None
    since: dt.datetime | None


@query(
    scope=Scope.PUBLIC,
    title=_("The gates of a place"),
    as_of=True,
    holds={"point": (GATES, OPEN_GATES)},
)
def checkpoints(asking: Asking, ask: GatesAt) -> list[CheckpointRow]:
    """Return the gates of a place, which are open, and for a closed one the reason and the way round."""
    moment = ask.as_of or asking.as_of
    gates = gates_of(asking, ask.place)
    histories = histories_of(asking, ask.place, moment)
    names = {gate.id: gate.name for gate in gates}
    found = []
    for gate in gates:
        states = histories.get(gate.id, [])
        state = states[0] if states else None
        if moment is not None and state is None:
            continue
        found.append(
            CheckpointRow(
                point=gate.id,
                name=gate.name,
                state=_state(state, moment or asking.now),
                hours=state.hours if state else None,
                equipment=state.equipment if state else None,
                reason=reason_of(asking, state),
                detour=names.get(state.detour_id) if state and state.detour_id else None,
                since=since_of(states),
            )
        )
    return found


def _state(state: CheckpointState | None, at: dt.datetime) -> str:
    """Return in a word how a gate stands: open, shut for the night, or closed."""
    if state is None:
        return "open"
    if not state.open:
        return "closed"
    if state.hours is None:
        return "open"
    opens, shuts = state.hours.split("-")
    here = at.astimezone(PLACE_ZONE).strftime("%H:%M")
    inside = opens <= here < shuts if opens < shuts else here >= opens or here < shuts
    return "open" if inside else "shut_now"


class OfGate(Ask):
    """Of one gate."""

    place: PlaceCode
    point: PointText


class GateHistoryRow(Row):
    """How a gate stood from a moment on."""

    name: str
    state: str
    since: dt.datetime
    recorded_at: dt.datetime
    hours: str | None
    equipment: str | None
    reason: str | None
    detour: str | None


@query(scope=Scope.PUBLIC, title=_("A gate's history"))
def checkpoint_history(asking: Asking, ask: OfGate) -> list[GateHistoryRow]:
    """Return how a gate stood since it was first opened, the newest first."""
    gate = point_of(asking, ask.place, ask.point)
    names = {one.id: one.name for one in gates_of(asking, ask.place)}
    states = asking.find(CheckpointState, point_id=gate.id)
    return [
        GateHistoryRow(
            name=gate.name,
            state="open" if state.open else "closed",
            since=state.at,
            recorded_at=state.recorded_at,
            hours=state.hours,
            equipment=state.equipment,
            reason=reason_of(asking, state),
            detour=names.get(state.detour_id) if state.detour_id else None,
        )
        for state in sorted(states, key=lambda state: -state.number)
    ]


class GateCountRow(Row):
    """How far a gate's register is verified, and what was set right within the hour."""

    point: UUID
    name: str
    arrivals: int
    verified: int
    unverified: int
    to_verify: int
    fixed_within_hour: int


@query(
    scope=Scope.UNDER,
    role=READING,
    title=_("Verified and still to verify"),
    holds={
        "arrivals": ARRIVALS,
        "verified": VERIFIED_ARRIVALS,
        "to_verify": ARRIVALS_IN_DOUBT,
    },
)
def gate_counts(asking: Asking, ask: GatesAt) -> list[GateCountRow]:
    """Return for each gate how many rows are verified and how many are not yet; nobody's own figure is among them.

    A row that was blinded on its day counts as an arrival and waits for nobody any more.
    """
    standings: dict[UUID, Counter[Standing]] = {}
    came: Counter[UUID] = Counter()
    gate_of = {}
    rows = Arrival.objects.filter(place=ask.place)
    for number, point, doubt, verified_at, blinded_at in rows.values_list(
        "id", "point_id", "doubt", "verified_at", "blinded_at"
    ):
        came[point] += 1
        gate_of[number] = point
        standing = standing_of(doubt, verified_at)
        if blinded_at is None or standing is Standing.VERIFIED:
            standings.setdefault(point, Counter())[standing] += 1
    helped: Counter[UUID] = Counter(
        gate_of[call.arrival_id]
        for call in asking.find(Callback, place=ask.place, outcome="corrected")
        if fixed_in_time(call.asked_at, call.at)
    )
    found = []
    for gate in gates_of(asking, ask.place):
        counts = standings.get(gate.id, Counter())
        found.append(
            GateCountRow(
                point=gate.id,
                name=gate.name,
                arrivals=came[gate.id],
                verified=counts[Standing.VERIFIED],
                unverified=counts.total() - counts[Standing.VERIFIED],
                to_verify=counts[Standing.TO_VERIFY],
                fixed_within_hour=helped[gate.id],
            )
        )
    return found


class GateDay(Ask):
    """A gate on a day."""

    place: PlaceCode
    point: PointText
    on: dt.date | None = None


class HourRow(Row):
    """How many came in an hour."""

    hour: int
    arrivals: int


@query(scope=Scope.UNDER, role=READING, title=_("Arrivals by the hour"))
def counts_per_hour(asking: Asking, ask: GateDay) -> list[HourRow]:
    """Return how many came through a gate in each hour of a day; paper lines tell of no hour and are not among them."""
    gate = point_of(asking, ask.place, ask.point)
    begins = start_of_day(ask.on or day(asking.now))
    hours: Counter[int] = Counter(
        one.at.astimezone(PLACE_ZONE).hour
        for one in counted(ask.place, begins, begins + dt.timedelta(days=1))
        if one.point == gate.id and one.hour_known
    )
    return [HourRow(hour=hour, arrivals=hours[hour]) for hour in range(24)]


GRADE = "response.zone_grade"
"""The ruling word of the response desk by which gates are checked more often."""


class UnderPlace(Ask):
    """A place and what lies under it, on a day."""

    place: PlaceCode
    on: dt.date | None = None


def factor_of(store: Store, grade: str, place: str, at: dt.datetime) -> int:
    """Return how many times as often gates are checked in a zone of a grade."""
    return in_force(store, f"response.checks_{grade}", place, at)


class FrequencyRow(Row):
    """How often the gates of a place are to be checked."""

    place: str
    name: str
    grade: str
    turnover: int
    checks: int
    hours_between: int


@query(scope=Scope.UNDER, role=READING, title=_("How often to check"))
def check_frequency(asking: Asking, ask: UnderPlace) -> list[FrequencyRow]:
    """Return how often the gates of each place are to be checked on a day: the more people come, and the worse its zone grade.

    The grade is that with which the day begins: what changes at noon changes the checks of the next day.
    """
    points = Point.objects.filter(kind=GATE, place__startswith=prefix_of(ask.place))
    places = sorted(set(points.values_list("place", flat=True)))
    begins = start_of_day(ask.on or day(asking.now))
    words = rulings(asking.store, places, begins)
    found = []
    for place in places:
        grade = words[place][GRADE]
        days = [asking.now - dt.timedelta(days=back) for back in range(TURNOVER_DAYS + 1)]
        counts = [
            len(counted(place, since, until)) for until, since in zip(days, days[1:], strict=False)
        ]
        turnover = turnover_of(counts)
        every, least, most = (
            in_force(asking.store, one.name, place, asking.now)
            for one in (CHECK_EVERY, CHECKS_LEAST, CHECKS_MOST)
        )
        usual = checks_a_day(turnover, every=every, least=least, most=most)
        checks = min(24, usual * factor_of(asking.store, grade, place, begins))
        named = Place.objects.filter(code=place).order_by("-prefix").first()
        found.append(
            FrequencyRow(
                place=place,
                name=named.name if named else place,
                grade=grade,
                turnover=turnover,
                checks=checks,
                hours_between=24 // checks,
            )
        )
    return sorted(found, key=lambda row: (-row.checks, row.place))
