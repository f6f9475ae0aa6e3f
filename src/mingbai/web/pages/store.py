"""The keeper's store: in, out, count, with one thumb; a refusal keeps what was typed."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from mingbai.kernel.acting import link_digest
from mingbai.kernel.faults import AskedWrongly
from mingbai.kernel.identity import random_link
from mingbai.kernel.perform import answer, perform
from mingbai.kernel.refusals import Refused
from mingbai.web.forms import beside, request_id, told_of
from mingbai.web.people import actor_of, hat_of, mandate_id, signed_in

COMMANDS = {
    "in": "supplies.receive_goods",
    "out": "supplies.issue_goods",
    "count": "supplies.count_stock",
}
ORIGINS = ("allocation", "donation", "purchase", "production")


def place_of(request: HttpRequest) -> str:
    """Return the place whose store is kept."""
    hat = hat_of(request)
    assert hat is not None
    return str(hat.place)


def asking(request: HttpRequest, name: str, **fields: Any) -> Any:
    """Ask a query of the supplies desk about this store."""
    return answer(
        name,
        {"place": place_of(request), **fields},
        as_=actor_of(request),
        mandate=mandate_id(request),
    )


@signed_in
def store(request: HttpRequest) -> HttpResponse:
    """Show the store: three keys, what runs low, what is there."""
    page = {
        "rows": asking(request, "supplies.store"),
        "shipments": [
            row for row in asking(request, "supplies.shipments") if row.state == "on_the_way"
        ],
        "done": request.session.pop("done", None),
        "closed": next(
            (row for row in asking(request, "supplies.store_hours") if row.state == "closed_store"),
            None,
        ),
        "place": place_of(request),
    }
    return render(request, "web/store/store.html", page)


@signed_in
@require_http_methods(["GET", "POST"])
def move(request: HttpRequest, way: str) -> HttpResponse:
    """Write goods in, out, or counted; with the balance shown before the button is pressed."""
    if way not in COMMANDS:
        raise Refused("ASK-4", name=way)
    goods = answer("goods.catalogue", {})
    rows = {row.item: row for row in asking(request, "supplies.store")}
    values = {name: str(value) for name, value in request.GET.items()}
    refusal: Refused | None = None
    if request.method == "POST":
        values = {name: str(value) for name, value in request.POST.items()}
        try:
            return moved(request, way, values)
        except Refused as refused:
            refusal = refused
    code = values.get("item", "")
    chosen = next((one for one in goods if one.code == code), None)
    row = rows.get(code)
    page = {
        "way": way,
        "goods": [
            one for one in goods if way != "out" or (one.code in rows and rows[one.code].quantity)
        ],
        "chosen": chosen,
        "units": [
            chosen.base_unit,
            *(part.partition("=")[0] for part in chosen.packs.split(", ") if part),
        ]
        if chosen
        else [],
        "on_hand": row.quantity if row else 0,
        "recipients": asking(request, "supplies.recipients", text=values.get("recipient") or None)
        if way == "out"
        else [],
        "origins": ORIGINS,
        "values": values,
        "refusal": refusal,
        "errors": refusal.fields if isinstance(refusal, AskedWrongly) else {},
        "request_id": values.get("request_id") or str(uuid.uuid4()),
    } | beside(request)
    return render(request, "web/store/move.html", page, status=refusal.status if refusal else 200)


def moved(request: HttpRequest, way: str, values: dict[str, str]) -> HttpResponse:
    """Do what was written; then show the store with what was done."""
    command = COMMANDS[way]
    fields = {
        "in": (
            "item",
            "quantity",
            "unit",
            "origin_kind",
            "origin",
            "batch",
            "expires_on",
            "wish",
            "note",
        ),
        "out": ("item", "quantity", "unit", "recipient", "note"),
        "count": ("item", "counted", "expected", "reason"),
    }[way]
    ask: dict[str, Any] = {"place": place_of(request)}
    ask |= {name: values[name] for name in fields if values.get(name)}
    receipt = perform(
        command,
        ask,
        as_=actor_of(request),
        mandate=mandate_id(request),
        request_id=request_id(request),
        **told_of(request),
    )
    request.session["done"] = {
        "line": receipt.result["line"],
        "on_hand": receipt.result["on_hand"],
        "way": way,
    }
    return redirect("/store/")


@signed_in
@require_http_methods(["GET", "POST"])
def slips(request: HttpRequest) -> HttpResponse:
    """Give a household its slip: the code is shown once, and kept by nobody."""
    token, refusal, household = None, None, request.POST.get("household", "")
    if request.method == "POST":
        token = random_link()
        try:
            perform(
                "supplies.give_slip",
                {
                    "place": place_of(request),
                    "household": household,
                    "link_digest": link_digest(token),
                },
                as_=actor_of(request),
                mandate=mandate_id(request),
                request_id=request_id(request),
            )
        except Refused as refused:
            token, refusal = None, refused
    page = {
        "token": token,
        "refusal": refusal,
        "household": household,
        "rows": asking(request, "people.households"),
        "request_id": str(uuid.uuid4()),
        "heading": _("A household's slip"),
    }
    return render(request, "web/store/slips.html", page, status=refusal.status if refusal else 200)
