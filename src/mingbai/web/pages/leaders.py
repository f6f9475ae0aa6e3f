"""Leaders' visits: planned and few, ended with what the visitor takes away, and the host's word about each."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from mingbai.kernel.refusals import Refused
from mingbai.kernel.words import Role
from mingbai.web.context import place_name
from mingbai.web.pages.burden import may
from mingbai.web.pages.office_forms import act
from mingbai.web.pages.public import private
from mingbai.web.people import asking, hat_of, signed_in, wanted_place
from mingbai.web.pickers import reached

STEPS = {
    "plan_leader_visit": ("on", "hands", "purpose", "booking"),
    "begin_leader_visit": ("visit",),
    "end_leader_visit": ("visit",),
    "cancel_leader_visit": ("visit", "reason"),
    "take_task": ("visit", "text", "due"),
    "say_nothing_needed": ("visit",),
    "say_visit_word": ("visit", "word"),
    "close_task": ("task", "text"),
}
HANDS = ("both", "epidemic", "resuming")
WORDS = ("helped", "no_trouble", "took_time", "stopped_our_work")


@signed_in
@require_http_methods(["GET", "POST"])
def leaders(request: HttpRequest) -> HttpResponse:
    """Show the visits to a place and under it: what stays open first, with what each side may do about it."""
    hat = hat_of(request)
    assert hat is not None
    place = str(request.POST.get("at") or wanted_place(request))
    refusal: Refused | None = None
    if request.method == "POST":
        try:
            done(request, place)
            return redirect(f"{request.path}?place={place}")
        except Refused as refused:
            refusal = refused
    rows = asking(request, "inspection.leader_visits", {"place": place})
    tasks = asking(request, "inspection.visit_tasks", {"place": place})
    plans = may(request, "inspection.plan_leader_visit")
    page = {
        "rows": [(row, place_name(row.place)) for row in rows],
        "stays_open": sum(row.state == "stays_open" for row in rows),
        "tasks": [(row, place_name(row.place)) for row in tasks],
        "words": asking(request, "inspection.visit_words", {"place": place}),
        "place": place,
        "places": reached(request, place),
        "plans": plans,
        "turns": asking(request, "inspection.turns_to_join", {"place": place}) if plans else [],
        "leads": hat.role == Role.LEADER,
        "hands": HANDS,
        "kinds_of_word": WORDS,
        "typed": typed(request) if refusal else {},
        "refusal": refusal,
        "request_id": str(uuid.uuid4()),
    }
    status = refusal.status if refusal else 200
    return private(render(request, "web/burden/leaders.html", page, status=status))


def typed(request: HttpRequest) -> dict[str, str]:
    """Return what was typed."""
    return {name: str(value) for name, value in request.POST.items()}


def done(request: HttpRequest, place: str) -> None:
    """Do what a button of the page says."""
    step = str(request.POST.get("step", ""))
    if step not in STEPS:
        raise Refused("ASK-4", name=step[:20])
    where = str(request.POST.get("place") or place)
    ask: dict[str, Any] = {"place": where}
    for name in STEPS[step]:
        if value := str(request.POST.get(name, "")).strip():
            ask[name] = value
    act(request, f"inspection.{step}", ask)
