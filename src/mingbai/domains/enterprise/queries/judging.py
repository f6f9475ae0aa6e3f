"""Judging: a firm's facts and the rule in force at its place, read through the store of an act or of a chunk of acts."""

import datetime as dt
import weakref
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from mingbai.domains.enterprise.models import Clause, Part, RuleVersion
from mingbai.domains.enterprise.rules.deciding import (
    FIRST_RULE,
    ClauseOf,
    Facts,
    Judgement,
    Required,
    RuleOf,
    decide,
    required_by,
)
from mingbai.domains.enterprise.words import (
    GRADE,
    LEVEL,
    LOW,
    NO_LEVEL,
    PASSED,
    SERIOUS,
    STOCK_DAYS,
    Need,
)
from mingbai.kernel import standing
from mingbai.kernel.many.working import Working
from mingbai.kernel.models import Organisation, Policy, Standing
from mingbai.kernel.policy import above, value_at
from mingbai.kernel.rows import Store

HELD = "held"


class Reader:
    """The rule, the ruling words and the policy, each read once for all the places that are asked about."""

    def __init__(self, store: Store) -> None:
        # A chunk keeps its reader as long as it lives itself, so the reader must not keep the chunk.
        self.ref = weakref.ref(store)
        self.said: dict[tuple[str, dt.datetime], dict[str, str]] = {}
        self.versions: list[RuleVersion] | None = None
        self.clauses: dict[UUID, RuleOf] = {}
        self.stock: list[Policy] | None = None
        self.required: dict[tuple[Any, ...], Required] = {}

    @property
    def store(self) -> Store:
        """Return the store, which lives as long as whoever asks."""
        found = self.ref()
        assert found is not None
        return found

    def rulings(self, place: str, at: dt.datetime) -> dict[str, str]:
        """Return the level and the grade at a place at a moment."""
        return {
            LEVEL: self._word(LEVEL, place, at, NO_LEVEL),
            GRADE: self._word(GRADE, place, at, LOW),
        }

    def _word(self, name: str, place: str, at: dt.datetime, default: str) -> str:
        word = standing.WORDS.get(name)
        if word is None:
            return default
        if (name, at) not in self.said:
            self.said[name, at] = standing.spoken(self.store, word, at)
        said = self.said[name, at]
        return next((said[one] for one in above(place) if one in said), word.default or default)

    def version(self, place: str, at: dt.datetime) -> RuleVersion | None:
        """Return the version in force at a place at a moment: of the nearest place that has one, the latest."""
        if self.versions is None:
            self.versions = self.store.fetch(RuleVersion, {}, limit=None)
        for where in above(place):
            rows = [row for row in self.versions if row.place == where and row.starts_at <= at]
            if rows:
                return max(rows, key=lambda row: (row.starts_at, row.number))
        return None

    def rule(self, place: str, at: dt.datetime) -> RuleOf:
        """Return what the version in force at a place at a moment says; where nobody has set one, the first holds."""
        found = self.version(place, at)
        return self._clauses(found) if found else FIRST_RULE

    def _clauses(self, row: RuleVersion) -> RuleOf:
        if row.id not in self.clauses:
            found = self.store.fetch(Clause, {"rule_id": row.id}, limit=None)
            ordered = sorted(found, key=lambda one: one.position)
            self.clauses[row.id] = RuleOf(row.number, tuple(clause_of(one) for one in ordered))
        return self.clauses[row.id]

    def stock_days(self, place: str, at: dt.datetime) -> int:
        """Return for how many days the protective stock must last at a place."""
        if self.stock is None:
            self.stock = self.store.fetch(Policy, {"name": STOCK_DAYS.name}, limit=None)
        return value_at(self.stock, STOCK_DAYS.name, place, at)

    def required_of(
        self,
        place: str,
        sector: str | None,
        at: dt.datetime,
        rulings: Mapping[str, str] | None = None,
    ) -> Required:
        """Return what is required of a firm of a sector at a place at a moment, under the rulings that hold or under others."""
        told = rulings or self.rulings(place, at)
        level, grade = told.get(LEVEL, NO_LEVEL), told.get(GRADE, LOW)
        key = (place, sector, at, level, grade)
        if key not in self.required:
            self.required[key] = required_by(
                self.rule(place, at), level, grade, sector, self.stock_days(place, at)
            )
        return self.required[key]


READERS: "weakref.WeakKeyDictionary[Working, Reader]" = weakref.WeakKeyDictionary()


def reader(store: Store) -> Reader:
    """Return the reader of a store; a chunk of acts, which never changes what rules, keeps one for all of them."""
    if not isinstance(store, Working):
        return Reader(store)
    if store not in READERS:
        READERS[store] = Reader(store)
    return READERS[store]


def clause_of(row: Clause) -> ClauseOf:
    """Return a clause as it is judged by."""
    return ClauseOf(
        tuple(row.levels.split()),
        tuple(row.grades.split()),
        tuple(row.sectors.split()),
        tuple(row.needs.split()),
        row.way,
    )


def facts_of(
    firm: Organisation,
    parts: Iterable[Part],
    words: Sequence[Standing],
    moments: Sequence[dt.datetime],
) -> Facts:
    """Return what is known of a firm; a serious hazard that was open at any of the moments counts."""
    held = {
        part.need: None if part.accepted else part.quantity for part in parts if part.state == HELD
    }
    record = {
        Need.ADDRESS: firm.address,
        Need.SECTOR: firm.sector,
        Need.CREDIT_CODE: firm.credit_code,
    }
    held |= dict.fromkeys(need.value for need, value in record.items() if value)

    def said(what: str, at: dt.datetime) -> bool:
        return any(row.what == what and standing.in_force(row, at) for row in words)

    return Facts(held, any(said(SERIOUS, at) for at in moments), said(PASSED, moments[-1]))


def judge(
    store: Store, firm: Organisation, parts: Sequence[Part], *moments: dt.datetime
) -> list[Judgement]:
    """Return the judgement of a firm at each of these moments, the earliest first; one reading of its words for all."""
    words = store.fetch(Standing, {"subject": firm.id.hex}, limit=None)
    held = reader(store)
    return [
        decide(
            facts_of(firm, parts, words, moments),
            held.required_of(firm.place, firm.sector, at),
        )
        for at in moments
    ]
