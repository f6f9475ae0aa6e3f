"""Holding: a field's value, read from the query that holds it, as the house knows it and as far as an office may read it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from typing import Any
from uuid import UUID

from django.utils import translation

from mingbai.kernel.access import check_query
from mingbai.kernel.acting import Asking
from mingbai.kernel.actors import Actor, Hat
from mingbai.kernel.fields import HOUSE_FIELDS, About, HouseField, Over
from mingbai.kernel.places import ROOT
from mingbai.kernel.refusals import Refused
from mingbai.kernel.registry import REGISTRY, Query
from mingbai.kernel.words import Role, Via
from mingbai.kernel.workbooks.headings import label_of

LANGUAGES = ("en", "zh-hans")


@dataclass(frozen=True)
class Subject:
    """Of what a value tells: a place, or a firm at a place."""

    place: str
    organisation: UUID | None = None

    @property
    def about(self) -> About:
        """Return whether this is a place or a firm."""
        return About.PLACE if self.organisation is None else About.ORGANISATION

    @property
    def key(self) -> str:
        """Return the one word by which tables name it."""
        return self.place if self.organisation is None else self.organisation.hex


def holders() -> dict[str, tuple[Query, str]]:
    """Return for each field that is held the query that holds it, and in which column."""
    return {
        field.code: (one, column)
        for one in REGISTRY.queries.values()
        for column, field in one.holds
    }


@cache
def labels() -> dict[tuple[str, str], str]:
    """Return every way in which a held field is named, as its code: the titles in all languages, the aliases, the code."""
    found: dict[tuple[str, str], str] = {}
    for code in holders():
        field = HOUSE_FIELDS[code]
        names = [*field.aliases, code]
        for language in LANGUAGES:
            with translation.override(language):
                names.append(str(field.title))
        for name in names:
            held = found.setdefault((field.about.value, label_of(name)), code)
            assert held == code, f"{name} names {held} and {code}"
    return found


def named(heading: str, about: About) -> HouseField | None:
    """Return the held field that a heading names, when it is written as one of its names."""
    code = labels().get((about.value, label_of(heading)))
    return HOUSE_FIELDS[code] if code else None


def read(asking: Asking, fields: Iterable[HouseField], about: Subject) -> dict[str, str]:
    """Return what the house holds of a subject, field by field; each query is asked once, as the house itself."""
    house = replace(asking, hat=Hat(role=Role.OPERATOR, place=ROOT), via=Via.HOUSE, link=None)
    return {
        code: value
        for code, value in _values(house, fields, about, as_house=True).items()
        if value is not None
    }


def may_read(asking: Asking, fields: Iterable[HouseField], about: Subject) -> dict[str, str]:
    """Return what whoever asks may read of it in their own office; what is not for them is left out."""
    found = _values(asking, fields, about, as_house=False)
    return {code: value for code, value in found.items() if value is not None}


def _values(
    asking: Asking, fields: Iterable[HouseField], about: Subject, *, as_house: bool
) -> dict[str, str | None]:
    known = holders()
    answers: dict[str, Any] = {}
    found: dict[str, str | None] = {}
    for field in fields:
        one, column = known[field.code]
        if one.name not in answers:
            answers[one.name] = _answer(asking, one, about, as_house=as_house)
        found[field.code] = _one_value(answers[one.name], field, column)
    return found


def _answer(asking: Asking, one: Query, about: Subject, *, as_house: bool) -> Any:
    """Return a query's answer about a subject, or nothing where the office may not ask it."""
    ask: dict[str, Any] = {"place": about.place}
    if "organisation" in one.ask.model_fields:
        ask["organisation"] = about.organisation
    try:
        if not as_house:
            actor = Actor(person=asking.person, via=asking.via)
            hat = check_query(one, actor, asking.hat, about.place)
            asking = replace(asking, hat=hat)
        return one.function(asking, one.ask.model_validate(ask))
    except Refused:
        return None


def _one_value(answer: Any, field: HouseField, column: str) -> str | None:
    if answer is None or answer == []:
        return None
    if not isinstance(answer, list):
        if column in getattr(answer, "hidden", ()):
            return None
        return _said(getattr(answer, column), field.over)
    rows = [row for row in answer if field.counts(row)]
    if field.over is Over.COUNT:
        return str(len(rows))
    values = [getattr(row, column) for row in rows]
    if field.over is Over.SUM:
        return str(sum(values))
    return _said(values[0], field.over) if len(values) == 1 else None


def _said(value: Any, over: Over) -> str | None:
    if isinstance(value, list):
        if over is Over.COUNT:
            return str(len(value))
        return "、".join(str(one) for one in value) or None
    return None if value is None or value == "" else str(value)
