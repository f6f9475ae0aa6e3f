"""Commitments: a salted hash that binds a value and tells nothing of it."""

import hashlib

SALT_BYTES = 32


def commit(domain: str, salt: bytes, content: bytes) -> bytes:
    """Return SHA-256 over the domain with its length, a salt of 32 random bytes, and the content; 32 bytes."""
    if len(salt) != SALT_BYTES:
        raise ValueError("a salt is 32 bytes")
    named = domain.encode()
    return hashlib.sha256(len(named).to_bytes(2, "big") + named + salt + content).digest()
