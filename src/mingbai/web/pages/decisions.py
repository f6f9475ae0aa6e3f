"""Decisions: what each rests on and whom it affects, for everyone to read; those affected object without a name; the office answers."""

import uuid
from itertools import zip_longest
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from mingbai.kernel.acting import link_digest
from mingbai.kernel.actors import Actor
from mingbai.kernel.perform import answer, perform
from mingbai.kernel.places import is_under
from mingbai.kernel.refusals import AlreadyThere, Refused
from mingbai.kernel.words import Via
from mingbai.web.controls import typed_moment
from mingbai.web.forms import request_id
from mingbai.web.pages.directives import asked, do, id_in
from mingbai.web.pages.gates import may
from mingbai.web.pages.public import private
from mingbai.web.people import actor_of, hat_of, mandate_id, named_place, signed_in

TASK_ROWS = 3


@signed_in
def mine(request: HttpRequest) -> HttpResponse:
    """Lead to the decisions of the place of my office, or to the one that an open item is about."""
    place = named_place(request)
    if name := request.GET.get("decision"):
        return redirect("decision", place=place, decision=id_in(name, "RES-82"))
    return redirect("decisions", place=place)


def decisions(request: HttpRequest, place: str) -> HttpResponse:
    """Show the decisions of a place to anyone, those that cite nothing flagged."""
    hat = hat_of(request)
    page = {
        "place": answer("places.show", {"place": place}),
        "rows": answer("response.decisions", {"place": place}),
        "writes": hat is not None and hat.place == place and may(request, "response.decide"),
    }
    return render(request, "web/decisions/decisions.html", page)


@require_http_methods(["GET", "POST"])
def decision(request: HttpRequest, place: str, decision: UUID) -> HttpResponse:
    """Show a decision with what it cites, its objections in figures, and the form to object; to its office also their words."""
    about = {"place": place, "decision": str(decision)}
    refusal: Refused | None = None
    thanked = request.GET.get("said") == "yes"
    if request.method == "POST":
        try:
            if request.POST.get("step") == "answer":
                reply(request, about)
            else:
                object_to(request, about)
            return redirect(
                f"{request.path}?said=yes" if not request.POST.get("step") else request.path
            )
        except Refused as refused:
            refusal = refused
    page = {
        "row": answer("response.decision", about),
        "answers": answer("response.objection_answers", about),
        "follows": answer("response.decision_follows", about),
        "place": answer("places.show", {"place": place}),
        "refusal": refusal,
        "there": isinstance(refusal, AlreadyThere),
        "text": request.POST.get("text", "") if refusal else "",
        "thanked": thanked and not refusal,
        "request_id": str(uuid.uuid4()),
    } | as_office(request, about)
    status = refusal.status if refusal else 200
    return private(render(request, "web/decisions/decision.html", page, status=status))


def as_office(request: HttpRequest, about: dict[str, str]) -> dict[str, Any]:
    """Return the objections in their own words for the office that answers them."""
    hat = hat_of(request)
    if hat is None or mandate_id(request) is None or not is_under(about["place"], hat.place):
        return {"objections": [], "office": False}
    rows = asked(request, "response.objections", about)
    return {
        "objections": rows,
        "office": may(request, "response.objections"),
        "replies": may(request, "response.answer_objection"),
        "unanswered": sum(row.answer is None for row in rows),
    }


def object_to(request: HttpRequest, about: dict[str, str]) -> None:
    """Object by the code on a slip, which is told to nobody, or as whoever has signed in."""
    token = str(request.POST.get("link", "")).strip()
    ask: dict[str, Any] = about | {"text": str(request.POST.get("text", ""))}
    who = actor_of(request)
    if token:
        # Limits are counted for each code, so that a village behind one address can speak.
        who = Actor(via=Via.LINK, link=link_digest(token), address=who.address)
        ask["link"] = token
    perform("response.object_to", ask, as_=who, request_id=request_id(request))


def reply(request: HttpRequest, about: dict[str, str]) -> None:
    """Answer one objection, or all that wait."""
    ask = about | {
        "objection": str(request.POST.get("objection", "")),
        "text": str(request.POST.get("text", "")),
        "words_shown": str(request.POST.get("words_shown") == "yes").lower(),
    }
    do(request, "response.answer_objection", ask)


@signed_in
@require_http_methods(["GET", "POST"])
def write(request: HttpRequest) -> HttpResponse:
    """Decide: words, whom it affects, the entries it rests on, and the tasks that follow for departments."""
    hat = hat_of(request)
    assert hat is not None
    refusal: Refused | None = None
    names = ("number", "title", "text", "affected", "affected_count", "group")
    values = {name: str(request.POST.get(name, "")).strip() for name in names}
    tasks = tasks_typed(request)
    if request.method == "POST":
        try:
            ask: dict[str, Any] = values | {"place": hat.place, "cites": cited(request)}
            ask["tasks"] = [
                {"department": one["department"], "text": one["text"]}
                | {"due_at": typed_moment(one["due_at"]), "person": one["person"] or None}
                for one in tasks
                if one["department"] or one["text"]
            ]
            made = do(request, "response.decide", ask)
            return redirect("decision", place=hat.place, decision=made.result["decision"])
        except Refused as refused:
            refusal = refused
    blank = {"department": "", "text": "", "due_at": "", "person": ""}
    page = {
        "refusal": refusal,
        "values": values,
        "tasks": tasks + [dict(blank) for _row in range(TASK_ROWS - len(tasks))],
        "ticked": request.POST.getlist("cites"),
        "more": request.POST.get("more", ""),
        "acts": asked(request, "journal.acts", {"place": hat.place, "most": 60}),
        "offices": asked(request, "organisations.organisations", {"place": hat.place}),
        "members": [
            row
            for row in asked(request, "organisations.members", {"place": hat.place})
            if row.kind == "temporary_team"
        ],
        "place": hat.place,
        "request_id": request.POST.get("request_id") or str(uuid.uuid4()),
    }
    return render(
        request, "web/decisions/write.html", page, status=refusal.status if refusal else 200
    )


def tasks_typed(request: HttpRequest) -> list[dict[str, str]]:
    """Return the tasks as they were typed."""
    fields = ("department", "task_text", "due_at", "person")
    columns = [request.POST.getlist(name) for name in fields]
    return [
        {"department": department, "text": text.strip(), "due_at": due_at, "person": person}
        for department, text, due_at, person in zip_longest(*columns, fillvalue="")
        if department or text.strip()
    ]


def cited(request: HttpRequest) -> list[str]:
    """Return the entries that were ticked, and those whose ids were typed."""
    typed = str(request.POST.get("more", "")).replace(",", " ").replace("，", " ").split()
    return [*request.POST.getlist("cites"), *typed]
