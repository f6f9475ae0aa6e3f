"""Commands on a firm's one record, which all offices share: what changes, who supplies whom, vehicles, who sees what."""

from typing import Annotated, Literal
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from pydantic import AfterValidator, StringConstraints

from mingbai.kernel.acting import Acting
from mingbai.kernel.asks import Answer, Ask, Private
from mingbai.kernel.clock import day
from mingbai.kernel.documents import DocumentFault
from mingbai.kernel.documents import plate as plain_plate
from mingbai.kernel.firms import FOR_EVERYONE, NO_OFFICE, OWN_SIDE, RecordField, firm_of, speaks_for
from mingbai.kernel.glossary import narrowed, terms
from mingbai.kernel.models import FieldVisibility, Mandate, Organisation, SupplyLink, Vehicle
from mingbai.kernel.refusals import Refused
from mingbai.kernel.registry import command
from mingbai.kernel.words import (
    Address,
    FreeText,
    LikelyDay,
    OpenName,
    PlaceCode,
    Role,
    Sector,
    sound,
)

terms(
    {
        "sector": _("Sector"),
        "address": _("Address"),
        "supplier": _("Supplier"),
        "buyer": _("Buyer"),
        "supply": _("What is supplied"),
        "supply_link": _("Supply link"),
        "plate": _("Number plate"),
        "vehicle": _("Vehicle"),
        "vehicle_kind": _("Kind of vehicle"),
        "record_field": _("Field of the record"),
        "office": _("Office"),
        "shown": _("Shown"),
    }
)
CARES = {Role.DESK, Role.SERVICE_OFFICER, Role.CLERK, Role.FIRM_HEAD}
FIRMS_SIDE = {Role.DESK, Role.CLERK, Role.FIRM_HEAD}
Plate = Annotated[
    str, Private(), StringConstraints(min_length=1, max_length=20), AfterValidator(sound)
]


class ChangeRecord(Ask):
    """Change a firm's record."""

    place: PlaceCode
    organisation: UUID
    address: Address | None = None
    sector: Sector | None = None
    purpose: FreeText | None = None
    emptied: Literal["address", "sector", "purpose"] | None = None


@command(role=FIRMS_SIDE, desk="organisations", title=_("Change a firm's record"))
def change_record(acting: Acting, ask: ChangeRecord) -> None:
    """Change a firm's one record, or empty a field of it; every office that may see the field sees it at once."""
    firm = firm_of(acting, ask.place, ask.organisation)
    speaks_for(acting, firm)
    new = {
        name: value
        for name in ("address", "sector", "purpose")
        if (value := getattr(ask, name)) is not None and value != getattr(firm, name)
    }
    if ask.emptied is not None:
        if getattr(ask, ask.emptied) is not None:
            raise Refused("FRM-18")
        if getattr(firm, ask.emptied) is not None:
            new[ask.emptied] = None
    if not new:
        raise Refused("FRM-13")
    acting.change(firm, **new)


@narrowed("organisation", _("Supplier"))
class LinkSupply(Ask):
    """Say that a firm supplies another."""

    place: PlaceCode
    organisation: UUID
    buyer: UUID
    supply: OpenName
    since: LikelyDay | None = None


class Linked(Answer):
    """The link's id."""

    supply_link: UUID


@command(role=CARES, desk="organisations", title=_("Note whom a firm supplies"))
def link_supply(acting: Acting, ask: LinkSupply) -> Linked:
    """Note that a firm supplies another; the link waits until the buyer's side agrees."""
    firm = firm_of(acting, ask.place, ask.organisation)
    speaks_for(acting, firm)
    if ask.buyer == firm.id:
        raise Refused("FRM-3")
    if acting.see(Organisation, id=ask.buyer) is None:
        raise Refused("ORG-4")
    key = {"supplier_id": firm.id, "buyer_id": ask.buyer, "goods": ask.supply}
    if acting.see(SupplyLink, **key, until=None) is not None:
        raise Refused("FRM-4")
    since = ask.since or day(acting.at)
    if since > day(acting.now):
        raise Refused("FRM-8")
    return Linked(supply_link=acting.add(SupplyLink(**key, since=since, said_by=acting.mandate)).id)


class OfLink(Ask):
    """Choose a supply link of a firm."""

    place: PlaceCode
    organisation: UUID
    supply_link: UUID


def link_of(acting: Acting, ask: OfLink) -> SupplyLink:
    """Return a link that one of the firm's sides may still speak about."""
    firm = firm_of(acting, ask.place, ask.organisation)
    speaks_for(acting, firm)
    held = acting.hold(SupplyLink, id=ask.supply_link)
    if held is None or firm.id not in (held.buyer_id, held.supplier_id) or held.until is not None:
        raise Refused("FRM-5")
    return held


def same_person(acting: Acting, mandate: UUID | None) -> bool:
    """Tell whether who acts is who acted under a mandate, under the same or another one of theirs."""
    if mandate is None or mandate == acting.mandate:
        return mandate is not None
    said = acting.see(Mandate, id=mandate)
    return said is not None and acting.person is not None and said.person_id == acting.person


@command(role=FIRMS_SIDE, desk="organisations", title=_("Agree to a supply link"), shell=False)
def agree_supply(acting: Acting, ask: OfLink) -> None:
    """Agree, on the buyer's side and as another person, that another firm supplies it."""
    held = link_of(acting, ask)
    if held.buyer_id != ask.organisation or held.agreed_at is not None:
        raise Refused("FRM-5")
    if same_person(acting, held.said_by):
        raise Refused("FRM-11")
    acting.change(held, agreed_at=acting.now)


@command(role=CARES, desk="organisations", title=_("End a supply link"))
def end_supply(acting: Acting, ask: OfLink) -> None:
    """End a supply link from either side; what was is kept."""
    held = link_of(acting, ask)
    acting.change(held, until=max(day(acting.at), held.since))


class AddVehicle(Ask):
    """Register a vehicle."""

    place: PlaceCode
    organisation: UUID
    plate: Plate
    vehicle_kind: Literal["lorry", "bus", "van", "car"]


class VehicleAdded(Answer):
    """The vehicle's id."""

    vehicle: UUID


@command(role=CARES, desk="organisations", title=_("Register a vehicle"))
def add_vehicle(acting: Acting, ask: AddVehicle) -> VehicleAdded:
    """Register a firm's vehicle by its plate, once for all desks; one that was taken out may come to another firm."""
    firm = firm_of(acting, ask.place, ask.organisation)
    speaks_for(acting, firm)
    try:
        plate = plain_plate(ask.plate)
    except DocumentFault as fault:
        raise Refused("FRM-6", problem=fault.sentence()) from None
    known = {"organisation_id": firm.id, "place": ask.place, "kind": ask.vehicle_kind}
    held = acting.hold(Vehicle, plate=plate)
    if held is None:
        return VehicleAdded(vehicle=acting.add(Vehicle(plate=plate, **known)).id)
    if held.withdrawn_at is None:
        raise Refused("FRM-7")
    return VehicleAdded(vehicle=acting.change(held, **known, withdrawn_at=None).id)


class OfVehicle(Ask):
    """Choose a vehicle of a firm."""

    place: PlaceCode
    organisation: UUID
    vehicle: UUID


@command(role=CARES, desk="organisations", title=_("Take a vehicle out"))
def withdraw_vehicle(acting: Acting, ask: OfVehicle) -> None:
    """Note that a firm no longer has a vehicle; another may register its plate then."""
    firm = firm_of(acting, ask.place, ask.organisation)
    speaks_for(acting, firm)
    held = acting.hold(Vehicle, id=ask.vehicle)
    if held is None or held.organisation_id != firm.id or held.withdrawn_at is not None:
        raise Refused("FRM-15")
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
    """Set whether an office sees a field of the firms' records, at a place and under it, from now on."""
    if ask.office in OWN_SIDE:
        raise Refused("FRM-17")
    if ask.shown and ask.office in NO_OFFICE and ask.record_field not in FOR_EVERYONE:
        raise Refused("FRM-10")
    key = {
        "field": ask.record_field,
        "office": ask.office.value,
        "place": ask.place,
        "since": day(acting.now),
    }
    held = acting.hold(FieldVisibility, **key)
    if held is None:
        acting.add(FieldVisibility(**key, shown=ask.shown))
    else:
        acting.change(held, shown=ask.shown)
