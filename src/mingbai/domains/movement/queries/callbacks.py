"""Queries on call-backs: one task, masked, with what was tried before; and who may look at an old value."""

import datetime as dt
from uuid import UUID

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from mingbai.domains.movement.models import Arrival, Callback
from mingbai.domains.movement.parameters import MINUTES_A_CALL
from mingbai.domains.movement.queries.register import masks
from mingbai.domains.movement.sealed import unseal
from mingbai.domains.movement.words import CALLBACK
from mingbai.kernel.acting import Asking
from mingbai.kernel.asks import Ask, Row
from mingbai.kernel.burden import Spent, burden_source
from mingbai.kernel.holding import Subject
from mingbai.kernel.keys import keys
from mingbai.kernel.models import OpenItem, Person, PersonKey, Point
from mingbai.kernel.people import unsealed
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
    """A call-back task."""

    arrival: UUID
    gate: str
    name: str
    document_kind: str
    document_mask: str | None
    phone_mask: str | None
    arrived_on: dt.date
    why: str | None
    asked_at: dt.datetime | None
    due_at: dt.datetime | None
    open: bool
    calls: int
    outcome: str | None
    done_at: dt.datetime | None


@query(scope=Scope.UNDER, role={Role.GUARD, Role.DESK}, title=_("A call-back"))
def callback(asking: Asking, ask: OfArrival) -> CallRow:
    """Return one call-back task, its number masked, with how often somebody called and what came of it."""
    row = asking.see(Arrival, id=ask.arrival)
    if row is None or row.place != ask.place or row.person_id is None:
        raise Refused("MOV-6")
    person = asking.see(Person, id=row.person_id)
    point = asking.see(Point, id=row.point_id)
    assert person is not None and point is not None
    items = asking.find(OpenItem, kind=CALLBACK, subject=row.id.hex, place=ask.place)
    last = max(items, key=lambda item: item.asked_at, default=None)
    calls = asking.find(Callback, arrival_id=row.id)
    document_mask, phone_mask = masks(asking, row, person)
    return CallRow(
        arrival=row.id,
        gate=point.name,
        name=person.name or "",
        document_kind=row.document_kind,
        document_mask=document_mask,
        phone_mask=phone_mask,
        arrived_on=row.arrived_on,
        why=row.doubt,
        asked_at=last.asked_at if last else None,
        due_at=last.due_at if last else None,
        open=last is not None and last.done_at is None,
        calls=len(calls),
        outcome=calls[-1].outcome if calls else None,
        done_at=last.done_at if last else None,
    )


@burden_source("call")
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


def number_of(store: Store, arrival: UUID) -> str | None:
    """Return the phone number of a row in the clear; whoever calls this has journalled the look."""
    for row in store.fetch(Arrival, {"id": arrival}):
        for held in store.fetch(PersonKey, {"person_id": row.person_id}):
            wrapped = bytes(held.wrapped)
            if row.phone_sealed is not None and row.person_id is not None:
                key = keys().ring.open_person_key(row.person_id, wrapped)
                return unseal(key, row.id, "phone", row.phone_sealed)
            for person in store.fetch(Person, {"id": row.person_id}):
                return unsealed(person, wrapped, "phone")
    return None
