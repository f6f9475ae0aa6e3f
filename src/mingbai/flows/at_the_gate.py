"""At the gate: a guard says with one tap that they are on duty there, which is what shows them whose rows wait for a card."""

import datetime as dt
from typing import Any
from uuid import UUID, uuid5

from mingbai.kernel.actors import Actor
from mingbai.kernel.clock import stamp
from mingbai.kernel.models import Booking
from mingbai.kernel.moment import now
from mingbai.kernel.perform import perform
from mingbai.kernel.rows import Store

TURN = dt.timedelta(hours=4)


def take_up(place: str, point: UUID, *, as_: Actor, mandate: UUID | None, request: UUID) -> None:
    """Come to the turn that one has at a gate now, or book the next hours there and come; nobody is at two gates at once."""
    who: dict[str, Any] = {"as_": as_, "mandate": mandate}
    store = Store()
    moment = now(store)
    booking = None
    for turn in store.fetch(Booking, {"person_id": as_.person, "point_id": point}, limit=None):
        if turn.cancelled_at is None and turn.starts_at <= moment < turn.ends_at:
            booking = str(turn.id)
    if booking is None:
        ask = {"place": place, "person": str(as_.person), "point": str(point)}
        ask |= {"starts_at": stamp(moment), "ends_at": stamp(moment + TURN)}
        booked = perform("posts.book", ask, request_id=request, **who)
        booking = booked.result["booking"]
    came = {"place": place, "booking": booking}
    perform("posts.note_coming", came, request_id=uuid5(request, "came"), **who)
