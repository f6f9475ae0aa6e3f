"""Commands on messages: what the house tells somebody is a record, so "the person was told" is one too."""

from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from mingbai.kernel.acting import Acting, open_link
from mingbai.kernel.asks import Ask
from mingbai.kernel.glossary import terms
from mingbai.kernel.models import Message
from mingbai.kernel.refusals import Refused, sentences
from mingbai.kernel.registry import command
from mingbai.kernel.words import Code, PersonId, PlaceCode, Role, ShortCode, Token

SLIP_LINK = "household"
TOLD: dict[str, Promise] = {}


def told(added: dict[str, Promise]) -> None:
    """Register what the house says with each kind of message; a desk adds its own."""
    for kind, sentence in added.items():
        assert kind not in TOLD, f"two sentences for {kind}"
        TOLD[kind] = sentence


told(
    {
        "correction_answered": _("Your wish for a correction was answered."),
        "turn_booked": _("You were booked for a turn of duty; it stands under your turns."),
    }
)

sentences({"MSG-1": _("No message of this id is for you.")})
terms({"message": _("Message"), "made_at": _("Told"), "measure": _("Measure")})


class Tell(Ask):
    """Tell somebody something."""

    place: PlaceCode
    kind: Code
    person: PersonId | None = None
    household: ShortCode | None = None


@command(role={Role.OPERATOR}, desk="messages", title=_("Tell somebody"), shell=False)
def tell(acting: Acting, ask: Tell) -> None:
    """Tell a person or a household something; it stands where they look next."""
    acting.add(
        Message(
            kind=ask.kind,
            person=ask.person,
            household=ask.household,
            place=ask.place,
            made_at=acting.now,
            because=acting.because or acting.entry,
        )
    )


class SeeMessage(Ask):
    """Note that a message was seen."""

    place: PlaceCode
    message: UUID
    token: Token | None = None


@command(role=set(Role), desk="messages", title=_("Mark a message as seen"), per_hour=600)
def see_message(acting: Acting, ask: SeeMessage) -> None:
    """Note that whom a message is for has seen it: signed in, or by the code on the household's slip."""
    held = acting.hold(Message, id=ask.message)
    if held is None or held.place != ask.place:
        raise Refused("MSG-1")
    link = open_link(acting.store, ask.token, SLIP_LINK, acting.now) if ask.token else None
    own = acting.person is not None and held.person == acting.person
    household = link is not None and (link.place, link.subject) == (held.place, held.household)
    if not own and not household:
        raise Refused("MSG-1")
    if held.seen_at is None:
        acting.change(held, seen_at=acting.now)
