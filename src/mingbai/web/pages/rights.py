"""Rights: correct this, appeal, what I was told; signed in, at the desk, or by the code on the slip."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from mingbai.kernel.perform import answer, perform
from mingbai.kernel.refusals import NotAllowed, Refused
from mingbai.kernel.words import Role
from mingbai.web.forms import request_id
from mingbai.web.pages.public import private
from mingbai.web.people import actor_of, hat_of, mandate_id, signed_in


def act(request: HttpRequest, token: str | None = None) -> HttpResponse | Refused:
    """Wish for a correction or appeal; return the way to the wish on the same page, or the refusal."""
    wish = str(request.POST.get("correction", ""))
    ask: dict[str, object] = {
        "place": request.POST.get("place", ""),
        "text": request.POST.get("text", ""),
    }
    if token is not None:
        ask["token"] = token
    if wish:
        ask["correction"] = wish
    else:
        ask["what"] = request.POST.get("what", "")
    try:
        wished = perform(
            "rights.appeal" if wish else "rights.ask_correction",
            ask,
            as_=actor_of(request),
            mandate=mandate_id(request),
            request_id=request_id(request),
        )
    except Refused as refused:
        return refused
    return redirect(f"{request.path}#wish-{wished.result['correction']}")


def typed(request: HttpRequest) -> dict[str, str]:
    """Return what was typed, so that a refusal loses nothing."""
    return {name: str(request.POST.get(name, "")) for name in ("what", "text", "correction")}


@require_http_methods(["GET", "POST"])
def by_slip(request: HttpRequest, token: str) -> HttpResponse:
    """Show what is held about the household's head, and take a wish, by the code on the slip alone."""
    records = answer("rights.record_by_slip", {"token": token})
    refusal = None
    if request.method == "POST":
        became = act(request, token)
        if isinstance(became, HttpResponse):
            return became
        refusal = became
    page = {
        "records": records,
        "wishes": answer("rights.wishes_by_slip", {"token": token}),
        "looks": answer("rights.looks_by_slip", {"token": token}),
        "told": answer("messages.by_slip", {"token": token}),
        "refusal": refusal,
        **typed(request),
        "token": token,
        "request_id": str(uuid.uuid4()),
    }
    return private(
        render(request, "web/rights.html", page, status=refusal.status if refusal else 200)
    )


@signed_in
@require_http_methods(["GET", "POST"])
def wishes(request: HttpRequest) -> HttpResponse:
    """Show the desk the wishes that wait, and take its answers."""
    hat = hat_of(request)
    assert hat is not None
    if hat.role != Role.DESK:
        raise NotAllowed("ACC-5")
    refusal = None
    if request.method == "POST":
        names = ("place", "correction", "outcome", "text")
        try:
            perform(
                "rights.answer_correction",
                {name: request.POST.get(name, "") for name in names},
                as_=actor_of(request),
                mandate=mandate_id(request),
                request_id=request_id(request),
            )
            return redirect(request.path)
        except Refused as refused:
            refusal = refused
    rows = answer(
        "rights.waiting_wishes",
        {"place": hat.place},
        as_=actor_of(request),
        mandate=mandate_id(request),
    )
    page = {"rows": rows, "refusal": refusal, "typed": typed(request)}
    return private(
        render(request, "web/wishes.html", page, status=refusal.status if refusal else 200)
    )
