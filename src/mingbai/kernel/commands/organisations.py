"""Commands on organisations and teams: firms, offices, committees, temporary teams with an end."""

import datetime as dt
from typing import Literal
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from mingbai.kernel.acting import Acting
from mingbai.kernel.asks import Answer, Ask
from mingbai.kernel.clock import day
from mingbai.kernel.documents import DocumentFault, social_credit_code
from mingbai.kernel.glossary import terms
from mingbai.kernel.models import Membership, Organisation, Person
from mingbai.kernel.refusals import Refused, sentences
from mingbai.kernel.registry import command
from mingbai.kernel.words import (
    Address,
    Code,
    FreeText,
    OpenName,
    PersonId,
    PlaceCode,
    Role,
    Sector,
)

sentences(
    {
        "ORG-1": _("An organisation with this credit code is already registered; use that one."),
        "ORG-2": _("A temporary team needs the day on which it ends."),
        "ORG-3": _("The end lies before the beginning."),
        "ORG-4": _("No organisation of this id is registered."),
        "ORG-5": _("The credit code: %(problem)s"),
        "PER-1": _("No person of this id is registered."),
    }
)
terms(
    {
        "parent": _("Part of"),
        "credit_code": _("Unified social credit code"),
        "purpose": _("Purpose"),
        "since": _("Since"),
        "until": _("Until"),
        "organisation": _("Organisation"),
        "position": _("Position"),
    }
)

Kind = Literal[
    "government",
    "committee",
    "company",
    "branch",
    "village",
    "site",
    "project",
    "team",
    "temporary_team",
]


class AddOrganisation(Ask):
    """Register an organisation."""

    place: PlaceCode
    name: OpenName
    kind: Kind
    parent: UUID | None = None
    credit_code: Code | None = None
    sector: Sector | None = None
    address: Address | None = None
    purpose: FreeText | None = None
    since: dt.date | None = None
    until: dt.date | None = None


class OrganisationAdded(Answer):
    """The organisation's id."""

    organisation: UUID


@command(
    role={Role.DESK, Role.CLERK, Role.APPOINTING_OFFICE},
    desk="organisations",
    title=_("Register an organisation"),
)
def add_organisation(acting: Acting, ask: AddOrganisation) -> OrganisationAdded:
    """Register an office, firm, committee or team, with the day it ends when it is temporary."""
    if ask.kind == "temporary_team" and ask.until is None:
        raise Refused("ORG-2")
    since = ask.since or day(acting.at)
    if ask.until is not None and ask.until < since:
        raise Refused("ORG-3")
    code = None
    if ask.credit_code is not None:
        try:
            code = social_credit_code(ask.credit_code)
        except DocumentFault as fault:
            raise Refused("ORG-5", problem=fault.sentence()) from None
        if acting.see(Organisation, credit_code=code):
            raise Refused("ORG-1")
    if ask.parent is not None and acting.see(Organisation, id=ask.parent) is None:
        raise Refused("ORG-4")
    added = acting.add(
        Organisation(
            place=ask.place,
            name=ask.name,
            kind=ask.kind,
            parent_id=ask.parent,
            credit_code=code,
            sector=ask.sector,
            address=ask.address,
            purpose=ask.purpose,
            since=since,
            until=ask.until,
        )
    )
    return OrganisationAdded(organisation=added.id)


class JoinOrganisation(Ask):
    """Note that a person belongs to an organisation."""

    place: PlaceCode
    organisation: UUID
    person: PersonId
    position: OpenName
    since: dt.date | None = None
    until: dt.date | None = None


@command(
    role={Role.DESK, Role.CLERK, Role.APPOINTING_OFFICE},
    desk="organisations",
    title=_("Note a membership"),
)
def join(acting: Acting, ask: JoinOrganisation) -> None:
    """Note that a person belongs to an organisation in some position, from one day to another."""
    team = acting.see(Organisation, id=ask.organisation)
    if team is None or team.place != ask.place:
        raise Refused("ORG-4")
    if acting.see(Person, id=ask.person) is None:
        raise Refused("PER-1")
    since = ask.since or day(acting.at)
    ends = [one for one in (ask.until, team.until) if one is not None]
    if ends and min(ends) < since:
        raise Refused("ORG-3")
    acting.add(
        Membership(
            organisation_id=team.id,
            person_id=ask.person,
            position=ask.position,
            since=since,
            until=min(ends) if ends else None,
        )
    )
    acting.subject(ask.person)
