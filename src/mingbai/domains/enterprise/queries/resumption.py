"""Queries on resumption: all that should resume and all there are, side by side; who is not back and what holds them; who is not due and why."""

import datetime as dt
from collections.abc import Iterable
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from mingbai.domains.enterprise.models import Dossier, NotDue
from mingbai.domains.enterprise.queries.dossiers import approved_under
from mingbai.domains.enterprise.words import CLOSED, HAZARD, Verdict
from mingbai.kernel.acting import Asking
from mingbai.kernel.asks import Row
from mingbai.kernel.glossary import terms
from mingbai.kernel.models import Organisation
from mingbai.kernel.places import prefix_of
from mingbai.kernel.queries.places import OfPlace
from mingbai.kernel.registry import Scope, query
from mingbai.kernel.words import Role

READS = {
    Role.DESK,
    Role.LEADER,
    Role.OVERSEER,
    Role.AUDITOR,
    Role.SERVICE_OFFICER,
    Role.INSPECTOR,
}
COUNTED = ("company", "branch")

terms(
    {
        "firms": _("Firms"),
        "should": _("Should resume"),
        "not_due": _("Not due"),
        "resumed": _("Resumed"),
        "of_those": _("Of those that should"),
        "of_all": _("Of all"),
        "all_resumed": _("All resumed"),
        "tenants": _("Tenants"),
        "held_back": _("What holds it"),
        "outside": _("Not yet in"),
        "waits_on": _("Who holds it"),
    }
)


def cut_rate(part: int, whole: int) -> str:
    """Return a rate with one decimal, cut and never rounded up: 299 of 300 is 99.6 %."""
    if whole == 0:
        return "–"
    tenths = 1000 * part // whole
    return f"{tenths // 10}.{tenths % 10} %"


class ResumptionRow(Row):
    """How many firms of a place resumed, of those that should and of all."""

    place: str
    firms: int
    not_due: int
    should: int
    resumed: int
    of_those: str
    of_all: str
    all_resumed: bool


@query(scope=Scope.UNDER, role=READS, title=_("All that should resume"))
def resumption(asking: Asking, ask: OfPlace) -> ResumptionRow:
    """Return how many firms resumed, with both denominators: those that should, and all; who is not due is not hidden."""
    prefix = prefix_of(ask.place)
    firms = set(
        Organisation.objects.filter(
            place__startswith=prefix, kind__in=COUNTED, until=None
        ).values_list("id", flat=True)
    )
    late = NotDue.objects.filter(place__startswith=prefix, ended_at=None)
    approved = approved_under(asking, ask.place)
    resumed = {firm for firm in firms if firm.hex in approved}
    due = firms - set(late.values_list("organisation_id", flat=True)) | resumed
    return ResumptionRow(
        place=ask.place,
        firms=len(firms),
        not_due=len(firms) - len(due),
        should=len(due),
        resumed=len(resumed),
        of_those=cut_rate(len(resumed), len(due)),
        of_all=cut_rate(len(resumed), len(firms)),
        all_resumed=bool(due) and len(resumed) == len(due),
    )


class NotDueRow(Row):
    """A firm that is not due, and why."""

    organisation: UUID
    name: str
    place: str
    not_due_reason: str
    review_on: dt.date
    since: dt.datetime


@query(scope=Scope.UNDER, role=READS, title=_("Firms that are not due"))
def not_due(asking: Asking, ask: OfPlace) -> list[NotDueRow]:
    """Return the firms that are not due to resume, each with its reason and the day of its review, the nearest first."""
    rows = NotDue.objects.filter(place__startswith=prefix_of(ask.place), ended_at=None)
    return [
        NotDueRow(
            organisation=row.organisation_id,
            name=row.organisation.name,
            place=row.place,
            not_due_reason=row.reason,
            review_on=row.review_on,
            since=row.said_at,
        )
        for row in rows.select_related("organisation").order_by("review_on", "id")
    ]


class BlockedRow(Row):
    """A firm that is not back yet: what holds it, who, and since when."""

    organisation: UUID
    name: str
    place: str
    held_back: str
    lacking: list[str]
    waits_on: str
    since: dt.datetime | None


def blocked(firms: Iterable[Organisation]) -> list[BlockedRow]:
    """Return what holds each of these firms, who holds it and since when."""
    known = list(firms)
    dossiers = Dossier.objects.filter(organisation__in=known)
    late = NotDue.objects.filter(organisation__in=known, ended_at=None)
    return rows_of(known, dossiers, late)


def rows_of(
    known: Iterable[Organisation], dossiers: Iterable[Dossier], late: Iterable[NotDue]
) -> list[BlockedRow]:
    """Return what holds each of these firms, by their dossiers and by who is not due."""
    filed = {row.organisation_id: row for row in dossiers}
    put_off = {row.organisation_id: row for row in late}
    found = []
    for one in known:
        held, not_yet = filed.get(one.id), put_off.get(one.id)
        row = {"organisation": one.id, "name": one.name, "place": one.place, "lacking": []}
        if not_yet is not None:
            row |= {"held_back": not_yet.reason, "waits_on": "desk", "since": not_yet.said_at}
        elif held is None or held.filed_at is None:
            row |= {"held_back": "none", "waits_on": "firm", "since": held and held.opened_at}
        else:
            row |= {
                "held_back": held.state,
                "lacking": held.lacking.split(),
                "waits_on": holder(held),
                "since": held.decided_at,
            }
        found.append(BlockedRow.model_validate(row))
    return found


def holder(held: Dossier) -> str:
    """Return who holds a firm that has filed: what it owes comes before the inspection, and that before the measure above it."""
    lacking = set(held.lacking.split())
    if lacking - {HAZARD, CLOSED}:
        return "firm"
    if HAZARD in lacking or held.state == Verdict.INSPECT_FIRST:
        return "inspector"
    return "measure" if CLOSED in lacking else "firm"


def not_back(asking: Asking, place: str) -> list[BlockedRow]:
    """Return the firms at a place and under it that should work and do not, the longest held first; last those that never began."""
    prefix = prefix_of(place)
    late = NotDue.objects.filter(place__startswith=prefix, ended_at=None)
    put_off = set(late.values_list("organisation_id", flat=True))
    dossiers = {
        row.organisation_id: row for row in Dossier.objects.filter(place__startswith=prefix)
    }
    approved = approved_under(asking, place)
    firms = Organisation.objects.filter(place__startswith=prefix, until=None)
    outside = [
        one
        for one in firms.order_by("name", "id")
        if (one.kind in COUNTED or one.id in dossiers)
        and one.id not in put_off
        and one.id.hex not in approved
    ]
    rows = rows_of(outside, dossiers.values(), ())
    return sorted(rows, key=lambda row: (row.since is None, row.since or asking.now))
