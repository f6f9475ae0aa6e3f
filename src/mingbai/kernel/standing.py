"""Standing: words about a place, a firm or a person that one desk owns and writes, and every rule may read.

A rule that depends on what another desk knows reads its word here: no desk reads another's tables, and none writes another's words.
"""

import datetime as dt
from dataclasses import dataclass

from django.utils.functional import Promise

from mingbai.kernel.acting import Acting
from mingbai.kernel.models import Standing
from mingbai.kernel.rows import Store


@dataclass(frozen=True)
class StandingWord:
    """A word of standing: which desk owns it, and what it says."""

    name: str
    title: Promise

    @property
    def desk(self) -> str:
        """Return the one desk that writes it."""
        return self.name.partition(".")[0]


WORDS: dict[str, StandingWord] = {}


def standing(name: str, title: Promise) -> StandingWord:
    """Register a word of standing; the part before the point is the desk that owns it."""
    assert name not in WORDS, f"{name} is registered twice"
    WORDS[name] = found = StandingWord(name, title)
    return found


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
    desk = acting.command.partition(".")[0]
    assert desk == word.desk, f"{acting.command} does not own {word.name}"
    row = at(acting.store, word, subject, acting.at)
    if row is None:
        return False
    acting.change(row, ends_at=acting.at)
    return True


def at(store: Store, word: StandingWord, subject: str, moment: dt.datetime) -> Standing | None:
    """Return the word that was in force about a subject at a moment: of those, what was said last."""
    rows = store.fetch(Standing, {"subject": subject, "what": word.name}, limit=None)
    held = [
        row
        for row in rows
        if row.starts_at <= moment and (row.ends_at is None or moment < row.ends_at)
    ]
    return max(held, key=lambda row: (row.starts_at, row.id), default=None)
