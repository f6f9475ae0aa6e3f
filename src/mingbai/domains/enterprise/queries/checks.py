"""Queries on checks: what the desk looks at again, the oldest first, and what came of it."""

import datetime as dt
from collections import Counter
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from mingbai.domains.enterprise.models import Check, Decision
from mingbai.kernel.acting import Asking
from mingbai.kernel.asks import Ask, Row
from mingbai.kernel.glossary import terms
from mingbai.kernel.places import prefix_of
from mingbai.kernel.queries.places import OfPlace
from mingbai.kernel.registry import Scope, query
from mingbai.kernel.words import PlaceCode, Role

READS = {Role.DESK, Role.LEADER, Role.OVERSEER, Role.AUDITOR}
terms(
    {
        "decided": _("Applications decided"),
        "drawn": _("Checked afterwards"),
        "drawn_refusals": _("Refusals among them"),
        "right": _("Found right"),
        "wrongly_refused": _("Wrongly refused"),
        "wrongly_approved": _("Wrongly approved"),
        "asked_again": _("Asked to look again"),
    }
)


class OfChecks(Ask):
    """Checks of a place and what lies under it."""

    place: PlaceCode
    done: bool = False


class CheckRow(Row):
    """A decision that is looked at again."""

    check: UUID
    kind: str
    organisation: UUID
    name: str
    place: str
    decision: str
    lacking: list[str]
    rule_version: int
    asked_at: dt.datetime
    due_at: dt.datetime
    text: str | None
    answered_at: dt.datetime | None
    outcome: str | None
    answer: str | None


@query(scope=Scope.UNDER, role=READS, title=_("Decisions looked at again"))
def checks(asking: Asking, ask: OfChecks) -> list[CheckRow]:
    """Return the decisions that a person looks at again: drawn ones and those that a firm asked for, the most urgent first."""
    rows = Check.objects.filter(place__startswith=prefix_of(ask.place))
    if not ask.done:
        rows = rows.filter(answered_at=None)
    rows = rows.select_related("organisation", "decision").order_by("due_at", "id")
    return [
        CheckRow(
            check=row.id,
            kind=row.kind,
            organisation=row.organisation_id,
            name=row.organisation.name,
            place=row.place,
            decision=row.decision.verdict,
            lacking=row.decision.lacking.split(),
            rule_version=row.decision.rule_version,
            asked_at=row.asked_at,
            due_at=row.due_at,
            text=row.text,
            answered_at=row.answered_at,
            outcome=row.outcome,
            answer=row.answer,
        )
        for row in rows[:500]
    ]


class CheckCount(Row):
    """What checking afterwards found."""

    decided: int
    drawn: int
    drawn_refusals: int
    asked_again: int
    right: int
    wrongly_refused: int
    wrongly_approved: int


@query(scope=Scope.UNDER, role=READS, title=_("What checking afterwards found"))
def check_counts(asking: Asking, ask: OfPlace) -> CheckCount:
    """Return how many decisions were drawn, refusals among them, and how many were found right or wrong."""
    prefix = prefix_of(ask.place)
    rows = list(Check.objects.filter(place__startswith=prefix).select_related("decision"))
    drawn = [row for row in rows if row.kind == "sample"]
    outcomes = Counter(row.outcome for row in rows)
    return CheckCount(
        decided=Decision.objects.filter(place__startswith=prefix, cause="filed").count(),
        drawn=len(drawn),
        drawn_refusals=sum(row.decision.verdict != "approved" for row in drawn),
        asked_again=len(rows) - len(drawn),
        right=outcomes["right"],
        wrongly_refused=outcomes["wrongly_refused"],
        wrongly_approved=outcomes["wrongly_approved"],
    )
