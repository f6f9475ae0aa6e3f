"""Posts: who is to be where on a day, who came, and who else saw it; one button each."""

import datetime as dt
import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from mingbai.kernel.clock import day
from mingbai.kernel.commands.posts import KEEPS, BookTurn
from mingbai.kernel.faults import AskedWrongly
from mingbai.kernel.models import Mandate
from mingbai.kernel.moment import now
from mingbai.kernel.perform import answer, perform
from mingbai.kernel.queries.posts import TurnRow
from mingbai.kernel.refusals import Refused
from mingbai.kernel.registry import REGISTRY
from mingbai.kernel.rows import Store
from mingbai.kernel.words import Role
from mingbai.web.forms import asked, request_id, typed
from mingbai.web.people import actor_of, asking, hat_of, mandate_id, signed_in, wanted_place
from mingbai.web.pickers import reached

WAYS = ("note_coming", "note_leaving", "confirm", "cancel")


def may(hat: Mandate, name: str) -> bool:
    """Tell whether an office does a command, or asks a query, of this desk."""
    known = REGISTRY.commands.get(name) or REGISTRY.queries[name]
    return Role(hat.role) in known.roles


def ways(hat: Mandate, turn: TurnRow) -> list[str]:
    """Return what can be done with a turn now by whoever looks at it."""
    own = turn.person == hat.person_id
    open_now = {
        "note_coming": turn.came_at is None,
        "note_leaving": turn.came_at is not None and turn.left_at is None,
        "confirm": turn.came_at is not None and not turn.witnessed and not own,
        "cancel": turn.came_at is None,
    }
    keeps = Role(hat.role) in KEEPS and not own
    return [
        f"posts.{way}"
        for way in WAYS
        if open_now[way] and may(hat, f"posts.{way}") and not (keeps and way != "confirm")
    ]


@signed_in
@require_http_methods(["GET", "POST"])
def posts(request: HttpRequest) -> HttpResponse:
    """Show the turns of a place on a day, and do what is pressed: book, came, left, seen, taken back."""
    hat = hat_of(request)
    assert hat is not None
    place = wanted_place(request)
    refusal: Refused | None = None
    if request.method == "POST":
        try:
            return done(request, place)
        except Refused as refused:
            refusal = refused
    shown = days(request.GET.get("day") or day(now(Store())).isoformat())
    sees, books = may(hat, "posts.turns"), may(hat, "posts.book")
    rows = (
        asking(request, "posts.turns", {"place": place, "day": shown["on"]})
        if sees
        else asking(request, "posts.mine", {})
    )
    page = shown | {
        "place": place,
        "sees": sees,
        "places": reached(request, place),
        "rows": [{"turn": row, "ways": ways(hat, row)} for row in rows],
        "refusal": refusal,
        "errors": refusal.fields if isinstance(refusal, AskedWrongly) else {},
        "values": {name: request.POST.get(name, "") for name in BookTurn.model_fields},
        "points": answer("places.points", {"place": place}) if books else [],
        "people": asking(request, "posts.candidates", {"place": place}) if books else [],
        "books": books,
        "request_id": str(uuid.uuid4()),
    }
    return render(request, "web/posts.html", page, status=refusal.status if refusal else 200)


def days(wanted: str) -> dict[str, Any]:
    """Return the day that is shown, those beside it, and the hours that a new turn begins with."""
    step = dt.timedelta(days=1)
    try:
        on = dt.date.fromisoformat(wanted)
        before, after = on - step, on + step
    except (ValueError, OverflowError):
        raise Refused("ASK-6") from None
    return {
        "on": on,
        "before": before,
        "after": after,
        "starts": f"{on}T08:00",
        "ends": f"{on}T12:00",
    }


def done(request: HttpRequest, place: str) -> HttpResponse:
    """Do what was pressed, then show the same day again."""
    way = str(request.POST.get("way", ""))
    if way not in ("book", *WAYS):
        raise Refused("ASK-4", name=way)
    command = REGISTRY.commands[f"posts.{way}"]
    perform(
        command.name,
        asked(command.ask, typed(command.ask, request.POST) | {"place": place}),
        as_=actor_of(request),
        mandate=mandate_id(request),
        request_id=request_id(request),
    )
    return redirect(request.get_full_path())
