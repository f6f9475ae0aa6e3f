"""Commands on findings: recorded on the spot, put right by their owner, rechecked by somebody else, waived only with a reason."""

import datetime as dt
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from mingbai.domains.inspection.commands.hazards import settle_words
from mingbai.domains.inspection.commands.rechecks import (
    FIRM,
    close,
    failed_again,
    hand_over,
    is_owners,
    lasts,
    own_side,
    step,
)
from mingbai.domains.inspection.commands.visits import OfVisit, again_of, held_visit, item_of
from mingbai.domains.inspection.models import Finding, Visit
from mingbai.domains.inspection.parameters import RECHECK_DAYS, WITHIN
from mingbai.domains.inspection.rules import visits as rules
from mingbai.domains.inspection.words import FINDING, RECHECK, CheckCode, OwnerRole, Severity
from mingbai.kernel.acting import Acting
from mingbai.kernel.asks import Answer, Ask
from mingbai.kernel.clock import at_time, day
from mingbai.kernel.firms import OWN_SIDE
from mingbai.kernel.models import Mandate, Point
from mingbai.kernel.policy import in_force
from mingbai.kernel.refusals import NotAllowed, Refused
from mingbai.kernel.registry import command
from mingbai.kernel.words import FreeText, PlaceCode, Reason, Role

KEEPS = {"gate": Role.GUARD, "store": Role.KEEPER, "line": Role.CREW_LEAD, "works": Role.CREW_LEAD}
"""Who puts right what is found at a point, unless the finder names another."""
OWNERS = {Role.CLERK, Role.FIRM_HEAD, Role.GUARD, Role.KEEPER, Role.CREW_LEAD, Role.DESK}


class RecordFinding(OfVisit):
    """Something is not in order."""

    check_item: CheckCode
    severity: Severity
    text: FreeText
    owner: OwnerRole | None = None
    due: dt.date | None = None


class Found(Answer):
    """The finding, who puts it right, and by when."""

    finding: UUID
    owner: Role | None
    due: dt.date


@command(role={Role.INSPECTOR}, title=_("Record a finding"), records=True)
def record_finding(acting: Acting, ask: RecordFinding) -> Found:
    """Record what is not in order, how bad it is, who puts it right and by when; a serious one stands against the firm at once."""
    visit = held_visit(acting, ask.place, ask.visit)
    rules.check_under_way(visit.state)
    item = item_of(acting, visit, ask.check_item)
    today = day(acting.at)
    most = in_force(acting.store, WITHIN[ask.severity].name, ask.place, acting.at)
    try:
        due = rules.due_by(most, today, ask.due)
    except Refused as refused:
        acting.against(refused)
        due = today + dt.timedelta(days=most)
    if visit.organisation_id is not None and ask.owner is not None:
        raise Refused("INS-31")
    if item.state != rules.FAILED:
        again = again_of(acting, item)
        acting.change(item, state=rules.FAILED, ticked_at=acting.at, again=again)
    finding = failed_again(acting, visit, item.code, ask.severity, ask.text, due)
    if finding is None:
        finding = new_finding(acting, ask, visit, item.code, due)
        hand_over(acting, finding)
    if visit.organisation_id is not None and finding.severity == "serious":
        settle_words(acting, visit.organisation_id)
    owner = None if finding.owner == FIRM else Role(finding.owner)
    return Found(finding=finding.id, owner=owner, due=finding.due)


def new_finding(
    acting: Acting, ask: RecordFinding, visit: Visit, code: str, due: dt.date
) -> Finding:
    """Add a finding of a visit, with whoever puts it right."""
    return acting.add(
        Finding(
            place=visit.place,
            visit_id=visit.id,
            organisation_id=visit.organisation_id,
            point_id=visit.point_id,
            subject=visit.subject,
            code=code,
            severity=ask.severity,
            text=ask.text,
            owner=owner_of(acting, ask, visit),
            due=due,
            state=rules.OPEN,
            at=acting.at,
            recorded_at=acting.now,
            person=acting.person,
            entry=acting.entry,
        )
    )


def owner_of(acting: Acting, ask: RecordFinding, visit: Visit) -> str:
    """Return who puts it right: the firm, else the role that the finder names or that keeps the point, else the desk."""
    if visit.organisation_id is not None:
        return FIRM if own_side(acting, visit.organisation_id) else str(Role.DESK)
    named = Role(ask.owner) if ask.owner else None
    if named is None and visit.point_id is not None:
        row = acting.see(Point, id=visit.point_id)
        named = KEEPS[row.kind] if row is not None else None
    held = acting.find(Mandate, place=ask.place, role=named) if named else []
    return str(named) if any(lasts(one, acting.now) for one in held) else str(Role.DESK)


def held_finding(acting: Acting, place: str, number: UUID) -> Finding:
    """Return a finding of the place, held until the act is over."""
    found = acting.hold(Finding, id=number)
    if found is None or found.place != place:
        raise Refused("INS-10")
    return found


class OfFinding(Ask):
    """Of one finding."""

    place: PlaceCode
    finding: UUID


class PutRight(OfFinding):
    """It was put right."""

    text: FreeText


@command(role=OWNERS, title=_("Say that it was put right"))
def put_right(acting: Acting, ask: PutRight) -> None:
    """Say how a finding was put right; a picture is attached to this act, and somebody else rechecks it."""
    finding = held_finding(acting, ask.place, ask.finding)
    check_owner(acting, finding)
    rules.check_to_put_right(finding.state)
    step(acting, finding, rules.PUT_RIGHT, ask.text)
    acting.change(finding, state=rules.PUT_RIGHT)
    close(acting, finding, FINDING, rules.PUT_RIGHT)
    days = in_force(acting.store, RECHECK_DAYS.name, finding.place, acting.at)
    acting.raise_item(
        kind=RECHECK,
        subject=finding.id.hex,
        place=finding.place,
        role=Role.INSPECTOR,
        due=at_time(day(acting.now) + dt.timedelta(days=days), 23, 59),
        raises_to=Role.DESK,
    )


def check_owner(acting: Acting, finding: Finding) -> None:
    """INS-13 谁的事谁改: a firm's own side puts right what was found at the firm, and a point's keeper what was found there; for a firm that nobody answers for yet, the desk says it."""
    firm = finding.organisation_id
    if firm is not None:
        held = acting.see(Mandate, id=acting.mandate) if acting.mandate else None
        own = acting.role in OWN_SIDE and held is not None and held.organisation_id == firm
        mine = own or (acting.role is Role.DESK and not own_side(acting, firm))
    else:
        mine = str(acting.role) == finding.owner or (
            finding.owner != Role.DESK and acting.role is Role.DESK
        )
    if not mine:
        raise NotAllowed("INS-13")


class CloseFinding(OfFinding):
    """It was rechecked and is in order."""

    text: FreeText | None = None


@command(role={Role.INSPECTOR, Role.DESK}, title=_("Recheck and close a finding"), shell=False)
def close_finding(acting: Acting, ask: CloseFinding) -> None:
    """Close a finding that was rechecked and is in order; never who put it right, nor who answers for it."""
    finding = held_finding(acting, ask.place, ask.finding)
    rules.check_to_recheck(finding.state)
    rules.check_another(same=is_owners(acting, finding))
    step(acting, finding, rules.CLOSED, ask.text)
    acting.change(finding, state=rules.CLOSED, closed_at=acting.at)
    close(acting, finding, RECHECK, rules.CLOSED)
    if finding.organisation_id is not None and finding.severity == "serious":
        settle_words(acting, finding.organisation_id)


class SendBack(OfFinding):
    """It was rechecked and is not in order."""

    text: FreeText
    due: dt.date | None = None


@command(role={Role.INSPECTOR, Role.DESK}, title=_("Recheck and send back"), shell=False)
def send_back(acting: Acting, ask: SendBack) -> None:
    """Send a finding back to its owner after a recheck that failed, with what is still missing and a new day."""
    finding = held_finding(acting, ask.place, ask.finding)
    rules.check_to_recheck(finding.state)
    rules.check_another(same=is_owners(acting, finding))
    most = in_force(acting.store, WITHIN[finding.severity].name, finding.place, acting.at)
    due = rules.due_by(most, day(acting.at), ask.due)
    step(acting, finding, rules.SENT_BACK, ask.text)
    close(acting, finding, RECHECK, rules.SENT_BACK)
    hand_over(acting, acting.change(finding, state=rules.OPEN, due=due))


class WaiveFinding(OfFinding):
    """It need not be put right."""

    reason: Reason


@command(role={Role.DESK, Role.INSPECTOR}, title=_("Waive a finding"), shell=False)
def waive_finding(acting: Acting, ask: WaiveFinding) -> None:
    """Waive a minor finding with a reason that its owner reads; never who found it, nor who answers for it."""
    finding = held_finding(acting, ask.place, ask.finding)
    if finding.state in rules.SETTLED:
        raise Refused("INS-15")
    same = finding.person == acting.person or is_owners(acting, finding)
    rules.check_waived(severity=finding.severity, same=same)
    step(acting, finding, rules.WAIVED, ask.reason)
    acting.change(finding, state=rules.WAIVED, closed_at=acting.at)
    for kind in (FINDING, RECHECK):
        close(acting, finding, kind, rules.WAIVED)
