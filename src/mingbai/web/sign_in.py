"""Signing in: closed to sign-ups, slowed down for whoever mistypes often, and the choice of an office."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from mingbai.web.context import described
from mingbai.web.people import login_of, mandates_of


class ClosedSignUp(DefaultAccountAdapter):  # type: ignore[misc] # allauth has no types
    """Nobody signs up by themselves: a desk opens a sign-in."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Return that sign-up is closed."""
        return False


def locked(request: HttpRequest, *_args: Any, **_more: Any) -> HttpResponse:
    """Say that this name has to wait here; others are not held up."""
    said = {
        "title": _("Wait a quarter of an hour"),
        "text": _(
            "The password was wrong five times from here. Others are not held up. Or ask your desk for a new one."
        ),
    }
    return render(request, "web/said.html", said, status=429)


def safe_next(request: HttpRequest, otherwise: str = "/home/") -> str:
    """Return where somebody wanted to go, when it lies in this house."""
    wanted = str(request.POST.get("next") or request.GET.get("next") or "")
    return wanted if url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) else otherwise


@require_http_methods(["GET", "POST"])
def choose_hat(request: HttpRequest) -> HttpResponse:
    """Choose as which office to act."""
    if login_of(request) is None:
        return redirect("/sign-in/")
    held = mandates_of(request)
    if request.method == "POST":
        chosen = str(request.POST.get("mandate", ""))
        if any(mandate.id.hex == chosen for mandate in held):
            request.session["mandate"] = chosen
            return redirect(safe_next(request))
    offices = [described(mandate) for mandate in held]
    return render(request, "web/hat.html", {"offices": offices, "next": safe_next(request)})
