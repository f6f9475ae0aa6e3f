"""Receipt links: the proof of one entry at a random address, for the parties of that entry."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from mingbai.kernel.acting import Acting, open_link
from mingbai.kernel.asks import Answer, Ask
from mingbai.kernel.journal.receipts import as_json, prove
from mingbai.kernel.models import Entry
from mingbai.kernel.moment import now as moment_now
from mingbai.kernel.refusals import NotAllowed, Refused, sentences
from mingbai.kernel.registry import command
from mingbai.kernel.rows import Store
from mingbai.kernel.words import Digest, PlaceCode, Role

PURPOSE = "receipt"
sentences(
    {
        "LNK-1": _(
            "This link does not open anything, or its time is over. Ask whoever gave it to you for a new one."
        )
    }
)


def proof_by_link(token: str) -> dict[str, Any]:
    """Return the proof of the entry that a link was given for."""
    store = Store()
    link = open_link(store, token, PURPOSE, moment_now(store))
    if link is None:
        raise Refused("LNK-1")
    return as_json(prove(UUID(hex=link.subject)))


class GiveReceipt(Ask):
    """Give the proof of an entry to a party of it; its link is known here by its fingerprint."""

    place: PlaceCode
    entry: UUID
    digest: Digest


class ReceiptGiven(Answer):
    """Until when the link opens."""

    ends_at: dt.datetime


@command(
    role={Role.KEEPER, Role.DESK, Role.CLERK, Role.GUARD}, desk="journal", title=_("Give a receipt")
)
def give_receipt(acting: Acting, ask: GiveReceipt) -> ReceiptGiven:
    """Make the proof of an entry readable at a random address."""
    entry = Entry.objects.filter(id=ask.entry).first()
    if entry is None or entry.place != ask.place:
        raise NotAllowed("JRN-4")
    ends_at = acting.now + dt.timedelta(days=365)
    acting.link(
        purpose=PURPOSE, subject=ask.entry.hex, place=ask.place, ends_at=ends_at, digest=ask.digest
    )
    return ReceiptGiven(ends_at=ends_at)
