"""Sealing: a key for each person, wrapped by the master key; values that open only where they belong."""

import hashlib
import hmac
import os
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

VERSION = b"\x01"
NONCE_BYTES = 12
KEY_BYTES = 32
INDEX_BYTES = 16


class SealBroken(ValueError):
    """A sealed value does not open: another key, another place, or it was changed."""


def _lock(key: bytes, context: str, content: bytes) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return VERSION + nonce + AESGCM(key).encrypt(nonce, content, context.encode())


def _unlock(key: bytes, context: str, locked: bytes) -> bytes:
    if locked[:1] != VERSION or len(locked) < 1 + NONCE_BYTES + 16:
        raise SealBroken("not sealed by this product")
    try:
        return AESGCM(key).decrypt(
            locked[1 : 1 + NONCE_BYTES], locked[1 + NONCE_BYTES :], context.encode()
        )
    except InvalidTag:
        raise SealBroken("the seal does not open") from None


class Keyring:
    """The two keys that everything sealed hangs on."""

    def __init__(self, *, master: bytes, index: bytes) -> None:
        if len(master) != KEY_BYTES or len(index) != KEY_BYTES:
            raise ValueError("a key is 32 bytes")
        self._master = master
        self._index = index

    def new_person_key(self, person: UUID) -> bytes:
        """Return a new key for a person, wrapped so that it opens for that person alone."""
        return _lock(self._master, f"person/{person.hex}", os.urandom(KEY_BYTES))

    def open_person_key(self, person: UUID, wrapped: bytes) -> bytes:
        """Return a person's key."""
        return _unlock(self._master, f"person/{person.hex}", wrapped)

    def seal(self, key: bytes, context: str, text: str) -> bytes:
        """Return a text sealed under a key; it opens only with the same context."""
        return _lock(key, context, text.encode())

    def unseal(self, key: bytes, context: str, sealed: bytes) -> str:
        """Return a sealed text."""
        return _unlock(key, context, sealed).decode()

    def blind_index(self, kind: str, text: str) -> bytes:
        """Return by what a value is found without being stored: a keyed hash, 16 bytes."""
        return hmac.digest(self._index, f"{kind}\0{text}".encode(), hashlib.sha256)[:INDEX_BYTES]
