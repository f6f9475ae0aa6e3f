"""Words of the supplies desk: named types with their limits, and the title of every field."""

import enum
from typing import Annotated, Literal

from django.utils.translation import gettext_lazy as _
from pydantic import BeforeValidator, Field

from mingbai.kernel.fields import Over, house_field
from mingbai.kernel.glossary import terms
from mingbai.kernel.words import whole

OriginKind = Literal["allocation", "donation", "purchase", "production"]
LineNumber = Annotated[int, Field(ge=1, le=10**12), BeforeValidator(whole)]
Days = Annotated[int, Field(ge=0, le=365), BeforeValidator(whole)]


class LineKind(enum.StrEnum):
    """What a line of the account tells of."""

    RECEIVE = "receive"
    ISSUE = "issue"
    RETURN = "return"
    DISPATCH = "dispatch"
    ARRIVAL = "arrival"
    WRITE_OFF = "write_off"
    QUARANTINE = "quarantine"
    COUNT = "count"
    REVERSE = "reverse"


class LocationKind(enum.StrEnum):
    """Where goods can be."""

    STOCK = "stock"
    TRANSIT = "transit"
    HOUSEHOLD = "household"
    PERSON = "person"
    POST = "post"
    QUARANTINE = "quarantine"
    ALLOCATION = "allocation"
    DONATION = "donation"
    PURCHASE = "purchase"
    PRODUCTION = "production"
    LOSS = "loss"
    COUNT = "count"
    FOUND = "found"


FLOORED = frozenset(
    {
        LocationKind.STOCK,
        LocationKind.TRANSIT,
        LocationKind.HOUSEHOLD,
        LocationKind.PERSON,
        LocationKind.POST,
        LocationKind.QUARANTINE,
    }
)
RECIPIENTS = (LocationKind.HOUSEHOLD, LocationKind.PERSON, LocationKind.POST)

HOUSEHOLD_LINK = "household"
DONOR_LINK = "donor"

terms(
    {
        "quantity": _("Quantity"),
        "origin_kind": _("Kind of source"),
        "origin": _("Source"),
        "batch": _("Batch"),
        "expires_on": _("Expires on"),
        "wish": _("The donor's wish"),
        "recipient": _("To whom"),
        "counted": _("Counted"),
        "expected": _("In the account"),
        "line": _("Line"),
        "shipment": _("Shipment"),
        "received": _("Received"),
        "damaged": _("Of these damaged"),
        "to_place": _("To which place"),
        "proposal": _("Proposal"),
        "apart": _("Out of what was set apart"),
        "words_shown": _("Show the asker's words to everyone"),
        "offer": _("Offer"),
        "days": _("Days"),
        "question": _("Question"),
        "link": _("Code on the slip"),
        "link_digest": _("Fingerprint of the link"),
        "how": _("How confirmed"),
        "handover": _("Hand-over"),
        "successor": _("Who takes over"),
        "balance": _("Left"),
        "issued": _("Given out"),
        "lost": _("Lost"),
        "on_hand": _("On hand"),
        "opening": _("Opening"),
        "cover_days": _("Days of cover"),
        "lot": _("Lot"),
        "state": _("State"),
        "sent_at": _("Sent"),
        "from_place": _("From which place"),
        "answer": _("Answer"),
        "answered_at": _("Answered"),
        "counterparty": _("From or to"),
        "reverses": _("Reverses line"),
        "share": _("Recipients"),
        "change": _("Change"),
        "times": _("Times"),
        "gone": _("Given out and lost"),
        "late_days": _("Days written late"),
        "seq": _("Number in the journal"),
        "confirmed": _("Confirmed"),
        "lots": _("Lots"),
        "source": _("Out of"),
        "destination": _("Into"),
        "low": _("Runs low"),
        "expiring": _("Expiring soon"),
        "offered_at": _("Offered"),
        "proposed_at": _("Proposed"),
        "lines": _("Lines"),
        "items": _("All goods"),
        "sources": _("Where it came from"),
        "shares": _("Where it went"),
        "by_day": _("Day by day"),
        "asked": _("Questions asked"),
        "answered": _("Questions answered"),
        "slowest_hours": _("Slowest answer (hours)"),
        "came_on": _("Came on"),
        "went": _("Where it went"),
        "through_line": _("Up to line"),
        "difference": _("Difference"),
    }
)

MASKS = house_field(
    "store.masks",
    _("Masks in the store"),
    aliases=("口罩数", "口罩库存", "一次性口罩库存", "口罩现有数", "口罩存量", "masks"),
    where=("item", "mask"),
)
DISINFECTANT = house_field(
    "store.disinfectant",
    _("Bottles of disinfectant in the store"),
    aliases=("消毒液数", "消毒液库存", "84消毒液库存", "消毒液存量", "disinfectant"),
    where=("item", "disinfectant-84"),
)
KINDS_IN_STORE = house_field(
    "store.kinds",
    _("Kinds of goods in the store"),
    aliases=("物资种类数", "在库物资种类", "kindsofgoods"),
    over=Over.COUNT,
)
KINDS_RUNNING_LOW = house_field(
    "store.low",
    _("Kinds of goods that run low"),
    aliases=("紧缺物资种类数", "紧缺物资种类", "goodsrunninglow"),
    over=Over.COUNT,
    where=("low", True),
)
