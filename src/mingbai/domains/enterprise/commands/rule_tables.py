"""Commands on the rule as data: a new version is set from a moment on, and the house begins it at its minute."""

import datetime as dt
from uuid import UUID, uuid5

from django.utils.translation import gettext_lazy as _

from mingbai.domains.enterprise.commands.reconsidering import firms_under
from mingbai.domains.enterprise.models import Clause, RuleVersion
from mingbai.domains.enterprise.queries.rule_tables import Clauses
from mingbai.domains.enterprise.rules.deciding import FIRST_VERSION
from mingbai.domains.enterprise.words import RECONSIDER, STOCK_DAYS, RuleBasis
from mingbai.kernel.acting import Acting
from mingbai.kernel.asks import Answer, Ask
from mingbai.kernel.models import Job, Policy
from mingbai.kernel.perform import as_house
from mingbai.kernel.refusals import Refused
from mingbai.kernel.registry import command, due
from mingbai.kernel.words import Moment, PlaceCode, Role


class SetRule(Ask):
    """Set a new version of the rule."""

    place: PlaceCode
    basis: RuleBasis
    starts_at: Moment | None = None
    clauses: Clauses


class RuleSet(Answer):
    """The number of the new version."""

    rule_version: int


@command(role={Role.DESK, Role.LEADER}, title=_("Set a new version of the rule"))
def set_rule(acting: Acting, ask: SetRule) -> RuleSet:
    """Set a new version of what is required, at a place and under it from a moment on; it never reaches back."""
    starts = ask.starts_at or acting.now
    if starts < acting.now:
        raise Refused("ENT-6")
    numbers = [row.number for row in acting.find(RuleVersion)]
    rule = acting.add(
        RuleVersion(
            number=max(numbers, default=FIRST_VERSION) + 1,
            place=ask.place,
            starts_at=starts,
            recorded_at=acting.now,
            basis=ask.basis,
            because=acting.entry,
        )
    )
    for at, clause in enumerate(ask.clauses):
        acting.add(
            Clause(
                rule_id=rule.id,
                position=at,
                levels=" ".join(clause.levels),
                grades=" ".join(clause.grades),
                sectors=" ".join(clause.sectors),
                needs=" ".join(clause.needs),
                way=clause.way,
            )
        )
    return RuleSet(rule_version=rule.number)


class BeginRule(Ask):
    """A version begins."""

    place: PlaceCode
    rule: UUID


@command(role={Role.OPERATOR}, title=_("Begin a version of the rule"), shell=False)
def begin_rule(acting: Acting, ask: BeginRule) -> None:
    """Note that a version has begun; every firm under its place is then held against it, once."""
    held = acting.hold(RuleVersion, id=ask.rule)
    if held is None or held.place != ask.place or held.begun_at or held.starts_at > acting.now:
        raise Refused("ENT-10")
    acting.change(held, begun_at=acting.now)


@due("minute")
def rules_that_begin(now: dt.datetime) -> None:
    """Begin the versions whose moment has come."""
    for row in RuleVersion.objects.filter(begun_at=None, starts_at__lte=now).order_by("number"):
        as_house(begin_rule, {"place": row.place, "rule": row.id})


class BeginDays(Ask):
    """Another number of days begins, or ends."""

    place: PlaceCode
    cause: UUID


@command(role={Role.OPERATOR}, title=_("Begin another number of days for the stock"), shell=False)
def begin_stock_days(acting: Acting, ask: BeginDays) -> None:
    """Note that a number of days for the protective stock, set ahead, has begun or ended; every firm under it is then held against it."""


@due("minute")
def stock_days_that_begin(now: dt.datetime) -> None:
    """Hold the firms against a number of days that was set ahead, once its moment has come; its long work is known by its cause."""
    rows = Policy.objects.filter(name=STOCK_DAYS.name).order_by("recorded_at", "id")
    moments = [
        (row, what, at)
        for row in rows
        for what, at in (("starts", row.starts_at), ("ends", row.ends_at))
        if at is not None and row.recorded_at < at <= now
    ]
    causes = {uuid5(row.id, what): row.place for row, what, _at in moments}
    done = Job.objects.filter(kind=RECONSIDER, content__in=[one.hex for one in causes])
    known = set(done.values_list("content", flat=True))
    for cause, place in causes.items():
        if cause.hex not in known and firms_under(place):
            as_house(begin_stock_days, {"place": place, "cause": cause})
