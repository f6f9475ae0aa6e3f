"""Pass sheets: passes set for the printer, ten to an A4 page or one to a card, each with the code that a gate reads."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from mingbai.flows.papers import chinese
from mingbai.kernel.clock import PLACE_ZONE
from mingbai.kernel.paper import qr_path, sheet
from mingbai.kernel.paper.printing import picture


@dataclass(frozen=True)
class Card:
    """What stands on one printed pass."""

    token: str
    number: str
    kind: str
    title: str
    lines: tuple[str, ...]
    places: str
    valid_from: dt.datetime
    valid_to: dt.datetime


def said(at: dt.datetime) -> str:
    """Return a moment as a card writes it."""
    return at.astimezone(PLACE_ZONE).strftime("%Y-%m-%d %H:%M")


def until(at: dt.datetime) -> str:
    """Return the end of a pass as people say it: midnight belongs to the day that it closes."""
    here = at.astimezone(PLACE_ZONE)
    if (here.hour, here.minute) != (0, 0):
        return said(at)
    return f"{here.date() - dt.timedelta(days=1):%Y-%m-%d} 24:00"


def card(one: Card) -> dict[str, Any]:
    """Return a card as the sheet sets it."""
    kinds = {"person": _("Pass"), "vehicle": _("Vehicle pass"), "goods": _("Goods pass")}
    return {
        "kind": kinds[one.kind],
        "title": one.title,
        "lines": [line for line in one.lines if line],
        "places": one.places,
        "from": said(one.valid_from),
        "until": until(one.valid_to),
        "number": " ".join(one.number[at : at + 4] for at in range(0, 16, 4)),
        "qr": qr_path(one.token),
    }


def data_of(cards: Sequence[Card]) -> dict[str, Any]:
    """Return what a sheet of passes is made from."""
    return {
        "lang": "zh" if chinese() else "en",
        "words": {
            "places": _("Holds at"),
            "until": _("Until"),
            "from": _("From"),
            "tail": _("Document ends in"),
        },
        "cards": [card(one) for one in cards],
    }


def pages(cards: Sequence[Card], *, at: dt.datetime) -> bytes:
    """Return A4 pages with ten passes each, to be cut apart."""
    return sheet("passes", data_of(cards), at=int(at.timestamp()))


def single(one: Card, *, at: dt.datetime) -> bytes:
    """Return one pass on a card of its own."""
    return sheet("pass", data_of([one]), at=int(at.timestamp()))


def seen(cards: Sequence[Card]) -> bytes:
    """Return the first page as a picture, to be looked at and read back."""
    return picture("passes", data_of(cards))
