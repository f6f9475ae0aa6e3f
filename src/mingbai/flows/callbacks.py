"""Call-backs: the number of a row is opened for one call; the look is in the account before anybody sees it."""

from uuid import UUID

from mingbai.domains.movement.queries.callbacks import number_of
from mingbai.kernel.actors import Actor
from mingbai.kernel.perform import perform
from mingbai.kernel.refusals import Conflict
from mingbai.kernel.rows import Store


def dial(
    place: str, arrival: UUID, *, as_: Actor, mandate: UUID | None, request: UUID
) -> str | None:
    """Begin a call and return the number to dial; a form sent again opens nothing, since the look may have been long ago."""
    ask = {"place": place, "arrival": str(arrival)}
    receipt = perform("movement.begin_call", ask, as_=as_, mandate=mandate, request_id=request)
    if receipt.already:
        raise Conflict("REQ-1")
    return number_of(Store(), arrival)
