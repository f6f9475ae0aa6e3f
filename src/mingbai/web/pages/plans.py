"""Plans: every version with its situation, what differs between two, and the form for the next one."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from mingbai.kernel.perform import answer
from mingbai.kernel.places import is_under
from mingbai.kernel.refusals import Refused
from mingbai.web.kinds import KINDS, STRICTNESS
from mingbai.web.pages.directives import do
from mingbai.web.pages.gates import may
from mingbai.web.people import hat_of, mandate_id, signed_in

PARTS = ("goal", "key_point", "measure")
BLANK_LINES = 4
FIELDS = ("part", "code", "text", "reason", "strictness", "keep")
BOXES = {"reason": "reason_of"}
"""Boxes of a line that are called otherwise, because the plan itself has one of that name."""


@signed_in
def mine(request: HttpRequest) -> HttpResponse:
    """Lead to the plans of the place of my office."""
    hat = hat_of(request)
    assert hat is not None
    return redirect("plans", place=hat.place)


def writes(request: HttpRequest, place: str) -> bool:
    """Tell whether whoever has signed in writes the plans of a place."""
    hat = hat_of(request)
    if hat is None or mandate_id(request) is None:
        return False
    return is_under(place, hat.place) and may(request, "response.write_plan")


def plans(request: HttpRequest, place: str) -> HttpResponse:
    """Show the plans of a place, the newest version of each first."""
    page = {
        "place": answer("places.show", {"place": place}),
        "rows": answer("response.plans", {"place": place}),
        "writes": writes(request, place),
    }
    return render(request, "web/plans/plans.html", page)


def version_in(request: HttpRequest, name: str, default: int) -> int:
    """Return the version that an address names."""
    text = str(request.GET.get(name, ""))
    return int(text) if text.isdecimal() and int(text) else default


def plan(request: HttpRequest, place: str, plan: str) -> HttpResponse:
    """Show what differs between two versions of a plan and why, then the newer one line by line."""
    versions = [row for row in answer("response.plans", {"place": place}) if row.plan == plan]
    if not versions:
        raise Refused("RES-74")
    to = version_in(request, "to", versions[0].version)
    since = version_in(request, "from", max(to - 1, 1))
    about = {"place": place, "plan": plan}
    found = answer("response.plan_difference", about | {"from_version": since, "to_version": to})
    groups: dict[str, list[Any]] = {}
    for row in found:
        groups.setdefault(row.how, []).append(row)
    page = {
        "place": answer("places.show", {"place": place}),
        "versions": versions,
        "now": next((row for row in versions if row.version == to), versions[0]),
        "before": next((row for row in versions if row.version == since), versions[-1]),
        "groups": list(groups.items()),
        "counts": [(how, len(rows)) for how, rows in groups.items()],
        "lines": answer("response.plan", about | {"version": to}),
        "writes": writes(request, place),
        "plan": plan,
    }
    return render(request, "web/plans/plan.html", page)


def rows_typed(request: HttpRequest) -> list[dict[str, str]]:
    """Return the lines of the form as they were typed, each with whether it is left out."""
    columns = [request.POST.getlist(BOXES.get(name, name)) for name in FIELDS]
    return [
        dict(zip(FIELDS, (value.strip() for value in row), strict=True))
        for row in zip(*columns, strict=False)
    ]


def ask_of(rows: list[dict[str, str]]) -> dict[str, Any]:
    """Return the lines that stay and those that are left out, as the command wants them."""
    lines, dropped = [], []
    for row in rows:
        if not row["code"] and not row["text"]:
            continue
        if row["keep"] == "no":
            dropped.append({"code": row["code"], "reason": row["reason"]})
            continue
        line: dict[str, Any] = {name: row[name] for name in ("part", "code", "text", "reason")}
        if row["part"] == "measure" and row["strictness"].isdecimal():
            line["strictness"] = int(row["strictness"])
        lines.append(line)
    return {"lines": lines, "dropped": dropped}


@signed_in
@require_http_methods(["GET", "POST"])
def write(request: HttpRequest, place: str) -> HttpResponse:
    """Write a plan's next version: every line of the one before stands there, to be kept, changed, or left out with a reason."""
    name = str(request.POST.get("plan") or request.GET.get("plan", "")).strip()
    versions = [row for row in answer("response.plans", {"place": place}) if row.plan == name]
    newest = versions[0] if versions else None
    refusal: Refused | None = None
    if request.method == "POST":
        rows = rows_typed(request)
        ask = {"place": place, "plan": name, "title": str(request.POST.get("title", ""))}
        ask |= {"reason": str(request.POST.get("reason", ""))} | ask_of(rows)
        ask["from_version"] = str(request.POST.get("from_version") or 0)
        try:
            do(request, "response.write_plan", ask)
            return redirect("plan", place=place, plan=name)
        except Refused as refused:
            refusal = refused
    else:
        held = answer("response.plan", {"place": place, "plan": name}) if newest else []
        rows = [
            {
                "part": row.part,
                "code": row.code,
                "text": row.text,
                "reason": row.reason,
                "strictness": "" if row.strictness is None else str(row.strictness),
                "keep": "yes",
            }
            for row in held
        ]
        blank = {"part": "measure", "code": "", "text": "", "reason": "", "strictness": ""}
        rows += [dict(blank) for _line in range(BLANK_LINES)]
    page = {
        "place": answer("places.show", {"place": place}),
        "newest": newest,
        "from_version": request.POST.get("from_version") or (newest.version if newest else 0),
        "name": name,
        "title": request.POST.get("title") or (newest.title if newest else ""),
        "reason": request.POST.get("reason", ""),
        "rows": rows,
        "parts": [(one, str(KINDS[one])) for one in PARTS],
        "degrees": [(str(one), str(said)) for one, said in STRICTNESS.items()],
        "refusal": refusal,
        "request_id": request.POST.get("request_id") or str(uuid.uuid4()),
    }
    return render(request, "web/plans/write.html", page, status=refusal.status if refusal else 200)
