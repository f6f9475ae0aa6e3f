"""Commands on leaders' visits: planned and few, joined to a turn of duty, ended with what the visitor takes away."""

import datetime as dt
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from mingbai.domains.inspection.models import LeaderVisit, VisitTask
from mingbai.domains.inspection.parameters import LEADERS_A_WEEK
from mingbai.domains.inspection.queries.hosts import (
    HOSTS,
    check_of_place,
    is_host,
    visitors_place,
)
from mingbai.domains.inspection.queries.leaders import visit_state
from mingbai.domains.inspection.rules.leaders import (
    CLOSED,
    check_day,
    check_few,
    check_host,
    check_visitor,
)
from mingbai.domains.inspection.words import LEADER_TASK, LEADER_VISIT, Hands, VisitWord, week_of
from mingbai.kernel.acting import Acting
from mingbai.kernel.asks import Answer, Ask
from mingbai.kernel.burden import asker_of
from mingbai.kernel.clock import at_time, day
from mingbai.kernel.models import Booking
from mingbai.kernel.places import level_of
from mingbai.kernel.policy import in_force
from mingbai.kernel.refusals import NotAllowed, Refused
from mingbai.kernel.registry import command
from mingbai.kernel.rows import new
from mingbai.kernel.said import said_day
from mingbai.kernel.words import FreeText, Level, PlaceCode, Reason, Role

LAST_HOUR = 18


class PlanVisit(Ask):
    """A visit that a leader plans."""

    place: PlaceCode
    on: dt.date
    hands: Hands
    purpose: FreeText
    booking: UUID | None = None


class OfVisit(Ask):
    """A leader's visit."""

    place: PlaceCode
    visit: UUID


class CancelVisit(Ask):
    """A visit that will not be."""

    place: PlaceCode
    visit: UUID
    reason: Reason


class TakeTask(Ask):
    """What a visitor takes away to do."""

    place: PlaceCode
    visit: UUID
    text: FreeText
    due: dt.date


class CloseTask(Ask):
    """A task that is done, as the host sees it."""

    place: PlaceCode
    task: UUID
    text: FreeText


class SayWord(Ask):
    """The host's word about a visit."""

    place: PlaceCode
    visit: UUID
    word: VisitWord


class VisitPlanned(Answer):
    """The visit's id."""

    visit: UUID


class TaskTaken(Answer):
    """The task's id."""

    task: UUID


@command(role={Role.LEADER}, title=_("Plan a leader's visit"), shell=False)
def plan_leader_visit(acting: Acting, ask: PlanVisit) -> VisitPlanned:
    """Plan a visit to help: few a week, for both hands at once where it can be, along with a turn of duty there."""
    check_day(ask.on, day(acting.now))
    check_few(
        coming(acting, ask.place, ask.on),
        in_force(acting.store, LEADERS_A_WEEK.name, ask.place, acting.at),
    )
    turn = acting.see(Booking, id=ask.booking) if ask.booking else None
    if ask.booking and (
        turn is None
        or turn.place != ask.place
        or turn.cancelled_at is not None
        or day(turn.starts_at) != ask.on
    ):
        raise Refused("INS-92")
    assert acting.person is not None and acting.mandate is not None
    added = acting.add(
        new(
            LeaderVisit,
            place=ask.place,
            person=acting.person,
            mandate=acting.mandate,
            on=ask.on,
            hands=ask.hands,
            purpose=ask.purpose,
            booking_id=ask.booking,
            planned_at=acting.now,
        )
    )
    acting.raise_item(
        kind=LEADER_VISIT,
        subject=added.id.hex,
        place=ask.place,
        role=Role.KEEPER if level_of(ask.place) is Level.VILLAGE else Role.DESK,
        due=at_time(ask.on, LAST_HOUR),
    )
    return VisitPlanned(visit=added.id)


def coming(acting: Acting, place: str, on: dt.date) -> list[str]:
    """Return who visits a place in the week of a day, with the day."""
    return [
        f"{said_day(row.on)} {asker_of(acting.store, row.mandate)[1]}"
        for row in acting.find(LeaderVisit, place=place)
        if row.cancelled_at is None and week_of(row.on) == week_of(on)
    ]


def held_visit(acting: Acting, place: str, visit: UUID) -> LeaderVisit:
    """INS-93 有来有往: return a leader's visit to this place that was not cancelled."""
    row = acting.hold(LeaderVisit, id=visit)
    if row is None or row.place != place or row.cancelled_at is not None:
        raise Refused("INS-93")
    return row


def visitors_own(acting: Acting, place: str, visit: UUID) -> LeaderVisit:
    """Return a visit of whoever acts."""
    row = held_visit(acting, place, visit)
    check_visitor(mine=row.person == acting.person)
    return row


@command(role={Role.LEADER}, title=_("Begin a leader's visit"), shell=False)
def begin_leader_visit(acting: Acting, ask: OfVisit) -> None:
    """Note that the visitor has come; how long a visit lasts is counted on the host's meter."""
    row = visitors_own(acting, ask.place, ask.visit)
    if row.began_at is not None or day(acting.at) < row.on:
        raise Refused("INS-94")
    acting.change(row, began_at=acting.at)


@command(role={Role.LEADER}, title=_("End a leader's visit"), shell=False)
def end_leader_visit(acting: Acting, ask: OfVisit) -> None:
    """Note that the visitor has left; the visit stays open until a task is taken or the host says that nothing is needed."""
    row = visitors_own(acting, ask.place, ask.visit)
    if row.began_at is None or row.ended_at is not None or acting.at < row.began_at:
        raise Refused("INS-94")
    settle(acting, acting.change(row, ended_at=acting.at))


@command(role={Role.LEADER} | HOSTS, title=_("Cancel a leader's visit"), shell=False)
def cancel_leader_visit(acting: Acting, ask: CancelVisit) -> None:
    """Take a planned visit back, with the reason; once its day has gone by and nobody came, the host may say so too."""
    row = held_visit(acting, ask.place, ask.visit)
    if row.began_at is not None:
        raise Refused("INS-88")
    if row.person != acting.person:
        if acting.role is Role.LEADER or day(acting.now) <= row.on:
            raise NotAllowed("INS-95")
        hosted(acting, row)
    acting.change(row, cancelled_at=acting.now, cancel_reason=ask.reason)
    acting.close_item(kind=LEADER_VISIT, subject=row.id.hex, place=row.place, outcome="cancelled")


@command(role={Role.LEADER}, title=_("Take a task along"), shell=False)
def take_task(acting: Acting, ask: TakeTask) -> TaskTaken:
    """Take something away from a visit to do oneself: an open item of the visitor, which the host closes."""
    row = visitors_own(acting, ask.place, ask.visit)
    if row.began_at is None:
        raise Refused("INS-97")
    if row.nothing_at is not None:
        raise Refused("INS-87")
    if ask.due < day(acting.now):
        raise Refused("INS-65")
    task = acting.add(
        new(
            VisitTask,
            visit_id=row.id,
            place=row.place,
            person=row.person,
            text=ask.text,
            due=ask.due,
            taken_at=acting.at,
        )
    )
    acting.raise_item(
        kind=LEADER_TASK,
        subject=task.id.hex,
        place=row.place,
        role=Role.LEADER,
        person=row.person,
        due=at_time(ask.due, LAST_HOUR),
        raises_to=Role.OVERSEER,
    )
    settle(acting, row)
    return TaskTaken(task=task.id)


def settle(acting: Acting, row: LeaderVisit) -> None:
    """Close the host's open item of a visit when it has ended with a task taken or nothing needed."""
    tasks = len(acting.find(VisitTask, visit_id=row.id))
    if visit_state(row, tasks) == CLOSED:
        outcome = "task_taken" if tasks else "nothing_needed"
        acting.close_item(kind=LEADER_VISIT, subject=row.id.hex, place=row.place, outcome=outcome)


def hosted(acting: Acting, row: LeaderVisit) -> None:
    """INS-96 主人说了算: the host is of the place or a desk below the visitor's, and is not the visitor."""
    place = visitors_place(acting.store, row.mandate)
    own_side = not is_host(row.place, acting.hat.place, place)
    check_host(visitor=row.person == acting.person or own_side)
    check_of_place(acting.store, acting.role, acting.mandate)


@command(role=HOSTS, title=_("Say that nothing is needed"), shell=False)
def say_nothing_needed(acting: Acting, ask: OfVisit) -> None:
    """Say as the host that nothing was needed; a visit from which nobody took a task ends by this word alone."""
    row = held_visit(acting, ask.place, ask.visit)
    hosted(acting, row)
    if row.began_at is None:
        raise Refused("INS-97")
    if acting.find(VisitTask, visit_id=row.id):
        raise Refused("INS-98")
    if row.nothing_at is not None:
        raise Refused("INS-87")
    settle(
        acting,
        acting.change(row, nothing_at=acting.now, nothing_by=acting.mandate),
    )


@command(role=HOSTS, title=_("Close a visitor's task"), shell=False)
def close_task(acting: Acting, ask: CloseTask) -> None:
    """Say as the host that what a visitor took along is done, and how; a picture alone closes nothing."""
    task = acting.hold(VisitTask, id=ask.task)
    if task is None or task.place != ask.place or task.done_at is not None:
        raise Refused("INS-99")
    visit = acting.see(LeaderVisit, id=task.visit_id)
    assert visit is not None
    hosted(acting, visit)
    acting.change(task, done_at=acting.now, done_by=acting.mandate, outcome=ask.text)
    acting.close_item(kind=LEADER_TASK, subject=task.id.hex, place=task.place, outcome="done")


@command(role=HOSTS, title=_("Say a word about a visit"), shell=False)
def say_visit_word(acting: Acting, ask: SayWord) -> None:
    """Say as the host, in one of four words, what a visit cost or gave; it is about the visit, never about the visitor."""
    row = held_visit(acting, ask.place, ask.visit)
    hosted(acting, row)
    if row.ended_at is None:
        raise Refused("INS-97")
    if row.word is not None:
        raise Refused("INS-89")
    acting.change(row, word=ask.word, word_at=acting.now, word_by=acting.mandate)
