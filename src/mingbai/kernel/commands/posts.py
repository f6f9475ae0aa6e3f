"""Commands on bookings and presence: who is to be at which post and when, and who came."""

from uuid import UUID

from django.utils.translation import gettext_lazy as _

from mingbai.kernel.acting import Acting
from mingbai.kernel.asks import Answer, Ask
from mingbai.kernel.glossary import terms
from mingbai.kernel.models import Booking, Person, Point
from mingbai.kernel.refusals import Refused, sentences
from mingbai.kernel.registry import command
from mingbai.kernel.words import Moment, PersonId, PlaceCode, Role

sentences(
    {
        "PST-1": _("The end of a turn of duty lies after its beginning, at most a day later."),
        "PST-2": _("This person is booked elsewhere in that time. Choose another time or person."),
        "PST-3": _("No open post of this id is at this place."),
        "PST-4": _("No turn of duty of this id is to be kept at this place."),
        "PST-5": _("A turn of duty is noted once as begun, and then once as over."),
        "PST-6": _("Somebody else's coming is noted by the desk or the crew's lead."),
    }
)
terms(
    {
        "booking": _("Turn of duty"),
        "came_at": _("Came"),
        "left_at": _("Left"),
        "confirmed": _("Confirmed by another"),
    }
)
MOST_HOURS = 24


class Book(Ask):
    """Book a person for a post."""

    place: PlaceCode
    person: PersonId
    point: UUID
    starts_at: Moment
    ends_at: Moment


class Booked(Answer):
    """The booking's id."""

    booking: UUID


@command(
    role={Role.DESK, Role.CREW_LEAD, Role.ORGANISER, Role.PLANNER},
    desk="posts",
    title=_("Book a turn of duty"),
)
def book(acting: Acting, ask: Book) -> Booked:
    """Book a person for a post from one moment to another; nobody is booked twice at once."""
    hours = (ask.ends_at - ask.starts_at).total_seconds() / 3600
    if not 0 < hours <= MOST_HOURS:
        raise Refused("PST-1")
    point = acting.see(Point, id=ask.point)
    if point is None or point.place != ask.place or point.closed_at is not None:
        raise Refused("PST-3")
    # Whoever books a person holds the person, so that two desks never book them at once.
    person = acting.hold(Person, id=ask.person)
    if person is None or person.erased_at is not None:
        raise Refused("PER-1")
    for other in acting.find(Booking, person_id=person.id, cancelled_at=None):
        if other.starts_at < ask.ends_at and ask.starts_at < other.ends_at:
            raise Refused("PST-2")
    added = acting.add(
        Booking(
            person_id=person.id,
            point_id=point.id,
            place=ask.place,
            starts_at=ask.starts_at,
            ends_at=ask.ends_at,
        )
    )
    acting.subject(person.id)
    return Booked(booking=added.id)


class OfBooking(Ask):
    """Choose a turn of duty."""

    place: PlaceCode
    booking: UUID


def booking_of(acting: Acting, ask: OfBooking) -> Booking:
    """Return a booking of the place that was not taken back."""
    found = acting.hold(Booking, id=ask.booking)
    if found is None or found.place != ask.place or found.cancelled_at is not None:
        raise Refused("PST-4")
    return found


@command(
    role={Role.DESK, Role.CREW_LEAD, Role.ORGANISER, Role.PLANNER},
    desk="posts",
    title=_("Take a turn of duty back"),
)
def cancel(acting: Acting, ask: OfBooking) -> None:
    """Take a booking back before it began; one that was begun stays."""
    found = booking_of(acting, ask)
    if found.came_at is not None:
        raise Refused("PST-5")
    acting.change(found, cancelled_at=acting.now)
    acting.subject(found.person_id)


ATTENDS = {Role.DESK, Role.CREW_LEAD, Role.KEEPER, Role.GUARD}


@command(role=ATTENDS, desk="posts", title=_("Note that somebody came"))
def note_coming(acting: Acting, ask: OfBooking) -> None:
    """Note that a person came to their post: they themselves, or the desk or lead, which counts as confirmed by another."""
    found = booking_of(acting, ask)
    if found.came_at is not None:
        raise Refused("PST-5")
    acting.change(found, came_at=acting.at, confirmed_by=noted_by(acting, found))
    acting.subject(found.person_id)


@command(role=ATTENDS, desk="posts", title=_("Note that somebody left"))
def note_leaving(acting: Acting, ask: OfBooking) -> None:
    """Note that a person left their post."""
    found = booking_of(acting, ask)
    if found.came_at is None or found.left_at is not None or acting.at < found.came_at:
        raise Refused("PST-5")
    acting.change(
        found, left_at=acting.at, confirmed_by=noted_by(acting, found) or found.confirmed_by
    )
    acting.subject(found.person_id)


def noted_by(acting: Acting, booking: Booking) -> UUID | None:
    """PST-6 在岗旁证: presence counts as confirmed when another person noted it."""
    if acting.person == booking.person_id:
        return None
    if acting.role not in (Role.DESK, Role.CREW_LEAD, Role.OPERATOR):
        raise Refused("PST-6")
    return acting.mandate
