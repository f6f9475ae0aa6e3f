"""Points: a gate by its name or id, and how it stands at a moment."""

import datetime as dt
import itertools
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from mingbai.domains.movement.models import CheckpointState
from mingbai.domains.movement.words import GATE
from mingbai.kernel.acting import Acting, Asking
from mingbai.kernel.measures import name_of
from mingbai.kernel.models import Measure, Point
from mingbai.kernel.refusals import Refused
from mingbai.kernel.rows import Store

Finds = Acting | Asking
NAMED = ("place", "kind", "name")
ENDED = "measure:"
"""How the reason begins of a gate that was taken away with its measure; the measure's code follows."""


def point_of(acting: Finds, place: str, text: str) -> Point:
    """MOV-2 卡口在册: an act at a gate names one that is registered at its place, by name or id."""
    found = known_point(acting, place, text)
    if found is None:
        raise Refused("MOV-2")
    return found


def known_point(acting: Finds, place: str, text: str) -> Point | None:
    """Return the gate of a name or id at a place, if it is registered."""
    return find_point(acting.store, place, text)


def find_point(store: Store, place: str, text: str) -> Point | None:
    """Return the gate of a name or id at a place, if the account holds it."""
    try:
        equal: dict[str, Any] = {"id": UUID(text), "place": place, "kind": GATE}
    except ValueError:
        equal = dict(zip(NAMED, (place, GATE, text), strict=True))
    return next(iter(store.fetch(Point, equal)), None)


def gates_of(acting: Finds, place: str) -> list[Point]:
    """Return the gates of a place in the order in which they were registered."""
    return acting.find(Point, place=place, kind=GATE)


def histories_of(
    acting: Finds, place: str, at: dt.datetime | None = None
) -> dict[UUID, list[CheckpointState]]:
    """Return how each gate of a place stood up to a moment, as it was recorded by then, the newest first."""
    found: dict[UUID, list[CheckpointState]] = {}
    for state in acting.find(CheckpointState, place=place):
        if at is None or (state.at <= at and state.recorded_at <= at):
            found.setdefault(state.point_id, []).append(state)
    for states in found.values():
        states.sort(key=lambda state: -state.number)
    return found


def states_of(
    acting: Finds, place: str, at: dt.datetime | None = None
) -> dict[UUID, CheckpointState]:
    """Return how each gate of a place stood at a moment, as it was recorded by then; one of which nothing was said is open."""
    return {point: states[0] for point, states in histories_of(acting, place, at).items()}


def since_of(states: list[CheckpointState]) -> dt.datetime | None:
    """Return since when a gate is open or closed, whatever else was noted of it meanwhile."""
    same = itertools.takewhile(lambda state: state.open == states[0].open, states)
    return min((state.at for state in same), default=None)


def state_of(acting: Finds, point: Point) -> CheckpointState | None:
    """Return how a gate stands now."""
    states = acting.find(CheckpointState, point_id=point.id)
    return max(states, key=lambda state: state.number, default=None)


def state_then(acting: Finds, point: Point, at: dt.datetime) -> CheckpointState | None:
    """Return how a gate stood at a moment: of what was said of it from then or before, the last."""
    states = [state for state in acting.find(CheckpointState, point_id=point.id) if state.at <= at]
    return max(states, key=lambda state: state.number, default=None)


def reason_of(acting: Finds, state: CheckpointState | None) -> str | None:
    """Return why a gate is closed: in the words of whoever closed it, or because its measure has ended."""
    if state is None or state.open or state.reason is None:
        return None
    if not state.reason.startswith(ENDED):
        return state.reason
    row = acting.see(Measure, code=state.reason.removeprefix(ENDED))
    name = name_of(row) if row else state.reason.removeprefix(ENDED)
    return _("The measure has ended: %(measure)s. Nobody is stopped here.") % {"measure": name}


def is_open(state: CheckpointState | None) -> bool:
    """Tell whether a gate stands open; one of which nothing was said does."""
    return state is None or state.open
