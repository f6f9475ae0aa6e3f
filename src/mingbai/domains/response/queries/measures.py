"""Queries on measures: the catalogue, what is in force, whether it helped, and what places chose otherwise."""

import datetime as dt
from uuid import UUID

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from mingbai.domains.response.models import Listed, LocalChoice
from mingbai.domains.response.queries.levels import named
from mingbai.domains.response.queries.scopes import READING, blocked, thing
from mingbai.domains.response.queries.table import catalogue
from mingbai.domains.response.rules.levels import EFFECT_AFTER
from mingbai.domains.response.rules.words_out import SHOWN_FROM
from mingbai.domains.response.words import LEVEL, ZONE_GRADE
from mingbai.kernel.acting import Asking
from mingbai.kernel.asks import Ask, Row
from mingbai.kernel.clock import day, last_cut
from mingbai.kernel.measures import deciding, runs
from mingbai.kernel.models import Measure
from mingbai.kernel.places import is_under
from mingbai.kernel.policy import AS_ABOVE, PARAMETERS, above, in_force, own_row, rows_for
from mingbai.kernel.refusals import Refused
from mingbai.kernel.registry import Scope, query
from mingbai.kernel.standing import ruling
from mingbai.kernel.words import AsOf, Code, PlaceCode, Sector

TICK = dt.timedelta(microseconds=1)


def said_name(one: Listed) -> str:
    """Return a measure's name in the language of the moment."""
    return one.name_zh if (get_language() or "").startswith("zh") else one.name_en


class InForce(Ask):
    """Which measures are in force at a place at a moment; for one thing there, or one sector alone."""

    place: PlaceCode
    at: AsOf | None = None
    subject: Code | None = None
    sector: Sector | None = None


class InForceRow(Row):
    """A measure that is in force."""

    measure_id: UUID
    code: str
    name: str
    scope: str
    subject: str | None
    subject_name: str | None
    sectors: str
    basis: str
    review_on: dt.date
    since: dt.datetime | None
    level: str
    grade: str
    policy: str | None
    value: int | None


@query(scope=Scope.PUBLIC, title=_("Measures in force"))
def measures_in_force(asking: Asking, ask: InForce) -> list[InForceRow]:
    """Return the measures in force at a place, judged by the level and zone grade of that very moment."""
    at = ask.at or asking.now
    book = catalogue(asking.store)
    words = ruling(asking.store, ask.place, at)
    found = []
    for one in sorted(book.over(ask.place, at), key=lambda row: row.code):
        sectors = book.sectors(one, words)
        if sectors is None or (ask.sector and sectors and not _among(ask.sector, sectors)):
            continue
        about = thing(asking.store, one.subject) if one.subject else None
        if one.subject is not None and not (
            _is(ask.subject, one.subject) if ask.subject else _lies(about, ask.place)
        ):
            continue
        row = deciding(asking.find(Measure, kind=one.code), ask.place, at)
        found.append(
            InForceRow(
                measure_id=one.id,
                code=one.code,
                name=said_name(one),
                scope=one.scope,
                subject=one.subject,
                subject_name=about.name if about else None,
                sectors=" ".join(sectors),
                basis=one.basis,
                review_on=one.review_on,
                since=row.starts_at if row and runs(row, at) else None,
                level=words[LEVEL.name],
                grade=words[ZONE_GRADE.name],
                policy=one.policy,
                value=book.value(one, words),
            )
        )
    return found


def _among(sector: str, sectors: list[str]) -> bool:
    return any(sector.startswith(one) for one in sectors)


def _is(asked: str, subject: str) -> bool:
    return asked.replace("-", "") == subject.replace("-", "")


def _lies(about: object, place: str) -> bool:
    where = getattr(about, "place", None)
    return where is not None and is_under(where, place)


class AllMeasures(Ask):
    """The catalogue of a place, of those above and of those under it."""

    place: PlaceCode


class MeasureRow(Row):
    """A measure of the catalogue."""

    measure_id: UUID
    code: str
    name: str
    place: str
    basis: str
    scope: str
    subject: str | None
    subject_name: str | None
    review_on: dt.date
    overdue: bool
    keep_days: int
    table: str
    policy: str | None
    blocker: str | None
    issued_at: dt.datetime
    withdrawn_at: dt.datetime | None


@query(scope=Scope.PUBLIC, title=_("The catalogue of measures"))
def measures(asking: Asking, ask: AllMeasures) -> list[MeasureRow]:
    """Return the measures that were issued for a place, above it and under it: basis, scope, review, and when each holds."""
    book = catalogue(asking.store)
    near = [
        one
        for one in book.listed
        if is_under(one.place, ask.place) or is_under(ask.place, one.place)
    ]
    return [
        measure_row(asking, one, [cell_said(cell) for cell in book.cells[one.id]])
        for one in sorted(near, key=lambda one: (one.withdrawn_at is not None, one.code))
    ]


def measure_row(asking: Asking, one: Listed, cells: list[str]) -> MeasureRow:
    """Return a measure as the catalogue shows it."""
    about = thing(asking.store, one.subject) if one.subject else None
    return MeasureRow(
        measure_id=one.id,
        code=one.code,
        name=said_name(one),
        place=one.place,
        basis=one.basis,
        scope=one.scope,
        subject=one.subject,
        subject_name=about.name if about else None,
        review_on=one.review_on,
        overdue=one.withdrawn_at is None and one.review_on < day(asking.now),
        keep_days=one.keep_days,
        table="; ".join(sorted(cells)),
        policy=one.policy,
        blocker=one.blocker,
        issued_at=one.issued_at,
        withdrawn_at=one.withdrawn_at,
    )


def cell_said(cell: object) -> str:
    """Return a cell of a table in codes: level, grade, sector and value."""
    parts = [getattr(cell, name) for name in ("level", "grade", "sector")]
    value = getattr(cell, "value", None)
    said = " ".join("*" if part is None else part for part in parts)
    return said if value is None else f"{said} = {value}"


class OneMeasure(Ask):
    """One measure."""

    place: PlaceCode
    measure_id: UUID


class EffectRow(Row):
    """Whether a measure helped: how much of what it answers was open before it, two weeks later, and is now."""

    measure_id: UUID
    code: str
    name: str
    blocker: str | None
    since: dt.datetime | None
    compared_on: dt.date | None
    blockers_before: int | None
    blockers_after: int | None
    blockers_now: int | None


@query(scope=Scope.PUBLIC, title=_("Whether a measure helped"))
def effect(asking: Asking, ask: OneMeasure) -> EffectRow:
    """Return how much of what a measure answers was open before it, two weeks later and now, as of the last daily cut; none under ten."""
    row = effect_at(asking, ask, last_cut(asking.now))
    counts = {name: few(getattr(row, name)) for name in COUNTED}
    return row.model_copy(update=counts)


@query(scope=Scope.UNDER, role=READING, title=_("Whether a measure helped, to the piece"))
def effect_here(asking: Asking, ask: OneMeasure) -> EffectRow:
    """Return how much of what a measure answers was open when it began, two weeks later, and is open now, to the piece."""
    return effect_at(asking, ask, asking.now)


COUNTED = ("blockers_before", "blockers_after", "blockers_now")


def few(count: int | None) -> int | None:
    """Return a count as everyone may read it: fewer than ten are not shown."""
    return count if count is None or count >= SHOWN_FROM else None


def effect_at(asking: Asking, ask: OneMeasure, now: dt.datetime) -> EffectRow:
    """Return whether a measure helped, as it is known at a moment."""
    one = asking.see(Listed, id=ask.measure_id)
    if one is None or not (is_under(one.place, ask.place) or is_under(ask.place, one.place)):
        raise Refused("RES-17")
    rows = asking.find(Measure, kind=one.code)
    began = min((row.starts_at for row in rows if row.starts_at <= now), default=None)
    before = after = current = None
    if one.blocker is not None:
        current = len(blocked(one.blocker, one.place, now))
        if began is not None:
            before = len(blocked(one.blocker, one.place, began))
            if began + EFFECT_AFTER <= now:
                after = len(blocked(one.blocker, one.place, began + EFFECT_AFTER))
    return EffectRow(
        measure_id=one.id,
        code=one.code,
        name=said_name(one),
        blocker=one.blocker,
        since=began,
        compared_on=day(began + EFFECT_AFTER) if began else None,
        blockers_before=before,
        blockers_after=after,
        blockers_now=current,
    )


class LocalRow(Row):
    """A parameter that a place set otherwise than the place above, within which bounds and why."""

    place: str
    name: str
    policy: str
    title: str
    value: int
    value_above: int
    least: int
    most_allowed: int
    reason: str
    starts_at: dt.datetime
    recorded_at: dt.datetime
    choice_state: str


@query(scope=Scope.PUBLIC, title=_("Rules fitted to this place"))
def local_choices(asking: Asking, ask: AllMeasures) -> list[LocalRow]:
    """Return what a place and those above it chose otherwise than the place above, why, and whether the choice still holds."""
    rows = LocalChoice.objects.filter(place__in=list(above(ask.place)))
    return [
        LocalRow(
            place=row.place,
            name=named(asking, row.place),
            policy=row.policy,
            title=str(PARAMETERS[row.policy].title),
            value=in_force(asking.store, row.policy, row.place, row.starts_at)
            if row.value is None
            else row.value,
            value_above=row.value_above,
            least=PARAMETERS[row.policy].low,
            most_allowed=PARAMETERS[row.policy].high,
            reason=row.reason,
            starts_at=row.starts_at,
            recorded_at=row.recorded_at,
            choice_state=state_of_choice(asking, row),
        )
        for row in rows.order_by("-starts_at", "-id")
    ]


def state_of_choice(asking: Asking, row: LocalChoice) -> str:
    """Return whether a choice holds, begins later, or has ended: by another one, by a measure, or with the next word of its place."""
    if row.starts_at > asking.now:
        return "choice_ahead"
    said = own_row(rows_for(asking.store, row.policy, row.place), row.place, asking.now + TICK)
    wanted = AS_ABOVE if row.value is None else str(row.value)
    return "choice_holds" if said is not None and said.value == wanted else "choice_ended"
