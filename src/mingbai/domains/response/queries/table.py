"""The table: which measures hold at a place, judged by the words that rule there at a moment."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from mingbai.domains.response.models import Listed, TableCell
from mingbai.domains.response.rules.levels import sectors_of, value_of
from mingbai.domains.response.words import LEVEL, ZONE_GRADE
from mingbai.kernel.places import is_under
from mingbai.kernel.rows import Store

Words = dict[str, str]


@dataclass(frozen=True)
class Catalogue:
    """The measures of the catalogue with their tables, read once."""

    listed: list[Listed]
    cells: dict[UUID, list[TableCell]]

    def over(self, place: str, at: dt.datetime) -> list[Listed]:
        """Return the measures that were in the catalogue for a place at a moment."""
        return [
            one
            for one in self.listed
            if is_under(place, one.place)
            and one.issued_at <= at
            and (one.withdrawn_at is None or at < one.withdrawn_at)
        ]

    def sectors(self, one: Listed, words: Words) -> list[str] | None:
        """Return for which sectors a measure holds under these words: an empty list is every one, and nothing is none."""
        return sectors_of(self.cells[one.id], words[LEVEL.name], words[ZONE_GRADE.name])

    def value(self, one: Listed, words: Words) -> int | None:
        """Return to which value a measure sets its parameter under these words; nothing where it does not hold."""
        return value_of(self.cells[one.id], words[LEVEL.name], words[ZONE_GRADE.name])

    def kinds(self, place: str, at: dt.datetime, words: Words) -> frozenset[str]:
        """Return the codes of the measures that hold for the whole of a place under these words."""
        return frozenset(
            one.code
            for one in self.over(place, at)
            if one.subject is None and self.sectors(one, words) is not None
        )


def catalogue(store: Store, only: Iterable[Listed] | None = None) -> Catalogue:
    """Read the catalogue with its tables, or a part of it."""
    cells: dict[UUID, list[TableCell]] = defaultdict(list)
    for cell in store.fetch(TableCell, {}, limit=None):
        cells[cell.listed_id].append(cell)
    return Catalogue(store.fetch(Listed, {}, limit=None) if only is None else list(only), cells)
