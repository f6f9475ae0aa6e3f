"""COSE_Sign1 (RFC 9052, section 4.2) in one narrow profile: ES256 on P-256, the key named in the protected header."""

import hashlib
from collections.abc import Mapping
from functools import lru_cache

import cbor2
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from mingbai.proofs.tokens.refusal import TokenRefused
from mingbai.proofs.tokens.strict import read

ALGORITHM, KEY_ID, ES256 = (
    1,
    4,
    -7,
)  # header labels, and the algorithm's number (RFC 9053, section 2.1)
TAG = b"\xd2"  # tag 18: what follows is a COSE_Sign1
KEY_ID_BYTES, HALF, SIGNATURE_BYTES, POINT_BYTES = 8, 32, 64, 65

PublicKey = ec.EllipticCurvePublicKey
PrivateKey = ec.EllipticCurvePrivateKey


def point_of(key: PublicKey) -> bytes:
    """Return a public key as its 65 bytes: 0x04, x, y (SEC 1, section 2.3.3)."""
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def key_id(point: bytes) -> bytes:
    """Return the 8 bytes that name a key: the first of SHA-256 over its 65-byte point."""
    return hashlib.sha256(point).digest()[:KEY_ID_BYTES]


@lru_cache(maxsize=1024)
def key_at(point: bytes) -> PublicKey:
    """Return the P-256 key at a point of 65 bytes (SEC 1, section 2.3.4); a ValueError when no key stands there."""
    if len(point) != POINT_BYTES or point[:1] != b"\x04":
        raise ValueError("a point is 0x04 and 64 bytes")
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)


def signed_bytes(protected: bytes, payload: bytes, use: bytes = b"") -> bytes:
    """Return what is signed: the Sig_structure (RFC 9052, section 4.4) of header, external data and payload."""
    return cbor2.dumps(["Signature1", protected, use, payload])


def is_signed(
    key: PublicKey, signature: bytes, protected: bytes, payload: bytes, use: bytes = b""
) -> bool:
    """Tell whether an ES256 signature, r and s of 32 bytes each, is this key's over a Sig_structure (RFC 9053, 2.1)."""
    if len(signature) != SIGNATURE_BYTES:
        return False
    halves = (int.from_bytes(signature[:HALF], "big"), int.from_bytes(signature[HALF:], "big"))
    try:
        key.verify(
            encode_dss_signature(*halves),
            signed_bytes(protected, payload, use),
            ec.ECDSA(SHA256()),
        )
    except InvalidSignature:
        return False
    return True


def seal_sign1(payload: bytes, key: PrivateKey, use: bytes = b"") -> bytes:
    """Return a COSE_Sign1 (tag 18) of a payload, signed with ES256; `use` is the external data that says what for.

    The same payload and key give the same bytes (RFC 6979). A ValueError for a key that is not on P-256.
    """
    if not isinstance(key.curve, ec.SECP256R1):
        raise ValueError("a key on P-256 signs")
    protected = cbor2.dumps({ALGORITHM: ES256, KEY_ID: key_id(point_of(key.public_key()))})
    pair = decode_dss_signature(
        key.sign(
            signed_bytes(protected, payload, use), ec.ECDSA(SHA256(), deterministic_signing=True)
        )
    )
    signature = b"".join(half.to_bytes(HALF, "big") for half in pair)
    return TAG + cbor2.dumps([protected, {}, payload, signature])


def open_sign1(
    content: bytes, keys: Mapping[bytes, object], use: bytes = b""
) -> tuple[bytes, bytes]:
    """Return the id of the key that signed a COSE_Sign1, and its payload, of which nothing is read (RFC 9052, 4.4).

    Keys are by their id of 8 bytes: public keys, points of 65 bytes, or whatever has such a `point`. TokenRefused:
    "cbor" and "form" for what is not written as it must be, "algorithm" when header or key are not of ES256, "key" for a
    key that is not among the keys, "signature".
    """
    protected, payload, signature = parts_of(content)
    named = _key_named(protected)
    if not is_signed(_key_of(keys, named), signature, protected, payload, use):
        raise TokenRefused("signature", "another key or other content")
    return named, payload


def parts_of(content: bytes) -> tuple[bytes, bytes, bytes]:
    """Return header, payload and signature of a COSE_Sign1, of which nothing is checked; TokenRefused "cbor" or "form"."""
    if content[:1] != TAG:
        raise TokenRefused("form", "not a COSE_Sign1 with its tag")
    parts = read(content[1:])
    if not isinstance(parts, list) or len(parts) != 4:
        raise TokenRefused("form", "a COSE_Sign1 has four parts")
    protected, unprotected, payload, signature = parts
    if not (
        isinstance(protected, bytes) and isinstance(payload, bytes) and isinstance(signature, bytes)
    ):
        raise TokenRefused("form", "header, payload and signature are bytes")
    if unprotected != {}:
        raise TokenRefused("form", "nothing stands outside the protected header")
    return protected, payload, signature


def _key_named(protected: bytes) -> bytes:
    """Return the key id in a protected header that says ES256 and nothing else."""
    header = read(protected)
    if not isinstance(header, dict):
        raise TokenRefused("form", "a header is a map")
    if header.get(ALGORITHM) != ES256:
        raise TokenRefused("algorithm", "only ES256 is taken")
    named = header.get(KEY_ID)
    if len(header) != 2 or not isinstance(named, bytes) or len(named) != KEY_ID_BYTES:
        raise TokenRefused("form", "a header holds the algorithm and a key id of 8 bytes")
    return named


def _key_of(keys: Mapping[bytes, object], named: bytes) -> PublicKey:
    """Return the key of an id; only one on P-256 can have made an ES256 signature."""
    found = keys.get(named)
    if found is None:
        raise TokenRefused("key", f"no key {named.hex()}")
    found = getattr(found, "point", found)
    if isinstance(found, bytes):
        return key_at(found)
    if not isinstance(found, PublicKey) or not isinstance(found.curve, ec.SECP256R1):
        raise TokenRefused("algorithm", "the key is not one of ES256")
    return found
