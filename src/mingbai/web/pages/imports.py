"""Imports: an office's workbook is looked through first, then taken, and what was not taken comes back to be mended."""

import secrets

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from mingbai.flows.imports import IMPORTS, import_workbook
from mingbai.kernel.jobs import begin
from mingbai.kernel.refusals import Refused
from mingbai.kernel.registry import REGISTRY
from mingbai.web.people import actor_of, hat_of, mandate_id, signed_in
from mingbai.web.tables import XLSX

KEPT_SECONDS = 3600
LONG_BYTES = 200_000


@signed_in
@require_http_methods(["GET", "POST"])
def imports(request: HttpRequest, kind: str) -> HttpResponse:
    """Look through a workbook, take it, or give back what was not taken."""
    if kind not in IMPORTS:
        raise Refused("ASK-4", name=kind)
    hat = hat_of(request)
    assert hat is not None
    found, refusal, kept = None, None, ""
    step = str(request.POST.get("step", "look"))
    if request.method == "POST":
        kept, content = uploaded(request)
        if step == "take" and kind in REGISTRY.planners and len(content) > LONG_BYTES:
            job = begin(
                kind, content, hat.place, as_=actor_of(request), mandate=mandate_id(request)
            )
            return redirect(f"/jobs/{job}/")
        try:
            found = import_workbook(
                kind,
                content,
                hat.place,
                as_=actor_of(request),
                mandate=mandate_id(request),
                dry_run=step != "take",
            )
        except Refused as refused:
            refusal = refused
    if found is not None and step == "mend":
        answered = HttpResponse(found.error_workbook(), content_type=XLSX)
        answered["Content-Disposition"] = 'attachment; filename="to-mend.xlsx"'
        return answered
    page = {
        "kind": kind,
        "found": found,
        "bad": [row for row in found.rows if row.outcome in ("refused", "to_verify") or row.warning]
        if found
        else [],
        "refusal": refusal,
        "taken": step == "take",
        "kept": kept if found else "",
    }
    return render(request, "web/import.html", page, status=refusal.status if refusal else 200)


def uploaded(request: HttpRequest) -> tuple[str, bytes]:
    """Return the workbook that was sent, or the one looked through before; it is kept for an hour."""
    sent = request.FILES.get("file")
    if sent is None:
        name = str(request.POST.get("kept", ""))
        return name, cache.get(f"import/{name}") or b""
    name = secrets.token_urlsafe(16)
    content = sent.read()
    cache.set(f"import/{name}", content, KEPT_SECONDS)
    return name, content
