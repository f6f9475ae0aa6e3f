"""Queries on open items: what waits, for whom, since when."""

import datetime as dt
from typing import Annotated
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from pydantic import Field, StringConstraints

from mingbai.kernel.acting import Asking
from mingbai.kernel.asks import Ask, Open, Row
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
        "passed_over": _("How many of the first to pass over"),
        "waits": _("How many wait"),
    }
)
OFFICES = set(Role) - {Role.ANYONE, Role.RESIDENT, Role.WITNESS}
ItemKind = Annotated[str, Open(), StringConstraints(pattern=r"^[a-z][a-z_.]{1,39}$")]
AT_MOST = 500


class Waiting(Ask):
    """Open items of a place and what lies under it, of every kind or of one."""

    place: PlaceCode
    kind: ItemKind | None = None
    done: bool = False
    most: int = Field(default=AT_MOST, ge=1, le=AT_MOST)
    passed_over: int = Field(default=0, ge=0, le=1_000_000)


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
    found = of_my_office(asking, ask.place)
    if ask.kind is not None:
        found = found.filter(kind=ask.kind)
    if not ask.done:
        found = found.filter(done_at=None)
    # What has no due time is not urgent; the two databases would put it at opposite ends.
    found = found.order_by(F("due_at").asc(nulls_last=True), "asked_at", "id")
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
        for row in found[ask.passed_over : ask.passed_over + ask.most]
    ]


def of_my_office(asking: Asking, place: str) -> QuerySet[OpenItem]:
    """Return the open items at a place and under it that concern my office, done or not."""
    found = OpenItem.objects.filter(place__startswith=prefix_of(place))
    if asking.role in (Role.OPERATOR, Role.LEADER, Role.AUDITOR):
        return found
    theirs = Q(role=asking.role)
    if asking.role in OWN_SIDE or asking.role is Role.INSPECTOR:
        # What waits for one firm or is one inspector's visit is no matter of another's at the same place.
        theirs &= Q(person=None)
    return found.filter(theirs | Q(person=asking.person))


class KindsAt(Ask):
    """Which kinds of open items wait at a place and under it."""

    place: PlaceCode


class KindRow(Row):
    """How many open items of a kind wait."""

    kind: str
    waits: int


@query(scope=Scope.UNDER, role=OFFICES, desk="items", title=_("What waits, by kind"))
def kinds(asking: Asking, ask: KindsAt) -> list[KindRow]:
    """Return how many open items of each kind wait for my role at a place and under it."""
    found = of_my_office(asking, ask.place).filter(done_at=None)
    rows = found.values("kind").annotate(waits=Count("id")).order_by("kind")
    return [KindRow(kind=row["kind"], waits=row["waits"]) for row in rows]
