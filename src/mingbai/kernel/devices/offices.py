"""Offices of a phone: as what its holder may act with it."""

import datetime as dt

from mingbai.kernel.access import hats
from mingbai.kernel.models import Device, Mandate
from mingbai.kernel.registry import REACH, Reach
from mingbai.kernel.rows import Store
from mingbai.kernel.words import Role


def offices_of(store: Store, device: Device, now: dt.datetime) -> list[Mandate]:
    """Return the offices that a phone may act in, its own first: those its holder has where the phone belongs.

    A phone has no second factor. So an office that reaches under its place counts only when the phone was enrolled for
    that role; a storekeeper's phone does not act as the desk that the storekeeper happens to be as well.
    """
    enrolled = store.fetch(Mandate, {"id": device.mandate})
    role = enrolled[0].role if enrolled else None
    here = [
        one
        for one in hats(store, device.person_id, now)
        if one.place == device.place and (one.role == role or REACH[Role(one.role)] is Reach.OWN)
    ]
    return sorted(here, key=lambda one: (one.id != device.mandate, one.role != role, one.id))
