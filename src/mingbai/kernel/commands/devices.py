"""Commands on phones: invited at a desk, enrolled by themselves, confirmed face to face, revoked at once."""

import base64
import datetime as dt
from typing import Annotated
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from pydantic import Field, StringConstraints

from mingbai.kernel.acting import Acting, open_link
from mingbai.kernel.asks import Answer, Ask, Open, Sealed
from mingbai.kernel.clock import day
from mingbai.kernel.devices.boxes import BoxFault, from_text, public_key
from mingbai.kernel.glossary import terms
from mingbai.kernel.models import Device, Envelope, Link, Mandate, Quarantine
from mingbai.kernel.perform import as_house
from mingbai.kernel.places import is_under
from mingbai.kernel.refusals import NotAllowed, Refused, sentences
from mingbai.kernel.registry import command, due
from mingbai.kernel.words import Digest, Moment, OpenName, PlaceCode, Reason, Role, ShortCode, Token

INVITED = dt.timedelta(minutes=10)
KEPT_DAYS = 30
DEVICE_LINK = "device"
REFUSED = "sync.refused"
# Who works with a phone enrols their own; a desk enrols everyone's.
OWN_PHONE = frozenset({Role.KEEPER, Role.GUARD})
ENROLS = OWN_PHONE | {Role.DESK}

sentences(
    {
        "DEV-1": _(
            "This code has been used or its ten minutes are over. Show a new one at the desk and scan again."
        ),
        "DEV-2": _("That is not a key that a phone makes. Close the page and scan the code again."),
        "DEV-3": _("No phone of this id is enrolled at this place."),
        "DEV-4": _("This phone was already confirmed or revoked."),
        "DEV-5": _("No record of this id waits here. It may have been settled already."),
    }
)
terms(
    {
        "device": _("Phone"),
        "token": _("Code"),
        "token_digest": _("Fingerprint of the code"),
        "public_key": _("Public key"),
        "asked_at": _("Asked"),
        "confirmed_at": _("Confirmed"),
        "revoked_at": _("Revoked"),
        "sequence": _("Number on the phone"),
        "outcome": _("Outcome"),
        "request": _("Request"),
        "claimed_at": _("Time the phone claims"),
        "received_at": _("Received"),
        "settled_at": _("Settled"),
        "box": _("Box"),
        "why": _("Why"),
        "envelope": _("Record from a phone"),
        "content": _("Content"),
        "deleted": _("Deleted"),
    }
)

PublicKey = Annotated[str, Open(), StringConstraints(min_length=80, max_length=120)]
Box = Annotated[str, Sealed(), StringConstraints(max_length=90_000)]
Content = Annotated[str, Sealed(), StringConstraints(max_length=40_000)]


class Invite(Ask):
    """Let somebody enrol a phone."""

    place: PlaceCode
    mandate: UUID
    label: OpenName
    token_digest: Digest


@command(role=ENROLS, desk="devices", title=_("Invite a phone"))
def invite(acting: Acting, ask: Invite) -> None:
    """Let the holder of a mandate enrol a phone within ten minutes, once."""
    mandate = acting.see(Mandate, id=ask.mandate)
    if mandate is None or not is_under(mandate.place, ask.place):
        raise Refused("MAN-3")
    if acting.role in OWN_PHONE and mandate.person_id != acting.person:
        raise NotAllowed("ACC-1", role=_("desk"))
    if mandate.ends_at is not None and mandate.ends_at <= acting.now:
        raise NotAllowed("ACC-3")
    acting.link(
        digest=ask.token_digest,
        purpose=DEVICE_LINK,
        subject=mandate.id.hex,
        place=mandate.place,
        ends_at=acting.now + INVITED,
    )


class EnrolDevice(Ask):
    """A phone asks to be enrolled."""

    token: Token
    public_key: PublicKey
    label: OpenName


class DeviceAsked(Answer):
    """The phone's id; it waits for the desk."""

    device: UUID


@command(
    role={Role.ANYONE}, desk="devices", title=_("Enrol this phone"), placeless=True, per_hour=60
)
def enrol(acting: Acting, ask: EnrolDevice) -> DeviceAsked:
    """Take a new phone's key under a code that holds once; it may send only when the desk has confirmed it."""
    link = open_link(acting.store, ask.token, DEVICE_LINK, acting.now)
    if link is None:
        raise Refused("DEV-1")
    held = acting.hold(Link, id=link.id)
    assert held is not None
    if held.revoked_at is not None:
        raise Refused("DEV-1")  # another phone scanned it in the same moment, and came first
    try:
        public_key(from_text(ask.public_key, 65))
    except BoxFault:
        raise Refused("DEV-2") from None
    mandate = acting.see(Mandate, id=UUID(hex=held.subject))
    assert mandate is not None
    acting.change(held, revoked_at=acting.now)
    added = acting.add(
        Device(
            person_id=mandate.person_id,
            mandate=mandate.id,
            place=mandate.place,
            label=ask.label,
            public_key=ask.public_key,
            asked_at=acting.now,
        )
    )
    acting.subject(mandate.person_id)
    return DeviceAsked(device=added.id)


class OneDevice(Ask):
    """A phone of a place."""

    place: PlaceCode
    device: UUID


def held_device(acting: Acting, ask: OneDevice) -> Device:
    """Return a phone of a place, locked."""
    device = acting.hold(Device, id=ask.device)
    if device is None or device.place != ask.place:
        raise Refused("DEV-3")
    if acting.role in OWN_PHONE and device.person_id != acting.person:
        raise NotAllowed("ACC-1", role=_("desk"))
    return device


@command(role=ENROLS, desk="devices", title=_("Confirm a phone"))
def confirm(acting: Acting, ask: OneDevice) -> None:
    """Confirm that the four words on the phone and on the desk's screen are the same: from now on it may send."""
    device = held_device(acting, ask)
    if device.confirmed_at is not None or device.revoked_at is not None:
        raise Refused("DEV-4")
    acting.change(device, confirmed_at=acting.now)


@command(role=ENROLS, desk="devices", title=_("Revoke a phone"))
def revoke(acting: Acting, ask: OneDevice) -> None:
    """Revoke a phone that was lost or given back; what it sends from the next request on is not done."""
    device = held_device(acting, ask)
    if device.revoked_at is None:
        acting.change(device, revoked_at=acting.now)


class KeepRefused(Ask):
    """Keep what a phone told and the rules refused."""

    place: PlaceCode
    device: UUID
    sequence: int = Field(ge=1)
    digest: Digest
    request: UUID | None = None
    code: ShortCode
    claimed_at: Moment | None = None
    content: Content


@command(role={Role.OPERATOR}, desk="devices", title=_("Keep a refused record"), shell=False)
def keep_refused(acting: Acting, ask: KeepRefused) -> None:
    """Keep a record that could not be done, closed, with an open item for the desk: mend and send, or settle by a count."""
    envelope = acting.add(
        Envelope(
            device_id=ask.device,
            sequence=ask.sequence,
            digest=ask.digest,
            outcome="refused",
            request=ask.request,
            code=ask.code,
            claimed_at=ask.claimed_at,
            received_at=acting.now,
        )
    )
    acting.raise_item(kind=REFUSED, subject=envelope.id.hex, place=ask.place, role=Role.DESK)


class SettleRefused(Ask):
    """Say what became of a refused record."""

    place: PlaceCode
    envelope: UUID
    outcome: Annotated[str, Open(), StringConstraints(pattern="^(sent again|counted|dropped)$")]
    reason: Reason


@command(role={Role.DESK, Role.KEEPER}, desk="devices", title=_("Settle a refused record"))
def settle_refused(acting: Acting, ask: SettleRefused) -> None:
    """Close a refused record: it was mended and sent again, settled by a count, or dropped with the reason."""
    envelope = acting.hold(Envelope, id=ask.envelope)
    device = acting.see(Device, id=envelope.device_id) if envelope else None
    if envelope is None or device is None or device.place != ask.place:
        raise Refused("DEV-5")
    if envelope.outcome != "refused" or envelope.settled_at is not None:
        raise Refused("DEV-5")
    acting.change(envelope, settled_at=acting.now)
    acting.close_item(kind=REFUSED, subject=envelope.id.hex, place=ask.place, outcome=ask.outcome)


class KeepClosed(Ask):
    """Keep an envelope that nobody may open."""

    device: UUID
    sequence: int = Field(ge=0, le=2**53)
    digest: Digest
    why: ShortCode
    box: Box


@command(role={Role.OPERATOR}, desk="devices", title=_("Quarantine"), placeless=True, shell=False)
def quarantine(acting: Acting, ask: KeepClosed) -> None:
    """Keep an envelope of an unknown or revoked sender, or with a wrong signature, closed for thirty days."""
    if acting.see(Quarantine, digest=ask.digest) is not None:
        return
    device = acting.see(Device, id=ask.device)
    acting.add(
        Quarantine(
            device=ask.device,
            sequence=ask.sequence,
            digest=ask.digest,
            why=ask.why,
            box=base64.b64decode(ask.box),
            received_at=acting.now,
            delete_after=day(acting.now) + dt.timedelta(days=KEPT_DAYS),
        )
    )
    if device is not None:
        acting.raise_item(
            kind="sync.quarantined", subject=device.id.hex, place=device.place, role=Role.DESK
        )


class ClearQuarantine(Ask):
    """Delete what was kept closed long enough."""

    before: Moment


class Cleared(Answer):
    """How many were deleted."""

    deleted: int


@command(role={Role.OPERATOR}, desk="devices", title=_("Clear the quarantine"), placeless=True)
def clear_quarantine(acting: Acting, ask: ClearQuarantine) -> Cleared:
    """Delete closed envelopes whose thirty days are over."""
    rows = list(Quarantine.objects.filter(delete_after__lt=day(ask.before)).order_by("id")[:500])
    for row in rows:
        acting.remove(row)
    return Cleared(deleted=len(rows))


@due("day", erases=True)
def quarantine_ends(now: dt.datetime) -> bool:
    """Clear the quarantine of what is over, some at a time, when anything is."""
    if not Quarantine.objects.filter(delete_after__lt=day(now)).exists():
        return False
    return bool(as_house(clear_quarantine, ClearQuarantine(before=now)).result["deleted"])
