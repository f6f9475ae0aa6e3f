"""Hazards: in whose hands the serious hazards of firms lie, for whoever shows what holds a firm."""

import datetime as dt
from collections.abc import Iterable
from uuid import UUID

from mingbai.domains.inspection.models import Finding
from mingbai.domains.inspection.rules.visits import PUT_RIGHT, SETTLED
from mingbai.domains.inspection.words import RECHECK
from mingbai.kernel.models import OpenItem

FIRM, INSPECTOR = "firm", "inspector"


def hazards_of(firms: Iterable[UUID]) -> dict[UUID, tuple[str, dt.datetime]]:
    """Return who holds the serious hazards of these firms, and since when: the firm while one is not put right, then an inspector."""
    rows = Finding.objects.filter(organisation__in=list(firms), severity="serious")
    found = list(rows.exclude(state__in=SETTLED).order_by("at", "id"))
    mended = [row.id.hex for row in found if row.state == PUT_RIGHT]
    items = OpenItem.objects.filter(kind=RECHECK, subject__in=mended, done_at=None)
    asked = {item.subject: item.asked_at for item in items}
    held: dict[UUID, tuple[str, dt.datetime]] = {}
    for row in found:
        assert row.organisation_id is not None
        if row.state != PUT_RIGHT:
            if held.get(row.organisation_id, (INSPECTOR,))[0] == INSPECTOR:
                held[row.organisation_id] = FIRM, row.at
        else:
            since = asked.get(row.id.hex, row.at)
            held.setdefault(row.organisation_id, (INSPECTOR, since))
    return held
