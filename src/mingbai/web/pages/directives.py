"""Directives: what waits here with the one next act, what was passed on and who is silent, and a directive down to its evidence."""

import uuid
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid5

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from mingbai.kernel.attachments import keep
from mingbai.kernel.perform import Receipt, answer, perform
from mingbai.kernel.refusals import Refused
from mingbai.kernel.words import Role
from mingbai.web.controls import typed_moment
from mingbai.web.forms import request_id
from mingbai.web.pages.gates import may
from mingbai.web.pages.pictures import MAY_ATTACH
from mingbai.web.people import actor_of, asking, hat_of, mandate_id, named_place, signed_in


def do(request: HttpRequest, name: str, ask: dict[str, Any], own: UUID | None = None) -> Receipt:
    """Do a command as the office of whoever has signed in, with the request id that the form carries."""
    return perform(
        name,
        {field: value for field, value in ask.items() if value not in ("", None)},
        as_=actor_of(request),
        mandate=mandate_id(request),
        request_id=own or request_id(request),
    )


def asked(request: HttpRequest, name: str, ask: dict[str, Any]) -> list[Any]:
    """Ask for rows that an office may read; nothing where it may not."""
    return list(asking(request, name, ask)) if may(request, name) else []


def id_in(text: str, rule: str) -> UUID:
    """Return the id that an address names."""
    try:
        return UUID(text)
    except ValueError:
        raise Refused(rule) from None


@signed_in
def mine(request: HttpRequest) -> HttpResponse:
    """Lead to the directives of the place of my office, or to the task or question that an open item is about."""
    place = named_place(request)
    if name := request.GET.get("task"):
        return redirect("task", place=place, task=id_in(name, "RES-41"))
    if name := request.GET.get("question"):
        return redirect("reply_downward", place=place, question=id_in(name, "RES-52"))
    return redirect("directives", place=place)


@signed_in
def directives(request: HttpRequest, place: str) -> HttpResponse:
    """Show what waits at a place, what it passed on, who below has not replied, and what was asked upward and of it."""
    hat = hat_of(request)
    assert hat is not None
    rows = asking(request, "response.directives", {"place": place})
    questions = asking(request, "response.upward", {"place": place})
    silent = asked(request, "response.silent", {"place": place})
    page = {
        "place": answer("places.show", {"place": place}),
        "waiting": [row for row in rows if row.state != "task_done"],
        "passed": [row for row in rows if row.below],
        "done": [row for row in rows if row.state == "task_done"],
        "silent": silent,
        "to_answer": [row for row in questions if row.place != place and row.answer is None],
        "upward": [row for row in questions if row.place == place],
        "late_above": sum(row.late for row in questions if row.place == place),
        "group": asking(request, "response.group_tasks", {}),
        "registers": may(request, "response.register_directive"),
        "answers": may(request, "response.reply_downward"),
        "own": place == hat.place,
    }
    return render(request, "web/directives/directives.html", page)


@signed_in
def tree(request: HttpRequest, place: str, directive: UUID) -> HttpResponse:
    """Show a directive in its own words and down to the entries that show what was done."""
    row = asking(request, "response.directive_tree", {"place": place, "directive": str(directive)})
    leaves = [one for one in row.branches if not one.below]
    page = {
        "row": row,
        "place": place,
        "leaves": len(leaves),
        "finished": sum(one.state == "task_done" for one in leaves),
        "quiet": sum(one.silent for one in leaves),
    }
    return render(request, "web/directives/tree.html", page)


@signed_in
@require_http_methods(["GET", "POST"])
def task(request: HttpRequest, place: str, task: UUID) -> HttpResponse:
    """Show one task of a place with the one thing to do next, and what else can be done about it."""
    refusal: Refused | None = None
    about = {"place": place, "task": str(task)}
    if request.method == "POST":
        try:
            step = STEPS.get(str(request.POST.get("step")))
            if step is None:
                raise Refused("ASK-4", name=str(request.POST.get("step", ""))[:40])
            step(request, about)
            return redirect("task", place=place, task=task)
        except Refused as refused:
            refusal = refused
    rows = asking(request, "response.directives", {"place": place})
    row = next((one for one in rows if one.task == task), None)
    if row is None:
        raise Refused("RES-41")
    whole = asking(
        request, "response.directive_tree", {"place": place, "directive": str(row.directive)}
    )
    page = {
        "row": row,
        "whole": whole,
        "branch": next(one for one in whole.branches if one.task == task),
        "children": (children := [one for one in whole.branches if one.parent == task]),
        "returnable": [one for one in children if not (one.done_at or one.below or one.evidence)],
        "questions": [one for one in whole.questions if one.task == task],
        "refusal": refusal,
        "values": request.POST if refusal else {},
        "request_id": str(uuid.uuid4()),
    } | choices(request, row)
    status = refusal.status if refusal else 200
    return render(request, "web/directives/task.html", page, status=status)


def choices(request: HttpRequest, row: Any) -> dict[str, Any]:
    """Return what an office can do about a task of its own place, and what it can choose there."""
    hat = hat_of(request)
    assert hat is not None
    own = hat.place == row.place and row.state != "task_done"
    passes = own and may(request, "response.pass_on")
    under = answer("places.children", {"place": row.place}) if passes else []
    return {
        "acts": own and may(request, "response.receive_directive"),
        "passes": passes,
        "under": under,
        "firms": asked(request, "organisations.organisations", {"place": row.place})
        if passes
        else [],
        "could_show": asked(
            request, "response.could_show", {"place": row.place, "task": str(row.task)}
        )
        if own
        else [],
        "pictures": own and Role(hat.role) in MAY_ATTACH,
    }


def receive(request: HttpRequest, about: dict[str, str]) -> None:
    """Confirm that it was received."""
    do(request, "response.receive_directive", about)


def localise(request: HttpRequest, about: dict[str, str]) -> None:
    """Say what is done about it here."""
    do(request, "response.localise_directive", about | {"text": str(request.POST.get("text", ""))})


def pass_on(request: HttpRequest, about: dict[str, str]) -> None:
    """Pass it on to the places and firms that were ticked."""
    places = request.POST.getlist("to_places")
    if request.POST.get("all_places") == "yes":
        places = [row.code for row in answer("places.children", {"place": about["place"]})]
    ask: dict[str, Any] = {
        "to_places": places,
        "organisations": request.POST.getlist("organisations"),
        "text": str(request.POST.get("text", "")).strip(),
        "due_at": typed_moment(str(request.POST.get("due_at", ""))),
    }
    do(request, "response.pass_on", about | ask)


def show(request: HttpRequest, about: dict[str, str]) -> None:
    """Put an entry beside it, or a picture that is attached first."""
    entry = str(request.POST.get("entry", ""))
    sent = request.FILES.get("picture")
    if isinstance(sent, UploadedFile):
        made = keep(sent.read())
        told = {name: getattr(made, name) for name in ("name", "digest", "size", "width", "height")}
        attach = {"place": about["place"], "act": str(request.POST.get("act", ""))} | told
        own = uuid5(request_id(request), "picture")
        entry = str(do(request, "attachments.attach", attach, own).entry)
    do(request, "response.add_evidence", about | {"entry": entry})


def close(request: HttpRequest, about: dict[str, str]) -> None:
    """Close it."""
    do(request, "response.finish_task", about)


def ask_upward(request: HttpRequest, about: dict[str, str]) -> None:
    """Ask the level above."""
    do(request, "response.ask_upward", about | {"text": str(request.POST.get("text", ""))})


def take_back(request: HttpRequest, about: dict[str, str]) -> None:
    """Take it back from one of those below."""
    ask = {"place": about["place"], "task": str(request.POST.get("below", ""))}
    do(request, "response.take_back", ask | {"reason": str(request.POST.get("reason", ""))})


STEPS: dict[str, Callable[[HttpRequest, dict[str, str]], None]] = {
    "receive": receive,
    "localise": localise,
    "pass_on": pass_on,
    "show": show,
    "close": close,
    "ask_upward": ask_upward,
    "take_back": take_back,
}


@signed_in
@require_http_methods(["GET", "POST"])
def reply(request: HttpRequest, place: str, question: UUID) -> HttpResponse:
    """Show a question from below, and answer it."""
    refusal: Refused | None = None
    if request.method == "POST":
        try:
            ask = {"place": place, "question": str(question), "text": request.POST.get("text")}
            do(request, "response.reply_downward", ask)
            return redirect("directives", place=place)
        except Refused as refused:
            refusal = refused
    rows = asking(request, "response.upward", {"place": place})
    row = next((one for one in rows if one.question == question and one.place != place), None)
    if row is None:
        raise Refused("RES-52")
    page = {"row": row, "place": place, "refusal": refusal, "request_id": str(uuid.uuid4())}
    status = refusal.status if refusal else 200
    return render(request, "web/directives/reply.html", page, status=status)
