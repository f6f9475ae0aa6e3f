"""The rule of resumption as a page: what is required of whom, in words; its versions and what each changed; a new one, tried first."""

import datetime as dt
import re
import uuid
from collections.abc import Iterator, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from mingbai.domains.enterprise.queries.rule_tables import CLAUSES_MOST
from mingbai.domains.enterprise.words import Need, Way
from mingbai.kernel.firms import SECTIONS
from mingbai.kernel.perform import answer, perform
from mingbai.kernel.places import ROOT
from mingbai.kernel.refusals import Refused
from mingbai.web.context import place_name
from mingbai.web.controls import typed_moment
from mingbai.web.forms import request_id
from mingbai.web.pages.dossiers import may
from mingbai.web.pages.public import private
from mingbai.web.people import actor_of, asking, hat_of, mandate_id, signed_in, wanted_place
from mingbai.web.pickers import reached
from mingbai.web.place_field import spelled

LEVELS = ("I", "II", "III", "IV", "none")
GRADES = ("low", "medium", "high")
EMPTY: dict[str, Any] = {"levels": [], "grades": [], "sectors": [], "needs": [], "way": None}
JUST_BEFORE = dt.timedelta(microseconds=1)


def clauses_at(place: str, at: dt.datetime | None = None) -> list[dict[str, Any]]:
    """Return the clauses in force at a place at a moment, as a version is set with them."""
    rows = answer("enterprise.rule_in_force", {"place": place, "at": at})
    return [{name: getattr(row, name) for name in EMPTY} for row in rows]


def difference(
    before: list[dict[str, Any]], after: list[dict[str, Any]]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the clauses that came and those that went."""
    came = [one for one in after if one not in before]
    return came, [one for one in before if one not in after]


def rule(request: HttpRequest) -> HttpResponse:
    """Show to anyone what is required to resume at a place: of a sector today, clause by clause, and every version."""
    hat = hat_of(request)
    place = wanted_place(request)
    sector = str(request.GET.get("sector") or "") or None
    versions = [
        (row, *difference(clauses_at(row.place, row.starts_at - JUST_BEFORE), clauses))
        for row in answer("enterprise.rule_versions", {"place": place})
        if (clauses := clauses_at(row.place, row.starts_at))
    ]
    page = {
        "place": place,
        "place_name": place_name(place),
        "places": reached(request, place) if hat else [(place, spelled(place, ROOT))],
        "sector": sector,
        "sections": SECTIONS.items(),
        "today": answer("enterprise.required", {"place": place, "sector": sector}),
        "clauses": clauses_at(place),
        "versions": versions,
        "sets": may(request, "enterprise.set_rule"),
    }
    return render(request, "web/dossiers/rule.html", page)


@signed_in
@require_http_methods(["GET", "POST"])
def new_rule(request: HttpRequest) -> HttpResponse:
    """Let a desk or a leader write a new version, see first whom it would concern, and then set it."""
    hat = hat_of(request)
    assert hat is not None
    place, refusal, tried = hat.place, None, None
    clauses = list(typed_clauses(request.POST)) if request.method == "POST" else []
    if request.method == "GET":
        place = wanted_place(request)
        clauses = clauses_at(place)
    else:
        try:
            place = wanted_place(request)
            ask: dict[str, Any] = {"place": place, "clauses": clauses}
            ask |= (
                {"starts_at": at} if (at := typed_moment(request.POST.get("starts_at", ""))) else {}
            )
            if request.POST.get("step") == "sign":
                set_rule(request, ask)
                return redirect(f"/dossiers/rule/?place={place}")
            tried = asking(request, "enterprise.try_rule", ask)
        except Refused as refused:
            refusal = refused
    page = {
        "place": place,
        "place_name": place_name(place),
        "places": reached(request, place),
        # A new clause stands before the others: of those that say how it is decided, the first counts.
        "clauses": [*([EMPTY, EMPTY] if tried is None else []), *clauses],
        "changes": difference(clauses_at(place), clauses),
        "tried": tried,
        "levels": LEVELS,
        "grades": GRADES,
        "needs": [need.value for need in Need],
        "ways": [way.value for way in Way],
        "values": request.POST,
        "refusal": refusal,
        "request_id": str(uuid.uuid4()),
    }
    status = refusal.status if refusal else 200
    return private(render(request, "web/dossiers/new_rule.html", page, status=status))


def set_rule(request: HttpRequest, ask: Mapping[str, Any]) -> None:
    """Set the version that was looked at."""
    perform(
        "enterprise.set_rule",
        {**ask, "basis": str(request.POST.get("basis", "")).strip()},
        as_=actor_of(request),
        mandate=mandate_id(request),
        request_id=request_id(request),
    )


def typed_clauses(data: QueryDict) -> Iterator[dict[str, Any]]:
    """Give the clauses that were typed; one that is taken out, or says nothing, is left out."""
    count = str(data.get("count", ""))
    for number in range(min(int(count), 2 * CLAUSES_MOST) if count.isdecimal() else 0):
        found = {name: data.getlist(f"{name}-{number}") for name in ("levels", "grades", "needs")}
        written = str(data.get(f"sectors-{number}", "")).upper()
        sectors = [one for one in re.split(r"[\s,，、]+", written) if one]
        way = data.get(f"way-{number}") or None
        if data.get(f"drop-{number}") or not (found["needs"] or way):
            continue
        yield {**found, "sectors": sectors, "way": way}
