"""The query that passes are printed from: what stands on each, read from the text of its code."""

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from pydantic import Field

from mingbai.domains.movement.models import Batch, Permit
from mingbai.domains.movement.queries.permits import BatchNumber
from mingbai.domains.movement.rules.permits import KIND_WORDS
from mingbai.kernel.acting import Asking
from mingbai.kernel.asks import Ask, Row
from mingbai.kernel.glossary import terms
from mingbai.kernel.keys import keys
from mingbai.kernel.models import Person, Place
from mingbai.kernel.refusals import Refused
from mingbai.kernel.registry import Scope, query
from mingbai.kernel.rows import Store
from mingbai.kernel.sealing import SealBroken
from mingbai.kernel.words import Code, PlaceCode, Role
from mingbai.proofs.tokens import Claims
from mingbai.proofs.tokens.claims import read_claims
from mingbai.proofs.tokens.passes import PREFIX, TEXT_MOST, unpack
from mingbai.proofs.tokens.strict import read

AT_ONCE = 400
CARDS_MOST = 20_000

terms(
    {
        "permits": _("Passes"),
        "token": _("Code"),
        "title": _("Title"),
        "about": _("Says"),
        "where": _("Where it holds"),
    }
)


class PrintPermits(Ask):
    """Passes to print: a whole batch, or these."""

    place: PlaceCode
    batch: Code | None = None
    permits: list[BatchNumber] | None = Field(default=None, max_length=CARDS_MOST)


class CardRow(Row):
    """What stands on one pass."""

    permit: str
    kind: str
    title: str
    about: str
    organisation: str
    where: str
    valid_from: dt.datetime
    valid_to: dt.datetime
    token: str


@query(scope=Scope.UNDER, role={Role.DESK}, title=_("Print passes"))
def print_permits(asking: Asking, ask: PrintPermits) -> list[CardRow]:
    """Return what stands on passes that hold, with the text of each code, for the desk that hands them out."""
    rows = wanted(asking, ask)
    wrapped = wrapped_keys(asking.store, [row.person_id for row in rows if row.person_id])
    named: dict[str, str] = {}
    found = []
    for row in rows:
        text = token_text(row, wrapped.get(row.person_id) if row.person_id else None)
        if text is None or row.revoked_at is not None:
            continue
        for code in row.places.split():
            if code not in named:
                place = asking.store.fetch(Place, {"code": code}, limit=1)
                named[code] = place[0].name if place else code
        found.append(card_row(row, text, "、".join(named[code] for code in row.places.split())))
    return found


def wanted(asking: Asking, ask: PrintPermits) -> list[Permit]:
    """Return the passes that are asked for, in the order in which they were issued or asked for."""
    if ask.batch is not None:
        batch = asking.see(Batch, place=ask.place, code=ask.batch)
        if batch is None:
            raise Refused("MOV-45", batch=ask.batch)
        return asking.find(Permit, batch_id=batch.id)
    numbers = ask.permits or []
    held: dict[str, Permit] = {}
    for part in parts(numbers):
        held |= {row.number: row for row in Permit.objects.filter(number__in=part, place=ask.place)}
    return [held[number] for number in numbers if number in held]


def parts(values: Sequence[str]) -> list[Sequence[str]]:
    """Return values in parts that one statement takes."""
    return [values[at : at + AT_ONCE] for at in range(0, len(values), AT_ONCE)]


def wrapped_keys(store: Store, people: Sequence[UUID]) -> dict[UUID, bytes]:
    """Return the wrapped keys of people, a few statements for thousands."""
    found: dict[UUID, bytes] = {}
    for at in range(0, len(people), AT_ONCE):
        part = people[at : at + AT_ONCE]
        holes = ", ".join(["%s"] * len(part))
        (held,) = store.together(store.selecting(Person, f'"id" IN ({holes})', part))
        found |= {one.id: bytes(one.key_wrapped) for one in held if one.key_wrapped is not None}
    return found


def token_text(permit: Permit, wrapped: bytes | None) -> str | None:
    """Return a pass's text; nothing when its holder was erased or the key that sealed it is lost."""
    if permit.token_sealed is None or (permit.person_id is not None and wrapped is None):
        return None
    ring = keys().ring
    try:
        own = keys().journal_lock
        if permit.person_id is not None and wrapped is not None:
            own = ring.open_person_key(permit.person_id, wrapped)
        return ring.unseal(own, token_context(permit), bytes(permit.token_sealed))
    except SealBroken:
        return None


def token_context(permit: Permit) -> str:
    """Return what a token's sealed text is bound to."""
    return f"movement_permit/token/{permit.number}"


def claims_in(text: str) -> Claims:
    """Return what a pass of this account says; it was signed here, so its signature is not asked again."""
    parts_of = read(unpack(text, PREFIX, TEXT_MOST)[1:])
    assert isinstance(parts_of, list) and isinstance(parts_of[2], bytes)
    return read_claims(parts_of[2])


def card_row(row: Permit, text: str, where: str) -> CardRow:
    """Return what stands on one pass."""
    claims = claims_in(text)
    about = claims.goods or ""
    if claims.tail:
        about = _now("Document ends in %(tail)s") % {"tail": claims.tail}
    return CardRow(
        permit=row.number,
        kind=KIND_WORDS[claims.kind],
        title=claims.name or claims.plate or "",
        about=about,
        organisation=claims.organisation or "",
        where=where,
        valid_from=row.starts_at,
        valid_to=row.ends_at,
        token=text,
    )
