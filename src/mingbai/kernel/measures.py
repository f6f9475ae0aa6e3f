"""Measures: which are in force at a place and a moment, and what hangs on one that has ended.

A measure may have a kind, and several rows of it: one for a province, another for a county that keeps it longer. Of a kind the
row of the nearest place that says something decides, as with policy. A measure for one building, entrance, firm or line says
nothing about its place.
"""

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import get_language

from mingbai.kernel.clock import parse_stamp, stamp
from mingbai.kernel.models import Measure
from mingbai.kernel.places import is_under, prefix_of
from mingbai.kernel.policy import above
from mingbai.kernel.rows import Store, shape


def family(row: Measure) -> str:
    """Return the kind of a measure: rows of one kind are the same measure at different places or times."""
    return row.kind or row.code


def runs(row: Measure | None, at: dt.datetime) -> bool:
    """Tell whether a row of a measure is in force at a moment."""
    return row is not None and row.starts_at <= at and (row.lapsed_at is None or at < row.lapsed_at)


def deciding(rows: Iterable[Measure], place: str, at: dt.datetime) -> Measure | None:
    """Return the row of one kind that decides at a place: of the nearest place that says something, the newest."""
    near = [row for row in rows if row.starts_at <= at and is_under(place, row.place)]
    return max(
        near, key=lambda row: (len(prefix_of(row.place)), row.starts_at, row.id), default=None
    )


def rows_over(store: Store, place: str) -> list[Measure]:
    """Return every row of a measure that was ever said of a place or of any place above it."""
    form = shape(Measure)
    places = list(above(place))
    holes = ", ".join(["%s"] * len(places))
    sql = f'SELECT {form.select_list(store.sqlite)} FROM "{form.table}" WHERE "place" IN ({holes})'
    return [form.instance(raw, store.sqlite) for raw in store.at_once(sql, places)]


def in_force_at(store: Store, place: str, at: dt.datetime) -> dict[str, Measure]:
    """Return the measures of a whole place that are in force there at a moment, by their kinds."""
    kinds: dict[str, list[Measure]] = {}
    for row in rows_over(store, place):
        if row.subject is None:
            kinds.setdefault(family(row), []).append(row)
    found = {kind: deciding(rows, place, at) for kind, rows in kinds.items()}
    return {kind: row for kind, row in found.items() if row is not None and runs(row, at)}


def name_of(row: Measure) -> str:
    """Return a measure's name in the language of the moment."""
    return row.name_zh if (get_language() or "").startswith("zh") else row.name_en


@dataclass(frozen=True)
class Hung:
    """Which rows hang on a measure that has ended: under its place, but not where another row of its kind still runs."""

    measure: str
    until: str
    at: str
    measures: Sequence[str]
    place: str
    kept: Sequence[str]

    @property
    def ended(self) -> dt.datetime:
        """Return the moment at which the measure ended."""
        return parse_stamp(self.at)

    def reaches(self, place: str) -> bool:
        """Tell whether the measure has ended at a place too."""
        return is_under(place, self.place) and not any(is_under(place, one) for one in self.kept)

    def of(self, model: Any) -> "QuerySet[Any, Any]":
        """Return a table's rows that hang on it, in the order of their ids."""
        rows: QuerySet[Any, Any] = model.objects.filter(
            measure__in=self.measures, place__startswith=prefix_of(self.place)
        )
        for place in self.kept:
            rows = rows.exclude(place__startswith=prefix_of(place))
        return rows.order_by("id")

    def as_json(self) -> str:
        """Return it as the content of long work."""
        return json.dumps(asdict(self))


def hung_on(store: Store, row: Measure, until: dt.date) -> Hung:
    """Return what hangs on a measure that ends now, and until which day it is kept."""
    ended = row.lapsed_at
    assert ended is not None
    rows = [row] if row.kind is None else store.fetch(Measure, {"kind": row.kind}, limit=None)
    places = {
        one.place for one in rows if one.place != row.place and is_under(one.place, row.place)
    }
    kept = [place for place in sorted(places) if runs(deciding(rows, place, ended), ended)]
    return Hung(
        measure=row.code,
        until=until.isoformat(),
        at=stamp(ended),
        measures=sorted(one.code for one in rows if one.starts_at <= ended),
        place=row.place,
        kept=kept,
    )


def told_hung(content: bytes) -> Hung:
    """Read what hangs on a measure from the content of long work."""
    return Hung(**json.loads(content))
