"""Policy: parameters of the rules by place and time; a rule asks for the one that was in force when the thing happened."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from mingbai.kernel.models import Policy
from mingbai.kernel.places import ROOT, parent_of
from mingbai.kernel.refusals import Refused
from mingbai.kernel.rows import Statement, Store

AS_ABOVE = ""
"""The value by which a place says that it follows the place above again."""


@dataclass(frozen=True)
class Parameter:
    """A whole number that rules read, with what holds where nobody has said otherwise, and the bounds of local overrides."""

    name: str
    title: Promise
    default: int
    low: int
    high: int


PARAMETERS: dict[str, Parameter] = {}


def parameter(name: str, title: Promise, *, default: int, low: int, high: int) -> Parameter:
    """Register a parameter."""
    assert name not in PARAMETERS, f"{name} is registered twice"
    assert low <= default <= high, f"{name}: the default lies outside its bounds"
    PARAMETERS[name] = found = Parameter(name, title, default, low, high)
    return found


def checked(name: str, value: int) -> Parameter:
    """POL-1 界内自定: a place may set a parameter, within its bounds."""
    found = PARAMETERS.get(name)
    if found is None:
        raise Refused("POL-2", name=name, names=", ".join(sorted(PARAMETERS)))
    if not found.low <= value <= found.high:
        raise Refused("POL-1", low=found.low, high=found.high)
    return found


def above(place: str) -> Iterator[str]:
    """Give a place and every place above it, the nearest first."""
    while place != ROOT:
        yield place
        place = parent_of(place)
    yield ROOT


def in_force(
    store: Store, name: str, place: str, at: dt.datetime, known_at: dt.datetime | None = None
) -> int:
    """Return the value in force at a place at a moment, as it was known at another: the nearest place that says something."""
    said = store.remembered(noted(name, place), lambda: rows_for(store, name, place))
    return value_at(said, name, place, at, known_at)


def noted(name: str, place: str) -> tuple[str, str, str]:
    """Return under what a chunk of many remembers what was said of a parameter for a place."""
    return "policy", name, place


def rows_for(store: Store, name: str, place: str) -> list[Policy]:
    """Return what was ever said of a parameter for a place or any place above it."""
    found: list[Policy] = store.together(reading(store, name, place))[0]
    return found


def reading(store: Store, name: str, place: str) -> Statement:
    """Return the statement that reads what was ever said of a parameter for a place or any place above it."""
    places = list(above(place))
    holes = ", ".join(["%s"] * len(places))
    return store.selecting(Policy, f'"name" = %s AND "place" IN ({holes})', [name, *places])


def value_at(
    said: Sequence[Policy],
    name: str,
    place: str,
    at: dt.datetime,
    known_at: dt.datetime | None = None,
) -> int:
    """Return the value in force: of the nearest place that says something for this moment, what was said last."""
    for where in above(place):
        rows = [
            row
            for row in said
            if row.place == where
            and row.starts_at <= at
            and (known_at is None or row.recorded_at <= known_at)
        ]
        if rows:
            newest = max(rows, key=lambda row: (row.starts_at, row.recorded_at, row.id))
            if newest.value != AS_ABOVE and (newest.ends_at is None or at < newest.ends_at):
                return int(newest.value)
    return PARAMETERS[name].default


def own_row(said: Sequence[Policy], place: str, before: dt.datetime) -> Policy | None:
    """Return what a place itself said last before a moment; nothing when it said nothing, or that has ended."""
    rows = [row for row in said if row.place == place and row.starts_at < before]
    newest = max(rows, key=lambda row: (row.starts_at, row.recorded_at, row.id), default=None)
    ended = newest is None or (newest.ends_at is not None and newest.ends_at <= before)
    return None if ended else newest


def own_value(said: Sequence[Policy], place: str, before: dt.datetime) -> str:
    """Return what a place itself said last before a moment, in its own words; that it follows the place above when nothing."""
    row = own_row(said, place, before)
    return AS_ABOVE if row is None else row.value


def coming(
    store: Store, place: str, since: dt.datetime, until: dt.datetime
) -> list[dict[str, Any]]:
    """Return every policy of a place that is in force at some moment between two, for a phone to carry."""
    found = []
    for name in sorted(PARAMETERS):
        said = rows_for(store, name, place)
        moments = {since} | {
            moment
            for row in said
            for moment in (row.starts_at, row.ends_at)
            if moment is not None and since < moment < until
        }
        ordered = sorted(moments)
        for at, after in zip(ordered, [*ordered[1:], None], strict=True):
            found.append(
                {
                    "name": name,
                    "place": place,
                    "value": value_at(said, name, place, at),
                    "starts": at,
                    "ends": after,
                }
            )
    return found
