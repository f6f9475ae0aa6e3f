"""Lists that phones carry: which keys may sign, signed by a pinned root, and which passes of a batch were revoked."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import cbor2

from mingbai.proofs.tokens import base45
from mingbai.proofs.tokens.claims import (
    SIZE_MOST,
    TIME,
    Labels,
    are_codes,
    are_kinds,
    is_bytes,
    is_code,
    is_whole,
    read_fields,
    write_fields,
)
from mingbai.proofs.tokens.passes import Key, Keys, Moment, check_key, covers, seconds, unpack
from mingbai.proofs.tokens.refusal import TokenRefused
from mingbai.proofs.tokens.revoked import BITS, GAPS, read_revoked, write_revoked
from mingbai.proofs.tokens.sign1 import (
    POINT_BYTES,
    PrivateKey,
    PublicKey,
    key_at,
    key_id,
    open_sign1,
    point_of,
    seal_sign1,
)
from mingbai.proofs.tokens.strict import INTEGER_MOST, read

TRUST_PREFIX, STATUS_PREFIX = "MBT1:", "MBS1:"
# What a signature is for: neither list can be taken for the other, nor for a pass.
TRUST_USE, STATUS_USE = b"mingbai/trust/1", b"mingbai/status/1"
LIST_MOST = 262_144  # characters; the bits of the greatest batch fit
KEYS_MOST = 1_024
VERSION = is_whole(INTEGER_MOST, 1)


@dataclass(frozen=True, slots=True)
class TrustList:
    """The keys that may sign passes, by their id of 8 bytes; times in seconds since 1970, versions only rise from 1."""

    version: int
    issued: int
    expires: int
    keys: Mapping[bytes, Key]


@dataclass(frozen=True, slots=True)
class StatusList:
    """Which passes of a batch of `size` were revoked, by their index from 0; times in seconds since 1970.

    `kid` is the id of the key whose signature was checked: open_status sets it, and it is no part of what is compared.
    """

    issuer: str
    batch: bytes
    version: int
    issued: int
    expires: int
    size: int
    revoked: frozenset[int]
    kid: bytes = field(default=b"", compare=False)


@dataclass(frozen=True, slots=True)
class Lists:
    """What a gate has at hand: its trust list, and the status lists it was given."""

    trust: TrustList | None = None
    statuses: tuple[StatusList, ...] = ()


_KEY: Labels = (
    ("point", 1, is_bytes(POINT_BYTES), True),
    ("places", 2, are_codes, True),
    ("kinds", 3, are_kinds, True),
    ("not_after", 4, TIME, True),
    ("not_before", 5, TIME, True),
)
_TRUST: Labels = (
    ("expires", 4, TIME, True),
    ("issued", 6, TIME, True),
    ("version", -70011, VERSION, True),
    ("keys", -70012, lambda value: isinstance(value, list) and len(value) <= KEYS_MOST, True),
)
_STATUS: Labels = (
    ("issuer", 1, is_code, True),
    ("expires", 4, TIME, True),
    ("issued", 6, TIME, True),
    ("batch", -70005, is_bytes(8), True),
    ("version", -70011, VERSION, True),
    ("size", -70013, is_whole(SIZE_MOST, 1), True),
    (GAPS, -70014, lambda value: isinstance(value, bytes), False),
    (BITS, -70015, lambda value: isinstance(value, bytes), False),
)


def keyed(keys: Iterable[Key]) -> dict[bytes, Key]:
    """Return keys by their id of 8 bytes (the first of SHA-256 over the point), in the order of the ids."""
    return dict(sorted((key_id(key.point), key) for key in keys))


def _seal(content: dict[int, Any], key: PrivateKey, use: bytes, prefix: str) -> str:
    text = prefix + base45.encode(seal_sign1(cbor2.dumps(content), key, use))
    if len(text) > LIST_MOST:
        raise TokenRefused("size", f"{len(text)} characters")
    return text


def _open(text: str, keys: Mapping[bytes, object], use: bytes, prefix: str) -> tuple[bytes, Any]:
    """Return the signer and the content of a list; a key that is not known and a wrong signature are one to a reader."""
    content = unpack(text, prefix, LIST_MOST)
    try:
        kid, payload = open_sign1(content, keys, use)
    except TokenRefused as refused:
        if refused.reason in ("key", "signature"):
            raise TokenRefused("list_signature", refused.detail) from None
        raise
    return kid, read(payload)


def _check_age(
    found: TrustList | StatusList, now: Moment, at_least: int, must_be_fresh: bool
) -> None:
    if found.version < at_least:
        raise TokenRefused("rolled_back", f"version {found.version}, and {at_least} was seen")
    if must_be_fresh and not seconds(now) < found.expires:
        raise TokenRefused("list_expired", f"until {found.expires}")


def _read_key(content: Any) -> Key:
    found = read_fields(content, _KEY)
    try:
        key_at(found["point"])
    except ValueError:
        raise TokenRefused("form", "a point where no key stands") from None
    if not found["not_before"] < found["not_after"]:
        raise TokenRefused("form", "a key that ends before it begins")
    return Key(**{**found, "places": tuple(found["places"]), "kinds": tuple(found["kinds"])})


def _write_key(key: Key) -> dict[int, Any]:
    fields = {name: getattr(key, name) for name, *_rest in _KEY}
    return write_fields({**fields, "places": list(key.places), "kinds": list(key.kinds)}, _KEY)


def _read_trust(content: Any) -> TrustList:
    found = read_fields(content, _TRUST)
    if not found["issued"] < found["expires"]:
        raise TokenRefused("form", "it ends before it begins")
    keys = keyed(map(_read_key, found["keys"]))
    if len(keys) != len(found["keys"]):
        raise TokenRefused("form", "a key twice")
    return TrustList(**{**found, "keys": keys})


def sign_trust(trust: TrustList, root_private: PrivateKey) -> str:
    """Return the text of a trust list: `MBT1:` and base45 of a COSE_Sign1 (ES256) by a root.

    TokenRefused "form" or "size" for a list that no reader would take; a ValueError for a key that is not on P-256.
    """
    content = write_fields(
        {
            "expires": trust.expires,
            "issued": trust.issued,
            "version": trust.version,
            "keys": [_write_key(trust.keys[kid]) for kid in sorted(trust.keys)],
        },
        _TRUST,
    )
    if _read_trust(content) != trust:
        raise TokenRefused("form", "not read back as it was written")
    return _seal(content, root_private, TRUST_USE, TRUST_PREFIX)


def open_trust(
    text: str,
    roots: Iterable[PublicKey | bytes],
    now: Moment,
    at_least: int = 0,
    *,
    must_be_fresh: bool = False,
) -> TrustList:
    """Return the trust list in a text, when one of the roots (public keys or points of 65 bytes) signed it.

    `at_least` is the highest version seen so far. A list past its end is still returned, for check_at to grade; whoever
    must not have it asks for a fresh one. TokenRefused: prefix, size, base45, cbor, form, algorithm, list_signature,
    rolled_back, list_expired.
    """
    points = [root if isinstance(root, bytes) else point_of(root) for root in roots]
    _kid, content = _open(text, {key_id(point): point for point in points}, TRUST_USE, TRUST_PREFIX)
    found = _read_trust(content)
    _check_age(found, now, at_least, must_be_fresh)
    return found


def _read_status(content: Any, kid: bytes = b"") -> StatusList:
    found = read_fields(content, _STATUS)
    if not found["issued"] < found["expires"]:
        raise TokenRefused("form", "it ends before it begins")
    packed: dict[str, bytes] = {name: found.pop(name) for name in (GAPS, BITS) if name in found}
    return StatusList(**found, revoked=read_revoked(packed, found["size"]), kid=kid)


def sign_status(status: StatusList, private_key: PrivateKey) -> str:
    """Return the text of a status list: `MBS1:` and base45 of a COSE_Sign1 (ES256) by a key that may sign passes.

    TokenRefused "form" or "size" for a list that no reader would take; a ValueError for a key that is not on P-256.
    """
    if not all(type(index) is int and 0 <= index < status.size for index in status.revoked):
        raise TokenRefused("form", "an index outside the batch")
    fields = {name: getattr(status, name, None) for name, *_rest in _STATUS}
    content = write_fields({**fields, **write_revoked(status.revoked, status.size)}, _STATUS)
    if _read_status(content) != status:
        raise TokenRefused("form", "not read back as it was written")
    return _seal(content, private_key, STATUS_USE, STATUS_PREFIX)


def open_status(
    text: str, keys: Keys, now: Moment, at_least: int = 0, *, must_be_fresh: bool = False
) -> StatusList:
    """Return the status list in a text, when one of the keys signed it and may sign for its issuer.

    `at_least` is the highest version seen so far of this issuer and batch. A list past its end is still returned, for
    check_at to grade. TokenRefused: prefix, size, base45, cbor, form, algorithm, list_signature, key (not in its time),
    issuer, rolled_back, list_expired.
    """
    kid, content = _open(text, keys, STATUS_USE, STATUS_PREFIX)
    key = keys[kid]
    check_key(key, now)
    found = _read_status(content, kid)
    if isinstance(key, Key) and not any(covers(above, found.issuer) for above in key.places):
        raise TokenRefused("issuer", f"this key may not sign for {found.issuer}")
    _check_age(found, now, at_least, must_be_fresh)
    return found
