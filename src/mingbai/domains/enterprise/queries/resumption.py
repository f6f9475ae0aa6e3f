"""Queries on resumption: all that should resume and all there are, side by side; a site's tenants one by one; who is not due and why."""

import datetime as dt
from collections.abc import Iterable
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from mingbai.domains.enterprise.models import Dossier, NotDue
from mingbai.domains.enterprise.queries.dossiers import approved_under
from mingbai.domains.enterprise.words import APPROVED
from mingbai.kernel.acting import Asking
from mingbai.kernel.asks import Row
from mingbai.kernel.glossary import terms
from mingbai.kernel.models import Organisation, Standing
from mingbai.kernel.places import prefix_of
from mingbai.kernel.queries.firms import OfFirm
from mingbai.kernel.queries.places import OfPlace
from mingbai.kernel.refusals import Refused
from mingbai.kernel.registry import Scope, query
from mingbai.kernel.standing import in_force
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
    """A tenant that is not in yet, and what holds it."""

    organisation: UUID
    name: str
    place: str
    held_back: str
    lacking: list[str]
    waits_on: str
    since: dt.datetime | None


class SiteRow(Row):
    """A site's tenants: how many there are, how many resumed, and each that did not."""

    organisation: UUID
    name: str
    place: str
    tenants: int
    resumed: int
    of_all: str
    all_resumed: bool
    outside: list[BlockedRow]


@query(scope=Scope.UNDER, role=READS, title=_("Tenants of a site"))
def site(asking: Asking, ask: OfFirm) -> SiteRow:
    """Return a site's tenants: "all resumed" only when each one is in; otherwise who is not, and what holds it."""
    found = Organisation.objects.filter(id=ask.organisation, place=ask.place).first()
    if found is None:
        raise Refused("ORG-4")
    tenants = list(Organisation.objects.filter(parent=found, until=None).order_by("name", "id"))
    words = Standing.objects.filter(what=APPROVED.name, subject__in=[one.id.hex for one in tenants])
    resumed = {row.subject for row in words if in_force(row, asking.now)}
    outside = [one for one in tenants if one.id.hex not in resumed]
    return SiteRow(
        organisation=found.id,
        name=found.name,
        place=found.place,
        tenants=len(tenants),
        resumed=len(resumed),
        of_all=cut_rate(len(resumed), len(tenants)),
        all_resumed=bool(tenants) and not outside,
        outside=blocked(outside),
    )


def blocked(firms: Iterable[Organisation]) -> list[BlockedRow]:
    """Return what holds each of these firms, who holds it and since when."""
    known = list(firms)
    dossiers = {row.organisation_id: row for row in Dossier.objects.filter(organisation__in=known)}
    put_off = {
        row.organisation_id: row
        for row in NotDue.objects.filter(organisation__in=known, ended_at=None)
    }
    found = []
    for one in known:
        held, late = dossiers.get(one.id), put_off.get(one.id)
        row = {"organisation": one.id, "name": one.name, "place": one.place, "lacking": []}
        if late is not None:
            row |= {"held_back": late.reason, "waits_on": "desk", "since": late.said_at}
        elif held is None or held.filed_at is None:
            row |= {"held_back": "none", "waits_on": "clerk", "since": held and held.opened_at}
        else:
            lacking = held.lacking.split()
            by_inspection = held.state == "inspect_first" or lacking == ["serious_hazard"]
            row |= {
                "held_back": held.state,
                "lacking": lacking,
                "waits_on": "inspector" if by_inspection else "clerk",
                "since": held.decided_at,
            }
        found.append(BlockedRow.model_validate(row))
    return found
