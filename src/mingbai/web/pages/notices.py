"""Notices: for everyone at an address that prints, for my office with a receipt, and as CAP 1.2; written and replaced by the desk."""

import uuid
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from mingbai.kernel.perform import answer
from mingbai.kernel.places import is_under
from mingbai.kernel.refusals import Refused
from mingbai.kernel.registry import REGISTRY
from mingbai.kernel.words import Role
from mingbai.web.pages.directives import do
from mingbai.web.pages.gates import may
from mingbai.web.people import asking, hat_of, mandate_id, signed_in


@signed_in
def mine(request: HttpRequest) -> HttpResponse:
    """Show the notices for my office, the unread ones first."""
    hat = hat_of(request)
    assert hat is not None
    page = {
        "rows": asking(request, "response.notices", {"place": hat.place})
        if may(request, "response.notices")
        else [],
        "place": hat.place,
        "writes": may(request, "response.publish_notice"),
    }
    return render(request, "web/notices/mine.html", page)


def notices(request: HttpRequest, place: str) -> HttpResponse:
    """Show the notices of a place that everyone may read, and what went out as alerts."""
    page = {
        "place": answer("places.show", {"place": place}),
        "rows": answer("response.public_notices", {"place": place}),
        "alerts": answer("response.alerts", {"place": place}),
    }
    return render(request, "web/notices/notices.html", page)


@require_http_methods(["GET", "POST"])
def notice(request: HttpRequest, place: str, notice: UUID) -> HttpResponse:
    """Show a version of a notice, made to be printed; an office that it is for confirms that it was read."""
    hat = hat_of(request)
    refusal: Refused | None = None
    if request.method == "POST" and hat is not None:
        try:
            do(request, "response.read_notice", {"place": hat.place, "notice": str(notice)})
            return redirect("public_notice", place=place, notice=notice)
        except Refused as refused:
            refusal = refused
    row = shown(request, place, notice)
    page = {
        "row": row,
        "place": answer("places.show", {"place": place}),
        "refusal": refusal,
        "request_id": str(uuid.uuid4()),
        "alert": row.for_everyone,
    } | as_office(request, row)
    status = refusal.status if refusal else 200
    return render(request, "web/notices/notice.html", page, status=status)


def shown(request: HttpRequest, place: str, notice: UUID) -> Any:
    """Return a notice as whoever asks may read it: as everyone, or as an office that it is for."""
    about = {"place": place, "notice": str(notice)}
    hat = hat_of(request)
    try:
        return answer("response.public_notice", about)
    except Refused:
        if hat is None or mandate_id(request) is None:
            raise
        return asking(request, "response.notice", {"place": hat.place, "notice": str(notice)})


def as_office(request: HttpRequest, row: Any) -> dict[str, Any]:
    """Return what an office sees beside a notice: whether it read it, who has, and whether it may replace it."""
    hat = hat_of(request)
    if hat is None or mandate_id(request) is None:
        return {}
    found: dict[str, Any] = {}
    addressed = hat.role in row.offices and any(is_under(hat.place, code) for code in row.places)
    if addressed and may(request, "response.notices"):
        rows = asking(request, "response.notices", {"place": hat.place})
        held = next((one for one in rows if one.notice == row.notice), None)
        found |= {"addressed": True, "read_at": held.read_at if held else None}
    own = is_under(row.place, hat.place)
    if own and may(request, "response.notice_receipts"):
        about = {"place": row.place, "notice": str(row.notice)}
        receipts = asking(request, "response.notice_receipts", about)
        found |= {"receipts": receipts, "read": sum(one.read_at is not None for one in receipts)}
    found["revises"] = own and may(request, "response.revise_notice") and not row.superseded_by
    return found


def typed(request: HttpRequest) -> dict[str, Any]:
    """Return the words of a notice as they were typed."""
    names = ("number", "title", "text", "title_en", "text_en", "reason")
    return {name: str(request.POST.get(name, "")).strip() for name in names}


@signed_in
@require_http_methods(["GET", "POST"])
def write(request: HttpRequest) -> HttpResponse:
    """Write a notice: number, words, for which offices where, and whether everyone may read it."""
    hat = hat_of(request)
    assert hat is not None
    refusal: Refused | None = None
    if request.method == "POST":
        ask = typed(request) | {
            "place": hat.place,
            "offices": request.POST.getlist("offices"),
            "places": request.POST.getlist("places"),
            "for_everyone": request.POST.get("for_everyone") == "yes",
        }
        ask.pop("reason")
        try:
            made = do(request, "response.publish_notice", ask)
            return redirect("public_notice", place=hat.place, notice=made.result["notice"])
        except Refused as refused:
            refusal = refused
    readers = REGISTRY.commands["response.read_notice"].roles
    page = {
        "refusal": refusal,
        "values": typed(request),
        "ticked": request.POST.getlist("offices") + request.POST.getlist("places"),
        "open": request.POST.get("for_everyone", "yes") == "yes",
        "offices": [one.value for one in Role if one in readers],
        "places": answer("places.children", {"place": hat.place}),
        "place": hat.place,
        "request_id": request.POST.get("request_id") or str(uuid.uuid4()),
        "title": REGISTRY.commands["response.publish_notice"].title,
    }
    return render(
        request, "web/notices/write.html", page, status=refusal.status if refusal else 200
    )


@signed_in
@require_http_methods(["GET", "POST"])
def revise(request: HttpRequest, place: str, notice: UUID) -> HttpResponse:
    """Write the next version of a notice: the words as they are, to be changed, and what changed."""
    refusal: Refused | None = None
    row = shown(request, place, notice)
    values = {name: getattr(row, name) or "" for name in ("title", "text", "title_en", "text_en")}
    if request.method == "POST":
        values = typed(request)
        ask = {name: value for name, value in values.items() if name != "number"}
        about = {"place": place, "notice": str(notice)}
        try:
            made = do(request, "response.revise_notice", ask | about)
            return redirect("public_notice", place=place, notice=made.result["notice"])
        except Refused as refused:
            refusal = refused
    page = {
        "refusal": refusal,
        "values": values,
        "row": row,
        "place": place,
        "request_id": request.POST.get("request_id") or str(uuid.uuid4()),
        "title": REGISTRY.commands["response.revise_notice"].title,
    }
    return render(
        request, "web/notices/write.html", page, status=refusal.status if refusal else 200
    )


def alert(request: HttpRequest, place: str, alert: UUID) -> HttpResponse:
    """Give an alert as CAP 1.2."""
    row = answer("response.cap_message", {"place": place, "alert": str(alert)})
    answered = HttpResponse(row.cap_xml, content_type="application/cap+xml; charset=utf-8")
    answered["Content-Disposition"] = f'inline; filename="{row.identifier}.xml"'
    answered["X-Content-Type-Options"] = "nosniff"
    return answered
