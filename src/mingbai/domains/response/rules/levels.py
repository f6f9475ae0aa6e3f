"""Rules of levels and measures: when a change may begin, who may ease, and what a measure must say of itself."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Protocol

from mingbai.domains.response.words import STEPS
from mingbai.kernel.refusals import AlreadyThere, Refused, sentences
from mingbai.kernel.saying import _

REVIEW_WITHIN = dt.timedelta(days=180)
EFFECT_AFTER = dt.timedelta(days=14)

sentences(
    {
        "RES-1": _(
            "A change begins now or later; what was judged stays judged. Choose a moment that lies ahead."
        ),
        "RES-2": _("This is said for this place already, from %(since)s on. Nothing was changed."),
        "RES-3": _(
            "A change for the same minute is declared already. Withdraw that one first, or choose another minute."
        ),
        "RES-4": _("No change of this id waits here."),
        "RES-5": _("Whoever declared it can't sign it too. Another person of this place signs."),
        "RES-6": _("This change has taken effect and can't be withdrawn. Declare the next one."),
        "RES-7": _("This change took effect already. Nothing was done twice."),
        "RES-8": _("This change takes effect later, at %(moment)s."),
        "RES-9": _("A measure of the code %(measure)s is in the catalogue already."),
        "RES-10": _("A measure says on which basis it stands. Write it down."),
        "RES-11": _(
            "A measure says on which day it is looked at again: a day after today, and within %(days)s days."
        ),
        "RES-12": _("A measure of this scope says which one it is for. Choose it."),
        "RES-13": _("None of this kind is registered at this place or under it: %(subject)s."),
        "RES-14": _(
            "A measure for one entrance, building, firm or line can't set a parameter of its whole place."
        ),
        "RES-15": _("Each line of the table gives the value to which %(policy)s is set."),
        "RES-16": _("A measure holds somewhere: give at least one line of the table."),
        "RES-17": _("No measure of this id is in the catalogue of this place."),
        "RES-18": _(
            "Nothing is known of the kind %(blocker)s: name a kind of open item or standing."
        ),
        "RES-19": _(
            "All that it answers lies at one: %(name)s. Limit the measure to it, or say why it must be wider."
        ),
        "RES-20": _("The values of the table lie within the bounds that places under it keep to."),
        "RES-21": _("Say why this place needs another value."),
        "RES-22": _("Give a level or a zone grade to look at."),
    }
)


def rank(word: str, value: str) -> int:
    """Return how strict a value of a ruling word is: the easiest is nought."""
    return STEPS[word].index(value)


def easier(word: str, value: str, than: str) -> bool:
    """Tell whether one value of a ruling word is easier than another."""
    return rank(word, value) < rank(word, than)


def check_when(effective_at: dt.datetime, at: dt.datetime) -> None:
    """RES-1 不改已往: a change begins at its act or later."""
    if effective_at < at:
        raise Refused("RES-1")


def check_new(own: str | None, value: str, since: dt.datetime | None) -> None:
    """RES-2 已是如此: what is said for a place already is not said again."""
    if own == value:
        raise AlreadyThere("RES-2", since=since)


def check_review(review_on: dt.date | None, today: dt.date) -> dt.date:
    """RES-11 有期必审: a measure has a day on which it is looked at again."""
    if review_on is None or not today < review_on <= today + REVIEW_WITHIN:
        raise Refused("RES-11", days=REVIEW_WITHIN.days)
    return review_on


def check_basis(basis: str | None) -> str:
    """RES-10 有据才立: a measure stands on a basis."""
    if basis is None:
        raise Refused("RES-10")
    return basis


class Told(Protocol):
    """One cell of a measure's table."""

    @property
    def level(self) -> str:
        """Return the level at which it holds."""

    @property
    def grade(self) -> str | None:
        """Return the zone grade in which it holds; nothing is every one."""

    @property
    def sector(self) -> str | None:
        """Return the sector for which it holds; nothing is every one."""

    @property
    def value(self) -> int | None:
        """Return to what it sets the measure's parameter."""


def check_table(
    table: Sequence[Told],
    policy: str | None,
    scope: str,
    lowest: int | None,
    highest: int | None,
) -> None:
    """RES-16 有表可依: a measure's table says when it holds, and for one with a parameter to which value it sets it."""
    if not table:
        raise Refused("RES-16")
    if policy is None:
        return
    if scope != "place":
        raise Refused("RES-14")
    for cell in table:
        if cell.value is None or cell.sector is not None:
            raise Refused("RES-15", policy=policy)
        if (lowest is not None and cell.value < lowest) or (
            highest is not None and cell.value > highest
        ):
            raise Refused("RES-20")


class Bounded(Protocol):
    """A measure that keeps a parameter within bounds."""

    @property
    def lowest(self) -> int | None:
        """Return the least value; nothing where there is none."""

    @property
    def highest(self) -> int | None:
        """Return the greatest value; nothing where there is none."""


def within(one: Bounded, value: int) -> bool:
    """Tell whether a value lies within the bounds of a measure."""
    return (one.lowest is None or one.lowest <= value) and (
        one.highest is None or value <= one.highest
    )


def holding(cells: Iterable[Told], level: str, grade: str) -> list[Told]:
    """Return the cells of a measure's table that hold at a level and in a zone grade, those for this very grade first."""
    found = [cell for cell in cells if cell.level == level and cell.grade in (None, grade)]
    return sorted(found, key=lambda cell: cell.grade is None)


def value_of(cells: Iterable[Told], level: str, grade: str) -> int | None:
    """Return to which value a measure sets its parameter at a level and in a zone grade; nothing where it does not hold."""
    return next((cell.value for cell in holding(cells, level, grade)), None)


def sectors_of(cells: Iterable[Told], level: str, grade: str) -> list[str] | None:
    """Return for which sectors a measure holds: an empty list is every sector, and nothing is none."""
    found = holding(cells, level, grade)
    if not found:
        return None
    if any(cell.sector is None for cell in found):
        return []
    return sorted({cell.sector for cell in found if cell.sector})
