"""Subjects: what is visited (a firm, a point, or a place), which lists are for it, and what was looked at there before."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from mingbai.domains.inspection.models import Checklist, ChecklistItem, Visit, VisitItem
from mingbai.domains.inspection.parameters import BETWEEN
from mingbai.domains.inspection.rules import visits as rules
from mingbai.kernel.acting import Acting, Asking
from mingbai.kernel.clock import at_time, day
from mingbai.kernel.models import Mandate, Organisation, Place, Point
from mingbai.kernel.policy import above, in_force
from mingbai.kernel.refusals import Refused
from mingbai.kernel.rows import Store
from mingbai.kernel.standing import ruling

Finds = Acting | Asking
MORNING = 8
"""The hour of a day to come whose level and grade choose the items when a visit is booked."""


def moment_of(on: dt.date, now: dt.datetime) -> dt.datetime:
    """Return the moment by whose level, grade and lists a visit is judged: now, or the morning of a day to come."""
    return now if day(now) == on else at_time(on, MORNING)


@dataclass(frozen=True)
class Subject:
    """What is visited."""

    key: str
    name: str
    kind: str
    place: str
    sector: str | None = None
    organisation: UUID | None = None
    point: UUID | None = None


def subject_of(
    finds: Finds, place: str, organisation: UUID | None, point: UUID | None, *, lock: bool = False
) -> Subject:
    """INS-17 查谁说清: a visit is to one firm or one point, or else to the place itself.

    Who books holds its row, so that two offices never book the same firm at the same instant.
    """
    if organisation is not None and point is not None:
        raise Refused("INS-17")
    if organisation is not None:
        firms = finds.store.fetch(Organisation, {"id": organisation}, lock=lock)
        return _of_firm(next(iter(firms), None), place)
    if point is not None:
        points = finds.store.fetch(Point, {"id": point}, lock=lock)
        return _of_point(next(iter(points), None), place)
    rows = finds.store.fetch(Place, {"code": place}, lock=lock, limit=None)
    name = max(rows, key=lambda row: len(row.prefix)).name if rows else place
    return Subject(place, name, "place", place)


def _of_firm(firm: Organisation | None, place: str) -> Subject:
    if firm is None or firm.place != place:
        raise Refused("ORG-4")
    return Subject(firm.id.hex, firm.name, "firm", place, firm.sector, organisation=firm.id)


def firm_named(finds: Finds, organisation: UUID) -> Subject:
    """Return a firm as what is visited."""
    (firm,) = finds.store.fetch(Organisation, {"id": organisation})
    return _of_firm(firm, firm.place)


def _of_point(point: Point | None, place: str) -> Subject:
    if point is None or point.place != place or point.closed_at is not None:
        raise Refused("INS-25")
    return Subject(point.id.hex, point.name, point.kind, place, point=point.id)


def subject_row(finds: Finds, row: Visit, *, lock: bool = False) -> Subject:
    """Return what a visit is to."""
    return subject_of(finds, row.place, row.organisation_id, row.point_id, lock=lock)


def lists_in_force(store: Store, place: str, at: dt.datetime) -> dict[str, Checklist]:
    """Return the newest version of each list that holds at a place at a moment: of the place's own or of one above it."""
    found: dict[str, Checklist] = {}
    for where in above(place):
        for row in store.fetch(Checklist, {"place": where}, limit=None):
            if row.starts_at > at or (row.withdrawn_at is not None and row.withdrawn_at <= at):
                continue
            held = found.get(row.code)
            if held is None or held.version < row.version:
                found[row.code] = row
    return found


def fits(row: Checklist, subject: Subject, level: str, grade: str) -> bool:
    """Tell whether a list is for what is visited, at the level and grade of the moment."""
    return (
        row.applies_to == subject.kind
        and rules.for_sector(row.sectors, subject.sector)
        and rules.holds(row.levels, level)
        and rules.holds(row.grades, grade)
    )


def items_of(store: Store, row: Checklist, level: str) -> list[ChecklistItem]:
    """Return the items of a list that apply at a level, in their order."""
    rows = store.fetch(ChecklistItem, {"checklist_id": row.id}, limit=None)
    return sorted(
        (one for one in rows if rules.holds(one.levels, level)), key=lambda one: one.number
    )


def ruled(store: Store, place: str, at: dt.datetime) -> tuple[str, str]:
    """Return the level and the grade of a place at a moment, as far as it is known."""
    return rules.words_of(ruling(store, place, at))


def window(store: Store, place: str, grade: str, at: dt.datetime) -> int:
    """Return for how many days nothing is inspected twice at a place, in a zone of this grade."""
    return in_force(store, BETWEEN[grade].name, place, at)


def stands(row: Visit, today: dt.date) -> bool:
    """Tell whether a visit took place or still will: one whose day went by without a beginning holds nothing."""
    return row.state in (rules.BEGUN, rules.ENDED) or (
        row.state == rules.PLANNED and row.on >= today
    )


def looked_at(
    finds: Finds, subject: str, today: dt.date, *, but: UUID | None = None
) -> list[rules.Before]:
    """Return what other visits looked at here or will look at."""
    rows = finds.store.fetch(Visit, {"subject": subject}, limit=None)
    visits = {row.id: row for row in rows if row.id != but and stands(row, today)}
    return [
        rules.Before(
            item.code,
            item.on,
            visits[item.visit_id].office,
            item.state,
            item.visit_id.hex,
            visits[item.visit_id].state != rules.PLANNED,
        )
        for item in finds.store.fetch(VisitItem, {"subject": subject}, limit=None)
        if item.visit_id in visits
    ]


def appraisals(finds: Finds, subject: str, today: dt.date) -> list[rules.Came]:
    """Return the visits here that count as appraisals: those that stand, but for rechecks and new facts."""
    return [
        rules.Came(row.on, row.office)
        for row in finds.store.fetch(Visit, {"subject": subject}, limit=None)
        if stands(row, today) and not row.recheck and row.new_fact is None
    ]


def lists_of(store: Store, items: Iterable[ChecklistItem]) -> list[Checklist]:
    """Return the lists, in their versions, that items stand on."""
    wanted = dict.fromkeys(one.checklist_id for one in items)
    return [row for number in wanted for row in store.fetch(Checklist, {"id": number})]


def names_of(store: Store, rows: Iterable[Visit]) -> dict[str, str]:
    """Return the name of what each visit is to."""
    found: dict[str, str] = {}
    for row in rows:
        if row.subject in found:
            continue
        if row.organisation_id is not None:
            named: Sequence[Organisation | Point | Place] = store.fetch(
                Organisation, {"id": row.organisation_id}
            )
        elif row.point_id is not None:
            named = store.fetch(Point, {"id": row.point_id})
        else:
            named = store.fetch(Place, {"code": row.place}, limit=1)
        found[row.subject] = named[0].name if named else row.subject
    return found


def holds_office(
    store: Store,
    person: UUID | None,
    at: dt.datetime,
    *,
    organisation: UUID | None,
    role: str,
    place: str,
) -> bool:
    """Tell whether a person answers for a firm, or holds the role at a place that a point's finding belongs to."""
    if person is None:
        return False
    held = store.fetch(Mandate, {"person_id": person}, limit=None)
    now = [one for one in held if one.starts_at <= at and (one.ends_at is None or at < one.ends_at)]
    if organisation is not None:
        return any(one.organisation_id == organisation for one in now)
    return any(one.role == role and one.place == place for one in now)
