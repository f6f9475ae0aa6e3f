"""Looks into a gate's register: a row is opened for one call or one reason, and the look is in the account before anybody sees it."""

from typing import Any
from uuid import UUID

from mingbai.domains.movement.queries.callbacks import Opened, opened
from mingbai.kernel.acting import Asking
from mingbai.kernel.actors import Actor, Hat
from mingbai.kernel.moment import now
from mingbai.kernel.perform import perform
from mingbai.kernel.places import ROOT
from mingbai.kernel.refusals import Conflict
from mingbai.kernel.rows import Store
from mingbai.kernel.words import Role, Via


def dial(place: str, arrival: UUID, **who: Any) -> Opened:
    """Begin a call and return whom to ask for and the number to dial."""
    return _look("movement.begin_call", {"place": place, "arrival": str(arrival)}, **who)


def look(place: str, arrival: UUID, reason: str, **who: Any) -> Opened:
    """Open a row for a reason and return whose it is, masked."""
    ask = {"place": place, "arrival": str(arrival), "reason": reason}
    return _look("movement.open_arrival", ask, **who)


def _look(
    name: str, ask: dict[str, str], *, as_: Actor, mandate: UUID | None, request: UUID
) -> Opened:
    """Journal a look and return what it opens; a form sent again opens nothing, since the look may have been long ago."""
    receipt = perform(name, ask, as_=as_, mandate=mandate, request_id=request)
    if receipt.already:
        raise Conflict("REQ-1")
    store = Store()
    house = Hat(role=Role.OPERATOR, place=ROOT)
    asking = Asking(store=store, hat=house, via=Via.HOUSE, now=now(store))
    return opened(asking, UUID(ask["arrival"]), to_call=name == "movement.begin_call")
