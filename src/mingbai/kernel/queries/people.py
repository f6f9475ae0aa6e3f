"""Queries on people, households, organisations and mandates: masked, within the place, never ranked."""

import datetime as dt
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mingbai.kernel.access import hats
from mingbai.kernel.acting import Asking
from mingbai.kernel.asks import Ask, Nothing, Row
from mingbai.kernel.clock import day
from mingbai.kernel.commands.people import HOUSEHOLD_NUMBER
from mingbai.kernel.fields import (
    FIRMS,
    HOUSEHOLDS,
    REGISTERED_HOUSEHOLDS,
    TENANT_HOUSEHOLDS,
)
from mingbai.kernel.glossary import narrowed, terms
from mingbai.kernel.journal.asks import entries_of
from mingbai.kernel.models import (
    Entry,
    Household,
    HouseholdMember,
    Look,
    Mandate,
    Membership,
    Organisation,
    Person,
)
from mingbai.kernel.people import acts_of
from mingbai.kernel.queries.firms import READERS
from mingbai.kernel.queries.places import OfPlace
from mingbai.kernel.registry import Scope, query
from mingbai.kernel.words import Name, PlaceCode, Role

terms(
    {
        "document_mask": _("Document (masked)"),
        "phone_mask": _("Phone (masked)"),
        "members": _("Members"),
        "member": _("Member"),
        "what": _("What"),
        "command": _("Act"),
        "recorded_at": _("Recorded"),
        "on": _("Day"),
    }
)
DESKS = {Role.DESK, Role.KEEPER, Role.CLERK}


class FindPeople(Ask):
    """Find people of a place."""

    place: PlaceCode
    text: Name | None = None


class PersonRow(Row):
    """A person, with what is private masked."""

    person: UUID
    name: str
    document_mask: str | None
    phone_mask: str | None
    delete_after: dt.date | None


@query(scope=Scope.UNDER, role=DESKS, desk="people", title=_("People of a place"))
def people(asking: Asking, ask: FindPeople) -> list[PersonRow]:
    """Return the people of a place by name or initials, numbers masked, at most 200."""
    found = Person.objects.filter(place=ask.place, erased_at=None)
    if ask.text:
        found = found.filter(
            Q(name__startswith=ask.text) | Q(initials__startswith=ask.text.lower())
        )
    return [
        PersonRow(
            person=row.id,
            name=row.name or "",
            document_mask=row.document_mask,
            phone_mask=row.phone_mask,
            delete_after=row.delete_after,
        )
        for row in found.order_by("initials", "id")[:200]
    ]


@narrowed("code", HOUSEHOLD_NUMBER)
class HouseholdRow(Row):
    """A household."""

    household: UUID
    code: str
    head: str | None
    registered: bool
    members: int


@query(
    scope=Scope.UNDER,
    role=DESKS,
    desk="people",
    title=_("Households of a place"),
    holds={"code": (HOUSEHOLDS, REGISTERED_HOUSEHOLDS, TENANT_HOUSEHOLDS)},
)
def households(asking: Asking, ask: OfPlace) -> list[HouseholdRow]:
    """Return the households of a place, tenants too."""
    rows = Household.objects.filter(place=ask.place).select_related("head").order_by("code")
    counts: dict[UUID, int] = {}
    for member in HouseholdMember.objects.filter(household__place=ask.place, until=None):
        counts[member.household_id] = counts.get(member.household_id, 0) + 1
    return [
        HouseholdRow(
            household=row.id,
            code=row.code,
            head=row.head.name if row.head else None,
            registered=row.registered,
            members=counts.get(row.id, 0),
        )
        for row in rows
    ]


class OnDay(Ask):
    """Of a place on a day."""

    place: PlaceCode
    on: dt.date | None = None


class MembershipRow(Row):
    """Who belonged to which organisation, in which position."""

    organisation: str
    kind: str
    person: str
    member: UUID
    position: str
    since: dt.date
    until: dt.date | None


@query(
    scope=Scope.UNDER,
    role=DESKS | {Role.OVERSEER, Role.APPOINTING_OFFICE},
    desk="organisations",
    title=_("Teams on a day"),
)
def members(asking: Asking, ask: OnDay) -> list[MembershipRow]:
    """Return who belonged to which team of a place on a day."""
    on = ask.on or day(asking.now)
    rows = Membership.objects.filter(organisation__place=ask.place, since__lte=on)
    rows = (
        rows.filter(Q(until=None) | Q(until__gte=on))
        .select_related("organisation", "person")
        .order_by("id")
    )
    return [
        MembershipRow(
            organisation=row.organisation.name,
            kind=row.organisation.kind,
            person=row.person.name or "",
            member=row.person_id,
            position=row.position,
            since=row.since,
            until=row.until,
        )
        for row in rows
    ]


class OrganisationRow(Row):
    """An organisation."""

    organisation: UUID
    name: str
    kind: str
    since: dt.date
    until: dt.date | None


@query(
    scope=Scope.UNDER,
    role=DESKS | READERS | {Role.APPOINTING_OFFICE},
    desk="organisations",
    title=_("Organisations of a place"),
    holds={"organisation": FIRMS},
)
def organisations(asking: Asking, ask: OfPlace) -> list[OrganisationRow]:
    """Return the organisations of a place; those that ended stay readable."""
    return [
        OrganisationRow(
            organisation=row.id, name=row.name, kind=row.kind, since=row.since, until=row.until
        )
        for row in asking.find(Organisation, place=ask.place)
    ]


class MandateRow(Row):
    """An office that somebody holds."""

    mandate: UUID
    person: str
    role: str
    place: str
    capacity: str
    starts_at: dt.datetime
    ends_at: dt.datetime | None


def mandate_row(row: Mandate, name: str) -> MandateRow:
    """Return a mandate as it is shown."""
    return MandateRow(
        mandate=row.id,
        person=name,
        role=row.role,
        place=row.place,
        capacity=row.capacity,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
    )


@query(scope=Scope.OWN, desk="mandates", title=_("My offices"))
def mine(asking: Asking, ask: Nothing) -> list[MandateRow]:
    """Return the offices I hold now."""
    if asking.person is None:
        return []
    return [mandate_row(row, "") for row in hats(asking.store, asking.person, asking.now)]


@query(
    scope=Scope.UNDER,
    role={Role.DESK, Role.APPOINTING_OFFICE, Role.OVERSEER},
    desk="mandates",
    title=_("Offices at a place"),
)
def at_place(asking: Asking, ask: OnDay) -> list[MandateRow]:
    """Return who answered for what at a place on a day."""
    on = ask.on or day(asking.now)
    rows = (
        Mandate.objects.filter(place=ask.place).select_related("person").order_by("starts_at", "id")
    )
    return [
        mandate_row(row, row.person.name or "")
        for row in rows
        if day(row.starts_at) <= on and (row.ends_at is None or day(row.ends_at) >= on)
    ]


class AboutMeRow(Row):
    """One thing that the account holds about me."""

    kind: str
    what: str
    at: dt.datetime


@query(scope=Scope.OWN, desk="people", title=_("What is held about me"))
def about_me(asking: Asking, ask: Nothing) -> list[AboutMeRow]:
    """Return which entries concern me, and who looked at what is sealed about me."""
    if asking.person is None:
        return []
    mentions = entries_of(asking.store, acts_of(asking.store, asking.person)).values()
    rows = [
        AboutMeRow(kind="entry", what=entry.command, at=entry.at)
        for entry in Entry.objects.filter(id__in=set(mentions)).only("command", "at")
    ]
    rows += [
        AboutMeRow(kind="look", what=look.what, at=look.at)
        for look in asking.find(Look, person_id=asking.person)
    ]
    return sorted(rows, key=lambda row: row.at)
