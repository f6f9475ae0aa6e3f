"""Queries on leaders' visits: what is planned, what stays open, what was taken away, and what the hosts said."""

import datetime as dt
from collections import Counter
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from mingbai.domains.inspection.models import LeaderVisit, VisitTask
from mingbai.domains.inspection.queries.hosts import (
    HOSTS,
    check_of_place,
    is_host,
    visitors_place,
)
from mingbai.domains.inspection.rules.leaders import state_of
from mingbai.domains.inspection.weeks import lasted
from mingbai.kernel.acting import Asking
from mingbai.kernel.asks import Ask, Row
from mingbai.kernel.burden import Spent, asker_of, burden_source
from mingbai.kernel.clock import day, start_of_day
from mingbai.kernel.holding import Subject
from mingbai.kernel.models import Booking, Person, Point
from mingbai.kernel.places import prefix_of
from mingbai.kernel.registry import Scope, query
from mingbai.kernel.rows import Store
from mingbai.kernel.words import PlaceCode, Role

READERS = HOSTS | {Role.LEADER, Role.OVERSEER, Role.AUDITOR, Role.APPOINTING_OFFICE}


class VisitsAsk(Ask):
    """A place and what lies under it."""

    place: PlaceCode


class LeaderVisitRow(Row):
    """A leader's visit as its host and the offices above read it."""

    visit: UUID
    place: str
    leader: str
    office: str
    on: dt.date
    hands: str
    purpose: str
    joined: str | None
    began_at: dt.datetime | None
    ended_at: dt.datetime | None
    minutes: int
    state: str
    tasks: int
    tasks_open: int
    word: str | None
    mine: bool
    hosted: bool
    missed: bool


class TaskRow(Row):
    """Something that a visitor took away to do."""

    task: UUID
    visit: UUID
    place: str
    leader: str
    text: str
    due: dt.date
    done_at: dt.datetime | None
    outcome: str | None
    mine: bool
    hosted: bool


class LastVisit(Row):
    """When a leader last saw a place with their own eyes."""

    place: str
    last_visit: dt.datetime | None
    days_since: int | None


class WordRow(Row):
    """How often the hosts of a place said a word about a visit."""

    word: str
    times_count: int


def tasks_of(visits: list[LeaderVisit]) -> dict[UUID, list[VisitTask]]:
    """Return the tasks of visits."""
    found: dict[UUID, list[VisitTask]] = {}
    for task in VisitTask.objects.filter(visit__in=visits).order_by("taken_at", "id"):
        found.setdefault(task.visit_id, []).append(task)
    return found


def name_of(store: Store, person: UUID) -> str:
    """Return how a leader is called."""
    rows = store.fetch(Person, {"id": person})
    return (rows[0].name or "") if rows else ""


def joined_turn(store: Store, row: LeaderVisit) -> str | None:
    """Return the post of the turn of duty that a visitor joins."""
    if row.booking_id is None:
        return None
    (turn,) = store.fetch(Booking, {"id": row.booking_id})
    (point,) = store.fetch(Point, {"id": turn.point_id})
    return point.name


@query(scope=Scope.UNDER, role=READERS, title=_("Leaders' visits"))
def leader_visits(asking: Asking, ask: VisitsAsk) -> list[LeaderVisitRow]:
    """Return leaders' visits to a place and under it: what stays open first, then what is planned, then what is closed."""
    check_of_place(asking.store, asking.role, asking.hat.mandate)
    rows = LeaderVisit.objects.filter(place__startswith=prefix_of(ask.place))
    visits = list(rows.order_by("-on", "-id")[:200])
    tasks = tasks_of(visits)
    found = [visit_row(asking, row, tasks.get(row.id, [])) for row in visits]
    order = ("stays_open", "begun", "planned", "closed", "cancelled")
    return sorted(found, key=lambda row: order.index(row.state))


def visit_row(asking: Asking, row: LeaderVisit, tasks: list[VisitTask]) -> LeaderVisitRow:
    """Return a visit with its state."""
    return LeaderVisitRow(
        visit=row.id,
        place=row.place,
        leader=name_of(asking.store, row.person),
        office=asker_of(asking.store, row.mandate)[1],
        on=row.on,
        hands=row.hands,
        purpose=row.purpose,
        joined=joined_turn(asking.store, row),
        began_at=row.began_at,
        ended_at=row.ended_at,
        minutes=lasted(row),
        state=visit_state(row, len(tasks)),
        tasks=len(tasks),
        tasks_open=sum(task.done_at is None for task in tasks),
        word=row.word,
        mine=row.person == asking.person,
        hosted=hosted(asking, row),
        missed=row.began_at is None and row.on < day(asking.now),
    )


def hosted(asking: Asking, row: LeaderVisit) -> bool:
    """Tell whether whoever asks is the host of a visit."""
    return (
        asking.role in HOSTS
        and row.person != asking.person
        and is_host(row.place, asking.hat.place, visitors_place(asking.store, row.mandate))
    )


def visit_state(row: LeaderVisit, tasks: int) -> str:
    """Return how a visit stands."""
    return state_of(
        began=row.began_at is not None,
        ended=row.ended_at is not None,
        cancelled=row.cancelled_at is not None,
        tasks=tasks,
        nothing_needed=row.nothing_at is not None,
    )


@query(scope=Scope.UNDER, role=READERS, title=_("Tasks that visitors took"))
def visit_tasks(asking: Asking, ask: VisitsAsk) -> list[TaskRow]:
    """Return the tasks that leaders took away from a place and under it, the open ones first."""
    check_of_place(asking.store, asking.role, asking.hat.mandate)
    rows = VisitTask.objects.filter(place__startswith=prefix_of(ask.place)).select_related("visit")
    found = [
        TaskRow(
            task=row.id,
            visit=row.visit_id,
            place=row.place,
            leader=name_of(asking.store, row.person),
            text=row.text,
            due=row.due,
            done_at=row.done_at,
            outcome=row.outcome,
            mine=row.person == asking.person,
            hosted=hosted(asking, row.visit),
        )
        for row in rows.order_by("due", "id")[:500]
    ]
    return sorted(found, key=lambda row: row.done_at is not None)


class OnDayAsk(Ask):
    """A place on a day."""

    place: PlaceCode
    on: dt.date | None = None


class JoinRow(Row):
    """A turn of duty that a visitor may join: the post and its hours, and nobody's name."""

    booking: UUID
    post_name: str
    starts_at: dt.datetime
    ends_at: dt.datetime


@query(scope=Scope.UNDER, role={Role.LEADER}, title=_("Turns of duty to join"))
def turns_to_join(asking: Asking, ask: OnDayAsk) -> list[JoinRow]:
    """Return the turns of duty of a place, of one day or of those to come: a visitor takes part instead of being shown around."""
    since = start_of_day(ask.on or day(asking.now))
    rows = Booking.objects.filter(place=ask.place, cancelled_at=None, starts_at__gte=since)
    if ask.on is not None:
        rows = rows.filter(starts_at__lt=since + dt.timedelta(days=1))
    return [
        JoinRow(
            booking=row.id,
            post_name=row.point.name,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
        )
        for row in rows.select_related("point").order_by("starts_at", "id")[:50]
    ]


@query(scope=Scope.PUBLIC, title=_("The last first-hand visit"))
def last_visit(asking: Asking, ask: VisitsAsk) -> LastVisit:
    """Return how many days ago a leader last was at a place or under it: figures from there are as old as that."""
    last = (
        LeaderVisit.objects.filter(
            place__startswith=prefix_of(ask.place), began_at__isnull=False, cancelled_at=None
        )
        .order_by("-began_at")
        .first()
    )
    at = last.began_at if last else None
    return LastVisit(
        place=ask.place,
        last_visit=at,
        days_since=(day(asking.now) - day(at)).days if at else None,
    )


@query(scope=Scope.UNDER, role=READERS, title=_("What hosts said of visits"))
def visit_words(asking: Asking, ask: VisitsAsk) -> list[WordRow]:
    """Return how often each word was said about visits to a place and under it: of visits, never of a visitor."""
    check_of_place(asking.store, asking.role, asking.hat.mandate)
    rows = LeaderVisit.objects.filter(place__startswith=prefix_of(ask.place), word__isnull=False)
    said = Counter(str(word) for word in rows.values_list("word", flat=True))
    return [WordRow(word=word, times_count=number) for word, number in said.most_common()]


def visited_by_leaders(prefix: str, since: dt.datetime, until: dt.datetime) -> list[Subject]:
    """Return the places that leaders visited in a span."""
    rows = LeaderVisit.objects.filter(
        place__startswith=prefix, began_at__gte=since, began_at__lt=until
    )
    return [Subject(place) for place in rows.values_list("place", flat=True).distinct()]


@burden_source("leader_visit", whom=visited_by_leaders)
def minutes_of_leaders(
    store: Store, subject: Subject, since: dt.datetime, until: dt.datetime
) -> list[Spent]:
    """Return the minutes of leaders' visits to a place, by their real length."""
    if subject.organisation is not None:
        return []
    rows = LeaderVisit.objects.filter(
        place=subject.place, began_at__gte=since, began_at__lt=until, ended_at__isnull=False
    ).order_by("began_at", "id")
    return [Spent(*asker_of(store, row.mandate), "leader_visit", lasted(row)) for row in rows]
