"""Settling: what a judgement changes; the decision is kept, the words are said or taken back, and what follows waits for somebody."""

import datetime as dt
from collections.abc import Sequence
from typing import Literal, Protocol
from uuid import UUID

from mingbai.domains.enterprise.models import Decision, Dossier, NotDue, Part
from mingbai.domains.enterprise.rules.deciding import Judgement
from mingbai.domains.enterprise.words import APPROVED, CHANGED, MAY_ASK, OFFICER, REVIEW, Verdict
from mingbai.kernel import standing
from mingbai.kernel.acting import Acting
from mingbai.kernel.clock import day, start_of_day
from mingbai.kernel.many.working import Working
from mingbai.kernel.models import Mandate, OpenItem, Organisation, Standing
from mingbai.kernel.rows import Reads, new
from mingbai.kernel.words import Role


class FirmNamed(Protocol):
    """An ask that names a firm."""

    @property
    def organisation(self) -> UUID:
        """Return the firm's id."""


Cause = Literal["filed", "reconsidered", "looked_at"]
OPEN = "open"
OWN_OFFICES = (Role.CLERK, Role.FIRM_HEAD)


def load_firms(working: Working, asks: Sequence[FirmNamed]) -> Reads:
    """Read at once the dossiers of a chunk, their firms, their parts and what other desks say of them."""
    firms = [ask.organisation for ask in asks]
    yield [
        *working.loading(Organisation, "id", firms),
        *working.loading(Dossier, "organisation_id", firms),
        *working.loading(Part, "organisation_id", firms),
        *working.loading(NotDue, "organisation_id", firms),
        *working.loading(Standing, "subject", [firm.hex for firm in firms]),
    ]


def dossier_of(acting: Acting, firm: Organisation) -> Dossier:
    """Return a firm's dossier, locked; it is opened when there is none."""
    found = acting.hold(Dossier, organisation_id=firm.id)
    if found is not None:
        return found
    return acting.add(
        new(
            Dossier,
            organisation_id=firm.id,
            place=firm.place,
            state=OPEN,
            opened_at=acting.now,
        )
    )


def parts_of(acting: Acting, firm: Organisation) -> list[Part]:
    """Return the parts of a firm's dossier."""
    return acting.find(Part, organisation_id=firm.id)


def spokesperson(acting: Acting, firm: Organisation) -> Mandate | None:
    """Return the office that answers for a firm: a clerk of its own, else its head, in force now."""
    held = [
        row
        for row in acting.find(Mandate, organisation_id=firm.id)
        if row.role in OWN_OFFICES
        and row.starts_at <= acting.now
        and (row.ends_at is None or acting.now < row.ends_at)
    ]
    held.sort(key=lambda row: OWN_OFFICES.index(Role(row.role)))
    return held[0] if held else None


def wait_for_firm(
    acting: Acting, firm: Organisation, kind: str, due: dt.datetime | None
) -> OpenItem:
    """Leave an open item for somebody of the firm alone; where nobody of it holds an office, for the desk."""
    office = spokesperson(acting, firm)
    return acting.raise_item(
        kind=kind,
        subject=firm.id.hex,
        place=firm.place,
        role=Role(office.role) if office else Role.DESK,
        person=office.person_id if office else None,
        due=due,
        raises_to=Role.DESK if due else None,
    )


def unchanged(dossier: Dossier, judged: Judgement) -> bool:
    """Tell whether a judgement says of a dossier what was decided last."""
    told = (judged.verdict.value, judged.required.way, " ".join(judged.lacking))
    return (dossier.state, dossier.way, dossier.lacking) == told


def settle(
    acting: Acting, firm: Organisation, dossier: Dossier, judged: Judgement, cause: Cause
) -> Decision | None:
    """Keep a decision and what follows from it; nothing is written when a reconsidered firm stays as it was."""
    if cause == "reconsidered" and unchanged(dossier, judged):
        return None
    before = dossier.state
    lacking = " ".join(judged.lacking)
    decision = acting.add(
        new(
            Decision,
            organisation_id=firm.id,
            place=firm.place,
            verdict=judged.verdict.value,
            way=judged.required.way,
            lacking=lacking,
            reasons=" ".join(judged.reasons),
            rule_version=judged.required.version,
            level=judged.required.level,
            grade=judged.required.grade,
            cause=cause,
            at=acting.at,
            recorded_at=acting.now,
            entry=acting.entry,
            # Only what was filed is drawn for a check afterwards.
            drawn_at=None if cause == "filed" else acting.now,
        )
    )
    held = acting.change(
        dossier,
        state=judged.verdict.value,
        way=judged.required.way,
        lacking=lacking,
        rule_version=judged.required.version,
        decided_at=acting.now,
        filed_at=dossier.filed_at or acting.at,
    )
    say(acting, firm, held, before, judged.verdict)
    told = Verdict.APPROVED.value in (before, judged.verdict.value)
    if cause != "filed" and before != judged.verdict and told:
        wait_for_firm(acting, firm, CHANGED, None)
    return decision


def say(
    acting: Acting, firm: Organisation, dossier: Dossier, before: str, verdict: Verdict
) -> None:
    """Say or take back what every desk may read of a firm, and let a service officer be named on the same day."""
    subject = firm.id.hex
    if verdict == Verdict.APPROVED and before != Verdict.APPROVED:
        standing.say(acting, APPROVED, subject, "yes")
        standing.say(acting, MAY_ASK, subject, "yes")
        due_after_all(acting, firm)
        if dossier.officer is None:
            tomorrow = start_of_day(day(acting.now) + dt.timedelta(days=1))
            acting.raise_item(
                kind=OFFICER,
                subject=subject,
                place=firm.place,
                role=Role.DESK,
                due=tomorrow,
                raises_to=Role.LEADER,
            )
    elif verdict != Verdict.APPROVED and before == Verdict.APPROVED:
        standing.take_back(acting, APPROVED, subject)
        standing.take_back(acting, MAY_ASK, subject)
        acting.close_item(kind=OFFICER, subject=subject, place=firm.place, outcome="no longer")


def due_after_all(acting: Acting, firm: Organisation) -> None:
    """End that a firm is not due, and the wait for its review: it has resumed."""
    late = acting.hold(NotDue, organisation_id=firm.id, ended_at=None)
    if late is not None:
        acting.change(late, ended_at=acting.now)
        acting.close_item(kind=REVIEW, subject=firm.id.hex, place=firm.place, outcome="resumed")
