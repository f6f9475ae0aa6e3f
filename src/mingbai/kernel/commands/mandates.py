"""Commands on mandates, sign-in names and programs' keys: who may act as what, where, and until when."""

from uuid import UUID

from django.utils.translation import gettext_lazy as _

from mingbai.kernel.access import hats
from mingbai.kernel.acting import Acting
from mingbai.kernel.asks import Answer, Ask
from mingbai.kernel.glossary import terms
from mingbai.kernel.models import Login, Mandate, Organisation, Person, Token
from mingbai.kernel.places import is_under
from mingbai.kernel.refusals import NotAllowed, Refused, sentences
from mingbai.kernel.registry import command
from mingbai.kernel.words import Code, Digest, Moment, OpenName, PersonId, PlaceCode, Role, Via

sentences(
    {
        "MAN-1": _("A mandate is given from one level above, not at one's own place."),
        "MAN-2": _("A mandate ends after it begins."),
        "MAN-3": _("No mandate of this id is registered at this place."),
        "MAN-4": _("This sign-in name is taken. Choose another one."),
        "MAN-5": _(
            "Whoever looks at a desk (an overseer, an auditor, an appointing office) is named by the appointing office above, never by that desk."
        ),
        "MAN-7": _("This sign-in name is not this person's at this place."),
        "MAN-6": _("Nobody gives a mandate to themselves."),
        "MAN-8": _("The operator of the machine is named at the machine itself."),
        "MAN-9": _(
            "This person holds an office that is not under yours. Whoever is above both of you gives the sign-in."
        ),
    }
)
terms(
    {
        "capacity": _("Capacity"),
        "starts_at": _("Begins"),
        "ends_at": _("Ends"),
        "mandate": _("Mandate"),
        "username": _("Sign-in name"),
        "digest": _("Fingerprint"),
        "label": _("Label"),
        "case": _("Matter"),
    }
)


class GiveMandate(Ask):
    """Let a person act as a role at a place."""

    place: PlaceCode
    person: PersonId
    role: Role
    capacity: OpenName
    organisation: UUID | None = None
    starts_at: Moment | None = None
    ends_at: Moment | None = None
    case: UUID | None = None


class MandateGiven(Answer):
    """The mandate's random id."""

    mandate: UUID


LOOKING = {Role.OVERSEER, Role.AUDITOR, Role.APPOINTING_OFFICE}
AT_THE_MACHINE = {Role.OPERATOR, Role.ANYONE}


def at_machine(acting: Acting) -> bool:
    """Tell whether the machine's own operator acts, or the house."""
    return acting.hat.mandate is None and acting.via in (Via.CONSOLE, Via.HOUSE)


def check_from_above(acting: Acting, place: str, role: Role) -> None:
    """MAN-1 上一级任命: a mandate is given from above; the machine's operator names the first of an account."""
    if at_machine(acting):
        return
    if not is_under(place, acting.hat.place):
        raise NotAllowed("ACC-5")
    if place == acting.hat.place:
        raise NotAllowed("MAN-1")
    if role in LOOKING and acting.role is not Role.APPOINTING_OFFICE:
        raise NotAllowed("MAN-5")
    if role in AT_THE_MACHINE:
        raise NotAllowed("MAN-8")


def check_sign_in(acting: Acting, person: Person) -> None:
    """MAN-9 不越级开门: who opens a sign-in could sign in with it, so every office behind it lies under theirs."""
    if at_machine(acting) or person.id == acting.person:
        return
    held = hats(acting.store, person.id, acting.now)
    for one in held:
        peer = one.place == acting.hat.place
        looks = Role(one.role) in LOOKING and acting.role is not Role.APPOINTING_OFFICE
        if peer or looks or not is_under(one.place, acting.hat.place):
            raise NotAllowed("MAN-9")
    if not held and not is_under(person.place, acting.hat.place):
        raise NotAllowed("MAN-9")


@command(role={Role.DESK, Role.APPOINTING_OFFICE}, desk="mandates", title=_("Give a mandate"))
def give(acting: Acting, ask: GiveMandate) -> MandateGiven:
    """Let a person act as a role at a place, in a stated capacity, until a stated moment."""
    check_from_above(acting, ask.place, ask.role)
    if ask.person == acting.person:
        raise NotAllowed("MAN-6")
    if acting.see(Person, id=ask.person) is None:
        raise Refused("PER-1")
    if ask.organisation is not None and acting.see(Organisation, id=ask.organisation) is None:
        raise Refused("ORG-4")
    starts = ask.starts_at or acting.at
    if ask.ends_at is not None and ask.ends_at <= starts:
        raise Refused("MAN-2")
    added = acting.add(
        Mandate(
            person_id=ask.person,
            organisation_id=ask.organisation,
            role=ask.role,
            place=ask.place,
            capacity=ask.capacity,
            starts_at=starts,
            ends_at=ask.ends_at,
            case=ask.case,
            given_by=acting.mandate,
        )
    )
    acting.subject(ask.person)
    return MandateGiven(mandate=added.id)


class EndMandate(Ask):
    """End a mandate before its day."""

    place: PlaceCode
    mandate: UUID


@command(role={Role.DESK, Role.APPOINTING_OFFICE}, desk="mandates", title=_("End a mandate"))
def end(acting: Acting, ask: EndMandate) -> None:
    """End a mandate now; what was done under it stays."""
    held = acting.hold(Mandate, id=ask.mandate)
    if held is None or held.place != ask.place:
        raise Refused("MAN-3")
    check_from_above(acting, held.place, Role(held.role))
    if held.ends_at is None or held.ends_at > acting.now:
        acting.change(held, ends_at=max(acting.now, held.starts_at))
    acting.subject(held.person_id)


class OpenLogin(Ask):
    """Give a person a name to sign in with."""

    place: PlaceCode
    person: PersonId
    username: Code


@command(role={Role.DESK, Role.APPOINTING_OFFICE}, desk="mandates", title=_("Open a sign-in"))
def open_login(acting: Acting, ask: OpenLogin) -> None:
    """Give a person a name to sign in with; the password is set apart and lies elsewhere."""
    person = acting.see(Person, id=ask.person)
    if person is None:
        raise Refused("PER-1")
    check_sign_in(acting, person)
    if acting.see(Login, username=ask.username):
        raise Refused("MAN-4")
    acting.add(Login(person_id=ask.person, username=ask.username))
    acting.subject(ask.person)


@command(role={Role.DESK, Role.APPOINTING_OFFICE}, desk="mandates", title=_("Give a new password"))
def renew_password(acting: Acting, ask: OpenLogin) -> None:
    """Note that a person was given a new password in person; the password itself lies elsewhere."""
    login = acting.see(Login, username=ask.username)
    person = acting.see(Person, id=ask.person)
    if login is None or person is None or login.person_id != person.id or person.place != ask.place:
        raise Refused("MAN-7")
    check_sign_in(acting, person)
    acting.subject(ask.person)


class OpenToken(Ask):
    """Let a program act for a person."""

    person: PersonId
    digest: Digest
    label: OpenName
    ends_at: Moment | None = None


@command(
    role=set(Role) - {Role.ANYONE}, desk="mandates", title=_("Open a program's key"), placeless=True
)
def open_token(acting: Acting, ask: OpenToken) -> None:
    """Let a program act for a person; the account keeps the key's fingerprint alone."""
    if acting.person is not None and acting.person != ask.person:
        raise NotAllowed("ACC-5")
    if acting.see(Person, id=ask.person) is None:
        raise Refused("PER-1")
    acting.add(Token(person_id=ask.person, digest=ask.digest, label=ask.label, ends_at=ask.ends_at))
    acting.subject(ask.person)
