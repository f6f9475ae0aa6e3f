"""Levels and measures: what holds here and why; look at what would change, then sign; and the catalogue of measures."""

import datetime as dt
import uuid
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from mingbai.domains.response.words import GRADES, LEVEL, LEVELS
from mingbai.kernel.clock import PLACE_ZONE, day
from mingbai.kernel.foresight import SECTIONS
from mingbai.kernel.moment import now as moment_now
from mingbai.kernel.perform import answer, perform
from mingbai.kernel.places import is_under
from mingbai.kernel.policy import PARAMETERS
from mingbai.kernel.refusals import Refused
from mingbai.kernel.registry import REGISTRY
from mingbai.kernel.rows import Store
from mingbai.kernel.words import Role
from mingbai.web.context import place_name
from mingbai.web.forms import request_id
from mingbai.web.people import actor_of, asking, hat_of, mandate_id, named_place, signed_in

FIRST_ROWS = 5
THINGS_MOST = 200
HAZARD = "inspection.serious_hazard"
"""What a measure may answer though no item of it waits with the office that issues it."""
COPIED_AFTER = dt.timedelta(days=1)
"""What was written down so long after it was declared stood on paper till then."""
BESIDE = {"change", "basis", "issuer", "reason"}
STEPS = {
    "level": "response.declare_level",
    "grade": "response.set_zone_grade",
    "sign": "response.sign_easier",
    "refuse": "response.refuse_easier",
    "withdraw": "response.withdraw_change",
}


def may(request: HttpRequest, name: str, place: str) -> bool:
    """Tell whether the office of whoever has signed in may do or ask this at a place."""
    hat = hat_of(request)
    one = REGISTRY.commands.get(name) or REGISTRY.queries[name]
    return (
        hat is not None
        and mandate_id(request) is not None
        and Role(hat.role) in one.roles
        and is_under(place, hat.place)
    )


@signed_in
def mine(request: HttpRequest) -> HttpResponse:
    """Lead to the levels of the place of my office, or of the place that an open item is about."""
    return redirect("levels", place=named_place(request))


@require_http_methods(["GET", "POST"])
def levels(request: HttpRequest, place: str) -> HttpResponse:
    """Show what holds at a place and since when; a leader looks at what would change, and signs."""
    shown = answer("places.show", {"place": place})
    refusal: Refused | None = None
    if request.method == "POST":
        try:
            done(request, place)
            return redirect("levels", place=place)
        except Refused as refused:
            refusal = refused
    wish = wished(request)
    history = answer("response.history", {"place": place})
    page = {
        "place": shown,
        "here": answer("response.here", {"place": place}),
        "measures": answer("response.measures_in_force", {"place": place}),
        "local": answer("response.local_choices", {"place": place}),
        "zones": answer("response.supervision", {"place": place}),
        "coming": [
            (one, place_name(one.place), place_name(one.asked_of) if one.asked_of else "")
            for one in reversed(history)
            if one.state == "declared" or (one.state == "asked" and one.place == place)
        ],
        "history": [
            (one, place_name(one.place), one.recorded_at - one.declared_at > COPIED_AFTER)
            for one in history
        ],
        "tries": may(request, "response.simulate", place),
        "declares": may(request, "response.declare_level", place),
        "grades": may(request, "response.set_zone_grade", place),
        "asked": asked_here(request, place),
        "levels": LEVELS,
        "zone_grades": GRADES,
        "wish": wish,
        "refusal": refusal,
        "request_id": str(uuid.uuid4()),
    }
    if wish["word"] and page["tries"] and "wish_refused" not in wish:
        page |= foreseen(request, place, wish)
    status = refusal.status if refusal else 200
    return render(request, "web/levels/levels.html", page, status=status)


def done(request: HttpRequest, place: str) -> None:
    """Do what the leader pressed."""
    step = str(request.POST.get("step", ""))
    if step not in STEPS:
        raise Refused("ASK-4", name=step[:40])
    ask: dict[str, Any] = {"place": place}
    for name in BESIDE:
        if value := str(request.POST.get(name, "")).strip():
            ask[name] = value
    if step in ("level", "grade"):
        ask |= {step: str(request.POST.get(step, "")), "effective_at": when(request.POST.get("at"))}
    perform(
        STEPS[step],
        {name: value for name, value in ask.items() if value is not None},
        as_=actor_of(request),
        mandate=mandate_id(request),
        request_id=request_id(request),
    )


def when(text: object) -> dt.datetime | None:
    """Return the moment that was chosen, as a time of the place; nothing is at once."""
    if not text:
        return None
    try:
        return dt.datetime.fromisoformat(str(text)).replace(tzinfo=PLACE_ZONE)
    except ValueError:
        raise Refused("ASK-6") from None


def wished(request: HttpRequest) -> dict[str, Any]:
    """Return which level or grade is looked at, and from when on."""
    data = request.POST if request.method == "POST" else request.GET
    word, value = "", ""
    for name, values in (("level", LEVELS), ("grade", GRADES)):
        if data.get(name) in values:
            word, value = name, str(data[name])
    found: dict[str, Any] = {
        "word": word,
        "value": value,
        "at": str(data.get("at", "")),
        "basis": str(data.get("basis", "")),
        "issuer": str(data.get("issuer", "")),
    }
    try:
        found["moment"] = when(found["at"])
    except Refused as refused:
        found["wish_refused"] = refused
    return found


def foreseen(request: HttpRequest, place: str, wish: dict[str, Any]) -> dict[str, Any]:
    """Return what would change, section by section with the first rows of each, and how much stays open all the same."""
    ask = {"place": place, wish["word"]: wish["value"], "rows_most": FIRST_ROWS}
    if wish["moment"] is not None:
        ask["at"] = wish["moment"]
    rows = asking(request, "response.simulate", ask)
    sections = []
    for section in SECTIONS.values():
        found = [row for row in rows if row.section == section.name]
        sections.append(
            {
                "name": section.name,
                "title": str(section.title),
                "count": found[0].count if found else 0,
                "rows": [(row, place_name(row.place)) for row in found],
            }
        )
    sections.sort(key=lambda one: one["count"] == 0)
    waiting = sum(row.waits for row in asking(request, "items.kinds", {"place": place}))
    page: dict[str, Any] = {"sections": sections, "stays_open": waiting, "looked": True}
    step = "response.declare_level" if wish["word"] == "level" else "response.set_zone_grade"
    if may(request, step, place):
        signer = {name: value for name, value in ask.items() if name != "rows_most"}
        page["signers"] = asking(request, "response.who_signs", signer)
    return page


def asked_here(request: HttpRequest, place: str) -> list[Any]:
    """Return what places under this one wish to ease and this one is to sign."""
    if not may(request, "response.sign_easier", place):
        return []
    rows = answer("response.history", {"place": place, "under": True})
    return [
        (row, place_name(row.place), look_at(row))
        for row in rows
        if row.state == "asked" and row.asked_of == place
    ]


def look_at(row: Any) -> str:
    """Return the address at which is seen what would change if a wish were granted."""
    at = row.effective_at.astimezone(PLACE_ZONE).strftime("%Y-%m-%dT%H:%M")
    told = {"level" if row.word == LEVEL.name else "grade": row.value, "at": at}
    return f"{reverse('levels', args=[row.place])}?{urlencode(told)}#try"


@signed_in
def my_measures(request: HttpRequest) -> HttpResponse:
    """Lead to the catalogue of measures of the place of my office, or of an open item's place."""
    return redirect("measures", place=named_place(request))


def measures(request: HttpRequest, place: str) -> HttpResponse:
    """Show the catalogue of a place, and what is in force of it."""
    page = {
        "place": answer("places.show", {"place": place}),
        "rows": [
            (row, place_name(row.place)) for row in answer("response.measures", {"place": place})
        ],
        "in_force": {row.code for row in answer("response.measures_in_force", {"place": place})},
        "issues": may(request, "response.issue_measure", place),
    }
    return render(request, "web/levels/measures.html", page)


@require_http_methods(["GET", "POST"])
def measure(request: HttpRequest, place: str, measure: UUID) -> HttpResponse:
    """Show one measure: when it holds, what it answers and whether it helped; whoever issued it reviews or withdraws it."""
    found = answer("response.measures", {"place": place})
    row = next((one for one in found if one.measure_id == measure), None)
    if row is None:
        raise Refused("RES-17")
    refusal: Refused | None = None
    if request.method == "POST":
        review = request.POST.get("step") == "review"
        ask = {"place": row.place, "measure_id": str(measure)}
        names = ("basis", "review_on") if review else ("reason",)
        ask |= {name: str(request.POST.get(name, "")) for name in names}
        try:
            perform(
                "response.review_measure" if review else "response.withdraw_measure",
                ask,
                as_=actor_of(request),
                mandate=mandate_id(request),
                request_id=request_id(request),
            )
            return redirect("measure", place=place, measure=measure)
        except Refused as refused:
            refusal = refused
    page = {
        "place": answer("places.show", {"place": place}),
        "row": row,
        "said_for": place_name(row.place),
        "table": table_of(row.table),
        "sets": PARAMETERS[row.policy].title if row.policy in PARAMETERS else "",
        "effect": effect_of(request, row),
        "changes": may(request, "response.review_measure", row.place) and not row.withdrawn_at,
        "refusal": refusal,
    }
    status = refusal.status if refusal else 200
    return render(request, "web/levels/measure.html", page, status=status)


def effect_of(request: HttpRequest, row: Any) -> dict[str, Any]:
    """Return whether a measure helped: to the piece for the offices that steer it, with small counts left out for everyone."""
    ask = {"place": row.place, "measure_id": row.measure_id}
    exact = may(request, "response.effect_here", row.place)
    found = (
        asking(request, "response.effect_here", ask) if exact else answer("response.effect", ask)
    )
    today = day(moment_now(Store()))
    began = found.since is not None
    compared = found.compared_on is not None and found.compared_on <= today
    cells = [
        (gettext("Before the measure"), None, found.blockers_before, began),
        (gettext("Two weeks later"), found.compared_on, found.blockers_after, compared),
        (gettext("Now"), None, found.blockers_now, True),
    ]
    return {"blocker": found.blocker, "cells": cells, "exact": exact}


def table_of(told: str) -> list[dict[str, Any]]:
    """Return a measure's table for the eye: a line for each level, a cell for each grade."""
    cells = []
    for part in filter(None, told.split("; ")):
        said, _equals, value = part.partition(" = ")
        level, grade, sector = said.split(" ")
        cells.append((level, grade, sector, value))
    lines = []
    for level in reversed(LEVELS):
        line = []
        for grade in GRADES:
            here = [one for one in cells if one[0] == level and one[1] in ("*", grade)]
            here.sort(key=lambda one: one[1] == "*")
            sectors = " ".join(sorted({one[2] for one in here if one[2] != "*"}))
            line.append(
                {
                    "grade": grade,
                    "on": bool(here),
                    "sectors": sectors,
                    "value": here[0][3] if here else "",
                }
            )
        lines.append({"level": level, "cells": line})
    return lines


@signed_in
@require_http_methods(["GET", "POST"])
def issue(request: HttpRequest, place: str) -> HttpResponse:
    """Issue a measure: basis, smallest scope, day of review, what it answers, and its table of level by grade."""
    refusal: Refused | None = None
    if request.method == "POST":
        try:
            receipt = perform(
                "response.issue_measure",
                asked_measure(request, place),
                as_=actor_of(request),
                mandate=mandate_id(request),
                request_id=request_id(request),
            )
            return redirect("measure", place=place, measure=receipt.result["measure_id"])
        except Refused as refused:
            refusal = refused
    blocker = str(request.POST.get("blocker") or request.GET.get("blocker") or "")
    ask = {"place": place}
    things = asking(request, "response.scopes", ask | {"rows_most": THINGS_MOST})
    waiting = {row.kind for row in asking(request, "items.kinds", ask)}
    page = {
        "place": answer("places.show", ask),
        "values": request.POST if request.method == "POST" else request.GET,
        "things": things,
        "more_things": len(things) >= THINGS_MOST,
        "policies": answer("policy.in_force_at", ask),
        "smallest": asking(request, "response.smallest_scope", ask | {"blocker": blocker})
        if blocker
        else [],
        "blocker": blocker,
        "blockers": sorted(waiting | {HAZARD}),
        "lines": [
            (level, [(grade, f"on-{level}-{grade}") for grade in GRADES]) for level in LEVELS[::-1]
        ],
        "grades": GRADES,
        "ticked": [name for name in request.POST if name.startswith("on-")],
        "refusal": refusal,
        "request_id": str(uuid.uuid4()),
    }
    status = refusal.status if refusal else 200
    return render(request, "web/levels/issue.html", page, status=status)


def asked_measure(request: HttpRequest, place: str) -> dict[str, Any]:
    """Return the measure that was filled in: plain fields, what it is for, and a line for every ticked cell."""
    data = request.POST
    names = ["code", "name_zh", "name_en", "basis", "review_on", "keep_days", "policy"]
    names += ["lowest", "highest", "blocker", "reason"]
    ask: dict[str, Any] = {"place": place}
    ask |= {name: value for name in names if (value := str(data.get(name, "")).strip())}
    scope, _colon, subject = str(data.get("thing", "")).partition(":")
    if subject:
        ask |= {"scope": scope, "subject": subject}
    setting = str(data.get("value", "")).strip() or None
    sectors: list[str | None] = [*str(data.get("sectors", "")).split()] or [None]
    ask["table"] = [
        {"level": level, "grade": grade, "sector": sector, "value": setting}
        for level in LEVELS
        for grade in GRADES
        for sector in sectors
        if data.get(f"on-{level}-{grade}")
    ]
    return ask
