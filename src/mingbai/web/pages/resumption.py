"""Resumption as the desk sees it: what waits by age, all that should resume and all there are, a site's tenants, officers' drafts."""

import uuid
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from mingbai.domains.enterprise.words import NOT_DUE, OFFICER, ON_RECORD, REVIEW, Need
from mingbai.kernel.perform import perform
from mingbai.kernel.refusals import NotAllowed, Refused
from mingbai.web.forms import request_id
from mingbai.web.pages.dossiers import may
from mingbai.web.pages.home import firm_names
from mingbai.web.pages.public import private
from mingbai.web.people import actor_of, asking, hat_of, mandate_id, signed_in, wanted_place
from mingbai.web.pickers import reached

OLDEST = 20
OUTCOMES = ("right", "wrongly_refused", "wrongly_approved")


def done(request: HttpRequest, name: str, ask: dict[str, Any]) -> None:
    """Do a command as the office of whoever has signed in."""
    perform(
        name,
        ask,
        as_=actor_of(request),
        mandate=mandate_id(request),
        request_id=request_id(request),
    )


@signed_in
@require_http_methods(["GET", "POST"])
def queue(request: HttpRequest) -> HttpResponse:
    """Show the desk what waits by age: firms that ask for a person, decisions drawn afterwards, firms not back, slots of officers."""
    hat = hat_of(request)
    assert hat is not None
    refusal: Refused | None = None
    if request.method == "POST":
        try:
            done(request, "enterprise.answer_check", answer_of(request))
            request.session["queue"] = "answered"
            return redirect("firm_queue")
        except Refused as refused:
            refusal = refused
    place = wanted_place(request)
    rows = asking(request, "enterprise.checks", {"place": place})
    outside = asking(request, "enterprise.outside", {"place": place})
    page = {
        "rows": rows,
        "place": place,
        "counts": asking(request, "enterprise.check_counts", {"place": place}),
        "slots": named(asking(request, "items.waiting", {"place": place, "kind": OFFICER})),
        "reviews": named(asking(request, "items.waiting", {"place": place, "kind": REVIEW})),
        "outside": outside[:OLDEST],
        "outside_all": len(outside),
        "reads": may(request, "enterprise.dossier"),
        "answers": may(request, "enterprise.answer_check"),
        "outcomes": OUTCOMES,
        "needs": [need.value for need in Need if need not in ON_RECORD],
        "done": request.session.pop("queue", None),
        "refusal": refusal,
        "open": request.POST.get("check", "") if refusal else "",
        "text": request.POST.get("text", "") if refusal else "",
    }
    status = refusal.status if refusal else 200
    return private(render(request, "web/dossiers/queue.html", page, status=status))


def named(items: list[Any]) -> list[tuple[Any, str]]:
    """Return open items that are about a firm, each with the firm's name."""
    names = firm_names(one.subject for one in items)
    return [(one, names.get(one.subject, one.subject)) for one in items]


def answer_of(request: HttpRequest) -> dict[str, Any]:
    """Return what the desk found of a check: the outcome, the parts that are enough, those that go back."""
    outcome = str(request.POST.get("outcome", ""))
    parts = request.POST.getlist("parts")
    found: dict[str, Any] = {
        "place": request.POST.get("place"),
        "check": request.POST.get("check"),
        "outcome": outcome,
        "text": str(request.POST.get("text", "")).strip(),
    }
    if outcome == "wrongly_refused":
        found["accepts"] = parts
    elif outcome == "wrongly_approved":
        found["returns"] = parts
    return found


@signed_in
def drafts(request: HttpRequest) -> HttpResponse:
    """Show a service officer what they drafted for firms: what waits for a firm, and what came back with its reason."""
    hat = hat_of(request)
    assert hat is not None
    place = wanted_place(request)
    rows = asking(request, "enterprise.drafts", {"place": place})
    firms = asking(request, "organisations.organisations", {"place": place})
    page = {
        "place": place,
        "waiting": [row for row in rows if row.state == "draft"],
        "back": [row for row in rows if row.state == "sent_back"],
        "outside": asking(request, "enterprise.outside", {"place": place}),
        "firms": [row for row in firms if row.kind in ("company", "branch")],
    }
    return private(render(request, "web/dossiers/drafts.html", page))


@signed_in
@require_http_methods(["GET", "POST"])
def resumption(request: HttpRequest) -> HttpResponse:
    """Show all that should resume and all there are, side by side, with every firm that is not due and the day of its review."""
    hat = hat_of(request)
    assert hat is not None
    place = wanted_place(request)
    refusal: Refused | None = None
    if request.method == "POST":
        ask = {"place": place, "organisation": request.POST.get("organisation", "")}
        try:
            if request.POST.get("step") == "due":
                done(request, "enterprise.note_due", ask)
            else:
                more = {
                    name: request.POST.get(name, "") for name in ("not_due_reason", "review_on")
                }
                done(request, "enterprise.note_not_due", ask | more)
            return redirect(f"/dossiers/resumption/?place={place}")
        except Refused as refused:
            refusal = refused
    if not may(request, "enterprise.resumption"):
        raise NotAllowed("ACC-5")
    firms = asking(request, "organisations.organisations", {"place": place})
    page = {
        "place": place,
        "places": reached(request, place),
        "row": asking(request, "enterprise.resumption", {"place": place}),
        "rows": asking(request, "enterprise.not_due", {"place": place}),
        "outside": asking(request, "enterprise.outside", {"place": place}),
        "reads": may(request, "enterprise.dossier"),
        "firms": [one for one in firms if one.kind in ("company", "branch")],
        "sites": [one for one in firms if one.kind == "site"],
        "notes": may(request, "enterprise.note_not_due"),
        "reasons": list(NOT_DUE),
        "values": request.POST if refusal else {},
        "refusal": refusal,
        "request_id": str(uuid.uuid4()),
    }
    status = refusal.status if refusal else 200
    return private(render(request, "web/dossiers/resumption.html", page, status=status))


@signed_in
def site(request: HttpRequest, place: str, organisation: UUID) -> HttpResponse:
    """Show a site's tenants: all resumed only when each one is in; otherwise who is not, and what holds it."""
    ask = {"place": place, "organisation": str(organisation)}
    row = asking(request, "enterprise.site", ask)
    page = {
        "row": row,
        "percent": 100 * row.resumed // max(1, row.tenants),
        "place": place,
        "reads": may(request, "enterprise.dossier"),
    }
    return private(render(request, "web/dossiers/site.html", page))


@signed_in
def decisions(request: HttpRequest) -> HttpResponse:
    """Show what was decided of applications, the newest first: with the reasons, the version of the rule and the receipt."""
    hat = hat_of(request)
    assert hat is not None
    place = wanted_place(request)
    page = {
        "place": place,
        "places": reached(request, place),
        "rows": asking(request, "enterprise.decisions", {"place": place}),
        "reads": may(request, "enterprise.dossier"),
    }
    return private(render(request, "web/dossiers/decisions.html", page))
