"""Commands that look at firms again by themselves: when a level, a grade, a version of the rule or a hazard has changed."""

from typing import Any
from uuid import UUID, uuid5

from django.utils.translation import gettext_lazy as _

from mingbai.domains.enterprise.commands.settling import load_firms, parts_of, settle
from mingbai.domains.enterprise.models import Dossier
from mingbai.domains.enterprise.queries.judging import judge
from mingbai.domains.enterprise.words import RECONSIDER, Verdict
from mingbai.kernel.acting import Acting
from mingbai.kernel.asks import Answer
from mingbai.kernel.jobs import Plan, Row
from mingbai.kernel.many.run import One
from mingbai.kernel.models import Organisation
from mingbai.kernel.places import prefix_of
from mingbai.kernel.queries.firms import OfFirm
from mingbai.kernel.registry import command, planner
from mingbai.kernel.words import Role


class Reconsidered(Answer):
    """Whether the decision changed, and how it stands."""

    changed: bool
    decision: Verdict | None = None


@command(role={Role.OPERATOR}, title=_("Look at a firm again"), shell=False, many=load_firms)
def reconsider_one(acting: Acting, ask: OfFirm) -> Reconsidered:
    """Hold a firm that has filed against the rule as it stands now; nothing is written when nothing follows."""
    firm = acting.see(Organisation, id=ask.organisation)
    dossier = acting.hold(Dossier, organisation_id=ask.organisation)
    if firm is None or firm.place != ask.place or dossier is None or dossier.filed_at is None:
        return Reconsidered(changed=False)
    (judged,) = judge(acting.store, firm, parts_of(acting, firm), acting.now)
    decision = settle(acting, firm, dossier, judged, "reconsidered")
    return Reconsidered(changed=decision is not None, decision=judged.verdict)


@planner(RECONSIDER)
def plan_reconsidering(content: bytes, place: str, options: dict[str, Any]) -> Plan:
    """Plan every firm at a place and under it that has a dossier, in an order that stays while the work goes on."""
    cause = UUID(hex=content.decode())
    rows = Dossier.objects.filter(place__startswith=prefix_of(place)).order_by("id")
    found = rows.values_list("id", "place", "organisation_id")
    return Plan(
        "enterprise.reconsider_one",
        [
            Row(
                at,
                one=One({"place": where, "organisation": firm}, uuid5(cause, f"firm/{one.hex}")),
            )
            for at, (one, where, firm) in enumerate(found, start=1)
        ],
    )


def has_filed(acting: Acting, firm: UUID) -> bool:
    """Tell whether a firm has filed, so that there is something to look at again."""
    dossier = acting.see(Dossier, organisation_id=firm)
    return dossier is not None and dossier.filed_at is not None


def firms_under(place: str) -> int:
    """Return how many firms at a place and under it have a dossier."""
    return Dossier.objects.filter(place__startswith=prefix_of(place)).count()
