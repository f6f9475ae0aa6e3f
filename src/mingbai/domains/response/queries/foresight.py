"""Foresight: what would change if another level or grade held; nothing is written, and every desk tells its own part."""

import datetime as dt
from collections.abc import Iterable
from functools import cache

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from pydantic import Field

from mingbai.domains.response.models import Listed
from mingbai.domains.response.queries.measures import said_name
from mingbai.domains.response.queries.scopes import READING
from mingbai.domains.response.queries.table import Catalogue, Words, catalogue
from mingbai.domains.response.rules.levels import easier
from mingbai.domains.response.words import LEVEL, ZONE_GRADE, ResponseLevel, ZoneGrade
from mingbai.kernel.acting import Asking
from mingbai.kernel.asks import Ask, Row
from mingbai.kernel.foresight import SECTIONS, Foreseen, Kinds, Question, Rulings, foresees
from mingbai.kernel.places import is_under
from mingbai.kernel.policy import PARAMETERS, above
from mingbai.kernel.refusals import Refused
from mingbai.kernel.registry import Scope, query
from mingbai.kernel.rows import Store
from mingbai.kernel.standing import WORDS, spoken
from mingbai.kernel.words import Code, Moment, PlaceCode


class Simulate(Ask):
    """What would change if this level or grade held at a place from a moment on."""

    place: PlaceCode
    level: ResponseLevel | None = None
    grade: ZoneGrade | None = None
    at: Moment | None = None
    section: Code | None = None
    rows_most: int = Field(default=20, ge=1, le=100_000)


class SimulatedRow(Row):
    """One thing that would change, and how many of its sort."""

    section: str
    title: str
    count: int
    subject: str
    name: str
    place: str
    before_change: str
    after_change: str


@query(scope=Scope.UNDER, role=READING, title=_("What would change"))
def simulate(asking: Asking, ask: Simulate) -> list[SimulatedRow]:
    """Return, desk by desk, what would change if this level or grade held; nothing is written, and no help is closed."""
    if ask.level is None and ask.grade is None:
        raise Refused("RES-22")
    wished: dict[str, str | None] = {LEVEL.name: ask.level, ZONE_GRADE.name: ask.grade}
    asked = question(asking.store, ask.place, ask.at or asking.now, wished)
    found = []
    for section in SECTIONS.values():
        if ask.section not in (None, section.name):
            continue
        rows = list(section.foresee(asking.store, asked))
        found += [
            SimulatedRow(
                section=section.name,
                title=str(section.title),
                count=len(rows),
                subject=row.subject,
                name=row.name,
                place=row.place,
                before_change=row.before,
                after_change=row.after,
            )
            for row in rows[: ask.rows_most]
        ]
    return found


def question(store: Store, place: str, at: dt.datetime, wished: dict[str, str | None]) -> Question:
    """Return the question of a leader: the words as they will stand at a moment, and as they would with this wish."""
    stands = {word.name: spoken(store, word, at) for word in (LEVEL, ZONE_GRADE)}
    would = {word: wished_words(said, word, place, wished[word]) for word, said in stands.items()}
    before, after = rulings_of(stands), rulings_of(would)
    book = catalogue(store)
    return Question(
        place=place,
        at=at,
        before=before,
        after=after,
        kinds_before=kinds_of(book, at, before),
        kinds_after=kinds_of(book, at, after),
    )


def wished_words(
    stands: dict[str, str], word: str, place: str, value: str | None
) -> dict[str, str]:
    """Return what each place would say of a word: what is easier under the place of a stricter wish goes, as when it is declared."""
    if value is None:
        return stands
    kept = {
        where: said
        for where, said in stands.items()
        if where == place or not is_under(where, place) or not easier(word, said, value)
    }
    return kept | {place: value}


def rulings_of(stands: dict[str, dict[str, str]]) -> Rulings:
    """Return a function that tells the ruling words of any place, each place looked at once."""

    @cache
    def rulings(place: str) -> dict[str, str]:
        found = {}
        for name, said_by in stands.items():
            default = WORDS[name].default or ""
            found[name] = next((said_by[one] for one in above(place) if one in said_by), default)
        return found

    return rulings


def kinds_of(book: Catalogue, at: dt.datetime, rulings: Rulings) -> Kinds:
    """Return a function that tells which measures hold for the whole of any place."""

    @cache
    def kinds(place: str) -> frozenset[str]:
        return book.kinds(place, at, rulings(place))

    return kinds


@foresees("response.measures", _("Measures"))
def foresee_measures(store: Store, asked: Question) -> Iterable[Foreseen]:
    """Tell which measures would begin, lapse, or set their parameter otherwise; a place that differs is told apart."""
    book = catalogue(store)
    speaking = {
        row
        for word in (LEVEL, ZONE_GRADE)
        for row in spoken(store, word, asked.at)
        if is_under(row, asked.place)
    }
    for one in book.listed:
        if one.withdrawn_at is not None:
            continue
        if is_under(asked.place, one.place):
            places = {asked.place} | speaking
        elif is_under(one.place, asked.place):
            places = {one.place} | {place for place in speaking if is_under(place, one.place)}
        else:
            continue
        whole = asked.place if asked.place in places else one.place
        told = states_of(book, one, asked, whole)
        for place in sorted(places):
            old, new = states = states_of(book, one, asked, place)
            if (old != new) if place == whole else (states != told):
                yield Foreseen(one.code, foreseen_name(one), place, old, new)


def states_of(book: Catalogue, one: Listed, asked: Question, place: str) -> tuple[str, str]:
    """Return in words how a measure stands at a place, and how it would."""
    return (
        state_said(book, one, asked.before(place)),
        state_said(book, one, asked.after(place)),
    )


def foreseen_name(one: Listed) -> str:
    """Return a measure's name, with the parameter that it sets."""
    if one.policy is None or one.policy not in PARAMETERS:
        return said_name(one)
    return f"{said_name(one)}: {PARAMETERS[one.policy].title}"


def state_said(book: Catalogue, one: Listed, words: Words) -> str:
    """Return in words how a measure stands under these words."""
    sectors = book.sectors(one, words)
    if sectors is None:
        return gettext("not in force")
    value = book.value(one, words)
    if value is not None:
        return gettext("in force, set to %(value)s") % {"value": value}
    return (
        gettext("in force for the sectors %(sectors)s") % {"sectors": " ".join(sectors)}
        if sectors
        else gettext("in force")
    )
