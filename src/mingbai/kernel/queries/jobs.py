"""Queries on jobs: how far long work has come, and what became of its rows."""

import datetime as dt
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from mingbai.kernel.acting import Asking
from mingbai.kernel.asks import Ask, Row
from mingbai.kernel.glossary import terms
from mingbai.kernel.jobs import outcomes_of
from mingbai.kernel.models import Job
from mingbai.kernel.queries.places import OfPlace
from mingbai.kernel.refusals import NotAllowed, Refused
from mingbai.kernel.registry import Scope, query
from mingbai.kernel.words import Code, PlaceCode, Role

terms({"row": _("Row"), "sheet": _("Sheet"), "rule": _("Rule")})
OFFICES = set(Role) - {Role.ANYONE, Role.RESIDENT, Role.WITNESS}


class JobRow(Row):
    """How far a piece of work has come."""

    job: UUID
    kind: str
    place: str
    state: str
    total: int
    done: int
    accepted: int
    refused: int
    to_verify: int
    duplicate: int
    asked_at: dt.datetime
    ended_at: dt.datetime | None


def job_row(row: Job) -> JobRow:
    """Return how far a piece of work has come."""
    state = "stopped" if row.stopped else "ended" if row.ended_at else "under way"
    return JobRow(
        job=row.id,
        kind=row.kind,
        place=row.place,
        state=state,
        total=row.total,
        done=row.done,
        accepted=row.accepted,
        refused=row.refused,
        to_verify=row.to_verify,
        duplicate=row.duplicate,
        asked_at=row.asked_at,
        ended_at=row.ended_at,
    )


@query(scope=Scope.PLACE, role=OFFICES, desk="jobs", title=_("Long work"))
def jobs(asking: Asking, ask: OfPlace) -> list[JobRow]:
    """Return the long work of a place, the newest first."""
    found = Job.objects.filter(place=ask.place).order_by("-asked_at")[:100]
    return [job_row(row) for row in found]


class RowsOfJob(Ask):
    """What became of the rows of a piece of work."""

    place: PlaceCode
    job: UUID
    only: Code | None = None


class JobOutcomeRow(Row):
    """What became of one row."""

    row: int
    sheet: str
    outcome: str
    rule: str
    message: str


@query(scope=Scope.PLACE, role=OFFICES, desk="jobs", title=_("Rows of long work"))
def outcomes(asking: Asking, ask: RowsOfJob) -> list[JobOutcomeRow]:
    """Return what became of each row so far, to whoever began the work."""
    row = asking.see(Job, id=ask.job)
    if row is None or row.place != ask.place:
        raise Refused("JOB-1")
    if row.person != asking.person:
        raise NotAllowed("ACC-5")
    return [
        JobOutcomeRow(
            row=one["row"],
            sheet=one.get("sheet", ""),
            outcome=one["outcome"],
            rule=one.get("rule") or one.get("why") or "",
            message=one.get("message", ""),
        )
        for one in outcomes_of(row)
        if ask.only is None or one["outcome"] == ask.only
    ]
