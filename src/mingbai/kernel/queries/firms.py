"""Queries on firms and teams: one record of which each office sees its own fields, and a team's works by year."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from pydantic import Field

from mingbai.kernel.acting import Asking
from mingbai.kernel.asks import Ask, Row
from mingbai.kernel.clock import day
from mingbai.kernel.glossary import terms
from mingbai.kernel.models import (
    FieldVisibility,
    Organisation,
    OrganisationClass,
    SupplyLink,
    Vehicle,
    Work,
)
from mingbai.kernel.policy import above
from mingbai.kernel.refusals import Refused
from mingbai.kernel.registry import Scope, query
from mingbai.kernel.words import PlaceCode, Role

terms(
    {
        "sector": _("Sector"),
        "classes": _("Classes"),
        "links": _("Supply links"),
        "vehicles": _("Vehicles"),
        "hidden": _("Not for this office"),
        "year": _("Year"),
    }
)
# What an office sees of a firm where its place has said nothing else.
SEEN = {
    "credit_code": {Role.DESK, Role.CLERK, Role.SERVICE_OFFICER, Role.INSPECTOR},
    "sector": set(Role),
    "purpose": {Role.DESK, Role.CLERK, Role.SERVICE_OFFICER},
    "links": {Role.DESK, Role.SERVICE_OFFICER, Role.LEADER},
    "vehicles": {Role.DESK, Role.GUARD, Role.SERVICE_OFFICER},
    "classes": set(Role),
}


class OfOrganisation(Ask):
    """Choose an organisation."""

    place: PlaceCode
    organisation: UUID


class FirmRecord(Row):
    """A firm's one record, as the office that asks may see it."""

    organisation: UUID
    name: str
    kind: str
    sector: str | None
    credit_code: str | None
    purpose: str | None
    classes: list[str]
    links: list[str]
    vehicles: list[str]
    hidden: list[str]


def sees(asking: Asking, field: str, place: str) -> bool:
    """Tell whether the office that asks sees a field: the nearest place that said something, else what holds everywhere."""
    rows = FieldVisibility.objects.filter(field=field, office=asking.role, place__in=above(place))
    said: dict[str, FieldVisibility] = {}
    for row in rows.order_by("since"):
        if row.since <= day(asking.now):
            said[row.place] = row
    for where in above(place):
        if where in said:
            return said[where].shown
    return asking.role is Role.OPERATOR or asking.role in SEEN[field]


@query(
    scope=Scope.UNDER,
    role={
        Role.DESK,
        Role.CLERK,
        Role.SERVICE_OFFICER,
        Role.INSPECTOR,
        Role.OVERSEER,
        Role.LEADER,
        Role.GUARD,
    },
    desk="organisations",
    title=_("A firm's record"),
)
def record(asking: Asking, ask: OfOrganisation) -> FirmRecord:
    """Return a firm's one record; every office sees the same firm, each the fields that are for it."""
    firm = Organisation.objects.filter(id=ask.organisation, place=ask.place).first()
    if firm is None:
        raise Refused("ORG-4")
    hidden = [field for field in SEEN if not sees(asking, field, ask.place)]
    found: dict[str, Any] = {
        "sector": firm.sector,
        "credit_code": firm.credit_code,
        "purpose": firm.purpose,
        "classes": classes(firm, day(asking.now)),
        "links": links(firm),
        "vehicles": [
            row.plate
            for row in Vehicle.objects.filter(organisation=firm, withdrawn_at=None).order_by(
                "plate"
            )
        ],
    }
    shown: dict[str, Any] = {
        field: value if field not in hidden else ([] if isinstance(value, list) else None)
        for field, value in found.items()
    }
    return FirmRecord(
        organisation=firm.id, name=firm.name, kind=firm.kind, hidden=hidden, **shown
    )


def classes(firm: Organisation, on: dt.date) -> list[str]:
    """Return the classes a firm is in on a day."""
    rows = OrganisationClass.objects.filter(organisation=firm, since__lte=on)
    return sorted(row.what for row in rows if row.until is None or on <= row.until)


def links(firm: Organisation) -> list[str]:
    """Return whom a firm supplies and who supplies it, and whether both have said so."""
    rows = (
        SupplyLink.objects.filter(Q(supplier=firm) | Q(buyer=firm), until=None)
        .select_related("supplier", "buyer")
        .order_by("since", "id")
    )
    return [
        f"{row.supplier.name} → {row.buyer.name}: {row.goods}" + ("" if row.agreed_at else " (?)")
        for row in rows
    ]


class WorksOf(Ask):
    """Choose a team and a year."""

    place: PlaceCode
    organisation: UUID
    year: int = Field(ge=1949, le=2200)


class WorkRow(Row):
    """What a team did on a day."""

    on: dt.date
    work: str


@query(scope=Scope.PUBLIC, desk="organisations", title=_("A team's works"))
def works(asking: Asking, ask: WorksOf) -> list[WorkRow]:
    """Return what a team did in a year, in the order of days."""
    rows = Work.objects.filter(
        organisation_id=ask.organisation, place=ask.place, on__year=ask.year
    ).order_by("on", "id")
    return [WorkRow(on=row.on, work=row.text) for row in rows]
