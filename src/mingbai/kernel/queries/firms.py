"""Queries on a firm's one record: every office sees the same firm, each the fields that are for it."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from pydantic import ConfigDict, model_validator

from mingbai.kernel.acting import Asking
from mingbai.kernel.asks import Ask, Row
from mingbai.kernel.clock import day
from mingbai.kernel.fields import (
    FIRM_ADDRESS,
    FIRM_CLASSES,
    FIRM_CREDIT_CODE,
    FIRM_KIND,
    FIRM_NAME,
    FIRM_PURPOSE,
    FIRM_SECTOR,
    FIRM_SINCE,
    FIRM_VEHICLES,
)
from mingbai.kernel.firms import FIELDS, Eyes, in_class_on, named_sector
from mingbai.kernel.glossary import terms
from mingbai.kernel.models import (
    FieldVisibility,
    Organisation,
    OrganisationClass,
    Place,
    SupplyLink,
    Vehicle,
)
from mingbai.kernel.policy import above
from mingbai.kernel.queries.places import OfPlace
from mingbai.kernel.refusals import Refused
from mingbai.kernel.registry import Scope, query
from mingbai.kernel.words import OpenName, PlaceCode, Role

terms(
    {
        "classes": _("Classes"),
        "supply_links": _("Supply links"),
        "vehicles": _("Vehicles"),
        "hidden": _("Not shown to this office"),
        "agreed": _("The buyer agrees"),
        "place_name": _("Place"),
    }
)
NAMED_LEAST, FOUND_MOST, COUNTY = 2, 50, 6
FIRM_KINDS = ("company", "branch")
READERS = {
    Role.DESK,
    Role.CLERK,
    Role.FIRM_HEAD,
    Role.SERVICE_OFFICER,
    Role.INSPECTOR,
    Role.OVERSEER,
    Role.LEADER,
    Role.GUARD,
    Role.AUDITOR,
}


class FirmOfName(Ask):
    """Part of a firm's name."""

    place: PlaceCode
    text: OpenName


class FoundFirm(Row):
    """A firm that a name may mean, and where it is."""

    organisation: UUID
    name: str
    place_name: str


@query(
    scope=Scope.UNDER,
    role={Role.DESK, Role.SERVICE_OFFICER, Role.CLERK, Role.FIRM_HEAD},
    desk="organisations",
    title=_("Firms of the county by name"),
)
def firms_by_name(asking: Asking, ask: FirmOfName) -> list[FoundFirm]:
    """Return the firms of a place's whole county whose name holds these words: to say whom one supplies, and nothing else of them."""
    if len(ask.text) < NAMED_LEAST:
        return []
    today = day(asking.now)
    found = Organisation.objects.filter(
        Q(until=None) | Q(until__gte=today),
        place__startswith=ask.place[:COUNTY],
        kind__in=FIRM_KINDS,
        name__icontains=ask.text,
    ).order_by("name", "place")[:FOUND_MOST]
    rows = list(found)
    places = dict(
        Place.objects.filter(code__in={row.place for row in rows}).values_list("code", "name")
    )
    return [
        FoundFirm(organisation=row.id, name=row.name, place_name=places.get(row.place, row.place))
        for row in rows
    ]


def place_may_be_left_out(schema: dict[str, Any]) -> None:
    """Let the description of an ask say that its place is filled in where it is not named."""
    schema["required"].remove("place")


class OfFirm(Ask):
    """Choose a firm of a place; where no place is named, it is the firm's own."""

    model_config = ConfigDict(json_schema_extra=place_may_be_left_out)

    place: PlaceCode
    organisation: UUID

    @model_validator(mode="before")
    @classmethod
    def at_its_place(cls, asked: Any) -> Any:
        """Fill in where the firm is, when it was not said."""
        if not isinstance(asked, dict) or asked.get("place") or not asked.get("organisation"):
            return asked
        try:
            number = UUID(str(asked["organisation"]))
        except ValueError:
            return asked
        place = Organisation.objects.filter(id=number).values_list("place", flat=True).first()
        if place is None:
            raise Refused("ORG-4")
        return asked | {"place": place}


class LinkRow(Row):
    """One firm supplies another."""

    supply_link: UUID
    supplier: str
    buyer: str
    supply: str
    since: dt.date
    until: dt.date | None
    agreed: bool


class VehicleRow(Row):
    """A vehicle of a firm."""

    vehicle: UUID
    plate: str
    vehicle_kind: str


class FirmRecord(Row):
    """A firm's one record, as far as it is for the office that asks."""

    organisation: UUID
    place: str
    name: str
    kind: str
    since: dt.date
    until: dt.date | None
    credit_code: str | None
    sector: str | None
    address: str | None
    purpose: str | None
    classes: list[str]
    hidden: list[str]
    supply_links: list[LinkRow]
    vehicles: list[VehicleRow]


def firm_asked(ask: OfFirm) -> Organisation:
    """Return the firm that was asked for."""
    firm = Organisation.objects.filter(id=ask.organisation, place=ask.place).first()
    if firm is None:
        raise Refused("ORG-4")
    return firm


@query(
    scope=Scope.UNDER,
    role=READERS,
    desk="organisations",
    title=_("A firm's record"),
    holds={
        "name": FIRM_NAME,
        "kind": FIRM_KIND,
        "since": FIRM_SINCE,
        "credit_code": FIRM_CREDIT_CODE,
        "sector": FIRM_SECTOR,
        "address": FIRM_ADDRESS,
        "purpose": FIRM_PURPOSE,
        "classes": FIRM_CLASSES,
        "vehicles": FIRM_VEHICLES,
    },
)
def record(asking: Asking, ask: OfFirm) -> FirmRecord:
    """Return a firm's one record; every office sees the same firm, each the fields that are for it."""
    firm, eyes = firm_asked(ask), Eyes(asking)
    seen = {field for field in FIELDS if eyes.sees(field, firm)}
    plain = {
        "credit_code": firm.credit_code,
        "sector": named_sector(firm.sector),
        "address": firm.address,
        "purpose": firm.purpose,
    }
    return FirmRecord(
        organisation=firm.id,
        place=firm.place,
        name=firm.name,
        kind=firm.kind,
        since=firm.since,
        until=firm.until,
        **{field: value if field in seen else None for field, value in plain.items()},
        classes=classes_of(firm, asking) if "classes" in seen else [],
        supply_links=links_of(firm) if "supply_links" in seen else [],
        vehicles=vehicles_of(firm) if "vehicles" in seen else [],
        hidden=[field for field in FIELDS if field not in seen],
    )


def classes_of(firm: Organisation, asking: Asking) -> list[str]:
    """Return the classes that a firm is in today."""
    rows = OrganisationClass.objects.filter(organisation=firm)
    return sorted({row.what for row in rows if in_class_on(row, day(asking.now), asking.now)})


def links_of(firm: Organisation) -> list[LinkRow]:
    """Return whom a firm supplies and who supplies it, those that ended last."""
    rows = SupplyLink.objects.filter(Q(supplier=firm) | Q(buyer=firm))
    rows = rows.select_related("supplier", "buyer").order_by("since", "id")
    return [
        LinkRow(
            supply_link=row.id,
            supplier=row.supplier.name,
            buyer=row.buyer.name,
            supply=row.goods,
            since=row.since,
            until=row.until,
            agreed=row.agreed_at is not None,
        )
        for row in sorted(rows, key=lambda row: row.until is not None)
    ]


def vehicles_of(firm: Organisation) -> list[VehicleRow]:
    """Return the vehicles that a firm has."""
    rows = Vehicle.objects.filter(organisation=firm, withdrawn_at=None).order_by("plate")
    return [VehicleRow(vehicle=row.id, plate=row.plate, vehicle_kind=row.kind) for row in rows]


@query(scope=Scope.UNDER, role=READERS, desk="organisations", title=_("Supply links of a firm"))
def supply_links(asking: Asking, ask: OfFirm) -> list[LinkRow]:
    """Return whom a firm supplies and who supplies it, to an office that sees it."""
    firm = firm_asked(ask)
    Eyes(asking).check("supply_links", firm)
    return links_of(firm)


@query(scope=Scope.UNDER, role=READERS, desk="organisations", title=_("Vehicles of a firm"))
def vehicles(asking: Asking, ask: OfFirm) -> list[VehicleRow]:
    """Return the vehicles that a firm has, to an office that sees them."""
    firm = firm_asked(ask)
    Eyes(asking).check("vehicles", firm)
    return vehicles_of(firm)


class VisibilityRow(Row):
    """What was said of which office sees which field."""

    place: str
    record_field: str
    office: str
    shown: bool
    since: dt.date


@query(
    scope=Scope.UNDER,
    role={Role.DESK, Role.APPOINTING_OFFICE, Role.OVERSEER, Role.AUDITOR},
    desk="organisations",
    title=_("Which office sees which field"),
)
def visibility(asking: Asking, ask: OfPlace) -> list[VisibilityRow]:
    """Return what a place, and every place above it, has said of which office sees which field."""
    places = list(above(ask.place))
    rows = FieldVisibility.objects.filter(place__in=places)
    return [
        VisibilityRow(
            place=row.place,
            record_field=row.field,
            office=row.office,
            shown=row.shown,
            since=row.since,
        )
        for row in sorted(
            rows, key=lambda row: (places.index(row.place), row.field, row.office, row.since)
        )
    ]
