"""Reactions: the one table of what follows from what. A row here is the permission for it.

`with` runs another command in the same transaction; `item` leaves an open item for another desk; `after` begins long work.
"""

from typing import Any

from mingbai.domains.movement.commands.easing import (
    GATES,
    PASSES,
    gates_hung,
    passes_hung,
    waits_for,
)
from mingbai.domains.movement.commands.permits import PERMITS, ROSTER
from mingbai.domains.movement.commands.retention import RETENTION as ARRIVALS
from mingbai.domains.movement.words import AGAIN
from mingbai.kernel.acting import Acting
from mingbai.kernel.commands.measures import RETENTION
from mingbai.kernel.measures import Hung, hung_on
from mingbai.kernel.models import Job, Measure
from mingbai.kernel.reactions import Reaction, register
from mingbai.kernel.words import Role


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


#                    after                       how     run                    with what
REACTIONS = [
    Reaction("supplies.give_slip", "with", "messages.tell", slip_ready),
    Reaction("rights.answer_correction", "with", "messages.tell", wish_answered),
    Reaction("posts.book", "with", "messages.tell", turn_booked),
    Reaction("devices.revoke", "item", "sync.never_sent", what_a_phone_kept),
    Reaction("measures.lapse", "after", RETENTION, people_of_the_measure),
    Reaction("measures.lapse", "after", ARRIVALS, arrivals_of_the_measure),
    Reaction("measures.lapse", "after", GATES, gates_of_the_measure),
    Reaction("measures.lapse", "after", PASSES, passes_of_the_measure),
    Reaction("measures.begin_measure", "item", AGAIN, gates_needed_again),
    Reaction("jobs.end", "with", "movement.close_batch", batch_is_done),
]
register(REACTIONS)
