"""Commands on plans: each version stands for a situation, and says of every line why it is there or why it is left out."""

from uuid import UUID

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from mingbai.domains.response.commands.citing import cite
from mingbai.domains.response.directive_words import DESKS, Heading, Part, Strictness
from mingbai.domains.response.models import PlanLine, PlanVersion
from mingbai.domains.response.rules.words_out import Line, check_lines, check_next
from mingbai.domains.response.words import LEVEL, ZONE_GRADE, ResponseLevel, ZoneGrade
from mingbai.kernel.acting import Acting
from mingbai.kernel.asks import Answer, Ask
from mingbai.kernel.refusals import Conflict
from mingbai.kernel.registry import command
from mingbai.kernel.standing import ruling
from mingbai.kernel.words import FreeText, PlaceCode, Reason, ShortCode

LINES_MOST = 60


class PlanLineAsk(Ask):
    """One goal, key point or measure, with its reason; a measure says how strict it is."""

    part: Part
    code: ShortCode
    text: FreeText
    reason: Reason
    strictness: Strictness | None = None


class DroppedAsk(Ask):
    """A line of the version before that is left out, and why."""

    code: ShortCode
    reason: Reason


class WritePlan(Ask):
    """A version of a plan."""

    place: PlaceCode
    plan: ShortCode
    title: Heading
    reason: Reason
    lines: list[PlanLineAsk] = Field(min_length=1, max_length=LINES_MOST)
    dropped: list[DroppedAsk] = Field(default=[], max_length=LINES_MOST)
    cites: list[UUID] = Field(default=[], max_length=50)
    from_version: int | None = Field(default=None, ge=0)


class PlanWritten(Answer):
    """Which version this is, and under which level and grade it was written."""

    version: int
    level: ResponseLevel
    zone_grade: ZoneGrade


@command(role=DESKS, title=_("Write a version of a plan"))
def write_plan(acting: Acting, ask: WritePlan) -> PlanWritten:
    """Write a plan's next version for the level and grade in force; what is left out of the one before needs its reason."""
    known = acting.find(PlanVersion, place=ask.place, plan=ask.plan)
    newest = max(known, key=lambda one: one.version, default=None)
    number = newest.version if newest else 0
    if ask.from_version is not None and ask.from_version != number:
        raise Conflict("RES-62", version=number)
    lines = [Line(one.part, one.code, one.text, one.reason, one.strictness) for one in ask.lines]
    check_lines(lines)
    before = lines_of(acting, newest.id) if newest else {}
    left_out = {one.code: one.reason for one in ask.dropped}
    check_next(before, lines, left_out)
    situation = ruling(acting.store, ask.place, acting.at)
    version = acting.add(
        PlanVersion(
            place=ask.place,
            plan=ask.plan,
            version=number + 1,
            title=ask.title,
            reason=ask.reason,
            level=situation[LEVEL.name],
            zone_grade=situation[ZONE_GRADE.name],
            at=acting.at,
            entry=acting.entry,
        )
    )
    acting.add_all(
        [
            PlanLine(
                plan_id=version.id,
                number=at,
                part=line.part,
                code=line.code,
                text=line.text,
                reason=line.reason,
                strictness=line.strictness,
            )
            for at, line in enumerate(lines)
        ]
        + [
            PlanLine(
                plan_id=version.id,
                number=len(lines) + at,
                part=before[code].part,
                code=code,
                reason=reason,
                left_out=True,
            )
            for at, (code, reason) in enumerate(left_out.items())
        ]
    )
    cite(acting, version.id, ask.cites)
    return PlanWritten.model_validate(version, from_attributes=True)


def lines_of(acting: Acting, version: UUID) -> dict[str, Line]:
    """Return the lines that a version keeps, by name."""
    rows = sorted(
        acting.find(PlanLine, plan_id=version, left_out=False), key=lambda one: one.number
    )
    return {
        row.code: Line(row.part, row.code, row.text or "", row.reason, row.strictness)
        for row in rows
    }
