"""Measures: the one that a place's rows hang on, and what of gates and passes hangs on one that has lapsed."""

import datetime as dt
from collections.abc import Callable
from functools import cache

from mingbai.domains.movement.models import Hanging
from mingbai.domains.movement.points import gates_of, is_open, state_of
from mingbai.domains.movement.words import GATE
from mingbai.kernel.acting import Acting
from mingbai.kernel.measures import deciding, family, in_force_at, runs
from mingbai.kernel.models import Measure, Point
from mingbai.kernel.places import is_under, prefix_of
from mingbai.kernel.rows import Store


def measure_at(store: Store, place: str, at: dt.datetime) -> Measure | None:
    """Return the measure that rows of a place hang on at a moment: that of its gates, else the nearest in force."""
    running = in_force_at(store, place, at)
    for row in store.fetch(Hanging, {"what": GATE, "place": place}, limit=None):
        if row.measure in running and _hangs(row, at):
            return running[row.measure]
    return max(
        running.values(),
        key=lambda one: (len(prefix_of(one.place)), one.starts_at, one.id),
        default=None,
    )


def _hangs(row: Hanging, at: dt.datetime) -> bool:
    return row.at <= at and (row.ended_at is None or at < row.ended_at)


def hangings_of(store: Store, measure: str, at: dt.datetime) -> list[Hanging]:
    """Return what hung on a measure when it lapsed."""
    (row,) = store.fetch(Measure, {"code": measure})
    rows = store.fetch(Hanging, {"measure": family(row)}, limit=None)
    return [one for one in rows if _hangs(one, at)]


def open_way_round(acting: Acting, point: Point, kind: str) -> Point | None:
    """Return a gate of the same place that is open and stays so; where none stays, nobody is stopped on the way."""
    going = {row.point_id for row in acting.find(Hanging, measure=kind, ended_at=None)}
    for other in gates_of(acting, point.place):
        if other.id not in going and other.id != point.id and is_open(state_of(acting, other)):
            return other
    return None


def eased(store: Store, measure: str, at: dt.datetime) -> Callable[[str, tuple[str, ...]], bool]:
    """Return a function that tells whether passes for these places are needed at none of them any more."""
    (ended,) = store.fetch(Measure, {"code": measure})
    rows = [ended] if ended.kind is None else store.fetch(Measure, {"kind": ended.kind}, limit=None)

    @cache
    def needed(place: str) -> bool:
        inside = {row.place for row in rows if is_under(row.place, place)} | {place}
        return any(runs(deciding(rows, one, at), at) for one in inside)

    @cache
    def gone(places: str, hung: tuple[str, ...]) -> bool:
        return all(
            any(is_under(place, where) for where in hung) and not needed(place)
            for place in places.split()
        )

    return gone
