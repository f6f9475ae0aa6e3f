"""Commands on a firm's service officer: approval opens the slot, and the desk names who fills it on the same day."""

from uuid import UUID

from django.utils.translation import gettext_lazy as _

from mingbai.domains.enterprise.models import Dossier
from mingbai.domains.enterprise.words import OFFICER
from mingbai.kernel.acting import Acting
from mingbai.kernel.firms import firm_of
from mingbai.kernel.models import Mandate
from mingbai.kernel.queries.firms import OfFirm
from mingbai.kernel.refusals import Refused
from mingbai.kernel.registry import command
from mingbai.kernel.words import Role


class NameOfficer(OfFirm):
    """Name a firm's service officer."""

    officer_mandate: UUID


@command(role={Role.DESK}, title=_("Name a firm's service officer"))
def name_officer(acting: Acting, ask: NameOfficer) -> None:
    """Name who serves a firm as its one service officer; the slot that its approval opened is filled with it."""
    firm = firm_of(acting, ask.place, ask.organisation)
    held = acting.see(Mandate, id=ask.officer_mandate)
    in_office = (
        held is not None
        and held.role == Role.SERVICE_OFFICER
        and held.place == ask.place
        and held.starts_at <= acting.now
        and (held.ends_at is None or acting.now < held.ends_at)
    )
    if held is None or not in_office:
        raise Refused("ENT-16")
    dossier = acting.hold(Dossier, organisation_id=firm.id)
    if dossier is None:
        raise Refused("ENT-7")
    acting.change(dossier, officer=held.id)
    acting.subject(held.person_id)
    acting.close_item(kind=OFFICER, subject=firm.id.hex, place=firm.place, outcome="named")
