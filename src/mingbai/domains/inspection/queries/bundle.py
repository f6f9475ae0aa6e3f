"""What the inspection desk puts into the bundle that phones carry: today's visits of whoever holds the phone."""

import datetime as dt
from typing import Any
from uuid import UUID

from mingbai.domains.inspection.models import ChecklistItem, Visit, VisitItem
from mingbai.domains.inspection.parameters import WITHIN
from mingbai.domains.inspection.queries import subjects
from mingbai.domains.inspection.rules import visits as rules
from mingbai.kernel.clock import day
from mingbai.kernel.gazetteer import short_name
from mingbai.kernel.models import Place
from mingbai.kernel.places import is_under
from mingbai.kernel.policy import in_force
from mingbai.kernel.registry import bundle_part
from mingbai.kernel.rows import Store

VISITS_MOST = 40
CARRIED = (rules.DUE, rules.OK, rules.FAILED)


@bundle_part("inspection", personal=True)
def inspection_part(
    store: Store, place: str, now: dt.datetime, person: UUID
) -> dict[str, Any] | None:
    """Return what an inspector's phone needs: their own visits of the day with the items, and how long each severity may take."""
    on = day(now)
    rows = [
        row
        for row in store.fetch(Visit, {"person": person}, limit=None)
        if is_under(row.place, place)
        and (row.state == rules.BEGUN or (row.state == rules.PLANNED and row.on == on))
    ][:VISITS_MOST]
    named = store.fetch(Place, {"code": place}, limit=1)
    names = subjects.names_of(store, rows)
    return {
        "place": place,
        "place_name": short_name(named[0].name, named[0].level) if named else place,
        "on": str(on),
        "visits": [visit_part(store, row, names[row.subject], now) for row in rows],
    }


def visit_part(store: Store, row: Visit, name: str, now: dt.datetime) -> dict[str, Any]:
    """Return one visit with its items as a phone carries it; no word of what was found."""
    place = store.fetch(Place, {"code": row.place}, limit=1)
    items = sorted(
        (
            (found[0].checklist_id, found[0].number, found[0], one)
            for one in store.fetch(VisitItem, {"visit_id": row.id}, limit=None)
            if one.state in CARRIED and (found := store.fetch(ChecklistItem, {"id": one.item_id}))
        ),
        key=lambda line: (line[3].looks_at, line[0], line[1]),
    )
    return {
        "id": str(row.id),
        "place": row.place,
        "place_name": short_name(place[0].name, place[0].level) if place else row.place,
        "name": name,
        "firm": row.organisation_id is not None,
        "help": row.help,
        "recheck": row.recheck,
        "state": row.state,
        "days": {
            severity: in_force(store, one.name, row.place, now) for severity, one in WITHIN.items()
        },
        "items": [
            {
                "code": one.code,
                "zh": item.text_zh,
                "en": item.text_en,
                "looks_at": one.looks_at,
                "state": one.state,
            }
            for _list, _number, item, one in items
        ],
    }
