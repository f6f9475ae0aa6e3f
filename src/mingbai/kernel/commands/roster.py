"""Commands on rosters: a person of a firm or a brigade is recorded once, with the organisation and the post."""

import datetime as dt
from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from mingbai.kernel.acting import MENTIONS, Acting, Asked, Told, alone
from mingbai.kernel.asks import Ask
from mingbai.kernel.clock import day
from mingbai.kernel.commands.people import DocumentKind, PersonAdded
from mingbai.kernel.documents import DocumentFault, plain
from mingbai.kernel.identity import new_hex, new_hexes, spelled_out
from mingbai.kernel.keys import keys
from mingbai.kernel.laying import Layout
from mingbai.kernel.many.working import Working
from mingbai.kernel.models import Membership, Organisation, Person
from mingbai.kernel.people import PEOPLE, check_document, check_phone, document_index
from mingbai.kernel.refusals import AlreadyThere, Refused
from mingbai.kernel.registry import command
from mingbai.kernel.rows import Reads, Statement
from mingbai.kernel.words import DocumentNumber, Name, OpenName, Phone, PlaceCode, Role

YEAR = dt.timedelta(days=365)
INDEXES = ("by what the documents of a chunk are found",)
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
    """Read at once whom of a chunk the account knows, to which organisations they belong, and those that are named."""
    ring = keys().ring
    numbers = list({plain(ask.document_number) for ask in asks})
    indexes = dict(zip(numbers, ring.blind_indexes("document", numbers), strict=True))
    named = {(ask.place, ask.organisation) for ask in asks if ask.organisation is not None}
    yield [
        *working.loading(Person, "document_index", list(indexes.values())),
        *working.loading(Organisation, ("place", "name"), sorted(named)),
    ]
    met = working.met(Person)
    working.notes[INDEXES] = indexes
    working.notes[NOBODY_YET] = {*indexes.values()} - {person.document_index for person in met}
    yield belonging(working, [person.id for person in met])


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


@dataclass(slots=True)
class Enrolled:
    """Somebody whom the account knows by now: their id, their key where it is at hand, and the organisations they belong to."""

    person: str
    name: str | None
    key: bytes | None
    teams: list[UUID]

    @property
    def id(self) -> UUID:
        """Return their id."""
        return UUID(hex=self.person)


@dataclass(slots=True)
class Met:
    """The person whom a line of a roster tells of."""

    number: str
    phone: str | None
    index: bytes
    known: Enrolled | None


class Enrolling:
    """Whom the acts of a chunk have met or written down, by their documents, and the organisations by place and name."""

    def __init__(self) -> None:
        self.people: dict[bytes, Enrolled] = {}
        self.teams: dict[tuple[str, str], Organisation] = {}

    def known(self, acting: Acting, index: bytes) -> Enrolled | None:
        """Return somebody whom the account knows by their document."""
        if (one := acting.see(Person, document_index=index)) is None:
            return None
        teams = list(teams_of(acting, one.id))
        found = self.people[index] = Enrolled(one.id.hex, one.name, None, teams)
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


class Lines:
    """What lines of a roster say and what they leave to be written: the rows of people, of memberships and of mentions."""

    def __init__(self, acting: Acting) -> None:
        self.acting, self.today = acting, day(acting.now)
        self.enrolling = acting.in_common(Enrolling)
        self.indexes: dict[str, bytes] = acting.store.remembered(INDEXES, dict)
        self.nobody_yet: Set[bytes] = acting.store.remembered(NOBODY_YET, frozenset)
        self.delete_after = self.today + YEAR
        self.people: list[tuple[Any, ...]] = []
        self.memberships: list[tuple[Any, ...]] = []
        self.mentions: list[tuple[Any, ...]] = []

    def meet(self, ask: Enrol) -> Met:
        """Return the person of a line, whose numbers must hold."""
        try:
            number = check_document(ask.document_kind, ask.document_number, self.today)
            phone = check_phone(ask.phone)
        except DocumentFault as fault:
            raise Refused("PER-3", problem=fault.sentence()) from None
        assert number is not None
        index = self.indexes.get(number) or document_index(number)
        known = self.enrolling.people.get(index)
        if known is None and index not in self.nobody_yet:
            known = self.enrolling.known(self.acting, index)
        return Met(number, phone, index, known)

    def write(
        self, asked: Asked[Enrol], met: Met, person: str, key: bytes | None = None
    ) -> Enrolled:
        """Take down a person who is new, under this id, and that they belong to an organisation."""
        ask, request, at = asked
        one, place, organisation = met.known, ask.place, ask.organisation
        if one is None:
            name, index, until = ask.name, met.index, self.delete_after
            self.people.append(
                (person, place, name, ask.document_kind, met.number, index, met.phone, key)
                + ("employment", None, until, request)
            )
            one = self.enrolling.people[index] = Enrolled(person, name, key, [])
        if organisation is not None:
            team = self.enrolling.teams.get((place, organisation)) or self.team(asked)
            if team.id not in one.teams:
                one.teams.append(team.id)
                since = ask.since or day(at)
                self.memberships.append((team.id.hex, one.person, ask.position or "-", since))
        return one

    def team(self, asked: Asked[Enrol]) -> Organisation:
        """Return the organisation of a line, which is registered where the account does not know it."""
        ask = asked.ask
        assert ask.organisation is not None
        found = self.enrolling.team(self.acting, ask.place, ask.organisation)
        if found is not None:
            return found
        today = day(asked.at)
        since = min(ask.since or today, today)
        return self.acting.add(
            Organisation(place=ask.place, name=ask.organisation, kind="company", since=since)
        )

    def put(self) -> None:
        """Write all rows that were left."""
        for layout, rows in (
            (PEOPLE, self.people),
            (MEMBERSHIPS, self.memberships),
            (MENTIONS, self.mentions),
        ):
            self.acting.put_all(layout, rows)


def enrol_all(acting: Acting, asked: Sequence[Asked[Enrol]]) -> list[Told]:
    """Record the people of lines of a roster, in their order; say of each what came of it."""
    lines, found = Lines(acting), list[Told]()
    enrolling = lines.enrolling
    for one, person in zip(asked, new_hexes(len(asked)), strict=True):
        ask = one.ask
        try:
            met = lines.meet(ask)
        except Refused as refusal:
            found.append(refusal.let_go())
            continue
        if met.known is not None:
            team = ask.organisation and enrolling.team(acting, ask.place, ask.organisation)
            if ask.organisation is None or team and team.id in met.known.teams:
                found.append(AlreadyThere("PER-2"))
                continue
            lines.mentions.append((met.known.id, one.request))
        found.append({"person": spelled_out(lines.write(one, met, person).person)})
    lines.put()
    return found


@command(
    role={Role.DESK, Role.CLERK, Role.KEEPER, Role.OPERATOR},
    desk="people",
    title=_("Record a person of a roster"),
    records=True,
    many=load_people,
    of_many=enrol_all,
)
def enrol(acting: Acting, ask: Enrol) -> PersonAdded:
    """Record a person of a roster with organisation and post; a person known by document is not written down twice."""
    return PersonAdded(**alone(enrol_all, acting, ask))


def meet(acting: Acting, ask: Enrol) -> Met:
    """Return the person of a line of a roster, whose numbers must hold."""
    return Lines(acting).meet(ask)


def write_down(acting: Acting, ask: Enrol, met: Met) -> Enrolled:
    """Write down a person who is new, and that they belong to an organisation; what chunks keep in common holds from here on."""
    lines, key = Lines(acting), keys().ring.new_person_key()
    one = lines.write(Asked(ask, acting.entry, acting.at), met, new_hex(), key)
    lines.put()
    if met.known is None:
        acting.mentioned.add(one.id)
    return one
