"""Queries on the rule as data: what is required, of whom, at which level and in which zone, in the words that decide."""

import datetime as dt

from django.utils.translation import gettext_lazy as _

from mingbai.domains.enterprise.models import RuleVersion
from mingbai.domains.enterprise.queries.judging import Reader
from mingbai.kernel.acting import Asking
from mingbai.kernel.asks import Ask, Row
from mingbai.kernel.places import is_under
from mingbai.kernel.registry import Scope, query
from mingbai.kernel.words import Moment, PlaceCode


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
