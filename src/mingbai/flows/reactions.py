"""Reactions: the one table of what follows from what. A row here is the permission for it.

`with` runs another command in the same transaction; `item` leaves an open item for another desk; `after` begins long work.
"""

from typing import Any
from uuid import UUID

from mingbai.domains.enterprise.commands.checks import firm_checked
from mingbai.domains.enterprise.commands.reconsidering import firms_under, has_filed
from mingbai.domains.enterprise.words import RECONSIDER, STOCK_DAYS
from mingbai.domains.inspection.commands.findings import held_finding
from mingbai.domains.inspection.commands.forms import speaker_of
from mingbai.domains.inspection.commands.visits import held_visit
from mingbai.domains.movement.commands.easing import (
    GATES,
    PASSES,
    gates_hung,
    passes_hung,
    waits_for,
)
from mingbai.domains.movement.commands.permits import PERMITS, ROSTER
from mingbai.domains.movement.commands.requests import MAY_ASK
from mingbai.domains.movement.commands.retention import RETENTION as ARRIVALS
from mingbai.domains.movement.commands.stopping import FOLLOWING, has_staff_batches
from mingbai.domains.movement.words import AGAIN
from mingbai.kernel.acting import Acting
from mingbai.kernel.commands.measures import RETENTION
from mingbai.kernel.measures import Hung, hung_on
from mingbai.kernel.models import Job, Measure, Organisation, Standing
from mingbai.kernel.queries.firms import OfFirm
from mingbai.kernel.reactions import Reaction, register
from mingbai.kernel.words import Role

ONE_FIRM = "enterprise.reconsider_one"
FOLLOW = "movement.follow_approval"


def slip_ready(acting: Acting, ask: Any, answer: Any) -> dict[str, Any]:
    """The household is told that its slip is ready."""
    return {"place": ask.place, "kind": "slip_ready", "household": ask.household}


def wish_answered(acting: Acting, ask: Any, answer: Any) -> dict[str, Any]:
    """Whoever wished for a correction is told that it was answered."""
    person = next(iter(acting.mentioned))
    return {"place": ask.place, "kind": "correction_answered", "person": person}


def turn_booked(acting: Acting, ask: Any, answer: Any) -> dict[str, Any] | None:
    """Whom somebody else booked for a turn is told so."""
    if ask.person == acting.person:
        return None
    return {"place": ask.place, "kind": "turn_booked", "person": ask.person}


def visit_booked(acting: Acting, ask: Any, answer: Any) -> dict[str, Any] | None:
    """Whoever answers for a firm is told that a visit is booked there: nobody is surprised by one."""
    if ask.organisation is None:
        return None
    _role, person = speaker_of(acting, ask.organisation)
    return {"place": ask.place, "kind": "visit_booked", "person": person} if person else None


def what_a_phone_kept(acting: Acting, ask: Any, answer: Any) -> dict[str, Any]:
    """The desk looks for what a revoked phone never sent."""
    return {"subject": ask.device.hex, "place": ask.place, "role": Role.DESK}


def hung_of(acting: Acting, ask: Any, answer: Any) -> Hung:
    """Return what hangs on a measure that has lapsed, as long work reads it."""
    row = acting.see(Measure, code=ask.code)
    assert row is not None
    return hung_on(acting.store, row, answer.delete_after)


def people_of_the_measure(acting: Acting, ask: Any, answer: Any) -> dict[str, Any] | None:
    """Everybody whose row hangs on a lapsed measure gets the day on which it is deleted."""
    if not answer.people:
        return None
    return {
        "place": ask.place,
        "total": answer.people,
        "content": hung_of(acting, ask, answer).as_json(),
    }


def batch_is_done(acting: Acting, ask: Any, answer: Any) -> dict[str, Any] | None:
    """The clock of a batch of passes stops when its long work has ended."""
    job = acting.see(Job, id=ask.job)
    if job is None or job.kind not in (PERMITS, ROSTER):
        return None
    return {"place": job.place, "job": job.id}


def arrivals_of_the_measure(acting: Acting, ask: Any, answer: Any) -> dict[str, Any]:
    """Every row of a gate's register that hangs on a lapsed measure gets the day on which it is blinded."""
    return {
        "place": ask.place,
        "total": answer.people,
        "content": hung_of(acting, ask, answer).as_json(),
    }


def gates_of_the_measure(acting: Acting, ask: Any, answer: Any) -> dict[str, Any] | None:
    """Every gate that hangs on a lapsed measure is taken away, where no other row of its kind keeps it."""
    told = hung_of(acting, ask, answer)
    total = len(gates_hung(told))
    return {"place": ask.place, "total": total, "content": told.as_json()} if total else None


def passes_of_the_measure(acting: Acting, ask: Any, answer: Any) -> dict[str, Any] | None:
    """Every pass that hangs on a lapsed measure ends with it, when none of its places needs it any more."""
    told = hung_of(acting, ask, answer)
    total = len(passes_hung(told))
    return {"place": ask.place, "total": total, "content": told.as_json()} if total else None


def gates_needed_again(acting: Acting, ask: Any, answer: Any) -> dict[str, Any] | None:
    """The desk is told that gates which went with a measure are needed again: people have to stand there first."""
    if ask.kind is None or not waits_for(acting, ask.kind, ask.place):
        return None
    return {"subject": ask.code, "place": ask.place, "role": Role.DESK}


def firm_of_the_finding(acting: Acting, ask: Any, answer: Any) -> dict[str, Any] | None:
    """The firm at which something serious was found, or put right, is held against the rule as it stands now."""
    finding = held_finding(acting, ask.place, getattr(ask, "finding", None) or answer.finding)
    return firm_named(acting, finding.organisation_id) if finding.severity == "serious" else None


def firm_of_the_visit(acting: Acting, ask: Any, answer: Any) -> dict[str, Any] | None:
    """The firm whose visit has ended is held against the rule: a visit may be what it waited for."""
    return firm_named(acting, held_visit(acting, ask.place, ask.visit).organisation_id)


def firm_named(acting: Acting, number: UUID | None) -> dict[str, Any] | None:
    """Return what names a firm, at its own place."""
    firm = acting.see(Organisation, id=number) if number else None
    return {"place": firm.place, "organisation": firm.id} if firm else None


def firm_of_the_record(acting: Acting, ask: Any, answer: Any) -> dict[str, Any] | None:
    """The firm whose address or sector was changed on its record is held against the rule: both are parts of its dossier."""
    if ask.address is None and ask.sector is None and ask.emptied in (None, "purpose"):
        return None
    return firm_named(acting, ask.organisation) if has_filed(acting, ask.organisation) else None


def firm_to_follow(acting: Acting, ask: Any, answer: Any) -> dict[str, Any] | None:
    """The passes of a firm's staff follow the approval they rest on: looked at where it was decided anew and ever gave that right."""
    if getattr(answer, "changed", True) is False:
        return None
    firm = ask.organisation
    if not acting.find(Standing, subject=firm.hex, what=MAY_ASK):
        return None
    if not has_staff_batches(acting, firm):
        return None
    return {"place": ask.place, "organisation": firm}


def firm_of_many(acting: Acting, ask: Any, answer: Any) -> dict[str, Any] | None:
    """The passes of a firm that was held against the rule among many follow as work of their own."""
    told = None if acting.run_inner else firm_to_follow(acting, ask, answer)
    if told is None:
        return None
    content = f"{acting.entry.hex} {told['organisation'].hex}"
    return {"place": told["place"], "total": 1, "content": content}


def firm_to_follow_of_check(acting: Acting, ask: Any, answer: Any) -> dict[str, Any] | None:
    """The passes of the firm whose decision somebody looked at again follow its approval."""
    firm = firm_checked(acting, ask.check)
    return firm_to_follow(acting, OfFirm(place=firm.place, organisation=firm.id), answer)


def firms_of_the_parameter(acting: Acting, ask: Any, answer: Any) -> dict[str, Any] | None:
    """Every firm under a place is held against the rule when the number of days that its stock must last is another from now on."""
    if ask.policy != STOCK_DAYS.name or (ask.starts_at or acting.at) > acting.now:
        return None
    return firms_of_the_change(acting, ask, answer)


def firms_of_the_days(acting: Acting, ask: Any, answer: Any) -> dict[str, Any]:
    """Every firm under a place is held against a number of days that was set ahead and has begun or ended."""
    return {"place": ask.place, "total": firms_under(ask.place), "content": ask.cause.hex}


def firms_of_the_change(acting: Acting, ask: Any, answer: Any) -> dict[str, Any] | None:
    """Every firm at a place and under it that has a dossier is held against the rule as it stands now."""
    total = firms_under(ask.place)
    if not total:
        return None
    return {"place": ask.place, "total": total, "content": acting.entry.hex}


#                    after                       how     run                    with what
REACTIONS = [
    Reaction("supplies.give_slip", "with", "messages.tell", slip_ready),
    Reaction("rights.answer_correction", "with", "messages.tell", wish_answered),
    Reaction("posts.book", "with", "messages.tell", turn_booked),
    Reaction("inspection.book_visit", "with", "messages.tell", visit_booked),
    Reaction("devices.revoke", "item", "sync.never_sent", what_a_phone_kept),
    Reaction("measures.lapse", "after", RETENTION, people_of_the_measure),
    Reaction("measures.lapse", "after", ARRIVALS, arrivals_of_the_measure),
    Reaction("measures.lapse", "after", GATES, gates_of_the_measure),
    Reaction("measures.lapse", "after", PASSES, passes_of_the_measure),
    Reaction("measures.begin_measure", "item", AGAIN, gates_needed_again),
    Reaction("jobs.end", "with", "movement.close_batch", batch_is_done),
    Reaction("response.take_effect", "after", RECONSIDER, firms_of_the_change),
    Reaction("enterprise.begin_rule", "after", RECONSIDER, firms_of_the_change),
    Reaction("enterprise.begin_stock_days", "after", RECONSIDER, firms_of_the_days),
    Reaction("policy.put", "after", RECONSIDER, firms_of_the_parameter),
    Reaction("policy.follow", "after", RECONSIDER, firms_of_the_parameter),
    Reaction("organisations.change_record", "with", ONE_FIRM, firm_of_the_record),
    Reaction("inspection.record_finding", "with", ONE_FIRM, firm_of_the_finding),
    Reaction("inspection.close_finding", "with", ONE_FIRM, firm_of_the_finding),
    Reaction("inspection.end_visit", "with", ONE_FIRM, firm_of_the_visit),
    # The passes of a firm that was held against the rule by itself follow at once: danger waits for nothing.
    Reaction(ONE_FIRM, "with", FOLLOW, firm_to_follow, alone=True),
    Reaction(ONE_FIRM, "after", FOLLOWING, firm_of_many),
    Reaction("enterprise.file_application", "with", FOLLOW, firm_to_follow, alone=True),
    Reaction("enterprise.file_application", "after", FOLLOWING, firm_of_many),
    Reaction("enterprise.fill_parts", "with", FOLLOW, firm_to_follow),
    Reaction("enterprise.send_back", "with", FOLLOW, firm_to_follow),
    Reaction("enterprise.answer_check", "with", FOLLOW, firm_to_follow_of_check),
]
register(REACTIONS)
