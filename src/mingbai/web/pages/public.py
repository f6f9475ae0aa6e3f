"""Public pages: the village's account, one question about a line, a receipt, a household's slip, a donor's gift."""

import datetime as dt
import uuid
from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from mingbai.kernel.faults import AskedWrongly
from mingbai.kernel.folder import folder
from mingbai.kernel.moment import is_story
from mingbai.kernel.perform import answer, perform
from mingbai.kernel.refusals import Refused
from mingbai.kernel.rows import Store
from mingbai.web.demo import told
from mingbai.web.forms import request_id
from mingbai.web.kinds import KINDS
from mingbai.web.people import actor_of, mandate_id

CHART_HALF = 70


def first(request: HttpRequest) -> HttpResponse:
    """Show the first page: what this is, which villages keep an account, and in a story who one can be."""
    story = told(folder()) if is_story(Store()) else None
    places = answer("supplies.places_with_account", {})
    return render(request, "web/first.html", {"story": story, "places": places})


def bars(days: list[Any]) -> list[dict[str, Any]]:
    """Return the bars of a chart: in above the line, out below it, in percent and pixels."""
    most = max([max(day.received, day.issued or 0) for day in days], default=0) or 1
    step = 100 / max(len(days), 1)
    return [
        {
            "x": f"{step * at + step * 0.14:.2f}%",
            "x2": f"{step * at + step * 0.52:.2f}%",
            "middle": f"{step * at + step * 0.5:.2f}%",
            "width": f"{step * 0.34:.2f}%",
            "up": round(CHART_HALF * day.received / most, 1),
            "top": round(100 - CHART_HALF * day.received / most, 1),
            "down": round(CHART_HALF * (day.issued or 0) / most, 1),
            "label": f"{day.on.month}/{day.on.day}",
            "named": at % max(1, len(days) // 5) == 0,
        }
        for at, day in enumerate(days)
    ]


def by_kind(sources: Iterable[Any]) -> list[dict[str, Any]]:
    """Return how much came by each way, for the one sentence that answers."""
    sums: dict[str, int] = {}
    for row in sources:
        sums[row.kind] = sums.get(row.kind, 0) + row.quantity
    return [{"kind": kind, "quantity": quantity} for kind, quantity in sums.items()]


def account(request: HttpRequest, code: str) -> HttpResponse:
    """Show how much came to a place and to whom it went, on one page, without signing in."""
    place = answer("places.show", {"place": code})
    found = answer("supplies.public_account", {"place": code})
    chosen = request.GET.get("item") or (found.items[0].item if found.items else "")
    item = next(
        (one for one in found.items if one.item == chosen), found.items[0] if found.items else None
    )
    days = [day for day in found.by_day if item and day.item == item.item]
    page = {
        "place": place,
        "found": found,
        "item": item,
        "sources": [row for row in found.sources if item and row.item == item.item],
        "came_from": by_kind(row for row in found.sources if item and row.item == item.item),
        "shares": [row for row in found.shares if item and row.item == item.item],
        "days": days,
        "bars": bars(days),
        "hours": answer("supplies.store_hours", {"place": code}),
        "questions": answer("supplies.questions", {"place": code})[-5:],
        "gates": bool(answer("movement.checkpoints", {"place": code})),
        "tomorrow": found.as_of + dt.timedelta(days=1),
    }
    return render(request, "web/account.html", page)


@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest, code: str) -> HttpResponse:
    """Ask about a line; no account is needed."""
    place = answer("places.show", {"place": code})
    values = {
        "line": request.POST.get("line") or request.GET.get("line", ""),
        "text": request.POST.get("text", ""),
    }
    refusal = None
    if request.method == "POST":
        sent = {"place": code} | {name: value for name, value in values.items() if value}
        try:
            receipt = perform(
                "supplies.ask_about_line",
                sent,
                as_=actor_of(request),
                mandate=mandate_id(request),
                request_id=request_id(request),
            )
            return render(
                request,
                "web/asked.html",
                {"place": place, "due_at": dt.datetime.fromisoformat(receipt.result["due_at"])},
            )
        except Refused as refused:
            refusal = refused
    page = {
        "place": place,
        "values": values,
        "refusal": refusal,
        "errors": refusal.fields if isinstance(refusal, AskedWrongly) else {},
        "request_id": request.POST.get("request_id") or str(uuid.uuid4()),
    }
    return render(request, "web/ask.html", page, status=refusal.status if refusal else 200)


def check(request: HttpRequest) -> HttpResponse:
    """Check a receipt: that an entry stands in the account and was not changed."""
    code = request.GET.get("code", "").strip()
    found, refusal = None, None
    if code:
        try:
            found = answer("journal.receipt", {"code": code.replace(" ", "")})
        except Refused as refused:
            if opens_a_slip(code):
                return private(redirect("slip", token=code))
            refusal = refused
    page = {"code": code, "found": found, "refusal": refusal}
    return render(request, "web/check.html", page, status=refusal.status if refusal else 200)


def opens_a_slip(code: str) -> bool:
    """Tell whether a code that was typed is the one on a household's slip."""
    try:
        answer("supplies.household_statement", {"link": code})
    except Refused:
        return False
    return True


@require_http_methods(["GET", "POST"])
def slip(request: HttpRequest, token: str) -> HttpResponse:
    """Show a household its own lines, and let it confirm one."""
    found = answer("supplies.household_statement", {"link": token})
    refusal = None
    if request.method == "POST":
        try:
            perform(
                "supplies.confirm_receipt",
                {
                    "place": found.place,
                    "line": request.POST.get("line", ""),
                    "how": "link",
                    "link": token,
                },
                as_=actor_of(request),
                request_id=request_id(request),
            )
            return redirect(request.path)
        except Refused as refused:
            refusal = refused
    place = answer("places.show", {"place": found.place})
    page = {"found": found, "place": place, "token": token, "refusal": refusal}
    return private(render(request, "web/slip.html", page))


def gift(request: HttpRequest, token: str) -> HttpResponse:
    """Show a donor where the gift went."""
    found = answer("supplies.donor_view", {"link": token})
    place = answer("places.show", {"place": found.place})
    return private(
        render(request, "web/gift.html", {"found": found, "place": place, "kinds": KINDS})
    )


def private(page: HttpResponse) -> HttpResponse:
    """Mark a page that opens by a link alone: kept by nobody on the way, told to no other house.

    Its address goes to this house alone: told to nobody at all, browsers would send its forms without their origin.
    """
    page["Cache-Control"] = "no-store"
    page["Referrer-Policy"] = "same-origin"
    page["X-Robots-Tag"] = "noindex"
    return page


def verify(request: HttpRequest) -> HttpResponse:
    """Say how anyone checks this account without trusting it."""
    return render(request, "web/verify.html", {})
