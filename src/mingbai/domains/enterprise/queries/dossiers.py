"""Queries on dossiers: what a firm holds, what is required of it today and why, and what an officer drafted."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from mingbai.domains.enterprise.models import Check, Consent, Decision, Dossier, Part
from mingbai.domains.enterprise.queries.coming import ComingRow, coming
from mingbai.domains.enterprise.queries.judging import judge
from mingbai.domains.enterprise.rules.deciding import Judgement
from mingbai.domains.enterprise.words import APPROVED, CHANGED, MAY_ASK, ON_RECORD, SAMPLE, Need
from mingbai.kernel import standing
from mingbai.kernel.acting import Asking
from mingbai.kernel.asks import Row
from mingbai.kernel.firms import OWN_SIDE, own
from mingbai.kernel.glossary import terms
from mingbai.kernel.models import (
    Mandate,
    Membership,
    OpenItem,
    Organisation,
    Person,
    Standing,
    SupplyLink,
)
from mingbai.kernel.places import prefix_of
from mingbai.kernel.policy import in_force
from mingbai.kernel.queries.firms import OfFirm
from mingbai.kernel.queries.places import OfPlace
from mingbai.kernel.refusals import NotAllowed, Refused
from mingbai.kernel.registry import Scope, query
from mingbai.kernel.words import Role

READS = {
    Role.DESK,
    Role.CLERK,
    Role.FIRM_HEAD,
    Role.SERVICE_OFFICER,
    Role.INSPECTOR,
    Role.LEADER,
}
SHOWN, CONTACTS_MOST = 500, 50

terms(
    {
        "filed_at": _("Filed"),
        "decided_at": _("Decided"),
        "written_by_office": _("Written by"),
        "confirmed_by_office": _("Confirmed by"),
        "contact_name": _("Emergency contact"),
        "required": _("Required today"),
        "would_be": _("If it were filed now"),
        "may_request_passes": _("May ask for passes"),
        "stock_days": _("Days that the protective stock must last"),
        "sample_percent": _("Decisions of a hundred that are checked afterwards"),
        "coming": _("What comes"),
        "cause": _("What it came from"),
        "supply_leads": _("Files for us"),
        "lead": _("Firm that files for its suppliers"),
        "again_due": _("Somebody looks again until"),
        "again_outcome": _("What was found"),
        "again_answer": _("Answer of whoever looked again"),
        "changed_item": _("Changed with the rule"),
        "suppliers_to_ask": _("Suppliers not asked yet"),
    }
)


class PartRow(Row):
    """One part of a dossier: whether it is required, how it stands, and who wrote and confirmed it."""

    need: str
    required: bool
    source: str
    state: str
    quantity: int | None
    text: str | None
    contact_name: str | None
    written_by_office: str | None
    confirmed_by_office: str | None
    confirmed_at: dt.datetime | None
    reason: str | None


class LeadRow(Row):
    """A firm that wishes to file for this one."""

    lead: UUID
    name: str


class DossierRow(Row):
    """A firm's dossier: what is required today, what is held, what was decided, and what would be decided now."""

    organisation: UUID
    name: str
    place: str
    state: str
    level: str
    grade: str
    way: str
    rule_version: int
    stock_days: int
    sample_percent: int
    filed_at: dt.datetime | None
    decided_at: dt.datetime | None
    would_be: str
    lacking: list[str]
    reasons: list[str]
    may_request_passes: bool
    officer: str | None
    again_due: dt.datetime | None
    again_outcome: str | None
    again_answer: str | None
    supply_leads: list[LeadRow]
    suppliers_to_ask: int
    changed_item: UUID | None
    application: UUID | None
    entry: UUID | None
    coming: list[ComingRow]
    parts: list[PartRow]


def firm_read(asking: Asking, ask: OfFirm) -> Organisation:
    """Return the firm that was asked for; somebody on a firm's side reads of their own firm alone."""
    firm = asking.see(Organisation, id=ask.organisation)
    if asking.role in OWN_SIDE and (
        firm is None or not own(asking.store, asking.role, asking.hat.mandate, firm)
    ):
        raise NotAllowed("FRM-9")
    if firm is None or firm.place != ask.place:
        raise Refused("ORG-4")
    return firm


def offices(asking: Asking, mandates: set[UUID]) -> dict[UUID, str]:
    """Return the person and the office of each mandate, as a page names them."""
    rows = Mandate.objects.filter(id__in=mandates).select_related("person")
    return {row.id: f"{row.person.name or '–'} · {row.capacity}" for row in rows}


@query(scope=Scope.UNDER, role=READS, title=_("A firm's dossier"))
def dossier(asking: Asking, ask: OfFirm) -> DossierRow:
    """Return a firm's dossier: each part with its state, what the rule in force requires, and the last decision with its reasons."""
    firm = firm_read(asking, ask)
    parts = asking.find(Part, organisation_id=firm.id)
    (now,) = judge(asking.store, firm, parts, asking.now)
    held = asking.see(Dossier, organisation_id=firm.id)
    last = Decision.objects.filter(organisation=firm).order_by("-recorded_at", "-id").first()
    filed = held is not None and held.filed_at is not None
    subject = firm.id.hex
    named = offices(
        asking,
        {one for part in parts for one in (part.written_by, part.confirmed_by) if one}
        | ({held.officer} if held and held.officer else set()),
    )
    return DossierRow(
        organisation=firm.id,
        name=firm.name,
        place=firm.place,
        state=held.state if held and filed else "none",
        level=now.required.level,
        grade=now.required.grade,
        way=now.required.way,
        rule_version=last.rule_version if last and filed else now.required.version,
        stock_days=now.required.stock_days,
        sample_percent=in_force(asking.store, SAMPLE.name, firm.place, asking.now),
        filed_at=held.filed_at if held else None,
        decided_at=held.decided_at if held else None,
        would_be=now.verdict.value,
        lacking=list(now.lacking),
        reasons=last.reasons.split() if last and filed else list(now.reasons),
        may_request_passes=standing.at(asking.store, MAY_ASK, subject, asking.now) is not None,
        officer=officer_named(asking, held, named),
        **looked_again(asking, firm),
        supply_leads=leads_that_wait(firm),
        suppliers_to_ask=suppliers_to_ask(firm),
        changed_item=changed_item(asking, firm),
        application=last.id if last else None,
        entry=last.entry if last else None,
        coming=coming(asking, firm, parts, now),
        parts=part_rows(asking, firm, parts, now, named),
    )


def officer_named(asking: Asking, held: Dossier | None, named: dict[UUID, str]) -> str | None:
    """Return who serves a firm, while that office holds: nobody is sent to whoever has left."""
    if held is None or held.officer is None:
        return None
    office = asking.see(Mandate, id=held.officer)
    lasts = office is not None and (office.ends_at is None or asking.now < office.ends_at)
    return named.get(held.officer) if lasts else None


def looked_again(asking: Asking, firm: Organisation) -> dict[str, Any]:
    """Return until when somebody looks again at what was decided, or what the last one found."""
    waiting = asking.see(Check, organisation_id=firm.id, kind="again", answered_at=None)
    answered = Check.objects.filter(organisation=firm, answered_at__isnull=False)
    last = None if waiting else answered.order_by("-answered_at", "-id").first()
    return {
        "again_due": waiting.due_at if waiting else None,
        "again_outcome": last.outcome if last else None,
        "again_answer": last.answer if last else None,
    }


def leads_that_wait(firm: Organisation) -> list[LeadRow]:
    """Return the firms that wish to file for this one and wait for its word, the first first."""
    rows = Consent.objects.filter(supplier=firm, answered_at=None).select_related("lead")
    return [
        LeadRow(lead=row.lead_id, name=row.lead.name) for row in rows.order_by("asked_at", "id")
    ]


def suppliers_to_ask(firm: Organisation) -> int:
    """Return for how many suppliers, linked with both sides agreed, a firm has not filed yet."""
    asked = Consent.objects.filter(lead=firm).values("supplier")
    links = SupplyLink.objects.filter(buyer=firm, until=None, agreed_at__isnull=False)
    return links.exclude(supplier__in=asked).values("supplier").distinct().count()


def changed_item(asking: Asking, firm: Organisation) -> UUID | None:
    """Return the open item which says that the firm's decision changed, until whoever it was left with has seen that."""
    item = asking.see(OpenItem, kind=CHANGED, subject=firm.id.hex, place=firm.place, done_at=None)
    if item is None:
        return None
    mine = item.person == asking.person if item.person else item.role == asking.role
    return item.id if mine else None


def part_rows(
    asking: Asking,
    firm: Organisation,
    parts: list[Part],
    now: Judgement,
    named: dict[UUID, str],
) -> list[PartRow]:
    """Return the parts that are required or there, in the order of the closed list."""
    known = {part.need: part for part in parts}
    record = {
        Need.ADDRESS: firm.address,
        Need.SECTOR: firm.sector,
        Need.CREDIT_CODE: firm.credit_code,
    }
    found = []
    for need in Need:
        part, required = known.get(need), need in now.required.needs
        if not required and part is None:
            continue
        state = part.state if part else "none"
        if need in ON_RECORD:
            state = "held" if record[need] else "none"
        elif state == "held" and need in now.lacking:
            state = "short"
        person = asking.see(Person, id=part.person_id) if part and part.person_id else None
        found.append(
            PartRow(
                need=need.value,
                required=required,
                source="record" if need in ON_RECORD else "firm",
                state=state,
                quantity=part.quantity if part else None,
                text=part.text if part else (record.get(need) if need in ON_RECORD else None),
                contact_name=person.name if person else None,
                written_by_office=named.get(part.written_by) if part and part.written_by else None,
                confirmed_by_office=named.get(part.confirmed_by)
                if part and part.confirmed_by
                else None,
                confirmed_at=part.confirmed_at if part else None,
                reason=part.reason if part else None,
            )
        )
    return found


class ContactRow(Row):
    """Somebody whom a firm may name as its emergency contact."""

    person: UUID
    name: str
    capacity: str


@query(
    scope=Scope.UNDER,
    role={Role.CLERK, Role.FIRM_HEAD, Role.SERVICE_OFFICER, Role.DESK},
    title=_("Who can be a firm's contact"),
)
def contacts(asking: Asking, ask: OfFirm) -> list[ContactRow]:
    """Return who holds an office of a firm or belongs to it, so that nobody has to be typed in again."""
    firm = firm_read(asking, ask)
    found: dict[UUID, ContactRow] = {}
    held = Mandate.objects.filter(organisation=firm).select_related("person")
    for row in held.order_by("starts_at", "id"):
        found.setdefault(row.person_id, contact_row(row.person, row.capacity))
    members = Membership.objects.filter(organisation=firm, until=None).select_related("person")
    for one in members.order_by("since", "id")[:CONTACTS_MOST]:
        found.setdefault(one.person_id, contact_row(one.person, one.position))
    return list(found.values())


def contact_row(person: Person, capacity: str) -> ContactRow:
    """Return somebody with what they are in the firm."""
    return ContactRow(person=person.id, name=person.name or "–", capacity=capacity)


class DraftRow(Row):
    """A firm for which somebody outside it drafted parts, and how they stand."""

    organisation: UUID
    name: str
    place: str
    need: str
    state: str
    written_by_office: str | None
    since: dt.datetime
    reason: str | None


@query(scope=Scope.UNDER, role={Role.SERVICE_OFFICER, Role.DESK}, title=_("Drafts for firms"))
def drafts(asking: Asking, ask: OfPlace) -> list[DraftRow]:
    """Return what was drafted for firms and waits for their confirmation, or was sent back by them: my own, or all for the desk."""
    rows = Part.objects.filter(
        place__startswith=prefix_of(ask.place), state__in=("draft", "sent_back")
    ).select_related("organisation")
    if asking.role is Role.SERVICE_OFFICER:
        rows = rows.filter(writer=asking.person)
    found = list(rows.order_by("written_at", "id")[:SHOWN])
    named = offices(asking, {row.written_by for row in found if row.written_by})
    return [
        DraftRow(
            organisation=row.organisation_id,
            name=row.organisation.name,
            place=row.place,
            need=row.need,
            state=row.state,
            written_by_office=named.get(row.written_by) if row.written_by else None,
            since=row.written_at,
            reason=row.reason,
        )
        for row in found
    ]


class DecisionRow(Row):
    """One decision of an application."""

    application: UUID
    organisation: UUID
    name: str
    place: str
    decision: str
    lacking: list[str]
    reasons: list[str]
    rule_version: int
    level: str
    grade: str
    way: str
    cause: str
    at: dt.datetime
    recorded_at: dt.datetime
    entry: UUID


@query(
    scope=Scope.UNDER,
    role={Role.DESK, Role.LEADER, Role.OVERSEER, Role.AUDITOR},
    title=_("Decisions of applications"),
)
def decisions(asking: Asking, ask: OfPlace) -> list[DecisionRow]:
    """Return what was decided of applications at a place and under it, the newest first, each with the version of the rule."""
    rows = Decision.objects.filter(place__startswith=prefix_of(ask.place))
    found = rows.select_related("organisation").order_by("-recorded_at", "-id")[:SHOWN]
    return [
        DecisionRow(
            application=row.id,
            organisation=row.organisation_id,
            name=row.organisation.name,
            place=row.place,
            decision=row.verdict,
            lacking=row.lacking.split(),
            reasons=row.reasons.split(),
            rule_version=row.rule_version,
            level=row.level,
            grade=row.grade,
            way=row.way,
            cause=row.cause,
            at=row.at,
            recorded_at=row.recorded_at,
            entry=row.entry,
        )
        for row in found
    ]


def approved_under(asking: Asking, place: str) -> set[str]:
    """Return which firms at a place and under it are approved now, as words of standing name them."""
    rows = Standing.objects.filter(what=APPROVED.name, place__startswith=prefix_of(place))
    return {row.subject for row in rows if standing.in_force(row, asking.now)}
