"""Commands on jobs: begun by whoever may do the work, moved by its steps, ended by the house."""

import datetime as dt
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from mingbai.kernel.acting import Acting
from mingbai.kernel.asks import Answer, Ask
from mingbai.kernel.glossary import terms
from mingbai.kernel.jobs import forget_old, job_of
from mingbai.kernel.models import Job
from mingbai.kernel.refusals import Refused, sentences
from mingbai.kernel.registry import REGISTRY, command, due
from mingbai.kernel.rows import new
from mingbai.kernel.words import Code, PlaceCode, Role, ShortCode

sentences(
    {
        "JOB-1": _("No work of this id is under way."),
        "JOB-3": _("The work could not go on, by rule %(why)s. What was done of it stays done."),
        "JOB-2": _("There is no work of the kind %(kind)s."),
    }
)
terms(
    {
        "job": _("Work under way"),
        "total": _("In all"),
        "accepted": _("Taken"),
        "refused": _("Refused"),
        "to_verify": _("To be verified"),
        "duplicate": _("Was there before"),
        "ended_at": _("Ended"),
        "stopped": _("Stopped"),
        "only": _("Only these"),
        "why": _("Why"),
    }
)


class BeginJob(Ask):
    """Begin a long piece of work."""

    place: PlaceCode
    kind: Code
    total: int = Field(ge=0, le=10_000_000)


class JobBegun(Answer):
    """The work's id."""

    job: UUID


@command(
    role=set(Role) - {Role.ANYONE, Role.RESIDENT, Role.WITNESS},
    desk="jobs",
    title=_("Begin long work"),
)
def begin(acting: Acting, ask: BeginJob) -> JobBegun:
    """Begin a long piece of work; each of its acts is judged as if it were done alone."""
    if ask.kind not in REGISTRY.planners:
        raise Refused("JOB-2", kind=ask.kind)
    added = acting.add(
        new(
            Job,
            id=job_of(acting.entry),
            kind=ask.kind,
            place=ask.place,
            person=acting.person,
            mandate=acting.mandate,
            via=acting.via,
            total=ask.total,
            asked_at=acting.now,
        )
    )
    return JobBegun(job=added.id)


class OneJob(Ask):
    """A piece of work."""

    job: UUID


def held_job(acting: Acting, job: UUID) -> Job:
    """Return a piece of work that has not ended, locked."""
    held = acting.hold(Job, id=job)
    if held is None or held.ended_at is not None:
        raise Refused("JOB-1")
    return held


@command(role={Role.OPERATOR}, desk="jobs", title=_("End long work"), placeless=True)
def end(acting: Acting, ask: OneJob) -> None:
    """Note that every row of a piece of work was looked at."""
    acting.change(held_job(acting, ask.job), ended_at=acting.now)


class StopJob(OneJob):
    """A piece of work can't go on."""

    why: ShortCode


@command(role={Role.OPERATOR}, desk="jobs", title=_("Stop long work"), placeless=True)
def stop(acting: Acting, ask: StopJob) -> None:
    """Note that a piece of work can't go on, and by which rule; what was done of it stays done."""
    acting.change(held_job(acting, ask.job), ended_at=acting.now, stopped=ask.why)


class PassOver(OneJob):
    """Rows that asked for nothing."""

    refused: int = Field(ge=0, le=10_000)
    to_verify: int = Field(ge=0, le=10_000)


@due("day", erases=True)
def old_outcomes(now: dt.datetime) -> None:
    """Delete what became of the rows of work that ended more than thirty days ago."""
    forget_old(now - dt.timedelta(days=30))


@command(role={Role.OPERATOR}, desk="jobs", title=_("Pass over rows"), placeless=True)
def pass_over(acting: Acting, ask: PassOver) -> None:
    """Move a piece of work past rows that could not be read, all of which are told to whoever sent them."""
    held = held_job(acting, ask.job)
    acting.change(
        held,
        done=held.done + ask.refused + ask.to_verify,
        refused=held.refused + ask.refused,
        to_verify=held.to_verify + ask.to_verify,
    )
