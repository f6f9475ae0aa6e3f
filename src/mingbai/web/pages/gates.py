"""Gates: which are open and the way round, a gate's register, and the call that mends a number."""

import uuid
from collections import Counter
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from mingbai.domains.movement.words import OTHER_NAME
from mingbai.flows.at_the_gate import take_up
from mingbai.flows.callbacks import dial, look
from mingbai.kernel.asks import Row
from mingbai.kernel.moment import now
from mingbai.kernel.perform import answer, perform
from mingbai.kernel.places import is_under
from mingbai.kernel.refusals import Refused
from mingbai.kernel.registry import REGISTRY
from mingbai.kernel.rows import Store
from mingbai.kernel.words import Role
from mingbai.web.forms import request_id
from mingbai.web.pages.public import private
from mingbai.web.people import actor_of, asking, hat_of, mandate_id, named_place, signed_in

ACROSS, WIDE, HIGH = 4, 96, 64
STEPS = (0, 1, 10, 50, 100)
ROWS_A_PAGE = 50
UNREADABLE = _("The code can't be read whole")
NOT_OURS = _("This account did not issue it")
STOPPED = {
    "prefix": _("This is not a pass"),
    "no_list": _("This phone has no list of keys"),
    "key": NOT_OURS,
    "algorithm": NOT_OURS,
    "unknown": NOT_OURS,
    "signature": _("The pass was altered"),
    "issuer": _("Whoever issued it may not"),
    "expired": _("The pass had ended"),
    "not_yet": _("The pass did not hold yet"),
    "place": _("The pass does not hold here"),
    "kind": _("The pass is for something else"),
    "revoked": _("The pass was taken back"),
    "holder": _("Not the person on the pass"),
    "guard": _("The guard stopped it"),
}
"""The words for why a pass was stopped; whatever else was said of a code, it could not be read."""
OUTCOMES = ("confirmed", "no_answer", "wrong_number")
DOCUMENTS = ("resident_id", "passport", "other")


def may(request: HttpRequest, name: str) -> bool:
    """Tell whether the office of whoever has signed in may do or ask this somewhere."""
    hat = hat_of(request)
    one = REGISTRY.commands.get(name) or REGISTRY.queries[name]
    return hat is not None and Role(hat.role) in one.roles


@signed_in
def mine(request: HttpRequest) -> HttpResponse:
    """Lead to the gates of the place of my office, or to the row that an open item is about."""
    place = named_place(request)
    if not request.GET.get("arrival"):
        return redirect("gates", place=place)
    try:
        arrival = UUID(request.GET["arrival"])
    except ValueError:
        raise Refused("MOV-6") from None
    return redirect("gate_call", place=place, arrival=arrival)


def gates(request: HttpRequest, place: str) -> HttpResponse:
    """Show the gates of a place to anyone: open or not, hours, equipment, and for a closed one the way round."""
    shown = answer("places.show", {"place": place})
    rows = answer("movement.checkpoints", {"place": place})
    hat = hat_of(request)
    # Another place's gates are read as anyone reads them.
    here = hat is not None and mandate_id(request) is not None and is_under(place, hat.place)
    counts: dict[UUID, Row] = {}
    if here and may(request, "movement.gate_counts"):
        found = asking(request, "movement.gate_counts", {"place": place})
        counts = {row.point: row for row in found}
    decides = here and may(request, "movement.accept_proposal")
    proposals = asking(request, "movement.proposals", {"place": place}) if decides else []
    known = here and may(request, "movement.check_frequency")
    page = {
        "place": shown,
        "places": asking(request, "movement.check_frequency", {"place": place}) if known else [],
        "rows": [(row, counts.get(row.point)) for row in rows],
        "tiles": tiles(rows, counts),
        "height": HIGH * -(-len(rows) // ACROSS) + 2,
        "proposals": [row for row in proposals if row.answered_at is None],
        "staff": bool(counts),
        "reads": may(request, "movement.register"),
        "opens": here and may(request, "movement.open_checkpoint"),
        "registers": may(request, "movement.register_arrival") and bool(counts),
    }
    return render(request, "web/gates/gates.html", page)


def tiles(rows: list[Any], counts: dict[UUID, Any]) -> list[dict[str, Any]]:
    """Return a tile for each gate in the order in which they were registered: a map of what matters, which gate is which."""
    found = []
    for number, row in enumerate(rows):
        held = counts.get(row.point)
        arrivals = held.arrivals if held else 0
        shade = sum(arrivals >= step for step in STEPS) if row.state == "open" else 0
        x, y = number % ACROSS * WIDE, number // ACROSS * HIGH
        found.append(
            {
                "name": row.name,
                "state": row.state,
                "shade": min(5, max(1, shade)) if row.state == "open" else 0,
                "x": x,
                "y": y,
                "middle": x + WIDE // 2,
                "first": y + 26,
                "second": y + 48,
            }
        )
    return found


@signed_in
@require_http_methods(["GET", "POST"])
def gate(request: HttpRequest, place: str, point: UUID) -> HttpResponse:
    """Show one gate's register with its hours; for its guard on duty a row is verified with one tap when the card was seen."""
    refusal: Refused | None = None
    if request.method == "POST":
        try:
            pressed(request, place, point)
            return redirect(request.get_full_path())
        except Refused as refused:
            refusal = refused
    ask = {"place": place, "point": str(point)}
    hours = asking(request, "movement.counts_per_hour", ask)
    most = max((row.arrivals for row in hours), default=0)
    shown = answer("movement.checkpoints", {"place": place})
    row = next((row for row in shown if row.point == point), None)
    if row is None:
        raise Refused("MOV-2")
    counts = asking(request, "movement.gate_counts", {"place": place})
    page = {
        "place": place,
        "row": row,
        "count": next((one for one in counts if one.point == point), None),
        "stopped": stopped(request, ask),
        "hours": [(row, 100 * row.arrivals // most) for row in hours if row.arrivals],
        "names": shows_names(request, row.name),
        "refusal": refusal,
        "opens": may(request, "movement.open_checkpoint"),
    }
    page |= leaf(request, ask)
    status = refusal.status if refusal else 200
    return private(render(request, "web/gates/gate.html", page, status=status))


def stopped(request: HttpRequest, ask: dict[str, str]) -> list[tuple[str, int]]:
    """Return in words why passes were stopped at a gate today, and how often; what comes to the same is one line."""
    found: Counter[str] = Counter()
    for row in asking(request, "movement.stopped_scans", ask):
        found[str(STOPPED.get(row.reason, UNREADABLE))] += row.times_count
    return found.most_common()


def leaf(request: HttpRequest, ask: dict[str, str]) -> dict[str, Any]:
    """Return one page of a gate's register, the newest lines first, and where the pages beside it begin."""
    wanted = str(request.GET.get("before", ""))
    before = min(int(wanted), 2**31) if wanted.isdecimal() and int(wanted) else None
    rows = asking(request, "movement.register", ask | {"before_line": before} if before else ask)
    return {
        "rows": rows[:ROWS_A_PAGE],
        "older": rows[ROWS_A_PAGE - 1].register_line if len(rows) > ROWS_A_PAGE else None,
        "newest": before is not None,
    }


def shows_names(request: HttpRequest, gate: str) -> str:
    """Tell whether names are shown at a gate: "yes" to its guard on duty, "ask" to a guard who may say so, else "no"."""
    hat = hat_of(request)
    if hat is None or Role(hat.role) is not Role.GUARD:
        return "no"
    at = now(Store())
    turns = [
        turn
        for turn in asking(request, "posts.mine", {})
        if turn.starts_at <= at < turn.ends_at and turn.came_at and not turn.left_at
    ]
    return "yes" if gate in {turn.post_name for turn in turns} else "ask"


def pressed(request: HttpRequest, place: str, point: UUID) -> None:
    """Do what was pressed at a gate: the card was seen, or I am on duty here."""
    who: dict[str, Any] = {"as_": actor_of(request), "mandate": mandate_id(request)}
    if request.POST.get("step") == "here":
        take_up(place, point, request=request_id(request), **who)
        return
    ask = {"place": place, "arrival": request.POST.get("arrival", "")}
    perform("movement.verify_arrival", ask, request_id=request_id(request), **who)


@signed_in
@require_http_methods(["GET", "POST"])
def call(request: HttpRequest, place: str, arrival: UUID) -> HttpResponse:
    """Show a call-back: dial with one tap, then one tap for what came of it, or the corrected value."""
    ask = {"place": place, "arrival": str(arrival)}
    shown, refusal = None, None
    step = str(request.POST.get("step", ""))
    try:
        who: dict[str, Any] = {"as_": actor_of(request), "mandate": mandate_id(request)}
        if step == "dial":
            shown = dial(place, arrival, request=request_id(request), **who)
        elif step == "look":
            reason = str(request.POST.get("reason", ""))
            shown = look(place, arrival, reason, request=request_id(request), **who)
        elif request.method == "POST":
            recorded(request, ask, step)
            return redirect("gate_call", place=place, arrival=arrival)
    except Refused as refused:
        refusal = refused
    row = asking(request, "movement.callback", ask)
    page = {
        "row": row,
        "place": place,
        "shown": shown or (row if row.name else None),
        "number": shown.phone if shown else None,
        "outcomes": OUTCOMES,
        "field": "phone" if row.why == "phone" else "document_number",
        "typed": request.POST.get("value", "") if refusal else "",
        "documents": DOCUMENTS,
        "document": request.POST.get("document_kind") or row.document_kind,
        "settles": settles(request, row.kind),
        "refusal": refusal,
        "request_id": str(uuid.uuid4()),
    }
    status = refusal.status if refusal else 200
    return private(render(request, "web/gates/call.html", page, status=status))


def settles(request: HttpRequest, kind: str | None) -> bool:
    """Tell whether whoever looks may say what became of what a row asks for: its desk anything, its guard what is the gate's."""
    hat = hat_of(request)
    return kind is not None and hat is not None and (kind == OTHER_NAME or hat.role == Role.DESK)


def recorded(request: HttpRequest, ask: dict[str, str], step: str) -> None:
    """Record what came of a call, or that the card was seen."""
    name = "movement.verify_arrival" if step == "card" else "movement.record_callback"
    more: dict[str, Any] = {}
    if step != "card":
        more["outcome"] = step
    if step == "corrected":
        field = "phone" if request.POST.get("field") == "phone" else "document_number"
        more[field] = str(request.POST.get("value", "")).strip() or None
        more["document_kind"] = request.POST.get("document_kind") or None
    perform(
        name,
        ask | more,
        as_=actor_of(request),
        mandate=mandate_id(request),
        request_id=request_id(request),
    )
