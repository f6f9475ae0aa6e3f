"""What comes: how a firm would stand at the next moments at which a version of the rule, a level, a grade or a number of days begins where it is."""

import datetime as dt
from collections.abc import Sequence

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mingbai.domains.enterprise.models import Part, RuleVersion
from mingbai.domains.enterprise.queries.judging import judge
from mingbai.domains.enterprise.rules.deciding import Judgement
from mingbai.domains.enterprise.words import GRADE, LEVEL, STOCK_DAYS
from mingbai.kernel.acting import Asking
from mingbai.kernel.asks import Row
from mingbai.kernel.glossary import terms
from mingbai.kernel.models import Organisation, Policy, Standing
from mingbai.kernel.policy import above

MOST = 5
terms({"newly_needed": _("Needed then"), "no_longer_needed": _("No longer needed then")})


class ComingRow(Row):
    """How a firm would stand from a moment on, with what it holds today."""

    at: dt.datetime
    would_be: str
    lacking: list[str]
    newly_needed: list[str]
    no_longer_needed: list[str]
    rule_version: int
    level: str
    grade: str


def moments(firm: Organisation, now: dt.datetime) -> list[dt.datetime]:
    """Return the next moments at which what rules a firm's place changes, as it is known today."""
    places = list(above(firm.place))
    rules = RuleVersion.objects.filter(place__in=places, starts_at__gt=now)
    words = Standing.objects.filter(
        Q(starts_at__gt=now) | Q(ends_at__gt=now), what__in=(LEVEL, GRADE), place__in=places
    )
    days = Policy.objects.filter(
        Q(starts_at__gt=now) | Q(ends_at__gt=now), name=STOCK_DAYS.name, place__in=places
    )
    found = set(rules.values_list("starts_at", flat=True))
    for pair in [
        *words.values_list("starts_at", "ends_at"),
        *days.values_list("starts_at", "ends_at"),
    ]:
        found |= {one for one in pair if one is not None and one > now}
    return sorted(found)[:MOST]


def coming(
    asking: Asking, firm: Organisation, parts: Sequence[Part], now: Judgement
) -> list[ComingRow]:
    """Return from when on a firm would stand otherwise than before, so that it is told ahead and not afterwards."""
    found, last = [], now
    for at in moments(firm, asking.now):
        (then,) = judge(asking.store, firm, parts, at)
        if (then.verdict, then.lacking) != (last.verdict, last.lacking):
            found.append(
                ComingRow(
                    at=at,
                    would_be=then.verdict.value,
                    lacking=list(then.lacking),
                    newly_needed=[one for one in then.lacking if one not in last.lacking],
                    no_longer_needed=[one for one in last.lacking if one not in then.lacking],
                    rule_version=then.required.version,
                    level=then.required.level,
                    grade=then.required.grade,
                )
            )
        last = then
    return found
