"""Signing in: closed to sign-ups, slowed down for whoever mistypes often, and the choice of an office."""

from typing import Any

from allauth.account import views
from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, URLResolver, include, path
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

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Return where somebody is told that the password is another one now."""
        return "/account/password/changed/"


def password_changed(request: HttpRequest) -> HttpResponse:
    """Say that the password is another one now, and what that ended."""
    said = {
        "title": _("Your password is changed"),
        "text": _("Wherever else somebody was signed in under your name, they are signed out."),
    }
    return render(request, "web/said.html", said)


def locked(request: HttpRequest, *_args: Any, **_more: Any) -> HttpResponse:
    """Say that this name has to wait here; others are not held up."""
    said = {
        "title": _("Wait a quarter of an hour"),
        "text": _(
            "The password was wrong five times from here. Others are not held up. Or ask your desk for a new one."
        ),
    }
    return render(request, "web/said.html", said, status=429)


def whose_name(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """Return the one spelling under which wrong passwords are counted: who signs in may write capitals or not."""
    given = (credentials or {}).get("username") or request.POST.get("login") or ""
    return str(given).strip().lower()


# By hand, for the rest sends e-mail, and the house sends none: a new password is given in person at the desk.
ADDRESSES: list[URLPattern | URLResolver] = [
    path("login/", views.login, name="account_login"),
    path("logout/", views.logout, name="account_logout"),
    path("inactive/", views.account_inactive, name="account_inactive"),
    path("reauthenticate/", views.reauthenticate, name="account_reauthenticate"),
    path("password/change/", views.password_change, name="account_change_password"),
    path("password/changed/", password_changed, name="password_changed"),
    path("2fa/", include("allauth.mfa.urls")),
]


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
