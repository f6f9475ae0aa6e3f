"""Commands on batches: one is opened, its passes are issued in a job, each once; one is revoked, old ones are deleted."""

import datetime as dt
import json
import os
from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID, uuid5

from django.utils.translation import gettext_lazy as _
from pydantic import AfterValidator, Field, StringConstraints

from mingbai.domains.movement.commands.issuing import PermitNumber, count_day
from mingbai.domains.movement.models import Batch, Permit, StopOrder, Wanted
from mingbai.domains.movement.rules import permits as rules
from mingbai.domains.movement.rules.permits import PermitKind
from mingbai.kernel import jobs, people_sheet
from mingbai.kernel.acting import Acting
from mingbai.kernel.asks import Answer, Ask, Open, Private
from mingbai.kernel.canonical import sha256
from mingbai.kernel.clock import day, start_of_day
from mingbai.kernel.erasing import eraser
from mingbai.kernel.glossary import terms
from mingbai.kernel.jobs import Plan, Row
from mingbai.kernel.many.run import One
from mingbai.kernel.models import Job, Membership
from mingbai.kernel.pass_keys import signing_key
from mingbai.kernel.perform import as_house
from mingbai.kernel.policy import in_force
from mingbai.kernel.refusals import Refused
from mingbai.kernel.registry import command, due, planner
from mingbai.kernel.rows import Store
from mingbai.kernel.words import (
    Code,
    Digest,
    Moment,
    PersonId,
    PlaceCode,
    Reason,
    Role,
    sound,
)
from mingbai.kernel.workbooks.reading import read

PERMITS, ROSTER = "movement.permits", "movement.permit_roster"
KEEP_DAYS = dt.timedelta(days=30)
AT_ONCE = 500
Plate = Annotated[
    str, Private(), StringConstraints(min_length=1, max_length=20), AfterValidator(sound)
]
Carried = Annotated[
    str, Open(), StringConstraints(min_length=1, max_length=40), AfterValidator(sound)
]
Route = Annotated[
    str, Private(), StringConstraints(min_length=1, max_length=200), AfterValidator(sound)
]

terms(
    {
        "valid_from": _("Holds from"),
        "valid_to": _("Holds until"),
        "holders": _("Holders"),
        "roster": _("Everybody of this organisation"),
        "vehicles": _("Vehicles"),
        "workbook": _("Fingerprint of the workbook"),
        "carries": _("What is carried"),
        "route": _("Route"),
        "permit": _("Pass"),
        "batch_id": _("Batch"),
        "revoked": _("Revoked"),
    }
)


class Vehicle(Ask):
    """A vehicle, and what it carries."""

    plate: Plate
    carries: Carried | None = None
    quantity: int | None = Field(default=None, ge=1, le=100_000)
    shipment: Code | None = None
    route: Route | None = None


class OpenBatch(Ask):
    """Passes of one kind, for the same places and time."""

    place: PlaceCode
    batch: Code
    kind: PermitKind
    places: list[PlaceCode] | None = Field(default=None, max_length=rules.PLACES_MOST)
    valid_from: Moment | None = None
    valid_to: Moment


class IssuePermits(OpenBatch):
    """Issue passes: to holders, to everybody of an organisation, to vehicles, or to the people of a workbook."""

    holders: list[PersonId] | None = Field(default=None, max_length=rules.HOLDERS_MOST)
    roster: UUID | None = None
    vehicles: list[Vehicle] | None = Field(default=None, max_length=rules.LINES_MOST)
    workbook: Digest | None = None
    total: int | None = Field(default=None, ge=0, le=100_000)


class PermitsBegun(Answer):
    """The long work that issues them, and the batch they belong to."""

    job: UUID
    batch_id: UUID


def batch_of(acting: Acting, ask: OpenBatch, state: str) -> Batch:
    """Return the batch of this name, opened when there is none; the same name is the same kind, places and time."""
    starts = ask.valid_from or start_of_day(day(acting.at))
    places = " ".join(rules.check_places(ask.place, ask.places or [ask.place]))
    found = acting.hold(Batch, place=ask.place, code=ask.batch)
    if found is not None:
        same = (found.kind, found.places, found.ends_at) == (ask.kind, places, ask.valid_to)
        if not same or (ask.valid_from is not None and found.starts_at != starts):
            raise Refused("MOV-44", batch=ask.batch)
        return found
    most = in_force(acting.store, rules.PASS_DAYS.name, ask.place, acting.at)
    rules.check_time(starts, ask.valid_to, acting.now, most)
    return acting.add(
        Batch(
            place=ask.place,
            code=ask.batch,
            number=os.urandom(8).hex(),
            kind=ask.kind,
            places=places,
            starts_at=starts,
            ends_at=ask.valid_to,
            asked_at=acting.now,
            state=state,
            order_seed=os.urandom(16),
            delete_after=day(ask.valid_to + KEEP_DAYS),
        )
    )


@command(role={Role.DESK}, title=_("Issue passes"))
def issue_permits(acting: Acting, ask: IssuePermits) -> PermitsBegun:
    """Begin to issue passes; bad rows are listed, the rest are issued, and nobody gets a second one."""
    signing_key()
    ways = [ask.holders, ask.roster, ask.vehicles, ask.workbook]
    if sum(way is not None and way != [] for way in ways) != 1:
        raise Refused("MOV-46")
    if (ask.kind == "person") == bool(ask.vehicles):
        raise Refused("MOV-46")
    batch = batch_of(acting, ask, "issuing")
    if batch.state in ("asked", "refused"):
        raise Refused("MOV-44", batch=ask.batch)
    if batch.state == "stopped":
        raise Refused("MOV-97")
    job = jobs.job_of(acting.entry)
    told: dict[str, Any] = {"batch": batch.id.hex}
    kind, total = PERMITS, 0
    if ask.workbook is not None:
        content = jobs.kept(job)
        if content is None or sha256(content).hex() != ask.workbook:
            raise Refused("MOV-46")
        kind, total = ROSTER, ask.total or 0
    elif ask.roster is not None:
        total = len(acting.find(Membership, organisation_id=ask.roster))
        if total == 0:
            raise Refused("MOV-54")
        told["organisation"] = ask.roster.hex
        batch = acting.change(batch, organisation_id=ask.roster)
    elif ask.vehicles is not None:
        want(acting, batch, ask.vehicles)
        told["wanted"], total = True, len(ask.vehicles)
    else:
        assert ask.holders is not None
        total = len(ask.holders)
        jobs.keep(job, json.dumps(told | {"holders": [one.hex for one in ask.holders]}).encode())
    plain_content = json.dumps(told) if ask.workbook is None and ask.holders is None else ""
    begin_job(acting, batch, kind, total, plain_content)
    return PermitsBegun(job=job, batch_id=batch.id)


def begin_job(acting: Acting, batch: Batch, kind: str, total: int, content: str) -> None:
    """Begin the long work that issues a batch."""
    job = jobs.job_of(acting.entry)
    acting.add(
        Job(
            id=job,
            kind=kind,
            place=batch.place,
            person=acting.person,
            mandate=acting.mandate,
            via=acting.via,
            total=total,
            asked_at=acting.now,
            content=content,
        )
    )
    acting.change(batch, state="issuing", job=job)


def want(acting: Acting, batch: Batch, vehicles: Sequence[Vehicle]) -> None:
    """Note for which vehicles passes are asked; each plate stands once."""
    known = {row.plate for row in acting.find(Wanted, batch_id=batch.id)}
    for one in vehicles:
        plate = rules.check_plate(one.plate)
        if batch.kind == "goods" and not one.carries:
            raise Refused("MOV-52")
        if plate in known:
            continue
        known.add(plate)
        acting.add(
            Wanted(
                batch_id=batch.id,
                plate=plate,
                goods=one.carries,
                quantity=one.quantity,
                shipment=one.shipment,
                route=one.route,
            )
        )


def request_of(batch: str, identity: str) -> UUID:
    """Return the request id of one pass: the same row of the same batch is the same request for ever."""
    return uuid5(UUID(hex=batch), identity)


@planner(PERMITS)
def plan_permits(content: bytes, place: str, options: dict[str, Any]) -> Plan:
    """Plan passes for holders, for everybody of an organisation, or for the vehicles that a batch asks for."""
    told = json.loads(content)
    batch = told["batch"]
    base = {"place": place, "batch_id": UUID(hex=batch)}
    store = Store()
    if "organisation" in told:
        team = UUID(hex=told["organisation"])
        members = store.fetch(Membership, {"organisation_id": team}, limit=None)
        asks = [
            (row.person_id.hex, {"person": row.person_id, "membership": row.id}) for row in members
        ]
    elif "holders" in told:
        asks = [(one, {"person": UUID(hex=one)}) for one in told["holders"]]
    else:
        wanted = store.fetch(Wanted, {"batch_id": UUID(hex=batch)}, limit=None)
        asks = [(row.plate, {"wanted": row.id}) for row in wanted]
    return Plan(
        "movement.issue_permit",
        [
            Row(at, one=One(base | ask, request_of(batch, identity)))
            for at, (identity, ask) in enumerate(asks, start=1)
        ],
    )


@planner(ROSTER)
def plan_roster(content: bytes, place: str, options: dict[str, Any]) -> Plan:
    """Plan passes for the people of a workbook: each is recorded once and gets one pass; bad rows are listed."""
    (found,) = Store().fetch(Batch, {"place": place, "code": options["batch"]})
    batch = found.id.hex
    rows = []
    for line in people_sheet.read_roster(read(content), year=options.get("year")):
        if line.outcome != "ok":
            known = line.why in people_sheet.SAYINGS
            said = str(people_sheet.SAYINGS[line.why]) if line.why and known else None
            rows.append(Row(line.row, line.sheet, None, line.outcome, line.why, said))
            continue
        ask = {
            "place": place,
            "batch_id": found.id,
            "name": line.name,
            "document_kind": line.document_kind,
            "document_number": line.document,
            "phone": line.phone or None,
            "organisation_name": line.organisation or None,
            "position": line.post or None,
            "since": line.started_on,
        }
        rows.append(Row(line.row, line.sheet, One(ask, request_of(batch, line.identity))))
    return Plan("movement.issue_permit", rows)


class RevokePermit(Ask):
    """Take a pass back before its end."""

    place: PlaceCode
    permit: PermitNumber
    reason: Reason


@command(role={Role.DESK}, title=_("Revoke a pass"))
def revoke_permit(acting: Acting, ask: RevokePermit) -> None:
    """Take a pass back: its batch's signed list says so from now on, under a version that only rises."""
    permit = acting.hold(Permit, number=ask.permit)
    if permit is None or permit.place != ask.place:
        raise Refused("MOV-49")
    batch = acting.hold(Batch, id=permit.batch_id)
    assert batch is not None
    stopped = only_stopped(acting, permit, batch)
    if permit.revoked_at is not None and not stopped:
        raise Refused("MOV-50")
    acting.change(permit, revoked_at=acting.now)
    if not stopped:
        acting.change(batch, revoked=batch.revoked + 1, list_version=batch.list_version + 1)
    count_day(acting, batch, revoked=1)
    if permit.person_id is not None:
        acting.subject(permit.person_id)


def only_stopped(acting: Acting, permit: Permit, batch: Batch) -> bool:
    """Tell whether a pass is out of force with its firm's stop alone, so that it would hold again with it."""
    if permit.revoked_at is None or batch.organisation_id is None:
        return False
    stops = acting.find(StopOrder, place=batch.place, organisation_id=batch.organisation_id)
    return any(
        order.state == "stopped" and order.stopped_at == permit.revoked_at for order in stops
    )


class ForgetPermits(Ask):
    """Delete passes whose day has come."""

    before: Moment


class Forgotten(Answer):
    """How many rows went."""

    people: int


@command(role={Role.OPERATOR}, title=_("Delete old passes"), placeless=True)
def forget_permits(acting: Acting, ask: ForgetPermits) -> Forgotten:
    """Delete passes and what was asked for, some at a time, once the day that they were born with has come."""
    on = day(ask.before)
    gone = list(Permit.objects.filter(delete_after__lt=on).order_by("id")[:AT_ONCE])
    for permit in gone:
        acting.remove(permit)
    if not gone:
        for batch in Batch.objects.filter(delete_after__lt=on).order_by("id")[:20]:
            for wanted in acting.find(Wanted, batch_id=batch.id):
                acting.remove(wanted)
            acting.remove(batch)
            gone.append(batch)  # type: ignore[arg-type]
    return Forgotten(people=len(gone))


@due("day", erases=True)
def old_permits(now: dt.datetime) -> bool:
    """Delete the passes whose day has come, some at a time; their batches after them."""
    on = day(now)
    due = (Permit.objects.filter(delete_after__lt=on), Batch.objects.filter(delete_after__lt=on))
    if not any(rows.exists() for rows in due):
        return False
    return bool(as_house(forget_permits, {"before": now}).result["people"])


@eraser
def forget_holder(acting: Acting, person: UUID) -> None:
    """Revoke and empty the passes of somebody who is erased: the text with their name goes with their key."""
    for permit in acting.find(Permit, person_id=person):
        changes: dict[str, Any] = {"token_sealed": None}
        if permit.revoked_at is None:
            batch = acting.hold(Batch, id=permit.batch_id)
            assert batch is not None
            acting.change(batch, revoked=batch.revoked + 1, list_version=batch.list_version + 1)
            changes["revoked_at"] = acting.now
        acting.change(permit, **changes)
