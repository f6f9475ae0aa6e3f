"""Queries on directives: what came to a place, what it passed on, who is silent, what was asked upward and when it was answered."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from mingbai.domains.response.directive_words import FIRMS_OWN, READERS
from mingbai.domains.response.models import Directive, Evidence, Task, Upward
from mingbai.domains.response.rules.directives import carries_out, is_late, is_silent, state_of
from mingbai.kernel.acting import Asking
from mingbai.kernel.asks import Ask, Row
from mingbai.kernel.gazetteer import short_name
from mingbai.kernel.models import Mandate, Organisation, Place
from mingbai.kernel.places import is_under, level_of
from mingbai.kernel.registry import Scope, query
from mingbai.kernel.words import PlaceCode

MOST = 500


class AtPlace(Ask):
    """Of which place."""

    place: PlaceCode
    done: bool = True


class DirectiveRow(Row):
    """A directive as it stands at one place or firm."""

    directive: UUID
    task: UUID
    number: str
    title: str
    from_whom: str
    dated: dt.date
    place: str
    name: str
    text: str | None
    state: str
    issued_on: dt.datetime
    received_at: dt.datetime | None
    localised_at: dt.datetime | None
    done_at: dt.datetime | None
    due_at: dt.datetime | None
    late: bool
    below: int
    below_done: int
    below_silent: int
    evidence: int
    upper_late: int
    next_act: str


@dataclass
class Below:
    """What stands below a task."""

    total: int = 0
    done: int = 0
    silent: int = 0
    names: list[str] = field(default_factory=list)


def names_of(codes: Iterable[str]) -> dict[str, str]:
    """Return how people call places."""
    found = Place.objects.filter(code__in=set(codes)).order_by("prefix")
    return {row.code: short_name(row.name, row.level) for row in found}


def below_of(tasks: Iterable[UUID]) -> dict[UUID, Below]:
    """Return how many each task was passed on to, and how far those have come."""
    found: dict[UUID, Below] = defaultdict(Below)
    for parent, received, done in Task.objects.filter(parent__in=list(tasks)).values_list(
        "parent_id", "received_at", "done_at"
    ):
        one = found[parent]
        one.total += 1
        one.done += done is not None
        one.silent += is_silent(received)
    return found


def own_firm(asking: Asking) -> UUID | None:
    """Return the firm for which somebody asks, when their office is one of a firm's."""
    held = asking.see(Mandate, id=asking.hat.mandate) if asking.hat.mandate else None
    return held.organisation_id if held else None


def mine_alone(asking: Asking, rows: list[Task]) -> list[Task]:
    """Return the tasks that an office may read: a firm's own office reads its own firm's alone."""
    if asking.role not in FIRMS_OWN:
        return rows
    firm = own_firm(asking)
    return [row for row in rows if firm is not None and row.organisation_id == firm]


def next_act(task: Task, below: Below, evidence: int) -> str:
    """Return the one thing to do next about a task."""
    if task.done_at is not None:
        return "act_nothing"
    if task.received_at is None:
        return "act_receive"
    ends_here = carries_out(level_of(task.place), organisation=task.organisation_id is not None)
    if not ends_here and not below.total:
        return "act_pass_on"
    if task.localised_at is None:
        return "act_localise"
    if below.done < below.total:
        return "act_wait_below"
    return "act_close" if below.total or evidence else "act_evidence"


def rows_of(asking: Asking, tasks: list[Task]) -> list[DirectiveRow]:
    """Return tasks as they are shown, those that are not done first, the oldest on top."""
    directives = Directive.objects.in_bulk({task.directive_id for task in tasks})
    names = names_of(task.place for task in tasks)
    firms = Organisation.objects.in_bulk({t.organisation_id for t in tasks if t.organisation_id})
    below = below_of(task.id for task in tasks)
    shown: dict[UUID, int] = defaultdict(int)
    for name in Evidence.objects.filter(task__in=[t.id for t in tasks]).values_list(
        "task_id", flat=True
    ):
        shown[name] += 1
    late: dict[UUID, int] = defaultdict(int)
    for asked in Upward.objects.filter(task__in=[task.id for task in tasks]):
        late[asked.task_id] += is_late(asked.due_at, asked.answered_at, asking.now)
    found = []
    for task in sorted(tasks, key=lambda one: (one.done_at is not None, one.issued_at, one.id)):
        directive, under = directives[task.directive_id], below[task.id]
        firm = firms.get(task.organisation_id) if task.organisation_id else None
        found.append(
            DirectiveRow(
                directive=directive.id,
                task=task.id,
                number=directive.number,
                title=directive.title,
                from_whom=directive.from_whom,
                dated=directive.dated,
                place=task.place,
                name=firm.name if firm else names.get(task.place, task.place),
                text=task.text,
                state=state_of(task.received_at, task.localised_at, task.done_at),
                issued_on=task.issued_at,
                received_at=task.received_at,
                localised_at=task.localised_at,
                done_at=task.done_at,
                due_at=task.due_at,
                late=is_late(task.due_at, task.done_at, asking.now),
                below=under.total,
                below_done=under.done,
                below_silent=under.silent,
                evidence=shown[task.id],
                upper_late=late[task.id],
                next_act=next_act(task, under, shown[task.id]),
            )
        )
    return found


@query(scope=Scope.UNDER, role=READERS, title=_("Directives at a place"))
def directives(asking: Asking, ask: AtPlace) -> list[DirectiveRow]:
    """Return the directives that came to a place or its firms, what waits first: how far each has come here and below."""
    rows = Task.objects.filter(place=ask.place).order_by("-issued_at", "id")
    if not ask.done:
        rows = rows.filter(done_at=None)
    return rows_of(asking, mine_alone(asking, list(rows[:MOST])))


class SilentRow(Row):
    """Who has not replied, since when, and by when a reply was expected."""

    directive: UUID
    number: str
    title: str
    place: str
    name: str
    issued_on: dt.datetime
    reply_by: dt.datetime | None
    late: bool


@query(scope=Scope.UNDER, role=READERS - FIRMS_OWN, title=_("No reply"))
def silent(asking: Asking, ask: AtPlace) -> list[SilentRow]:
    """Return who under a place has not said that a directive was received, the longest silence first."""
    rows = [
        row
        for row in Task.objects.filter(received_at=None).order_by("issued_at", "id")
        if is_under(row.place, ask.place) and row.parent_id is not None
    ][:MOST]
    known = {row.task: row for row in rows_of(asking, rows)}
    return [
        SilentRow(
            directive=row.directive_id,
            number=known[row.id].number,
            title=known[row.id].title,
            place=row.place,
            name=known[row.id].name,
            issued_on=row.issued_at,
            reply_by=row.reply_by,
            late=is_late(row.reply_by, None, asking.now),
        )
        for row in rows
    ]


class UpwardRow(Row):
    """A question about a directive, its answer, and whether the answer is late."""

    question: UUID
    directive: UUID
    task: UUID
    number: str
    place: str
    name: str
    upper: str
    text: str
    asked_at: dt.datetime
    due_at: dt.datetime
    answer: str | None
    answered_at: dt.datetime | None
    late: bool


@query(scope=Scope.UNDER, role=READERS, title=_("Questions upward"))
def upward(asking: Asking, ask: AtPlace) -> list[UpwardRow]:
    """Return what a place asked upward and what was asked of it, the unanswered first; late is late on either side."""
    asked = Upward.objects.filter(place=ask.place) | Upward.objects.filter(upper=ask.place)
    rows = list(asked.select_related("task").order_by("asked_at", "id")[:MOST])
    if asking.role in FIRMS_OWN:
        firm = own_firm(asking)
        rows = [row for row in rows if firm and row.task.organisation_id == firm]
    if not ask.done:
        rows = [row for row in rows if row.answered_at is None]
    return upward_rows(asking, rows)


def upward_rows(asking: Asking, rows: list[Upward]) -> list[UpwardRow]:
    """Return questions as they are shown."""
    numbers = Directive.objects.in_bulk({row.task.directive_id for row in rows})
    names = names_of([*(row.place for row in rows), *(row.upper for row in rows)])
    return [
        UpwardRow(
            question=row.id,
            directive=row.task.directive_id,
            task=row.task_id,
            number=numbers[row.task.directive_id].number,
            place=row.place,
            name=names.get(row.place, row.place),
            upper=names.get(row.upper, row.upper),
            text=row.text,
            asked_at=row.asked_at,
            due_at=row.due_at,
            answer=row.answer,
            answered_at=row.answered_at,
            late=is_late(row.due_at, row.answered_at, asking.now),
        )
        for row in sorted(rows, key=lambda one: (one.answered_at is not None, one.asked_at, one.id))
    ]
