"""Commands on rights: correct this, and let another person judge it again; at a desk, signed in, or with the slip."""

from typing import Literal
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from mingbai.kernel.acting import Acting, open_link
from mingbai.kernel.asks import Answer, Ask
from mingbai.kernel.commands.messages import SLIP_LINK
from mingbai.kernel.glossary import terms
from mingbai.kernel.models import Correction, Household, Mandate, OpenItem, Person
from mingbai.kernel.places import is_under, parent_of, prefix_of
from mingbai.kernel.refusals import NotAllowed, Refused, sentences
from mingbai.kernel.registry import command
from mingbai.kernel.words import FreeText, PersonId, PlaceCode, Role, Token

WISH = "rights.correction"

sentences(
    {
        "RGT-1": _(
            "Say about whom: sign in, use the code on the slip, or let the desk name the person."
        ),
        "RGT-2": _("No wish of this id waits here."),
        "RGT-3": _("Who answered first does not judge it again. Another person has to."),
        "RGT-4": _("This wish was not answered yet, so there is nothing to judge again."),
        "RGT-6": _("Another person judges this again already. The newest answer stands below."),
        "RGT-5": _("Nobody answers their own wish."),
    }
)
terms(
    {
        "correction": _("Wish for a correction"),
        "what": _("What"),
        "appeal_of": _("Judged again"),
        "answered_at": _("Answered"),
        "answered_by": _("Answered by"),
        "asked_entry": _("Entry of the wish"),
    }
)

What = Literal["name", "document_number", "phone", "household", "other"]


class AskCorrection(Ask):
    """Somebody wishes a value about them mended."""

    place: PlaceCode
    what: What
    text: FreeText
    person: PersonId | None = None
    token: Token | None = None


class Wished(Answer):
    """The wish's id."""

    correction: UUID


def subject_of(acting: Acting, place: str, person: UUID | None, token: str | None) -> Person:
    """Return about whom a wish is: the one signed in, the head of the slip's household, or whom the desk names."""
    if token is not None:
        link = open_link(acting.store, token, SLIP_LINK, acting.now)
        household = acting.see(Household, place=place, code=link.subject) if link else None
        named = household.head_id if household is not None else None
    elif person is not None and acting.role in (Role.DESK, Role.KEEPER, Role.OPERATOR):
        named = person
    else:
        named = acting.person
    found = acting.see(Person, id=named) if named else None
    if found is None or found.erased_at is not None:
        raise Refused("RGT-1")
    return found


@command(role=set(Role), desk="rights", title=_("Correct this"), per_hour=60)
def ask_correction(acting: Acting, ask: AskCorrection) -> Wished:
    """Wish a value about oneself mended; the desk answers, and the wish and the answer stay readable."""
    person = subject_of(acting, ask.place, ask.person, ask.token)
    added = acting.add(
        Correction(
            person_id=person.id,
            place=person.place,
            what=ask.what,
            asked_at=acting.now,
            asked_entry=acting.entry,
        )
    )
    acting.raise_item(kind=WISH, subject=added.id.hex, place=person.place, role=Role.DESK)
    acting.subject(person.id)
    return Wished(correction=added.id)


class AnswerCorrection(Ask):
    """The desk answers a wish."""

    place: PlaceCode
    correction: UUID
    outcome: Literal["mended", "kept"]
    text: FreeText


@command(role={Role.DESK}, desk="rights", title=_("Answer a wish"), shell=False)
def answer_correction(acting: Acting, ask: AnswerCorrection) -> None:
    """Answer a wish with the reason; what was judged once is judged again by another person only."""
    held = acting.hold(Correction, id=ask.correction)
    if held is None or held.place != ask.place or held.answered_at is not None:
        raise Refused("RGT-2")
    if held.person_id == acting.person:
        raise NotAllowed("RGT-5")
    if any(one.answered_by == acting.person for one in judged_before(acting, held)):
        raise NotAllowed("RGT-3")
    acting.change(held, answered_at=acting.now, answered_by=acting.person, outcome=ask.outcome)
    waits = acting.see(OpenItem, kind=WISH, subject=held.id.hex, done_at=None)
    if waits is not None:
        acting.close_item(kind=WISH, subject=waits.subject, place=waits.place, outcome=ask.outcome)
    acting.subject(held.person_id)


def judged_before(acting: Acting, wish: Correction) -> list[Correction]:
    """RGT-3 另一个人复核: return every earlier answer that this wish has judged again; none of their judges judges it."""
    found: list[Correction] = []
    while wish.appeal_of is not None:
        earlier = acting.see(Correction, id=wish.appeal_of)
        if earlier is None:
            break
        found.append(earlier)
        wish = earlier
    return found


class Appeal(Ask):
    """Somebody wants an answer judged again."""

    place: PlaceCode
    correction: UUID
    text: FreeText
    token: Token | None = None


@command(role=set(Role), desk="rights", title=_("Appeal to another person"), per_hour=60)
def appeal(acting: Acting, ask: Appeal) -> Wished:
    """Have an answer judged again, by another person, at the desk above."""
    held = acting.see(Correction, id=ask.correction)
    if held is None or held.place != ask.place:
        raise Refused("RGT-2")
    person = subject_of(acting, ask.place, held.person_id, ask.token)
    if person.id != held.person_id:
        raise Refused("RGT-2")
    if held.answered_at is None:
        raise Refused("RGT-4")
    if acting.find(Correction, appeal_of=held.id):
        raise Refused("RGT-6")
    added = acting.add(
        Correction(
            person_id=person.id,
            place=held.place,
            what=held.what,
            appeal_of=held.id,
            asked_at=acting.now,
            asked_entry=acting.entry,
        )
    )
    acting.raise_item(
        kind=WISH, subject=added.id.hex, place=desk_above(acting, held), role=Role.DESK
    )
    acting.subject(person.id)
    return Wished(correction=added.id)


def desk_above(acting: Acting, answered: Correction) -> str:
    """Return the place above the desk that answered a wish: the same desk is not asked twice."""
    offices = acting.find(Mandate, person_id=answered.answered_by) if answered.answered_by else []
    desks = [
        one.place
        for one in offices
        if one.role == Role.DESK and is_under(answered.place, one.place) and one.place
    ]
    return parent_of(min(desks, key=lambda place: len(prefix_of(place)), default=answered.place))
