"""Home: what waits for me, and the doors to what I can do."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.views.decorators.http import require_POST

from mingbai.kernel.journal import receipts
from mingbai.kernel.models import Entry
from mingbai.kernel.perform import answer
from mingbai.kernel.refusals import Refused
from mingbai.kernel.registry import REGISTRY, Scope
from mingbai.kernel.words import Role
from mingbai.web.people import actor_of, hat_of, mandate_id, signed_in
from mingbai.web.sign_in import safe_next

LANGUAGE_COOKIE = "django_language"
YEAR = 365 * 24 * 3600


@signed_in
def home(request: HttpRequest) -> HttpResponse:
    """Show what waits for my office, the most urgent first, and what I can do."""
    hat = hat_of(request)
    assert hat is not None
    items = answer("items.waiting", {"place": hat.place}, as_=actor_of(request), mandate=hat.id)
    page = {
        "items": items,
        "keeps": hat.role == Role.KEEPER,
        "hat_place": hat.place,
        "role": hat.role,
    }
    return render(request, "web/home.html", page)


@signed_in
def everything(request: HttpRequest) -> HttpResponse:
    """Show every command and query that my office may use."""
    hat = hat_of(request)
    assert hat is not None
    role = Role(hat.role)
    page = {
        "commands": [c for c in REGISTRY.commands.values() if role in c.roles],
        "queries": [
            q
            for q in REGISTRY.queries.values()
            if role in q.roles or q.scope in (Scope.PUBLIC, Scope.OWN)
        ],
    }
    return render(request, "web/everything.html", page)


@signed_in
def about_me(request: HttpRequest) -> HttpResponse:
    """Show what the account holds about me."""
    rows = answer("people.about_me", {}, as_=actor_of(request), mandate=mandate_id(request))
    return render(request, "web/about_me.html", {"rows": rows})


def done(request: HttpRequest, entry: UUID) -> HttpResponse:
    """Show the receipt of an act: accepted at once, sealed within seconds."""
    row = Entry.objects.filter(id=entry).first()
    if row is None:
        raise Refused("JRN-4")
    try:
        proof = receipts.prove(entry)
    except Refused:
        proof = None
    return render(request, "web/done.html", {"entry": row, "proof": proof})


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Change the language; it is kept in a cookie."""
    wanted = str(request.POST.get("language", ""))
    answered = redirect(safe_next(request, "/"))
    if translation.check_for_language(wanted):
        answered.set_cookie(LANGUAGE_COOKIE, wanted, max_age=YEAR, httponly=True, samesite="Lax")
    return answered
