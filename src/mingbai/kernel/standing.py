"""Standing: words about a place, a firm or a person that one desk owns and writes, and every rule may read.

A rule that depends on what another desk knows reads its word here: no desk reads another's tables, and none writes another's words.
A ruling word is one about a place that holds everywhere under it too, until a place nearer says otherwise.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise

from mingbai.kernel.acting import Acting
from mingbai.kernel.models import Standing
from mingbai.kernel.policy import above
from mingbai.kernel.rows import Store


@dataclass(frozen=True)
class StandingWord:
    """A word of standing: which desk owns it, and what it says; a ruling word has what holds where nobody has said anything."""

    name: str
    title: Promise
    default: str | None = None

    @property
    def desk(self) -> str:
        """Return the one desk that writes it."""
        return self.name.partition(".")[0]


WORDS: dict[str, StandingWord] = {}


def standing(name: str, title: Promise, default: str | None = None) -> StandingWord:
    """Register a word of standing; the part before the point is the desk that owns it. A ruling word comes with its default."""
    assert name not in WORDS, f"{name} is registered twice"
    WORDS[name] = found = StandingWord(name, title, default)
    return found


def rule(
    acting: Acting, word: StandingWord, place: str, value: str, starts_at: dt.datetime
) -> Standing:
    """Say a ruling word about a place from a moment on, which may lie ahead; what was said before stays readable."""
    owned(acting, word)
    assert word.default is not None, f"{word.name} rules nothing"
    return acting.add(
        Standing(
            subject=place,
            what=word.name,
            value=value,
            place=place,
            starts_at=starts_at,
            because=acting.entry,
        )
    )


def unrule(acting: Acting, word: StandingWord, row: Standing, ends_at: dt.datetime) -> Standing:
    """Let a ruling word end at a moment: from there on the place follows the one above; one that had not begun never holds."""
    owned(acting, word)
    return acting.change(row, ends_at=max(ends_at, row.starts_at))


def ruling(store: Store, place: str, at: dt.datetime) -> dict[str, str]:
    """Return every ruling word as it holds at a place at a moment: of the nearest place that says something."""
    return rulings(store, [place], at)[place]


def rulings(store: Store, places: Iterable[str], at: dt.datetime) -> dict[str, dict[str, str]]:
    """Return the ruling words of many places at a moment, reading each word's rows once."""
    wanted = list(places)
    told: dict[str, dict[str, str]] = {place: {} for place in wanted}
    for word in WORDS.values():
        if word.default is None:
            continue
        said = spoken(store, word, at)
        for place in wanted:
            near = next((said[one] for one in above(place) if one in said), word.default)
            told[place][word.name] = near
    return told


def spoken(store: Store, word: StandingWord, at: dt.datetime) -> dict[str, str]:
    """Return what a ruling word says at a moment, by the places about which it was said."""
    rows = store.fetch(Standing, {"what": word.name}, limit=None)
    held = [row for row in rows if in_force(row, at)]
    return {row.subject: row.value for row in sorted(held, key=lambda row: (row.starts_at, row.id))}


def say(
    acting: Acting, word: StandingWord, subject: str, value: str, ends_at: dt.datetime | None = None
) -> Standing:
    """Say a word of standing from now on, in place of what was said before; only the desk that owns it does."""
    take_back(acting, word, subject)
    return acting.add(
        Standing(
            subject=subject,
            what=word.name,
            value=value,
            place=acting.place,
            starts_at=acting.at,
            ends_at=ends_at,
            because=acting.entry,
        )
    )


def take_back(acting: Acting, word: StandingWord, subject: str) -> bool:
    """Let a word of standing end now; tell whether it was in force. Only the desk that owns it does."""
    owned(acting, word)
    row = at(acting.store, word, subject, acting.at)
    if row is None:
        return False
    acting.change(row, ends_at=acting.at)
    return True


def owned(acting: Acting, word: StandingWord) -> None:
    """Hold that a word is written by the desk that owns it."""
    desk = acting.command.partition(".")[0]
    assert desk == word.desk, f"{acting.command} does not own {word.name}"


def in_force(row: Standing, moment: dt.datetime) -> bool:
    """Tell whether a word was in force at a moment."""
    return row.starts_at <= moment and (row.ends_at is None or moment < row.ends_at)


def at(store: Store, word: StandingWord, subject: str, moment: dt.datetime) -> Standing | None:
    """Return the word that was in force about a subject at a moment: of those, what was said last."""
    rows = store.fetch(Standing, {"subject": subject, "what": word.name}, limit=None)
    held = [row for row in rows if in_force(row, moment)]
    return max(held, key=lambda row: (row.starts_at, row.id), default=None)
