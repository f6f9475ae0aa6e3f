"""The gate path of a firm: dossier, plan, inspection, passes, transport, supplies; which is held, by whom, since when.

企业复工一路几关：哪一关卡着，卡在谁手里，从几点起；还没有建的那一关，照实说还没有。
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy as _

from mingbai.domains.enterprise.commands.dossiers import OfFirm
from mingbai.domains.enterprise.judging import judge
from mingbai.domains.enterprise.models import Dossier, Part
from mingbai.domains.enterprise.queries.dossiers import READS, firm_read
from mingbai.domains.enterprise.rules.deciding import Judgement
from mingbai.domains.enterprise.words import APPROVED, PASSED, SERIOUS, WRITTEN, Need, Way
from mingbai.domains.movement.models import Batch
from mingbai.kernel.acting import Asking
from mingbai.kernel.asks import Row
from mingbai.kernel.glossary import terms
from mingbai.kernel.models import OpenItem, Organisation, Standing
from mingbai.kernel.registry import Scope, query
from mingbai.kernel.standing import in_force
from mingbai.kernel.words import Role

OPEN, HELD, NEXT, NOT_NEEDED, NOT_BUILT = "open", "held", "next", "not_needed", "not_built"
FIRM = "firm"
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


@dataclass(frozen=True)
class Path:
    """What is known of a firm on its way."""

    firm: Organisation
    now: dt.datetime
    parts: dict[str, Part]
    judged: Judgement
    dossier: Dossier | None
    words: dict[str, Standing]
    items: list[OpenItem] = field(default_factory=list)
    batches: list[Batch] = field(default_factory=list)

    def lacking(self, needs: set[str]) -> list[str]:
        """Return which of these parts are required and missing."""
        return [need for need in self.judged.lacking if need in needs]

    def since(self) -> dt.datetime | None:
        """Return since when the firm itself has its application in hand."""
        if self.dossier is None:
            return None
        return self.dossier.decided_at or self.dossier.opened_at


@query(
    scope=Scope.UNDER,
    role=READS | {Role.OVERSEER, Role.AUDITOR},
    desk="enterprise",
    title=_("Gate path of a firm"),
)
def gate_path(asking: Asking, ask: OfFirm) -> list[GateRow]:
    """Return the six gates of a firm's way back to work: which are open, which is held by whom since when, which are not built yet."""
    path = path_of(asking, firm_read(asking, ask))
    return [*paper_gates(path), inspection_gate(path), *passes_gate(path), *later_gates(path)]


def path_of(asking: Asking, firm: Organisation) -> Path:
    """Read what is known of a firm on its way."""
    parts = asking.find(Part, organisation_id=firm.id)
    (judged,) = judge(asking.store, firm, parts, asking.now)
    words = asking.find(Standing, subject=firm.id.hex)
    return Path(
        firm=firm,
        now=asking.now,
        parts={part.need: part for part in parts},
        judged=judged,
        dossier=asking.see(Dossier, organisation_id=firm.id),
        words={row.what: row for row in words if in_force(row, asking.now)},
        items=[row for row in asking.find(OpenItem, subject=firm.id.hex) if row.done_at is None],
        batches=asking.find(Batch, organisation_id=firm.id),
    )


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


def paper_gates(path: Path) -> Iterator[GateRow]:
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


def since_of(path: Path, lacking: list[str]) -> dt.datetime | None:
    """Return since when the firm owes these parts: a draft since it was written, else since the last decision."""
    drafts = [path.parts[need].written_at for need in lacking if need in path.parts]
    return min(drafts) if len(drafts) == len(lacking) else path.since()


def inspection_gate(path: Path) -> GateRow:
    """Return the gate of the inspection: a serious hazard is open, or a visit comes first."""
    waiting = [row for row in path.items if row.kind.startswith("inspection.")]
    item = min(waiting, key=lambda row: row.asked_at, default=None)
    holder = item.role if item else Role.INSPECTOR.value
    if SERIOUS in path.words:
        since = item.asked_at if item else path.words[SERIOUS].starts_at
        return gate("inspection", HELD, holder, since, ["serious_hazard"])
    if path.judged.required.way == Way.CLOSED:
        return gate("inspection", HELD, "measure", path.since(), ["closed_by_measure"])
    if path.judged.required.way != Way.INSPECT:
        return gate("inspection", OPEN if PASSED in path.words else NOT_NEEDED)
    if PASSED in path.words:
        return gate("inspection", OPEN)
    since = item.asked_at if item else path.since()
    return gate("inspection", HELD, holder, since, ["visit_first"])


def passes_gate(path: Path) -> Iterator[GateRow]:
    """Give the gate of the passes: they come after the approval, wait for the firm, for the desk, or are issued."""
    if APPROVED.name not in path.words:
        yield gate("passes", NEXT, detail=["after_approval"])
        return
    asked = [row for row in path.batches if row.state in ("asked", "issuing")]
    issued = sum(row.issued for row in path.batches)
    if asked:
        since = min(row.asked_at for row in asked)
        yield gate("passes", HELD, Role.DESK.value, since, ["passes_asked"], quantity=issued)
    elif issued:
        yield gate("passes", OPEN, detail=["passes_issued"], quantity=issued)
    else:
        since = path.words[APPROVED.name].starts_at
        yield gate("passes", HELD, FIRM, since, ["passes_not_asked"])


def later_gates(path: Path) -> Iterator[GateRow]:
    """Give the gates of transport and of supplies: what exists of them today, and what they wait for."""
    goods = [row for row in path.batches if row.kind in ("goods", "vehicle") and row.issued]
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
