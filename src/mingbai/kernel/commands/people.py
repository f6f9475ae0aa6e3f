"""Commands on people and households: recorded once, sealed where private, looked at only with a reason."""

import datetime as dt
from typing import Any, Literal
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from mingbai.kernel.acting import Acting
from mingbai.kernel.asks import Answer, Ask
from mingbai.kernel.clock import day
from mingbai.kernel.documents import DocumentFault, Why, mask_document, mask_phone
from mingbai.kernel.glossary import narrowed, terms
from mingbai.kernel.keys import keys
from mingbai.kernel.models import Household, HouseholdMember, Look, Measure, Person
from mingbai.kernel.people import (
    check_document,
    check_looks,
    check_phone,
    context,
    document_index,
    own_key,
    phone_index,
    write_person,
)
from mingbai.kernel.refusals import Refused, sentences
from mingbai.kernel.registry import command
from mingbai.kernel.words import (
    Code,
    DocumentNumber,
    Name,
    PersonId,
    Phone,
    PlaceCode,
    Reason,
    Role,
    ShortCode,
)

sentences(
    {
        "PER-2": _(
            "A person with this document is already recorded. Use that record; nobody is written down twice."
        ),
        "PER-3": _("%(problem)s"),
        "PER-4": _("This household number is already used in this village."),
        "PER-5": _("No household of this number is registered here."),
        "PER-6": _(
            "This person already belongs to a household since an earlier day. End that first."
        ),
        "PER-7": _(
            "You have opened %(most)s sealed fields in an hour. Wait, or ask the desk above."
        ),
        "PER-8": _("This person's record was erased; there is nothing left to show."),
        "PER-12": _(
            "This person does not belong to that household today. Look at its number again."
        ),
        "PER-9": _("This field of the person is empty."),
        "PER-13": _("A field is either emptied or written anew. Choose one of the two."),
    }
)
terms(
    {
        "document_kind": _("Kind of document"),
        "document_number": _("Document number"),
        "phone": _("Phone"),
        "registered": _("Registered here"),
        "head": _("Head of the household"),
        "household": _("Household"),
        "delete_after": _("Delete after"),
        "field": _("Field"),
        "emptied": _("Empty this field"),
    }
)

HOUSEHOLD_NUMBER = _("Household number")
DESKS = {Role.DESK, Role.KEEPER, Role.CLERK, Role.OPERATOR}
COLUMNS = {
    "document_number": ("document_kind", "document_sealed", "document_index", "document_mask"),
    "phone": ("phone_sealed", "phone_index", "phone_mask"),
}
"""What is kept of each sealed field of a person."""
DocumentKind = Literal["resident_id", "passport", "other"]


class AddPerson(Ask):
    """Record a person."""

    place: PlaceCode
    name: Name
    document_kind: DocumentKind | None = None
    document_number: DocumentNumber | None = None
    phone: Phone | None = None
    purpose: Code = "service"
    measure: Code | None = None
    delete_after: dt.date | None = None


class PersonAdded(Answer):
    """The person's random id."""

    person: UUID


@command(role=DESKS, desk="people", title=_("Record a person"))
def add_person(acting: Acting, ask: AddPerson) -> PersonAdded:
    """Record a person once; the document number and the phone are sealed under a key of the person's own."""
    kind = ask.document_kind or ("resident_id" if ask.document_number else None)
    try:
        number = check_document(kind, ask.document_number, day(acting.now))
        phone = check_phone(ask.phone)
    except DocumentFault as fault:
        raise Refused("PER-3", problem=fault.sentence()) from None
    if number is not None and acting.see(Person, document_index=document_index(number)):
        raise Refused("PER-2")
    if ask.measure is not None:
        measure = acting.see(Measure, code=ask.measure)
        if measure is None or measure.lapsed_at is not None:
            raise Refused("RET-2")
    person, _key = write_person(
        acting,
        place=ask.place,
        name=ask.name,
        document_kind=kind,
        document_number=number,
        phone=phone,
        purpose=ask.purpose,
        measure=ask.measure,
        delete_after=ask.delete_after,
    )
    return PersonAdded(person=person)


class CorrectDocument(Ask):
    """Put a right number in the place of a wrong one."""

    place: PlaceCode
    person: PersonId
    document_kind: DocumentKind | None = None
    document_number: DocumentNumber | None = None
    phone: Phone | None = None
    emptied: Literal["document_number", "phone"] | None = None


@command(role={Role.DESK}, desk="people", title=_("Correct a number"), shell=False)
def correct_document(acting: Acting, ask: CorrectDocument) -> None:
    """Correct a person's document number or phone, checked as when first written, or empty it; the journal keeps what stood there."""
    held = acting.hold(Person, id=ask.person)
    if held is None or held.place != ask.place:
        raise Refused("PER-1")
    if held.key_wrapped is None:
        raise Refused("PER-8")
    kind = ask.document_kind or held.document_kind or "resident_id"
    try:
        number = check_document(kind, ask.document_number, day(acting.now))
        phone = check_phone(ask.phone)
    except DocumentFault as fault:
        raise Refused("PER-3", problem=fault.sentence()) from None
    ring = keys().ring
    key = own_key(held)
    changed: dict[str, Any] = {}
    if number is not None:
        index = document_index(number)
        other = acting.see(Person, document_index=index)
        if other is not None and other.id != held.id:
            raise Refused("PER-2")
        changed |= {
            "document_kind": kind,
            "document_sealed": ring.seal(key, context(held.id, "document_number"), number),
            "document_index": index,
            "document_mask": mask_document(number),
        }
    if phone is not None:
        changed |= {
            "phone_sealed": ring.seal(key, context(held.id, "phone"), phone),
            "phone_index": phone_index(phone),
            "phone_mask": mask_phone(phone),
        }
    if ask.emptied is not None:
        changed |= taken_out(held, ask.emptied, getattr(ask, ask.emptied))
    if not changed:
        raise Refused("PER-3", problem=DocumentFault(Why.MISSING).sentence())
    acting.change(held, **changed)
    acting.subject(held.id)


def taken_out(held: Person, field: str, written: str | None) -> dict[str, Any]:
    """PER-13 要么清空要么重写: return the columns of a field that is emptied; the same act does not write it anew."""
    if written is not None:
        raise Refused("PER-13")
    columns = COLUMNS[field]
    if all(getattr(held, column) is None for column in columns):
        raise Refused("PER-9")
    return dict.fromkeys(columns)


@narrowed("code", HOUSEHOLD_NUMBER)
class AddHousehold(Ask):
    """Record a household."""

    place: PlaceCode
    code: ShortCode
    head: PersonId | None = None
    registered: bool = True


class HouseholdAdded(Answer):
    """The household's id."""

    household: UUID


def of_no_household(acting: Acting, person: UUID) -> None:
    """PER-6 一人一户: nobody counts in two households at once, as a member or as the head of a new one."""
    if acting.see(HouseholdMember, person_id=person, until=None):
        raise Refused("PER-6")


@command(role=DESKS, desk="people", title=_("Record a household"))
def add_household(acting: Acting, ask: AddHousehold) -> HouseholdAdded:
    """Record a household, registered at the place or living there as tenants."""
    if acting.see(Household, place=ask.place, code=ask.code):
        raise Refused("PER-4")
    if ask.head is not None:
        if acting.hold(Person, id=ask.head) is None:
            raise Refused("PER-1")
        of_no_household(acting, ask.head)
    added = acting.add(
        Household(place=ask.place, code=ask.code, head_id=ask.head, registered=ask.registered)
    )
    if ask.head is not None:
        acting.add(HouseholdMember(household_id=added.id, person_id=ask.head, since=day(acting.at)))
        acting.subject(ask.head)
    return HouseholdAdded(household=added.id)


@narrowed("code", HOUSEHOLD_NUMBER)
class OfHousehold(Ask):
    """A person and the household that they come to belong to, or leave."""

    place: PlaceCode
    code: Code
    person: PersonId


def household_of(acting: Acting, ask: OfHousehold) -> Household:
    """Return the household that somebody comes to or leaves, held until the act is over."""
    found = acting.hold(Household, place=ask.place, code=ask.code)
    if found is None:
        raise Refused("PER-5")
    return found


@command(role=DESKS, desk="people", title=_("Add a person to a household"))
def join_household(acting: Acting, ask: OfHousehold) -> None:
    """Note that a person lives with a household from this day on."""
    household = household_of(acting, ask)
    if acting.hold(Person, id=ask.person) is None:
        raise Refused("PER-1")
    of_no_household(acting, ask.person)
    known = {"household_id": household.id, "person_id": ask.person, "since": day(acting.at)}
    held = acting.hold(HouseholdMember, **known)
    if held is None:
        acting.add(HouseholdMember(**known))
    else:
        acting.change(held, until=None)
    acting.subject(ask.person)


@command(role=DESKS, desk="people", title=_("Take a person out of a household"))
def leave_household(acting: Acting, ask: OfHousehold) -> None:
    """Note the day on which a person left a household; another may take them in then, and what was is kept."""
    household = household_of(acting, ask)
    held = acting.hold(HouseholdMember, household_id=household.id, person_id=ask.person, until=None)
    if held is None:
        raise Refused("PER-12")
    acting.change(held, until=max(day(acting.at), held.since))
    if household.head_id == ask.person:
        acting.change(household, head_id=None)
    acting.subject(ask.person)


class RevealField(Ask):
    """Open a sealed field of a person."""

    place: PlaceCode
    person: PersonId
    field: Literal["document_number", "phone"]
    reason: Reason


@command(
    role={Role.DESK, Role.HEALTH, Role.GUARD, Role.INSPECTOR},
    desk="people",
    title=_("Open a sealed field"),
    shell=False,
)
def reveal(acting: Acting, ask: RevealField) -> None:
    """Note that somebody opens a sealed field, with the reason; the page then shows it to them once."""
    person = acting.see(Person, id=ask.person)
    if person is None or person.place != ask.place:
        raise Refused("PER-1")
    if person.key_wrapped is None:
        raise Refused("PER-8")
    if (person.document_sealed if ask.field == "document_number" else person.phone_sealed) is None:
        raise Refused("PER-9")
    check_looks(acting, ask.place)
    acting.add(
        Look(
            person_id=person.id,
            mandate=acting.mandate,
            what=ask.field,
            reason=ask.reason,
            at=acting.now,
        )
    )
    acting.subject(person.id)
