"""A form page for every command, made from its ask: labels from the glossary, faults beside their fields."""

import datetime as dt
import uuid
from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from mingbai.kernel.asks import Ask
from mingbai.kernel.clock import PLACE_ZONE
from mingbai.kernel.faults import AskedWrongly
from mingbai.kernel.glossary import title
from mingbai.kernel.perform import find_command, perform
from mingbai.kernel.refusals import NotKnown, Refused
from mingbai.kernel.words import Known
from mingbai.web.controls import Control, bare, controls
from mingbai.web.kinds import KINDS
from mingbai.web.people import (
    actor_of,
    hat_of,
    login_of,
    mandate_id,
    second_lock_first,
    wanted_place,
)
from mingbai.web.pickers import picked


def typed(kind: type[Ask], data: Any) -> dict[str, str]:
    """Return what was typed, field by field."""
    return {
        name: str(data.get(name, ""))
        for name in kind.model_fields
        if data.get(name) not in (None, "")
    }


def asked(kind: type[Ask], values: dict[str, str]) -> dict[str, Any]:
    """Return the ask that was typed: a time without zone is one of the place."""
    found: dict[str, Any] = dict(values)
    for name, field in kind.model_fields.items():
        if bare(field.annotation) is dt.datetime and name in found:
            try:
                found[name] = dt.datetime.fromisoformat(found[name]).replace(tzinfo=PLACE_ZONE)
            except ValueError:
                continue
    return found


def placed(request: HttpRequest, values: dict[str, str]) -> dict[str, str]:
    """Return the place of what was typed by its code."""
    return {"place": wanted_place(request)} if "place" in values else {}


def told_of(request: HttpRequest) -> dict[str, Any]:
    """Return when it happened and how that is known, as told beside a form; else now, and seen by whoever writes."""
    found: dict[str, Any] = {}
    if when := request.POST.get("happened_at"):
        try:
            found["at"] = dt.datetime.fromisoformat(str(when)).replace(tzinfo=PLACE_ZONE)
        except ValueError:
            raise Refused("ASK-6") from None
    if (known := str(request.POST.get("known_as") or "")) in set(Known):
        found["known"] = Known(known)
    return found


def beside(request: HttpRequest) -> dict[str, Any]:
    """Return what stands beside the form of something that happened: when, and how it is known."""
    return {
        "happened_at": str(request.POST.get("happened_at", "")),
        "known_as": str(request.POST.get("known_as", "")),
        "ways_to_know": [(one.value, str(KINDS[one.value])) for one in Known],
    }


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """Lead somebody to the sign-in and back to the very page they wanted."""
    return redirect(f"/sign-in/?next={quote(request.get_full_path())}")


def request_id(request: HttpRequest) -> uuid.UUID:
    """Return the request id that a form carries: pressing twice is one act."""
    try:
        return uuid.UUID(str(request.POST.get("request_id", "")))
    except ValueError:
        raise Refused("ASK-5") from None


def defaults_of(request: HttpRequest) -> dict[str, str]:
    """Return what a form can fill in by itself: the place of the office, and what the address names."""
    hat = hat_of(request)
    known = {"place": hat.place} if hat else {}
    return known | {name: value for name, value in request.GET.items() if isinstance(value, str)}


def as_the_boxes_say(refusal: AskedWrongly, found: list[Control]) -> AskedWrongly:
    """Return a refusal in the words of the boxes: where a typed name was looked up, what to do is said there."""
    said = {one.name: one.error for one in found if one.name in refusal.fields and one.error}
    first = next(iter(refusal.fields))
    if refusal.code != "ASK-1" or said.get(first, refusal.fields[first]) == refusal.fields[first]:
        return refusal
    label = next(one.label for one in found if one.name == first)
    return AskedWrongly("ASK-1", fields=refusal.fields | said, field=label, problem=said[first])


@require_http_methods(["GET", "POST"])
def command_page(request: HttpRequest, desk: str, name: str) -> HttpResponse:
    """Show a command's form, do it, and show its receipt."""
    command = find_command(f"{desk}.{name}")
    if not command.public and login_of(request) is None:
        return to_sign_in(request)
    if not command.public and (door := second_lock_first(request)) is not None:
        return door
    values, errors, refusal = {}, {}, None
    status = 200
    if request.method == "POST":
        values = typed(command.ask, request.POST)
        try:
            values |= placed(request, values)
            receipt = perform(
                command.name,
                asked(command.ask, values),
                as_=actor_of(request),
                mandate=mandate_id(request),
                request_id=request_id(request),
                **told_of(request),
            )
            return redirect(f"/done/{receipt.entry}/")
        except NotKnown:
            return to_sign_in(request)
        except Refused as refused:
            refusal, status = refused, refused.status
            errors = refused.fields if isinstance(refused, AskedWrongly) else {}
    found = picked(
        request, command.name, controls(command.ask, values, errors, defaults_of(request))
    )
    if isinstance(refusal, AskedWrongly):
        refusal = as_the_boxes_say(refusal, found)
        errors = refusal.fields
    page = beside(request) | {
        "command": command,
        "controls": found,
        "refusal": refusal,
        "errors": [(field, str(title(field, command.ask)), said) for field, said in errors.items()],
        "request_id": request.POST.get("request_id") or str(uuid.uuid4()),
        "button": _("Save"),
    }
    return render(request, "web/command.html", page, status=status)
