"""Rechecks: a finding's steps and whose it is; a visit that rechecks closes what it finds in order, and sends back the rest."""

import datetime as dt
from collections.abc import Iterable
from uuid import UUID

from mingbai.domains.inspection.models import Finding, FindingStep, Visit, VisitItem
from mingbai.domains.inspection.parameters import WITHIN
from mingbai.domains.inspection.queries.subjects import holds_office
from mingbai.domains.inspection.rules import visits as rules
from mingbai.domains.inspection.words import FINDING, RECHECK
from mingbai.kernel.acting import Acting
from mingbai.kernel.clock import at_time, day
from mingbai.kernel.models import Mandate
from mingbai.kernel.policy import in_force
from mingbai.kernel.refusals import NotAllowed, Refused
from mingbai.kernel.words import Role

FIRM = "own_firm"


def lasts(mandate: Mandate, now: dt.datetime) -> bool:
    """Tell whether a mandate is in force."""
    return mandate.starts_at <= now and (mandate.ends_at is None or now < mandate.ends_at)


def own_side(acting: Acting, organisation: UUID | None) -> list[Mandate]:
    """Return who answers for a firm now, its clerk before its head."""
    held = acting.find(Mandate, organisation_id=organisation)
    own = [one for one in held if lasts(one, acting.now) and one.role in ("clerk", "firm_head")]
    return sorted(own, key=lambda one: (one.role, one.id))


def hand_over(acting: Acting, finding: Finding) -> None:
    """Leave a finding with whoever puts it right until its day is over; then the next level hears of it."""
    role, person = Role.DESK, None
    if finding.owner != FIRM:
        role = Role(finding.owner)
    elif own := own_side(acting, finding.organisation_id):
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


def waiting(acting: Acting, visit: Visit, codes: Iterable[str]) -> list[Finding]:
    """Return the findings on these items that were put right here and wait for somebody to look, held."""
    wanted = set(codes) if visit.recheck else set()
    return [
        one
        for one in acting.hold_each(Finding, subject=visit.subject)
        if one.code in wanted and one.state == rules.PUT_RIGHT
    ]


def close_rechecked(acting: Acting, visit: Visit, items: Iterable[VisitItem]) -> None:
    """INS-12 换人复查: a visit that rechecks closes what it found in order, unless whoever looked answers for it."""
    for finding in waiting(acting, visit, [one.code for one in items if one.state == rules.OK]):
        if is_owners(acting, finding):
            continue
        step(acting, finding, rules.CLOSED, None)
        acting.change(finding, state=rules.CLOSED, closed_at=acting.at)
        close(acting, finding, RECHECK, rules.CLOSED)


def failed_again(
    acting: Acting, visit: Visit, code: str, severity: str, text: str, due: dt.date
) -> Finding | None:
    """Send back what a recheck found not in order, with what is still missing; nothing is found a second time."""
    back = None
    for finding in waiting(acting, visit, [code]):
        if is_owners(acting, finding):
            acting.against(NotAllowed("INS-12"))
        worst = "serious" if "serious" in (finding.severity, severity) else severity
        most = in_force(acting.store, WITHIN[worst].name, finding.place, acting.at)
        latest = day(acting.at) + dt.timedelta(days=most)
        step(acting, finding, rules.SENT_BACK, text)
        close(acting, finding, RECHECK, rules.SENT_BACK)
        back = acting.change(finding, state=rules.OPEN, due=min(due, latest), severity=worst)
        hand_over(acting, back)
    return back


def check_said(acting: Acting, visit: Visit, items: Iterable[VisitItem]) -> None:
    """INS-34 不合格说清楚: what is not in order has a finding, with an owner and a day, before a visit ends."""
    found = acting.find(Finding, subject=visit.subject)
    said = {one.code for one in found if one.visit_id == visit.id or one.state == rules.OPEN}
    silent = sum(one.state == rules.FAILED and one.code not in said for one in items)
    if silent:
        acting.against(Refused("INS-34", number=silent))
