"""Queries on the register: one gate at a time, named to nobody but its guard on duty; where from is a count alone."""

import datetime as dt
from collections import Counter
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from mingbai.domains.movement.models import Arrival, LongerKeeping, Proposal
from mingbai.domains.movement.points import gates_of, point_of
from mingbai.domains.movement.queries.measures import measure_at
from mingbai.domains.movement.rules.register import SMALLEST_CELL, shows_names, standing_of
from mingbai.domains.movement.sealed import key_of, unseal
from mingbai.domains.movement.words import CALLBACK, Doubt, PointText
from mingbai.kernel.acting import Asking
from mingbai.kernel.asks import Ask, Row
from mingbai.kernel.documents import mask_document, mask_phone
from mingbai.kernel.models import Booking, OpenItem, Person
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
    before_line: int | None = Field(default=None, ge=1)


class ArrivalRow(Row):
    """A row of the register: its line, how far it is verified, and for the guard on duty there whose it is, numbers masked."""

    register_line: int
    arrival: UUID
    name: str | None
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
    """Return the newest rows of one gate's register, or those before a line; names stand there for its guard on duty alone."""
    gate = point_of(asking, ask.place, ask.point)
    lines = lines_of(gate.id, ask.on)
    wanted = [line for line in reversed(lines) if line < (ask.before_line or line + 1)][:ROWS_MOST]
    rows = Arrival.objects.select_related("person").in_bulk([lines[line] for line in wanted])
    duty = on_duty(asking, gate.id)
    return [_row(asking, line, rows[lines[line]], duty) for line in wanted]


def lines_of(gate: UUID, on: dt.date | None = None) -> dict[int, UUID]:
    """Return the lines of a gate's register in their order; a line keeps its number when another is blinded."""
    found = Arrival.objects.filter(point_id=gate).order_by("recorded_at", "id")
    rows = found.values_list("id", "arrived_on", "blinded_at", "person_id")
    return {
        line: number
        for line, (number, came, blinded_at, person) in enumerate(rows, 1)
        if blinded_at is None and person is not None and on in (None, came)
    }


def on_duty(asking: Asking, gate: UUID) -> bool:
    """Tell whether who asks is the guard on duty at a gate; turns never overlap, so nobody is at two gates at once."""
    return asking.role is Role.GUARD and any(
        turn.came_at is not None and turn.left_at is None and turn.cancelled_at is None
        for turn in asking.find(Booking, person_id=asking.person, point_id=gate)
        if turn.starts_at <= asking.now < turn.ends_at
    )


def named(asking: Asking, row: Arrival, duty: bool) -> tuple[str | None, str | None, str | None]:
    """Return a row's name, number and phone, the last two masked, for whom they are; for anybody else nothing."""
    if row.person is None or not shows_names(on_duty=duty, verified=row.verified_at is not None):
        return None, None, None
    return row.person.name or "", *masks(asking, row, row.person)


def _row(asking: Asking, line: int, row: Arrival, duty: bool) -> ArrivalRow:
    name, document_mask, phone_mask = named(asking, row, duty)
    return ArrivalRow(
        register_line=line,
        arrival=row.id,
        name=name,
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
    """A row that needs somebody, with the call-back that waits for it; whose it is stands at its gate."""

    arrival: UUID
    point: UUID
    gate: str
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
    for row in rows.exclude(person=None).order_by("recorded_at", "id")[:ROWS_MOST]:
        item = items.get(row.id.hex)
        found.append(
            ToVerifyRow(
                arrival=row.id,
                point=row.point_id,
                gate=gates.get(row.point_id, ""),
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
