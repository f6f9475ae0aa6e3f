"""Commands of the register: an arrival is written once, seen on the card, or copied from paper."""

import datetime as dt
from typing import Literal
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from mingbai.domains.movement.commands.arriving import (
    Beside,
    Told,
    already,
    checked,
    held_arrival,
    read_paper,
    record,
)
from mingbai.domains.movement.commands.callbacks import mend
from mingbai.domains.movement.parameters import CARD_MUST_BE_SEEN
from mingbai.domains.movement.points import is_open, point_of, state_then
from mingbai.domains.movement.queries.measures import measure_at
from mingbai.domains.movement.rules.register import (
    check_arrived,
    check_card,
    check_gate_open,
    check_verifiable,
)
from mingbai.domains.movement.words import (
    OTHER_NAME,
    DocumentKind,
    Lodging,
    Origin,
    PointText,
    Source,
)
from mingbai.kernel.acting import Acting
from mingbai.kernel.asks import Answer, Ask
from mingbai.kernel.clock import day
from mingbai.kernel.models import OpenItem, Point
from mingbai.kernel.policy import in_force
from mingbai.kernel.refusals import Refused
from mingbai.kernel.registry import command
from mingbai.kernel.words import DocumentNumber, Name, Phone, PlaceCode, Role

AT_THE_GATE = {Role.GUARD, Role.DESK}


class RegisterArrival(Ask):
    """Somebody arrives at a gate."""

    place: PlaceCode
    point: PointText
    name: Name
    document_kind: DocumentKind = "resident_id"
    document_number: DocumentNumber
    phone: Phone | None = None
    from_place: Origin | None = None
    lodging: Lodging | None = None
    arrived_on: dt.date | None = None
    card_seen: bool = False


class Registered(Answer):
    """The arrival's id."""

    arrival: UUID


@command(role=AT_THE_GATE, title=_("Register an arrival"), records=True)
def register_arrival(acting: Acting, ask: RegisterArrival) -> Registered:
    """Write somebody who arrives into the gate's register; it counts as self-declared until the card was seen."""
    point = point_of(acting, ask.place, ask.point)
    arrived_on = ask.arrived_on or day(acting.at)
    check_arrived(arrived_on, day(acting.now))
    number, phone = checked(ask.document_kind, ask.document_number, ask.phone, day(acting.now))
    told = Told(ask.name, ask.document_kind, number, phone)
    if already(acting, point, told, arrived_on) is not None:
        raise Refused("MOV-4")
    _judge(acting, point, card_seen=ask.card_seen)
    _leave_origin(acting, ask.place, ask.from_place)
    arrival = record(
        acting, point, told, Beside(arrived_on, Source.GATE, ask.from_place, ask.lodging)
    )
    if ask.card_seen:
        acting.change(
            arrival, verified_at=acting.at, verified_by=acting.mandate, verified_how="card"
        )
    return Registered(arrival=arrival.id)


def _judge(acting: Acting, point: Point, *, card_seen: bool) -> None:
    """Ask the rules that were in force when it happened; what a phone tells of has happened all the same."""
    state = state_then(acting, point, acting.at)
    detour = acting.see(Point, id=state.detour_id) if state and state.detour_id else None
    must = in_force(acting.store, CARD_MUST_BE_SEEN.name, point.place, acting.at)
    try:
        check_gate_open(is_open=is_open(state), detour=detour.name if detour else None)
        check_card(must=bool(must), seen=card_seen)
    except Refused as refusal:
        acting.against(refusal)


def _leave_origin(acting: Acting, place: str, from_place: str | None) -> None:
    """MOV-9 来处不留: without a measure in force, where somebody comes from is not kept, not even beside the entry."""
    asked = from_place is not None and measure_at(acting.store, place, acting.at) is None
    if asked and not acting.commit_only("from_place"):
        raise Refused("MOV-9")


class CopyArrival(Ask):
    """A row of a paper register."""

    place: PlaceCode
    point: PointText
    name: Name
    document_kind: DocumentKind
    document_number: DocumentNumber | None = None
    phone: Phone | None = None
    from_place: Origin | None = None
    lodging: Lodging | None = None
    arrived_on: dt.date


class Copied(Answer):
    """The arrival's id, and whether the row is to be verified or mended an earlier one."""

    arrival: UUID
    outcome: Literal["ok", "to_verify"]
    mended: bool = False


@command(role=AT_THE_GATE | {Role.CLERK}, title=_("Copy a row of a paper register"), records=True)
def copy_arrival(acting: Acting, ask: CopyArrival) -> Copied:
    """Copy a row of a paper register as it was written; what cannot be a number is kept, and somebody calls back."""
    point = point_of(acting, ask.place, ask.point)
    check_arrived(ask.arrived_on, day(acting.now))
    told = read_paper(ask.name, ask.document_kind, ask.document_number, ask.phone, day(acting.now))
    held = already(acting, point, told, ask.arrived_on)
    if held is not None:
        if told.doubt is not None or held.doubt is None:
            raise Refused("MOV-4")
        mended = mend(acting, held, told.document_kind, told.number, told.phone, outcome="mended")
        return Copied(arrival=mended.id, outcome="ok", mended=True)
    _leave_origin(acting, ask.place, ask.from_place)
    beside = Beside(ask.arrived_on, Source.PAPER, ask.from_place, ask.lodging)
    arrival = record(acting, point, told, beside)
    return Copied(arrival=arrival.id, outcome="ok" if told.doubt is None else "to_verify")


class VerifyArrival(Ask):
    """The card was seen."""

    place: PlaceCode
    arrival: UUID


@command(role=AT_THE_GATE, title=_("Card seen"), records=True, shell=False)
def verify_arrival(acting: Acting, ask: VerifyArrival) -> None:
    """Note that the row was compared with the card itself: by whom, and when; once, or again when another name came up."""
    held = held_arrival(acting, ask.place, ask.arrival)
    named_twice = acting.find(
        OpenItem, kind=OTHER_NAME, subject=held.id.hex, place=ask.place, done_at=None
    )
    check_verifiable(held.doubt, None if named_twice else held.verified_how)
    acting.change(held, verified_at=acting.at, verified_by=acting.mandate, verified_how="card")
    acting.close_item(kind=OTHER_NAME, subject=held.id.hex, place=ask.place, outcome="card_seen")
