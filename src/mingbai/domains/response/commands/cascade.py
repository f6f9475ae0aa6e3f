"""What every command of the cascade needs: whose task it is, who answers for it, and the open item beside it."""

import datetime as dt
from uuid import UUID

from mingbai.domains.response.directive_words import (
    FIRM_KINDS,
    FIRMS_OWN,
    RECEIVE_HOURS,
    TASK,
)
from mingbai.domains.response.models import Directive, Task
from mingbai.kernel.acting import Acting
from mingbai.kernel.gazetteer import short_name
from mingbai.kernel.models import Mandate, Organisation, Place
from mingbai.kernel.policy import in_force
from mingbai.kernel.refusals import NotAllowed, Refused
from mingbai.kernel.words import Role


def place_called(acting: Acting, code: str) -> str:
    """Return how people call a place."""
    found = acting.store.fetch(Place, {"code": code}, limit=None)
    row = max(found, key=lambda one: len(one.prefix), default=None)
    return short_name(row.name, row.level) if row else code


def task_called(acting: Acting, task: Task) -> str:
    """Return who a task is with, in words."""
    if task.organisation_id is None:
        return place_called(acting, task.place)
    firm = acting.see(Organisation, id=task.organisation_id)
    return firm.name if firm else place_called(acting, task.place)


def holder(acting: Acting, place: str, organisation: Organisation | None = None) -> Role:
    """Return the role that a task at a place waits for: the firm's head, the place's desk, or its keeper where it has no desk."""
    if organisation is not None and organisation.kind in FIRM_KINDS:
        return Role.FIRM_HEAD
    held = {
        one.role
        for one in acting.find(Mandate, place=place)
        if one.starts_at <= acting.now and (one.ends_at is None or acting.now < one.ends_at)
    }
    if Role.DESK not in held and Role.KEEPER in held:
        return Role.KEEPER
    return Role.DESK


def open_task(acting: Acting, place: str, name: UUID) -> Task:
    """Return a task of a place that is not closed, held until the act is over."""
    task = acting.hold(Task, id=name)
    if task is None or task.place != place:
        raise Refused("RES-41")
    if task.done_at is not None:
        raise Refused("RES-50")
    check_mine(acting, task)
    return task


def check_mine(acting: Acting, task: Task) -> None:
    """RES-55 自己的事自己报: a place says of itself what it did, and a firm of itself."""
    if acting.person is None:  # the machine's own shell, or the house
        return
    if acting.hat.place != task.place:
        raise NotAllowed("RES-55")
    if task.person == acting.person:
        return
    if task.organisation_id is None and acting.role not in FIRMS_OWN:
        return
    mandate = acting.see(Mandate, id=acting.mandate)
    own = mandate.organisation_id if mandate else None
    if own != task.organisation_id and (own is not None or acting.role in FIRMS_OWN):
        raise NotAllowed("RES-54")


def hand_down(
    acting: Acting,
    directive: Directive,
    parent: Task,
    place: str,
    *,
    organisation: Organisation | None = None,
    person: UUID | None = None,
    due_at: dt.datetime | None = None,
    text: str | None = None,
) -> Task:
    """Give a directive to a place or an organisation there: its own row, and the open item beside it."""
    key = (
        {"organisation_id": organisation.id}
        if organisation
        else {"place": place, "organisation_id": None}
    )
    if acting.see(Task, directive_id=directive.id, **key) is not None:
        name = organisation.name if organisation else place_called(acting, place)
        raise Refused("RES-43", name=name)
    hours = in_force(acting.store, RECEIVE_HOURS.name, place, acting.now)
    reply_by = acting.now + dt.timedelta(hours=hours)
    if due_at is not None:
        reply_by = min(reply_by, due_at)
    task = acting.add(
        Task(
            directive_id=directive.id,
            parent_id=parent.id,
            place=place,
            organisation_id=organisation.id if organisation else None,
            person=person,
            text=text,
            issued_at=acting.now,
            reply_by=reply_by,
            due_at=due_at or parent.due_at,
            entry=acting.entry,
        )
    )
    acting.raise_item(
        kind=TASK,
        subject=task.id.hex,
        place=place,
        role=holder(acting, place, organisation),
        person=person,
        due=reply_by,
        raises_to=Role.LEADER,
    )
    return task


def register(
    acting: Acting,
    *,
    number: str,
    title: str,
    from_whom: str,
    dated: dt.date,
    excerpt: str,
    due_at: dt.datetime | None,
    decision: UUID | None = None,
    group: UUID | None = None,
) -> tuple[Directive, Task]:
    """Write a directive into the register of the place where the act is, with that place's own task, received."""
    if acting.see(Directive, place=acting.place, number=number) is not None:
        raise Refused("RES-40")
    directive = acting.add(
        Directive(
            place=acting.place,
            number=number,
            title=title,
            from_whom=from_whom,
            dated=dated,
            excerpt=excerpt,
            decision=decision,
            group_id=group,
            recorded_at=acting.now,
            entry=acting.entry,
        )
    )
    root = acting.add(
        Task(
            directive_id=directive.id,
            place=acting.place,
            issued_at=acting.now,
            received_at=acting.now,
            due_at=due_at,
            entry=acting.entry,
        )
    )
    acting.raise_item(
        kind=TASK,
        subject=root.id.hex,
        place=acting.place,
        role=holder(acting, acting.place),
        due=due_at,
        raises_to=Role.LEADER,
    )
    return directive, root
