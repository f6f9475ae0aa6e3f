"""Passes: a signed token is made for a holder, and opened by whoever knows the key; nothing here needs a network."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from mingbai.proofs.tokens import base45
from mingbai.proofs.tokens.claims import Claims, read_claims, write_claims
from mingbai.proofs.tokens.refusal import TokenRefused
from mingbai.proofs.tokens.sign1 import PrivateKey, PublicKey, open_sign1, parts_of, seal_sign1
from mingbai.proofs.tokens.strict import INTEGER_MOST

PREFIX = "MB1:"
TEXT_MOST = 1_200
EVERYWHERE = ("000000000000",)

Moment = int | float | dt.datetime


@dataclass(frozen=True, slots=True)
class Key:
    """A key that signs passes: its point of 65 bytes, where and of what kinds it may, and when (seconds since 1970).

    It may sign for these places and all that lie under them; it holds while not_before <= now < not_after.
    """

    point: bytes
    places: tuple[str, ...] = EVERYWHERE
    kinds: tuple[int, ...] = (1, 2, 3)
    not_before: int = 0
    not_after: int = INTEGER_MOST


Keys = Mapping[bytes, Key | PublicKey | bytes]


def seconds(now: Moment) -> int | float:
    """Return a moment in seconds since 1970; a ValueError for a datetime that does not say its zone."""
    if not isinstance(now, dt.datetime):
        return now
    if now.tzinfo is None:
        raise ValueError("a datetime without a zone is no moment")
    return now.timestamp()


def covers(above: str, place: str) -> bool:
    """Tell whether a place is another one or lies under it: its 12-digit code (2-2-2-3-3) begins with the other's digits."""
    for digits in (0, 2, 4, 6, 9):
        if not above[digits:].strip("0"):
            return place.startswith(above[:digits])
    return place == above


def unpack(text: str, prefix: str, most: int) -> bytes:
    """Return the bytes in a text of prefix and base45; TokenRefused "prefix", "size" or "base45"."""
    if not isinstance(text, str) or not text.startswith(prefix):
        raise TokenRefused("prefix", f"it does not begin with {prefix}")
    if len(text) > most:
        raise TokenRefused("size", f"more than {most} characters")
    return base45.decode(text[len(prefix) :])


def check_time(claims: Claims, now: Moment) -> None:
    """Refuse a pass before its time ("not_yet") and from its end on ("expired"): it holds while not_before <= now < expires.

    Exactly so, with no allowance for clocks: whoever knows how far a clock is off corrects `now`.
    """
    moment = seconds(now)
    if not claims.not_before <= moment:
        raise TokenRefused("not_yet", f"from {claims.not_before}")
    if not moment < claims.expires:
        raise TokenRefused("expired", f"until {claims.expires}")


def check_key(key: object, now: Moment) -> None:
    """Refuse, with "key", a key before or after its time; one without a time of its own always holds."""
    if isinstance(key, Key) and not key.not_before <= seconds(now) < key.not_after:
        raise TokenRefused("key", "not in its time")


def check_scope(key: object, claims: Claims) -> None:
    """Refuse, with "issuer", a pass whose issuer, places or kind its key may not sign for."""
    if not isinstance(key, Key):
        return
    for place in (claims.issuer, *claims.places):
        if not any(covers(above, place) for above in key.places):
            raise TokenRefused("issuer", f"this key may not sign for {place}")
    if claims.kind not in key.kinds:
        raise TokenRefused("issuer", "this key may not sign passes of this kind")


def seal_token(claims: Claims, private_key: PrivateKey) -> str:
    """Return the text of a pass: `MB1:` and base45 of a COSE_Sign1 (ES256) over the claims (RFC 8392).

    The same claims and key give the same text. TokenRefused "form" or "size" for claims that no reader would take; a
    ValueError for a key that is not on P-256.
    """
    text = PREFIX + base45.encode(seal_sign1(write_claims(claims), private_key))
    if len(text) > TEXT_MOST:
        raise TokenRefused("size", f"{len(text)} characters")
    return text


def open_token(text: str, keys: Keys, now: Moment) -> Claims:
    """Return what a pass says, when one of the keys signed it, may have signed it, and it holds now (RFC 9052, 8392).

    Keys are by their id of 8 bytes: Key, or a public key or 65-byte point that may sign anything; now is seconds since
    1970 or a datetime with its zone. TokenRefused, in this order: prefix, size, base45, cbor, form, algorithm, key,
    signature, then the content's cbor and form, not_yet, expired, issuer. Where it holds is for check_at to say.
    """
    kid, payload = open_sign1(unpack(text, PREFIX, TEXT_MOST), keys)
    check_key(keys[kid], now)
    claims = read_claims(payload, kid)
    check_time(claims, now)
    check_scope(keys[kid], claims)
    return claims


def number_in(text: str) -> bytes | None:
    """Return the number that a text claims for a pass, which anyone can write: a row to look up, and nothing to go by."""
    try:
        _protected, payload, _signature = parts_of(unpack(text, PREFIX, TEXT_MOST))
        return read_claims(payload).permit
    except TokenRefused:
        return None
