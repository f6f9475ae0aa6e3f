"""Rules of leaders' visits: pure, each with its number."""

import datetime as dt
from collections.abc import Sequence

from mingbai.kernel.refusals import NotAllowed, Refused, sentences
from mingbai.kernel.saying import _

PLANNED, UNDER_WAY, OPEN, CLOSED, CANCELLED = (
    "planned",
    "begun",
    "stays_open",
    "closed",
    "cancelled",
)
AHEAD_DAYS = 60

sentences(
    {
        "INS-90": _(
            "There are %(count)s leaders' visits to this place in that week already (%(who)s), and %(most)s are enough. Go along with one of them, or choose another week."
        ),
        "INS-91": _("A visit is planned for today or a day in the next %(days)s days."),
        "INS-92": _("That turn of duty is not on this day at this place."),
        "INS-93": _("No leader's visit of this id is at this place."),
        "INS-94": _("This visit is begun once, on its day or later, and ends after it began."),
        "INS-95": _("Only who visits does this. When the day has gone by and nobody came, the host may cancel it."),
        "INS-96": _("Only the host says this: somebody of the place, never the visitor or the visitor's own office."),
        "INS-97": _("Tasks are taken and words are said once the visit has begun."),
        "INS-98": _("A task was taken: it is closed when it is done, and something was needed."),
        "INS-99": _("No open task of this id is at this place."),
        "INS-89": _("The host has said their word about this visit already."),
        "INS-88": _("A visit that was begun is not cancelled; it is ended."),
        "INS-87": _("This visit is closed: nothing was needed, said the host."),
    }
)  # fmt: skip


def check_few(taken: Sequence[str], most: int) -> None:
    """INS-90 少而精: a host gets few leaders' visits a week; who comes already is named."""
    if len(taken) >= most:
        raise Refused("INS-90", count=len(taken), who="、".join(taken), most=most)


def check_day(on: dt.date, today: dt.date) -> None:
    """INS-91 提前有数: a visit is planned for a day that is near and has not passed."""
    if not dt.timedelta() <= on - today <= dt.timedelta(days=AHEAD_DAYS):
        raise Refused("INS-91", days=AHEAD_DAYS)


def check_visitor(*, mine: bool) -> None:
    """INS-95 谁去谁记: a visit is begun and ended, and its tasks taken, by who visits."""
    if not mine:
        raise NotAllowed("INS-95")


def check_host(*, visitor: bool) -> None:
    """INS-96 主人说了算: what a visit was worth, and that a task is done, is for the host to say."""
    if visitor:
        raise NotAllowed("INS-96")


def state_of(
    *,
    began: bool,
    ended: bool,
    cancelled: bool,
    tasks: int,
    nothing_needed: bool,
) -> str:
    """INS-L 带走任务才算完: a visit without a task taken, or the host's "nothing needed", stays open."""
    if cancelled:
        return CANCELLED
    if not began:
        return PLANNED
    if not ended:
        return UNDER_WAY
    return CLOSED if tasks or nothing_needed else OPEN
