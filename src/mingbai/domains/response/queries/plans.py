"""Queries on plans: the versions with the situation of each, one version line by line, and what differs between two."""

import datetime as dt

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from mingbai.domains.response.models import PlanLine, PlanVersion
from mingbai.domains.response.queries.cited import CitedRow, cited_by
from mingbai.domains.response.rules.words_out import Line, differences
from mingbai.kernel.acting import Asking
from mingbai.kernel.asks import Ask, Row
from mingbai.kernel.journal.asks import numbers_of
from mingbai.kernel.refusals import Refused
from mingbai.kernel.registry import Scope, query
from mingbai.kernel.words import PlaceCode, ShortCode

PARTS = {"goal": 0, "key_point": 1, "measure": 2}


class OfPlace(Ask):
    """Of which place."""

    place: PlaceCode


class PlanRow(Row):
    """A version of a plan: for which situation, and why it was written."""

    plan: str
    version: int
    title: str
    level: str
    zone_grade: str
    reason: str
    at: dt.datetime
    seq: int | None
    cites: list[CitedRow]


@query(scope=Scope.PUBLIC, title=_("Plans of a place"))
def plans(asking: Asking, ask: OfPlace) -> list[PlanRow]:
    """Return every version of every plan of a place, the newest first, each with the level and grade it was written for."""
    found = list(PlanVersion.objects.filter(place=ask.place).order_by("plan", "-version"))
    numbers = numbers_of(asking.store, [one.entry for one in found])
    cites = cited_by(asking.store, [one.id for one in found])
    return [
        PlanRow(
            plan=one.plan,
            version=one.version,
            title=one.title,
            level=one.level,
            zone_grade=one.zone_grade,
            reason=one.reason,
            at=one.at,
            seq=numbers.get(one.entry),
            cites=cites.get(one.id, []),
        )
        for one in found
    ]


class OneVersion(Ask):
    """Which plan, and which version of it; the newest when none is named."""

    place: PlaceCode
    plan: ShortCode
    version: int | None = Field(default=None, ge=1)


class PlanLineRow(Row):
    """A line of a plan with its reason."""

    part: str
    code: str
    text: str
    strictness: int | None
    reason: str


def version_of(place: str, plan: str, version: int | None) -> PlanVersion:
    """Return a version of a plan."""
    found = PlanVersion.objects.filter(place=place, plan=plan)
    one = (
        found.order_by("-version").first()
        if version is None
        else found.filter(version=version).first()
    )
    if one is None:
        raise Refused("RES-74")
    return one


def lines_of(version: PlanVersion) -> tuple[dict[str, Line], dict[str, str]]:
    """Return the lines that a version keeps, by name, and why it leaves others out."""
    rows = PlanLine.objects.filter(plan=version.id).order_by("number")
    kept = {
        row.code: Line(row.part, row.code, row.text or "", row.reason, row.strictness)
        for row in rows
        if not row.left_out
    }
    return kept, {row.code: row.reason for row in rows if row.left_out}


@query(scope=Scope.PUBLIC, title=_("A plan, line by line"))
def plan(asking: Asking, ask: OneVersion) -> list[PlanLineRow]:
    """Return the goals, key points and measures of a version of a plan, each with its reason."""
    kept, _left_out = lines_of(version_of(ask.place, ask.plan, ask.version))
    return [
        PlanLineRow(
            part=line.part,
            code=line.code,
            text=line.text,
            strictness=line.strictness,
            reason=line.reason,
        )
        for line in sorted(kept.values(), key=lambda one: PARTS[one.part])
    ]


class TwoVersions(Ask):
    """Which two versions of a plan; the newest and the one before it when none is named."""

    place: PlaceCode
    plan: ShortCode
    from_version: int | None = Field(default=None, ge=1)
    to_version: int | None = Field(default=None, ge=1)


class DifferenceRow(Row):
    """What became of a line, how it read before and reads now, and why."""

    how: str
    part: str
    code: str
    written_before: str | None
    written_after: str | None
    reason: str


@query(scope=Scope.PUBLIC, title=_("What differs between two versions of a plan"))
def plan_difference(asking: Asking, ask: TwoVersions) -> list[DifferenceRow]:
    """Return what was added, eased, tightened, reworded and removed between two versions of a plan, and why."""
    after = version_of(ask.place, ask.plan, ask.to_version)
    before = version_of(ask.place, ask.plan, ask.from_version or max(after.version - 1, 1))
    old, _before_out = lines_of(before)
    new, _left_out = lines_of(after)
    reasons: dict[str, str] = {}
    between = PlanVersion.objects.filter(
        place=ask.place, plan=ask.plan, version__gt=before.version, version__lte=after.version
    )
    for one in between.order_by("version"):
        reasons |= lines_of(one)[1]
    return [
        DifferenceRow(
            how=one.how,
            part=one.part,
            code=one.code,
            written_before=one.before,
            written_after=one.after,
            reason=one.reason,
        )
        for one in differences(old, new, reasons)
    ]
