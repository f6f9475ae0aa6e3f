"""Commitments: a salted hash that binds a value and tells nothing of it, and the one way in which a value is written."""

import hashlib
import json
from typing import Any, NoReturn

SALT_BYTES = 32
DEPTH_MOST = 64

_ENCODE = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False, check_circular=False
).encode


class CanonicalError(ValueError):
    """A value can't be written, or bytes can't be read, in one way only."""


def commit(domain: str, salt: bytes, content: bytes) -> bytes:
    """Return SHA-256 over the domain with its length in 2 bytes, a salt of 32 random bytes, and the content; 32 bytes.

    Hash commitment with a length-prefixed domain: no two triples are written alike. A ValueError for a salt that is not
    32 bytes or a domain of more than 65,535.
    """
    if len(salt) != SALT_BYTES:
        raise ValueError("a salt is 32 bytes")
    named = domain.encode()
    if len(named) > 0xFFFF:
        raise ValueError("a domain is at most 65,535 bytes")
    return hashlib.sha256(len(named).to_bytes(2, "big") + named + salt + content).digest()


def _check(value: Any, depth: int = 0) -> None:
    """Refuse what has no one way to be written: floats, keys that are not text, other kinds, too many floors."""
    if value is None or isinstance(value, (str, int)):
        return
    if depth == DEPTH_MOST:
        raise CanonicalError("more than 64 lists or objects inside each other")
    if isinstance(value, dict):
        for key, inner in value.items():
            if not isinstance(key, str):
                raise CanonicalError("a key is not text")
            _check(inner, depth + 1)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            _check(inner, depth + 1)
    else:
        raise CanonicalError(f"{type(value).__name__} has no canonical form")


def canonical_json(value: Any) -> bytes:
    """Return a value as canonical JSON in UTF-8: keys sorted by code point, no blanks, nothing escaped that need not be.

    As RFC 8785, but whole numbers of any size (up to 4,300 digits) and keys by code point. A CanonicalError for floats, keys
    that are not text, lone surrogates, other kinds of value, and more than 64 floors.
    """
    _check(value)
    try:
        return _ENCODE(value).encode()
    except UnicodeEncodeError:
        raise CanonicalError("half a character (a lone surrogate)") from None
    except ValueError as error:
        raise CanonicalError(str(error)) from None


def _no_float(text: str) -> NoReturn:
    raise CanonicalError(f"{text[:20]} is not a whole number")


def _no_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise CanonicalError("a key is there twice")
    return found


_DECODE = json.JSONDecoder(
    parse_float=_no_float, parse_constant=_no_float, object_pairs_hook=_no_twins
).raw_decode


def strict_loads(content: bytes) -> Any:
    """Return the value of JSON bytes that say one thing only (RFC 8259, narrowed).

    A CanonicalError for a key that is there twice, floats, NaN, what is not UTF-8, lone surrogates, anything before or after
    the value (blanks too), numbers of more than 4,300 digits, and more than 64 floors.
    """
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        raise CanonicalError("not UTF-8") from None
    try:
        value, end = _DECODE(text)
    except CanonicalError:
        raise
    except (ValueError, RecursionError) as error:
        raise CanonicalError(f"not JSON: {error}") from None
    if end != len(text):
        raise CanonicalError("something stands after the value")
    _check(value)
    if "\\u" in text:
        canonical_json(value)
    return value
