"""Queries on rights: what is held about me, my wishes and their answers, by sign-in or by the code on the slip."""

import datetime as dt
import json
from collections.abc import Iterable
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from mingbai.kernel.acting import Asking, open_link
from mingbai.kernel.asks import Ask, Nothing, Row
from mingbai.kernel.commands.messages import SLIP_LINK, TOLD
from mingbai.kernel.glossary import terms
from mingbai.kernel.journal.asks import entries_of
from mingbai.kernel.journal.entries import private_value
from mingbai.kernel.models import (
    Correction,
    Entry,
    Household,
    Look,
    Mandate,
    Message,
    Person,
)
from mingbai.kernel.people import acts_of
from mingbai.kernel.places import prefix_of
from mingbai.kernel.queries.places import OfPlace
from mingbai.kernel.refusals import Refused
from mingbai.kernel.registry import Scope, query
from mingbai.kernel.rows import Store
from mingbai.kernel.words import Role, Token

terms(
    {
        "document": _("Document number, masked"),
        "looks": _("Sealed fields opened"),
        "appeal": _("Judged again"),
        "appealed": _("An appeal was made"),
        "seen": _("Seen"),
        "office": _("Office"),
    }
)


class HeldRow(Row):
    """What is held about a person: masked, with purpose and end."""

    name: str
    place: str
    document: str
    phone: str
    purpose: str
    measure: str
    delete_after: dt.date | None
    looks: int


class WishRow(Row):
    """A wish for a correction, with its answer, the reason for it, and as which office somebody gave it."""

    correction: UUID
    place: str
    what: str
    text: str
    asked_at: dt.datetime
    answered_at: dt.datetime | None
    outcome: str
    reason: str
    office: str
    appeal: bool
    appealed: bool


class LookRow(Row):
    """Somebody opened what is sealed about a person: what, when, as which office, and why."""

    what: str
    at: dt.datetime
    office: str
    reason: str


class ToldRow(Row):
    """What somebody was told."""

    message: UUID
    text: str
    made_at: dt.datetime
    seen: bool


class BySlip(Ask):
    """By the code on a household's slip."""

    token: Token


def held(person: Person, whole_name: bool) -> HeldRow:
    """Return what is held about a person."""
    name = person.name or ""
    return HeldRow(
        name=name if whole_name else name[:1] + "*" * (len(name) - 1),
        place=person.place,
        document=person.document_mask or "",
        phone=person.phone_mask or "",
        purpose=person.purpose,
        measure=person.measure or "",
        delete_after=person.delete_after,
        looks=Look.objects.filter(person_id=person.id).count(),
    )


def wishes(store: Store, person: UUID, own_words: bool) -> list[WishRow]:
    """Return a person's wishes and their answers; a slip can be lost, so it does not show what was written in a wish."""
    answers = answers_of(store, person)
    offices = offices_of(entry.mandate for entry in answers.values())
    asked_for = list(Correction.objects.filter(person_id=person).order_by("asked_at"))
    again = {row.appeal_of for row in asked_for}
    rows = []
    for row in asked_for:
        entry = answers.get(row.id.hex)
        asked = private_value(store, row.asked_entry, "text") if own_words else None
        rows.append(
            WishRow(
                correction=row.id,
                place=row.place,
                what=row.what,
                text=asked or "",
                asked_at=row.asked_at,
                answered_at=row.answered_at,
                outcome=row.outcome or "",
                reason=(private_value(store, entry.id, "text") or "") if entry else "",
                office=offices.get(entry.mandate, "") if entry else "",
                appeal=row.appeal_of is not None,
                appealed=row.id in again,
            )
        )
    return rows


def answers_of(store: Store, person: UUID) -> dict[str, Entry]:
    """Return the entries that answered a person's wishes, by the wish."""
    entries = set(entries_of(store, acts_of(store, person)).values())
    found = Entry.objects.filter(id__in=entries, command="rights.answer_correction")
    return {UUID(json.loads(entry.body)["ask"]["correction"]).hex: entry for entry in found}


def offices_of(mandates: Iterable[UUID | None]) -> dict[UUID | None, str]:
    """Return the capacity of each mandate: who acts is their office, never a name."""
    found = Mandate.objects.filter(id__in={one for one in mandates if one is not None})
    return {row.id: row.capacity for row in found}


def looks(person: UUID) -> list[LookRow]:
    """Return who opened what is sealed about a person, the newest first."""
    rows = list(Look.objects.filter(person_id=person).order_by("-at")[:200])
    offices = offices_of(row.mandate for row in rows)
    return [
        LookRow(
            what=row.what,
            at=row.at,
            office=offices.get(row.mandate, ""),
            reason=row.reason or "",
        )
        for row in rows
    ]


def told(rows: list[Message]) -> list[ToldRow]:
    """Return messages as they are shown."""
    return [
        ToldRow(
            message=row.id,
            text=str(TOLD.get(row.kind, row.kind)),
            made_at=row.made_at,
            seen=row.seen_at is not None,
        )
        for row in rows
    ]


def household_of(asking: Asking, token: str) -> Household:
    """Return the household whose slip carries this code."""
    link = open_link(asking.store, token, SLIP_LINK, asking.now)
    found = asking.see(Household, place=link.place, code=link.subject) if link else None
    if found is None:
        raise Refused("LNK-1")
    return found


@query(scope=Scope.OWN, desk="rights", title=_("My record"))
def my_record(asking: Asking, ask: Nothing) -> list[HeldRow]:
    """Return what is held about me, for what, and until when."""
    person = asking.see(Person, id=asking.person) if asking.person else None
    return [held(person, True)] if person else []


@query(scope=Scope.OWN, desk="rights", title=_("My wishes"))
def my_wishes(asking: Asking, ask: Nothing) -> list[WishRow]:
    """Return my wishes for corrections and their answers."""
    return wishes(asking.store, asking.person, True) if asking.person else []


@query(scope=Scope.OWN, desk="rights", title=_("Who looked"))
def looks_at_me(asking: Asking, ask: Nothing) -> list[LookRow]:
    """Return who opened what is sealed about me: as which office, when, and why."""
    return looks(asking.person) if asking.person else []


@query(scope=Scope.OWN, desk="messages", title=_("What I was told"))
def mine(asking: Asking, ask: Nothing) -> list[ToldRow]:
    """Return what the house told me, the newest first."""
    rows = Message.objects.filter(person=asking.person).order_by("-made_at")[:100]
    return told(list(rows)) if asking.person else []


@query(scope=Scope.PUBLIC, desk="rights", title=_("Record by the slip"))
def record_by_slip(asking: Asking, ask: BySlip) -> list[HeldRow]:
    """Return what is held about the head of the household whose slip this is; the name is masked, a slip can be lost."""
    household = household_of(asking, ask.token)
    person = asking.see(Person, id=household.head_id) if household.head_id else None
    return [held(person, False)] if person and person.erased_at is None else []


@query(scope=Scope.PUBLIC, desk="rights", title=_("Wishes by the slip"))
def wishes_by_slip(asking: Asking, ask: BySlip) -> list[WishRow]:
    """Return the wishes of the head of the household whose slip this is."""
    household = household_of(asking, ask.token)
    return wishes(asking.store, household.head_id, False) if household.head_id else []


@query(scope=Scope.PUBLIC, desk="rights", title=_("Who looked, by the slip"))
def looks_by_slip(asking: Asking, ask: BySlip) -> list[LookRow]:
    """Return who opened what is sealed about the head of the household whose slip this is."""
    household = household_of(asking, ask.token)
    return looks(household.head_id) if household.head_id else []


@query(scope=Scope.PUBLIC, desk="messages", title=_("What the household was told"))
def by_slip(asking: Asking, ask: BySlip) -> list[ToldRow]:
    """Return what the house told the household whose slip this is."""
    household = household_of(asking, ask.token)
    rows = Message.objects.filter(place=household.place, household=household.code)
    return told(list(rows.order_by("-made_at")[:100]))


class WaitingWish(Row):
    """A wish that waits for the desk."""

    correction: UUID
    place: str
    person: str
    what: str
    text: str
    asked_at: dt.datetime
    appeal: bool


@query(scope=Scope.UNDER, role={Role.DESK}, desk="rights", title=_("Wishes that wait"))
def waiting_wishes(asking: Asking, ask: OfPlace) -> list[WaitingWish]:
    """Return the wishes for corrections that wait, with what they say; not those that judge my own answer again."""
    rows = Correction.objects.filter(
        place__startswith=prefix_of(ask.place), answered_at=None
    ).select_related("person")
    judged = set(
        Correction.objects.filter(
            id__in=[row.appeal_of for row in rows if row.appeal_of], answered_by=asking.person
        ).values_list("id", flat=True)
    )
    return [
        WaitingWish(
            correction=row.id,
            place=row.place,
            person=row.person.name or "",
            what=row.what,
            text=private_value(asking.store, row.asked_entry, "text") or "",
            asked_at=row.asked_at,
            appeal=row.appeal_of is not None,
        )
        for row in rows.order_by("asked_at")
        if row.appeal_of not in judged or asking.person is None
    ]
