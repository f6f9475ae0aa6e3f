"""Queries on a directive's tree: from its words down to the entries that show what was done, and a joint group's tasks."""

import datetime as dt
from collections import defaultdict
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from mingbai.domains.response.directive_words import FIRMS_OWN, READERS
from mingbai.domains.response.models import Directive, Evidence, Task, Upward
from mingbai.domains.response.queries.directives import (
    DirectiveRow,
    UpwardRow,
    mine_alone,
    rows_of,
    upward_rows,
)
from mingbai.domains.response.rules.directives import is_late, is_silent
from mingbai.kernel.acting import Asking
from mingbai.kernel.asks import Ask, Nothing, Row
from mingbai.kernel.clock import day
from mingbai.kernel.journal.asks import numbers_of
from mingbai.kernel.models import Attachment, Entry, Membership, Organisation
from mingbai.kernel.places import is_under
from mingbai.kernel.refusals import Refused
from mingbai.kernel.registry import Scope, query
from mingbai.kernel.words import PlaceCode

HOUSEKEEPING = ("people.", "mandates.", "devices.", "messages.", "items.", "rights.", "policy.")
"""Desks whose acts keep the house itself: they could be cited, and are not offered."""


class OfDirective(Ask):
    """Which directive, from which place down."""

    place: PlaceCode
    directive: UUID


class EvidenceRow(Row):
    """An entry that shows that a task was done."""

    kind: str
    shows: UUID
    command: str
    at: dt.datetime
    seq: int | None
    picture: str | None
    act: UUID | None


class BranchRow(Row):
    """A task in the tree, how deep it stands, since when it is silent, and what shows that it was done."""

    depth: int
    task: UUID
    parent: UUID | None
    place: str
    name: str
    state: str
    silent: bool
    issued_on: dt.datetime
    reply_by: dt.datetime | None
    received_at: dt.datetime | None
    localised_at: dt.datetime | None
    localised: str | None
    localised_entry: UUID | None
    done_at: dt.datetime | None
    due_at: dt.datetime | None
    late: bool
    text: str | None
    below: int
    below_done: int
    below_silent: int
    evidence: int
    next_act: str
    shown: list[EvidenceRow]


class TreeRow(Row):
    """A directive with its own words, and everything under it that the reader's place reaches."""

    directive: UUID
    number: str
    title: str
    from_whom: str
    dated: dt.date
    place: str
    excerpt: str
    seq: int | None
    branches: list[BranchRow]
    questions: list[UpwardRow]


@query(scope=Scope.UNDER, role=READERS, title=_("A directive down to its evidence"))
def directive_tree(asking: Asking, ask: OfDirective) -> TreeRow:
    """Return a directive and its tasks from a place down, each with the entries that show what was done."""
    directive = asking.see(Directive, id=ask.directive)
    tasks = [
        row
        for row in Task.objects.filter(directive=ask.directive)
        if is_under(row.place, ask.place)
    ]
    tasks = mine_alone(asking, tasks)
    if directive is None or not tasks:
        raise Refused("RES-59")
    asked = Upward.objects.filter(task__in=[task.id for task in tasks]).select_related("task")
    return TreeRow(
        directive=directive.id,
        number=directive.number,
        title=directive.title,
        from_whom=directive.from_whom,
        dated=directive.dated,
        place=directive.place,
        excerpt=directive.excerpt,
        seq=numbers_of(asking.store, [directive.entry]).get(directive.entry),
        branches=branches(asking, tasks),
        questions=upward_rows(asking, list(asked)),
    )


def branches(asking: Asking, tasks: list[Task]) -> list[BranchRow]:
    """Return tasks as a tree is read: each before those under it; silence and lateness first among neighbours."""
    told = {row.task: row for row in rows_of(asking, tasks)}
    shown = evidence_of(asking, tasks)
    here = {task.id for task in tasks}
    children: dict[UUID | None, list[Task]] = defaultdict(list)
    for task in tasks:
        children[task.parent_id if task.parent_id in here else None].append(task)
    found: list[BranchRow] = []

    def walk(parent: UUID | None, depth: int) -> None:
        for task in sorted(children[parent], key=lambda one: urgency(one, told[one.id])):
            found.append(branch(task, told[task.id], shown[task.id], depth))
            walk(task.id, depth + 1)

    walk(None, 0)
    return found


def urgency(task: Task, row: DirectiveRow) -> tuple[bool, bool, bool, str, str]:
    """Return where a task stands among its neighbours: silent ones first, then late ones, then open ones."""
    silent = is_silent(task.received_at)
    return (not silent, not row.late, task.done_at is not None, task.place, str(task.id))


def branch(task: Task, row: DirectiveRow, shown: list[EvidenceRow], depth: int) -> BranchRow:
    """Return one task of the tree."""
    return BranchRow(
        depth=depth,
        task=task.id,
        parent=task.parent_id,
        place=task.place,
        name=row.name,
        state=row.state,
        silent=is_silent(task.received_at),
        issued_on=task.issued_at,
        reply_by=task.reply_by,
        received_at=task.received_at,
        localised_at=task.localised_at,
        localised=task.localised,
        localised_entry=task.localised_entry,
        done_at=task.done_at,
        due_at=task.due_at,
        late=row.late,
        text=task.text,
        below=row.below,
        below_done=row.below_done,
        below_silent=row.below_silent,
        evidence=row.evidence,
        next_act=row.next_act,
        shown=shown,
    )


def evidence_of(asking: Asking, tasks: list[Task]) -> dict[UUID, list[EvidenceRow]]:
    """Return what shows that tasks were done: the act, its number in the journal, and its picture where it has one."""
    rows = list(Evidence.objects.filter(task__in=[task.id for task in tasks]).order_by("at", "id"))
    acts = dict(
        Entry.objects.filter(id__in=[row.shows for row in rows]).values_list("id", "command")
    )
    pictures = {
        one.entry: one
        for one in Attachment.objects.filter(entry__in=[row.shows for row in rows], deleted_at=None)
    }
    numbers = numbers_of(asking.store, [row.shows for row in rows])
    found: dict[UUID, list[EvidenceRow]] = defaultdict(list)
    for row in rows:
        picture = pictures.get(row.shows)
        found[row.task_id].append(
            EvidenceRow(
                kind=row.kind,
                shows=row.shows,
                command=acts.get(row.shows, ""),
                at=row.at,
                seq=numbers.get(row.shows),
                picture=picture.name if picture else None,
                act=UUID(hex=picture.subject) if picture else None,
            )
        )
    return found


class CouldShowRow(Row):
    """An act of a place that could show that a task was done."""

    entry: UUID
    command: str
    at: dt.datetime


class OfTask(Ask):
    """Which task."""

    place: PlaceCode
    task: UUID


@query(scope=Scope.UNDER, role=READERS - FIRMS_OWN, title=_("What could show that a task was done"))
def could_show(asking: Asking, ask: OfTask) -> list[CouldShowRow]:
    """Return the newest acts of a task's place that could show that it was done, at most forty."""
    task = asking.see(Task, id=ask.task)
    if task is None or task.place != ask.place:
        raise Refused("RES-41")
    directive = asking.see(Directive, id=task.directive_id)
    assert directive is not None
    used = Evidence.objects.filter(task=task.id).values_list("shows", flat=True)
    acts = Entry.objects.filter(place=ask.place).exclude(command__startswith="response.")
    acts = acts.exclude(id__in=list(used)).order_by("-recorded_at")
    rows = acts.values_list("id", "command", "at")[:200]
    return [
        CouldShowRow(entry=name, command=command, at=at)
        for name, command, at in rows
        if day(at) >= directive.dated and not command.startswith(HOUSEKEEPING)
    ][:40]


class GroupTaskRow(Row):
    """A task of a joint group, as every member of it reads it."""

    group: str
    number: str
    title: str
    directive: UUID
    task: UUID
    department: str
    text: str | None
    state: str
    silent: bool
    issued_on: dt.datetime
    due_at: dt.datetime | None
    done_at: dt.datetime | None
    late: bool


@query(scope=Scope.OWN, title=_("Tasks of my joint groups"))
def group_tasks(asking: Asking, ask: Nothing) -> list[GroupTaskRow]:
    """Return the tasks of every joint group that I belong to, whoever has them, the late ones first."""
    if asking.person is None:
        return []
    today = day(asking.now)
    groups = {
        one.organisation_id
        for one in asking.find(Membership, person_id=asking.person)
        if one.since <= today and (one.until is None or today <= one.until)
    }
    return group_rows(asking, groups)


class OfPlace(Ask):
    """Of which place."""

    place: PlaceCode


@query(scope=Scope.UNDER, role=READERS - FIRMS_OWN, title=_("Tasks of the joint groups of a place"))
def joint_tasks(asking: Asking, ask: OfPlace) -> list[GroupTaskRow]:
    """Return the tasks that joint groups of a place decided on, the late ones first."""
    found = Directive.objects.filter(place=ask.place).exclude(group=None)
    return group_rows(asking, set(found.values_list("group_id", flat=True)))


def group_rows(asking: Asking, groups: set[UUID]) -> list[GroupTaskRow]:
    """Return the tasks of groups."""
    directives = Directive.objects.filter(group__in=list(groups)).in_bulk()
    tasks = list(Task.objects.filter(directive__in=list(directives)).exclude(parent=None))
    told = {row.task: row for row in rows_of(asking, tasks)}
    called = dict(Organisation.objects.filter(id__in=list(groups)).values_list("id", "name"))
    rows = []
    for task in tasks:
        directive, row = directives[task.directive_id], told[task.id]
        assert directive.group_id is not None
        rows.append(
            GroupTaskRow(
                group=called[directive.group_id],
                number=directive.number,
                title=directive.title,
                directive=directive.id,
                task=task.id,
                department=row.name,
                text=task.text,
                state=row.state,
                silent=is_silent(task.received_at),
                issued_on=task.issued_at,
                due_at=task.due_at,
                done_at=task.done_at,
                late=is_late(task.due_at, task.done_at, asking.now),
            )
        )
    return sorted(rows, key=lambda one: (not one.late, one.done_at is not None, one.issued_on))
