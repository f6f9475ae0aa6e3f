"""The gate path of a firm: dossier, plan, inspection, passes, transport, supplies; which is held, by whom, since when.

企业复工一路几关：哪一关卡着，卡在谁手里，从几点起；还没有建的那一关，照实说还没有。
"""

import datetime as dt
from collections.abc import Iterator
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from mingbai.domains.enterprise.queries.dossiers import READS
from mingbai.domains.enterprise.queries.way import WayKnown, way_of
from mingbai.domains.enterprise.words import APPROVED, PASSED, SERIOUS, WRITTEN, Need, Way
from mingbai.domains.inspection.queries.hazards import FIRM, hazards_of
from mingbai.domains.movement.queries.permits import BatchRow, batches_of
from mingbai.domains.movement.queries.stops import stops_of
from mingbai.kernel.acting import Asking
from mingbai.kernel.asks import Row
from mingbai.kernel.glossary import terms
from mingbai.kernel.queries.firms import OfFirm
from mingbai.kernel.registry import Scope, query
from mingbai.kernel.words import Role

OPEN, HELD, NEXT, NOT_NEEDED, NOT_BUILT = "open", "held", "next", "not_needed", "not_built"
TRANSPORT_WAITS, SUPPLIES_WAIT = "S08", "S07"

terms(
    {
        "stage": _("Gate of the path"),
        "held_by": _("Held by"),
        "waits_for": _("Waits for"),
        "detail": _("What it is about"),
    }
)


class GateRow(Row):
    """One gate on a firm's way: whether it is open, and if it is held, by whom and since when."""

    stage: str
    state: str
    held_by: str | None
    since: dt.datetime | None
    detail: list[str]
    quantity: int | None
    waits_for: str | None


@query(
    scope=Scope.UNDER,
    role=READS | {Role.OVERSEER, Role.AUDITOR},
    desk="enterprise",
    title=_("Gate path of a firm"),
)
def gate_path(asking: Asking, ask: OfFirm) -> list[GateRow]:
    """Return the six gates of a firm's way back to work: which are open, which is held by whom since when, which are not built yet."""
    path = way_of(asking, ask)
    batches = batches_of(asking, ask.organisation)
    stopped = stopped_gate(asking, ask.organisation)
    return [
        *paper_gates(path),
        inspection_gate(ask, path),
        *([stopped] if stopped else passes_gate(path, batches)),
        *later_gates(path, batches),
    ]


def gate(
    stage: str,
    state: str,
    held_by: str | None = None,
    since: dt.datetime | None = None,
    detail: list[str] | None = None,
    *,
    quantity: int | None = None,
    waits_for: str | None = None,
) -> GateRow:
    """Return one gate of the path."""
    return GateRow(
        stage=stage,
        state=state,
        held_by=held_by,
        since=since,
        detail=detail or [],
        quantity=quantity,
        waits_for=waits_for,
    )


def paper_gates(path: WayKnown) -> Iterator[GateRow]:
    """Give the gates of the dossier and of its plans: what the firm still owes, or has not filed."""
    plans = {need.value for need in WRITTEN}
    others = {need.value for need in Need} - plans - {Need.PROTECTIVE_STOCK.value}
    for stage, needs in (("dossier", others), ("plan", plans)):
        lacking = path.lacking(needs)
        if lacking:
            yield gate(stage, HELD, FIRM, since_of(path, lacking), lacking)
        elif stage == "dossier" and (path.dossier is None or path.dossier.filed_at is None):
            yield gate(stage, HELD, FIRM, path.since(), ["not_filed"])
        elif stage == "plan" and not needs & set(path.judged.required.needs):
            yield gate(stage, NOT_NEEDED)
        else:
            yield gate(stage, OPEN)


def since_of(path: WayKnown, lacking: list[str]) -> dt.datetime | None:
    """Return since when the firm owes these parts: a draft since it was written, else since the last decision."""
    drafts = [path.parts[need].written_at for need in lacking if need in path.parts]
    return min(drafts) if len(drafts) == len(lacking) else path.since()


def inspection_gate(ask: OfFirm, path: WayKnown) -> GateRow:
    """Return the gate of the inspection: a serious hazard that the firm mends or an inspector rechecks, or a visit that comes first."""
    if SERIOUS in path.words:
        return hazard_gate(ask, path)
    if path.judged.required.way == Way.CLOSED:
        return gate("inspection", HELD, "measure", path.since(), ["closed_by_measure"])
    if PASSED in path.words:
        return gate("inspection", OPEN)
    if path.judged.required.way != Way.INSPECT:
        return gate("inspection", NOT_NEEDED)
    return gate("inspection", HELD, Role.INSPECTOR.value, path.since(), ["visit_first"])


def hazard_gate(ask: OfFirm, path: WayKnown) -> GateRow:
    """Return who holds a serious hazard: the firm until it is put right, then whoever rechecks it."""
    held = hazards_of([ask.organisation]).get(ask.organisation)
    if held is not None:
        who, since = held
        about = "hazard_to_mend" if who == FIRM else "serious_hazard"
        return gate("inspection", HELD, who, since, [about])
    since = path.words[SERIOUS].starts_at
    return gate("inspection", HELD, Role.INSPECTOR.value, since, ["serious_hazard"])


def stopped_gate(asking: Asking, firm: UUID) -> GateRow | None:
    """Return the gate of passes whose ground is gone: they wait for the desk, or are stopped until the firm is approved again."""
    orders = stops_of(asking, firm)
    if not orders:
        return None
    stopped = [order for order in orders if order.stopped_at is not None]
    since = min(order.stopped_at or order.asked_at for order in stopped or orders)
    quantity = sum(order.permits for order in stopped or orders)
    detail = "passes_stopped" if stopped else "passes_in_question"
    return gate("passes", HELD, Role.DESK.value, since, [detail], quantity=quantity)


def passes_gate(path: WayKnown, batches: list[BatchRow]) -> Iterator[GateRow]:
    """Give the gate of the passes: they come after the approval, wait for the firm, for the desk, or are issued."""
    if APPROVED.name not in path.words:
        yield gate("passes", NEXT, detail=["after_approval"])
        return
    asked = [row for row in batches if row.state in ("asked", "issuing")]
    issued = sum(row.issued for row in batches)
    if asked:
        since = min(row.asked_at for row in asked)
        yield gate("passes", HELD, Role.DESK.value, since, ["passes_asked"], quantity=issued)
    elif issued:
        yield gate("passes", OPEN, detail=["passes_issued"], quantity=issued)
    else:
        since = path.words[APPROVED.name].starts_at
        yield gate("passes", HELD, FIRM, since, ["passes_not_asked"])


def later_gates(path: WayKnown, batches: list[BatchRow]) -> Iterator[GateRow]:
    """Give the gates of transport and of supplies: what exists of them today, and what they wait for."""
    goods = [row for row in batches if row.kind in ("goods", "vehicle") and row.issued]
    if goods:
        yield gate(
            "transport",
            OPEN,
            detail=["vehicles_may_pass"],
            quantity=sum(row.issued for row in goods),
            waits_for=TRANSPORT_WAITS,
        )
    else:
        yield gate("transport", NOT_BUILT, waits_for=TRANSPORT_WAITS)
    stock = Need.PROTECTIVE_STOCK.value
    part = path.parts.get(stock)
    if stock not in path.judged.required.needs:
        yield gate("supplies", NOT_NEEDED, waits_for=SUPPLIES_WAIT)
    elif stock in path.judged.lacking:
        since = since_of(path, [stock])
        yield gate("supplies", HELD, FIRM, since, [stock], waits_for=SUPPLIES_WAIT)
    else:
        quantity = part.quantity if part else None
        yield gate("supplies", OPEN, detail=[stock], quantity=quantity, waits_for=SUPPLIES_WAIT)
