"""Queries on stops: the passes of firms whose approval was taken back, for the desk that issued them and for who asked for them."""

import datetime as dt
from uuid import UUID

from django.db.models import QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from mingbai.domains.movement.models import Batch, StopOrder
from mingbai.domains.movement.words import GROUND_GONE
from mingbai.kernel.acting import Asking
from mingbai.kernel.asks import Nothing, Row
from mingbai.kernel.glossary import terms
from mingbai.kernel.models import OpenItem
from mingbai.kernel.places import prefix_of
from mingbai.kernel.queries.places import OfPlace
from mingbai.kernel.registry import Scope, query
from mingbai.kernel.words import Role

STOPS_MOST = 500

terms(
    {
        "danger": _("Because of danger"),
        "out_of_force": _("Out of force"),
        "stopped_at": _("Stopped at"),
    }
)


def stops_of(asking: Asking, firm: UUID) -> list[StopOrder]:
    """Return the stops of a firm's passes that have not ended, wherever they were issued."""
    return asking.find(StopOrder, organisation_id=firm, ended_at=None)


class StopRow(Row):
    """The passes of a firm's staff at a place: in question, stopped, left to run on, or held again."""

    place: str
    organisation: UUID
    name: str
    state: str
    danger: bool
    permits: int
    out_of_force: int
    reason: str
    asked_at: dt.datetime
    due_at: dt.datetime | None
    stopped_at: dt.datetime | None
    ended_at: dt.datetime | None


def stop_rows(orders: QuerySet[StopOrder]) -> list[StopRow]:
    """Return stops as they are shown, those that stand first, the newest of them first."""
    rows = list(orders.select_related("organisation").order_by("-asked_at")[:STOPS_MOST])
    firms = {row.organisation_id for row in rows}
    dues = {
        (place, subject): due
        for place, subject, due in OpenItem.objects.filter(
            kind=GROUND_GONE, done_at=None, subject__in=[firm.hex for firm in firms]
        ).values_list("place", "subject", "due_at")
    }
    batches = Batch.objects.filter(organisation_id__in=firms, kind="person", state="stopped")
    sums = batches.values("place", "organisation_id").annotate(Sum("revoked"))
    out = {(one["place"], one["organisation_id"]): one["revoked__sum"] for one in sums}
    rows.sort(key=lambda row: row.ended_at is not None)
    return [
        StopRow(
            place=row.place,
            organisation=row.organisation_id,
            name=row.organisation.name,
            state=row.state,
            danger=row.danger,
            permits=row.permits,
            out_of_force=out.get((row.place, row.organisation_id), 0)
            if row.state == "stopped"
            else 0,
            reason=row.reason or "",
            asked_at=row.asked_at,
            due_at=dues.get((row.place, row.organisation_id.hex)) if row.ended_at is None else None,
            stopped_at=row.stopped_at,
            ended_at=row.ended_at,
        )
        for row in rows
    ]


@query(scope=Scope.UNDER, role={Role.DESK, Role.LEADER}, title=_("Passes of firms not approved"))
def stops(asking: Asking, ask: OfPlace) -> list[StopRow]:
    """Return the firms under a place whose passes lost their ground: what waits for the desk, what is stopped, and what became of it."""
    return stop_rows(StopOrder.objects.filter(place__startswith=prefix_of(ask.place)))


@query(scope=Scope.OWN, title=_("What became of passes I asked for"))
def my_stops(asking: Asking, ask: Nothing) -> list[StopRow]:
    """Return what stands about the passes of firms for which I asked: whether they are in question or stopped, since when and why."""
    if asking.person is None:
        return []
    mine = Batch.objects.filter(asked_by=asking.person, kind="person", ends_at__gt=asking.now)
    orders = StopOrder.objects.filter(
        ended_at=None,
        place__in=mine.values("place"),
        organisation_id__in=mine.values("organisation_id"),
    )
    return stop_rows(orders)
