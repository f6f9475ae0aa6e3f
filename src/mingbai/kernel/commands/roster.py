"""Commands on rosters: a person of a firm or a brigade is recorded once, with the organisation and the post."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from mingbai.kernel.acting import Acting
from mingbai.kernel.asks import Ask
from mingbai.kernel.clock import day
from mingbai.kernel.commands.people import DocumentKind, PersonAdded
from mingbai.kernel.documents import DocumentFault, plain
from mingbai.kernel.many.working import Working
from mingbai.kernel.models import Membership, Organisation, Person, PersonKey
from mingbai.kernel.people import check_document, check_phone, document_index, person_columns
from mingbai.kernel.refusals import Refused
from mingbai.kernel.registry import command
from mingbai.kernel.rows import Reads, Store, new
from mingbai.kernel.words import DocumentNumber, Name, OpenName, Phone, PlaceCode, Role

YEAR = dt.timedelta(days=365)


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
    """Read at once whom of a chunk the account knows, and the organisations they are of."""
    numbers = {plain(ask.document_number) for ask in asks}
    yield working.loading(
        Person, "document_index", {found_by(working, number) for number in numbers}
    )


def found_by(store: Store, number: str) -> bytes:
    """Return by what a document is found; a chunk of many asks once for each."""
    found: bytes = store.remembered(("document", number), lambda: document_index(number))
    return found


@command(
    role={Role.DESK, Role.CLERK, Role.KEEPER, Role.OPERATOR},
    desk="people",
    title=_("Record a person of a roster"),
    records=True,
    many=load_people,
)
def enrol(acting: Acting, ask: Enrol) -> PersonAdded:
    """Record a person of a roster with organisation and post; a person known by document is not written down twice."""
    found = person_of(acting, ask)
    if not found.first and ask.organisation is None:
        raise Refused("PER-2")
    if ask.organisation is not None and not belongs(acting, ask, found):
        raise Refused("PER-2")
    acting.subject(found.person.id)
    return PersonAdded(person=found.person.id)


@dataclass(frozen=True)
class Found:
    """A person of a roster, as the account holds them from now on."""

    person: Person
    number: str
    key: PersonKey | None
    first: bool


def person_of(acting: Acting, ask: Enrol) -> Found:
    """Return the person of a line of a roster, who is recorded when nobody with this document is."""
    try:
        number = check_document(ask.document_kind, ask.document_number, day(acting.now))
        phone = check_phone(ask.phone)
    except DocumentFault as fault:
        raise Refused("PER-3", problem=fault.sentence()) from None
    assert number is not None
    index = found_by(acting.store, number)
    known = acting.see(Person, document_index=index)
    if known is not None:
        return Found(known, number, None, first=False)
    person, key = person_columns(
        place=ask.place,
        name=ask.name,
        document_kind=ask.document_kind,
        document_number=number,
        phone=phone,
        purpose="employment",
        delete_after=day(acting.now) + YEAR,
        index=index,
    )
    return Found(acting.add(person), number, acting.add(key), first=True)


def belongs(acting: Acting, ask: Enrol, of: Found) -> bool:
    """Note that a person belongs to an organisation of this name, registered when new; false when that is known."""
    assert ask.organisation is not None
    found = acting.find(Organisation, place=ask.place, name=ask.organisation)
    team = next((one for one in found if one.until is None), None)
    since = ask.since or day(acting.at)
    if team is None:
        team = acting.add(
            Organisation(
                place=ask.place,
                name=ask.organisation,
                kind="company",
                since=min(since, day(acting.at)),
            )
        )
    if not of.first and acting.see(
        Membership, organisation_id=team.id, person_id=of.person.id, until=None
    ):
        return False
    acting.add(
        new(
            Membership,
            organisation_id=team.id,
            person_id=of.person.id,
            position=ask.position or "-",
            since=since,
        )
    )
    return True
