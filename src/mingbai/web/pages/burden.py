"""Burden: what a village or a firm was asked this week, by whom, and what of it still waits for an answer."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from mingbai.kernel.clock import day
from mingbai.kernel.moment import now as moment_now
from mingbai.kernel.perform import answer
from mingbai.kernel.places import is_under
from mingbai.kernel.refusals import NotAllowed
from mingbai.kernel.registry import REGISTRY
from mingbai.kernel.rows import Store
from mingbai.kernel.words import Role
from mingbai.web.people import asking, hat_of, mandate_id, named_place, signed_in
from mingbai.web.pickers import reached

WEEK = dt.timedelta(days=7)


def may(request: HttpRequest, name: str) -> bool:
    """Tell whether the office of whoever has signed in may do or ask this somewhere."""
    hat = hat_of(request)
    one = REGISTRY.commands.get(name) or REGISTRY.queries[name]
    return hat is not None and Role(hat.role) in one.roles


@signed_in
def mine(request: HttpRequest) -> HttpResponse:
    """Lead to the meter of the place of my office, or of the firm that my office names."""
    hat = hat_of(request)
    assert hat is not None
    place = named_place(request)
    if hat.organisation_id is not None and hat.role in (Role.CLERK, Role.FIRM_HEAD):
        return redirect("firm_burden", place=hat.place, organisation=hat.organisation_id)
    return redirect("burden", place=place)


def burden(request: HttpRequest, place: str) -> HttpResponse:
    """Show a place's meter to anyone; to its own people also what waits and why an overrun was signed."""
    shown = answer("places.show", {"place": place})
    week = str(request.GET.get("week", ""))
    ask = {"place": place} | ({"week": week} if week else {})
    hat = hat_of(request)
    here = hat is not None and mandate_id(request) is not None and is_under(place, hat.place)
    found = asking(request, "inspection.burden", ask) if here else answer("inspection.burden", ask)
    page = metered(found) | {
        "place": shown,
        "last": answer("inspection.last_visit", {"place": place}),
        "public": hat is None,
    }
    if here:
        page |= inside(request, place, ask)
    return render(request, "web/burden/burden.html", page)


def inside(request: HttpRequest, place: str, ask: dict[str, str]) -> dict[str, Any]:
    """Return what the people of a place and the offices above it see beside the meter."""
    hat = hat_of(request)
    assert hat is not None
    found: dict[str, Any] = {"places": reached(request, place)}
    if may(request, "inspection.waiting_forms"):
        try:
            found |= answering(request, {"place": place})
        except NotAllowed:  # a firm's clerk reads the village's meter, and answers for the firm
            return found
    if may(request, "inspection.burdens") and hat.role not in (Role.KEEPER, Role.CLERK):
        rows = asking(request, "inspection.burdens", ask)
        found["rows"] = [row for row in rows if row.organisation or row.place != place]
    found["leaders"] = may(request, "inspection.leader_visits")
    found["asks"] = may(request, "inspection.request_form")
    return found


def answering(request: HttpRequest, whose: dict[str, str]) -> dict[str, Any]:
    """Return what waits for an answer, and what was answered once and is held."""
    return {
        "waiting": asking(request, "inspection.waiting_forms", whose),
        "held": asking(request, "inspection.held_values", whose),
    }


@signed_in
def firm_burden(request: HttpRequest, place: str, organisation: UUID) -> HttpResponse:
    """Show a firm's meter to its own side and to the offices above it."""
    week = str(request.GET.get("week", ""))
    ask = {"place": place, "organisation": str(organisation)}
    found = asking(request, "inspection.firm_burden", ask | ({"week": week} if week else {}))
    page = metered(found) | {"place": answer("places.show", {"place": place}), "firm": True}
    page["organisation"] = organisation
    if may(request, "inspection.waiting_forms"):
        page |= answering(request, ask)
    return render(request, "web/burden/burden.html", page)


def metered(found: Any) -> dict[str, Any]:
    """Return a meter as the template draws it: the bar in parts of a hundred of the wider of the two, and the weeks beside."""
    first = dt.date.fromisocalendar(int(found.week[:4]), int(found.week[6:]), 1)
    whole = max(found.budget, found.minutes, 1)
    most = max((one.minutes for one in found.asks), default=1) or 1
    return {
        "row": found,
        "share": 100 * min(found.minutes, found.budget) // whole,
        "over": 100 * max(0, found.minutes - found.budget) // whole,
        "limit": 100 * found.budget // whole,
        "bars": [(one, 100 * one.minutes // most) for one in found.asks],
        "first": first,
        "last_day": first + dt.timedelta(days=6),
        "before": (first - WEEK).isoformat(),
        "after": (first + WEEK).isoformat(),
        "current": first <= day(moment_now(Store())) < first + WEEK,
    }
