"""Queries on call-backs: one task with what was tried before; and what a look at its row opens."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from mingbai.domains.movement.models import Arrival, Callback
from mingbai.domains.movement.parameters import MINUTES_A_CALL
from mingbai.domains.movement.queries.register import lines_of, masks, named, on_duty
from mingbai.domains.movement.sealed import unseal
from mingbai.domains.movement.words import CALLBACK, CONFIRMED, OTHER_NAME
from mingbai.kernel.acting import Asking
from mingbai.kernel.asks import Ask, Row
from mingbai.kernel.burden import Spent, burden_source
from mingbai.kernel.holding import Subject
from mingbai.kernel.models import OpenItem, Person, Point
from mingbai.kernel.people import own_key, unsealed
from mingbai.kernel.policy import in_force
from mingbai.kernel.refusals import Refused
from mingbai.kernel.registry import Scope, query
from mingbai.kernel.rows import Store
from mingbai.kernel.words import PlaceCode, Role


class OfArrival(Ask):
    """Of one row of the register."""

    place: PlaceCode
    arrival: UUID


class CallRow(Row):
    """A call-back task; whose row it is stands there for the guard on duty at its gate alone."""

    arrival: UUID
    point: UUID
    gate: str
    register_line: int
    name: str | None
    document_kind: str
    document_mask: str | None
    phone_mask: str | None
    arrived_on: dt.date
    why: str | None
    verified_at: dt.datetime | None
    asked_at: dt.datetime | None
    due_at: dt.datetime | None
    open: bool
    kind: str | None
    item_id: UUID | None
    calls: int
    outcome: str | None
    done_at: dt.datetime | None


@query(scope=Scope.UNDER, role={Role.GUARD, Role.DESK}, title=_("A call-back"))
def callback(asking: Asking, ask: OfArrival) -> CallRow:
    """Return one call-back task, with how often somebody called and what came of it."""
    row = asking.see(Arrival, id=ask.arrival)
    if row is None or row.place != ask.place or row.person_id is None:
        raise Refused("MOV-6")
    person = asking.see(Person, id=row.person_id)
    point = asking.see(Point, id=row.point_id)
    assert person is not None and point is not None
    name, document_mask, phone_mask = named(asking, row, on_duty(asking, point.id))
    lines = lines_of(point.id)
    items = asking.find(OpenItem, kind=CALLBACK, subject=row.id.hex, place=ask.place)
    last = max(items, key=lambda item: item.asked_at, default=None)
    calls = asking.find(Callback, arrival_id=row.id)
    beside = asked_beside(asking, row)
    return CallRow(
        arrival=row.id,
        point=point.id,
        gate=point.name,
        register_line=next((line for line, number in lines.items() if number == row.id), 0),
        name=name,
        document_kind=row.document_kind,
        document_mask=document_mask,
        phone_mask=phone_mask,
        arrived_on=row.arrived_on,
        why=row.doubt,
        verified_at=row.verified_at,
        asked_at=last.asked_at if last else None,
        due_at=last.due_at if last else None,
        open=last is not None and last.done_at is None,
        kind=beside.kind if beside else None,
        item_id=beside.id if beside else None,
        calls=len(calls),
        outcome=calls[-1].outcome if calls else None,
        done_at=last.done_at if last else None,
    )


def asked_beside(asking: Asking, row: Arrival) -> OpenItem | None:
    """Return what a row asks for beside a call: a look at its card, or the desk's word on what was confirmed."""
    for kind in (OTHER_NAME, CONFIRMED):
        for item in asking.find(OpenItem, kind=kind, subject=row.id.hex, place=row.place):
            if item.done_at is None:
                return item
    return None


def called_back(prefix: str, since: dt.datetime, until: dt.datetime) -> list[Subject]:
    """Return the places whose register was called back about in a span."""
    calls = Callback.objects.filter(place__startswith=prefix, at__gte=since, at__lt=until)
    return [Subject(place) for place in calls.values_list("place", flat=True).distinct()]


@burden_source("call", whom=called_back)
def minutes_of_calls(
    store: Store, subject: Subject, since: dt.datetime, until: dt.datetime
) -> list[Spent]:
    """Return the minutes that calling back about the gate's register cost a place: each call by the policy of its day."""
    if subject.organisation is not None:
        return []
    calls = Callback.objects.filter(place=subject.place, at__gte=since, at__lt=until)
    said = [
        in_force(store, MINUTES_A_CALL.name, subject.place, at)
        for at in calls.values_list("at", flat=True)
    ]
    name = str(gettext("The gate's register"))
    return [Spent("movement.register", name, "call", sum(said), len(said))] if said else []


@dataclass(frozen=True)
class Opened:
    """Whose row of the register it is, as a journalled look shows it once; the phone in the clear for a call alone."""

    name: str
    document_mask: str | None
    phone_mask: str | None
    phone: str | None = None


def opened(asking: Asking, arrival: UUID, *, to_call: bool) -> Opened:
    """Return whose row it is; whoever calls this has journalled the look."""
    row = asking.see(Arrival, id=arrival)
    person = asking.see(Person, id=row.person_id) if row and row.person_id else None
    if row is None or person is None:
        raise Refused("MOV-6")
    phone = number_of(asking.store, arrival) if to_call else None
    return Opened(person.name or "", *masks(asking, row, person), phone)


def number_of(store: Store, arrival: UUID) -> str | None:
    """Return the phone number of a row in the clear; whoever calls this has journalled the look."""
    for row in store.fetch(Arrival, {"id": arrival}):
        for person in store.fetch(Person, {"id": row.person_id}):
            if person.key_wrapped is None:
                return None
            if row.phone_sealed is not None:
                return unseal(own_key(person), row.id, "phone", row.phone_sealed)
            return unsealed(person, "phone")
    return None
