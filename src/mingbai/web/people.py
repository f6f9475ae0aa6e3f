"""People at the door: who has signed in, as which of their offices they act, and whether that needs a second factor."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import quote
from uuid import UUID

from allauth.mfa.utils import is_mfa_enabled
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from mingbai.kernel.access import hats
from mingbai.kernel.actors import Actor
from mingbai.kernel.models import Login, Mandate
from mingbai.kernel.moment import is_story
from mingbai.kernel.moment import now as moment_now
from mingbai.kernel.perform import answer
from mingbai.kernel.places import ROOT
from mingbai.kernel.registry import REACH, REGISTRY, Reach
from mingbai.kernel.rows import Store
from mingbai.kernel.words import Role, Via
from mingbai.web.place_field import typed_place


def two_locks(role: Role) -> bool:
    """Tell whether a role looks at more than one place, or may open sealed fields."""
    return REACH[role] is Reach.UNDER or role in REGISTRY.commands["people.reveal"].roles


def login_of(request: HttpRequest) -> Login | None:
    """Return the account's row for whoever has signed in."""
    if not request.user.is_authenticated:
        return None
    found = Store().fetch(Login, {"username": request.user.get_username()})
    return found[0] if found and found[0].closed_at is None else None


def actor_of(request: HttpRequest) -> Actor:
    """Return who sends a request: a person who signed in, or anyone."""
    login = login_of(request)
    address = str(request.META.get("REMOTE_ADDR", ""))
    return Actor(person=login.person_id if login else None, via=Via.PAGE, address=address)


def mandates_of(request: HttpRequest) -> list[Mandate]:
    """Return the offices that whoever signed in holds now."""
    login = login_of(request)
    if login is None:
        return []
    store = Store()
    return hats(store, login.person_id, moment_now(store))


def hat_of(request: HttpRequest) -> Mandate | None:
    """Return the office as which somebody acts: the chosen one, or the only one."""
    held = mandates_of(request)
    chosen = request.session.get("mandate")
    for mandate in held:
        if chosen is not None and mandate.id.hex == chosen:
            return mandate
    return held[0] if len(held) == 1 else None


def mandate_id(request: HttpRequest) -> UUID | None:
    """Return the id of the office as which somebody acts; one whose second lock is still open is no office yet."""
    hat = hat_of(request)
    return hat.id if hat and not needs_second_factor(request, hat) else None


def second_lock_first(request: HttpRequest) -> HttpResponse | None:
    """Lead somebody to their second factor when the office as which they act needs one and has none."""
    hat = hat_of(request)
    if hat is None or not needs_second_factor(request, hat):
        return None
    return redirect("/account/2fa/totp/activate/")


def asking(request: HttpRequest, name: str, ask: dict[str, Any]) -> Any:
    """Ask as the office of whoever has signed in."""
    return answer(name, ask, as_=actor_of(request), mandate=mandate_id(request))


def wanted_place(request: HttpRequest, otherwise: str = "") -> str:
    """Return the place that a page is asked for, by code or by name; else another one, or that of my office."""
    hat = hat_of(request)
    own = hat.place if hat else ROOT
    text = request.POST.get("place") or request.GET.get("place") or otherwise or own
    return typed_place(str(text), own)


def named_place(request: HttpRequest) -> str:
    """Return the place that an address names behind its question mark, or that of my office; what names none is refused."""
    hat = hat_of(request)
    assert hat is not None
    return str(answer("places.show", {"place": wanted_place(request)}).code)


def needs_second_factor(request: HttpRequest, hat: Mandate) -> bool:
    """Tell whether an office must be guarded by a second factor that is not set up yet; a story's need none."""
    return two_locks(Role(hat.role)) and not is_story(Store()) and not is_mfa_enabled(request.user)


def signed_in(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let a page be seen by people who signed in and chose an office; lead others there first."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **path: Any) -> HttpResponse:
        if login_of(request) is None:
            return redirect(f"/sign-in/?next={quote(request.get_full_path())}")
        hat = hat_of(request)
        if hat is None:
            return redirect(f"/hat/?next={quote(request.get_full_path())}")
        return second_lock_first(request) or view(request, *args, **path)

    return guarded
