"""Rules of the supplies desk: pure, each with its number; a refusal says what happened and what to do."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from mingbai.kernel.refusals import Refused, sentences
from mingbai.kernel.saying import _

HELD_MOST = 2**62
COVER_WINDOW_DAYS = 7
CLOSED_MOST = dt.timedelta(days=1)

sentences(
    {
        "SUP-1": _(
            "Not given out. Only %(on_hand)s %(unit)s in the store; you asked for %(asked)s, which is %(short)s too many."
        ),
        "SUP-2": _("A line moves at least one %(unit)s. Nothing was written."),
        "SUP-3": _("Write who takes it: a household, a post or a name. Nothing was written."),
        "SUP-4": _(
            "Line %(line)s was reversed already. A line is reversed once, and a reversal never."
        ),
        "SUP-5": _(
            "Line %(line)s can't be reversed: the goods have moved on. Count the store instead."
        ),
        "SUP-6": _(
            "Not given out. Of these %(on_hand)s %(unit)s, %(expired)s are past their day. Write them off instead."
        ),
        "SUP-7": _(
            "Someone has just changed this. It is %(on_hand)s now; your %(counted)s is still here. Count once more."
        ),
        "SUP-8": _("The count differs by %(difference)s. Write the reason, then save it again."),
        "SUP-9": _("This shipment is not on its way to this place, or was confirmed already."),
        "SUP-10": _(
            "%(sent)s were sent and %(received)s came. Write the reason for the difference."
        ),
        "SUP-11": _(
            "A write-off is signed by somebody else than who proposed it. Ask a second person."
        ),
        "SUP-12": _("Only %(held)s %(unit)s were given out there and not yet brought back."),
        "SUP-13": _("No line of this number stands in this place's account."),
        "SUP-14": _("A place does not send goods to itself."),
        "SUP-15": _("This offer is gone, or it is your own."),
        "SUP-16": _("This question is not open at this place."),
        "SUP-17": _("This write-off is not waiting for a signature at this place."),
        "SUP-18": _("That would be more than the account can hold."),
        "SUP-19": _("Line %(line)s was confirmed already."),
        "SUP-20": _("Only goods that were given out are confirmed by who took them."),
        "SUP-21": _("No hand-over waits for you at this place."),
        "SUP-22": _(
            "The store's count and the account must agree before it changes hands: count %(item)s first."
        ),
        "SUP-23": _("This place has its obligation already."),
        "SUP-24": _("Two households go by this name. Write the household's number."),
        "SUP-25": _("More damaged than came: look at the numbers again."),
        "SUP-27": _(
            "The store is closed for counting until %(until)s. Nothing was written; come back then, or open it first."
        ),
        "SUP-28": _("A store is closed for counting until a time within a day from now."),
        "SUP-29": _("The store is not closed."),
    }
)


@dataclass(frozen=True)
class Held:
    """How much of a lot is in the store, and when it expires."""

    lot: UUID
    quantity: int
    expires_on: dt.date | None
    came_at: dt.datetime


@dataclass(frozen=True)
class Part:
    """How much is taken of a lot."""

    lot: UUID
    quantity: int


def expired(held: Held, on: dt.date) -> bool:
    """SUP-6 过期不发: goods are past their day when the day after their last day has begun."""
    return held.expires_on is not None and held.expires_on < on


def first_expired_first(held: Sequence[Held]) -> list[Held]:
    """Return lots in the order in which they are given out: what expires first goes first, then what came first."""
    return sorted(
        held,
        key=lambda lot: (
            lot.expires_on is None,
            lot.expires_on or dt.date.max,
            lot.came_at,
            lot.lot,
        ),
    )


def allot(held: Sequence[Held], asked: int, *, unit: str, on: dt.date | None) -> list[Part]:
    """SUP-1 不得超发: nothing leaves the store that is not in it; what is past its day is not given out."""
    good = [lot for lot in held if lot.quantity > 0 and (on is None or not expired(lot, on))]
    there = sum(lot.quantity for lot in good)
    whole = sum(lot.quantity for lot in held)
    if asked > there:
        if asked <= whole:
            raise Refused("SUP-6", on_hand=whole, expired=whole - there, unit=unit)
        raise Refused("SUP-1", on_hand=there, asked=asked, short=asked - there, unit=unit)
    parts = []
    for lot in first_expired_first(good):
        take = min(lot.quantity, asked)
        parts.append(Part(lot.lot, take))
        asked -= take
        if not asked:
            break
    return parts


def check_moves(quantity: int, unit: str) -> None:
    """SUP-2 不记空账: a line moves at least one unit."""
    if quantity < 1:
        raise Refused("SUP-2", unit=unit)


def check_named(recipient: str) -> None:
    """SUP-3 领用实名: goods go to a named household, post or person."""
    if not any(letter.isalnum() for letter in recipient):
        raise Refused("SUP-3")


def check_open(closed_until: dt.datetime | None) -> None:
    """SUP-27 盘点封库: nothing leaves a store while it is closed for counting."""
    if closed_until is not None:
        raise Refused("SUP-27", until=closed_until)


def check_closing(now: dt.datetime, until: dt.datetime) -> None:
    """SUP-28 封库有期: a store is closed for counting until a time within a day, never without an end."""
    if not now < until <= now + CLOSED_MOST:
        raise Refused("SUP-28")


def check_reversible(line: int, *, is_reversal: bool, reversed_already: bool) -> None:
    """SUP-4 冲正一次: a line is reversed once, in full, and a reversal never."""
    if is_reversal or reversed_already:
        raise Refused("SUP-4", line=line)


def check_count(counted: int, expected: int, on_hand: int, reason: str | None) -> int:
    """SUP-7 盘点对账: a count is believed when it was compared with the balance of this very moment."""
    if expected != on_hand:
        raise Refused("SUP-7", on_hand=on_hand, counted=counted)
    difference = counted - on_hand
    if difference and not reason:
        raise Refused("SUP-8", difference=f"{difference:+d}")
    return difference


def check_arrived(sent: int, received: int, damaged: int, reason: str | None) -> int:
    """SUP-10 差额有主: what came is what the receiver counted; a difference has a reason and an owner."""
    if damaged > received:
        raise Refused("SUP-25")
    if received != sent and not reason:
        raise Refused("SUP-10", sent=sent, received=received)
    return sent - received


def check_second(first: UUID | None, second: UUID | None) -> None:
    """SUP-11 两人签字: who signs a write-off is another person than who proposed it."""
    if second is None or first == second:
        raise Refused("SUP-11")


def check_room(balance: int) -> None:
    """SUP-18 数有上限: a balance stays within what the account can hold."""
    if abs(balance) > HELD_MOST:
        raise Refused("SUP-18")


def days_of_cover(on_hand: int, used: int, window: int = COVER_WINDOW_DAYS) -> int | None:
    """Return for how many whole days goods last at the pace of the last days; nothing when none were used."""
    return on_hand * window // used if used > 0 else None


def is_low(cover: int | None, on_hand: int, used: int, floor: int) -> bool:
    """SUP-26 低量提醒: goods that are used and last fewer days than the floor are asked for."""
    return used > 0 and (on_hand == 0 or (cover is not None and cover < floor))
