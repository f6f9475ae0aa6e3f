"""Sealing: a key for each person, wrapped by the master key; values that open only where they belong."""

import os
from collections.abc import Iterable, Sequence
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC

from mingbai.kernel.identity import drawn, drawn_many

VERSION = b"\x01"
NONCE_BYTES = 12
KEY_BYTES = 32
INDEX_BYTES = 16


class SealBroken(ValueError):
    """A sealed value does not open: another key, another place, or it was changed."""


def _lock(key: AESGCM, context: str, content: bytes) -> bytes:
    nonce = drawn(NONCE_BYTES)
    return VERSION + nonce + key.encrypt(nonce, content, context.encode())


def _unlock(key: AESGCM, context: str, locked: bytes) -> bytes:
    if locked[:1] != VERSION or len(locked) < 1 + NONCE_BYTES + 16:
        raise SealBroken("not sealed by this product")
    try:
        return key.decrypt(locked[1 : 1 + NONCE_BYTES], locked[1 + NONCE_BYTES :], context.encode())
    except InvalidTag:
        raise SealBroken("the seal does not open") from None


class Keyring:
    """The two keys that everything sealed hangs on."""

    def __init__(self, *, master: bytes, index: bytes) -> None:
        if len(master) != KEY_BYTES or len(index) != KEY_BYTES:
            raise ValueError("a key is 32 bytes")
        self._master = AESGCM(master)
        self._index = HMAC(index, SHA256())

    def new_person_key(self) -> bytes:
        """Return a new key for a person."""
        return os.urandom(KEY_BYTES)

    def new_person_keys(self, count: int) -> list[bytes]:
        """Return new keys for so many people, who are written down at once."""
        return drawn_many(count, KEY_BYTES)

    def wrap_person_keys(self, people: Sequence[str], keys: Sequence[bytes]) -> list[bytes]:
        """Return the keys of people, each wrapped so that it opens for that person alone; a person is named by 32 digits."""
        contexts = [f"person/{person}".encode() for person in people]
        return self.seal_each([self._master] * len(keys), contexts, keys)

    def open_person_key(self, person: UUID, wrapped: bytes) -> AESGCM:
        """Return a person's key, ready to seal and to open with."""
        return AESGCM(_unlock(self._master, f"person/{person.hex}", wrapped))

    def lock_of(self, key: bytes) -> AESGCM:
        """Return a key made ready to seal with: once for all the fields of a person."""
        return AESGCM(key)

    def seal(self, key: AESGCM, context: str, text: str) -> bytes:
        """Return a text sealed under a key; it opens only with the same context."""
        return _lock(key, context, text.encode())

    def seal_bytes(self, key: AESGCM, context: str, content: bytes) -> bytes:
        """Return bytes sealed under a key."""
        return _lock(key, context, content)

    def seal_each(
        self, keys: Sequence[AESGCM], contexts: Sequence[bytes], contents: Sequence[bytes]
    ) -> list[bytes]:
        """Return the bytes of many values, each sealed under its own key and context."""
        nonces = drawn_many(len(contents), NONCE_BYTES)
        return [
            VERSION + nonce + key.encrypt(nonce, content, context)
            for nonce, key, context, content in zip(nonces, keys, contexts, contents, strict=True)
        ]

    def unseal(self, key: AESGCM, context: str, sealed: bytes) -> str:
        """Return a sealed text."""
        return _unlock(key, context, sealed).decode()

    def blind_index(self, kind: str, text: str) -> bytes:
        """Return by what a value is found without being stored: a keyed hash, 16 bytes."""
        return self.blind_indexes(kind, [text])[0]

    def blind_indexes(self, kind: str, texts: Iterable[str]) -> list[bytes]:
        """Return by what each of many values of one kind is found."""
        begun, found = self._index.copy(), []
        begun.update(f"{kind}\0".encode())
        for text in texts:
            keyed = begun.copy()
            keyed.update(text.encode())
            found.append(keyed.finalize()[:INDEX_BYTES])
        return found
