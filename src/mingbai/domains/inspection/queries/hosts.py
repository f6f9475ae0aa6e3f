"""Hosts: who speaks for a place itself, and not for one of its firms."""

from uuid import UUID

from mingbai.kernel.firms import OWN_SIDE
from mingbai.kernel.models import Mandate, Organisation
from mingbai.kernel.refusals import NotAllowed
from mingbai.kernel.rows import Store
from mingbai.kernel.words import Role

OF_THE_PLACE = frozenset({"government", "committee"})


def check_no_keeper(role: Role) -> None:
    """FRM-9 各说各家: who keeps a village's store answers for the village, and reads nothing of what a firm has said."""
    if role is Role.KEEPER:
        raise NotAllowed("FRM-9")


def check_of_place(store: Store, role: Role, mandate: UUID | None) -> None:
    """FRM-9 各说各家: a firm's clerk or head does not speak for the village; the village committee's own clerk does."""
    if role not in OWN_SIDE:
        return
    held = store.fetch(Mandate, {"id": mandate}) if mandate is not None else []
    if role is not Role.CLERK or not held:
        raise NotAllowed("FRM-9")
    named = held[0].organisation_id
    if named is None:
        return
    (office,) = store.fetch(Organisation, {"id": named})
    if office.kind not in OF_THE_PLACE:
        raise NotAllowed("FRM-9")
