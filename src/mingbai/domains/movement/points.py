"""Points: a gate by its name or id."""

from uuid import UUID

from django.utils.translation import gettext_lazy as _

from mingbai.kernel.acting import Acting, Asking
from mingbai.kernel.models import Point
from mingbai.kernel.refusals import Refused, sentences

GATE = "gate"

sentences({"MOV-2": _("No gate of this name is registered at this place.")})


def point_of(acting: Acting | Asking, place: str, text: str) -> Point:
    """MOV-2 卡口在册: an act at a gate names one that is registered at its place, by name or id."""
    try:
        found = acting.see(Point, id=UUID(text))
    except ValueError:
        found = acting.see(Point, place=place, kind=GATE, name=text)
    if found is None or (found.place, found.kind) != (place, GATE):
        raise Refused("MOV-2")
    return found
