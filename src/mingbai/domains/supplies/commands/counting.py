"""Commands around counting: a store that is counted is closed for as long, and says so."""

import datetime as dt

from django.utils.translation import gettext_lazy as _

from mingbai.domains.supplies.models import Book
from mingbai.domains.supplies.rules import check_closing, check_open
from mingbai.domains.supplies.standing import CLOSED, COUNTING
from mingbai.kernel import standing
from mingbai.kernel.acting import Acting
from mingbai.kernel.asks import Ask
from mingbai.kernel.refusals import Refused
from mingbai.kernel.registry import command
from mingbai.kernel.words import Moment, PlaceCode, Role

KEEPING = {Role.KEEPER, Role.DESK}


class CloseStore(Ask):
    """The store is closed for counting."""

    place: PlaceCode
    ends_at: Moment


@command(role=KEEPING, title=_("Close the store for counting"))
def close_store(acting: Acting, ask: CloseStore) -> None:
    """Close the store until a time, so that nothing leaves it while it is counted; everybody can read until when."""
    check_closing(acting.at, ask.ends_at)
    acting.hold(Book, place=ask.place)
    standing.say(acting, CLOSED, ask.place, COUNTING, ask.ends_at)


class ReopenStore(Ask):
    """The store opens again."""

    place: PlaceCode


@command(role=KEEPING, title=_("Open the store again"))
def reopen_store(acting: Acting, ask: ReopenStore) -> None:
    """Open the store again before the time that was said."""
    if not standing.take_back(acting, CLOSED, ask.place):
        raise Refused("SUP-29")


def check_store_open(acting: Acting, place: str) -> None:
    """Look whether the store was closed when the goods left it; what a phone tells of has happened."""
    closed = standing.at(acting.store, CLOSED, place, acting.at)
    until: dt.datetime | None = closed.ends_at if closed else None
    try:
        check_open(until)
    except Refused as refusal:
        acting.against(refusal)
