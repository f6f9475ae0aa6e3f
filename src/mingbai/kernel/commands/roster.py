"""Commands on rosters: a person of a firm or a brigade is recorded once, with the organisation and the post."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from mingbai.kernel.acting import Acting
from mingbai.kernel.asks import Ask
from mingbai.kernel.clock import day
from mingbai.kernel.commands.people import DocumentKind, PersonAdded
from mingbai.kernel.documents import DocumentFault, plain
from mingbai.kernel.keys import keys
from mingbai.kernel.laying import Layout
from mingbai.kernel.many.working import Working
from mingbai.kernel.models import Membership, Organisation, Person
from mingbai.kernel.people import check_document, check_phone, document_index, write_person
from mingbai.kernel.refusals import Refused
from mingbai.kernel.registry import command
from mingbai.kernel.rows import Reads, Statement, Store
from mingbai.kernel.words import DocumentNumber, Name, OpenName, Phone, PlaceCode, Role

YEAR = dt.timedelta(days=365)
NOBODY_YET = ("documents of nobody whom the account knows",)
MEMBERSHIPS = Layout(Membership, "organisation_id person_id position since")


class Enrol(Ask):
    """Record a person of a roster."""

    place: PlaceCode
    name: Name
    document_kind: DocumentKind = "resident_id"
    document_number: DocumentNumber
    phone: Phone | None = None
    organisation: OpenName | None = None
    position: OpenName | None = None
    since: dt.date | None = None


def load_people(working: Working, asks: Sequence[Enrol]) -> Reads:
    """Read at once whom of a chunk the account knows, and to which organisations they belong."""
    ring = keys().ring
    numbers = {plain(ask.document_number) for ask in asks}
    named = {("document", number): ring.blind_index("document", number) for number in numbers}
    working.notes.update(named)
    indexes = set(named.values())
    yield working.loading(Person, "document_index", list(indexes))
    met = working.met(Person)
    working.notes[NOBODY_YET] = indexes - {person.document_index for person in met}
    yield belonging(working, [person.id for person in met])


def found_by(store: Store, number: str) -> bytes:
    """Return by what a document is found; a chunk of many asks once for each."""
    found: bytes = store.remembered(("document", number), lambda: document_index(number))
    return found


def belonging(working: Working, people: Sequence[UUID]) -> list[Statement]:
    """Return the statement that reads to which organisations people belong, and has the chunk remember it."""
    if not people:
        return []
    holes = ", ".join(["%s"] * len(people))
    asked = working.selecting(
        Membership, f'"until" IS NULL AND "person_id" IN ({holes})', list(people)
    )
    read = asked.made
    assert read is not None

    def noted(found: list[Any]) -> None:
        for person in people:
            working.notes["teams", person] = set()
        for row in read(found):
            working.notes["teams", row.person_id].add(row.organisation_id)

    return [replace(asked, made=noted)]


def teams_of(acting: Acting, person: UUID) -> set[UUID]:
    """Return the organisations that somebody belongs to."""
    found: set[UUID] = acting.store.remembered(
        ("teams", person),
        lambda: {
            row.organisation_id for row in acting.find(Membership, person_id=person, until=None)
        },
    )
    return found


@dataclass
class Enrolled:
    """Somebody whom the account knows by now: their key, where it is at hand, and the organisations they belong to."""

    person: UUID
    name: str | None
    key: bytes | None = None
    teams: list[UUID] = field(default_factory=list)


class Enrolling:
    """Whom the acts of a chunk have met or written down, by their documents, and the organisations by place and name."""

    def __init__(self) -> None:
        self.people: dict[bytes, Enrolled] = {}
        self.teams: dict[tuple[str, str], Organisation] = {}

    def known(self, acting: Acting, index: bytes) -> Enrolled | None:
        """Return somebody whom the account knows by their document."""
        found = self.people.get(index)
        if found is not None or index in acting.store.remembered(NOBODY_YET, frozenset):
            return found
        if (one := acting.see(Person, document_index=index)) is not None:
            teams = list(teams_of(acting, one.id))
            found = self.people[index] = Enrolled(one.id, one.name, teams=teams)
        return found

    def team(self, acting: Acting, place: str, name: str) -> Organisation | None:
        """Return the organisation of this name, if there is one."""
        found = self.teams.get((place, name))
        if found is None:
            known = acting.find(Organisation, place=place, name=name)
            found = next((one for one in known if one.until is None), None)
            if found is not None:
                self.teams[place, name] = found
        return found

    def close(self, acting: Acting) -> None:
        """Leave nothing to write: each act has written its own."""


@dataclass
class Met:
    """The person whom a line of a roster tells of."""

    number: str
    phone: str | None
    index: bytes
    known: Enrolled | None

    def belongs(self, acting: Acting, place: str, organisation: str) -> bool:
        """Tell whether the account knows that they belong to an organisation."""
        team = acting.in_common(Enrolling).team(acting, place, organisation)
        return self.known is not None and team is not None and team.id in self.known.teams


@command(
    role={Role.DESK, Role.CLERK, Role.KEEPER, Role.OPERATOR},
    desk="people",
    title=_("Record a person of a roster"),
    records=True,
    many=load_people,
)
def enrol(acting: Acting, ask: Enrol) -> PersonAdded:
    """Record a person of a roster with organisation and post; a person known by document is not written down twice."""
    met = meet(acting, ask)
    if met.known is not None and (
        ask.organisation is None or met.belongs(acting, ask.place, ask.organisation)
    ):
        raise Refused("PER-2")
    person = write_down(acting, ask, met).person
    if met.known is not None:
        acting.subject(person)
    return PersonAdded(person=person)


def meet(acting: Acting, ask: Enrol) -> Met:
    """Return the person of a line of a roster, whose numbers must hold."""
    try:
        number = check_document(ask.document_kind, ask.document_number, day(acting.now))
        phone = check_phone(ask.phone)
    except DocumentFault as fault:
        raise Refused("PER-3", problem=fault.sentence()) from None
    assert number is not None
    index = found_by(acting.store, number)
    return Met(number, phone, index, acting.in_common(Enrolling).known(acting, index))


def write_down(acting: Acting, ask: Enrol, met: Met) -> Enrolled:
    """Write down a person who is new, and that they belong to an organisation; what chunks keep in common holds from here on."""
    enrolling, one = acting.in_common(Enrolling), met.known
    if one is None:
        person, key = write_person(
            acting,
            place=ask.place,
            name=ask.name,
            document_kind=ask.document_kind,
            document_number=met.number,
            phone=met.phone,
            purpose="employment",
            delete_after=day(acting.now) + YEAR,
            index=met.index,
        )
        one = enrolling.people[met.index] = Enrolled(person, ask.name, key)
    if ask.organisation is not None:
        since = ask.since or day(acting.at)
        team = enrolling.team(acting, ask.place, ask.organisation) or register(acting, ask, since)
        if team.id not in one.teams:
            one.teams.append(team.id)
            acting.put(MEMBERSHIPS, (team.id.hex, one.person.hex, ask.position or "-", since))
    return one


def register(acting: Acting, ask: Enrol, since: dt.date) -> Organisation:
    """Register the organisation of a line of a roster."""
    assert ask.organisation is not None
    return acting.add(
        Organisation(
            place=ask.place,
            name=ask.organisation,
            kind="company",
            since=min(since, day(acting.at)),
        )
    )
