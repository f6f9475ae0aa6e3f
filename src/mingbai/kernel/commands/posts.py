"""Commands on bookings and presence: who is to be at which post and when, who came, and who else saw it."""

import datetime as dt
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from mingbai.kernel.access import hats
from mingbai.kernel.acting import Acting
from mingbai.kernel.asks import Answer, Ask
from mingbai.kernel.glossary import terms
from mingbai.kernel.models import Booking, Person, Point
from mingbai.kernel.places import is_under
from mingbai.kernel.refusals import NotAllowed, Refused, sentences
from mingbai.kernel.registry import command
from mingbai.kernel.words import Moment, PersonId, PlaceCode, Role

sentences(
    {
        "PST-1": _("A turn of duty ends after it begins, and lasts a day at most."),
        "PST-2": _("This person has another turn at that time. Choose another time or person."),
        "PST-3": _("No open post of this id is at this place."),
        "PST-4": _("No turn of duty of this id is to be kept at this place."),
        "PST-5": _("Coming is noted once, and after it leaving is noted once."),
        "PST-6": _("You note your own turns. Somebody else's are for the desk or the crew's lead."),
        "PST-7": _("This turn is not near: coming is noted from two hours before it until its end."),
        "PST-8": _("Whoever keeps a turn does not confirm it too. Ask somebody who was there."),
    }
)  # fmt: skip
terms(
    {
        "booking": _("Turn of duty"),
        "came_at": _("Came"),
        "left_at": _("Left"),
        "witnessed": _("Confirmed by another"),
    }
)
LONGEST = dt.timedelta(days=1)
BEFORE = dt.timedelta(hours=2)
LEADS = {Role.DESK, Role.CREW_LEAD, Role.ORGANISER, Role.PLANNER}
KEEPS = {Role.KEEPER, Role.GUARD}
ATTENDS = {Role.DESK, Role.CREW_LEAD} | KEEPS


class BookTurn(Ask):
    """Book a person for a post."""

    place: PlaceCode
    person: PersonId
    point: UUID
    starts_at: Moment
    ends_at: Moment


class Booked(Answer):
    """The booking's id."""

    booking: UUID


def own_or_led(acting: Acting, person: UUID) -> None:
    """PST-6 各记各班: a keeper or guard speaks of their own turns, a desk or lead of everybody's."""
    if acting.role in KEEPS and acting.person != person:
        raise NotAllowed("PST-6")


def is_known_here(acting: Acting, person: Person) -> bool:
    """Tell whether a person belongs to where the office reaches, or holds an office at the place itself."""
    if is_under(person.place, acting.hat.place or acting.place):
        return True
    return any(
        mandate.place == acting.place for mandate in hats(acting.store, person.id, acting.now)
    )


@command(role=LEADS | KEEPS, desk="posts", title=_("Book a turn of duty"))
def book(acting: Acting, ask: BookTurn) -> Booked:
    """Book a person for a post from one moment to another; nobody is at two posts at once."""
    if not dt.timedelta() < ask.ends_at - ask.starts_at <= LONGEST:
        raise Refused("PST-1")
    own_or_led(acting, ask.person)
    point = acting.see(Point, id=ask.point)
    if point is None or point.place != ask.place or point.closed_at is not None:
        raise Refused("PST-3")
    # Whoever books a person holds the person, so that two desks never book them at the same instant.
    person = acting.hold(Person, id=ask.person)
    if person is None or person.erased_at is not None or not is_known_here(acting, person):
        raise Refused("PER-1")
    if Booking.objects.filter(
        person_id=person.id,
        cancelled_at=None,
        starts_at__lt=ask.ends_at,
        starts_at__gt=ask.starts_at - LONGEST,
        ends_at__gt=ask.starts_at,
    ).exists():
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
    """Return a booking of the place that was not taken back, held until the act is over."""
    found = acting.hold(Booking, id=ask.booking)
    if found is None or found.place != ask.place or found.cancelled_at is not None:
        raise Refused("PST-4")
    acting.subject(found.person_id)
    return found


@command(role=LEADS | KEEPS, desk="posts", title=_("Take a turn of duty back"))
def cancel(acting: Acting, ask: OfBooking) -> None:
    """Take a booking back before it began; one that was begun stays."""
    found = booking_of(acting, ask)
    own_or_led(acting, found.person_id)
    if found.came_at is not None:
        raise Refused("PST-5")
    acting.change(found, cancelled_at=acting.now)


@command(role=ATTENDS, desk="posts", title=_("Note that somebody came"), records=True)
def note_coming(acting: Acting, ask: OfBooking) -> None:
    """Note that a person came to their post; when the desk or lead notes it, another has seen it."""
    found = booking_of(acting, ask)
    own_or_led(acting, found.person_id)
    if found.came_at is not None:
        raise Refused("PST-5")
    if not found.starts_at - BEFORE <= acting.at < found.ends_at:
        acting.against(Refused("PST-7"))
    acting.change(found, came_at=acting.at, seen_by=another(acting, found))


@command(role=ATTENDS, desk="posts", title=_("Note that somebody left"), records=True)
def note_leaving(acting: Acting, ask: OfBooking) -> None:
    """Note that a person left their post."""
    found = booking_of(acting, ask)
    own_or_led(acting, found.person_id)
    if found.came_at is None or found.left_at is not None or acting.at < found.came_at:
        raise Refused("PST-5")
    acting.change(found, left_at=acting.at, seen_by=found.seen_by or another(acting, found))


def another(acting: Acting, booking: Booking) -> UUID | None:
    """Return the office of another person who notes a presence; a shell is never the second of two."""
    return acting.mandate if acting.person != booking.person_id else None


@command(
    role=ATTENDS | {Role.OVERSEER},
    desk="posts",
    title=_("Confirm a presence"),
    records=True,
    shell=False,
)
def confirm(acting: Acting, ask: OfBooking) -> None:
    """Confirm, as somebody else with an office at the place, that a person was at their post."""
    found = booking_of(acting, ask)
    if acting.person == found.person_id:
        raise NotAllowed("PST-8")
    if found.came_at is None:
        raise Refused("PST-5")
    if found.seen_by is None:
        acting.change(found, seen_by=acting.mandate)
