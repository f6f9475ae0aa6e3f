"""Arriving: how a row of the register is written, whoever writes it; the person once in the kernel, the row beside."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from mingbai.domains.movement.commands.proposals import look_at_the_week
from mingbai.domains.movement.models import Arrival, LongerKeeping
from mingbai.domains.movement.parameters import CALL_MINUTES, KEEP_DAYS
from mingbai.domains.movement.queries.measures import measure_at
from mingbai.domains.movement.rules.register import doubt_of
from mingbai.domains.movement.sealed import key_of, seal
from mingbai.domains.movement.words import (
    CALLBACK,
    OTHER_NAME,
    REGISTER,
    Doubt,
    Source,
)
from mingbai.kernel.acting import Acting
from mingbai.kernel.clock import day
from mingbai.kernel.documents import DocumentFault, Why, mask_phone, resident_id_readings
from mingbai.kernel.identity import uuid7
from mingbai.kernel.keys import keys
from mingbai.kernel.models import Measure, Person, Point
from mingbai.kernel.people import (
    check_document,
    check_phone,
    context,
    document_index,
    phone_index,
    write_person,
)
from mingbai.kernel.policy import above, in_force
from mingbai.kernel.refusals import Refused
from mingbai.kernel.rows import new
from mingbai.kernel.words import Role


@dataclass(frozen=True)
class Told:
    """What was told of somebody who arrived; what cannot be a number stands apart from what can."""

    name: str
    document_kind: str
    number: str | None
    phone: str | None
    claimed_number: str | None = None
    claimed_phone: str | None = None
    doubt: Doubt | None = None


@dataclass(frozen=True)
class Beside:
    """What a row says beside who it is."""

    arrived_on: dt.date
    source: Source
    from_place: str | None
    lodging: str | None


def checked(kind: str, number: str, phone: str | None, today: dt.date) -> tuple[str, str | None]:
    """MOV-1 号码当面核: return number and phone in their plain form; what cannot be one is refused with its readings as hints."""
    try:
        plain = check_document(kind, number, today)
    except DocumentFault as fault:
        raise at_fault("document_number", fault, hints_of(kind, number)) from None
    try:
        called = check_phone(phone)
    except DocumentFault as fault:
        raise at_fault("phone", fault, []) from None
    assert plain is not None
    return plain, called


def at_fault(field: str, fault: DocumentFault, hints: list[str]) -> Refused:
    """Return the refusal of a number; its hints go to who sent it, and nowhere else."""
    facts: dict[str, Any] = {"field": field, "why": str(doubt_of(fault.why))}
    return Refused(
        "MOV-1", problem=fault.sentence(), **facts, **({"hints": hints} if hints else {})
    )


def hints_of(kind: str, number: str) -> list[str]:
    """Return the well-formed readings of a number that cannot be one."""
    return resident_id_readings(number) if kind == "resident_id" else []


def read_paper(name: str, kind: str, number: str | None, phone: str | None, today: dt.date) -> Told:
    """Return what a paper row tells: what cannot be a number is kept as it was written, with the doubt about it."""
    plain = called = claimed = claimed_phone = None
    doubt = None
    try:
        if not number:
            raise DocumentFault(Why.MISSING)
        plain = check_document(kind, number, today)
    except DocumentFault as fault:
        claimed, doubt = number, doubt_of(fault.why)
    try:
        called = check_phone(phone)
    except DocumentFault:
        claimed_phone, doubt = phone, doubt or Doubt.PHONE
    return Told(name, kind, plain, called, claimed, claimed_phone, doubt)


def keep_days(acting: Acting, place: str) -> int:
    """Return for how many days a row of a place is kept: by policy, or longer where that was published."""
    held = in_force(acting.store, KEEP_DAYS.name, place, acting.now)
    longer = [
        one.days
        for where in above(place)
        for one in acting.find(LongerKeeping, place=where)
        if one.at <= acting.now < one.ends_at
    ]
    return max([held, *longer])


def record(acting: Acting, point: Point, told: Told, beside: Beside) -> Arrival:
    """Write one arrival: the person once, found by the number or new, and the row with everything private sealed."""
    measure = measure_at(acting.store, point.place, acting.at)
    until = day(acting.now) + dt.timedelta(days=keep_days(acting, point.place))
    if measure is not None and measure.lapsed_at is not None:
        # It comes late: it hangs on the measure of its own moment, whose last day is known.
        until = min(until, day(measure.lapsed_at) + dt.timedelta(days=measure.keep_days))
    person, known = _person(acting, point.place, told, measure, until)
    key = key_of(acting, person.id)
    number = uuid7()
    arrival = acting.add(
        new(
            Arrival,
            id=number,
            place=point.place,
            point_id=point.id,
            person_id=person.id,
            arrived_on=beside.arrived_on,
            at=acting.at,
            recorded_at=acting.now,
            source=beside.source.value,
            document_kind=told.document_kind,
            from_sealed=seal(key, number, "from", beside.from_place if measure else None),
            lodging_sealed=seal(key, number, "lodging", beside.lodging),
            number_sealed=seal(key, number, "number", told.claimed_number),
            phone_sealed=seal(key, number, "phone", told.claimed_phone),
            doubt=told.doubt.value if told.doubt else None,
            first_doubt=told.doubt.value if told.doubt else None,
            purpose=REGISTER,
            measure=measure.code if measure else None,
            delete_after=until,
            entry=acting.entry,
        )
    )
    acting.subject(person.id)
    if known and person.name != told.name:
        acting.raise_item(
            kind=OTHER_NAME, subject=arrival.id.hex, place=point.place, role=Role.GUARD
        )
    if told.doubt is not None:
        ask_to_call(acting, arrival)
        look_at_the_week(acting, arrival.place, arrival.first_doubt)
    return arrival


def _person(
    acting: Acting, place: str, told: Told, measure: Measure | None, until: dt.date
) -> tuple[Person, bool]:
    """Return who arrived, and whether the account knew them already."""
    known = None
    if told.number is not None:
        known = acting.hold(Person, document_index=document_index(told.number))
    if known is None:
        new_one, _key = write_person(
            acting,
            place=place,
            name=told.name,
            document_kind=told.document_kind,
            document_number=told.number,
            phone=told.phone,
            purpose=REGISTER,
            measure=measure.code if measure else None,
            delete_after=until,
        )
        added = acting.see(Person, id=new_one)
        assert added is not None
        return added, False
    changed: dict[str, Any] = {}
    ours = known.purpose == REGISTER
    other = told.phone is not None and known.phone_index != phone_index(told.phone)
    if told.phone is not None and other and (ours or known.phone_index is None):
        changed |= phone_columns(acting, known.id, told.phone)
    if ours and known.delete_after is not None and known.delete_after < until:
        changed |= {"delete_after": until}
    return (acting.change(known, **changed) if changed else known), True


def phone_columns(acting: Acting, person: UUID, phone: str) -> dict[str, Any]:
    """Return the columns of a person in which a phone is kept."""
    key = key_of(acting, person)
    return {
        "phone_sealed": keys().ring.seal(key, context(person, "phone"), phone),
        "phone_index": phone_index(phone),
        "phone_mask": mask_phone(phone),
    }


def already(acting: Acting, point: Point, told: Told, arrived_on: dt.date) -> Arrival | None:
    """Return the row that this gate's register holds already of the same person's arrival on a day."""
    for person in people_meant(acting, point.place, told):
        for row in acting.find(Arrival, person_id=person.id, arrived_on=arrived_on):
            if row.point_id == point.id and row.blinded_at is None:
                return row
    return None


def people_meant(acting: Acting, place: str, told: Told) -> Iterable[Person]:
    """Give who may be meant: by the number; where either row's number is in doubt, by the phone and name together."""
    if told.number is not None:
        known = acting.see(Person, document_index=document_index(told.number))
        if known is not None:
            yield known
    if told.phone is not None:
        called = phone_index(told.phone)
        for one in acting.find(Person, place=place, phone_index=called, name=told.name):
            if told.number is None or one.document_index is None:
                yield one


def ask_to_call(acting: Acting, arrival: Arrival) -> None:
    """Leave a call-back for the gate; it goes to the desk when nobody calls."""
    minutes = in_force(acting.store, CALL_MINUTES.name, arrival.place, acting.now)
    acting.raise_item(
        kind=CALLBACK,
        subject=arrival.id.hex,
        place=arrival.place,
        role=Role.GUARD,
        due=acting.now + dt.timedelta(minutes=minutes),
        raises_to=Role.DESK,
    )


def held_arrival(acting: Acting, place: str, arrival: UUID) -> Arrival:
    """MOV-6 登记在册: an act on a row names one of this place's register that is not blinded yet."""
    held = acting.hold(Arrival, id=arrival)
    if held is None or held.place != place or held.blinded_at is not None:
        raise Refused("MOV-6")
    return held
