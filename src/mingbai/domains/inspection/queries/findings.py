"""Queries on findings: those of a place by age, one's own to put right, and one with every step of its way."""

import datetime as dt
from collections.abc import Iterable
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from mingbai.domains.inspection.models import (
    ChecklistItem,
    Finding,
    FindingStep,
    Visit,
    VisitItem,
)
from mingbai.domains.inspection.queries import subjects
from mingbai.domains.inspection.queries.calendar import KEEPING, check_own
from mingbai.domains.inspection.queries.visits import READING, ROWS_MOST, sentence
from mingbai.domains.inspection.rules import visits as rules
from mingbai.kernel.acting import Asking
from mingbai.kernel.asks import Ask, Row
from mingbai.kernel.clock import day
from mingbai.kernel.firms import OWN_SIDE
from mingbai.kernel.models import Attachment, Mandate
from mingbai.kernel.places import prefix_of
from mingbai.kernel.refusals import NotAllowed, Refused
from mingbai.kernel.registry import Scope, query
from mingbai.kernel.words import PlaceCode


class FindingsAt(Ask):
    """The findings of a place and under it."""

    place: PlaceCode
    done: bool = False


class FindingRow(Row):
    """A finding: where, what, how bad, whose, by when, and how far it is."""

    finding: UUID
    place: str
    visited: str
    organisation: UUID | None
    point: UUID | None
    visit: UUID
    code: str
    sentence: str
    severity: str
    text: str
    owner: str
    due: dt.date
    overdue: bool
    days_open: int
    state: str
    at: dt.datetime


def finding_rows(asking: Asking, rows: Iterable[Finding]) -> list[FindingRow]:
    """Return findings as their readers see them: the overdue first, then by age, the serious before the minor."""
    listed = list(rows)
    visits = {row.visit_id: asking.find(Visit, id=row.visit_id)[0] for row in listed}
    names = subjects.names_of(asking.store, visits.values())
    today = day(asking.now)
    found = [
        FindingRow(
            finding=row.id,
            place=row.place,
            visited=names[row.subject],
            organisation=row.organisation_id,
            point=row.point_id,
            visit=row.visit_id,
            code=row.code,
            sentence=sentence(item_of(asking, row)),
            severity=row.severity,
            text=row.text,
            owner=row.owner,
            due=row.due,
            overdue=row.state == rules.OPEN and row.due < today,
            days_open=((day(row.closed_at) if row.closed_at else today) - day(row.at)).days,
            state=row.state,
            at=row.at,
        )
        for row in listed
    ]
    return sorted(
        found,
        key=lambda row: (
            row.state in rules.SETTLED,
            not row.overdue,
            row.at,
            row.severity != "serious",
        ),
    )


def item_of(asking: Asking, row: Finding) -> ChecklistItem | None:
    """Return the item that a finding is about, in the version that the visit was booked with."""
    item = asking.see(VisitItem, visit_id=row.visit_id, code=row.code)
    return asking.see(ChecklistItem, id=item.item_id) if item is not None else None


@query(scope=Scope.UNDER, role=READING, title=_("Findings"))
def findings(asking: Asking, ask: FindingsAt) -> list[FindingRow]:
    """Return the findings of a place and under it, the overdue first, then the oldest."""
    found = Finding.objects.filter(place__startswith=prefix_of(ask.place))
    if not ask.done:
        found = found.exclude(state__in=rules.SETTLED)
    return finding_rows(asking, found.order_by("due", "id")[:ROWS_MOST])


@query(scope=Scope.PLACE, role=OWN_SIDE | KEEPING, title=_("Findings to put right"))
def my_findings(asking: Asking, ask: FindingsAt) -> list[FindingRow]:
    """Return what was found at my own firm, or what my office has to put right at this place."""
    if asking.role in OWN_SIDE:
        held = asking.see(Mandate, id=asking.hat.mandate) if asking.hat.mandate else None
        firm = held.organisation_id if held is not None else None
        rows = asking.find(Finding, organisation_id=firm, place=ask.place) if firm else []
    else:
        rows = asking.find(Finding, place=ask.place, owner=str(asking.role))
    return finding_rows(asking, [row for row in rows if ask.done or row.state not in rules.SETTLED])


class OneFinding(Ask):
    """One finding."""

    place: PlaceCode
    finding: UUID


class PictureRow(Row):
    """A picture of an act."""

    name: str
    digest: str


class StepRow(Row):
    """One step of a finding's way."""

    what: str
    text: str | None
    office: str
    at: dt.datetime
    entry: UUID
    pictures: list[PictureRow]


class WholeFinding(FindingRow):
    """A finding with every step of its way, and the pictures of each."""

    entry: UUID
    pictures: list[PictureRow]
    steps: list[StepRow]


@query(scope=Scope.UNDER, role=READING | OWN_SIDE | KEEPING, title=_("One finding"))
def finding(asking: Asking, ask: OneFinding) -> WholeFinding:
    """Return a finding with every step of its way; its owner reads their own."""
    row = asking.see(Finding, id=ask.finding)
    if row is None or row.place != ask.place:
        raise Refused("INS-10")
    check_own(asking, row.organisation_id)
    if asking.role in KEEPING and row.owner != asking.role:
        raise NotAllowed("INS-13")
    steps = [
        StepRow(
            what=one.what,
            text=one.text,
            office=one.office,
            at=one.at,
            entry=one.entry,
            pictures=pictures(asking, one.entry),
        )
        for one in asking.find(FindingStep, finding_id=row.id)
    ]
    return WholeFinding(
        **finding_rows(asking, [row])[0].model_dump(),
        entry=row.entry,
        pictures=pictures(asking, row.entry),
        steps=steps,
    )


def pictures(asking: Asking, entry: UUID) -> list[PictureRow]:
    """Return the pictures of an act, for whoever may read the finding."""
    rows = asking.find(Attachment, subject=entry.hex)
    return [PictureRow(name=row.name, digest=row.digest) for row in rows if row.deleted_at is None]
