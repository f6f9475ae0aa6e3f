"""Commands on attachments: a picture is attached to an act, as the signed delivery note is to a delivery."""

from uuid import UUID

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from mingbai.kernel.acting import Acting
from mingbai.kernel.asks import Ask
from mingbai.kernel.firms import OWN_SIDE
from mingbai.kernel.glossary import terms
from mingbai.kernel.journal.entries import stored_act
from mingbai.kernel.models import Attachment
from mingbai.kernel.refusals import Refused
from mingbai.kernel.registry import command
from mingbai.kernel.words import Code, Digest, PlaceCode, Role

terms({"width": _("Width"), "height": _("Height"), "act": _("Act"), "deleted_at": _("Deleted")})


class Attach(Ask):
    """Attach a picture to an act."""

    place: PlaceCode
    act: UUID
    name: Code
    digest: Digest
    size: int = Field(ge=1)
    width: int = Field(ge=1)
    height: int = Field(ge=1)


def own_mandate(acting: Acting) -> str:
    """Return the mandate of whoever acts as an entry names it; a firm's own side adds pictures to its own acts alone."""
    return acting.mandate.hex if acting.mandate else ""


@command(
    role={
        Role.KEEPER,
        Role.DESK,
        Role.GUARD,
        Role.CREW_LEAD,
        Role.CLERK,
        Role.FIRM_HEAD,
        Role.INSPECTOR,
    },
    desk="attachments",
    title=_("Attach a picture"),
    shell=False,
)
def attach(acting: Acting, ask: Attach) -> None:
    """Attach a picture to an act of this place; the entry holds its fingerprint, so another can't take its place."""
    found = stored_act(acting.store, ask.act)
    if found is None or found.opened.get("place") != ask.place:
        raise Refused("ATT-3")
    if acting.role in OWN_SIDE and found.body["by"]["mandate"] != own_mandate(acting):
        raise Refused("ATT-3")
    acting.add(
        Attachment(
            name=ask.name,
            place=ask.place,
            subject=ask.act.hex,
            digest=ask.digest,
            size=ask.size,
            width=ask.width,
            height=ask.height,
            entry=acting.entry,
        )
    )
