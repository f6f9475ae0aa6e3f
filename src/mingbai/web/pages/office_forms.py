"""Office forms: an office looks at what is held before it asks, a village or firm answers what is left, and sees what is known."""

import datetime as dt
import re
import uuid
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from mingbai.flows.office_forms import read_form, xlsform
from mingbai.kernel.clock import day
from mingbai.kernel.moment import now as moment_now
from mingbai.kernel.perform import perform
from mingbai.kernel.places import parent_of
from mingbai.kernel.refusals import NotAllowed, Refused
from mingbai.kernel.rows import Store
from mingbai.web.context import place_name
from mingbai.web.forms import request_id
from mingbai.web.pages.burden import may
from mingbai.web.pages.public import private
from mingbai.web.people import (
    actor_of,
    asking,
    hat_of,
    mandate_id,
    named_place,
    signed_in,
    wanted_place,
)
from mingbai.web.pickers import Asker, organisations, reached
from mingbai.web.tables import XLSX

KINDS_OF_ANSWER = ("text", "whole", "decimal", "day", "yes_no", "choice")
LEAVE_OUT = "-"
UNNAMED = re.compile(r"sheet ?\d*|工作表 ?\d*|csv", re.IGNORECASE)
"""What a sheet is called that nobody has named: the file's own name says more."""
TITLE_MOST = 80
DAYS_AHEAD = 3


@dataclass
class Line:
    """One heading of a form that is being prepared."""

    heading: str
    kind: str = "text"
    field: str = ""
    choices: str = ""

    @property
    def asked(self) -> bool:
        """Tell whether the heading is part of the form."""
        return self.field != LEAVE_OUT

    def ask(self) -> dict[str, Any]:
        """Return the heading as a command takes it."""
        said = {"heading": self.heading, "kind": self.kind, "choices": self.choices}
        return said | ({"field": self.field} if self.field else {})


@dataclass
class Draft:
    """A form that is being prepared."""

    place: str
    under: str
    about: str
    subjects: list[str]
    words: dict[str, str]
    lines: list[Line] = field(default_factory=list)

    def gate_ask(self) -> dict[str, Any]:
        """Return what the gate is asked with."""
        rows = [line.ask() for line in self.lines if line.asked]
        return {"place": self.place, "fields": rows, "subjects": self.subjects}

    def ready(self) -> bool:
        """Tell whether there is something to ask, and somebody to ask."""
        return bool(self.subjects) and any(line.asked for line in self.lines)


def act(request: HttpRequest, name: str, ask: dict[str, Any]) -> dict[str, Any]:
    """Do something as the office of whoever has signed in."""
    receipt = perform(
        name,
        ask,
        as_=actor_of(request),
        mandate=mandate_id(request),
        request_id=request_id(request),
    )
    return receipt.result


@signed_in
def forms(request: HttpRequest) -> HttpResponse:
    """Show the forms that the offices of a place asked for, those that wait for a signature first."""
    hat = hat_of(request)
    assert hat is not None
    if not may(request, "inspection.forms"):
        return redirect("my_burden")
    place = wanted_place(request)
    rows = asking(request, "inspection.forms", {"place": place})
    page = {
        "rows": sorted(rows, key=lambda row: row.state != "waits"),
        "place": place,
        "places": reached(request, place),
        "asks": may(request, "inspection.request_form"),
    }
    return render(request, "web/burden/forms.html", page)


@signed_in
@require_http_methods(["GET", "POST"])
def new_form(request: HttpRequest) -> HttpResponse:
    """Prepare a form: from a workbook or from headings, compared with what is held, corrected, and only then sent."""
    hat = hat_of(request)
    assert hat is not None
    if not may(request, "inspection.request_form"):
        raise NotAllowed("ACC-5")
    draft, refusal, gate = draft_of(request, hat.place), None, None
    try:
        if request.method == "POST":
            draft.lines = lines_of(request, draft)
            if request.POST.get("step") == "send" and draft.ready():
                done = act(request, "inspection.request_form", draft.gate_ask() | sent(draft))
                return redirect("asked_form", place=hat.place, form=done["form"])
    except Refused as refused:
        refusal = refused
    known = known_fields(request, draft.about)
    if draft.ready():
        try:
            gate = asking(request, "inspection.form_gate", draft.gate_ask())
        except Refused as refused:
            refusal = refusal or refused
    page = {
        "draft": draft,
        "gate": gate,
        "rows": preview(draft, gate, known),
        "known": [(one.field, said_field(one)) for one in known],
        "kinds": KINDS_OF_ANSWER,
        "leave_out": LEAVE_OUT,
        "who": whom(request, draft),
        "places": reached(request, draft.under),
        "refusal": refusal,
        "over": refusal is not None and refusal.code == "INS-66" or draft.words["overrun_reason"],
        "request_id": str(uuid.uuid4()),
    }
    status = refusal.status if refusal else 200
    return private(render(request, "web/burden/new_form.html", page, status=status))


def draft_of(request: HttpRequest, place: str) -> Draft:
    """Return what was prepared so far."""
    data = request.POST if request.method == "POST" else request.GET
    soon = day(moment_now(Store())) + dt.timedelta(days=DAYS_AHEAD)
    words = {name: str(data.get(name, "")) for name in ("title", "due", "reason", "overrun_reason")}
    return Draft(
        place=place,
        under=str(data.get("under") or wanted_place(request, place)),
        about="organisation" if data.get("about") == "organisation" else "place",
        subjects=[str(one) for one in data.getlist("subject")],
        words=words | {"due": words["due"] or soon.isoformat()},
    )


def lines_of(request: HttpRequest, draft: Draft) -> list[Line]:
    """Return the headings: of a workbook that was sent, of those typed, or of the preview as it was corrected."""
    upload = request.FILES.get("file")
    if isinstance(upload, UploadedFile):
        found = read_form(upload.read())
        named = Path(upload.name or "").stem if UNNAMED.fullmatch(found.title) else found.title
        draft.words["title"] = draft.words["title"] or named[:TITLE_MOST]
        return [
            Line(
                one.heading,
                one.kind,
                "" if one.asked else LEAVE_OUT,
                "\n".join(one.choices),
            )
            for one in found.fields
        ]
    if typed := str(request.POST.get("headings", "")).strip():
        return [
            Line(text.strip()) for text in typed.replace("，", "\n").splitlines() if text.strip()
        ]
    lines = []
    for number in range(len(request.POST.getlist("heading"))):
        kind = str(request.POST.getlist("kind")[number])
        lines.append(
            Line(
                str(request.POST.getlist("heading")[number]),
                kind if kind in KINDS_OF_ANSWER else "text",
                str(request.POST.getlist("field")[number]),
                str(request.POST.getlist("choices")[number]),
            )
        )
    return lines


def sent(draft: Draft) -> dict[str, Any]:
    """Return the words that go out with a form."""
    return {name: text for name, text in draft.words.items() if text}


def known_fields(request: HttpRequest, about: str) -> list[Any]:
    """Return the fields among which a heading is said to be one."""
    return list(asking(request, "inspection.house_fields", {"subject_kind": about}))


def said_field(row: Any) -> str:
    """Return a field with the table that holds it."""
    return f"{row.title} · {row.held_by}" if row.held_by else str(row.title)


def preview(draft: Draft, gate: Any, known: list[Any]) -> list[dict[str, Any]]:
    """Return each heading with how it stands; for one that nobody knows, what it may be is offered and never chosen."""
    stands = {row.heading: row for row in gate.field_rows} if gate else {}
    names = {name: row.title for row in known for name in (row.title, *row.names)}
    found = []
    for line in draft.lines:
        row = stands.get(line.heading)
        unknown = line.asked and not line.field and (row is None or row.stands == "to_ask")
        near = get_close_matches(line.heading, names, n=3, cutoff=0.55) if unknown else []
        offered = dict.fromkeys(names[one] for one in near)
        found.append({"line": line, "row": row, "near": list(offered)})
    return found


def whom(request: HttpRequest, draft: Draft) -> list[tuple[str, str]]:
    """Return the villages or firms that can be asked from here; whom the form asks already stays among them."""
    if draft.about == "organisation":
        return list(organisations(Asker(request, draft.under)))
    found = {
        row.code: row.name for row in asking(request, "places.children", {"place": draft.under})
    }
    if not found:
        found = {draft.under: place_name(draft.under)}
    chosen = {code: place_name(code) for code in draft.subjects if code not in found}
    return [*found.items(), *chosen.items()]


@signed_in
@require_http_methods(["GET", "POST"])
def asked_form(request: HttpRequest, place: str, form: UUID) -> HttpResponse:
    """Show a form to whoever asked: what it says as far as this office may read it; sign for it, or take it back."""
    refusal: Refused | None = None
    if request.method == "POST":
        try:
            judged(request, place, form)
            return redirect("asked_form", place=place, form=form)
        except Refused as refused:
            refusal = refused
    about = {"place": place, "form": str(form)}
    (row,) = asking(request, "inspection.forms", about) or [None]
    if row is None:
        raise Refused("INS-69")
    hat = hat_of(request)
    assert hat is not None
    above = may(request, "inspection.sign_overrun") and hat.place != place
    fields = asking(request, "inspection.form_fields", about)
    page = {
        "row": row,
        "answers": asking(request, "inspection.form_answers", about),
        "fields": fields,
        "gate": still_to_send(request, row, fields) if row.state == "waits" else None,
        "signs": row.state == "waits" and above,
        "withdraws": row.mine
        and row.state in ("sent", "waits")
        and row.answered_count < row.subjects,
        "refusal": refusal,
        "request_id": str(uuid.uuid4()),
    }
    status = refusal.status if refusal else 200
    return private(render(request, "web/burden/asked_form.html", page, status=status))


def still_to_send(request: HttpRequest, row: Any, fields: list[Any]) -> Any:
    """Return what a form that waits for a signature would take of each: whoever signs sees whose week it overruns."""
    asked = [{"heading": one.heading, "field": one.field} for one in fields]
    ask = {"place": row.place, "fields": asked, "subjects": row.asked_subjects}
    return asking(request, "inspection.form_gate", ask)


def judged(request: HttpRequest, place: str, form: UUID) -> None:
    """Sign for an overrun, decline it, or take a form back."""
    step = str(request.POST.get("step", ""))
    where = place if step == "withdraw_form" else parent_of(place)
    names = ("sign_overrun", "decline_overrun", "withdraw_form")
    if step not in names:
        raise Refused("ASK-4", name=step[:20])
    ask = {"place": where, "form": str(form), "reason": str(request.POST.get("reason", ""))}
    act(request, f"inspection.{step}", ask)


@signed_in
def to_sign(request: HttpRequest) -> HttpResponse:
    """Lead from an open item to the form that waits for a signature."""
    about = {name: str(request.GET.get(name, "")) for name in ("place", "form")}
    (row,) = asking(request, "inspection.forms", about) or [None]
    if row is None:
        raise Refused("INS-67")
    return redirect("asked_form", place=row.place, form=row.form)


@signed_in
def as_xlsform(request: HttpRequest, place: str, form: UUID) -> HttpResponse:
    """Return a form as an XLSForm workbook."""
    about = {"place": place, "form": str(form)}
    title = next((one.title for one in asking(request, "inspection.forms", about)), str(form))
    fields = asking(request, "inspection.form_fields", about)
    answered = HttpResponse(xlsform(title, f"form_{form.hex[:12]}", fields), content_type=XLSX)
    answered["Content-Disposition"] = 'attachment; filename="xlsform.xlsx"'
    return answered


@signed_in
def to_answer(request: HttpRequest) -> HttpResponse:
    """Lead from an open item to the page on which its form is answered."""
    form, _point, firm = str(request.GET.get("form", "")).partition(".")
    try:
        there = redirect("answer_form", place=named_place(request), form=UUID(form))
        more = f"?organisation={UUID(firm)}" if firm else ""
    except ValueError:
        raise Refused("INS-69") from None
    return redirect(there.url + more)


@signed_in
@require_http_methods(["GET", "POST"])
def answer_form(request: HttpRequest, place: str, form: UUID) -> HttpResponse:
    """Answer what is left of a form: kept as a draft, looked through once more, then sent."""
    firm = str(request.POST.get("organisation") or request.GET.get("organisation", ""))
    about = {"place": place, "form": str(form)} | ({"organisation": firm} if firm else {})
    whose = {name: value for name, value in about.items() if name != "form"}
    rows = asking(request, "inspection.form_questions", about)
    ours = [row for row in rows if row.stands == "to_ask"]
    step, refusal = str(request.POST.get("step", "")), None
    if request.method == "POST":
        try:
            if step == "send":
                act(request, "inspection.send_answers", about)
            else:
                act(request, "inspection.save_answers", about | {"answers": answers(request, ours)})
            if step != "check":
                return redirect(request.get_full_path().partition("?")[0] + asked_of(firm, step))
        except Refused as refused:
            refusal = refused
        if refusal is None:
            rows = asking(request, "inspection.form_questions", about)
            ours = [row for row in rows if row.stands == "to_ask"]
    waiting = asking(request, "inspection.waiting_forms", whose)
    page = {
        "form": next((row for row in waiting if row.form == form), None),
        "rows": [(row, *typed(request, row, refusal)) for row in ours],
        "known": [row for row in rows if row.stands != "to_ask"],
        "check": step == "check" and refusal is None,
        "missing": sum(row.saved_at is None for row in ours),
        "done": str(request.GET.get("done", "")),
        "place": place,
        "organisation": firm,
        "refusal": refusal,
        "request_id": str(uuid.uuid4()),
    }
    status = refusal.status if refusal else 200
    return private(render(request, "web/burden/answer_form.html", page, status=status))


def asked_of(firm: str, step: str) -> str:
    """Return what the address says after an act."""
    said = [f"organisation={firm}"] if firm else []
    return "?" + "&".join([*said, f"done={'sent' if step == 'send' else 'kept'}"])


def answers(request: HttpRequest, rows: list[Any]) -> list[dict[str, Any]]:
    """Return what was typed, question by question."""
    found = []
    for row in rows:
        value = str(request.POST.get(f"v-{row.field}", "")).strip() or None
        why = str(request.POST.get(f"w-{row.field}", "")).strip() or None
        found.append({"field": row.field, "value": value, "why": why})
    return found


def typed(request: HttpRequest, row: Any, refusal: Refused | None) -> tuple[str, str]:
    """Return what stands in a question's boxes: what was typed when it was not kept, else the draft."""
    if refusal is not None:
        value, why = (str(request.POST.get(f"{box}-{row.field}", "")) for box in "vw")
        return value, why
    return row.value or "", row.why or ""


@signed_in
@require_http_methods(["GET", "POST"])
def held(request: HttpRequest, place: str) -> HttpResponse:
    """Show what a village or firm has answered once, each with the way to correct it."""
    firm = str(request.POST.get("organisation") or request.GET.get("organisation", ""))
    whose = {"place": place} | ({"organisation": firm} if firm else {})
    refusal = None
    if request.method == "POST":
        names = ("field", "value", "why")
        said = {name: text for name in names if (text := str(request.POST.get(name, "")).strip())}
        try:
            act(request, "inspection.correct_answer", whose | said)
            more = f"?organisation={firm}" if firm else ""
            return redirect(f"{request.path}{more}")
        except Refused as refused:
            refusal = refused
    page = {
        "rows": asking(request, "inspection.held_values", whose),
        "place": place,
        "organisation": firm,
        "values": request.POST,
        "refusal": refusal,
    }
    status = refusal.status if refusal else 200
    return private(render(request, "web/burden/held.html", page, status=status))
