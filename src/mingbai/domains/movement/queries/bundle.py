"""What the movement desk puts into the bundle that phones carry: gates, the trust list, and which passes were revoked."""

import datetime as dt
from typing import Any

from mingbai.domains.movement.models import Batch, CheckpointState, Permit
from mingbai.domains.movement.points import is_open
from mingbai.domains.movement.rules.permits import holds_at, size_of
from mingbai.kernel.gazetteer import short_name
from mingbai.kernel.keys import curve_key
from mingbai.kernel.models import Place, Point
from mingbai.kernel.pass_keys import trust_text
from mingbai.kernel.policy import above
from mingbai.kernel.registry import bundle_part
from mingbai.kernel.rows import Store, shape
from mingbai.proofs.tokens import StatusList, sign_status

LISTS_MOST = 200
LIST_LASTS = dt.timedelta(hours=72)
DOCUMENT_KINDS = ["resident_id", "passport", "other"]


@bundle_part("gate")
def gate_part(store: Store, place: str, now: dt.datetime) -> dict[str, Any] | None:
    """Return what a guard's phone needs: the gates, whom to trust, and the lists of every batch that holds here."""
    points = store.fetch(Point, {"place": place, "kind": "gate"}, limit=None)
    if not points:
        return None
    named = store.fetch(Place, {"code": place}, limit=1)
    states = store.fetch(CheckpointState, {"place": place}, limit=None)
    return {
        "place": place,
        "place_name": short_name(named[0].name, named[0].level) if named else place,
        "above": list(above(place)),
        "points": [
            {"id": str(point.id), "name": point.name, "open": stands_open(point, states)}
            for point in points
        ],
        "trust": trust_text(),
        "status": [status_text(store, batch, now) for batch in batches_at(store, place, now)],
        "document_kinds": DOCUMENT_KINDS,
    }


def stands_open(point: Point, states: list[CheckpointState]) -> bool:
    """Tell whether a gate stands open by what was last said of it."""
    said = [one for one in states if one.point_id == point.id]
    return point.closed_at is None and is_open(max(said, key=lambda one: one.number, default=None))


def batches_at(store: Store, place: str, now: dt.datetime) -> list[Batch]:
    """Return the batches that hold at a place and have not ended; of very many those with something revoked come first."""
    form = shape(Batch)
    sql = f'SELECT {form.select_list(store.sqlite)} FROM "{form.table}" WHERE "ends_at" > %s AND "issued" > 0'
    found = [form.instance(raw, store.sqlite) for raw in store.at_once(sql, [now])]
    here = [batch for batch in found if holds_at(batch.places, place)]
    here.sort(key=lambda batch: (batch.revoked == 0, batch.ends_at, batch.number))
    return here[:LISTS_MOST]


def status_text(store: Store, batch: Batch, now: dt.datetime) -> str:
    """Return a batch's signed list of revoked passes: its version rises with every pass that is taken back."""
    spots: frozenset[int] = frozenset()
    if batch.revoked:
        form = shape(Permit)
        sql = (
            f'SELECT "spot" FROM "{form.table}" WHERE "batch_id" = %s AND "revoked_at" IS NOT NULL'
        )
        spots = frozenset(row[0] for row in store.at_once(sql, [batch.id]))
    hour = now.replace(minute=0, second=0, microsecond=0)
    return sign_status(
        StatusList(
            issuer=batch.place,
            batch=bytes.fromhex(batch.number),
            version=batch.list_version,
            issued=int(hour.timestamp()),
            expires=int((hour + LIST_LASTS).timestamp()),
            size=size_of(batch.issued),
            revoked=spots,
        ),
        curve_key("pass"),
    )
