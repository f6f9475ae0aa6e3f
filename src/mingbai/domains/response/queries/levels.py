"""Queries on levels and grades: what holds here, since when, said by whom and on which basis; and the history."""

import datetime as dt
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from mingbai.domains.response.models import Change
from mingbai.domains.response.parameters import FACTOR, SAMPLED
from mingbai.domains.response.rules.levels import easier
from mingbai.domains.response.words import LEVEL, ZONE_GRADE, ResponseLevel, ZoneGrade
from mingbai.kernel.acting import Asking
from mingbai.kernel.asks import Ask, Row
from mingbai.kernel.gazetteer import short_name
from mingbai.kernel.models import Place, Standing
from mingbai.kernel.places import is_under, parent_of, prefix_of
from mingbai.kernel.policy import above, in_force
from mingbai.kernel.registry import Scope, query
from mingbai.kernel.rows import Store
from mingbai.kernel.standing import StandingWord, ruling, spoken
from mingbai.kernel.standing import in_force as holds
from mingbai.kernel.words import AsOf, Moment, PlaceCode, Role

DECLARING = {Role.LEADER, Role.DESK}


class HereAt(Ask):
    """A place at a moment."""

    place: PlaceCode
    at: AsOf | None = None


class HereRow(Row):
    """What holds at a place: level and zone grade, since when, said for which place, and on which basis."""

    place: str
    name: str
    level: str
    level_since: dt.datetime | None
    level_place: str | None
    level_basis: str | None
    level_issuer: str | None
    grade: str
    grade_since: dt.datetime | None
    grade_place: str | None
    grade_basis: str | None


@query(scope=Scope.PUBLIC, title=_("Level and zone grade"))
def here(asking: Asking, ask: HereAt) -> HereRow:
    """Return which level and zone grade hold at a place at a moment, who said so, and on which basis."""
    at = ask.at or asking.now
    level, level_because = said_at(asking, LEVEL, ask.place, at)
    grade, grade_because = said_at(asking, ZONE_GRADE, ask.place, at)
    words = ruling(asking.store, ask.place, at)
    return HereRow(
        place=ask.place,
        name=named(asking, ask.place),
        level=words[LEVEL.name],
        level_since=level.starts_at if level else None,
        level_place=named(asking, level.subject) if level else None,
        level_basis=level_because.basis if level_because else None,
        level_issuer=level_because.issuer if level_because else None,
        grade=words[ZONE_GRADE.name],
        grade_since=grade.starts_at if grade else None,
        grade_place=named(asking, grade.subject) if grade else None,
        grade_basis=grade_because.basis if grade_because else None,
    )


def said_at(
    asking: Asking, word: StandingWord, place: str, at: dt.datetime
) -> tuple[Standing | None, Change | None]:
    """Return the row of standing that rules at a place at a moment, and the change by which it was said."""
    for where in above(place):
        rows = [
            row for row in asking.find(Standing, subject=where, what=word.name) if holds(row, at)
        ]
        if rows:
            newest = max(rows, key=lambda row: (row.starts_at, row.id))
            return newest, asking.see(Change, ruling=newest.id)
    return None, None


def named(asking: Asking, code: str) -> str:
    """Return how people call a place; of two of one code the lower one."""
    rows = asking.find(Place, code=code)
    near = max(rows, key=lambda row: len(row.prefix), default=None)
    return short_name(near.name, near.level) if near else code


def signer_of(
    store: Store, reach: str, word: StandingWord, place: str, value: str, at: dt.datetime
) -> str | None:
    """Return the place above that must sign, because this eases what it says; nobody when the office reaches that far itself."""
    said = spoken(store, word, at)
    for upper in above(parent_of(place)) if place != parent_of(place) else ():
        if upper in said:
            reached = is_under(upper, reach)
            return upper if easier(word.name, value, said[upper]) and not reached else None
    return None


class WhoSigns(Ask):
    """A level or a zone grade that an office would declare for a place."""

    place: PlaceCode
    level: ResponseLevel | None = None
    grade: ZoneGrade | None = None
    at: Moment | None = None


class SignerRow(Row):
    """The place above whose signature it waits for."""

    place: str
    name: str


@query(scope=Scope.UNDER, role=DECLARING, title=_("Who signs a wish to ease"))
def who_signs(asking: Asking, ask: WhoSigns) -> list[SignerRow]:
    """Return the place above that must sign before this holds, because it eases what that one says; nothing when none must."""
    wished = ((LEVEL, ask.level), (ZONE_GRADE, ask.grade))
    at = ask.at or asking.now
    found = [
        signer_of(asking.store, asking.hat.place, word, ask.place, value, at)
        for word, value in wished
        if value is not None
    ]
    return [SignerRow(place=code, name=named(asking, code)) for code in found if code]


class History(Ask):
    """The changes that concern a place."""

    place: PlaceCode
    under: bool = False


class ChangeRow(Row):
    """A level or grade that was declared, and what became of it."""

    change: UUID
    place: str
    name: str
    word: str
    standing_before: str
    value: str
    effective_at: dt.datetime
    declared_at: dt.datetime
    recorded_at: dt.datetime
    basis: str
    issuer: str
    state: str
    asked_of: str | None
    answered_because: str | None
    taken_at: dt.datetime | None
    entry: UUID


@query(scope=Scope.PUBLIC, title=_("Changes of level and grade"))
def history(asking: Asking, ask: History) -> list[ChangeRow]:
    """Return what was declared for a place and those above it, or for those under it too, the latest minute first."""
    changes = Change.objects.filter(place__in=list(above(ask.place)))
    if ask.under:
        changes = changes | Change.objects.filter(place__startswith=prefix_of(ask.place))
    rows = list(changes.order_by("-effective_at", "-id"))
    names = {code: named(asking, code) for code in {row.place for row in rows}}
    return [
        ChangeRow(
            change=row.id,
            place=row.place,
            name=names[row.place],
            word=row.word,
            standing_before=row.standing_before,
            value=row.value,
            effective_at=row.effective_at,
            declared_at=row.declared_at,
            recorded_at=row.recorded_at,
            basis=row.basis,
            issuer=row.issuer,
            state=row.state,
            asked_of=row.asked_of,
            answered_because=row.answered_because,
            taken_at=row.taken_at,
            entry=row.entry,
        )
        for row in rows
    ]


class SupervisionRow(Row):
    """How closely is looked at a place, by its zone grade."""

    place: str
    name: str
    grade: str
    sampled: int
    factor: int


@query(scope=Scope.PUBLIC, title=_("How closely is looked"))
def supervision(asking: Asking, ask: HereAt) -> list[SupervisionRow]:
    """Return, by the zone grade of a moment, which share of decisions is checked afterwards and how often gates are."""
    at = ask.at or asking.now
    places = {ask.place} | {
        row.subject
        for row in asking.find(Standing, what=ZONE_GRADE.name)
        if is_under(row.subject, ask.place) and holds(row, at)
    }
    found = []
    for place in sorted(places):
        grade = ruling(asking.store, place, at)[ZONE_GRADE.name]
        found.append(
            SupervisionRow(
                place=place,
                name=named(asking, place),
                grade=grade,
                sampled=in_force(asking.store, SAMPLED[grade].name, place, at),
                factor=in_force(asking.store, FACTOR[grade].name, place, at),
            )
        )
    return found
