"""Queries on policy: what is in force at a place, now or at a past moment."""

from django.utils.translation import gettext_lazy as _

from mingbai.kernel.acting import Asking
from mingbai.kernel.asks import Ask, Row
from mingbai.kernel.glossary import terms
from mingbai.kernel.policy import PARAMETERS, in_force
from mingbai.kernel.registry import Scope, query
from mingbai.kernel.words import AsOf, PlaceCode

terms({"least": _("At least"), "most_allowed": _("At most"), "title": _("Title")})


class PolicyAt(Ask):
    """What is in force at a place."""

    place: PlaceCode
    as_of: AsOf | None = None


class PolicyRow(Row):
    """A parameter of the rules with its value and bounds."""

    policy: str
    title: str
    value: int
    least: int
    most_allowed: int


@query(scope=Scope.PUBLIC, desk="policy", title=_("Policy in force"), as_of=True)
def in_force_at(asking: Asking, ask: PolicyAt) -> list[PolicyRow]:
    """Return every parameter of the rules as it is in force at a place: anyone may know by what they are judged."""
    return [
        PolicyRow(
            policy=name,
            title=str(one.title),
            value=in_force(asking.store, name, ask.place, asking.as_of or asking.now),
            least=one.low,
            most_allowed=one.high,
        )
        for name, one in sorted(PARAMETERS.items())
    ]
