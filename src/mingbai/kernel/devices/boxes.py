"""Boxes: an envelope as it travels, encrypted to the account's field key and signed by the phone's."""

import base64
import binascii
import hashlib
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from mingbai.proofs.commitments import CanonicalError, strict_loads

CURVE = ec.SECP256R1()
POINT, NONCE, TAG = 65, 12, 16
BOX_MOST = 64 * 1024
INFO = b"mingbai/envelope/1"


class BoxFault(ValueError):
    """A box can't be taken: `why` is one word."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True)
class Sent:
    """One envelope as it came."""

    sequence: int
    box: bytes
    signature: bytes

    @property
    def digest(self) -> str:
        """Return the fingerprint by which the phone knows that this very box was answered."""
        return hashlib.sha256(self.box).hexdigest()


def from_text(text: Any, most: int) -> bytes:
    """Return the bytes of base64 text; anything else is a fault."""
    if not isinstance(text, str) or len(text) > most * 4 // 3 + 8:
        raise BoxFault("size")
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        raise BoxFault("form") from None


def header(origin: str, device: UUID, sequence: int) -> bytes:
    """Return what binds a box to one account, one phone and one number."""
    return f"mingbai/envelope/1\n{origin}\n{device}\n{sequence}\n".encode()


def public_key(point: bytes) -> ec.EllipticCurvePublicKey:
    """Return the public key of 65 bytes."""
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(CURVE, point)
    except ValueError:
        raise BoxFault("key") from None


@lru_cache(maxsize=256)
def phone_key(point: bytes) -> ec.EllipticCurvePublicKey:
    """Return a phone's public key, which signs record after record."""
    return public_key(point)


def point_of(key: ec.EllipticCurvePublicKey) -> bytes:
    """Return a public key as its 65 bytes."""
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def check_signature(key: bytes, signature: bytes, text: bytes) -> None:
    """Check an ECDSA signature of 64 bytes over SHA-256; a fault when it is not the key's."""
    if len(signature) != 64:
        raise BoxFault("signature")
    pair = encode_dss_signature(
        int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    )
    try:
        phone_key(key).verify(pair, text, ec.ECDSA(SHA256()))
    except InvalidSignature:
        raise BoxFault("signature") from None


def box_key(shared: bytes) -> bytes:
    """Return the key of a box from the shared secret."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=INFO).derive(shared)


def open_box(private: ec.EllipticCurvePrivateKey, box: bytes, bound: bytes) -> dict[str, Any]:
    """Return the envelope in a box that was made for this account, phone and number."""
    if len(box) < POINT + NONCE + TAG:
        raise BoxFault("form")
    shared = private.exchange(ec.ECDH(), public_key(box[:POINT]))
    try:
        text = AESGCM(box_key(shared)).decrypt(
            box[POINT : POINT + NONCE], box[POINT + NONCE :], bound
        )
        found = strict_loads(text)
    except InvalidTag:
        raise BoxFault("closed") from None
    except CanonicalError:
        raise BoxFault("form") from None
    if not isinstance(found, dict):
        raise BoxFault("form")
    return found
