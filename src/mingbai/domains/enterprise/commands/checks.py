"""Commands on looking again: a tenth is drawn afterwards, a refused firm has a human route, and another person answers."""

import datetime as dt
from collections.abc import Iterable
from typing import Literal
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from mingbai.domains.enterprise.commands.dossiers import HELD, return_part
from mingbai.domains.enterprise.commands.settling import dossier_of, parts_of, settle
from mingbai.domains.enterprise.models import Check, Decision, Part
from mingbai.domains.enterprise.queries.judging import judge
from mingbai.domains.enterprise.words import (
    AFTER_CHECK,
    ANSWER_HOURS,
    CHECK_DAYS,
    GRADE,
    LOOK_AGAIN,
    ON_RECORD,
    SAMPLE,
    Need,
    Verdict,
)
from mingbai.kernel.acting import Acting
from mingbai.kernel.asks import Answer, Ask
from mingbai.kernel.canonical import sha256
from mingbai.kernel.commands.messages import tell, told
from mingbai.kernel.firms import firm_of, speaks_for
from mingbai.kernel.journal.asks import entries_of
from mingbai.kernel.journal.entries import stored_act
from mingbai.kernel.models import Leaf, Mandate, Organisation
from mingbai.kernel.perform import as_house
from mingbai.kernel.policy import in_force
from mingbai.kernel.queries.firms import OfFirm
from mingbai.kernel.refusals import Refused
from mingbai.kernel.registry import command, due
from mingbai.kernel.rows import Store, new
from mingbai.kernel.standing import ruling
from mingbai.kernel.words import FreeText, PlaceCode, Reason, Role

AT_ONCE = 1000
SAMPLED, AGAIN = "sample", "again"
KIND_OF = {SAMPLED: AFTER_CHECK, AGAIN: LOOK_AGAIN}
ANSWERED = "firm_answered"
NOT_OF = {True: "wrongly_refused", False: "wrongly_approved"}
"""What can't be found of an approval, and what not of any other decision."""
Outcome = Literal["right", "wrongly_refused", "wrongly_approved"]

told(
    {
        ANSWERED: _(
            "Somebody looked again at your firm's application; the answer stands on its page."
        )
    }
)


def lot_of(leaf: bytes, decision: UUID) -> int:
    """Return the lot of a decision, 0 to 99: drawn from the leaf of its entry, which nobody knows before it is written."""
    drawn = sha256(b"mingbai/after-check/1\x00", leaf + decision.bytes)
    return int.from_bytes(drawn[:8]) % 100


class Draw(Ask):
    """Draw one decision's lot."""

    place: PlaceCode
    application: UUID


class Drawn(Answer):
    """Whether it is checked afterwards."""

    drawn: bool


@command(role={Role.OPERATOR}, title=_("Draw for a check afterwards"), shell=False)
def draw(acting: Acting, ask: Draw) -> Drawn:
    """Draw the lot of a decision from the hash of its entry; approvals and refusals alike are checked by the desk when drawn."""
    decision = acting.hold(Decision, id=ask.application)
    if decision is None or decision.place != ask.place or decision.drawn_at is not None:
        raise Refused("ENT-10")
    leaf = leaf_of(decision)
    if leaf is None:
        raise Refused("ENT-10")
    acting.change(decision, drawn_at=acting.now)
    percent = sampled(acting.store, decision.place, decision.at)
    drawn = lot_of(leaf, decision.id) < percent
    if drawn:
        days = in_force(acting.store, CHECK_DAYS.name, decision.place, acting.now)
        open_check(acting, decision, SAMPLED, dt.timedelta(days=days))
    return Drawn(drawn=drawn)


def sampled(store: Store, place: str, at: dt.datetime) -> int:
    """Return how many decisions of a hundred are checked afterwards: more where the zone's grade asks for it."""
    grade = ruling(store, place, at)[GRADE]
    return max(
        in_force(store, SAMPLE.name, place, at),
        in_force(store, f"response.sample_{grade}", place, at),
    )


def leaf_of(decision: Decision) -> bytes | None:
    """Return the hash of the leaf of the entry that a decision was made in, once it has its number."""
    entry = entries_of(Store(), [decision.entry])[decision.entry]
    found = Leaf.objects.filter(entry_id=entry).first()
    return bytes(found.hash) if found else None


def open_check(acting: Acting, decision: Decision, kind: str, within: dt.timedelta) -> Check:
    """Open a check, and the item of the desk that answers it; while one is open there is no second."""
    standing = acting.see(
        Check, organisation_id=decision.organisation_id, kind=kind, answered_at=None
    )
    if standing is not None:
        return standing
    due_at = acting.now + within
    check = acting.add(
        new(
            Check,
            decision_id=decision.id,
            organisation_id=decision.organisation_id,
            place=decision.place,
            kind=kind,
            asked_at=acting.now,
            due_at=due_at,
            asked_by=acting.person,
        )
    )
    acting.raise_item(
        kind=KIND_OF[kind],
        subject=decision.organisation_id.hex,
        place=decision.place,
        role=Role.DESK,
        due=due_at,
        raises_to=Role.LEADER,
    )
    return check


@due("minute")
def draw_waiting(now: dt.datetime) -> None:
    """Draw the lots of the decisions whose entries have their numbers."""
    for row in Decision.objects.filter(drawn_at=None).order_by("recorded_at", "id")[:AT_ONCE]:
        if leaf_of(row) is not None:
            as_house(draw, {"place": row.place, "application": row.id})


class AskAgain(OfFirm):
    """Ask that somebody looks at a decision again."""

    text: FreeText


class Asked(Answer):
    """The check, and until when it is answered."""

    check: UUID
    due_at: dt.datetime


@command(role={Role.CLERK, Role.FIRM_HEAD}, title=_("Ask that somebody looks again"))
def ask_again(acting: Acting, ask: AskAgain) -> Asked:
    """Ask, as the firm, that a person looks at what the rule decided; the clock runs until another person has answered."""
    firm = firm_of(acting, ask.place, ask.organisation)
    speaks_for(acting, firm)
    dossier = dossier_of(acting, firm)
    if dossier.filed_at is None:
        raise Refused("ENT-7")
    if dossier.state == Verdict.APPROVED:
        raise Refused("ENT-8")
    waiting = acting.see(Check, organisation_id=firm.id, kind=AGAIN, answered_at=None)
    if waiting is not None:
        raise Refused("ENT-9", until=waiting.due_at)
    decision = max(
        acting.find(Decision, organisation_id=firm.id), key=lambda row: (row.recorded_at, row.id)
    )
    hours = in_force(acting.store, ANSWER_HOURS.name, ask.place, acting.now)
    check = open_check(acting, decision, AGAIN, dt.timedelta(hours=hours))
    acting.change(check, text=ask.text)
    return Asked(check=check.id, due_at=check.due_at)


class AnswerCheck(Ask):
    """Answer a check: what was found, which parts are enough as they are, and which go back."""

    place: PlaceCode
    check: UUID
    outcome: Outcome
    text: Reason
    accepts: list[Need] = Field(default=[], max_length=len(Need))
    returns: list[Need] = Field(default=[], max_length=len(Need))


class CheckAnswered(Answer):
    """How the firm stands after the answer."""

    decision: Verdict


@command(role={Role.DESK, Role.LEADER}, title=_("Answer a check"), shell=False)
def answer_check(acting: Acting, ask: AnswerCheck) -> CheckAnswered:
    """ENT-11 换人来看: look at a decision again as another person, and mend it; no person lifts an open serious hazard."""
    check = acting.hold(Check, id=ask.check)
    if check is None or check.place != ask.place or check.answered_at is not None:
        raise Refused("ENT-10")
    firm = firm_of(acting, ask.place, check.organisation_id)
    parts = {part.need: part for part in parts_of(acting, firm)}
    if acting.person is not None and acting.person in hands_in(acting, check, parts.values()):
        raise Refused("ENT-11")
    decision = acting.see(Decision, id=check.decision_id)
    assert decision is not None
    if ask.outcome == NOT_OF[decision.verdict == Verdict.APPROVED]:
        raise Refused("ENT-22")
    named = {"wrongly_refused": ask.accepts, "wrongly_approved": ask.returns}
    if not named.get(ask.outcome, [*Need]):
        raise Refused("ENT-20")
    for need in ask.accepts:
        accept(acting, firm, need, parts.get(need))
    for need in ask.returns:
        if (part := parts.get(need)) is None:
            raise Refused("ENT-17")
        return_part(acting, part, ask.text)
    acting.change(
        check,
        answered_at=acting.now,
        answered_by=acting.mandate,
        answerer=acting.person,
        outcome=ask.outcome,
        answer=ask.text,
    )
    acting.close_item(
        kind=KIND_OF[check.kind], subject=firm.id.hex, place=check.place, outcome=ask.outcome
    )
    dossier = dossier_of(acting, firm)
    (judged,) = judge(acting.store, firm, parts_of(acting, firm), acting.now)
    if ask.accepts or ask.returns:
        settle(acting, firm, dossier, judged, "looked_at")
    if check.asked_by is not None:
        acting.perform(tell, {"place": check.place, "kind": ANSWERED, "person": check.asked_by})
    return CheckAnswered(decision=judged.verdict)


def firm_checked(acting: Acting, check: UUID) -> Organisation:
    """Return the firm whose decision was looked at again."""
    held = acting.see(Check, id=check)
    assert held is not None
    firm = acting.see(Organisation, id=held.organisation_id)
    assert firm is not None
    return firm


def hands_in(acting: Acting, check: Check, parts: Iterable[Part]) -> set[UUID]:
    """Return who had a hand in what is looked at: who wrote its parts, filed it or sent a part back, who asked, who answered before."""
    earlier = acting.find(Check, organisation_id=check.organisation_id)
    found = {part.writer for part in parts} | {check.asked_by}
    found |= {one.answerer for one in earlier if one.decision_id == check.decision_id}
    for decision in acting.find(Decision, organisation_id=check.organisation_id):
        about = decision.id == check.decision_id
        if about or decision.cause == "looked_at":
            found.add(who_decided(acting, decision, about=about))
    return {one for one in found if one is not None}


def who_decided(acting: Acting, decision: Decision, *, about: bool) -> UUID | None:
    """Return who did the act that a decision came from: any act for the one in question, sending a part back for every other."""
    act = stored_act(acting.store, decision.entry)
    if act is None or act.body["by"]["mandate"] is None:
        return None
    if not about and act.body["command"] != "enterprise.send_back":
        return None
    office = acting.see(Mandate, id=UUID(hex=act.body["by"]["mandate"]))
    return office.person_id if office else None


def accept(acting: Acting, firm: Organisation, need: Need, before: Part | None) -> None:
    """Note that the desk takes a part as it is, or does without it; what it counts stays what the firm wrote."""
    if need in ON_RECORD:
        raise Refused("ENT-5")
    told = {"state": HELD, "accepted": True, "confirmed_by": acting.mandate}
    told["confirmed_at"] = acting.now
    if before is not None:
        acting.change(before, **told, reason=None)
        return
    base = {"organisation_id": firm.id, "place": firm.place, "need": need.value}
    who = {"written_by": acting.mandate, "writer": acting.person, "written_at": acting.now}
    acting.add(new(Part, **base, **told, **who))
