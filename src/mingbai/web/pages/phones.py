"""Phones: the desk's page that enrols them, and the field app that they open; the app works without a network."""

import hashlib
import json
import uuid
from functools import lru_cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_http_methods

from mingbai.kernel.acting import link_digest
from mingbai.kernel.identity import random_link
from mingbai.kernel.paper import qr_inline
from mingbai.kernel.perform import answer, perform
from mingbai.kernel.queries.people import MandateRow
from mingbai.kernel.refusals import NotAllowed, Refused
from mingbai.kernel.words import Role
from mingbai.web.field_words import FIELD_WORDS
from mingbai.web.forms import request_id
from mingbai.web.people import actor_of, asking, hat_of, mandate_id, signed_in

WEB = Path(__file__).resolve().parent.parent
FIELD = WEB / "static" / "mingbai" / "field"
PAGES = WEB / "templates" / "web"
IN_THE_FIELD = (Role.KEEPER, Role.GUARD, Role.INSPECTOR)


@signed_in
@require_http_methods(["GET", "POST"])
def phones(request: HttpRequest) -> HttpResponse:
    """Show the phones of a place; invite one with a code, confirm it when the words agree, revoke it when it is lost."""
    hat = hat_of(request)
    assert hat is not None
    if hat.role not in (Role.KEEPER, Role.DESK):
        raise NotAllowed("ACC-5")
    code, refusal = None, None
    if request.method == "POST":
        try:
            code = act(request, hat.place, hat.id)
        except Refused as refused:
            refusal = refused
    rows = answer(
        "devices.devices", {"place": hat.place}, as_=actor_of(request), mandate=mandate_id(request)
    )
    address = f"{request.scheme}://{request.get_host()}/field/#{code}"
    page = {
        "holders": holders(request, hat.place) if hat.role == Role.DESK else [],
        "code": code,
        "address": address,
        "qr": mark_safe(qr_inline(address)) if code else "",  # noqa: S308 - made by the house, from its own code
        "rows": rows,
        "waiting": [row for row in rows if row.state == "waiting"],
        "refusal": refusal,
        "request_id": str(uuid.uuid4()),
    }
    answered = render(request, "web/phones.html", page, status=refusal.status if refusal else 200)
    answered["Cache-Control"] = "no-store"
    return answered


def holders(request: HttpRequest, place: str) -> list[MandateRow]:
    """Return who at the desk's place works with a phone in the field: the desk hands each the code for their own."""
    rows = asking(request, "mandates.at_place", {"place": place})
    return [row for row in rows if row.role in IN_THE_FIELD]


def act(request: HttpRequest, place: str, mandate: uuid.UUID) -> str | None:
    """Invite, confirm or revoke; return the new code when one was made."""
    step, code = str(request.POST.get("step", "")), None
    ask: dict[str, object] = {"place": place}
    if step == "invite":
        code = random_link()
        label = str(request.POST.get("label", "")).strip() or _("Phone")
        chosen = str(request.POST.get("mandate") or mandate)
        ask |= {"mandate": chosen, "label": label, "token_digest": link_digest(code)}
    else:
        ask |= {"device": str(request.POST.get("device", ""))}
    if step not in ("invite", "confirm", "revoke"):
        raise Refused("ASK-4", name=step)
    perform(
        f"devices.{step}",
        ask,
        as_=actor_of(request),
        mandate=mandate_id(request),
        request_id=request_id(request),
    )
    return code


@lru_cache(maxsize=1)
def field_files() -> tuple[str, list[str]]:
    """Return the mark of this version of the field app, and the address of every file that it is made of."""
    kept = sorted(path for path in FIELD.glob("*.js") if path.name != "worker.js")
    named = [f"mingbai/field/{path.name}" for path in kept]
    named += [f"mingbai/{name}" for name in ("mingbai.css", "favicon.svg")]
    # The reader of codes is a package of its own: where it is installed, it is kept too.
    named += [name for name in ("scan/zxing.js", "scan/zxing.wasm") if finders.find(name)]
    mark = hashlib.sha256((FIELD / "worker.js").read_bytes())
    for name in named:
        mark.update(Path(str(finders.find(name))).read_bytes())
    for template in sorted(PAGES.glob("field*.html")):
        mark.update(template.read_bytes())
    return mark.hexdigest()[:16], [static(name) for name in named]


@ensure_csrf_cookie
def field(request: HttpRequest) -> HttpResponse:
    """Give the field app's page: the same for everyone, so that a phone may keep it."""
    words = {key: str(word) for key, word in FIELD_WORDS.items()}
    answered = render(request, "web/field.html", {"words": words})
    answered["Cache-Control"] = "no-cache"
    answered["Mingbai-Field"] = field_files()[0]
    return answered


def worker(request: HttpRequest) -> HttpResponse:
    """Give the field app's service worker with the list of what it keeps, never from a cache."""
    mark, files = field_files()
    text = (FIELD / "worker.js").read_text("utf-8").replace("%MARK%", mark)
    listed = json.dumps(["/field/", "/field/app.webmanifest", *files])
    return HttpResponse(
        text.replace('["%FILES%"]', listed),
        content_type="text/javascript; charset=utf-8",
        headers={"Cache-Control": "no-cache", "Service-Worker-Allowed": "/field/"},
    )


def manifest(request: HttpRequest) -> JsonResponse:
    """Give the field app's name and picture to a phone that installs it."""
    return JsonResponse(
        {
            "name": _("Mingbai in the field"),
            "short_name": _("Mingbai"),
            "start_url": "/field/",
            "scope": "/field/",
            "display": "standalone",
            "background_color": "#f6f1e7",
            "theme_color": "#a4211c",
            "icons": [
                {
                    "src": static("mingbai/favicon.svg"),
                    "sizes": "any",
                    "type": "image/svg+xml",
                    "purpose": "any",
                }
            ],
        },
        content_type="application/manifest+json",
    )
