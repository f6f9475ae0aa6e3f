"""The published log: signed head, hash tiles, key and receipts; never a body to whom it does not concern."""

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import path

from mingbai.kernel.clock import stamp
from mingbai.kernel.journal.tree import Nodes, last_sealed
from mingbai.kernel.keys import keys
from mingbai.kernel.leaps import waits_until
from mingbai.kernel.moment import account
from mingbai.kernel.receipt_links import proof_by_link
from mingbai.kernel.refusals import Refused
from mingbai.kernel.rows import Store
from mingbai.kernel.worker import silent_for
from mingbai.proofs import notes, tiles

DEAD_AFTER = 60


def checkpoint(request: HttpRequest) -> HttpResponse:
    """Give the newest signed head."""
    sealed = last_sealed(Store())
    if sealed is None:
        raise Http404
    return HttpResponse(
        sealed.note, content_type="text/plain; charset=utf-8", headers={"Cache-Control": "no-cache"}
    )


def key(request: HttpRequest) -> HttpResponse:
    """Give the line by which anyone checks the signatures."""
    store = Store()
    line = notes.public_key_line(account(store).origin, keys().log.public_key())
    return HttpResponse(line + "\n", content_type="text/plain; charset=utf-8")


def tile(request: HttpRequest, name: str) -> HttpResponse:
    """Give a tile of hashes."""
    try:
        level, index, width = tiles.parse_path(f"tile/{name}")
    except ValueError:
        raise Http404 from None
    store = Store()
    sealed = last_sealed(store)
    first = (index * tiles.WIDTH) << (tiles.HEIGHT * level)
    if sealed is None or first + (width << (tiles.HEIGHT * level)) > sealed.size:
        raise Http404
    nodes = Nodes(store)
    nodes.prefetch(tiles.HEIGHT * level, index * tiles.WIDTH, width)
    forever = (
        {"Cache-Control": "public, max-age=31536000, immutable"} if width == tiles.WIDTH else {}
    )
    return HttpResponse(
        tiles.tile(level, index, width, nodes),
        content_type="application/octet-stream",
        headers=forever,
    )


def receipt(request: HttpRequest, token: str) -> HttpResponse:
    """Give the proof of an entry to whoever holds its link."""
    try:
        return JsonResponse(proof_by_link(token), headers={"Cache-Control": "no-store"})
    except Refused as refusal:
        return JsonResponse(refusal.as_json(), status=refusal.status)


def health(request: HttpRequest) -> HttpResponse:
    """Tell whether the house is well: the account answers and the worker was heard of."""
    store = Store()
    sealed = last_sealed(store)
    silent = silent_for()
    well = silent is not None and silent < DEAD_AFTER
    return JsonResponse(
        {
            "account": account(store).kind,
            "sealed": sealed.size if sealed else 0,
            "worker": "working" if well else "silent",
            "silent_seconds": None if silent is None else int(silent),
            "erasing_waits_until": stamp(until) if (until := waits_until()) else None,
        }
    )


urlpatterns = [
    path("log/checkpoint", checkpoint),
    path("log/key", key),
    path("log/tile/<path:name>", tile),
    path("log/receipt/<str:token>", receipt),
    path("health", health),
    path("api/health", health),
]
