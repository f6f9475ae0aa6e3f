"""Commands on the classes of firms: who counts as above the designated size, exports, or is key to supply, and why."""

from typing import Literal
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from mingbai.kernel.acting import Acting
from mingbai.kernel.asks import Ask
from mingbai.kernel.clock import day
from mingbai.kernel.firms import firm_of
from mingbai.kernel.glossary import terms
from mingbai.kernel.models import OrganisationClass
from mingbai.kernel.refusals import Refused
from mingbai.kernel.registry import command
from mingbai.kernel.words import LikelyDay, PlaceCode, Reason, Role

terms({"firm_class": _("Class")})
FirmClass = Literal["above_scale", "export", "key_supply"]


class PutInClass(Ask):
    """Put a firm into a class."""

    place: PlaceCode
    organisation: UUID
    firm_class: FirmClass
    reason: Reason
    since: LikelyDay | None = None


@command(role={Role.DESK}, desk="organisations", title=_("Put a firm into a class"))
def put_in_class(acting: Acting, ask: PutInClass) -> None:
    """Note with the reason that a firm is in a class from a day on; lists as of an earlier moment stay as they were."""
    firm = firm_of(acting, ask.place, ask.organisation)
    since = ask.since or day(acting.at)
    for held in acting.find(OrganisationClass, organisation_id=firm.id, what=ask.firm_class):
        if held.until is None or since <= held.until:
            raise Refused("FRM-1")
    acting.add(
        OrganisationClass(
            organisation_id=firm.id,
            place=ask.place,
            what=ask.firm_class,
            since=since,
            reason=ask.reason,
            recorded_at=acting.now,
        )
    )


class TakeFromClass(Ask):
    """Take a firm out of a class."""

    place: PlaceCode
    organisation: UUID
    firm_class: FirmClass
    reason: Reason
    until: LikelyDay | None = None


@command(role={Role.DESK}, desk="organisations", title=_("Take a firm out of a class"))
def take_from_class(acting: Acting, ask: TakeFromClass) -> None:
    """Note with the reason the last day on which a firm is in a class; the days before stay as they were."""
    firm = firm_of(acting, ask.place, ask.organisation)
    key = {"organisation_id": firm.id, "what": ask.firm_class}
    held = acting.hold(OrganisationClass, **key, until=None)
    if held is None:
        raise Refused("FRM-2")
    until = ask.until or day(acting.at)
    if until < held.since:
        raise Refused("ORG-3")
    acting.change(held, until=until, end_reason=ask.reason, ended_at=acting.now)
