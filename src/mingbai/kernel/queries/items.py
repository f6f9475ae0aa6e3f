"""Queries on open items: what waits, for whom, since when."""

import datetime as dt
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mingbai.kernel.acting import Asking
from mingbai.kernel.asks import Ask, Row
from mingbai.kernel.firms import OWN_SIDE
from mingbai.kernel.glossary import terms
from mingbai.kernel.models import OpenItem
from mingbai.kernel.places import prefix_of
from mingbai.kernel.registry import Scope, query
from mingbai.kernel.words import PlaceCode, Role

terms(
    {
        "subject": _("About"),
        "asked_at": _("Asked"),
        "seen_at": _("Seen"),
        "due_at": _("Due"),
        "done_at": _("Done"),
        "outcome": _("Outcome"),
        "because": _("Because of"),
        "done": _("Show what is done too"),
    }
)
OFFICES = set(Role) - {Role.ANYONE, Role.RESIDENT, Role.WITNESS}


class Waiting(Ask):
    """Open items of a place and what lies under it."""

    place: PlaceCode
    done: bool = False


class ItemRow(Row):
    """An open item."""

    item: UUID
    kind: str
    subject: str
    place: str
    role: str
    asked_at: dt.datetime
    seen_at: dt.datetime | None
    due_at: dt.datetime | None
    done_at: dt.datetime | None
    outcome: str | None
    because: UUID


@query(scope=Scope.UNDER, role=OFFICES, desk="items", title=_("What waits"))
def waiting(asking: Asking, ask: Waiting) -> list[ItemRow]:
    """Return the open items for my role at a place and under it, the most urgent first."""
    found = OpenItem.objects.filter(place__startswith=prefix_of(ask.place))
    if asking.role not in (Role.OPERATOR, Role.LEADER, Role.AUDITOR):
        theirs = Q(role=asking.role)
        if asking.role in OWN_SIDE or asking.role is Role.INSPECTOR:
            # What waits for one firm or is one inspector's visit is no matter of another's at the same place.
            theirs &= Q(person=None)
        found = found.filter(theirs | Q(person=asking.person))
    if not ask.done:
        found = found.filter(done_at=None)
    return [
        ItemRow(
            item=row.id,
            kind=row.kind,
            subject=row.subject,
            place=row.place,
            role=row.role,
            asked_at=row.asked_at,
            seen_at=row.seen_at,
            due_at=row.due_at,
            done_at=row.done_at,
            outcome=row.outcome,
            because=row.because,
        )
        for row in found.order_by("due_at", "asked_at", "id")[:500]
    ]
