"""The bundle: what a phone carries to work a day without a network, signed, with an end."""

import base64
import datetime as dt
import json
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from mingbai.kernel.clock import stamp
from mingbai.kernel.devices.boxes import point_of
from mingbai.kernel.devices.offices import offices_of
from mingbai.kernel.gazetteer import short_name
from mingbai.kernel.journal.tree import last_sealed
from mingbai.kernel.keys import curve_key
from mingbai.kernel.models import Device, Mandate, Place
from mingbai.kernel.moment import account
from mingbai.kernel.moment import now as moment_now
from mingbai.kernel.pass_keys import trust_text
from mingbai.kernel.policy import coming
from mingbai.kernel.refusals import NotAllowed
from mingbai.kernel.registry import REGISTRY
from mingbai.kernel.rows import Store
from mingbai.proofs import notes

LASTS = dt.timedelta(hours=72)


def signed(text: bytes) -> bytes:
    """Return the pass key's signature of 64 bytes over a text."""
    pair = decode_dss_signature(curve_key("pass").sign(text, ec.ECDSA(SHA256())))
    return b"".join(part.to_bytes(32, "big") for part in pair)


def pass_point() -> str:
    """Return the pass key's public half as it travels."""
    return base64.b64encode(point_of(curve_key("pass").public_key())).decode()


def field_point() -> str:
    """Return the field key's public half as it travels."""
    return base64.b64encode(point_of(curve_key("field").public_key())).decode()


def bundle(device: Device) -> dict[str, str]:
    """Return a phone's bundle: text and signature."""
    store = Store()
    moment = moment_now(store)
    held = offices_of(store, device, moment)
    if not held:
        raise NotAllowed("ACC-3")
    sealed = last_sealed(store)
    content: dict[str, Any] = {
        "version": sealed.number if sealed else 0,
        "origin": account(store).origin,
        "made": stamp(moment),
        "expires": stamp(moment + LASTS),
        "device": str(device.id),
        "person": str(device.person_id),
        "mandates": [mandate_part(store, one) for one in held],
        "field_key": field_point(),
        "keys": [],
        "revoked": [],
        "trust": trust_text(),
        "policy": [
            one
            | {"starts": stamp(one["starts"]), "ends": stamp(one["ends"]) if one["ends"] else None}
            for one in coming(store, device.place, moment, moment + LASTS)
        ],
        "head": head_line(sealed.note) if sealed else "0 ",
    }
    for name, part in sorted(REGISTRY.bundle_parts.items()):
        whose = [device.person_id] if name in REGISTRY.personal_parts else []
        made = part(store, device.place, moment, *whose)
        if made is not None:
            content[name] = made
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    signature = signed(b"mingbai/bundle/1\n" + text.encode())
    return {"text": text, "signature": base64.b64encode(signature).decode()}


def head_line(note: str) -> str:
    """Return a signed head as its size and root in one line."""
    head = notes.parse_checkpoint(note.split("\n\n")[0] + "\n")
    return f"{head.size} {head.root.hex()}"


def mandate_part(store: Store, mandate: Mandate) -> dict[str, Any]:
    """Return a mandate as a phone carries it."""
    place = store.fetch(Place, {"code": mandate.place}, limit=1)
    return {
        "id": str(mandate.id),
        "role": mandate.role,
        "place": mandate.place,
        "place_name": short_name(place[0].name, place[0].level) if place else mandate.place,
        "starts": stamp(mandate.starts_at),
        "ends": stamp(mandate.ends_at) if mandate.ends_at else None,
    }
