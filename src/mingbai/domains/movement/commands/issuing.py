"""Commands on one pass: whom it is for, what stands on it, its signature, and its spot on the batch's list."""

import datetime as dt
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.utils.translation import gettext_lazy as _
from pydantic import StringConstraints

from mingbai.domains.movement.models import Batch, IssuedDay, Permit, Wanted
from mingbai.domains.movement.queries.printing import token_context
from mingbai.domains.movement.rules import permits as rules
from mingbai.kernel.acting import Acting
from mingbai.kernel.asks import Answer, Ask, Open
from mingbai.kernel.clock import day
from mingbai.kernel.commands.people import DocumentKind
from mingbai.kernel.commands.roster import Enrol, Met, belonging, meet, write_down
from mingbai.kernel.documents import plain
from mingbai.kernel.glossary import terms
from mingbai.kernel.keys import keys
from mingbai.kernel.many.working import Working
from mingbai.kernel.models import Membership, Organisation, Person
from mingbai.kernel.pass_keys import signing_key
from mingbai.kernel.people import document_index, own_key, unsealed
from mingbai.kernel.policy import in_force
from mingbai.kernel.refusals import Refused
from mingbai.kernel.registry import command
from mingbai.kernel.rows import Reads, new
from mingbai.kernel.words import DocumentNumber, Name, OpenName, PersonId, Phone, PlaceCode, Role
from mingbai.proofs.tokens import Claims, seal_token

TAIL = re.compile(r"[0-9A-Z]{4}")
PermitNumber = Annotated[str, Open(), StringConstraints(pattern=r"^[0-9a-f]{16}$")]


class IssuePermit(Ask):
    """One pass of a batch: for somebody who is recorded, for somebody on a roster, or for a vehicle."""

    place: PlaceCode
    batch_id: UUID
    person: PersonId | None = None
    membership: UUID | None = None
    name: Name | None = None
    document_kind: DocumentKind = "resident_id"
    document_number: DocumentNumber | None = None
    phone: Phone | None = None
    organisation_name: OpenName | None = None
    position: OpenName | None = None
    since: dt.date | None = None
    wanted: UUID | None = None


class PermitIssued(Answer):
    """The pass's random number."""

    permit: PermitNumber


terms(
    {
        "membership": _("Membership"),
        "organisation_name": _("Organisation"),
        "wanted": _("Vehicle asked for"),
    }
)


def load_holders(working: Working, asks: Sequence[IssuePermit]) -> Reads:
    """Read at once whom of a chunk the account knows, their keys, and the passes they hold."""
    numbers = {plain(ask.document_number) for ask in asks if ask.document_number}
    yield [
        *working.loading(Person, "document_index", {document_index(number) for number in numbers}),
        *working.loading(Person, "id", {ask.person for ask in asks if ask.person}),
        *working.loading(Membership, "id", {ask.membership for ask in asks if ask.membership}),
        *working.loading(Wanted, "id", {ask.wanted for ask in asks if ask.wanted}),
    ]
    known = [person.id for person in working.met(Person)]
    yield [
        *working.loading(Permit, "person_id", known),
        *belonging(working, known),
    ]


@command(role={Role.DESK}, title=_("Issue one pass"), many=load_holders)
def issue_permit(acting: Acting, ask: IssuePermit) -> PermitIssued:
    """Issue one pass of a batch: signed, with a spot of its own on the batch's list, its text sealed under the holder's key."""
    batch = acting.hold(Batch, id=ask.batch_id)
    if batch is None or batch.place != ask.place:
        raise Refused("MOV-45", batch=str(ask.batch_id)[:8])
    if batch.state == "stopped":
        raise Refused("MOV-97")
    if batch.issued >= 1 << 20:
        raise Refused("MOV-55")
    key = signing_key()
    holder = held_by(acting, ask, batch)
    permit = new(
        Permit,
        number=os.urandom(8).hex(),
        batch_id=batch.id,
        spot=rules.spot_of(bytes(batch.order_seed), batch.issued),
        kind=batch.kind,
        place=batch.place,
        places=batch.places,
        starts_at=batch.starts_at,
        ends_at=batch.ends_at,
        issued_at=acting.now,
        delete_after=batch.delete_after,
        **holder.columns,
    )
    text = seal_token(claims_of(batch, permit, holder, acting.now), key)
    own = holder.own or keys().journal_lock
    permit.token_sealed = keys().ring.seal(own, token_context(permit), text)
    acting.add(permit)
    acting.change(batch, issued=batch.issued + 1)
    count_day(acting, batch, issued=1)
    if holder.person is not None:
        acting.subject(holder.person)
    return PermitIssued(permit=permit.number)


@dataclass(frozen=True)
class Holder:
    """For whom or what a pass is: what is kept of it, and what stands on the pass."""

    columns: dict[str, Any]
    said: dict[str, Any]
    person: UUID | None = None
    own: AESGCM | None = None


def held_by(acting: Acting, ask: IssuePermit, batch: Batch) -> Holder:
    """Return for whom a pass of a batch is; who has one already gets no second."""
    renew = in_force(acting.store, rules.RENEW_DAYS.name, batch.place, acting.now)
    if ask.wanted is not None:
        wanted = acting.see(Wanted, id=ask.wanted)
        assert wanted is not None and wanted.batch_id == batch.id
        standing = acting.find(Permit, plate=wanted.plate)
        check_standing(standing, batch, acting.now, renew)
        team = acting.see(Organisation, id=batch.organisation_id) if batch.organisation_id else None
        said = {
            "plate": wanted.plate,
            "goods": goods_said(wanted) if batch.kind == "goods" else None,
            "organisation": team.name[:40] if team else None,
        }
        columns = {
            "plate": wanted.plate,
            "goods": goods_said(wanted),
            "shipment": wanted.shipment,
            "route": wanted.route,
        }
        return Holder(columns, said)
    met = meet(acting, enrol_of(ask)) if ask.person is None else None
    known = ask.person if met is None else met.known and met.known.id
    if known is not None:
        check_standing(acting.find(Permit, person_id=known), batch, acting.now, renew)
    person, name, number, own = (
        known_by_id(acting, ask) if met is None else enrolled_now(acting, ask, met)
    )
    tail = number[-4:] if TAIL.fullmatch(number[-4:]) else None
    said = {
        "name": " ".join((name or "").split()),
        "tail": tail,
        "organisation": ask.organisation_name[:40] if ask.organisation_name else None,
    }
    return Holder({"person_id": person}, said, person, own)


def goods_said(wanted: Wanted) -> str | None:
    """Return what a load is, in words."""
    if wanted.goods is None or wanted.quantity is None:
        return wanted.goods
    return f"{wanted.goods} × {wanted.quantity}"


def check_standing(standing: Sequence[Permit], batch: Batch, now: dt.datetime, renew: int) -> None:
    """Refuse a second pass beside one that still holds."""
    rules.check_not_held(
        [
            (row.ends_at, row.places)
            for row in standing
            if row.kind == batch.kind and row.revoked_at is None
        ],
        batch.places,
        batch.ends_at,
        now,
        renew,
    )


HeldBy = tuple[UUID, str | None, str, AESGCM]
"""A holder's id, name, the number of their document, and their own key, ready to seal with."""


def enrol_of(ask: IssuePermit) -> Enrol:
    """Return what a line of a roster would ask for the holder of a pass."""
    assert ask.name is not None and ask.document_number is not None
    return Enrol.model_construct(
        place=ask.place,
        name=ask.name,
        document_kind=ask.document_kind,
        document_number=ask.document_number,
        phone=ask.phone,
        organisation=ask.organisation_name,
        position=ask.position,
        since=ask.since,
    )


def enrolled_now(acting: Acting, ask: IssuePermit, met: Met) -> HeldBy:
    """Return a holder of a roster, who is recorded where the account does not know them."""
    one = write_down(acting, enrol_of(ask), met)
    if one.key is not None:
        return one.id, one.name, met.number, keys().ring.lock_of(one.key)
    person = acting.see(Person, id=one.id)
    assert person is not None, "its document is not erased"
    return one.id, one.name, met.number, own_key(person)


def known_by_id(acting: Acting, ask: IssuePermit) -> HeldBy:
    """Return a holder whom the account knows."""
    person = acting.see(Person, id=ask.person)
    if person is None or person.key_wrapped is None:
        raise Refused("PER-1")
    if ask.membership is not None:
        member = acting.see(Membership, id=ask.membership)
        if member is None or (member.until is not None and member.until < day(acting.now)):
            raise Refused("MOV-51", name=person.name)
    number = ""
    if person.document_sealed is not None:
        number = unsealed(person, "document_number")
    return person.id, person.name, number, own_key(person)


def claims_of(batch: Batch, permit: Permit, holder: Holder, now: dt.datetime) -> Claims:
    """Return what stands on a pass."""
    return Claims(
        issuer=batch.place,
        expires=int(batch.ends_at.timestamp()),
        not_before=int(batch.starts_at.timestamp()),
        issued=int(now.timestamp()),
        permit=bytes.fromhex(permit.number),
        kind=rules.KIND_NUMBERS[batch.kind],
        places=tuple(batch.places.split()),
        batch=bytes.fromhex(batch.number),
        index=permit.spot,
        **holder.said,
    )


def count_day(acting: Acting, batch: Batch, *, issued: int = 0, revoked: int = 0) -> None:
    """Count what was issued or revoked on this day of the place."""
    key = {"place": batch.place, "on": day(acting.now), "kind": batch.kind}
    held = acting.hold(IssuedDay, **key)
    if held is None:
        acting.add(new(IssuedDay, **key, issued=issued, revoked=revoked))
    else:
        acting.change(held, issued=held.issued + issued, revoked=held.revoked + revoked)
