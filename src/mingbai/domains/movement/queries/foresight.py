"""Foresight: which gates, passes, turns of duty and checks would change under another level or grade."""

import datetime as dt
from collections.abc import Iterable

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from mingbai.domains.movement.models import CheckpointState, Hanging, Permit
from mingbai.domains.movement.points import is_open
from mingbai.domains.movement.queries.checkpoints import GRADE, factor_of
from mingbai.domains.movement.words import GATE
from mingbai.kernel.foresight import Foreseen, Question, foresees
from mingbai.kernel.models import Booking, Point
from mingbai.kernel.places import is_under, prefix_of
from mingbai.kernel.rows import Store
from mingbai.kernel.said import said_moment


def gates_turning(store: Store, asked: Question) -> Iterable[tuple[Point, bool]]:
    """Give the gates whose measure would begin or lapse, and whether it would hold; those that stand so already are left out."""
    hung = store.fetch(Hanging, {"what": GATE, "ended_at": None}, limit=None)
    states: dict[object, CheckpointState] = {}
    begins = prefix_of(asked.place)
    for state in CheckpointState.objects.filter(place__startswith=begins).order_by("number"):
        states[state.point_id] = state
    points = {row.id: row for row in Point.objects.filter(kind=GATE, place__startswith=begins)}
    for row in hung:
        point = points.get(row.point_id) if row.point_id else None
        if point is None:
            continue
        before = row.measure in asked.kinds_before(row.place)
        after = row.measure in asked.kinds_after(row.place)
        if before != after and is_open(states.get(point.id)) != after:
            yield point, after


@foresees("movement.gates", _("Gates"))
def foresee_gates(store: Store, asked: Question) -> Iterable[Foreseen]:
    """Tell which gates would be taken away, and which would be needed again."""
    for point, needed in gates_turning(store, asked):
        before, after = gettext("stands closed"), gettext("needed again")
        if not needed:
            before, after = gettext("stands open"), gettext("taken away")
        yield Foreseen(point.id.hex, point.name, point.place, before, after)


@foresees("movement.passes", _("Passes"))
def foresee_passes(store: Store, asked: Question) -> Iterable[Foreseen]:
    """Tell which passes would end: those that are needed at none of their places any more."""
    kinds: dict[str, list[Hanging]] = {}
    for row in store.fetch(Hanging, {"ended_at": None}, limit=None):
        if row.what != GATE:
            kinds.setdefault(row.what, []).append(row)
    for kind, hung in sorted(kinds.items()):
        permits = Permit.objects.filter(kind=kind, revoked_at=None, ends_at__gt=asked.at)
        rows = permits.order_by("id").values_list("number", "batch__code", "place", "places")
        seen: dict[str, bool] = {}
        for number, batch, place, places in rows:
            if places not in seen:
                seen[places] = ends(asked, hung, places)
            if seen[places]:
                yield Foreseen(number, batch, place, gettext("holds"), gettext("ends"))


def ends(asked: Question, hung: list[Hanging], places: str) -> bool:
    """Tell whether passes for these places would be needed at none of them, though they are needed today."""
    changes = False
    for place in places.split():
        codes = [row.measure for row in hung if is_under(place, row.place)]
        if not is_under(place, asked.place) or not codes:
            return False
        if any(code in asked.kinds_after(place) for code in codes):
            return False
        changes |= any(code in asked.kinds_before(place) for code in codes)
    return changes


@foresees("movement.turns", _("Turns of duty"))
def foresee_turns(store: Store, asked: Question) -> Iterable[Foreseen]:
    """Tell which booked turns of duty stand at gates that would be taken away; nobody is named."""
    going = {point.id: point for point, needed in gates_turning(store, asked) if not needed}
    turns = Booking.objects.filter(point_id__in=list(going), cancelled_at=None)
    for turn in turns.filter(ends_at__gt=asked.at).order_by("starts_at", "id"):
        point = going[turn.point_id]
        name = f"{point.name} {said_moment(max(turn.starts_at, asked.at))}"
        yield Foreseen(turn.id.hex, name, turn.place, gettext("booked"), gettext("free"))


@foresees("movement.checks", _("Checks of gates"))
def foresee_checks(store: Store, asked: Question) -> Iterable[Foreseen]:
    """Tell at which places gates would be checked more or less often, by their zone grade."""
    points = Point.objects.filter(kind=GATE, place__startswith=prefix_of(asked.place))
    for place in sorted(set(points.values_list("place", flat=True))):
        old, new = asked.before(place)[GRADE], asked.after(place)[GRADE]
        before, after = (factor(store, grade, place, asked.at) for grade in (old, new))
        if before != after:
            times = gettext("%(times)s times as often")
            yield Foreseen(place, place, place, times % {"times": before}, times % {"times": after})


def factor(store: Store, grade: str, place: str, at: dt.datetime) -> int:
    """Return how many times as often a grade has gates checked."""
    return factor_of(store, grade, place, at)
