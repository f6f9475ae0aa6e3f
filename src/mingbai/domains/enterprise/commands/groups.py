"""Commands on filing for a supply chain: the lead prepares shared parts for its suppliers, each confirms its own or declines."""

import datetime as dt
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from mingbai.domains.enterprise.commands.dossiers import (
    DRAFT,
    HELD,
    PartOf,
    nothing_waits,
    return_part,
    write_part,
)
from mingbai.domains.enterprise.commands.settling import dossier_of, parts_of, wait_for_firm
from mingbai.domains.enterprise.models import Consent, Part
from mingbai.domains.enterprise.words import CONSENT, SHARED, Need
from mingbai.kernel.acting import Acting
from mingbai.kernel.asks import Answer
from mingbai.kernel.firms import firm_of, speaks_for
from mingbai.kernel.models import Organisation, SupplyLink
from mingbai.kernel.queries.firms import OfFirm
from mingbai.kernel.refusals import Refused
from mingbai.kernel.registry import command
from mingbai.kernel.words import Reason, Role

FIRMS_SIDE = {Role.CLERK, Role.FIRM_HEAD}
WITHIN = dt.timedelta(days=2)


class FileForSuppliers(OfFirm):
    """File for the firms that supply this one."""

    supply_links: list[UUID] = Field(default=[], max_length=200)


class Grouped(Answer):
    """How many suppliers were asked, and how many parts were prepared for them."""

    suppliers: int
    prepared: int


@command(role=FIRMS_SIDE, title=_("File for the suppliers"))
def file_for_suppliers(acting: Acting, ask: FileForSuppliers) -> Grouped:
    """Prepare, over supply links that both sides agreed to, the shared parts for the suppliers; each sees and confirms its own."""
    lead = firm_of(acting, ask.place, ask.organisation)
    speaks_for(acting, lead)
    links = [
        link
        for link in acting.find(SupplyLink, buyer_id=lead.id, until=None)
        if link.agreed_at is not None and (not ask.supply_links or link.id in ask.supply_links)
    ]
    if not links:
        raise Refused("ENT-15")
    shared = {
        part.need: part
        for part in parts_of(acting, lead)
        if part.need in SHARED and part.state == HELD
    }
    seen: set[UUID] = set()
    asked = prepared = 0
    for link in sorted(links, key=lambda one: (one.supplier_id, one.id)):
        if link.supplier_id in seen:
            continue
        seen.add(link.supplier_id)
        earlier = acting.find(Consent, lead_id=lead.id, supplier_id=link.supplier_id)
        if not ask.supply_links and any(one.outcome == "declined" for one in earlier):
            continue  # who declined is asked again only by name
        supplier = acting.hold(Organisation, id=link.supplier_id)
        assert supplier is not None
        drafted = prepare(acting, lead, supplier, shared)
        if drafted or not earlier:
            ask_consent(acting, lead, supplier, link)
            asked += 1
        prepared += drafted
    return Grouped(suppliers=asked, prepared=prepared)


def ask_consent(
    acting: Acting, lead: Organisation, supplier: Organisation, link: SupplyLink
) -> None:
    """Ask a supplier for its word, once while it is open."""
    if acting.see(Consent, lead_id=lead.id, supplier_id=supplier.id, answered_at=None) is None:
        acting.add(
            Consent(
                lead_id=lead.id,
                supplier_id=supplier.id,
                place=lead.place,
                supply_link=link.id,
                asked_at=acting.now,
            )
        )
    wait_for_firm(acting, supplier, CONSENT, acting.now + WITHIN)


def prepare(
    acting: Acting, lead: Organisation, supplier: Organisation, shared: dict[str, Part]
) -> int:
    """Draft for a supplier the shared parts that it has not got; nothing that it holds is touched."""
    dossier_of(acting, supplier)
    known = {part.need: part for part in parts_of(acting, supplier)}
    drafted = 0
    for need, part in sorted(shared.items()):
        before = known.get(need)
        if before is not None and before.state in (HELD, DRAFT):
            continue
        one = PartOf.model_construct(need=Need(need), quantity=None, text=part.text, person=None)
        write_part(acting, supplier, one, before, held=False, lead=lead.id)
        drafted += 1
    return drafted


class AnswerLead(OfFirm):
    """Answer the firm that files for its suppliers."""

    agrees: bool
    lead: UUID | None = None
    reason: Reason | None = None


@command(role=FIRMS_SIDE, title=_("Answer the firm that files for us"), shell=False)
def answer_lead(acting: Acting, ask: AnswerLead) -> None:
    """Agree that a lead firm files for this one and take over what it prepared, or decline; then its drafts are sent back.

    Where several wish to, each gets an answer of its own.
    """
    firm = firm_of(acting, ask.place, ask.organisation)
    speaks_for(acting, firm)
    waiting = acting.hold_each(Consent, supplier_id=firm.id, answered_at=None)
    open_ones = [held for held in waiting if ask.lead in (None, held.lead_id)]
    if not open_ones:
        raise Refused("ENT-19")
    if len(open_ones) > 1:
        raise Refused("ENT-21")
    outcome = "confirmed" if ask.agrees else "declined"
    for held in open_ones:
        acting.change(held, answered_at=acting.now, outcome=outcome)
    leads = {held.lead_id for held in open_ones}
    for part in parts_of(acting, firm):
        if part.state != DRAFT or part.lead not in leads:
            continue
        if ask.agrees:
            acting.change(part, state=HELD, confirmed_by=acting.mandate, confirmed_at=acting.now)
        else:
            return_part(acting, part, ask.reason or str(_("not wished by the firm")))
    if len(waiting) == 1:
        acting.close_item(kind=CONSENT, subject=firm.id.hex, place=firm.place, outcome=outcome)
    nothing_waits(acting, firm)
