"""Queries on burden: the minutes of a week by asker, what waits, and who signed an overrun; forms tell of theirs here."""

import datetime as dt
from collections.abc import Iterable
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from mingbai.domains.inspection.models import FormRequest, FormSubject, Visit
from mingbai.domains.inspection.parameters import BUDGET
from mingbai.domains.inspection.queries.gate import called, minutes_for
from mingbai.domains.inspection.queries.hosts import check_no_keeper, signer
from mingbai.domains.inspection.weeks import lasted, span
from mingbai.domains.inspection.words import Week, week_of
from mingbai.kernel.acting import Asking
from mingbai.kernel.asks import Ask, Row
from mingbai.kernel.burden import Spent, asked_under, asker_of, burden_source, spent
from mingbai.kernel.clock import day
from mingbai.kernel.firms import OWN_SIDE, own
from mingbai.kernel.holding import Subject
from mingbai.kernel.models import Organisation
from mingbai.kernel.places import is_under
from mingbai.kernel.policy import in_force
from mingbai.kernel.refusals import NotAllowed, Refused
from mingbai.kernel.registry import Scope, query
from mingbai.kernel.rows import Store
from mingbai.kernel.words import PlaceCode, Role

READERS = {
    Role.KEEPER,
    Role.CLERK,
    Role.FIRM_HEAD,
    Role.DESK,
    Role.OVERSEER,
    Role.LEADER,
    Role.AUDITOR,
    Role.INSPECTOR,
    Role.SERVICE_OFFICER,
}


def asked_by_forms(prefix: str, since: dt.datetime, until: dt.datetime) -> list[Subject]:
    """Return of whom forms that were sent in a span ask something."""
    rows = FormSubject.objects.filter(
        place__startswith=prefix, sent_at__gte=since, sent_at__lt=until, to_ask__gt=0
    )
    return [Subject(*one) for one in rows.values_list("place", "organisation").distinct()]


def visited_by_inspectors(prefix: str, since: dt.datetime, until: dt.datetime) -> list[Subject]:
    """Return whom inspectors visited in a span."""
    rows = Visit.objects.filter(place__startswith=prefix, began_at__gte=since, began_at__lt=until)
    return [Subject(*one) for one in rows.values_list("place", "organisation_id").distinct()]


@burden_source("form", whom=asked_by_forms)
def minutes_of_forms(
    store: Store, subject: Subject, since: dt.datetime, until: dt.datetime
) -> list[Spent]:
    """Return the minutes that the forms sent in a span ask of a subject: fields that were asked, by the seconds of a field."""
    found = []
    rows = FormSubject.objects.filter(
        subject=subject.key, sent_at__gte=since, sent_at__lt=until, to_ask__gt=0
    )
    for row in rows.select_related("form").order_by("sent_at", "id"):
        if row.form.state == "withdrawn" or row.sent_at is None:
            continue
        key, name = asker_of(store, row.form.mandate)
        minutes = minutes_for(store, subject, row.to_ask, row.sent_at)
        found.append(Spent(key, name, "form", minutes))
    return found


@burden_source("visit", whom=visited_by_inspectors)
def minutes_of_visits(
    store: Store, subject: Subject, since: dt.datetime, until: dt.datetime
) -> list[Spent]:
    """Return the minutes that inspectors' visits took of a subject, by their real length; those offered as help apart."""
    rows = Visit.objects.filter(
        place=subject.place,
        organisation=subject.organisation,
        began_at__gte=since,
        began_at__lt=until,
        ended_at__isnull=False,
    ).order_by("began_at", "id")
    return [
        Spent(f"named/{row.office}", row.office, "help" if row.help else "visit", lasted(row))
        for row in rows
    ]


class BurdenAsk(Ask):
    """A place and a week."""

    place: PlaceCode
    week: Week | None = None


class FirmBurdenAsk(Ask):
    """A firm and a week."""

    place: PlaceCode
    organisation: UUID
    week: Week | None = None


class AskerRow(Row):
    """What one office asked in the week, for one kind of thing."""

    asker: str
    kind: str
    minutes: int
    times: int


class OverrunRow(Row):
    """A form that was let over the budget: who signed for it, and why."""

    title: str
    asked_by: str
    signed_by: str
    signed_at: dt.datetime
    sign_reason: str | None


class Burden(Row):
    """The minutes of a week of a village or a firm."""

    place: str
    subject_name: str
    week: str
    minutes: int
    budget: int
    biggest_asker: str | None
    biggest_minutes: int
    asks: list[AskerRow]
    overruns: list[OverrunRow]


@query(scope=Scope.PUBLIC, title=_("The burden of a week"), per_hour=600)
def burden(asking: Asking, ask: BurdenAsk) -> Burden:
    """Return the minutes of forms, visits and calls that were asked of a place in a week, and by whom."""
    near = asking.role in READERS and is_under(ask.place, asking.place or ask.place)
    inside = near and bool(asking.hat.mandate)
    return burden_of(asking, Subject(ask.place), ask.week, reasons=inside)


@query(scope=Scope.UNDER, role=READERS, title=_("The burden of a firm's week"))
def firm_burden(asking: Asking, ask: FirmBurdenAsk) -> Burden:
    """Return the minutes that were asked of a firm in a week, to its own side and to the offices above it."""
    firm = asking.see(Organisation, id=ask.organisation)
    if firm is None or firm.place != ask.place:
        raise Refused("ORG-4")
    check_no_keeper(asking.role)
    if asking.role in OWN_SIDE and not own(asking.store, asking.role, asking.hat.mandate, firm):
        raise NotAllowed("FRM-9")
    return burden_of(asking, Subject(ask.place, firm.id), ask.week, reasons=True)


def burden_of(asking: Asking, subject: Subject, week: str | None, *, reasons: bool) -> Burden:
    """Return a subject's minutes of a week, the biggest asker first."""
    store = asking.store
    week = week or week_of(day(asking.now))
    since, until = span(week)
    found = spent(store, subject, since, until)
    rows = by_asker(found)
    totals: dict[str, int] = {}
    for row in rows:
        totals[row.asker] = totals.get(row.asker, 0) + row.minutes
    biggest = max(totals, key=lambda name: totals[name], default=None)
    at = min(asking.now, until - dt.timedelta(seconds=1))
    return Burden(
        place=subject.place,
        subject_name=called(store, subject),
        week=week,
        minutes=sum(totals.values()),
        budget=in_force(store, BUDGET.name, subject.place, at),
        biggest_asker=biggest,
        biggest_minutes=totals[biggest] if biggest else 0,
        asks=rows,
        overruns=overruns_of(store, subject, since, until, reasons=reasons),
    )


def by_asker(found: Iterable[Spent]) -> list[AskerRow]:
    """Return minutes summed by office and kind, the most first."""
    sums: dict[tuple[str, str], tuple[str, int, int]] = {}
    for one in found:
        _name, minutes, times = sums.get((one.asker, one.kind), (one.name, 0, 0))
        sums[one.asker, one.kind] = (one.name, minutes + one.minutes, times + one.times)
    rows = [
        AskerRow(asker=name, kind=kind, minutes=minutes, times=times)
        for (_asker, kind), (name, minutes, times) in sums.items()
    ]
    return sorted(rows, key=lambda row: (-row.minutes, row.asker, row.kind))


def overruns_of(
    store: Store, subject: Subject, since: dt.datetime, until: dt.datetime, *, reasons: bool
) -> list[OverrunRow]:
    """Return the forms of a span that were signed to overrun the budget; the name and the words are for those concerned, the office is for everyone."""
    rows = FormRequest.objects.filter(
        id__in=FormSubject.objects.filter(
            subject=subject.key, sent_at__gte=since, sent_at__lt=until
        ).values("form_id"),
        signed_at__isnull=False,
    ).order_by("signed_at", "id")
    return [
        OverrunRow(
            title=row.title,
            asked_by=asker_of(store, row.mandate)[1],
            signed_by=signer(store, row.signed_by)
            if reasons
            else asker_of(store, row.signed_by)[1],
            signed_at=row.signed_at,
            sign_reason=row.sign_reason if reasons else None,
        )
        for row in rows
        if row.signed_at is not None
    ]


class SubjectBurdenRow(Row):
    """One village's or one firm's minutes of a week."""

    place: str
    organisation: UUID | None
    subject_name: str
    week: str
    spent_minutes: int
    budget: int
    biggest_asker: str | None


@query(scope=Scope.UNDER, role=READERS, title=_("The burden of each village and firm"))
def burdens(asking: Asking, ask: BurdenAsk) -> list[SubjectBurdenRow]:
    """Return the minutes of a week of each village and firm of which anybody asked something, the heaviest first."""
    since, until = span(ask.week or week_of(day(asking.now)))
    above = asking.role not in OWN_SIDE | {Role.KEEPER}
    found = []
    for one in asked_under(ask.place, since, until):
        if one.organisation is not None and not above:
            continue
        row = burden_of(asking, one, ask.week, reasons=False)
        if row.minutes:
            found.append(
                SubjectBurdenRow(
                    place=one.place,
                    organisation=one.organisation,
                    subject_name=row.subject_name,
                    week=row.week,
                    spent_minutes=row.minutes,
                    budget=row.budget,
                    biggest_asker=row.biggest_asker,
                )
            )
    return sorted(
        found,
        key=lambda row: (-row.spent_minutes * 1000 // row.budget, row.place, row.subject_name),
    )
