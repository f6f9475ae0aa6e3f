"""Dossiers: a firm's task list with check-your-answers and the answer with its reasons, and the gates of its way."""

import uuid
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from mingbai.domains.enterprise.words import COUNTED, ON_RECORD, WRITTEN, Need
from mingbai.kernel.firms import OWN_SIDE
from mingbai.kernel.models import Mandate
from mingbai.kernel.perform import perform
from mingbai.kernel.refusals import NotAllowed, Refused
from mingbai.kernel.registry import REGISTRY
from mingbai.kernel.words import Role
from mingbai.web.forms import request_id
from mingbai.web.pages.public import private
from mingbai.web.people import actor_of, asking, hat_of, mandate_id, named_place, signed_in

STEPS = {
    "confirm": "enterprise.confirm_parts",
    "send_back": "enterprise.send_back",
    "again": "enterprise.ask_again",
    "suppliers": "enterprise.file_for_suppliers",
    "answer_lead": "enterprise.answer_lead",
    "officer": "enterprise.name_officer",
    "file": "enterprise.file_application",
    "fill": "enterprise.fill_parts",
    "seen": "items.settle",
}
FIELDS = ("need", "reason", "text", "officer_mandate", "lead")


def may(request: HttpRequest, name: str) -> bool:
    """Tell whether the office of whoever has signed in may do or ask this somewhere."""
    hat = hat_of(request)
    one = REGISTRY.commands.get(name) or REGISTRY.queries[name]
    return hat is not None and Role(hat.role) in one.roles


def acted(request: HttpRequest, step: str, ask: dict[str, Any]) -> dict[str, Any]:
    """Do what was pressed; return its answer."""
    if step not in STEPS:
        raise Refused("ASK-4", name=step)
    receipt = perform(
        STEPS[step],
        ask,
        as_=actor_of(request),
        mandate=mandate_id(request),
        request_id=request_id(request),
    )
    return receipt.result


@signed_in
def mine(request: HttpRequest) -> HttpResponse:
    """Lead to the dossier of my firm, to the one that is asked for, to an officer's drafts, or to the desk's queue."""
    hat = hat_of(request)
    assert hat is not None
    if Role(hat.role) in OWN_SIDE:
        if hat.organisation_id is None:
            raise NotAllowed("FRM-9")
        return redirect("dossier", place=hat.place, organisation=hat.organisation_id)
    place = named_place(request)
    if request.GET.get("organisation"):
        try:
            firm = UUID(hex=str(request.GET["organisation"]))
        except ValueError:
            raise Refused("ORG-4") from None
        return redirect("dossier", place=place, organisation=firm)
    if hat.role == Role.SERVICE_OFFICER:
        return redirect("firm_drafts")
    return redirect("firm_queue" if may(request, "enterprise.checks") else "resumption")


@signed_in
@require_http_methods(["GET", "POST"])
def dossier(request: HttpRequest, place: str, organisation: UUID) -> HttpResponse:
    """Show a firm's dossier as a list of tasks with the last decision, and do what is pressed."""
    ask = {"place": place, "organisation": str(organisation)}
    refusal: Refused | None = None
    if request.method == "POST":
        step = str(request.POST.get("step", ""))
        try:
            told = {"place": place} if step == "seen" else ask
            acted(request, step, told | typed(request, step))
            request.session["dossier"] = step
            return redirect("dossier", place=place, organisation=organisation)
        except Refused as refused:
            refusal = refused
    hat = hat_of(request)
    assert hat is not None
    row = asking(request, "enterprise.dossier", ask)
    page = (
        shown(request, hat, row, ask)
        | {"refusal": refusal, "done": request.session.pop("dossier", None)}
        | {"text": request.POST.get("text", "") if refusal else ""}
    )
    status = refusal.status if refusal else 200
    return private(render(request, "web/dossiers/dossier.html", page, status=status))


def typed(request: HttpRequest, step: str) -> dict[str, Any]:
    """Return what a small form of the dossier's page says beside the firm."""
    found: dict[str, Any] = {
        name: str(request.POST[name]).strip() for name in FIELDS if request.POST.get(name)
    }
    if step == "answer_lead":
        found["agrees"] = request.POST.get("agrees") == "yes"
    if step == "seen":
        found |= {
            "item_id": request.POST.get("item_id", ""),
            "text": str(_("seen by whoever it was left with")),
        }
    return found


def shown(request: HttpRequest, hat: Mandate, row: Any, ask: dict[str, str]) -> dict[str, Any]:
    """Return what a firm's page shows to the office that looks."""
    own = Role(hat.role) in OWN_SIDE
    parts = [one for one in row.parts if one.required or one.state != "none"]
    complete = sum(one.state == "held" for one in parts if one.required)
    wanted = sum(one.required for one in parts)
    gates = asking(request, "enterprise.gate_path", ask)
    names = may(request, "enterprise.name_officer") and row.state == "approved"
    officers = asking(request, "mandates.at_place", {"place": ask["place"]}) if names else []
    return {
        "row": row,
        "place": ask["place"],
        "parts": parts,
        "complete": complete,
        "wanted": wanted,
        "percent": 100 * complete // max(1, wanted),
        "filled": sum(one.need in ON_RECORD and one.state == "held" for one in parts),
        "asked": sum(one.required and one.state != "held" for one in parts),
        "drafts": [one for one in row.parts if one.state == "draft"],
        "own": own,
        "fills": may(request, "enterprise.fill_parts"),
        "files": may(request, "enterprise.file_application"),
        "gates": gates,
        "group": asking(request, "enterprise.group", ask),
        "officers": [one for one in officers if one.role == Role.SERVICE_OFFICER],
        "request_id": str(uuid.uuid4()),
    }


@signed_in
@require_http_methods(["GET", "POST"])
def part(request: HttpRequest, place: str, organisation: UUID, need: str) -> HttpResponse:
    """Show one part of a dossier as a small form, and take what is typed."""
    ask = {"place": place, "organisation": str(organisation)}
    if need not in {one.value for one in Need} - set(ON_RECORD):
        raise Refused("ASK-4", name=need)
    refusal: Refused | None = None
    values = {name: str(request.POST.get(name, "")).strip() for name in ("quantity", "text")}
    values["person"] = str(request.POST.get("person", ""))
    if request.method == "POST":
        told = {name: value for name, value in values.items() if value}
        try:
            acted(request, "fill", ask | {"parts": [{"need": need} | told]})
            return redirect("dossier", place=place, organisation=organisation)
        except Refused as refused:
            refusal = refused
    row = asking(request, "enterprise.dossier", ask)
    held = next((one for one in row.parts if one.need == need), None)
    if request.method == "GET" and held is not None:
        values["quantity"] = str(held.quantity or "")
        values["text"] = held.text or ""
    people = need == Need.CONTACT
    page = {
        "row": row,
        "place": place,
        "need": need,
        "held": held,
        "values": values,
        "counted": need in COUNTED,
        "written": need in WRITTEN,
        "contacts": asking(request, "enterprise.contacts", ask) if people else [],
        "refusal": refusal,
        "request_id": str(uuid.uuid4()),
    }
    status = refusal.status if refusal else 200
    return private(render(request, "web/dossiers/part.html", page, status=status))


@signed_in
@require_http_methods(["GET", "POST"])
def check(request: HttpRequest, place: str, organisation: UUID) -> HttpResponse:
    """Show every answer once more before it is filed; filing shows the decision with its reasons."""
    ask = {"place": place, "organisation": str(organisation)}
    refusal: Refused | None = None
    if request.method == "POST":
        try:
            acted(request, "file", ask)
            request.session["dossier"] = "file"
            return redirect("dossier", place=place, organisation=organisation)
        except Refused as refused:
            refusal = refused
    row = asking(request, "enterprise.dossier", ask)
    page = {
        "row": row,
        "place": place,
        "parts": [one for one in row.parts if one.required],
        "refusal": refusal,
        "request_id": str(uuid.uuid4()),
    }
    status = refusal.status if refusal else 200
    return private(render(request, "web/dossiers/check.html", page, status=status))


@signed_in
def path(request: HttpRequest, place: str, organisation: UUID) -> HttpResponse:
    """Show the six gates of a firm's way: which are open, which one is held, by whom and since when."""
    ask = {"place": place, "organisation": str(organisation)}
    rows = asking(request, "enterprise.gate_path", ask)
    record = asking(request, "organisations.record", ask)
    held = [row for row in rows if row.state == "held"]
    page = {
        "rows": rows,
        "name": record.name,
        "place": place,
        "organisation": organisation,
        "first": held[0] if held else None,
        "open": sum(row.state == "open" for row in rows),
        "needed": sum(row.state not in ("not_needed", "not_built") for row in rows),
        "reads": may(request, "enterprise.dossier"),
    }
    return private(render(request, "web/dossiers/path.html", page))
