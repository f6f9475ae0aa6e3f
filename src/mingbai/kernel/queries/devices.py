"""Queries on phones: which are enrolled, what of theirs waits for the desk, what is kept closed."""

import datetime as dt
import json
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from mingbai.kernel.acting import Asking
from mingbai.kernel.asks import Ask, Row
from mingbai.kernel.devices.boxes import from_text
from mingbai.kernel.devices.spoken import words_of
from mingbai.kernel.glossary import terms
from mingbai.kernel.journal.entries import private_value
from mingbai.kernel.models import Device, Entry, Envelope, Quarantine
from mingbai.kernel.places import prefix_of
from mingbai.kernel.queries.places import OfPlace
from mingbai.kernel.registry import Scope, query
from mingbai.kernel.words import PlaceCode, Role

terms(
    {"words": _("Words to compare"), "state": _("State"), "missing": _("Numbers that never came")}
)


class DeviceRow(Row):
    """A phone of a place; the words are shown until it is confirmed."""

    device: UUID
    label: str
    person: str
    state: str
    asked_at: dt.datetime
    words: str
    sequence: int
    missing: int


@query(
    scope=Scope.UNDER, role={Role.DESK, Role.KEEPER}, desk="devices", title=_("Phones of a place")
)
def devices(asking: Asking, ask: OfPlace) -> list[DeviceRow]:
    """Return the phones of a place, whose they are, and how many of their records never came."""
    rows = []
    for row in (
        Device.objects.filter(place=ask.place).select_related("person").order_by("-asked_at")
    ):
        came = set(Envelope.objects.filter(device=row.id).values_list("sequence", flat=True))
        waits = row.confirmed_at is None and row.revoked_at is None
        rows.append(
            DeviceRow(
                device=row.id,
                label=row.label,
                person=row.person.name or "",
                state="revoked" if row.revoked_at else "waiting" if waits else "enrolled",
                asked_at=row.asked_at,
                words=" ".join(words_of(row.id, from_text(row.public_key, 65))) if waits else "",
                sequence=max(came, default=0),
                missing=max(came, default=0) - len(came),
            )
        )
    return rows


class RefusedRow(Row):
    """A record from a phone that could not be done."""

    envelope: UUID
    label: str
    code: str
    command: str
    content: str
    claimed_at: dt.datetime | None
    received_at: dt.datetime


@query(
    scope=Scope.UNDER,
    role={Role.DESK, Role.KEEPER},
    desk="devices",
    title=_("Records from phones that were refused"),
)
def refused(asking: Asking, ask: OfPlace) -> list[RefusedRow]:
    """Return records of a place's phones that the rules refused and nobody has settled, with what they say."""
    found = (
        Envelope.objects.filter(device__place=ask.place, outcome="refused", settled_at=None)
        .select_related("device")
        .order_by("received_at")
    )
    entries = {
        str(json.loads(entry.body)["ask"]["digest"]): entry.id
        for entry in Entry.objects.filter(place=ask.place, command="devices.keep_refused")
    }
    rows = []
    for row in found:
        entry = entries.get(row.digest)
        text = private_value(asking.store, entry, "content") if entry else None
        content = json.loads(text) if text else {}
        rows.append(
            RefusedRow(
                envelope=row.id,
                label=row.device.label,
                code=row.code or "",
                command=str(content.get("command", "")),
                content=json.dumps(content.get("ask", {}), ensure_ascii=False),
                claimed_at=row.claimed_at,
                received_at=row.received_at,
            )
        )
    return rows


class Closed(Ask):
    """Envelopes kept closed."""

    place: PlaceCode


class ClosedRow(Row):
    """An envelope that is kept closed."""

    device: UUID
    sequence: int
    why: str
    received_at: dt.datetime
    delete_after: dt.date


@query(scope=Scope.UNDER, role={Role.DESK}, desk="devices", title=_("Records kept closed"))
def kept_closed(asking: Asking, ask: Closed) -> list[ClosedRow]:
    """Return envelopes of unknown or revoked phones, or with a wrong signature, of phones under a place or of nobody's."""
    ours = {row.id: row for row in Device.objects.filter(place__startswith=prefix_of(ask.place))}
    known = set(Device.objects.values_list("id", flat=True))
    return [
        ClosedRow(
            device=row.device,
            sequence=row.sequence,
            why=row.why,
            received_at=row.received_at,
            delete_after=row.delete_after,
        )
        for row in Quarantine.objects.order_by("received_at")
        if row.device in ours or row.device not in known
    ]
