"""Commands on places: the official list, other names, and points below a village."""

from collections.abc import Iterable
from typing import Literal
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from mingbai.kernel.acting import Acting
from mingbai.kernel.asks import Answer, Ask
from mingbai.kernel.gazetteer import PlaceLine
from mingbai.kernel.gazetteer import read as read_gazetteer
from mingbai.kernel.glossary import terms
from mingbai.kernel.models import Place, PlaceAlias, Point
from mingbai.kernel.place_search import index_places
from mingbai.kernel.places import prefix_of
from mingbai.kernel.refusals import Refused, sentences
from mingbai.kernel.registry import command
from mingbai.kernel.words import Digest, OpenName, PlaceCode, Role

sentences(
    {
        "PLC-2": _("This name is already registered for this place."),
        "PLC-3": _("A point of this kind and name is already registered here."),
        "PLC-4": _(
            "The list of places was loaded before; only new places are added, and there are none."
        ),
    }
)
terms({"list_digest": _("Fingerprint of the list"), "point": _("Point")})


class LoadPlaces(Ask):
    """Load the official list of places that came with this program, whole or for one part of the country."""

    list_digest: Digest
    under: PlaceCode | None = None


class Loaded(Answer):
    """How many places were added."""

    places: int


@command(role={Role.OPERATOR}, desk="places", title=_("Load the list of places"), placeless=True)
def load(acting: Acting, ask: LoadPlaces) -> Loaded:
    """Add every place of the packaged list that the account does not hold yet."""
    held = set(Place.objects.values_list("code", "level"))
    part = prefix_of(ask.under) if ask.under else ""
    above = {part[:digits].ljust(12, "0") for digits in (2, 4, 6, 9)}
    lines = [
        line
        for line in read_gazetteer()
        if (line.code.startswith(part) or line.code in above)
        and (line.code, line.level) not in held
    ]
    if not lines:
        raise Refused("PLC-4")
    acting.add_all([place_of(line) for line in lines])
    index_places(acting.store, lines)
    return Loaded(places=len(lines))


def place_of(line: PlaceLine) -> Place:
    """Return the row of a line of the list."""
    return Place(code=line.code, level=str(line.level), name=line.name, prefix=prefix_of(line.code))


class AddAlias(Ask):
    """Register another name of a place."""

    place: PlaceCode
    name: OpenName


@command(
    role={Role.DESK, Role.OPERATOR}, desk="places", title=_("Register another name of a place")
)
def add_alias(acting: Acting, ask: AddAlias) -> None:
    """Register another name of a place, so that a search by it finds the place and no second one is made."""
    if acting.see(PlaceAlias, place=ask.place, name=ask.name):
        raise Refused("PLC-2")
    acting.add(PlaceAlias(place=ask.place, name=ask.name))
    index_places(acting.store, _alias_lines(ask))


def _alias_lines(ask: AddAlias) -> Iterable[PlaceLine]:
    place = Place.objects.filter(code=ask.place).order_by("-prefix").first()
    assert place is not None
    return [PlaceLine(code=ask.place, name=ask.name, level=place.level)]


class AddPoint(Ask):
    """Register a point below a village."""

    place: PlaceCode
    kind: Literal["gate", "store", "line", "works", "building"]
    name: OpenName


class PointAdded(Answer):
    """The point's id."""

    point: UUID


@command(role={Role.DESK, Role.KEEPER}, desk="places", title=_("Register a point"))
def add_point(acting: Acting, ask: AddPoint) -> PointAdded:
    """Register a gate, a store, a production line, a works or a building of a place."""
    if acting.see(Point, place=ask.place, kind=ask.kind, name=ask.name):
        raise Refused("PLC-3")
    return PointAdded(point=acting.add(Point(place=ask.place, kind=ask.kind, name=ask.name)).id)
