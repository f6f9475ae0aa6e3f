"""Queries on places, points and goods."""

from uuid import UUID

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from mingbai.kernel.acting import Asking
from mingbai.kernel.asks import Ask, Nothing, Row
from mingbai.kernel.fields import PLACE_CODE, PLACE_NAME, PLACE_PATH, STORES
from mingbai.kernel.gazetteer import is_grouping, short_name
from mingbai.kernel.glossary import terms
from mingbai.kernel.models import Goods, Pack, Place, Point
from mingbai.kernel.place_search import search as search_places
from mingbai.kernel.places import ROOT, parent_of, prefix_of
from mingbai.kernel.registry import Scope, query
from mingbai.kernel.words import OpenName, PlaceCode

terms(
    {
        "under": _("Under"),
        "most": _("At most"),
        "packs": _("Packs"),
        "goods": _("Goods"),
        "path": _("Where"),
    }
)


class SearchPlaces(Ask):
    """Search for a place."""

    text: OpenName
    under: PlaceCode | None = None
    most: int = Field(default=20, ge=1, le=100)


class PlaceFound(Row):
    """A place that a text may mean."""

    code: str
    name: str
    level: str
    path: str


@query(scope=Scope.PUBLIC, desk="places", title=_("Search places"))
def search(asking: Asking, ask: SearchPlaces) -> list[PlaceFound]:
    """Return places by name, other name, pinyin, initials or two characters."""
    found = search_places(ask.text, under=prefix_of(ask.under) if ask.under else "", most=ask.most)
    return [
        PlaceFound(code=row.place, name=row.name, level=row.level, path=path_of(row.place))
        for row in found
    ]


def path_of(code: str) -> str:
    """Return the names of the places above one, the widest first; what only gathers districts is left out."""
    above = []
    place = parent_of(code)
    while place != ROOT:
        above.append(place)
        place = parent_of(place)
    names = dict(
        Place.objects.filter(code__in=above).order_by("prefix").values_list("code", "name")
    )
    found = [names[one] for one in reversed(above) if one in names]
    return " ".join(name for name in found if not is_grouping(name))


def name_of_place(code: str) -> str:
    """Return how people call a place: one that only gathers districts by the name of the city or province above it."""
    row = Place.objects.filter(code=code).order_by("-prefix").first()
    while row is not None and is_grouping(row.name) and parent_of(row.code) != ROOT:
        row = Place.objects.filter(code=parent_of(row.code)).order_by("-prefix").first()
    return short_name(row.name, row.level) if row is not None else ""


class OfPlace(Ask):
    """Which place."""

    place: PlaceCode


class PlaceRow(Row):
    """A place."""

    code: str
    name: str
    level: str
    path: str


@query(
    scope=Scope.PUBLIC,
    desk="places",
    title=_("A place"),
    holds={"name": PLACE_NAME, "code": PLACE_CODE, "path": PLACE_PATH},
)
def show(asking: Asking, ask: OfPlace) -> PlaceRow:
    """Return a place; where one code stands at two levels, the lower one."""
    rows = sorted(asking.find(Place, code=ask.place), key=lambda row: len(row.prefix))
    place = rows[-1]
    called = name_of_place(place.code)
    return PlaceRow(code=place.code, name=called, level=place.level, path=path_of(place.code))


@query(scope=Scope.PUBLIC, desk="places", title=_("Places under a place"))
def children(asking: Asking, ask: OfPlace) -> list[PlaceRow]:
    """Return the places one level under a place."""
    prefix = prefix_of(ask.place)
    wider = {0: 2, 2: 4, 4: 6, 6: 9, 9: 12}.get(len(prefix))
    if wider is None:
        return []
    rows = Place.objects.filter(prefix__startswith=prefix).exclude(code=ask.place).order_by("code")
    path = path_of(ask.place)
    return [
        PlaceRow(code=row.code, name=row.name, level=row.level, path=path)
        for row in rows
        if len(row.prefix) == wider
    ]


class PointRow(Row):
    """A point below a village."""

    id: UUID
    kind: str
    name: str


@query(scope=Scope.PUBLIC, desk="places", title=_("Points of a place"), holds={"id": STORES})
def points(asking: Asking, ask: OfPlace) -> list[PointRow]:
    """Return the gates, stores, lines and works of a place."""
    return [
        PointRow(id=row.id, kind=row.kind, name=row.name)
        for row in asking.find(Point, place=ask.place)
    ]


class GoodsRow(Row):
    """A kind of goods."""

    code: str
    name_zh: str
    name_en: str
    base_unit: str
    packs: str
    lent: bool


@query(scope=Scope.PUBLIC, desk="goods", title=_("Goods"))
def catalogue(asking: Asking, ask: Nothing) -> list[GoodsRow]:
    """Return every kind of goods with its unit and packs."""
    packs: dict[UUID, list[str]] = {}
    for pack in asking.find(Pack):
        packs.setdefault(pack.goods_id, []).append(f"{pack.unit}={pack.size}")
    return [
        GoodsRow(
            code=row.code,
            name_zh=row.name_zh,
            name_en=row.name_en,
            base_unit=row.base_unit,
            packs=", ".join(packs.get(row.id, [])),
            lent=row.lent,
        )
        for row in asking.find(Goods)
    ]
