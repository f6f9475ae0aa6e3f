"""Queries on passes: the batches with their clock, the passes of one, what anyone may check, and counts for all."""

import datetime as dt
import re
import statistics
from typing import Annotated, Literal
from uuid import UUID

from django.db.models import Count, QuerySet
from django.utils.translation import gettext_lazy as _
from pydantic import StringConstraints

from mingbai.domains.movement.models import Batch, IssuedDay, Permit, StopOrder, Wanted
from mingbai.domains.movement.queries.bundle import status_text
from mingbai.domains.movement.rules.counts import shown
from mingbai.kernel.acting import Asking
from mingbai.kernel.asks import Ask, Nothing, Open, Private, Row
from mingbai.kernel.clock import day, last_cut
from mingbai.kernel.glossary import terms
from mingbai.kernel.jobs import outcomes_of
from mingbai.kernel.models import Job, Person
from mingbai.kernel.pass_keys import trust_list, trust_text
from mingbai.kernel.places import prefix_of
from mingbai.kernel.queries.places import OfPlace
from mingbai.kernel.refusals import Refused
from mingbai.kernel.registry import Scope, query
from mingbai.kernel.words import Code, PlaceCode, Role
from mingbai.proofs.tokens import KINDS, TokenRefused, open_token

KIND_NAMES = {number: name for name, number in KINDS.items()}
NUMBER = re.compile(r"[0-9a-f]{16}")
CHECKS_AN_HOUR = 600
BATCHES_MOST, MINE_MOST = 500, 200
Validity = Literal["valid", "ended", "not_yet", "revoked", "unknown"]
BatchNumber = Annotated[str, Open(), StringConstraints(pattern=r"^[0-9a-f]{16}$")]

terms(
    {
        "issued_at": _("Issued at"),
        "holder": _("Holder"),
        "valid": _("Holds"),
        "list": _("Signed list"),
        "minutes": _("Minutes from request to pass"),
        "median_minutes": _("Median minutes"),
        "worst_minutes": _("Most minutes"),
        "batches": _("Batches"),
        "asked_for": _("Asked for"),
        "pass_shown": _("Pass or its number"),
    }
)


class BatchRow(Row):
    """A batch, and how long it took from request to pass."""

    batch: str
    batch_id: UUID
    number: str
    place: str
    kind: str
    places: str
    organisation: str
    state: str
    valid_from: dt.datetime
    valid_to: dt.datetime
    asked_at: dt.datetime
    issued_at: dt.datetime | None
    minutes: int | None
    asked_for: int
    issued: int
    revoked: int
    job: UUID | None


def batch_rows(asking: Asking, rows: QuerySet[Batch]) -> list[BatchRow]:
    """Return batches as they are shown, with as many questions to the database for many as for one."""
    found = list(rows.select_related("organisation"))
    wanted = Wanted.objects.filter(batch_id__in=[row.id for row in found])
    counts = dict(wanted.values_list("batch_id").annotate(Count("id")))
    return [batch_row(asking, row, counts.get(row.id, 0)) for row in found]


def batch_row(asking: Asking, row: Batch, asked_for: int) -> BatchRow:
    """Return a batch as it is shown; the clock of one that waits runs on."""
    until = row.issued_at or (asking.now if row.state in ("asked", "issuing") else None)
    return BatchRow(
        batch=row.code,
        batch_id=row.id,
        number=row.number,
        place=row.place,
        kind=row.kind,
        places=row.places,
        organisation=row.organisation.name if row.organisation else "",
        state=row.state,
        valid_from=row.starts_at,
        valid_to=row.ends_at,
        asked_at=row.asked_at,
        issued_at=row.issued_at,
        minutes=int((until - row.asked_at).total_seconds() // 60) if until else None,
        asked_for=asked_for,
        issued=row.issued,
        revoked=row.revoked,
        job=row.job,
    )


def batches_of(asking: Asking, organisation: UUID) -> list[BatchRow]:
    """Return the batches that were asked for by a firm."""
    return batch_rows(asking, Batch.objects.filter(organisation=organisation).order_by("id"))


@query(scope=Scope.UNDER, role={Role.DESK, Role.LEADER}, title=_("Batches of passes"))
def batches(asking: Asking, ask: OfPlace) -> list[BatchRow]:
    """Return the newest batches of a place and under it, those that wait first, each with its clock from request to pass."""
    here = Batch.objects.filter(place__startswith=prefix_of(ask.place))
    newest = here.order_by("-asked_at", "-id")
    waiting = batch_rows(asking, newest.filter(state="asked"))
    return waiting + batch_rows(asking, newest.exclude(state="asked")[:BATCHES_MOST])


@query(scope=Scope.OWN, title=_("Passes I asked for"))
def my_requests(asking: Asking, ask: Nothing) -> list[BatchRow]:
    """Return the batches that I asked for, with their clock; also when my right for the matter has ended."""
    if asking.person is None:
        return []
    mine = Batch.objects.filter(asked_by=asking.person).order_by("-asked_at")
    return batch_rows(asking, mine[:MINE_MOST])


class MyBatch(Ask):
    """A batch that I asked for."""

    batch_id: UUID


class RosterRow(Row):
    """A row of a roster that got no pass, and what is wrong with it."""

    row: int
    sheet: str
    outcome: str
    why: str
    text: str


@query(scope=Scope.OWN, title=_("Rows of my roster to mend"))
def rows_to_mend(asking: Asking, ask: MyBatch) -> list[RosterRow]:
    """Return the rows of a roster that I sent which got no pass, each with what is wrong, to be mended and sent again."""
    batch = asking.see(Batch, id=ask.batch_id)
    if batch is None or asking.person is None or batch.asked_by != asking.person:
        return []
    job = asking.see(Job, id=batch.job) if batch.job else None
    return [
        RosterRow(
            row=one["row"],
            sheet=one.get("sheet", ""),
            outcome=one["outcome"],
            why=one.get("why") or one.get("rule") or "",
            text=one.get("message", ""),
        )
        for one in (outcomes_of(job) if job else [])
        if one["outcome"] in ("refused", "to_verify")
    ]


class ClockRow(Row):
    """How long passes took from request to pass."""

    batches: int
    asked_for: int
    median_minutes: int | None
    worst_minutes: int | None


@query(
    scope=Scope.UNDER, role={Role.DESK, Role.LEADER, Role.OVERSEER}, title=_("From request to pass")
)
def permit_clock(asking: Asking, ask: OfPlace) -> ClockRow:
    """Return the clock of the batches that were asked for: median and slowest, those that still wait counted till now."""
    here = Batch.objects.filter(place__startswith=prefix_of(ask.place))
    wished = set(here.exclude(asked_by=None).values_list("id", flat=True))
    rows = [row for row in batches(asking, ask) if row.batch_id in wished]
    took = [row.minutes for row in rows if row.minutes is not None and row.state != "refused"]
    waiting = sum(row.state == "asked" for row in rows)
    return ClockRow(
        batches=len(took),
        asked_for=waiting,
        median_minutes=int(statistics.median(took)) if took else None,
        worst_minutes=max(took) if took else None,
    )


class OfBatch(Ask):
    """Which batch."""

    place: PlaceCode
    batch: Code


class PermitRow(Row):
    """One pass, for the desk that issued it."""

    permit: str
    holder: str
    plate: str
    goods: str
    shipment: str
    route: str
    issued_at: dt.datetime
    valid_to: dt.datetime
    state: str


def batch_at(asking: Asking, place: str, code: str) -> Batch:
    """Return a batch by its name."""
    found = asking.see(Batch, place=place, code=code)
    if found is None:
        raise Refused("MOV-45", batch=code)
    return found


@query(scope=Scope.UNDER, role={Role.DESK}, title=_("Passes of a batch"))
def permits(asking: Asking, ask: OfBatch) -> list[PermitRow]:
    """Return the passes of a batch, for the desk that issued it; where they were shown is told to nobody."""
    batch = batch_at(asking, ask.place, ask.batch)
    rows = Permit.objects.filter(batch_id=batch.id).order_by("id")
    stopped_at: set[dt.datetime | None] = set()
    if batch.organisation_id is not None:
        stops = StopOrder.objects.filter(
            place=batch.place, organisation_id=batch.organisation_id, state="stopped"
        )
        stopped_at = set(stops.values_list("stopped_at", flat=True))
    people = dict(Person.objects.filter(id__in=rows.values("person_id")).values_list("id", "name"))
    return [
        PermitRow(
            permit=row.number,
            holder=(people.get(row.person_id) or "") if row.person_id else "",
            plate=row.plate or "",
            goods=row.goods or "",
            shipment=row.shipment or "",
            route=row.route or "",
            issued_at=row.issued_at,
            valid_to=row.ends_at,
            state="stopped" if row.revoked_at in stopped_at else validity(row, asking.now),
        )
        for row in rows
    ]


def validity(row: Permit, now: dt.datetime) -> Validity:
    """Return the one word that stands for a pass now."""
    if row.revoked_at is not None:
        return "revoked"
    if now < row.starts_at:
        return "not_yet"
    return "ended" if now >= row.ends_at else "valid"


class ShowPass(Ask):
    """A pass: what its code says, or the number printed on it."""

    pass_shown: Annotated[str, Private(), StringConstraints(min_length=4, max_length=1200)]


class ValidityRow(Row):
    """Whether a pass holds: a word, its kind, and until when; nothing of who holds it."""

    valid: Validity
    kind: str | None = None
    valid_to: dt.datetime | None = None


@query(scope=Scope.PUBLIC, title=_("Check a pass"), per_hour=CHECKS_AN_HOUR)
def check_pass(asking: Asking, ask: ShowPass) -> ValidityRow:
    """Return whether a pass holds now, of which kind it is and until when, and nothing else; nothing of the look is kept."""
    plain = ask.pass_shown.replace(" ", "").lower()
    if NUMBER.fullmatch(plain):
        row = asking.see(Permit, number=plain)
        return told(row, asking.now) if row else ValidityRow(valid="unknown")
    trust = trust_list()
    if trust is None:
        return ValidityRow(valid="unknown")
    try:
        claims = open_token(ask.pass_shown, trust.keys, asking.now)
    except TokenRefused as refused:
        words: dict[str, Validity] = {"expired": "ended", "not_yet": "not_yet"}
        return ValidityRow(valid=words.get(refused.reason, "unknown"))
    row = asking.see(Permit, number=claims.permit.hex())
    if row is not None:
        return told(row, asking.now)
    ends = dt.datetime.fromtimestamp(claims.expires, dt.UTC)
    return ValidityRow(valid="valid", kind=KIND_NAMES[claims.kind], valid_to=ends)


def told(row: Permit, now: dt.datetime) -> ValidityRow:
    """Return what is told of a pass of this account."""
    return ValidityRow(valid=validity(row, now), kind=row.kind, valid_to=row.ends_at)


class IssuedRow(Row):
    """How many passes of a kind were issued and revoked on a day; no small count is shown, nor what would tell one."""

    on: dt.date
    kind: str
    issued: int | None
    revoked: int | None


@query(scope=Scope.PUBLIC, title=_("Passes issued"))
def issued_log(asking: Asking, ask: OfPlace) -> list[IssuedRow]:
    """Return by day and kind how many passes a place and those under it issued, up to the last cut; counts alone."""
    cut = day(last_cut(asking.now))
    issued: dict[tuple[dt.date, str], dict[str, int]] = {}
    revoked: dict[tuple[dt.date, str], dict[str, int]] = {}
    here = IssuedDay.objects.filter(on__lt=cut, place__startswith=prefix_of(ask.place))
    for row in here.order_by("on"):
        issued.setdefault((row.on, row.kind), {})[row.place] = row.issued
        revoked.setdefault((row.on, row.kind), {})[row.place] = row.revoked
    return [
        IssuedRow(
            on=on,
            kind=kind,
            issued=shown(issued[on, kind], ask.place),
            revoked=shown(revoked[on, kind], ask.place),
        )
        for on, kind in sorted(issued)
    ]


class OfList(Ask):
    """Which batch, by the number that its passes carry."""

    number: BatchNumber


class ListRow(Row):
    """A signed list as it travels."""

    list: str


@query(scope=Scope.PUBLIC, title=_("Revoked passes of a batch"))
def status_list(asking: Asking, ask: OfList) -> ListRow:
    """Return the signed list of a batch's revoked passes: spots in random order, which say nothing of anybody."""
    batch = asking.see(Batch, number=ask.number)
    if batch is None:
        raise Refused("MOV-45", batch=ask.number)
    return ListRow(list=status_text(asking.store, batch, asking.now))


@query(scope=Scope.PUBLIC, title=_("Keys that sign passes"))
def trusted_keys(asking: Asking, ask: Nothing) -> ListRow:
    """Return the signed list of keys that may sign passes here."""
    return ListRow(list=trust_text())
