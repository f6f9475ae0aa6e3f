"""Commands on what is known of firms and teams once for all desks: classes, supply links, vehicles, visibility, works."""

import datetime as dt
import re
from typing import Annotated, Literal
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from pydantic import AfterValidator, StringConstraints

from mingbai.kernel.acting import Acting
from mingbai.kernel.asks import Answer, Ask, Open
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
from mingbai.kernel.refusals import Refused, sentences
from mingbai.kernel.registry import command
from mingbai.kernel.words import OpenName, PlaceCode, Role, half_width, sound

sentences(
    {
        "FRM-1": _("This firm is in that class already."),
        "FRM-2": _("This firm is not in that class."),
        "FRM-3": _("A firm does not supply itself."),
        "FRM-4": _("This link is registered already."),
        "FRM-5": _("No link of this id waits for this firm's word."),
        "FRM-6": _("%(plate)s is not a number plate. Write it like 京A12345."),
        "FRM-7": _("This vehicle is registered already, with %(name)s."),
        "FRM-8": _("A day in the future can't have works yet."),
    }
)
terms(
    {
        "class": _("Class"),
        "firm_class": _("Class"),
        "supplier": _("Supplier"),
        "buyer": _("Buyer"),
        "supply": _("What is supplied"),
        "link": _("Link"),
        "plate": _("Number plate"),
        "vehicle": _("Vehicle"),
        "vehicle_kind": _("Kind of vehicle"),
        "record_field": _("Field of the record"),
        "office": _("Office"),
        "shown": _("Shown"),
        "work": _("Work"),
    }
)
FirmClass = Literal["above_scale", "export", "key_supply"]
RecordField = Literal["credit_code", "sector", "purpose", "links", "vehicles", "classes"]
PLATE = re.compile(r"[\u4e00-\u9fff][A-Z][A-Z0-9]{5,6}[\u4e00-\u9fffA-Z0-9]?")
CARES = {Role.DESK, Role.CLERK, Role.SERVICE_OFFICER}


def firm_of(acting: Acting, place: str, number: UUID) -> Organisation:
    """Return an organisation of the place."""
    found = acting.see(Organisation, id=number)
    if found is None or found.place != place:
        raise Refused("ORG-4")
    return found


class PutInClass(Ask):
    """Put a firm into a class."""

    place: PlaceCode
    organisation: UUID
    firm_class: FirmClass
    since: dt.date | None = None


@command(role={Role.DESK}, desk="organisations", title=_("Put a firm into a class"))
def put_in_class(acting: Acting, ask: PutInClass) -> None:
    """Note that a firm is above the designated size, exports or is key to supply, from a day on."""
    firm = firm_of(acting, ask.place, ask.organisation)
    if acting.see(OrganisationClass, organisation_id=firm.id, what=ask.firm_class, until=None):
        raise Refused("FRM-1")
    acting.add(
        OrganisationClass(
            organisation_id=firm.id,
            what=ask.firm_class,
            since=ask.since or day(acting.at),
            recorded_at=acting.now,
        )
    )


class TakeFromClass(Ask):
    """Take a firm out of a class."""

    place: PlaceCode
    organisation: UUID
    firm_class: FirmClass
    until: dt.date | None = None


@command(role={Role.DESK}, desk="organisations", title=_("Take a firm out of a class"))
def take_from_class(acting: Acting, ask: TakeFromClass) -> None:
    """Note the last day on which a firm is in a class; the days before stay as they were."""
    firm = firm_of(acting, ask.place, ask.organisation)
    held = acting.hold(
        OrganisationClass, organisation_id=firm.id, what=ask.firm_class, until=None
    )
    if held is None:
        raise Refused("FRM-2")
    until = ask.until or day(acting.at)
    if until < held.since:
        raise Refused("ORG-3")
    acting.change(held, until=until)


class LinkSupply(Ask):
    """Say that a firm supplies another."""

    place: PlaceCode
    organisation: UUID
    buyer: UUID
    supply: OpenName
    since: dt.date | None = None


class Linked(Answer):
    """The link's id."""

    link: UUID


@command(role=CARES, desk="organisations", title=_("Note whom a firm supplies"))
def link_supply(acting: Acting, ask: LinkSupply) -> Linked:
    """Note that a firm supplies another; the link waits until the buyer's side agrees."""
    firm = firm_of(acting, ask.place, ask.organisation)
    if ask.buyer == firm.id:
        raise Refused("FRM-3")
    if acting.see(Organisation, id=ask.buyer) is None:
        raise Refused("ORG-4")
    since = ask.since or day(acting.at)
    for held in acting.find(SupplyLink, supplier_id=firm.id, buyer_id=ask.buyer, goods=ask.supply):
        if held.until is None or held.since == since:
            raise Refused("FRM-4")
    added = acting.add(
        SupplyLink(supplier_id=firm.id, buyer_id=ask.buyer, goods=ask.supply, since=since)
    )
    return Linked(link=added.id)


class AgreeSupply(Ask):
    """Agree that a firm is supplied by another."""

    place: PlaceCode
    organisation: UUID
    link: UUID


@command(role=CARES, desk="organisations", title=_("Agree to a supply link"))
def agree_supply(acting: Acting, ask: AgreeSupply) -> None:
    """Agree, on the buyer's side, that another firm supplies it."""
    firm = firm_of(acting, ask.place, ask.organisation)
    held = acting.hold(SupplyLink, id=ask.link)
    if held is None or held.buyer_id != firm.id or held.agreed_at or held.until:
        raise Refused("FRM-5")
    acting.change(held, agreed_at=acting.now)


class EndSupply(Ask):
    """End a supply link."""

    place: PlaceCode
    organisation: UUID
    link: UUID


@command(role=CARES, desk="organisations", title=_("End a supply link"))
def end_supply(acting: Acting, ask: EndSupply) -> None:
    """End a supply link from either side."""
    firm = firm_of(acting, ask.place, ask.organisation)
    held = acting.hold(SupplyLink, id=ask.link)
    if held is None or firm.id not in (held.buyer_id, held.supplier_id) or held.until:
        raise Refused("FRM-5")
    acting.change(held, until=max(day(acting.at), held.since))


class AddVehicle(Ask):
    """Register a vehicle."""

    place: PlaceCode
    organisation: UUID
    plate: Annotated[
        str, Open(), AfterValidator(half_width), StringConstraints(min_length=1, max_length=12)
    ]
    vehicle_kind: Literal["lorry", "bus", "van", "car"]


class VehicleAdded(Answer):
    """The vehicle's id."""

    vehicle: UUID


@command(role=CARES, desk="organisations", title=_("Register a vehicle"))
def add_vehicle(acting: Acting, ask: AddVehicle) -> VehicleAdded:
    """Register a firm's vehicle by its plate, once for all desks."""
    firm = firm_of(acting, ask.place, ask.organisation)
    plate = ask.plate.replace(" ", "").replace("·", "").upper()
    if not PLATE.fullmatch(plate):
        raise Refused("FRM-6", plate=ask.plate)
    held = acting.hold(Vehicle, plate=plate)
    if held is not None and held.withdrawn_at is None:
        owner = acting.see(Organisation, id=held.organisation_id)
        assert owner is not None
        raise Refused("FRM-7", name=owner.name)
    if held is not None:
        changed = acting.change(
            held,
            organisation_id=firm.id,
            place=ask.place,
            kind=ask.vehicle_kind,
            withdrawn_at=None,
        )
        return VehicleAdded(vehicle=changed.id)
    added = acting.add(
        Vehicle(plate=plate, kind=ask.vehicle_kind, place=ask.place, organisation_id=firm.id)
    )
    return VehicleAdded(vehicle=added.id)


class WithdrawVehicle(Ask):
    """Withdraw a vehicle."""

    place: PlaceCode
    vehicle: UUID


@command(role=CARES, desk="organisations", title=_("Withdraw a vehicle"))
def withdraw_vehicle(acting: Acting, ask: WithdrawVehicle) -> None:
    """Note that a firm no longer has a vehicle; another may register its plate then."""
    held = acting.hold(Vehicle, id=ask.vehicle)
    if held is None or held.place != ask.place or held.withdrawn_at is not None:
        raise Refused("ORG-4")
    acting.change(held, withdrawn_at=acting.now)


class SetVisibility(Ask):
    """Set which office sees a field."""

    place: PlaceCode
    record_field: RecordField
    office: Role
    shown: bool


@command(
    role={Role.DESK, Role.APPOINTING_OFFICE},
    desk="organisations",
    title=_("Set which office sees a field"),
)
def set_visibility(acting: Acting, ask: SetVisibility) -> None:
    """Set whether an office sees a field of a firm's one record, at a place and under it, from now on."""
    since = day(acting.at)
    key = {"field": ask.record_field, "office": ask.office, "place": ask.place, "since": since}
    held = acting.hold(FieldVisibility, **key)
    if held is not None:
        acting.change(held, shown=ask.shown)
    else:
        acting.add(FieldVisibility(**key, shown=ask.shown))


class RecordWork(Ask):
    """Note a team's work."""

    place: PlaceCode
    organisation: UUID
    on: dt.date | None = None
    work: Annotated[
        str, Open(), AfterValidator(sound), StringConstraints(min_length=1, max_length=200)
    ]


@command(
    role={Role.DESK, Role.CREW_LEAD, Role.ORGANISER},
    desk="organisations",
    title=_("Note a team's work"),
)
def record_work(acting: Acting, ask: RecordWork) -> None:
    """Note what a team did on a day; anyone may read its works by year, so no person is named."""
    team = firm_of(acting, ask.place, ask.organisation)
    on = ask.on or day(acting.at)
    if on > day(acting.now):
        raise Refused("FRM-8")
    if on < team.since or (team.until is not None and on > team.until):
        raise Refused("ORG-3")
    acting.add(
        Work(organisation_id=team.id, place=ask.place, on=on, text=ask.work, entry=acting.entry)
    )
