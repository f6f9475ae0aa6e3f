"""Canonical form: the one way in which a value is written before it is hashed."""

import hashlib
import json
from typing import Any

import orjson

AS_WRITTEN = (
    orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS
)


def canonical(value: Any) -> bytes:
    """Return a value as canonical JSON: sorted keys, no blanks, UTF-8."""
    try:
        return orjson.dumps(value, option=AS_WRITTEN)
    except orjson.JSONEncodeError:
        # A number of more than 64 bits is written by the slower way, to the same form.
        text = json.dumps(
            value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
        )
        return text.encode()


def canonical_text(value: Any) -> str:
    """Return a value as canonical text."""
    return canonical(value).decode()


def sha256(*parts: bytes) -> bytes:
    """Return the SHA-256 of the parts put together."""
    return hashlib.sha256(b"".join(parts)).digest()
