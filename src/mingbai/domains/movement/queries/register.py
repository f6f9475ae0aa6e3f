"""Queries on the register: one gate at a time, numbers masked, what needs somebody first; where from is a count alone."""

import datetime as dt
from collections import Counter
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from mingbai.domains.movement.models import Arrival, LongerKeeping, Proposal
from mingbai.domains.movement.points import gates_of, point_of
from mingbai.domains.movement.queries.measures import measure_at
from mingbai.domains.movement.rules.register import SMALLEST_CELL, standing_of
from mingbai.domains.movement.sealed import key_of, unseal
from mingbai.domains.movement.words import CALLBACK, Doubt, PointText
from mingbai.kernel.acting import Asking
from mingbai.kernel.asks import Ask, Row
from mingbai.kernel.documents import mask_document, mask_phone
from mingbai.kernel.models import OpenItem, Person
from mingbai.kernel.policy import above
from mingbai.kernel.refusals import Refused
from mingbai.kernel.registry import Scope, query
from mingbai.kernel.words import PlaceCode, Role

ROWS_MOST = 300


class RegisterAsk(Ask):
    """The register of one gate."""

    place: PlaceCode
    point: PointText
    on: dt.date | None = None


class ArrivalRow(Row):
    """A row of the register, numbers masked."""

    arrival: UUID
    name: str
    document_kind: str
    document_mask: str | None
    phone_mask: str | None
    arrived_on: dt.date
    certainty: str
    why: str | None
    verified_at: dt.datetime | None
    delete_after: dt.date


@query(scope=Scope.UNDER, role={Role.GUARD, Role.DESK}, title=_("The register of a gate"))
def register(asking: Asking, ask: RegisterAsk) -> list[ArrivalRow]:
    """Return the newest rows of one gate's register; a person's rows at other gates are never beside them."""
    gate = point_of(asking, ask.place, ask.point)
    found = Arrival.objects.filter(point_id=gate.id, blinded_at=None)
    if ask.on:
        found = found.filter(arrived_on=ask.on)
    rows = list(found.select_related("person").order_by("-at", "-id")[:ROWS_MOST])
    return [_row(asking, row) for row in rows if row.person is not None]


def _row(asking: Asking, row: Arrival) -> ArrivalRow:
    assert row.person is not None
    document_mask, phone_mask = masks(asking, row, row.person)
    return ArrivalRow(
        arrival=row.id,
        name=row.person.name or "",
        document_kind=row.document_kind,
        document_mask=document_mask,
        phone_mask=phone_mask,
        arrived_on=row.arrived_on,
        certainty=standing_of(row.doubt, row.verified_at).value,
        why=row.doubt,
        verified_at=row.verified_at,
        delete_after=row.delete_after,
    )


def masks(asking: Asking, row: Arrival, person: Person) -> tuple[str | None, str | None]:
    """Return a row's number and phone, masked; of one in doubt, as it was written, so that its length shows."""
    if row.number_sealed is None and row.phone_sealed is None:
        number = None if row.doubt in set(Doubt) - {Doubt.PHONE} else person.document_mask
        return number, person.phone_mask
    key = key_of(asking, person.id)
    number = unseal(key, row.id, "number", row.number_sealed)
    phone = unseal(key, row.id, "phone", row.phone_sealed)
    return (
        mask_document(number) if number else person.document_mask,
        mask_phone(phone) if phone else person.phone_mask,
    )


class OfVillage(Ask):
    """Of a place."""

    place: PlaceCode


class ToVerifyRow(Row):
    """A row that needs somebody, with the call-back that waits for it."""

    arrival: UUID
    point: UUID
    gate: str
    name: str
    document_mask: str | None
    phone_mask: str | None
    arrived_on: dt.date
    why: str
    asked_at: dt.datetime | None
    due_at: dt.datetime | None


@query(
    scope=Scope.UNDER,
    role={Role.GUARD, Role.DESK, Role.OVERSEER},
    title=_("Rows to verify first"),
)
def rows_in_doubt(asking: Asking, ask: OfVillage) -> list[ToVerifyRow]:
    """Return the rows of a place whose number is in doubt, the most urgent first: what a round looks at."""
    gates = {gate.id: gate.name for gate in gates_of(asking, ask.place)}
    items = {
        item.subject: item
        for item in asking.find(OpenItem, kind=CALLBACK, place=ask.place, done_at=None)
    }
    rows = Arrival.objects.filter(place=ask.place, doubt__isnull=False, blinded_at=None)
    found = []
    for row in rows.select_related("person").order_by("recorded_at", "id")[:ROWS_MOST]:
        if row.person is None:
            continue
        document_mask, phone_mask = masks(asking, row, row.person)
        item = items.get(row.id.hex)
        found.append(
            ToVerifyRow(
                arrival=row.id,
                point=row.point_id,
                gate=gates.get(row.point_id, ""),
                name=row.person.name or "",
                document_mask=document_mask,
                phone_mask=phone_mask,
                arrived_on=row.arrived_on,
                why=row.doubt or "",
                asked_at=item.asked_at if item else None,
                due_at=item.due_at if item else None,
            )
        )
    return sorted(found, key=lambda row: (row.due_at is None, row.due_at, row.arrived_on))


class OriginRow(Row):
    """How many came from somewhere."""

    origin_place: str
    arrivals: int


@query(scope=Scope.UNDER, role={Role.DESK, Role.HEALTH}, title=_("How many came from where"))
def origins(asking: Asking, ask: OfVillage) -> list[OriginRow]:
    """Return how many came from where, under a measure in force alone; a number below ten is never shown."""
    measure = measure_at(asking.store, ask.place, asking.now)
    if measure is None:
        raise Refused("MOV-19")
    rows = Arrival.objects.filter(place=ask.place, measure=measure.code, blinded_at=None)
    counts: Counter[str] = Counter()
    for row in rows.exclude(from_sealed=None):
        assert row.person_id is not None
        key = key_of(asking, row.person_id)
        counts[unseal(key, row.id, "from", row.from_sealed) or ""] += 1
    return [
        OriginRow(origin_place=name, arrivals=count)
        for name, count in counts.most_common()
        if count >= SMALLEST_CELL
    ]


class LongerRow(Row):
    """For how long arrivals are kept beyond the house's own limit, and why."""

    place: str
    keep_longer_days: int
    reason: str
    since: dt.datetime
    ends_at: dt.datetime


@query(scope=Scope.PUBLIC, title=_("What is kept longer, and why"))
def kept_longer(asking: Asking, ask: OfVillage) -> list[LongerRow]:
    """Return where and why arrivals are kept longer than the house would; anybody may read it."""
    return [
        LongerRow(
            place=row.place,
            keep_longer_days=row.days,
            reason=row.reason,
            since=row.at,
            ends_at=row.ends_at,
        )
        for where in above(ask.place)
        for row in asking.find(LongerKeeping, place=where)
    ]


class ProposalRow(Row):
    """A proposal to make "card seen" a rule."""

    proposal: UUID
    bad_numbers: int
    proposed_at: dt.datetime
    answered_at: dt.datetime | None
    outcome: str | None
    starts_at: dt.datetime | None


@query(
    scope=Scope.UNDER,
    role={Role.DESK, Role.OVERSEER, Role.GUARD, Role.LEADER},
    title=_("Proposals that the card must be seen"),
)
def proposals(asking: Asking, ask: OfVillage) -> list[ProposalRow]:
    """Return what was proposed at a place and what the desk answered, the newest first."""
    rows = asking.find(Proposal, place=ask.place)
    return [
        ProposalRow(
            proposal=row.id,
            bad_numbers=row.bad_numbers,
            proposed_at=row.proposed_at,
            answered_at=row.answered_at,
            outcome=row.outcome,
            starts_at=row.starts_at,
        )
        for row in sorted(rows, key=lambda row: row.proposed_at, reverse=True)
    ]
