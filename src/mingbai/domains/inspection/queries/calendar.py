"""The one calendar: what was and will be looked at at a firm, a point or a place, by whom, and from when on it may be again."""

import datetime as dt
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from mingbai.domains.inspection.models import ChecklistItem, Visit, VisitItem
from mingbai.domains.inspection.queries import subjects
from mingbai.domains.inspection.queries.visits import READING, sentence
from mingbai.domains.inspection.rules import visits as rules
from mingbai.kernel.acting import Asking
from mingbai.kernel.asks import Ask, Row
from mingbai.kernel.clock import day
from mingbai.kernel.firms import OWN_SIDE, own
from mingbai.kernel.models import Organisation
from mingbai.kernel.refusals import NotAllowed
from mingbai.kernel.registry import Scope, query
from mingbai.kernel.words import PlaceCode, Role

KEEPING = {Role.GUARD, Role.KEEPER, Role.CREW_LEAD}


class OfSubject(Ask):
    """Of a firm, a point or a place."""

    place: PlaceCode
    organisation: UUID | None = None
    point: UUID | None = None


class CalendarRow(Row):
    """One item that was or will be looked at."""

    visit: UUID
    visited: str
    on: dt.date
    office: str
    code: str
    sentence: str
    looks_at: str
    state: str
    free_on: dt.date


@query(scope=Scope.UNDER, role=READING | OWN_SIDE | KEEPING, title=_("The calendar of inspections"))
def calendar(asking: Asking, ask: OfSubject) -> list[CalendarRow]:
    """Return the items that were or will be looked at here, the newest first, and from which day on each may be again."""
    subject = subjects.subject_of(asking, ask.place, ask.organisation, ask.point)
    check_own(asking, subject.organisation)
    if asking.role in KEEPING and subject.organisation is not None:
        raise NotAllowed("FRM-9")
    today = day(asking.now)
    _level, grade = subjects.ruled(asking.store, ask.place, asking.now)
    days = subjects.window(asking.store, ask.place, grade, asking.now)
    visits = {
        row.id: row
        for row in asking.find(Visit, subject=subject.key)
        if subjects.stands(row, today)
    }
    found = []
    for item in asking.find(VisitItem, subject=subject.key):
        if item.state not in rules.COUNTS or item.visit_id not in visits:
            continue
        kept = asking.see(ChecklistItem, id=item.item_id)
        found.append(
            CalendarRow(
                visit=item.visit_id,
                visited=subject.name,
                on=item.on,
                office=visits[item.visit_id].office,
                code=item.code,
                sentence=sentence(kept),
                looks_at=item.looks_at,
                state=item.state,
                free_on=item.on + dt.timedelta(days=days),
            )
        )
    return sorted(found, key=lambda row: (row.on, row.looks_at, row.code), reverse=True)


def check_own(asking: Asking, organisation: UUID | None) -> None:
    """FRM-9 各看各家: a firm's own side reads what concerns that firm, and of no other."""
    if asking.role not in OWN_SIDE:
        return
    firm = asking.see(Organisation, id=organisation) if organisation else None
    if firm is None or not own(asking.store, asking.role, asking.hat.mandate, firm):
        raise NotAllowed("FRM-9")
