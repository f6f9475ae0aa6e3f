"""People at a desk: sign-ins are given in person, and a sealed field is opened with its reason, once."""

import secrets
import uuid
from uuid import UUID

from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from mingbai.kernel.models import Login, Person
from mingbai.kernel.people import unsealed
from mingbai.kernel.perform import perform
from mingbai.kernel.refusals import Conflict, NotAllowed, Refused
from mingbai.kernel.rows import Store
from mingbai.kernel.sealing import SealBroken
from mingbai.kernel.words import Role
from mingbai.web.forms import request_id
from mingbai.web.pages.public import private
from mingbai.web.people import actor_of, asking, hat_of, mandate_id, signed_in, wanted_place
from mingbai.web.pickers import reached

FIELDS = ("document_number", "phone")


@signed_in
@require_http_methods(["GET", "POST"])
def people(request: HttpRequest) -> HttpResponse:
    """Show the people of my place, masked; a search by name is sent in the body, never in the address."""
    hat = hat_of(request)
    assert hat is not None
    place, rows, refusal = hat.place, [], None
    try:
        place = wanted_place(request)
        ask = {"place": place, "text": request.POST.get("text") or None}
        rows = asking(request, "people.people", ask)
    except Refused as refused:
        if refused.code != "PLC-9":
            raise
        refusal = refused
    page = {
        "rows": rows,
        "refusal": refusal,
        "place": place,
        "text": request.POST.get("text", ""),
        "desk": hat.role == Role.DESK,
        "places": reached(request, place) if hat.role == Role.DESK else [],
    }
    status = refusal.status if refusal else 200
    return render(request, "web/people/people.html", page, status=status)


@signed_in
@require_http_methods(["GET", "POST"])
def reveal(request: HttpRequest, place: str, person: UUID, field: str) -> HttpResponse:
    """Open a sealed field: the reason is written into the account first, and the value is shown once."""
    if field not in FIELDS:
        raise Refused("ASK-4", name=field)
    value, refusal = None, None
    if request.method == "POST":
        ask = {
            "place": place,
            "person": str(person),
            "field": field,
            "reason": request.POST.get("reason", ""),
        }
        try:
            receipt = perform(
                "people.reveal",
                ask,
                as_=actor_of(request),
                mandate=mandate_id(request),
                request_id=request_id(request),
            )
            if receipt.already:
                # A form sent again is no new look, so it opens nothing: the office may have ended, or the hour be full.
                raise Conflict("REQ-1")
            value = opened(person, field)
        except Refused as refused:
            refusal = refused
    page = {
        "field": field,
        "value": value,
        "refusal": refusal,
        "reason": request.POST.get("reason", ""),
        "request_id": str(uuid.uuid4()),
    }
    return private(
        render(request, "web/people/reveal.html", page, status=refusal.status if refusal else 200)
    )


def opened(person: UUID, field: str) -> str:
    """Return a sealed value whose look was just written into the account."""
    store = Store()
    row = store.fetch(Person, {"id": person})[0]
    try:
        return unsealed(row, field)
    except SealBroken:
        raise Refused("KEY-3") from None


@signed_in
@require_http_methods(["GET", "POST"])
def sign_ins(request: HttpRequest) -> HttpResponse:
    """Give somebody a sign-in or a new password, in person; the password is shown once and kept nowhere."""
    hat = hat_of(request)
    assert hat is not None
    if hat.role not in (Role.DESK, Role.APPOINTING_OFFICE):
        raise NotAllowed("ACC-5")
    password, refusal, username = None, None, str(request.POST.get("username", "")).strip()
    if request.method == "POST":
        try:
            password = given(request, username)
        except Refused as refused:
            refusal = refused
    page = {
        "password": password,
        "username": username,
        "person": request.POST.get("person") or request.GET.get("person", ""),
        "place": request.POST.get("place") or request.GET.get("place") or hat.place,
        "refusal": refusal,
        "request_id": request.POST.get("request_id") if refusal else str(uuid.uuid4()),
    }
    return private(
        render(request, "web/people/sign_ins.html", page, status=refusal.status if refusal else 200)
    )


def given(request: HttpRequest, username: str) -> str:
    """Open a sign-in, or renew the password of one that this desk opened; return the password."""
    ask = {
        "place": request.POST.get("place", ""),
        "person": request.POST.get("person", ""),
        "username": username,
    }
    known = Store().fetch(Login, {"username": username})
    command = "mandates.open_login"
    if known and str(known[0].person_id) == ask["person"]:
        command = "mandates.renew_password"
    perform(
        command,
        ask,
        as_=actor_of(request),
        mandate=mandate_id(request),
        request_id=request_id(request),
    )
    password = secrets.token_urlsafe(9)
    users = get_user_model().objects
    if not users.filter(username=username).update(password=make_password(password)):
        users.create_user(username, password=password)
    return password
