"""Queries on checklists and visits: which lists hold, what is planned, and one visit with its items."""

import datetime as dt
from uuid import UUID

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from mingbai.domains.inspection.models import Checklist, ChecklistItem, Finding, Visit, VisitItem
from mingbai.domains.inspection.queries import subjects
from mingbai.domains.inspection.rules import visits as rules
from mingbai.domains.inspection.words import ListCode
from mingbai.kernel.acting import Asking
from mingbai.kernel.asks import Ask, Row
from mingbai.kernel.clock import day
from mingbai.kernel.glossary import terms
from mingbai.kernel.models import Mandate, Person
from mingbai.kernel.places import prefix_of
from mingbai.kernel.policy import above
from mingbai.kernel.refusals import Refused
from mingbai.kernel.registry import Scope, query
from mingbai.kernel.words import PlaceCode, Role

READING = {Role.INSPECTOR, Role.DESK, Role.OVERSEER, Role.LEADER, Role.AUDITOR}
ROWS_MOST = 500


def chinese() -> bool:
    """Tell whether whoever reads it reads Chinese."""
    return (get_language() or "zh").startswith("zh")


def sentence(item: ChecklistItem | None) -> str:
    """Return an item's sentence in the language of the moment."""
    if item is None:
        return ""
    return item.text_zh if chinese() else item.text_en


def list_name(row: Checklist) -> str:
    """Return what a checklist is called in the reader's language."""
    return row.name_zh if chinese() else row.name_en


class ListsAt(Ask):
    """The checklists of a place on a day, or those for one firm or point."""

    place: PlaceCode
    organisation: UUID | None = None
    point: UUID | None = None
    on: dt.date | None = None


class ListRow(Row):
    """A checklist in force: its version, what it looks at, for whom, and how many items apply on the day."""

    checklist: str
    name: str
    version: int
    looks_at: str
    applies_to: str
    sectors: str
    levels: str
    grades: str
    item_count: int
    place: str


@query(scope=Scope.PUBLIC, title=_("Checklists"))
def checklists(asking: Asking, ask: ListsAt) -> list[ListRow]:
    """Return the checklists in force at a place on a day, as anyone may read them; for a firm or point those that are for it."""
    on = ask.on or day(asking.now)
    moment = subjects.moment_of(on, asking.now)
    level, grade = subjects.ruled(asking.store, ask.place, moment)
    held = subjects.lists_in_force(asking.store, ask.place, moment)
    rows = sorted(held.values(), key=lambda row: (row.looks_at, row.code))
    if ask.organisation is not None or ask.point is not None:
        subject = subjects.subject_of(asking, ask.place, ask.organisation, ask.point)
        rows = [row for row in rows if subjects.fits(row, subject, level, grade)]
    return [
        ListRow(
            checklist=row.code,
            name=list_name(row),
            version=row.version,
            looks_at=row.looks_at,
            applies_to=row.applies_to,
            sectors=row.sectors,
            levels=row.levels,
            grades=row.grades,
            item_count=len(subjects.items_of(asking.store, row, level)),
            place=row.place,
        )
        for row in rows
    ]


class OneList(Ask):
    """One checklist."""

    place: PlaceCode
    checklist: ListCode
    on: dt.date | None = None


class ListItemRow(Row):
    """One item of a checklist."""

    code: str
    text_zh: str
    text_en: str
    levels: str
    version: int


@query(scope=Scope.PUBLIC, title=_("The items of a checklist"))
def checklist_items(asking: Asking, ask: OneList) -> list[ListItemRow]:
    """Return the items of a checklist in the version that holds on a day: every item, with the levels at which it applies."""
    on = ask.on or day(asking.now)
    held = subjects.lists_in_force(asking.store, ask.place, subjects.moment_of(on, asking.now))
    row: Checklist | None = held.get(ask.checklist)
    if row is None:
        raise Refused("INS-1")
    items = sorted(asking.find(ChecklistItem, checklist_id=row.id), key=lambda one: one.number)
    return [
        ListItemRow(
            code=one.code,
            text_zh=one.text_zh,
            text_en=one.text_en,
            levels=one.levels,
            version=row.version,
        )
        for one in items
    ]


terms({"list_name": _("Checklist")})


class VisitsAt(Ask):
    """The visits at a place and under it, from a day on or of one day."""

    place: PlaceCode
    since: dt.date | None = None
    until: dt.date | None = None


class VisitRow(Row):
    """A visit: to what, on which day, by whom, how far it is, and what came of it."""

    visit: UUID
    place: str
    visited: str
    organisation: UUID | None
    point: UUID | None
    on: dt.date
    office: str
    person: UUID | None
    checklists: str
    help: bool
    recheck: bool
    state: str
    began_at: dt.datetime | None
    ended_at: dt.datetime | None
    lasted_minutes: int | None
    looked_at: int
    failed: int
    item_count: int


def length(row: Visit) -> int | None:
    """Return how many minutes a visit really lasted."""
    if row.began_at is None or row.ended_at is None:
        return None
    return max(1, round((row.ended_at - row.began_at).total_seconds() / 60))


def visit_row(asking: Asking, row: Visit, name: str) -> VisitRow:
    """Return a visit as its readers see it."""
    items = [one.state for one in asking.find(VisitItem, visit_id=row.id)]
    return VisitRow(
        visit=row.id,
        place=row.place,
        visited=name,
        organisation=row.organisation_id,
        point=row.point_id,
        on=row.on,
        office=row.office,
        person=row.person,
        checklists=row.checklists,
        help=row.help,
        recheck=row.recheck,
        state=row.state,
        began_at=row.began_at,
        ended_at=row.ended_at,
        lasted_minutes=length(row),
        looked_at=sum(one in (rules.OK, rules.FAILED) for one in items),
        failed=items.count(rules.FAILED),
        item_count=len(items),
    )


@query(scope=Scope.UNDER, role=READING, title=_("Visits"))
def visits(asking: Asking, ask: VisitsAt) -> list[VisitRow]:
    """Return the visits at a place and under it, the next first; without days those of the last week and all to come."""
    since = ask.since or day(asking.now) - dt.timedelta(days=7)
    found = Visit.objects.filter(place__startswith=prefix_of(ask.place), on__gte=since)
    if ask.until is not None:
        found = found.filter(on__lte=ask.until)
    rows = list(found.order_by("on", "id")[:ROWS_MOST])
    names = subjects.names_of(asking.store, rows)
    return [visit_row(asking, row, names[row.subject]) for row in rows]


class OneVisit(Ask):
    """One visit."""

    place: PlaceCode
    visit: UUID


class VisitItemRow(Row):
    """One item of a visit, and how it was found."""

    code: str
    sentence: str
    looks_at: str
    checklist: str
    list_name: str
    version: int
    state: str
    ticked_at: dt.datetime | None


class WholeVisit(VisitRow):
    """A visit with its items."""

    new_fact: str | None
    reason: str | None
    findings: int
    check_items: list[VisitItemRow]


@query(scope=Scope.UNDER, role=READING, title=_("One visit"))
def visit(asking: Asking, ask: OneVisit) -> WholeVisit:
    """Return a visit with its items, each with the list and version that it is of."""
    row = asking.see(Visit, id=ask.visit)
    if row is None or row.place != ask.place:
        raise Refused("INS-5")
    name = subjects.names_of(asking.store, [row])[row.subject]
    return WholeVisit(
        **visit_row(asking, row, name).model_dump(),
        new_fact=row.new_fact,
        reason=row.reason,
        findings=len(asking.find(Finding, visit_id=row.id)),
        check_items=item_rows(asking, row),
    )


def item_rows(asking: Asking, row: Visit) -> list[VisitItemRow]:
    """Return the items of a visit in the order of their lists."""
    kept = {
        one.id: one
        for item in asking.find(VisitItem, visit_id=row.id)
        if (one := asking.see(ChecklistItem, id=item.item_id)) is not None
    }
    lists = {one.id: one for one in subjects.lists_of(asking.store, kept.values())}
    found = []
    for item in asking.find(VisitItem, visit_id=row.id):
        of = kept[item.item_id]
        found.append(
            (
                (item.looks_at, lists[of.checklist_id].code, of.number),
                VisitItemRow(
                    code=item.code,
                    sentence=sentence(of),
                    looks_at=item.looks_at,
                    checklist=lists[of.checklist_id].code,
                    list_name=list_name(lists[of.checklist_id]),
                    version=lists[of.checklist_id].version,
                    state=item.state,
                    ticked_at=item.ticked_at,
                ),
            )
        )
    return [one for _key, one in sorted(found, key=lambda pair: pair[0])]


class AtPlace(Ask):
    """At a place."""

    place: PlaceCode


class InspectorRow(Row):
    """Somebody who may be sent to inspect a place."""

    person: UUID
    name: str
    office: str


@query(scope=Scope.UNDER, role={Role.INSPECTOR, Role.DESK}, title=_("Inspectors of a place"))
def inspectors(asking: Asking, ask: AtPlace) -> list[InspectorRow]:
    """Return the inspectors whose office reaches a place: those of the place itself and of every place above it."""
    found = {}
    for where in above(ask.place):
        for one in asking.find(Mandate, place=where, role=Role.INSPECTOR):
            person = asking.see(Person, id=one.person_id)
            ended = one.ends_at is not None and one.ends_at <= asking.now
            if person is None or person.name is None or ended or one.starts_at > asking.now:
                continue
            found[person.id] = InspectorRow(person=person.id, name=person.name, office=one.capacity)
    return sorted(found.values(), key=lambda row: row.name)
