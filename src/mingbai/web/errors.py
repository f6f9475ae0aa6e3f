"""When something goes wrong: a refusal in its own words, and our own fault with a number that is in the log."""

import logging
import secrets
from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import render
from django.utils.translation import gettext as _

from mingbai.kernel.refusals import Refused
from mingbai.kernel.turn import NoRoom, no_room

LOG = logging.getLogger("mingbai.errors")
LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def for_programs(request: HttpRequest) -> bool:
    """Tell whether a program asks, which reads JSON and no page."""
    return request.path.startswith(("/api/", "/log/"))


def fault_id() -> str:
    """Return a number for our own fault that can be read aloud."""
    code = "".join(secrets.choice(LETTERS) for _number in range(6))
    return f"E-{code[:4]}-{code[4:]}"


def show_refusal(request: HttpRequest, refusal: Refused) -> HttpResponse:
    """Show a refusal as a page."""
    return render(request, "web/refused.html", {"refusal": refusal}, status=refusal.status)


class Refusals:
    """Turn a refusal that a page did not show itself into a page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, fault: Exception) -> HttpResponse | None:
        """Show refusals; anything else is our own fault and is logged with a number."""
        if isinstance(fault, Refused):
            return show_refusal(request, fault)
        if isinstance(fault, OSError | OperationalError) and no_room(fault):
            return show_refusal(request, NoRoom("DSK-1"))
        if isinstance(fault, Http404 | PermissionDenied | SuspiciousOperation):
            return None
        request.fault_id = fault_id()  # type: ignore[attr-defined]
        # The route, not the address: a slip's address holds its code.
        route = request.resolver_match.route if request.resolver_match else "no page"
        LOG.error("%s at %s", request.fault_id, route, exc_info=fault)  # type: ignore[attr-defined]
        return None


def our_fault(request: HttpRequest, *_args: Any) -> HttpResponse:
    """Say that the fault is ours, with its number."""
    number = getattr(request, "fault_id", None) or fault_id()
    if for_programs(request):
        return JsonResponse(Refused("API-7", number=number).as_json(), status=500)
    said = {"number": number, "asked": request.method in ("GET", "HEAD"), **what_is_left(request)}
    return render(request, "web/our_fault.html", said, status=500)


def what_is_left(request: HttpRequest) -> dict[str, bool]:
    """Return whether the form that was sent still holds what was typed when people go back, and whether a file went with it.

    A browser keeps the forms that have an id, by which twice is once (kept.py); it never keeps a file that was chosen.
    """
    try:
        return {"typed": "request_id" in request.POST, "file": bool(request.FILES)}
    except (OSError, SuspiciousOperation, MultiPartParserError):
        return {"typed": False, "file": False}


def not_found(request: HttpRequest, *_args: Any, **_more: Any) -> HttpResponse:
    """Say that there is no such page."""
    if for_programs(request):
        return JsonResponse(Refused("API-8").as_json(), status=404)
    said = {
        "title": _("There is no such page"),
        "text": _("The address may be mistyped. Begin from the first page."),
    }
    return render(request, "web/said.html", said, status=404)


def too_many(request: HttpRequest, *_args: Any, **_more: Any) -> HttpResponse:
    """Say that too much came from one address at once."""
    said = {
        "title": _("Wait a minute"),
        "text": _(
            "Too many sign-ins were tried from here within a minute. Nothing is locked. Wait a minute and try again."
        ),
    }
    return render(request, "web/said.html", said, status=429)


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say that a form has grown too old to be sent."""
    said = {
        "title": _("This page has been open too long"),
        "text": _(
            "Nothing was saved. Go back and copy what you typed. Then load the page again and send it once more."
        ),
    }
    return render(request, "web/said.html", said, status=403)
