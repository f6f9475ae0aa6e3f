"""Canonical form: the one way in which a value is written before it is hashed."""

import hashlib
import json
from collections.abc import Callable
from typing import Any


class Encoder(json.JSONEncoder):
    """The standard encoder with its inner one kept: made anew for every value, it takes most of a short one's time."""

    def __init__(self) -> None:
        super().__init__(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
        make: Any = getattr(json.encoder, "c_make_encoder", None)
        self.inner: Callable[[Any, int], tuple[str, ...]] | None = make and make(
            None,
            self.default,
            json.encoder.encode_basestring,
            None,
            self.key_separator,
            self.item_separator,
            self.sort_keys,
            self.skipkeys,
            self.allow_nan,
        )

    def encode(self, o: Any) -> str:
        """Return a value as canonical text."""
        if self.inner is None:
            return super().encode(o)
        return "".join(self.inner(o, 0))


canonical_text = Encoder().encode


def canonical(value: Any) -> bytes:
    """Return a value as canonical JSON: sorted keys, no blanks, UTF-8."""
    return canonical_text(value).encode()


def sha256(*parts: bytes) -> bytes:
    """Return the SHA-256 of the parts put together."""
    return hashlib.sha256(b"".join(parts)).digest()
