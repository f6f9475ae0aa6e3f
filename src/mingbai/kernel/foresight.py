"""Foresight: what would change if other ruling words held; each desk registers what it knows of itself, and nothing is written."""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.utils.functional import Promise

from mingbai.kernel.rows import Store

Rulings = Callable[[str], dict[str, str]]
Kinds = Callable[[str], frozenset[str]]


def no_kinds(place: str) -> frozenset[str]:
    """Return no kind of measure, where nobody asks about them."""
    return frozenset()


@dataclass(frozen=True)
class Foreseen:
    """One thing that would change: a gate, a kind of pass, a checklist, a firm; how it stands and how it would."""

    subject: str
    name: str
    place: str
    before: str
    after: str


@dataclass(frozen=True)
class Question:
    """A place and everything under it, a moment, and the ruling words of any place as they are and as they would be.

    `kinds_before` and `kinds_after` say which kinds of measures would hold for a whole place.
    """

    place: str
    at: dt.datetime
    before: Rulings
    after: Rulings
    kinds_before: Kinds = no_kinds
    kinds_after: Kinds = no_kinds


Foreseer = Callable[[Store, "Question"], Iterable[Foreseen]]


@dataclass(frozen=True)
class Section:
    """What one desk foresees of one kind of thing."""

    name: str
    title: Promise
    foresee: Foreseer


SECTIONS: dict[str, Section] = {}


def foresees(name: str, title: Promise) -> Callable[[Foreseer], Foreseer]:
    """Register a function that tells what of one kind would change under a question; the part before the point is the desk."""

    def put(function: Foreseer) -> Foreseer:
        assert name not in SECTIONS, f"{name} is registered twice"
        SECTIONS[name] = Section(name, title, function)
        return function

    return put
