"""Erasure: a person's values, salts and key go; every proof of the account still holds."""

import logging
import os
import time
from functools import partial
from typing import Annotated
from uuid import UUID

from django.db import connections
from django.utils.translation import gettext_lazy as _

from mingbai.kernel.acting import Acting
from mingbai.kernel.asks import Answer, Ask, Open
from mingbai.kernel.clock import stamp
from mingbai.kernel.erasing import ERASERS
from mingbai.kernel.folder import folder
from mingbai.kernel.glossary import terms
from mingbai.kernel.guard import door
from mingbai.kernel.journal.entries import private_of, stored_act
from mingbai.kernel.models import Look, Mandate, Person
from mingbai.kernel.people import acts_of
from mingbai.kernel.refusals import Refused, sentences
from mingbai.kernel.registry import command
from mingbai.kernel.words import PersonId, PlaceCode, Reason, Role, Via

sentences(
    {
        "PER-10": _("This record was erased already."),
        "PER-11": _("This person holds an office. End it first; then the record can be erased."),
    }
)
terms({"erased_private": _("Erased values"), "fields": _("Fields")})

LOG = logging.getLogger("mingbai.erasure")
PrivateId = Annotated[str, Open()]
CLEARED = (
    "name",
    "initials",
    "document_kind",
    "document_sealed",
    "document_index",
    "document_mask",
    "phone_sealed",
    "phone_index",
    "phone_mask",
    "key_wrapped",
)


class ErasePerson(Ask):
    """Erase what is held about a person."""

    place: PlaceCode
    person: PersonId
    reason: Reason


class Erased(Answer):
    """Which private values went; their commitments stay and say nothing any more."""

    erased_private: list[PrivateId]


@command(role={Role.DESK}, desk="people", title=_("Erase a person's record"))
def erase_person(acting: Acting, ask: ErasePerson) -> Erased:
    """Destroy a person's name, numbers and key, and the private values of every entry that concerns them."""
    person = acting.hold(Person, id=ask.person)
    if person is None or person.place != ask.place:
        raise Refused("PER-1")
    if person.erased_at is not None:
        raise Refused("PER-10")
    check_no_office(acting, person)
    gone = _private_values(acting, person.id)
    acting.change(person, **dict.fromkeys(CLEARED), erased_at=acting.now)
    for look in acting.find(Look, person_id=person.id):
        if look.reason is not None:
            acting.change(look, reason=None)
    for eraser in ERASERS:
        eraser(acting, person.id)
    acting.subject(person.id)
    acting.afterwards.append(scrub)
    acting.afterwards.append(partial(note_erasure, person.id, stamp(acting.now)))
    return Erased(erased_private=gone)


def check_no_office(acting: Acting, person: Person) -> None:
    """PER-11 先免职再抹去: what somebody does in office needs a name behind it, so the office ends first.

    The house asks before (`delete_due`), and erases again after a restore whatever the backup still says of offices.
    """
    if acting.via is Via.HOUSE:
        return
    for mandate in acting.find(Mandate, person_id=person.id):
        if mandate.ends_at is None or mandate.ends_at > max(acting.now, mandate.starts_at):
            raise Refused("PER-11")


def note_erasure(person: UUID, at: str) -> None:
    """Keep outside the database that somebody was erased, an id that says nothing: a restore erases them again."""
    path = folder() / "heads" / "erasures"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="ascii") as file:
        file.write(f"{person.hex} {at}\n")
        file.flush()
        os.fsync(file.fileno())


def scrub() -> None:
    """Copy SQLite's log back into the file and cut it, so that no byte of what was erased stays in it."""
    connection = connections["default"]
    if connection.vendor != "sqlite":
        return
    for _attempt in range(50):
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            if cursor.fetchone()[0] == 0:
                return
        time.sleep(0.1)
    LOG.error(
        "A reader kept the log from being cut after an erasure; it is cut when the account is next closed."
    )


def _private_values(acting: Acting, person: UUID) -> list[str]:
    """Delete the private values of every entry that concerns a person; return their ids."""
    gone = [name for act in acts_of(acting.store, person) for name in forget_values(acting, act)]
    return sorted(gone)


def forget_values(acting: Acting, act: UUID) -> list[str]:
    """Delete the private values of one act, its own entry or one of many; return their ids, which the entry has to name."""
    held = stored_act(acting.store, act)
    if held is None:
        return []
    gone = sorted(
        f"{held.entry.hex}/{name}" for name in private_of(acting.store, held.entry, [*held.private])
    )
    if gone:
        holes = ", ".join(["%s"] * len(gone))
        with door():
            acting.store.run(f"DELETE FROM journal_private WHERE id IN ({holes})", gone)
    return gone
