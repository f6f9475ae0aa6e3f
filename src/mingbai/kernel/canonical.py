"""Canonical form: the one way in which a value is written before it is hashed."""

import hashlib
import json
from typing import Any

ENCODE = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
).encode


def canonical(value: Any) -> bytes:
    """Return a value as canonical JSON: sorted keys, no blanks, UTF-8."""
    return ENCODE(value).encode()


def sha256(*parts: bytes) -> bytes:
    """Return the SHA-256 of the parts put together."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.digest()
