"""Who holds a firm back: the firm, an inspector, a measure or the desk, and since when; for a place and for the tenants of a site.

企业卡在谁手里，从几点起：该企业改的，不写成等检查；等复查的，不写成企业的事。
"""

from uuid import UUID

from django.utils.translation import gettext_lazy as _

from mingbai.domains.enterprise.queries.resumption import (
    READS,
    BlockedRow,
    blocked,
    cut_rate,
    not_back,
)
from mingbai.domains.enterprise.words import APPROVED, HAZARD
from mingbai.domains.inspection.queries.hazards import hazards_of
from mingbai.kernel.acting import Asking
from mingbai.kernel.asks import Row
from mingbai.kernel.models import Organisation, Standing
from mingbai.kernel.queries.firms import OfFirm
from mingbai.kernel.queries.places import OfPlace
from mingbai.kernel.refusals import Refused
from mingbai.kernel.registry import Scope, query
from mingbai.kernel.standing import in_force

SHOWN = 1000


def told(rows: list[BlockedRow]) -> list[BlockedRow]:
    """Return firms that are held, each with who really holds its hazard."""
    hazards = hazards_of(row.organisation for row in rows if row.lacking == [HAZARD])
    found = []
    for row in rows:
        if row.organisation in hazards:
            who, since = hazards[row.organisation]
            row = row.model_copy(update={"waits_on": who, "since": since})
        found.append(row)
    return found


@query(scope=Scope.UNDER, role=READS, desk="enterprise", title=_("Firms that are not back yet"))
def outside(asking: Asking, ask: OfPlace) -> list[BlockedRow]:
    """Return the firms at a place and under it that should work and do not: what holds each, who, since when; the longest first."""
    return told(not_back(asking, ask.place)[:SHOWN])


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


@query(scope=Scope.UNDER, role=READS, desk="enterprise", title=_("Tenants of a site"))
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
        outside=told(blocked(outside)),
    )
