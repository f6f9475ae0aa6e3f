"""Firms: one record for all offices, each of which sees the fields that are for it; and who speaks for a firm."""

import datetime as dt
from typing import Literal, get_args
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from mingbai.kernel.acting import Acting, Asking
from mingbai.kernel.clock import day
from mingbai.kernel.models import FieldVisibility, Mandate, Organisation, OrganisationClass
from mingbai.kernel.policy import above
from mingbai.kernel.refusals import NotAllowed, Refused, sentences
from mingbai.kernel.rows import Store
from mingbai.kernel.words import Role

sentences(
    {
        "FRM-1": _("This firm was in that class on this day already."),
        "FRM-2": _("This firm is not in that class."),
        "FRM-3": _("A firm does not supply itself."),
        "FRM-4": _("This link is registered already."),
        "FRM-5": _("No such link waits for this firm's word."),
        "FRM-6": _("The number plate: %(problem)s"),
        "FRM-7": _("This vehicle is registered already. If it changed hands, its firm takes it out first."),
        "FRM-8": _("This day lies in the future. Give the day on which it happened."),
        "FRM-9": _("You speak for another firm. Its own clerk or the desk can do this."),
        "FRM-10": _("This field is not shown to everyone; choose an office."),
        "FRM-11": _("Who noted a link does not agree to it too. Ask the other firm, or a second person."),
        "FRM-12": _("This field of the record is not shown to your office here."),
        "FRM-13": _("Nothing would change. Fill in what is new."),
        "FRM-14": _("The works of a team are noted by its members or by the desk."),
        "FRM-15": _("No vehicle of this id is with this firm."),
        "FRM-16": _("The team was not at work on that day: look at when it began and when it ends."),
        "FRM-17": _("A firm's own side sees all of its own record, and of other firms what everyone sees. Choose another office."),
        "FRM-18": _("A field is either emptied or written anew. Choose one of the two."),
    }
)  # fmt: skip
RecordField = Literal[
    "credit_code", "sector", "address", "purpose", "classes", "supply_links", "vehicles"
]
FIELDS: tuple[str, ...] = get_args(RecordField)
FOR_EVERYONE = {"sector", "classes"}
NO_OFFICE = {Role.ANYONE, Role.RESIDENT, Role.WITNESS}
OWN_SIDE = {Role.CLERK, Role.FIRM_HEAD, Role.AGENT}
# What an office sees of a firm where no place has said anything else.
SHOWN: dict[str, set[Role]] = {
    "credit_code": {Role.DESK, Role.SERVICE_OFFICER, Role.INSPECTOR, Role.OVERSEER, Role.AUDITOR},
    "sector": set(Role),
    "address": {Role.DESK, Role.SERVICE_OFFICER, Role.INSPECTOR, Role.GUARD},
    "purpose": {Role.DESK, Role.SERVICE_OFFICER},
    "classes": set(Role),
    "supply_links": {Role.DESK, Role.SERVICE_OFFICER, Role.LEADER},
    "vehicles": {Role.DESK, Role.SERVICE_OFFICER, Role.GUARD},
}
# The sections of the national classification of what firms do (GB/T 4754).
SECTIONS: dict[str, Promise] = {
    "A": _("farming, forestry and fishery"),
    "B": _("mining"),
    "C": _("manufacturing"),
    "D": _("electricity, heat, gas and water"),
    "E": _("construction"),
    "F": _("wholesale and retail"),
    "G": _("transport, storage and post"),
    "H": _("lodging and catering"),
    "I": _("information and software"),
    "J": _("finance"),
    "K": _("real estate"),
    "L": _("leasing and business services"),
    "M": _("research and technical services"),
    "N": _("water, environment and public facilities"),
    "O": _("residents' services and repair"),
    "P": _("education"),
    "Q": _("health and social work"),
    "R": _("culture, sports and leisure"),
    "S": _("public administration"),
    "T": _("international organisations"),
}


def named_sector(code: str | None) -> str | None:
    """Return a sector's code with the name of its section."""
    return f"{code} {SECTIONS[code[0]]}" if code else None


def firm_of(acting: Acting, place: str, number: UUID) -> Organisation:
    """Return an organisation of the place, held until the act is over: its lists change one act at a time."""
    found = acting.hold(Organisation, id=number)
    if found is None or found.place != place:
        raise Refused("ORG-4")
    return found


def own(store: Store, role: Role, mandate: UUID | None, firm: Organisation) -> bool:
    """Tell whether somebody on a firm's own side speaks for this firm: their mandate names it."""
    held = store.fetch(Mandate, {"id": mandate}) if role in OWN_SIDE and mandate else []
    return bool(held) and held[0].organisation_id == firm.id


def speaks_for(acting: Acting, firm: Organisation) -> None:
    """FRM-9 各说各家: a clerk or head speaks for the firm that their mandate names, and for no other."""
    if acting.role in OWN_SIDE and not own(acting.store, acting.role, acting.mandate, firm):
        raise NotAllowed("FRM-9")


class Eyes:
    """What the office that asks sees of the firms of a place: what the nearest place said last, else what holds everywhere."""

    def __init__(self, asking: Asking) -> None:
        self.asking = asking
        self.said: dict[tuple[str, Role], dict[str, bool]] = {}

    def sees(self, field: str, firm: Organisation) -> bool:
        """Tell whether the office sees this field of this firm; a firm's own side sees all of its own record."""
        role = self.asking.role
        if role in OWN_SIDE:
            if own(self.asking.store, role, self.asking.hat.mandate, firm):
                return True
            role = Role.ANYONE
        said = self.told(firm.place, role)
        return said[field] if field in said else role is Role.OPERATOR or role in SHOWN[field]

    def told(self, place: str, role: Role) -> dict[str, bool]:
        """Return what was said for an office, field by field, at a place or the nearest above it."""
        if (place, role) not in self.said:
            rows = FieldVisibility.objects.filter(
                office=role, place__in=list(above(place)), since__lte=day(self.asking.now)
            )
            # The widest place first and the oldest word first, so that the nearest and newest stays.
            ordered = sorted(
                rows, key=lambda row: (-list(above(place)).index(row.place), row.since)
            )
            self.said[place, role] = {row.field: row.shown for row in ordered}
        return self.said[place, role]

    def check(self, field: str, firm: Organisation) -> None:
        """FRM-12 各看各栏: a table of one field is refused to an office that does not see the field."""
        if not self.sees(field, firm):
            raise NotAllowed("FRM-12")


def in_class_on(row: OrganisationClass, on: dt.date, known_at: dt.datetime) -> bool:
    """Tell whether a firm was in a class on a day, by what was recorded up to a moment."""
    ended = row.until is not None and row.ended_at is not None and row.ended_at <= known_at
    return (
        row.recorded_at <= known_at
        and row.since <= on
        and not (ended and row.until is not None and row.until < on)
    )
