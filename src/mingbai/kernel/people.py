"""People: how a person's private fields are checked, sealed, masked and found."""

import datetime as dt
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.utils.translation import gettext_lazy as _

from mingbai.kernel.acting import Acting
from mingbai.kernel.documents import mask_document, passport, resident_id
from mingbai.kernel.documents import phone as checked_phone
from mingbai.kernel.identity import uuid7
from mingbai.kernel.keys import keys
from mingbai.kernel.laying import Columns, Layout, Made
from mingbai.kernel.models import Look, Mention, Person
from mingbai.kernel.policy import in_force, parameter
from mingbai.kernel.refusals import TooOften
from mingbai.kernel.rows import Store
from mingbai.kernel.spelling import pinyin_initials

REVEALS = parameter(
    "people.reveals_an_hour",
    _("Sealed fields one office may open in an hour"),
    default=30,
    low=1,
    high=30,
)


def check_document(kind: str | None, number: str | None, today: dt.date) -> str | None:
    """Return a document number in its plain form; what cannot be one is a DocumentFault."""
    if number is None:
        return None
    if kind == "resident_id":
        return resident_id(number, on=today)
    if kind == "passport":
        return passport(number)
    return number.upper()


def check_phone(text: str | None) -> str | None:
    """Return a phone number in its plain form; what cannot be one is a DocumentFault."""
    return checked_phone(text) if text else None


def document_index(number: str) -> bytes:
    """Return by what a document number is found without being stored."""
    return keys().ring.blind_index("document", number)


def phone_index(number: str) -> bytes:
    """Return by what a phone is found without being stored."""
    return keys().ring.blind_index("phone", number)


def context(person: UUID | str, field: str) -> str:
    """Return what a sealed field is bound to, so that it opens nowhere else."""
    return f"kernel_person/{field}/{person if isinstance(person, str) else person.hex}"


def sealed(given: Columns) -> Columns:
    """Return the columns of new people that are made of what is private: sealed under each one's own key, found, masked."""
    ring, people = keys().ring, given["id"]
    drawn = ring.new_person_keys(len(people))
    personal = [key or new for key, new in zip(given["key"], drawn, strict=True)]
    locks = list(map(ring.lock_of, personal))
    phone_indexes = iter(ring.blind_indexes("phone", filter(None, given["phone"])))
    made: dict[str, Sequence[Any]] = {
        "initials": [pinyin_initials(name, person=True)[:40] for name in given["name"]],
        "key_wrapped": ring.wrap_person_keys(people, personal),
        "phone_index": [text and next(phone_indexes) for text in given["phone"]],
    }
    for field, column in (("document_number", "document"), ("phone", "phone")):
        texts, prefix = given[field], context("", field)
        there = [at for at, text in enumerate(texts) if text is not None]
        found = ring.seal_each(
            [locks[at] for at in there],
            [(prefix + people[at]).encode() for at in there],
            [texts[at].encode() for at in there],
        )
        sealed_at = dict(zip(there, found, strict=True))
        made[f"{column}_sealed"] = [sealed_at.get(at) for at in range(len(texts))]
        made[f"{column}_mask"] = [text and mask_document(text) for text in texts]
    return made


PEOPLE = Layout(
    Person,
    "id place name document_kind document_number document_index phone key purpose measure "
    "delete_after recorded_in",
    made=Made(
        "initials document_sealed document_mask phone_sealed phone_index phone_mask key_wrapped",
        "document_number phone key",
        sealed,
    ),
)


def write_person(
    acting: Acting,
    *,
    place: str,
    name: str,
    document_kind: str | None,
    document_number: str | None,
    phone: str | None,
    purpose: str,
    measure: str | None = None,
    delete_after: dt.date | None = None,
    index: bytes | None = None,
) -> tuple[UUID, bytes]:
    """Write down somebody new; return their id and their own key, under which every private field is sealed.

    `index` is what the document is found by, where the caller has looked for it already. The row names the act, so that the
    act needs no mention of its own.
    """
    person, key = uuid7(), keys().ring.new_person_key()
    if index is None and document_number is not None:
        index = document_index(document_number)
    told = (person.hex, place, name, document_kind, document_number, index, phone, key)
    acting.put(PEOPLE, (*told, purpose, measure, delete_after, acting.entry))
    acting.mentioned.add(person)
    return person, key


def acts_of(store: Store, person: UUID) -> list[UUID]:
    """Return the acts that concern a person: the one that wrote them down, and those that mention them."""
    acts = [one.entry for one in store.fetch(Mention, {"person": person}, limit=None)]
    for held in store.fetch(Person, {"id": person}):
        if held.recorded_in is not None:
            acts.insert(0, held.recorded_in)
    return acts


def own_key(person: Person) -> AESGCM:
    """Return a person's own key, ready to seal and to open with; nobody asks for that of one who was erased."""
    assert person.key_wrapped is not None
    return keys().ring.open_person_key(person.id, bytes(person.key_wrapped))


def unsealed(person: Person, field: str) -> str:
    """Return a sealed field in the clear; whoever calls this has journalled the look."""
    ring, key = keys().ring, own_key(person)
    content = person.document_sealed if field == "document_number" else person.phone_sealed
    assert content is not None
    return ring.unseal(key, context(person.id, field), bytes(content))


def check_looks(acting: Acting, place: str) -> None:
    """PER-7 查看有数: one office opens no more sealed fields in an hour than the policy lets it."""
    most = in_force(acting.store, REVEALS.name, place, acting.now)
    since = acting.now - dt.timedelta(hours=1)
    if Look.objects.filter(mandate=acting.mandate, at__gt=since).count() >= most:
        raise TooOften("PER-7", most=most)
