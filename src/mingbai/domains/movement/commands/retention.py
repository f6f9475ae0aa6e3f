"""Commands on retention: rows are blinded when their day has come, kept longer only with a published reason."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from mingbai.domains.movement.commands.arriving import keep_days
from mingbai.domains.movement.models import Arrival, Callback, LongerKeeping
from mingbai.domains.movement.rules.register import check_longer
from mingbai.domains.movement.words import CALLBACK, CONFIRMED, OTHER_NAME, Published
from mingbai.kernel.acting import Acting
from mingbai.kernel.asks import Answer, Ask
from mingbai.kernel.clock import day
from mingbai.kernel.commands.erasure import PrivateId, forget_values, scrub
from mingbai.kernel.commands.measures import kept_until_end
from mingbai.kernel.erasing import erase_in_turn, eraser
from mingbai.kernel.jobs import Plan
from mingbai.kernel.measures import told_hung
from mingbai.kernel.perform import as_house
from mingbai.kernel.refusals import Refused
from mingbai.kernel.registry import command, due, planner
from mingbai.kernel.words import Moment, PlaceCode, Quantity, Role

RETENTION = "movement.retention"
SEALED = ("from_sealed", "lodging_sealed", "number_sealed", "phone_sealed")


class KeepLonger(Ask):
    """Arrivals are kept longer."""

    place: PlaceCode
    days: Quantity
    reason: Published
    ends_at: Moment


@command(role={Role.DESK, Role.LEADER}, title=_("Keep arrivals longer"))
def keep_longer(acting: Acting, ask: KeepLonger) -> None:
    """Keep the arrivals that are written from now on longer than the house would; anybody can read the reason."""
    check_longer(ask.days, keep_days(acting, ask.place))
    if ask.ends_at <= acting.at:
        raise Refused("MAN-2")
    acting.add(
        LongerKeeping(
            place=ask.place, days=ask.days, reason=ask.reason, at=acting.at, ends_at=ask.ends_at
        )
    )


class BlindArrival(Ask):
    """A row's day has come."""

    place: PlaceCode
    arrival: UUID


class Blinded(Answer):
    """Which private values went; their commitments stay and say nothing any more."""

    erased_private: list[PrivateId]


@command(role={Role.OPERATOR}, title=_("Blind an arrival"))
def blind_arrival(acting: Acting, ask: BlindArrival) -> Blinded:
    """Take from a row whose day has come whom it concerns and everything private; that somebody arrived stays countable."""
    held = acting.hold(Arrival, id=ask.arrival)
    if held is None or held.blinded_at is not None or held.delete_after >= day(acting.now):
        raise Refused("MOV-6")
    gone = forget_values(acting, held.entry)
    _blind(acting, held)
    acting.afterwards.append(scrub)
    return Blinded(erased_private=gone)


def _blind(acting: Acting, held: Arrival) -> None:
    for call in acting.find(Callback, arrival_id=held.id):
        if call.old_sealed is not None:
            acting.change(call, old_sealed=None)
    acting.change(held, **dict.fromkeys(SEALED), person_id=None, blinded_at=acting.now)
    for kind in (CALLBACK, CONFIRMED, OTHER_NAME):
        acting.close_item(kind=kind, subject=held.id.hex, place=held.place, outcome="deleted")


@eraser
def blind_person(acting: Acting, person: UUID) -> None:
    """Blind every row of somebody who is erased."""
    for held in acting.find(Arrival, person_id=person):
        _blind(acting, held)


@due("day", erases=True)
def blind_due(now: dt.datetime) -> bool:
    """Blind the rows whose day has come, some at a time."""
    rows = Arrival.objects.filter(blinded_at=None, delete_after__lt=day(now))
    return erase_in_turn(rows, blind)


def blind(row: Arrival) -> None:
    """Blind one row as the house, because the day has come."""
    as_house(blind_arrival, {"place": row.place, "arrival": row.id})


class KeepArrivalUntil(Ask):
    """A row is kept until a day."""

    place: PlaceCode
    arrival: UUID
    delete_after: dt.date


@command(role={Role.OPERATOR}, title=_("Keep an arrival until a day"))
def keep_arrival_until(acting: Acting, ask: KeepArrivalUntil) -> None:
    """Bring forward the day after which a row is blinded; it never moves back."""
    held = acting.hold(Arrival, id=ask.arrival)
    if held is None or held.blinded_at is not None:
        raise Refused("MOV-6")
    if ask.delete_after < held.delete_after:
        acting.change(held, delete_after=ask.delete_after)


@planner(RETENTION)
def plan_retention(content: bytes, place: str, options: dict[str, Any]) -> Plan:
    """Plan the arrivals that hang on a measure: each is kept until the day that follows from its end."""
    told = told_hung(content)
    return kept_until_end("movement.keep_arrival_until", "arrival", told, told.of(Arrival))
