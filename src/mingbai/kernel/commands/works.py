"""Commands on the works of a team: what it did on which day, told by its members."""

import datetime as dt
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from mingbai.kernel.acting import Acting
from mingbai.kernel.asks import Ask
from mingbai.kernel.clock import day
from mingbai.kernel.firms import firm_of
from mingbai.kernel.glossary import terms
from mingbai.kernel.models import Membership, Organisation, Work
from mingbai.kernel.refusals import NotAllowed, Refused
from mingbai.kernel.registry import command
from mingbai.kernel.words import FreeText, PlaceCode, Role

terms({"work": _("Work")})
DESKS = {Role.DESK, Role.OPERATOR}
MEMBERS = set(Role) - {Role.ANYONE, Role.WITNESS, Role.AUDITOR, Role.OVERSEER, Role.OPERATOR}


class RecordWork(Ask):
    """Note a team's work; everyone may read it, so name no person."""

    place: PlaceCode
    organisation: UUID
    work: FreeText
    on: dt.date | None = None


@command(role=MEMBERS, desk="organisations", title=_("Note a team's work"))
def record_work(acting: Acting, ask: RecordWork) -> None:
    """Note what a team did on a day; anyone may read its works by year, so name no person."""
    team = firm_of(acting, ask.place, ask.organisation)
    on = ask.on or day(acting.at)
    if on > day(acting.now):
        raise Refused("FRM-8")
    if on < team.since or (team.until is not None and on > team.until):
        raise Refused("FRM-16")
    if acting.role not in DESKS and not belongs(acting, team, on):
        raise NotAllowed("FRM-14")
    acting.add(
        Work(organisation_id=team.id, place=ask.place, on=on, text=ask.work, entry=acting.entry)
    )


def belongs(acting: Acting, team: Organisation, on: dt.date) -> bool:
    """Tell whether who acts belonged to the team on that day."""
    if acting.person is None:
        return False
    held = acting.find(Membership, organisation_id=team.id, person_id=acting.person)
    return any(one.since <= on and (one.until is None or on <= one.until) for one in held)
