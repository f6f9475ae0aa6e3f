"""Commands on findings: recorded on the spot, put right by their owner, rechecked by somebody else, waived only with a reason."""

import datetime as dt
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from mingbai.domains.inspection.commands.hazards import settle_words
from mingbai.domains.inspection.commands.visits import OfVisit, again_of, held_visit, item_of
from mingbai.domains.inspection.models import Finding, FindingStep
from mingbai.domains.inspection.parameters import RECHECK_DAYS, WITHIN
from mingbai.domains.inspection.queries.subjects import holds_office
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

FIRM = "own_firm"
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
    due = rules.due_by(most, today, ask.due)
    if visit.organisation_id is not None and ask.owner is not None:
        raise Refused("INS-31")
    if item.state != rules.FAILED:
        again = again_of(acting, item)
        acting.change(item, state=rules.FAILED, ticked_at=acting.at, again=again)
    finding = acting.add(
        Finding(
            place=visit.place,
            visit_id=visit.id,
            organisation_id=visit.organisation_id,
            point_id=visit.point_id,
            subject=visit.subject,
            code=item.code,
            severity=ask.severity,
            text=ask.text,
            owner=FIRM
            if visit.organisation_id is not None
            else owner_of(acting, ask, visit.point_id),
            due=due,
            state=rules.OPEN,
            at=acting.at,
            recorded_at=acting.now,
            person=acting.person,
            entry=acting.entry,
        )
    )
    hand_over(acting, finding)
    if visit.organisation_id is not None and ask.severity == "serious":
        settle_words(acting, visit.organisation_id)
    owner = None if finding.owner == FIRM else Role(finding.owner)
    return Found(finding=finding.id, owner=owner, due=due)


def owner_of(acting: Acting, ask: RecordFinding, point: UUID | None) -> str:
    """Return the role at the place that puts it right: whom the finder names, else who keeps the point, else the desk."""
    named = Role(ask.owner) if ask.owner else None
    if named is None and point is not None:
        row = acting.see(Point, id=point)
        named = KEEPS[row.kind] if row is not None else None
    held = acting.find(Mandate, place=ask.place, role=named) if named else []
    return str(named) if any(lasts(one, acting.now) for one in held) else str(Role.DESK)


def lasts(mandate: Mandate, now: dt.datetime) -> bool:
    """Tell whether a mandate is in force."""
    return mandate.starts_at <= now and (mandate.ends_at is None or now < mandate.ends_at)


def hand_over(acting: Acting, finding: Finding) -> None:
    """Leave a finding with whoever puts it right until its day is over; then the next level hears of it."""
    role, person = Role.DESK, None
    if finding.owner != FIRM:
        role = Role(finding.owner)
    else:
        held = acting.find(Mandate, organisation_id=finding.organisation_id)
        own = [one for one in held if lasts(one, acting.now) and one.role in ("clerk", "firm_head")]
        own.sort(key=lambda one: (one.role, one.id))
        if own:
            role, person = Role(own[0].role), own[0].person_id
    acting.raise_item(
        kind=FINDING,
        subject=finding.id.hex,
        place=finding.place,
        role=role,
        person=person,
        due=at_time(finding.due, 23, 59),
        raises_to=Role.LEADER if role is Role.DESK else Role.DESK,
    )


def held_finding(acting: Acting, place: str, number: UUID) -> Finding:
    """Return a finding of the place, held until the act is over."""
    found = acting.hold(Finding, id=number)
    if found is None or found.place != place:
        raise Refused("INS-10")
    return found


def step(acting: Acting, finding: Finding, what: str, text: str | None) -> None:
    """Note one step of a finding's way."""
    acting.add(
        FindingStep(
            finding_id=finding.id,
            place=finding.place,
            what=what,
            text=text,
            office=acting.hat.capacity or acting.role,
            person=acting.person,
            at=acting.at,
            recorded_at=acting.now,
            entry=acting.entry,
        )
    )


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
    """INS-13 谁的事谁改: a firm's own side puts right what was found at the firm, and a point's keeper what was found there."""
    if finding.organisation_id is not None:
        held = acting.see(Mandate, id=acting.mandate) if acting.mandate else None
        mine = (
            acting.role in OWN_SIDE
            and held is not None
            and held.organisation_id == finding.organisation_id
        )
    else:
        mine = str(acting.role) == finding.owner or (
            finding.owner != Role.DESK and acting.role is Role.DESK
        )
    if not mine:
        raise NotAllowed("INS-13")


def close(acting: Acting, finding: Finding, kind: str, outcome: str) -> None:
    """Close the open item of a finding."""
    acting.close_item(kind=kind, subject=finding.id.hex, place=finding.place, outcome=outcome)


def is_owners(acting: Acting, finding: Finding) -> bool:
    """Tell whether whoever acts put it right, or answers for it: under this office or under another of theirs."""
    if acting.person is None:
        return True
    steps = [
        one
        for one in acting.find(FindingStep, finding_id=finding.id)
        if one.what == rules.PUT_RIGHT
    ]
    return any(one.person == acting.person for one in steps) or holds_office(
        acting.store,
        acting.person,
        acting.now,
        organisation=finding.organisation_id,
        role=finding.owner,
        place=finding.place,
    )


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
