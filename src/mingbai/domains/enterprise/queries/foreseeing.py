"""Foreseeing: which firms would stand otherwise if another level or grade held; the same rule decides, and nothing is written."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from mingbai.domains.enterprise.models import Dossier, Part
from mingbai.domains.enterprise.queries.judging import HELD, Reader, facts_of
from mingbai.domains.enterprise.rules.deciding import (
    ClauseOf,
    Facts,
    Required,
    RuleOf,
    decide,
    required_by,
)
from mingbai.domains.enterprise.words import PASSED, SERIOUS, VERDICTS
from mingbai.kernel.foresight import Foreseen, Question, foresees
from mingbai.kernel.models import Organisation, Standing
from mingbai.kernel.places import is_under, prefix_of
from mingbai.kernel.rows import Store

UNSET = 0
"""The number of a version that nobody has set."""


@dataclass(frozen=True)
class Known:
    """A firm that has filed, and what is known of it."""

    firm: Organisation
    state: str
    facts: Facts


def filed_under(place: str, at: dt.datetime) -> Iterator[Known]:
    """Give every firm at a place and under it that has filed, with its facts, read in four questions for all of them."""
    prefix = prefix_of(place)
    dossiers = Dossier.objects.filter(place__startswith=prefix, filed_at__isnull=False)
    rows = list(dossiers.select_related("organisation").order_by("place", "organisation__name"))
    parts: dict[UUID, list[Part]] = defaultdict(list)
    for part in Part.objects.filter(place__startswith=prefix, state=HELD):
        parts[part.organisation_id].append(part)
    words: dict[str, list[Standing]] = defaultdict(list)
    for word in Standing.objects.filter(what__in=(SERIOUS, PASSED), starts_at__lte=at):
        words[word.subject].append(word)
    for row in rows:
        firm = row.organisation
        facts = facts_of(firm, parts[firm.id], words[firm.id.hex], [at])
        yield Known(firm, row.state, facts)


@foresees("enterprise.firms", _("Firms"))
def firms(store: Store, question: Question) -> Iterable[Foreseen]:
    """Tell which firms would be decided otherwise, by the rule that will be in force then."""
    held = Reader(store)
    for one in filed_under(question.place, question.at):
        place, sector = one.firm.place, one.firm.sector
        then = [
            decide(one.facts, held.required_of(place, sector, question.at, rulings(place))).verdict
            for rulings in (question.before, question.after)
        ]
        if then[0] != then[1]:
            before, after = (str(VERDICTS[verdict]) for verdict in then)
            yield Foreseen(one.firm.id.hex, one.firm.name, place, before, after)


def firms_under_rule(
    store: Store, place: str, at: dt.datetime, clauses: Iterable[ClauseOf]
) -> Iterator[Foreseen]:
    """Tell which firms at a place and under it would be decided otherwise if this were the rule there; a nearer place keeps its own."""
    held, rule = Reader(store), RuleOf(UNSET, tuple(clauses))
    would: dict[tuple[str, str | None], Required] = {}
    for one in filed_under(place, at):
        where, sector = one.firm.place, one.firm.sector
        own = held.version(where, at)
        if own is not None and own.place != place and is_under(own.place, place):
            continue
        stands = held.required_of(where, sector, at)
        if (where, sector) not in would:
            would[where, sector] = required_by(
                rule, stands.level, stands.grade, sector, stands.stock_days
            )
        before, after = (decide(one.facts, by).verdict for by in (stands, would[where, sector]))
        if before != after:
            yield Foreseen(one.firm.id.hex, one.firm.name, where, before.value, after.value)
