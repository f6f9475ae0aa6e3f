"""Queries on the journal: what was done where, and the proof of one entry."""

import datetime as dt
import json
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from mingbai.kernel.acting import Asking
from mingbai.kernel.asks import Ask, Row
from mingbai.kernel.glossary import terms
from mingbai.kernel.journal.receipts import find_entry, prove
from mingbai.kernel.models import Entry
from mingbai.kernel.places import prefix_of
from mingbai.kernel.registry import Scope, query
from mingbai.kernel.words import Code, Moment, PlaceCode, Role

terms(
    {
        "since_at": _("From"),
        "until_at": _("To"),
        "number": _("Number"),
        "leaf": _("Fingerprint of the entry"),
        "checkpoint": _("Signed head"),
        "proof": _("Proof"),
        "sealed_at": _("Sealed"),
        "via": _("Came by"),
        "known": _("How it is known"),
    }
)


class Acts(Ask):
    """Acts at a place."""

    place: PlaceCode
    command: Code | None = None
    since_at: Moment | None = None
    until_at: Moment | None = None
    most: int = Field(default=200, ge=1, le=1000)


class ActRow(Row):
    """One act of office."""

    entry: UUID
    number: int | None
    command: str
    place: str
    role: str
    via: str
    known: str
    at: dt.datetime
    recorded_at: dt.datetime


@query(
    scope=Scope.UNDER,
    role={Role.DESK, Role.KEEPER, Role.OVERSEER, Role.AUDITOR, Role.APPOINTING_OFFICE, Role.LEADER},
    desk="journal",
    title=_("Acts at a place"),
)
def acts(asking: Asking, ask: Acts) -> list[ActRow]:
    """Return the acts at a place and under it, the newest first; acts of office, never residents' own values."""
    found = Entry.objects.filter(place__startswith=prefix_of(ask.place)).select_related("leaf")
    if ask.command:
        found = found.filter(command=ask.command)
    if ask.since_at:
        found = found.filter(recorded_at__gte=ask.since_at)
    if ask.until_at:
        found = found.filter(recorded_at__lt=ask.until_at)
    rows = []
    for entry in found.order_by("-recorded_at", "-leaf__seq")[: ask.most]:
        body = json.loads(entry.body)
        rows.append(
            ActRow(
                entry=entry.id,
                number=entry.leaf.seq if hasattr(entry, "leaf") else None,
                command=entry.command,
                place=entry.place,
                role=body["by"]["role"],
                via=body["by"]["via"],
                known=body["known"],
                at=entry.at,
                recorded_at=entry.recorded_at,
            )
        )
    return rows


class CheckReceipt(Ask):
    """Check that an entry stands in the account."""

    code: Code


class ReceiptRow(Row):
    """That an entry stands in the account, under which signed head."""

    number: int
    command: str
    place: str
    at: dt.datetime
    leaf: str
    checkpoint: str
    size: int


@query(scope=Scope.PUBLIC, desk="journal", title=_("Check a receipt"))
def receipt(asking: Asking, ask: CheckReceipt) -> ReceiptRow:
    """Return that an entry stands unaltered under the newest signed head; nothing of anyone's private values."""
    found = prove(find_entry(ask.code))
    body = json.loads(found.body)
    return ReceiptRow(
        number=found.seq,
        command=body["command"],
        place=body["place"],
        at=dt.datetime.fromisoformat(body["at"]),
        leaf=found.leaf,
        checkpoint=found.sealed.note,
        size=found.sealed.size,
    )
