"""A phone for the tests: it makes its key, seals and signs as docs/sync.md says, and has a clock of its own."""

import base64
import datetime as dt
import hashlib
import json
import os
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from mingbai.kernel.acting import link_digest
from mingbai.kernel.actors import Actor
from mingbai.kernel.clock import machine_now, stamp
from mingbai.kernel.devices.bundle import field_point
from mingbai.kernel.identity import random_link
from mingbai.kernel.models import Account, Mandate
from mingbai.kernel.syncing import take
from tests.conftest import House


def point(key: ec.EllipticCurvePublicKey) -> bytes:
    """Return a public key as it travels."""
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def text(content: bytes) -> str:
    """Return bytes as they travel."""
    return base64.b64encode(content).decode()


@dataclass
class Phone:
    """One phone with its queue."""

    origin: str
    device: UUID
    field_key: bytes
    key: ec.EllipticCurvePrivateKey
    slow_by: dt.timedelta = dt.timedelta()
    sequence: int = 0
    queue: list[dict[str, Any]] = field(default_factory=list)

    def save(self, command: str, ask: dict[str, Any], **more: Any) -> dict[str, Any]:
        """Save a record: sealed and signed at once, in the queue."""
        self.sequence += 1
        content = {
            "v": 1,
            "id": str(uuid4()),
            "command": command,
            "ask": ask,
            "at": stamp(machine_now() - self.slow_by),
            "known": "observed",
            "head": "0 ",
            **more,
        }
        made = self.sealed(self.sequence, json.dumps(content, ensure_ascii=False).encode())
        self.queue.append(made)
        return made | {"id": content["id"]}

    def sealed(self, sequence: int, content: bytes, *, origin: str | None = None) -> dict[str, Any]:
        """Return an envelope as it travels."""
        bound = f"mingbai/envelope/1\n{origin or self.origin}\n{self.device}\n{sequence}\n".encode()
        once = ec.generate_private_key(ec.SECP256R1())
        server = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), self.field_key)
        key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"mingbai/envelope/1").derive(
            once.exchange(ec.ECDH(), server)
        )
        nonce = os.urandom(12)
        box = point(once.public_key()) + nonce + AESGCM(key).encrypt(nonce, content, bound)
        pair = decode_dss_signature(self.key.sign(bound + box, ec.ECDSA(SHA256())))
        signature = b"".join(part.to_bytes(32, "big") for part in pair)
        return {"seq": sequence, "box": text(box), "signature": text(signature)}

    def send(self, envelopes: list[dict[str, Any]] | None = None) -> dict[str, Any]:
        """Send what is in the queue, or these."""
        sent = self.queue if envelopes is None else envelopes
        return take({"device": str(self.device), "envelopes": sent, "now": stamp(machine_now())})

    def hear(self, answer: dict[str, Any]) -> None:
        """Delete what was answered with the same fingerprint."""
        heard = {(one["seq"], one["digest"]) for one in answer["results"]}
        self.queue = [
            one
            for one in self.queue
            if (one["seq"], hashlib.sha256(base64.b64decode(one["box"])).hexdigest()) not in heard
        ]


def enrolled(house: House, person: Actor, desk: Actor, place: str) -> Phone:
    """Enrol a phone for somebody, confirmed at the desk."""
    token = random_link()
    mandate = Mandate.objects.get(person=person.person)
    house.do(
        "devices.invite",
        {
            "place": place,
            "mandate": mandate.id,
            "label": "旧手机",
            "token_digest": link_digest(token),
        },
        as_=desk,
    )
    key = ec.generate_private_key(ec.SECP256R1())
    asked = house.do(
        "devices.enrol",
        {"token": token, "public_key": text(point(key.public_key())), "label": "旧手机"},
    ).result["device"]
    house.do("devices.confirm", {"place": place, "device": asked}, as_=desk)
    return Phone(
        origin=Account.objects.get().origin,
        device=UUID(asked),
        field_key=base64.b64decode(field_point()),
        key=key,
    )
