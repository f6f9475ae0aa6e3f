"""Hosts: who speaks for a place itself, not for one of its firms, nor for whoever comes to see it."""

from uuid import UUID

from mingbai.kernel.burden import asker_of
from mingbai.kernel.firms import OWN_SIDE
from mingbai.kernel.models import Mandate, Organisation, Person
from mingbai.kernel.places import is_under
from mingbai.kernel.refusals import NotAllowed
from mingbai.kernel.rows import Store
from mingbai.kernel.words import Role

HOSTS = {Role.KEEPER, Role.CLERK, Role.DESK}
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


def is_host(place: str, office: str, visitors: str) -> bool:
    """Tell whether an office hosts a visit: of the place itself, or of one that lies below the visitor's own.

    A desk of the visitor's own office, or of one above it, would say of its leader what it likes.
    """
    if office == place:
        return True
    return is_under(place, office) and is_under(office, visitors) and office != visitors


def visitors_place(store: Store, mandate: UUID) -> str:
    """Return the place of the office as which a leader came."""
    (held,) = store.fetch(Mandate, {"id": mandate})
    place: str = held.place
    return place


def signer(store: Store, mandate: UUID | None) -> str:
    """Return who signed, by name and office: a signature is somebody's."""
    office = asker_of(store, mandate)[1]
    held = store.fetch(Mandate, {"id": mandate}) if mandate is not None else []
    people = store.fetch(Person, {"id": held[0].person_id}) if held else []
    name = people[0].name if people else None
    return f"{office} {name}" if name else office
