"""Queries on decisions: what each rests on, whom it affects, and how many of those object.

Public counts are cut once a day, and fewer than ten are not shown: in the query, so on every face.
"""

import datetime as dt
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from mingbai.domains.response.directive_words import DESKS
from mingbai.domains.response.models import Decision, Directive, Objection
from mingbai.domains.response.queries.cited import CitedRow, cited_by
from mingbai.domains.response.rules.words_out import public_count
from mingbai.kernel.acting import Asking
from mingbai.kernel.asks import Ask, Row
from mingbai.kernel.clock import last_cut
from mingbai.kernel.journal.asks import numbers_of
from mingbai.kernel.models import Organisation
from mingbai.kernel.refusals import Refused
from mingbai.kernel.registry import Scope, query
from mingbai.kernel.words import PlaceCode, Role


class OfPlace(Ask):
    """Of which place."""

    place: PlaceCode


class DecisionRow(Row):
    """A decision as everyone reads it."""

    decision: UUID
    place: str
    number: str
    title: str
    text: str
    affected: str
    affected_count: int
    group: str | None
    decided_at: dt.datetime
    seq: int | None
    unsourced: bool
    objections: int | None
    objection_rate: str | None
    as_of: dt.datetime
    cites: list[CitedRow]


@query(scope=Scope.PUBLIC, title=_("Decisions of a place"))
def decisions(asking: Asking, ask: OfPlace) -> list[DecisionRow]:
    """Return a place's decisions with what each cites; one that cites nothing says so; objections as of the last daily cut."""
    found = Decision.objects.filter(place=ask.place).order_by("-decided_at", "-id")[:200]
    return decision_rows(asking, list(found))


class OneDecision(Ask):
    """Which decision."""

    place: PlaceCode
    decision: UUID


@query(scope=Scope.PUBLIC, title=_("A decision"))
def decision(asking: Asking, ask: OneDecision) -> DecisionRow:
    """Return one decision with what it cites, whom it affects, and the objections as of the last daily cut."""
    return decision_rows(asking, [decision_of(asking, ask)])[0]


def decision_of(asking: Asking, ask: OneDecision) -> Decision:
    """Return the decision that is asked for."""
    one = asking.see(Decision, id=ask.decision)
    if one is None or one.place != ask.place:
        raise Refused("RES-82")
    return one


def decision_rows(asking: Asking, found: list[Decision]) -> list[DecisionRow]:
    """Return decisions as everyone reads them."""
    cut = last_cut(asking.now)
    cites = cited_by(asking.store, [one.id for one in found])
    numbers = numbers_of(asking.store, [one.entry for one in found])
    groups = Organisation.objects.in_bulk({one.group_id for one in found if one.group_id})
    rows = []
    for one in found:
        count = Objection.objects.filter(decision=one.id, objected_at__lte=cut).count()
        objections, rate = public_count(count, one.affected_count)
        rows.append(
            DecisionRow(
                decision=one.id,
                place=one.place,
                number=one.number,
                title=one.title,
                text=one.text,
                affected=one.affected,
                affected_count=one.affected_count,
                group=groups[one.group_id].name if one.group_id else None,
                decided_at=one.decided_at,
                seq=numbers.get(one.entry),
                unsourced=not cites.get(one.id),
                objections=objections,
                objection_rate=rate,
                as_of=cut,
                cites=cites.get(one.id, []),
            )
        )
    return rows


class AnswerRow(Row):
    """The office's answer to an objection; the objector's own words only where they are shown."""

    text: str
    answer: str
    answered_at: dt.datetime


@query(scope=Scope.PUBLIC, title=_("Answers to objections"))
def objection_answers(asking: Asking, ask: OneDecision) -> list[AnswerRow]:
    """Return the answers to objections as of the last daily cut, each wording once; none while fewer than ten object."""
    one = decision_of(asking, ask)
    cut = last_cut(asking.now)
    rows = list(Objection.objects.filter(decision=one.id, objected_at__lte=cut))
    if public_count(len(rows), one.affected_count)[0] is None:
        return []
    told: dict[tuple[str, str], AnswerRow] = {}
    for row in sorted(rows, key=lambda one: (one.answered_at or cut, one.id)):
        if row.answer is not None and row.answered_at is not None and row.answered_at <= cut:
            text = row.text if row.shown else ""
            made = AnswerRow(text=text, answer=row.answer, answered_at=row.answered_at)
            told.setdefault((text, row.answer), made)
    return list(told.values())


class ObjectionRow(Row):
    """An objection as the office reads it: its words, never whose they are."""

    objection: UUID
    text: str
    objected_at: dt.datetime
    answer: str | None
    answered_at: dt.datetime | None


@query(
    scope=Scope.UNDER,
    role=DESKS | {Role.OVERSEER, Role.AUDITOR},
    title=_("Objections to a decision"),
)
def objections(asking: Asking, ask: OneDecision) -> list[ObjectionRow]:
    """Return the objections to a decision, the unanswered first; who objects is written nowhere."""
    one = decision_of(asking, ask)
    return [
        ObjectionRow(
            objection=row.id,
            text=row.text,
            objected_at=row.objected_at,
            answer=row.answer,
            answered_at=row.answered_at,
        )
        for row in sorted(
            asking.find(Objection, decision_id=one.id),
            key=lambda row: (row.answered_at is not None, row.objected_at, row.id),
        )
    ]


class FollowsRow(Row):
    """The directive by which a decision became tasks."""

    directive: UUID
    number: str


@query(scope=Scope.PUBLIC, title=_("What follows from a decision"))
def decision_follows(asking: Asking, ask: OneDecision) -> list[FollowsRow]:
    """Return the directive by which a decision became tasks, where it did."""
    one = decision_of(asking, ask)
    return [
        FollowsRow(directive=row.id, number=row.number)
        for row in Directive.objects.filter(decision=one.id)
    ]
