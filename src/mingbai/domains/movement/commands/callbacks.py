"""Commands on call-backs: the gate calls, corrects what was written wrongly, and the old value stays sealed beside the new one."""

import datetime as dt
from typing import Any, Literal
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from mingbai.domains.movement.commands.arriving import at_fault, held_arrival, hints_of
from mingbai.domains.movement.models import Arrival, Callback
from mingbai.domains.movement.parameters import CALL_MINUTES
from mingbai.domains.movement.sealed import key_of, seal, unseal
from mingbai.domains.movement.words import (
    CALLBACK,
    CONFIRMED,
    CallOutcome,
    DocumentKind,
    Doubt,
)
from mingbai.kernel.acting import Acting
from mingbai.kernel.asks import Ask
from mingbai.kernel.clock import day
from mingbai.kernel.commands.erasure import erase_person
from mingbai.kernel.commands.people import correct_document
from mingbai.kernel.documents import DocumentFault
from mingbai.kernel.models import Look, OpenItem, Person
from mingbai.kernel.people import (
    check_document,
    check_looks,
    check_phone,
    document_index,
    unsealed,
)
from mingbai.kernel.policy import in_force
from mingbai.kernel.refusals import NotAllowed, Refused
from mingbai.kernel.registry import command
from mingbai.kernel.words import DocumentNumber, Phone, PlaceCode, Reason, Role

CALLERS = {Role.GUARD, Role.DESK}
AUDIT = {Role.AUDITOR}


class BeginCall(Ask):
    """Call about an arrival."""

    place: PlaceCode
    arrival: UUID


@command(role=CALLERS, title=_("Call back"), shell=False)
def begin_call(acting: Acting, ask: BeginCall) -> None:
    """Note that the phone number of a row is opened for its call-back, and for that alone; the task then dials it."""
    arrival = held_arrival(acting, ask.place, ask.arrival)
    item = _item(acting, arrival)
    person = acting.see(Person, id=arrival.person_id)
    if person is None or (person.phone_sealed is None and arrival.phone_sealed is None):
        raise Refused("MOV-18")
    check_looks(acting, ask.place)
    acting.add(
        Look(
            person_id=person.id,
            mandate=acting.mandate,
            what="phone",
            reason=CALLBACK,
            at=acting.now,
        )
    )
    acting.subject(person.id)
    acting.change(item, seen_at=item.seen_at or acting.now, acted_at=acting.now)


class OpenArrival(Ask):
    """Look whose row of the register this is."""

    place: PlaceCode
    arrival: UUID
    reason: Reason


@command(role=CALLERS, title=_("Look whose row this is"), shell=False)
def open_arrival(acting: Acting, ask: OpenArrival) -> None:
    """Note that a row of a gate's register is opened, and why; the page then shows once whose it is."""
    arrival = held_arrival(acting, ask.place, ask.arrival)
    assert arrival.person_id is not None
    check_looks(acting, ask.place)
    acting.add(
        Look(
            person_id=arrival.person_id,
            mandate=acting.mandate,
            what="arrival",
            reason=ask.reason,
            at=acting.now,
        )
    )
    acting.subject(arrival.person_id)


class RecordCallback(Ask):
    """What came of a call."""

    place: PlaceCode
    arrival: UUID
    outcome: CallOutcome
    document_kind: DocumentKind | None = None
    document_number: DocumentNumber | None = None
    phone: Phone | None = None


@command(role=CALLERS, title=_("Record a call-back"), records=True, shell=False)
def record_callback(acting: Acting, ask: RecordCallback) -> None:
    """Record what came of a call; a corrected value is checked as at the gate, and the old one stays sealed beside it.

    A row that is still in doubt is mended also when its task has ended: whoever confirmed a number may bring the card.
    """
    arrival = held_arrival(acting, ask.place, ask.arrival)
    if ask.outcome == "corrected":
        if arrival.doubt is None:
            raise Refused("MOV-12")
        kind = (ask.document_number and ask.document_kind) or arrival.document_kind
        number, phone = _corrected(arrival, kind, ask, day(acting.now))
        mend(acting, arrival, kind, number, phone, outcome="corrected")
        return
    item = _item(acting, arrival)
    _note(acting, arrival, ask.outcome, item.asked_at)
    if ask.outcome == "no_answer":
        minutes = in_force(acting.store, CALL_MINUTES.name, ask.place, acting.now)
        later = acting.now + dt.timedelta(minutes=2 * minutes)
        acting.change(item, acted_at=acting.now, due_at=later)
    elif ask.outcome == "wrong_number":
        acting.change(item, acted_at=acting.now, role=Role.DESK)
    else:
        acting.change(item, acted_at=acting.now, done_at=acting.now, outcome="confirmed")
        if arrival.doubt is not None:
            acting.raise_item(
                kind=CONFIRMED, subject=arrival.id.hex, place=ask.place, role=Role.DESK
            )


def _corrected(
    arrival: Arrival, kind: str, ask: RecordCallback, today: dt.date
) -> tuple[str | None, str | None]:
    """Return the corrected values in their plain form; what was in doubt has to be among them."""
    number = phone = None
    try:
        if ask.document_number:
            number = check_document(kind, ask.document_number, today)
    except DocumentFault as fault:
        hints = hints_of(kind, ask.document_number or "")
        raise at_fault("document_number", fault, hints) from None
    try:
        phone = check_phone(ask.phone)
    except DocumentFault as fault:
        raise at_fault("phone", fault, []) from None
    if (phone if arrival.doubt == Doubt.PHONE else number) is None:
        raise Refused("MOV-13", what=_("phone") if arrival.doubt == Doubt.PHONE else _("number"))
    return number, phone


def mend(
    acting: Acting,
    arrival: Arrival,
    kind: str,
    number: str | None,
    phone: str | None,
    *,
    outcome: str,
) -> Arrival:
    """Put a corrected value in the place of what was in doubt; the old one stays sealed, and the row is verified."""
    assert arrival.person_id is not None
    field = "phone" if arrival.doubt == Doubt.PHONE else "document_number"
    old = _written(acting, arrival, field)
    known = acting.see(Person, document_index=document_index(number)) if number else None
    stub = arrival.person_id
    if known is not None and known.id != stub:
        arrival = _moved(acting, arrival, known.id)
        number = None
    person = acting.see(Person, id=arrival.person_id)
    assert person is not None and arrival.person_id is not None
    changed = {"document_number": number, "phone": phone}
    if any(changed.values()):
        ask = {"place": person.place, "person": person.id, "document_kind": kind}
        acting.perform(correct_document, ask | changed)
    item = acting.hold(
        OpenItem, kind=CALLBACK, subject=arrival.id.hex, place=arrival.place, done_at=None
    )
    asked_at = item.asked_at if item else acting.now
    _note(acting, arrival, outcome, asked_at, field=field, old=old)
    for asked in (CALLBACK, CONFIRMED):
        acting.close_item(kind=asked, subject=arrival.id.hex, place=arrival.place, outcome=outcome)
    how = {"verified_how": "call", "verified_at": acting.at, "verified_by": acting.mandate}
    done = acting.change(
        arrival,
        document_kind=kind,
        number_sealed=None,
        phone_sealed=None,
        doubt=None,
        **(how if outcome == "corrected" else {}),
    )
    acting.subject(arrival.person_id)
    if stub != arrival.person_id:
        _retire(acting, stub)
    return done


def _written(acting: Acting, arrival: Arrival, field: str) -> str | None:
    """Return what the row said before: as it was written, or what the kernel holds."""
    assert arrival.person_id is not None
    key = key_of(acting, arrival.person_id)
    short = "phone" if field == "phone" else "number"
    claimed = unseal(key, arrival.id, short, getattr(arrival, f"{short}_sealed"))
    if claimed is not None:
        return claimed
    person = acting.see(Person, id=arrival.person_id)
    assert person is not None
    held = person.phone_sealed if field == "phone" else person.document_sealed
    return unsealed(person, field) if held is not None else None


def _moved(acting: Acting, arrival: Arrival, known: UUID) -> Arrival:
    """Give a row to whom the account knew already: what it keeps is sealed anew under their key."""
    assert arrival.person_id is not None
    before, after = key_of(acting, arrival.person_id), key_of(acting, known)
    columns: dict[str, Any] = {"person_id": known}
    for short in ("from", "lodging", "number", "phone"):
        kept = unseal(before, arrival.id, short, getattr(arrival, f"{short}_sealed"))
        columns[f"{short}_sealed"] = seal(after, arrival.id, short, kept)
    return acting.change(arrival, **columns)


def _retire(acting: Acting, stub: UUID) -> None:
    """Erase the record of somebody who turned out to be known: nobody is written twice."""
    person = acting.see(Person, id=stub)
    assert person is not None
    ask = {"place": person.place, "person": stub, "reason": "the same person was known already"}
    acting.perform(erase_person, ask)


def _note(
    acting: Acting,
    arrival: Arrival,
    outcome: str,
    asked_at: dt.datetime,
    *,
    field: str | None = None,
    old: str | None = None,
) -> None:
    added = acting.add(
        Callback(
            arrival_id=arrival.id,
            place=arrival.place,
            outcome=outcome,
            field=field,
            asked_at=asked_at,
            at=acting.now,
            mandate=acting.mandate,
            person=acting.person,
        )
    )
    if old is not None and arrival.person_id is not None:
        key = key_of(acting, arrival.person_id)
        acting.change(added, old_sealed=seal(key, added.id, "old", old))


def _item(acting: Acting, arrival: Arrival) -> OpenItem:
    held = acting.hold(
        OpenItem, kind=CALLBACK, subject=arrival.id.hex, place=arrival.place, done_at=None
    )
    if held is None:
        raise Refused("MOV-12")
    return held


class OpenOld(Ask):
    """Look at what stood in a row before it was corrected."""

    place: PlaceCode
    arrival: UUID
    reason: Reason


@command(
    role=CALLERS | AUDIT | {Role.RESIDENT},
    title=_("Open the old value of a corrected row"),
    shell=False,
)
def open_old_value(acting: Acting, ask: OpenOld) -> None:
    """Note that an old value is looked at: by who corrected it, by the person whom it concerns, or by audit."""
    arrival = held_arrival(acting, ask.place, ask.arrival)
    calls = [one for one in acting.find(Callback, arrival_id=arrival.id) if one.old_sealed]
    if not calls:
        raise Refused("MOV-6")
    mine = acting.person is not None and acting.person in (calls[-1].person, arrival.person_id)
    if acting.role not in AUDIT and not mine:
        raise NotAllowed("MOV-14")
    assert arrival.person_id is not None
    check_looks(acting, ask.place)
    acting.add(
        Look(
            person_id=arrival.person_id,
            mandate=acting.mandate,
            what="old_value",
            reason=ask.reason,
            at=acting.now,
        )
    )
    acting.subject(arrival.person_id)


Which = Literal["document_number", "phone"]
