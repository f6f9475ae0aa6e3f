"""Commands on firms that are not due to resume: each has a reason of a closed list, and a day on which it is looked at again."""

import datetime as dt

from django.utils.translation import gettext_lazy as _

from mingbai.domains.enterprise.models import NotDue
from mingbai.domains.enterprise.words import APPROVED, REVIEW, REVIEW_DAYS, NotDueReason
from mingbai.kernel import standing
from mingbai.kernel.acting import Acting
from mingbai.kernel.clock import day
from mingbai.kernel.firms import firm_of
from mingbai.kernel.models import OpenItem
from mingbai.kernel.perform import as_house
from mingbai.kernel.policy import in_force
from mingbai.kernel.queries.firms import OfFirm
from mingbai.kernel.refusals import Refused
from mingbai.kernel.registry import command, due
from mingbai.kernel.words import Role


class NoteNotDue(OfFirm):
    """Note that a firm is not due to resume."""

    not_due_reason: NotDueReason
    review_on: dt.date


@command(role={Role.DESK}, title=_("Note that a firm is not due"))
def note_not_due(acting: Acting, ask: NoteNotDue) -> None:
    """Note with a reason of the closed list that a firm is not due to resume, until a day on which it is looked at again."""
    firm = firm_of(acting, ask.place, ask.organisation)
    if standing.at(acting.store, APPROVED, firm.id.hex, acting.now) is not None:
        raise Refused("ENT-13")
    today = day(acting.now)
    most = in_force(acting.store, REVIEW_DAYS.name, ask.place, acting.now)
    if not today < ask.review_on <= today + dt.timedelta(days=most):
        raise Refused("ENT-12", most=most)
    told = {
        "reason": ask.not_due_reason,
        "review_on": ask.review_on,
        "said_at": acting.now,
        "said_by": acting.mandate,
    }
    held = acting.hold(NotDue, organisation_id=firm.id, ended_at=None)
    if held is not None:
        acting.change(held, ended_at=acting.now)
        acting.close_item(kind=REVIEW, subject=firm.id.hex, place=firm.place, outcome="still so")
    acting.add(NotDue(organisation_id=firm.id, place=firm.place, **told))


@command(role={Role.DESK}, title=_("Note that a firm is due again"))
def note_due(acting: Acting, ask: OfFirm) -> None:
    """Note that a firm that was not due is due to resume now."""
    firm = firm_of(acting, ask.place, ask.organisation)
    if not due_now(acting, ask):
        raise Refused("ENT-14")
    acting.close_item(kind=REVIEW, subject=firm.id.hex, place=firm.place, outcome="due")


def due_now(acting: Acting, ask: OfFirm) -> bool:
    """End that a firm is not due; tell whether it was so."""
    held = acting.hold(NotDue, organisation_id=ask.organisation, ended_at=None)
    if held is None:
        return False
    acting.change(held, ended_at=acting.now)
    return True


@command(role={Role.OPERATOR}, title=_("Ask for a review"), shell=False)
def ask_review(acting: Acting, ask: OfFirm) -> None:
    """Raise an open item for the desk: the day has come to look again whether a firm is due."""
    held = acting.see(NotDue, organisation_id=ask.organisation, ended_at=None)
    if held is None or held.place != ask.place or held.review_on > day(acting.now):
        raise Refused("ENT-14")
    acting.raise_item(
        kind=REVIEW,
        subject=ask.organisation.hex,
        place=held.place,
        role=Role.DESK,
        due=acting.now + dt.timedelta(days=1),
        raises_to=Role.LEADER,
    )


@due("hour")
def reviews_due(now: dt.datetime) -> None:
    """Ask for the reviews whose day has come, once each."""
    waiting = OpenItem.objects.filter(kind=REVIEW, done_at=None).values_list("subject", flat=True)
    asked = set(waiting)
    for row in NotDue.objects.filter(ended_at=None, review_on__lte=day(now)).order_by("id"):
        if row.organisation_id.hex not in asked:
            as_house(ask_review, {"place": row.place, "organisation": row.organisation_id})
