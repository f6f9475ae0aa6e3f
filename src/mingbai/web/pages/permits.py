"""Passes: the desk issues, prints and revokes them; who runs a firm's errand asks for them; anyone may check one."""

import re
import uuid
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from mingbai.domains.movement.commands.requests import MAY_ASK as MAY_ASK_WORD
from mingbai.flows import permits as flow
from mingbai.kernel import standing
from mingbai.kernel.folder import folder
from mingbai.kernel.models import Mandate
from mingbai.kernel.moment import is_story, now
from mingbai.kernel.paper import qr_text
from mingbai.kernel.perform import answer, perform
from mingbai.kernel.refusals import NotAllowed, Refused
from mingbai.kernel.registry import REGISTRY
from mingbai.kernel.rows import Store
from mingbai.kernel.words import Role
from mingbai.web.demo import told
from mingbai.web.forms import request_id
from mingbai.web.pages.papers import pdf
from mingbai.web.pages.public import private
from mingbai.web.people import actor_of, asking, hat_of, mandate_id, signed_in

MAY_ASK = {Role.AGENT, Role.FIRM_HEAD, Role.CLERK, Role.SERVICE_OFFICER}
OFFICES = (Role.DESK, Role.LEADER)
STEPS = {"stop": "movement.stop_permits", "run_on": "movement.let_run_on"}
BETWEEN = re.compile(r"[\t,，;；|]")
SHOWN = 100


@signed_in
@require_http_methods(["GET", "POST"])
def permits(request: HttpRequest) -> HttpResponse:
    """Show the passes that an office issues, or those that it asked for; each batch with its clock."""
    hat = hat_of(request)
    assert hat is not None
    if hat.role not in OFFICES and Role(hat.role) not in MAY_ASK:
        raise NotAllowed("ACC-5")
    refusal: Refused | None = None
    values = {name: str(value) for name, value in request.POST.items()}
    if request.method == "POST":
        try:
            return decided(request, hat) if hat.role in OFFICES else wished(request, hat)
        except Refused as refused:
            refusal = refused
    page = {
        "refusal": refusal,
        "values": values,
        "place": hat.place,
        "dossiers": hat.role in REGISTRY.queries["enterprise.dossier"].roles,
        "request_id": values.get("request_id") or str(uuid.uuid4()),
        "done": request.session.pop("passes", None),
    }
    if hat.role in OFFICES:
        rows = asking(request, "movement.batches", {"place": hat.place})
        stops = asking(request, "movement.stops", {"place": hat.place})
        page |= {
            "clock": asking(request, "movement.permit_clock", {"place": hat.place}),
            "decides": hat.role == Role.DESK,
            "stops": stops,
            "in_question": sum(row.state == "asked" for row in stops),
            "waiting": [row for row in rows if row.state == "asked"],
            "rows": [row for row in rows if row.state != "asked"],
        }
    else:
        page |= {
            "rows": asking(request, "movement.my_requests", {}),
            "stops": asking(request, "movement.my_stops", {}),
            "asks": True,
            "organisations": organisations(request, hat),
            "staff": may_ask_for_staff(hat),
        }
        page["mend"] = [
            (row, bad) for row in sent_last(page["rows"]) if (bad := to_mend(request, row))
        ]
    name = "desk" if hat.role in OFFICES else "asker"
    status = refusal.status if refusal else 200
    return private(render(request, f"web/permits/{name}.html", page, status=status))


def decided(request: HttpRequest, hat: Mandate) -> HttpResponse:
    """Issue or refuse what was asked for, or begin a roster."""
    step = str(request.POST.get("step", ""))
    if step == "roster":
        sent = request.FILES.get("file")
        if not isinstance(sent, UploadedFile):
            raise Refused("MOV-57")
        flow.begin_roster(
            sent.read(),
            hat.place,
            batch=str(request.POST.get("batch", "")).strip() or None,
            valid_days=whole(str(request.POST.get("days", ""))),
            as_=actor_of(request),
            mandate=hat.id,
            request=request_id(request),
        )
    elif step in ("grant", "refuse"):
        ask = {"place": request.POST.get("place"), "batch": request.POST.get("batch")}
        if step == "refuse":
            ask["reason"] = request.POST.get("reason")
        perform(
            f"movement.{step}_permits",
            ask,
            as_=actor_of(request),
            mandate=hat.id,
            request_id=request_id(request),
        )
    elif step in STEPS:
        names = ("place", "organisation", "reason")
        perform(
            STEPS[step],
            {name: request.POST.get(name) for name in names},
            as_=actor_of(request),
            mandate=hat.id,
            request_id=request_id(request),
        )
    else:
        raise Refused("ASK-4", name=step)
    request.session["passes"] = step
    return redirect("/passes/")


def organisations(request: HttpRequest, hat: Mandate) -> list[Any]:
    """Return the firms for which an office that was sent by none may ask."""
    if hat.organisation_id is not None:
        return []
    try:
        return list(asking(request, "organisations.organisations", {"place": hat.place}))
    except Refused:
        return []


def may_ask_for_staff(hat: Mandate) -> bool:
    """Tell whether an office of a firm may ask for passes for its staff: the firm is approved."""
    if hat.organisation_id is None or hat.role not in (Role.CLERK, Role.FIRM_HEAD):
        return False
    store = Store()
    word = standing.WORDS[MAY_ASK_WORD]
    return standing.at(store, word, hat.organisation_id.hex, now(store)) is not None


def sent_last(rows: list[Any]) -> list[Any]:
    """Return the roster that each firm sent last, once it was issued: what it lists is mended by the next one."""
    newest = {
        row.organisation: row
        for row in sorted(rows, key=lambda row: (row.asked_at, row.batch_id))
        if row.kind == "person" and row.state == "issued"
    }
    return list(newest.values())


def to_mend(request: HttpRequest, row: Any) -> list[Any]:
    """Return the rows of a roster that got no pass."""
    return list(asking(request, "movement.rows_to_mend", {"batch_id": row.batch_id}))


def sent_roster(request: HttpRequest, hat: Mandate) -> HttpResponse:
    """Ask for passes for the staff on a roster."""
    sent = request.FILES.get("file")
    if not isinstance(sent, UploadedFile) or hat.organisation_id is None:
        raise Refused("MOV-57")
    flow.request_roster(
        sent.read(),
        hat.place,
        hat.organisation_id,
        batch=str(request.POST.get("batch", "")).strip() or None,
        valid_days=whole(str(request.POST.get("days", ""))),
        as_=actor_of(request),
        mandate=hat.id,
        request=request_id(request),
    )
    request.session["passes"] = "asked"
    return redirect("/passes/")


def whole(text: str) -> int:
    """Return a number of days as it was typed."""
    if not text.strip().isdecimal():
        raise Refused("MOV-40")
    return int(text)


def vehicles_in(text: str) -> list[dict[str, Any]]:
    """Return the vehicles of pasted lines: plate, what is carried, how many, shipment, route."""
    found = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        parts = [part.strip() for part in BETWEEN.split(line, maxsplit=4)]
        plate, carries, quantity, shipment, route = (parts + [""] * 5)[:5]
        if quantity and not quantity.isdecimal():
            raise Refused("MOV-56", line=number)
        told = {
            "plate": plate,
            "carries": carries,
            "quantity": int(quantity) if quantity else None,
            "shipment": shipment,
            "route": route,
        }
        found.append({name: value for name, value in told.items() if value not in ("", None)})
    return found


def wished(request: HttpRequest, hat: Mandate) -> HttpResponse:
    """Ask for a firm's passes; the clock begins."""
    post = request.POST
    if post.get("step") == "roster":
        return sent_roster(request, hat)
    days = whole(str(post.get("days", "")))
    ask = {
        "place": hat.place,
        "batch": str(post.get("batch", "")).strip()
        or flow.batch_name(str(post.get("kind", "")), request_id(request)),
        "kind": post.get("kind"),
        "organisation": hat.organisation_id or post.get("organisation"),
        "vehicles": vehicles_in(str(post.get("vehicles", ""))),
    }
    perform(
        "movement.request_permits",
        ask | flow.span(days),
        as_=actor_of(request),
        mandate=hat.id,
        request_id=request_id(request),
        case=hat.case,
    )
    request.session["passes"] = "asked"
    return redirect("/passes/")


def batch_at(request: HttpRequest, place: str, number: str) -> Any:
    """Return a batch by the number that its passes carry."""
    rows = asking(request, "movement.batches", {"place": place})
    found = next((row for row in rows if (row.place, row.number) == (place, number)), None)
    if found is None:
        raise Refused("MOV-45", batch=number)
    return found


@signed_in
def batch(request: HttpRequest, place: str, number: str) -> HttpResponse:
    """Show a batch with its clock and its passes, a hundred at a time."""
    row = batch_at(request, place, number)
    rows = asking(request, "movement.permits", {"place": place, "batch": row.batch})
    wanted = str(request.GET.get("page", "1"))
    at = max(1, int(wanted) if wanted.isdecimal() else 1)
    page = {
        "row": row,
        "rows": rows[(at - 1) * SHOWN : at * SHOWN],
        "page": at,
        "more": len(rows) > at * SHOWN,
    }
    return private(render(request, "web/permits/batch.html", page))


@signed_in
def sheets(request: HttpRequest, place: str, number: str) -> HttpResponse:
    """Give the sheets of a batch, ten passes to a page, those of revoked passes left out."""
    code = batch_at(request, place, number).batch
    cards = flow.cards(place, batch=code, as_=actor_of(request), mandate=mandate_id(request))
    return private(pdf(flow.sheets(cards), "passes"))


@signed_in
def card(request: HttpRequest, place: str, number: str) -> HttpResponse:
    """Give one pass on a card of its own."""
    cards = flow.cards(place, numbers=[number], as_=actor_of(request), mandate=mandate_id(request))
    if not cards:
        raise Refused("MOV-49")
    return private(pdf(flow.sheets(cards, one_card=True), number))


def sample(request: HttpRequest) -> HttpResponse:
    """Give the pass that a story shows its visitors; an account of real people has none to show."""
    story = told(folder()) if is_story(Store()) else None
    if story is None or "permit" not in story["links"]:
        raise Refused("MOV-49")
    place, _slash, number = story["links"]["permit"].partition("/")
    rows = flow.cards(place, numbers=[number])
    return private(pdf(flow.sheets(rows, one_card=True), "pass"))


@require_http_methods(["GET", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    """Check a pass without signing in: whether it holds, of which kind, until when, and nothing else."""
    found, refusal = None, None
    shown = str(request.POST.get("shown", "")).strip("\r\n")  # a blank is a letter of a pass
    if request.method == "POST":
        try:
            sent = request.FILES.get("picture")
            text = qr_text(sent.read()) if isinstance(sent, UploadedFile) else shown
            if not text.strip():
                raise Refused("MOV-69" if sent else "MOV-58")
            found = answer("movement.check_pass", {"pass_shown": text}, as_=actor_of(request))
        except Refused as refused:
            refusal = refused
    page = {"found": found, "refusal": refusal, "shown": shown if refusal else ""}
    status = refusal.status if refusal else 200
    return private(render(request, "web/permits/check.html", page, status=status))
