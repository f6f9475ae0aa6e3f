"""Commands on a dossier: the firm fills its parts, an officer may draft them, and somebody of the firm confirms."""

import datetime as dt
from collections.abc import Iterable, Sequence
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from mingbai.domains.enterprise.commands.settling import (
    dossier_of,
    parts_of,
    settle,
    wait_for_firm,
)
from mingbai.domains.enterprise.models import Consent, Part
from mingbai.domains.enterprise.queries.judging import judge
from mingbai.domains.enterprise.words import (
    CHANGED,
    CONFIRM,
    CONSENT,
    COUNTED,
    NEEDS,
    ON_RECORD,
    UNITS,
    WRITTEN,
    Need,
    PlanText,
    Verdict,
)
from mingbai.kernel.acting import Acting
from mingbai.kernel.asks import Answer, Ask
from mingbai.kernel.erasing import eraser
from mingbai.kernel.firms import OWN_SIDE, firm_of, speaks_for
from mingbai.kernel.models import Organisation, Person
from mingbai.kernel.queries.firms import OfFirm
from mingbai.kernel.refusals import Refused
from mingbai.kernel.registry import command
from mingbai.kernel.rows import new
from mingbai.kernel.words import Count, PersonId, Reason, Role

DRAFT, HELD, SENT_BACK = "draft", "held", "sent_back"
FIRMS_SIDE = {Role.CLERK, Role.FIRM_HEAD}
FILLS = FIRMS_SIDE | {Role.SERVICE_OFFICER, Role.DESK}
A_DAY = dt.timedelta(days=1)


class PartOf(Ask):
    """One part of a dossier: a number, a text or a person, as the part asks."""

    need: Need
    quantity: Count | None = Field(default=None, le=1_000_000)
    text: PlanText | None = None
    person: PersonId | None = None


class FillParts(OfFirm):
    """Fill parts of a firm's dossier."""

    parts: list[PartOf] = Field(min_length=1, max_length=len(Need))


class Filled(Answer):
    """How many parts are held now, and how many wait for the firm's confirmation."""

    held: int
    drafts: int


@command(role=FILLS, title=_("Fill parts of a dossier"))
def fill_parts(acting: Acting, ask: FillParts) -> Filled:
    """Fill parts of a firm's dossier; what somebody outside the firm writes is a draft until the firm confirms it.

    A firm that is approved and changes its own word is held against the rule at once.
    """
    firm = firm_of(acting, ask.place, ask.organisation)
    speaks_for(acting, firm)
    dossier = dossier_of(acting, firm)
    fill(acting, firm, ask.parts)
    if dossier.state == Verdict.APPROVED:
        (judged,) = judge(acting.store, firm, parts_of(acting, firm), acting.now)
        settle(acting, firm, dossier, judged, "reconsidered")
    return counted(parts_of(acting, firm))


def counted(parts: Iterable[Part]) -> Filled:
    """Return how many parts are held and how many are drafts."""
    states = [part.state for part in parts]
    return Filled(held=states.count(HELD), drafts=states.count(DRAFT))


def fill(acting: Acting, firm: Organisation, wanted: Sequence[PartOf]) -> None:
    """ENT-1 已有不问: write parts of a dossier; the firm's own word holds at once, another's is a draft and asks for nothing that is held."""
    own = acting.role in OWN_SIDE
    known = {part.need: part for part in parts_of(acting, firm)}
    seen: set[str] = set()
    for one in wanted:
        if one.need in seen:
            raise Refused("ENT-18", need=NEEDS[one.need])
        seen.add(one.need)
        check_part(acting, one)
        before = known.get(one.need)
        if before is not None and before.state == HELD and not own:
            raise Refused("ENT-1")
        write_part(acting, firm, one, before, held=own)
    if not own:
        wait_for_firm(acting, firm, CONFIRM, acting.now + A_DAY)
    else:
        nothing_waits(acting, firm)


def check_part(acting: Acting, one: PartOf) -> None:
    """ENT-2 缺啥说啥: a part is a number, a text or a person; what stands on the firm's record is not asked."""
    if one.need in ON_RECORD:
        raise Refused("ENT-5")
    if one.need in COUNTED and not one.quantity:
        raise Refused("ENT-2", wanted=_("a number: %(unit)s") % {"unit": UNITS[one.need]})
    if one.need in WRITTEN and not one.text:
        raise Refused("ENT-2", wanted=_("what the plan says, in a few sentences"))
    if one.need == Need.CONTACT:
        found = acting.see(Person, id=one.person) if one.person else None
        if found is None or found.erased_at is not None:
            raise Refused("ENT-2", wanted=_("a person who is registered here"))
        acting.subject(found.id)


def write_part(
    acting: Acting,
    firm: Organisation,
    one: PartOf,
    before: Part | None,
    *,
    held: bool,
    lead: UUID | None = None,
) -> Part:
    """Write one part, new or in place of what stood there."""
    told = {
        "quantity": one.quantity if one.need in COUNTED else None,
        "text": one.text if one.need in WRITTEN else None,
        "person_id": one.person if one.need == Need.CONTACT else None,
        "state": HELD if held else DRAFT,
        "written_by": acting.mandate,
        "writer": acting.person,
        "written_at": acting.now,
        "confirmed_by": acting.mandate if held else None,
        "confirmed_at": acting.now if held else None,
        "reason": None,
        "lead": lead,
        "accepted": False,
    }
    if before is not None:
        return acting.change(before, **told)
    base = {"organisation_id": firm.id, "place": firm.place, "need": one.need.value}
    return acting.add(new(Part, **base, **told))


def nothing_waits(acting: Acting, firm: Organisation) -> None:
    """End the wait for a firm's word when no draft of it is left."""
    if any(part.state == DRAFT for part in parts_of(acting, firm)):
        return
    acting.close_item(kind=CONFIRM, subject=firm.id.hex, place=firm.place, outcome="confirmed")


class ConfirmParts(OfFirm):
    """Confirm what somebody drafted for the firm."""

    needs: list[Need] = Field(default=[], max_length=len(Need))


@command(role=FIRMS_SIDE, title=_("Confirm what was drafted for the firm"), shell=False)
def confirm_parts(acting: Acting, ask: ConfirmParts) -> Filled:
    """ENT-4 填的不确认: confirm, as somebody of the firm and not as who wrote them, the drafts of a dossier: those named, or all."""
    firm = firm_of(acting, ask.place, ask.organisation)
    speaks_for(acting, firm)
    drafts = [
        part
        for part in parts_of(acting, firm)
        if part.state == DRAFT and (not ask.needs or part.need in ask.needs)
    ]
    if not drafts:
        raise Refused("ENT-3")
    for part in drafts:
        if part.writer is not None and part.writer == acting.person:
            raise Refused("ENT-4")
        acting.change(
            part, state=HELD, confirmed_by=acting.mandate, confirmed_at=acting.now, reason=None
        )
    nothing_waits(acting, firm)
    consent_given(acting, firm, {part.lead for part in drafts if part.lead is not None})
    return counted(parts_of(acting, firm))


def consent_given(acting: Acting, firm: Organisation, leads: set[UUID]) -> None:
    """Note that a supplier confirmed what a lead firm prepared for it."""
    for held in acting.hold_each(Consent, supplier_id=firm.id, answered_at=None):
        if held.lead_id in leads:
            acting.change(held, answered_at=acting.now, outcome="confirmed")
    if not acting.find(Consent, supplier_id=firm.id, answered_at=None):
        acting.close_item(kind=CONSENT, subject=firm.id.hex, place=firm.place, outcome="confirmed")


class SendBack(OfFirm):
    """Send back one part of a dossier."""

    need: Need
    reason: Reason


@command(role=FIRMS_SIDE | {Role.DESK}, title=_("Send a part back"))
def send_back(acting: Acting, ask: SendBack) -> None:
    """Send a part of a dossier back with what is wrong: the firm a draft, the desk what the firm filed; it counts as missing."""
    firm = firm_of(acting, ask.place, ask.organisation)
    speaks_for(acting, firm)
    part = acting.hold(Part, organisation_id=firm.id, need=ask.need.value)
    if part is None or part.state == SENT_BACK or (acting.role in OWN_SIDE and part.state != DRAFT):
        raise Refused("ENT-17")
    return_part(acting, part, ask.reason)
    nothing_waits(acting, firm)
    dossier = dossier_of(acting, firm)
    if dossier.filed_at is not None and acting.role not in OWN_SIDE:
        (judged,) = judge(acting.store, firm, parts_of(acting, firm), acting.now)
        settle(acting, firm, dossier, judged, "looked_at")


def return_part(acting: Acting, part: Part, reason: str) -> None:
    """Note that a part was sent back, and why."""
    acting.change(part, state=SENT_BACK, reason=reason, confirmed_by=None, confirmed_at=None)


@eraser
def forget_contact(acting: Acting, person: UUID) -> None:
    """Take somebody who is erased out of the dossiers that name them; the firm is told, and names another before it is looked at again."""
    for part in acting.find(Part, person_id=person):
        acting.change(part, person_id=None, state=SENT_BACK, confirmed_by=None, confirmed_at=None)
        firm = acting.see(Organisation, id=part.organisation_id)
        assert firm is not None
        wait_for_firm(acting, firm, CHANGED, None)
