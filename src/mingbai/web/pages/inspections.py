"""Inspections: an inspector's day, the desk's findings by age, a firm's own to put right, and the one calendar."""

import datetime as dt
import uuid
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid5

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from mingbai.domains.inspection.parameters import WITHIN
from mingbai.kernel.attachments import Picture, keep, opened
from mingbai.kernel.clock import day
from mingbai.kernel.moment import now as moment_now
from mingbai.kernel.perform import Receipt, perform
from mingbai.kernel.places import is_under
from mingbai.kernel.policy import in_force
from mingbai.kernel.refusals import NotAllowed, Refused
from mingbai.kernel.registry import REGISTRY
from mingbai.kernel.rows import Store
from mingbai.kernel.words import Role
from mingbai.web.forms import request_id
from mingbai.web.pages.public import private
from mingbai.web.people import actor_of, asking, hat_of, mandate_id, named_place, signed_in
from mingbai.web.pickers import reached

READS, OWNS = "inspection.findings", "inspection.my_findings"
LISTED = "inspection.visits"
WAYS = ("put_right", "close_finding", "send_back", "waive_finding")
STEPS = ("begin_visit", "end_visit", "tick_item", "cancel_visit", "record_finding")
PICTURE = "picture"
ITSELF = "itself"
"""What stands for the place itself among the points that can be visited."""
OPEN, PUT_RIGHT = "open", "put_right"
KEPT = {Role.GUARD: ("gate",), Role.KEEPER: ("store",), Role.CREW_LEAD: ("line", "works")}
"""Which points an office keeps, and sees the calendar of."""


def may(role: str, name: str) -> bool:
    """Tell whether an office may do or ask this somewhere."""
    one = REGISTRY.commands.get(name) or REGISTRY.queries[name]
    return Role(role) in one.roles


def today() -> dt.date:
    """Return the day of the account."""
    return day(moment_now(Store()))


@signed_in
def mine(request: HttpRequest) -> HttpResponse:
    """Lead to the inspections of the place of my office, or to the visit or finding that an open item is about."""
    hat = hat_of(request)
    assert hat is not None
    place = named_place(request)
    for kind, code in (("finding", "INS-10"), ("visit", "INS-5")):
        if named := request.GET.get(kind):
            try:
                return redirect(f"inspection_{kind}", place=place, number=UUID(named))
            except ValueError:
                raise Refused(code) from None
    if may(hat.role, READS):
        return redirect("inspections", place=place)
    if may(hat.role, OWNS):
        return redirect("own_findings")
    raise NotAllowed("ACC-5")


@signed_in
def inspections(request: HttpRequest, place: str) -> HttpResponse:
    """Show an inspector today's visits, what is planned and what to recheck; a desk the findings, the overdue first."""
    hat = hat_of(request)
    assert hat is not None
    if request.GET.get("place") and (other := named_place(request)) != place:
        return redirect("inspections", place=other)
    on = today()
    visits = asking(request, LISTED, {"place": place})
    ahead = [row for row in visits if row.state in ("planned", "begun")]
    inspects = hat.role == Role.INSPECTOR
    own = [row for row in ahead if row.person == hat.person_id] if inspects else ahead
    everything = bool(request.GET.get("all"))
    findings = asking(request, READS, {"place": place, "done": everything})
    page = {
        "place": place,
        "everything": everything,
        "closed": [row for row in findings if row.state not in (OPEN, PUT_RIGHT)],
        "places": reached(request, place),
        "inspects": inspects,
        "books": may(hat.role, "inspection.book_visit"),
        "today": [row for row in own if row.on <= on],
        "planned": [row for row in own if row.on > on],
        "recheck": [row for row in findings if row.state == PUT_RIGHT],
        "open": [row for row in findings if row.state == OPEN],
        "ended": [row for row in reversed(visits) if row.state == "ended"][:20],
        "overdue": sum(row.overdue for row in findings),
    }
    return private(render(request, "web/inspections/inspections.html", page))


def visits_to(request: HttpRequest, hat: Any) -> dict[str, Any]:
    """Return the visits to my firm, or to the points that I keep: those to come, the next first, and those that were."""
    if hat.organisation_id:
        whose = [{"organisation": str(hat.organisation_id)}]
    else:
        points = asking(request, "places.points", {"place": hat.place})
        whose = [{"point": str(one.id)} for one in points if one.kind in KEPT.get(hat.role, ())]
    rows = [
        row
        for subject in whose
        for row in asking(request, "inspection.calendar", {"place": hat.place} | subject)
    ]
    rows.sort(key=lambda row: row.on, reverse=True)
    return {
        "points": not hat.organisation_id,
        "coming": by_visit(one for one in reversed(rows) if one.state == "due"),
        "known": by_visit(one for one in rows if one.state != "due"),
    }


@signed_in
def own_findings(request: HttpRequest) -> HttpResponse:
    """Show a firm, or who keeps a point, what was found there, until when, and what is done already."""
    hat = hat_of(request)
    assert hat is not None
    rows = asking(request, OWNS, {"place": hat.place, "done": True})
    page = {
        "open": [row for row in rows if row.state == OPEN],
        "recheck": [row for row in rows if row.state == PUT_RIGHT],
        "done": [row for row in rows if row.state not in (OPEN, PUT_RIGHT)],
    }
    page |= visits_to(request, hat)
    return private(render(request, "web/inspections/own.html", page))


def done(request: HttpRequest, name: str, ask: dict[str, Any]) -> Receipt:
    """Do a command of the desk as the office of whoever has signed in."""
    return perform(
        f"inspection.{name}",
        ask,
        as_=actor_of(request),
        mandate=mandate_id(request),
        request_id=request_id(request),
    )


def typed(request: HttpRequest, *names: str) -> dict[str, str]:
    """Return what was typed into these fields; an empty one is left out."""
    found = {name: str(request.POST.get(name, "")).strip() for name in names}
    return {name: value for name, value in found.items() if value}


def photo(request: HttpRequest) -> Picture | None:
    """Return the picture that came with a form, kept before anything is done: one that can't be read stops the act."""
    sent = request.FILES.get("picture")
    return keep(sent.read()) if isinstance(sent, UploadedFile) and sent.size else None


def attach(request: HttpRequest, place: str, receipt: Receipt, made: Picture | None) -> None:
    """Attach a picture to an act that was just done."""
    if made is None or receipt.already:
        return
    perform(
        "attachments.attach",
        {"place": place, "act": receipt.entry} | vars(made),
        as_=actor_of(request),
        mandate=mandate_id(request),
        request_id=uuid5(receipt.entry, "picture"),
    )


def by_visit(rows: Iterable[Any]) -> list[dict[str, Any]]:
    """Return the rows of a calendar visit by visit, the newest first, each with how many items were not in order."""
    found: dict[UUID, list[Any]] = {}
    for row in rows:
        found.setdefault(row.visit, []).append(row)
    return [
        {"first": held[0], "rows": held, "failed": sum(one.state == "failed" for one in held)}
        for held in found.values()
    ]


def days_within(place: str) -> dict[str, int]:
    """Return within how many days what is found is put right here, by how bad it is."""
    store = Store()
    now = moment_now(store)
    return {severity: in_force(store, one.name, place, now) for severity, one in WITHIN.items()}


@signed_in
@require_http_methods(["GET", "POST"])
def visit(request: HttpRequest, place: str, number: UUID) -> HttpResponse:
    """Show a visit with its items: begin, tick, note what is not in order, end; and what others have looked at already."""
    hat = hat_of(request)
    assert hat is not None
    refusal: Refused | None = None
    step = str(request.POST.get("step", ""))
    try:
        if request.method == "POST":
            acted(request, place, number, step)
            there = reverse("inspection_visit", kwargs={"place": place, "number": number})
            item = quote(str(request.POST.get("check_item", "")))
            return redirect(f"{there}#i-{item}" if item else there)
    except Refused as refused:
        refusal = refused
    ask: dict[str, Any] = {"place": place, "visit": str(number)}
    row = asking(request, "inspection.visit", ask)
    own = hat.person_id == row.person or hat.capacity == row.office
    inspects = hat.role == Role.INSPECTOR and own
    subject = {"organisation": row.organisation, "point": row.point}
    known = asking(
        request,
        "inspection.calendar",
        {"place": place} | {name: str(value) for name, value in subject.items() if value},
    )
    chosen = str(request.GET.get("item", ""))
    left = sum(one.state == "due" for one in row.check_items)
    page = {
        "row": row,
        "place": place,
        "inspects": inspects,
        "ticks": inspects and row.state == "begun",
        "within": days_within(place),
        "begins": inspects and row.state == "planned" and row.on <= today(),
        "books": inspects or hat.role == Role.DESK,
        "chosen": next((one for one in row.check_items if one.code == chosen), None),
        "known": by_visit(one for one in known if one.visit != row.visit),
        "findings": findings_of(request, place, row),
        "left": left,
        "all": row.looked_at + left,
        "refusal": refusal,
        "values": request.POST,
        "request_id": str(uuid.uuid4()),
    }
    status = refusal.status if refusal else 200
    return private(render(request, "web/inspections/visit.html", page, status=status))


def findings_of(request: HttpRequest, place: str, visit: Any) -> list[Any]:
    """Return the findings of a visit; of one that rechecks also those that it looks at again."""
    again = {one.code for one in visit.check_items} if visit.recheck else set()
    whose = (visit.organisation, visit.point)
    return [
        one
        for one in asking(request, READS, {"place": place, "done": True})
        if one.visit == visit.visit
        or (one.code in again and (one.organisation, one.point) == whose)
    ]


def acted(request: HttpRequest, place: str, number: UUID, step: str) -> None:
    """Do one step of a visit."""
    if step not in STEPS:
        raise Refused("ASK-4", name=step[:40])
    fields = {
        "tick_item": ("check_item", "outcome"),
        "cancel_visit": ("reason",),
        "record_finding": ("check_item", "severity", "text", "due", "owner"),
    }.get(step, ())
    made = photo(request) if step == "record_finding" else None
    ask = {"place": place, "visit": str(number)} | typed(request, *fields)
    attach(request, place, done(request, step, ask), made)


@signed_in
@require_http_methods(["GET", "POST"])
def finding(request: HttpRequest, place: str, number: UUID) -> HttpResponse:
    """Show a finding with every step of its way; its owner says that it was put right, another rechecks it."""
    hat = hat_of(request)
    assert hat is not None
    ask: dict[str, Any] = {"place": place, "finding": str(number)}
    refusal: Refused | None = None
    step = str(request.POST.get("step", ""))
    try:
        if request.method == "POST":
            if step == PICTURE:
                add_picture(request, ask)
            else:
                moved_on(request, ask, step)
            return redirect("inspection_finding", place=place, number=number)
    except Refused as refused:
        refusal = refused
    row = asking(request, "inspection.finding", ask)
    page = {
        "row": row,
        "place": place,
        "ways": [name for name in WAYS if may(hat.role, f"inspection.{name}")],
        "owns": owns(hat, row),
        "inspects": hat.role == Role.INSPECTOR,
        "sees": may(hat.role, "inspection.visit"),
        "refusal": refusal,
        "values": request.POST,
        "request_id": str(uuid.uuid4()),
    }
    status = refusal.status if refusal else 200
    return private(render(request, "web/inspections/finding.html", page, status=status))


def moved_on(request: HttpRequest, ask: dict[str, Any], step: str) -> None:
    """Do one step of a finding's way, with the picture that came with it."""
    if step not in WAYS:
        raise Refused("ASK-4", name=step[:40])
    fields = ("reason",) if step == "waive_finding" else ("text", "due")
    made = photo(request)
    attach(request, ask["place"], done(request, step, ask | typed(request, *fields)), made)


def add_picture(request: HttpRequest, ask: dict[str, Any]) -> None:
    """Add a picture of what was found to the act that recorded it, as after a visit without a network."""
    row = asking(request, "inspection.finding", ask)
    made = photo(request)
    if made is None:
        raise Refused("ATT-1")
    perform(
        "attachments.attach",
        {"place": row.place, "act": row.entry} | vars(made),
        as_=actor_of(request),
        mandate=mandate_id(request),
        request_id=request_id(request),
    )


def owns(hat: Any, row: Any) -> bool:
    """Tell whether an office is the one that puts a finding right."""
    if row.organisation is not None and hat.organisation_id == row.organisation:
        return True
    if row.organisation is not None and row.owner != Role.DESK:
        return False
    return bool(hat.role in (row.owner, Role.DESK) and is_under(row.place, hat.place))


@signed_in
def picture(request: HttpRequest, place: str, number: UUID, name: str) -> HttpResponse:
    """Give a picture of a finding or of one of its steps to whoever may read the finding."""
    row = asking(request, "inspection.finding", {"place": place, "finding": str(number)})
    held = [*row.pictures, *(one for step in row.steps for one in step.pictures)]
    found = next((one for one in held if one.name == name), None)
    if found is None:
        raise Refused("ATT-4")
    return HttpResponse(
        opened(found.name, found.digest),
        content_type="image/jpeg",
        headers={"Cache-Control": "private, max-age=3600", "X-Content-Type-Options": "nosniff"},
    )


@signed_in
@require_http_methods(["GET", "POST"])
def book(request: HttpRequest, place: str) -> HttpResponse:
    """Book a visit: to whom, with which lists, on which day; what was looked at lately stands beside it."""
    data = request.POST if request.method == "POST" else request.GET
    if request.GET.get("place") and (other := named_place(request)) != place:
        return redirect("book_visit", place=other)
    to = {name: str(data.get(name, "")) for name in ("organisation", "point")}
    if to["organisation"]:
        to["point"] = ""
    subject = {name: value for name, value in to.items() if value and value != ITSELF}
    refusal: Refused | None = None
    if request.method == "POST":
        try:
            ask: dict[str, Any] = {"place": place} | subject | booked(request)
            receipt = done(request, "book_visit", ask)
            return redirect("inspection_visit", place=place, number=receipt.result["visit"])
        except Refused as refused:
            refusal = refused
    hat = hat_of(request)
    assert hat is not None
    desk = hat.role != Role.INSPECTOR
    known = asking(request, "inspection.calendar", {"place": place} | subject)
    page = {
        "place": place,
        "places": reached(request, place),
        "firms": asking(request, "organisations.organisations", {"place": place}),
        "points": asking(request, "places.points", {"place": place}),
        "to": to,
        "lists": lists_for(request, place, subject),
        "itself": ITSELF,
        "chosen": request.POST.getlist("checklists"),
        "again": request.POST.getlist("check_items"),
        "rows": by_visit(known),
        "items": sorted({one.code: one.sentence for one in known}.items()),
        "inspectors": asking(request, "inspection.inspectors", {"place": place}) if desk else [],
        "day": data.get("on") or str(today()),
        "values": data,
        "refusal": refusal,
        "request_id": str(uuid.uuid4()),
    }
    status = refusal.status if refusal else 200
    return private(render(request, "web/inspections/book.html", page, status=status))


def lists_for(request: HttpRequest, place: str, subject: dict[str, str]) -> list[Any]:
    """Return the checklists that are for a firm or a point, or else for the place itself."""
    rows = asking(request, "inspection.checklists", {"place": place} | subject)
    return [row for row in rows if subject or row.applies_to == "place"]


def booked(request: HttpRequest) -> dict[str, Any]:
    """Return what a booking asks for, beside whom it is to."""
    ask: dict[str, Any] = dict(typed(request, "on", "new_fact", "inspector"))
    for name in ("help", "recheck"):
        ask[name] = bool(request.POST.get(name))
    chosen = request.POST.getlist("checklists")
    if "new_fact" in ask:
        ask["check_items"] = request.POST.getlist("check_items")
    return ask | ({"checklists": chosen} if chosen and not ask["recheck"] else {})
