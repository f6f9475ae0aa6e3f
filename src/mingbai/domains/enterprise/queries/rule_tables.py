"""Queries on the rule as data: what is required, of whom, at which level and in which zone, in the words that decide."""

import datetime as dt
from typing import Annotated, Literal
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from mingbai.domains.enterprise.models import RuleVersion
from mingbai.domains.enterprise.queries.foreseeing import firms_under_rule
from mingbai.domains.enterprise.queries.judging import Reader
from mingbai.domains.enterprise.rules.deciding import ClauseOf
from mingbai.domains.enterprise.words import Need, Way
from mingbai.kernel.acting import Asking
from mingbai.kernel.asks import Ask, Row
from mingbai.kernel.places import is_under
from mingbai.kernel.registry import Scope, query
from mingbai.kernel.words import Moment, PlaceCode, Role, Sector

LevelName = Literal["none", "IV", "III", "II", "I"]
GradeName = Literal["low", "medium", "high"]
CLAUSES_MOST, SECTORS_MOST = 40, 30


class ClauseIn(Ask):
    """One clause: for which levels, zones and sectors (none named is all), what it requires, how it is decided."""

    levels: list[LevelName] = Field(default=[], max_length=5)
    grades: list[GradeName] = Field(default=[], max_length=3)
    sectors: list[Sector] = Field(default=[], max_length=SECTORS_MOST)
    needs: list[Need] = Field(default=[], max_length=len(Need))
    way: Way | None = None


Clauses = Annotated[list[ClauseIn], Field(min_length=1, max_length=CLAUSES_MOST)]


class RuleAt(Ask):
    """The rule at a place at a moment."""

    place: PlaceCode
    at: Moment | None = None


class ClauseRow(Row):
    """One clause of the version in force."""

    rule_version: int
    levels: list[str]
    grades: list[str]
    sectors: list[str]
    needs: list[str]
    way: str | None


@query(scope=Scope.PUBLIC, title=_("What is required to resume"))
def rule_in_force(asking: Asking, ask: RuleAt) -> list[ClauseRow]:
    """Return to anyone the clauses of the version in force at a place at a moment; all that fit add up, the first way decides."""
    found = Reader(asking.store).rule(ask.place, ask.at or asking.now)
    return [
        ClauseRow(
            rule_version=found.version,
            levels=list(one.levels),
            grades=list(one.grades),
            sectors=list(one.sectors),
            needs=list(one.needs),
            way=one.way,
        )
        for one in found.clauses
    ]


class VersionRow(Row):
    """One version of the rule that holds, held or will hold at a place."""

    rule_version: int
    place: str
    starts_at: dt.datetime
    recorded_at: dt.datetime
    basis: str


@query(scope=Scope.PUBLIC, title=_("Versions of the rule"))
def rule_versions(asking: Asking, ask: RuleAt) -> list[VersionRow]:
    """Return to anyone every version that was set for a place or a place above it, the newest first; the first holds everywhere."""
    rows = RuleVersion.objects.order_by("-number")
    return [
        VersionRow(
            rule_version=row.number,
            place=row.place,
            starts_at=row.starts_at,
            recorded_at=row.recorded_at,
            basis=row.basis,
        )
        for row in rows
        if is_under(ask.place, row.place)
    ]


class WhatIsRequired(RuleAt):
    """What is required of firms of a sector at a place at a moment."""

    sector: Sector | None = None


class RequiredRow(Row):
    """What is required, and why: the version of the rule, the level and the grade that hold."""

    place: str
    sector: str | None
    rule_version: int
    level: str
    grade: str
    way: str
    needs: list[str]
    stock_days: int


@query(scope=Scope.PUBLIC, title=_("What is required of my firm"))
def required(asking: Asking, ask: WhatIsRequired) -> RequiredRow:
    """Return to anyone what is required of a firm of a sector at a place: by the version, the level and the grade that hold then."""
    found = Reader(asking.store).required_of(ask.place, ask.sector, ask.at or asking.now)
    return RequiredRow(
        place=ask.place,
        sector=ask.sector,
        rule_version=found.version,
        level=found.level,
        grade=found.grade,
        way=found.way,
        needs=list(found.needs),
        stock_days=found.stock_days,
    )


class TryRule(Ask):
    """A version of the rule that nobody has set yet."""

    place: PlaceCode
    starts_at: Moment | None = None
    clauses: Clauses


class TriedRow(Row):
    """A firm that would be decided otherwise."""

    organisation: UUID
    name: str
    place: str
    before_change: str
    after_change: str


@query(
    scope=Scope.UNDER,
    role={Role.DESK, Role.LEADER},
    title=_("Whom a new version of the rule would concern"),
)
def try_rule(asking: Asking, ask: TryRule) -> list[TriedRow]:
    """Return the firms that would be decided otherwise if this version held; nothing is written."""
    clauses = [
        ClauseOf(
            tuple(one.levels),
            tuple(one.grades),
            tuple(one.sectors),
            tuple(one.needs),
            one.way,
        )
        for one in ask.clauses
    ]
    found = firms_under_rule(asking.store, ask.place, ask.starts_at or asking.now, clauses)
    return [
        TriedRow(
            organisation=UUID(hex=row.subject),
            name=row.name,
            place=row.place,
            before_change=row.before,
            after_change=row.after,
        )
        for row in found
    ]
