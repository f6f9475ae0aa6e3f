"""Pictures: attached to an act from the page of its receipt, shown to whoever may read the act."""

import uuid
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from mingbai.kernel.attachments import keep, opened
from mingbai.kernel.perform import answer, perform
from mingbai.kernel.refusals import Refused
from mingbai.kernel.words import Role
from mingbai.web.forms import request_id
from mingbai.web.people import actor_of, hat_of, mandate_id, signed_in

MAY_ATTACH = {Role.KEEPER, Role.DESK, Role.GUARD}


def of_entry(request: HttpRequest, act: UUID, place: str) -> dict[str, Any]:
    """Return what the page of an act needs to show its pictures and to take one."""
    hat = hat_of(request)
    if hat is None or not place:
        return {"pictures": [], "may_attach": False}
    try:
        rows = answer(
            "attachments.of_act",
            {"place": place, "act": act},
            as_=actor_of(request),
            mandate=mandate_id(request),
        )
    except Refused:
        rows = []
    return {
        "act": act,
        "pictures": rows,
        "may_attach": Role(hat.role) in MAY_ATTACH and hat.place == place,
        "request_id": str(uuid.uuid4()),
    }


@signed_in
@require_POST
def attach(request: HttpRequest, entry: UUID) -> HttpResponse:
    """Attach a picture to an act of my place."""
    hat = hat_of(request)
    assert hat is not None
    sent = request.FILES.get("picture")
    if not isinstance(sent, UploadedFile):
        raise Refused("ATT-1")
    made = keep(sent.read())
    ask = {
        "place": hat.place,
        "act": entry,
        "name": made.name,
        "digest": made.digest,
        "size": made.size,
        "width": made.width,
        "height": made.height,
    }
    perform(
        "attachments.attach",
        ask,
        as_=actor_of(request),
        mandate=mandate_id(request),
        request_id=request_id(request),
    )
    return redirect(f"/done/{entry}/")


@signed_in
def picture(request: HttpRequest, place: str, act: UUID, name: str) -> HttpResponse:
    """Give a picture of an act to whoever may read it."""
    rows = answer(
        "attachments.of_act",
        {"place": place, "act": act},
        as_=actor_of(request),
        mandate=mandate_id(request),
    )
    found = next((row for row in rows if row.name == name), None)
    if found is None:
        raise Refused("ATT-4")
    return HttpResponse(
        opened(found.name, found.digest),
        content_type="image/jpeg",
        headers={"Cache-Control": "private, max-age=3600", "X-Content-Type-Options": "nosniff"},
    )
