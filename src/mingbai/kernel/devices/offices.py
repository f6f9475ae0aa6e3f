"""Offices of a phone: as what its holder may act with it."""

import datetime as dt
from collections.abc import Iterable
from uuid import UUID

from mingbai.kernel.access import in_force
from mingbai.kernel.models import Device, Mandate
from mingbai.kernel.registry import REACH, Reach
from mingbai.kernel.rows import Statement, Store
from mingbai.kernel.words import Role


def offices_of(store: Store, device: Device, now: dt.datetime) -> list[Mandate]:
    """Return the offices that a phone may act in, its own first."""
    (mandates,) = store.together(mandates_near(store, device.id))
    return offices_among(mandates, device, now)


def mandates_near(store: Store, device: UUID) -> Statement:
    """Return the statement that reads the mandate a phone was enrolled for, and all that its holder has."""
    here = "(SELECT {} FROM kernel_device WHERE id = %s)"
    where = f"id = {here.format('mandate')} OR person_id = {here.format('person_id')}"
    return store.selecting(Mandate, where, [device, device])


def offices_among(mandates: Iterable[Mandate], device: Device, now: dt.datetime) -> list[Mandate]:
    """Return the offices that a phone may act in, its own first: those its holder has where the phone belongs.

    A phone has no second factor. So an office that reaches under its place counts only when the phone was enrolled for
    that role; a storekeeper's phone does not act as the desk that the storekeeper happens to be as well.
    """
    role = next((one.role for one in mandates if one.id == device.mandate), None)
    here = [
        one
        for one in in_force(mandates, now)
        if one.person_id == device.person_id
        and one.place == device.place
        and (one.role == role or REACH[Role(one.role)] is Reach.OWN)
    ]
    return sorted(here, key=lambda one: (one.id != device.mandate, one.role != role, one.id))
