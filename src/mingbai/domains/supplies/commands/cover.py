"""Cover: for how many days goods last, and the one open item when that is too few."""

import datetime as dt

from mingbai.domains.supplies.queries.figures import floor_days, used
from mingbai.domains.supplies.rules import days_of_cover, is_low
from mingbai.kernel.acting import Acting
from mingbai.kernel.models import Goods, OpenItem
from mingbai.kernel.words import Role

KIND = "supplies.cover"


def check_cover(acting: Acting, place: str, goods: Goods, on_hand: int) -> None:
    """Look at how long goods last when the act, or the chunk of acts that it is one of, is over."""
    if not goods.lent:
        acting.at_last(
            (KIND, place, goods.id), lambda last: _check_cover(last, place, goods, on_hand)
        )


def _check_cover(acting: Acting, place: str, goods: Goods, on_hand: int) -> None:
    """SUP-26 低量提醒: goods that last fewer days than the floor raise one open item; it closes when cover is back."""
    pace = used(acting.store, place, goods, acting.now)
    low = is_low(
        days_of_cover(on_hand, pace),
        on_hand,
        pace,
        floor_days(acting.store, place, goods, acting.at),
    )
    standing = acting.see(OpenItem, kind=KIND, subject=goods.code, place=place, done_at=None)
    if low and standing is None:
        acting.raise_item(
            kind=KIND,
            subject=goods.code,
            place=place,
            role=Role.KEEPER,
            due=acting.now + dt.timedelta(days=1),
            raises_to=Role.DESK,
        )
    elif not low and standing is not None:
        acting.close_item(kind=KIND, subject=goods.code, place=place, outcome="covered")
