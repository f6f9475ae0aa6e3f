"""Burden: the minutes that forms, visits and calls cost a village or a firm, told by each desk of its own entries."""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from mingbai.kernel.gazetteer import short_name
from mingbai.kernel.holding import Subject
from mingbai.kernel.models import Mandate, Organisation, Place
from mingbai.kernel.places import prefix_of
from mingbai.kernel.rows import Store


@dataclass(frozen=True)
class Spent:
    """Minutes that somebody asked of a village or a firm: who asked, in a word that is the same each time, and for what."""

    asker: str
    name: str
    kind: str
    minutes: int
    times: int = 1


BurdenSource = Callable[[Store, Subject, dt.datetime, dt.datetime], Iterable[Spent]]
Asked = Callable[[str, dt.datetime, dt.datetime], Iterable[Subject]]
SOURCES: dict[str, tuple[BurdenSource, Asked]] = {}


def burden_source(kind: str, *, whom: Asked) -> Callable[[BurdenSource], BurdenSource]:
    """Register a function `(store, subject, since, until) -> minutes spent` as what one kind of asking costs.

    `whom(prefix, since, until)` names the villages and firms under a place of which anything of this kind was asked.
    """

    def put(function: BurdenSource) -> BurdenSource:
        assert kind not in SOURCES, f"{kind} is told of twice"
        SOURCES[kind] = function, whom
        return function

    return put


def spent(store: Store, subject: Subject, since: dt.datetime, until: dt.datetime) -> list[Spent]:
    """Return everything that was asked of a village or a firm between two moments."""
    return [one for told, _whom in SOURCES.values() for one in told(store, subject, since, until)]


def asked_under(place: str, since: dt.datetime, until: dt.datetime) -> set[Subject]:
    """Return every village and firm at or under a place of which anything was asked between two moments."""
    prefix = prefix_of(place)
    return {one for _told, whom in SOURCES.values() for one in whom(prefix, since, until)}


def place_called(store: Store, code: str) -> str:
    """Return how people call a place."""
    rows = sorted(store.fetch(Place, {"code": code}, limit=None), key=lambda row: len(row.prefix))
    return short_name(rows[-1].name, rows[-1].level) if rows else code


def asker_of(store: Store, mandate: UUID | None) -> tuple[str, str]:
    """Return the office behind a mandate, as a word that is the same each time and as people say it."""
    held = store.fetch(Mandate, {"id": mandate}) if mandate is not None else []
    if not held:
        return "console", str(_("the account's operator"))
    one = held[0]
    if one.organisation_id is not None:
        (firm,) = store.fetch(Organisation, {"id": one.organisation_id})
        return f"organisation/{firm.id.hex}", firm.name
    return f"named/{one.capacity}", one.capacity
