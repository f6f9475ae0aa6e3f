"""Recovery: backups are encrypted to a key whose private half lies on a sealed sheet, not on the machine."""

import base64
import hashlib
import os
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.utils.translation import gettext_lazy as _

from mingbai.kernel.folder import write_safely
from mingbai.kernel.refusals import Refused, sentences

MAGIC = b"mingbai/backup/1\n"
CHUNK = 1 << 20
LINE = 16
SECRET_BYTES = 32

sentences(
    {
        "REC-1": _("This is not a backup of an account, or it was changed on the way."),
        "REC-2": _(
            "This recovery key does not open this backup. It wants the sheet with the mark %(mark)s."
        ),
        "REC-3": _(
            "Line %(line)s of the recovery key is not written as on the sheet. Compare it letter by letter."
        ),
        "REC-4": _(
            "There is no recovery key yet. Make one and put the sheet away: mingbai keys sheet."
        ),
    }
)


def mark_of(public: bytes) -> str:
    """Return the mark by which a sheet is told from others."""
    return hashlib.sha256(b"mingbai/recovery/1\n" + public).hexdigest()[:8]


def public_of(private: X25519PrivateKey) -> bytes:
    """Return a recovery key's public half."""
    return private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def make_sheet(where: Path) -> list[str]:
    """Make a recovery key: keep its public half, and return the lines of the sheet, which are kept nowhere."""
    private = X25519PrivateKey.generate()
    write_safely(where / "keys" / "recovery.pub", public_of(private).hex().encode() + b"\n", 0o644)
    return sheet_lines(private.private_bytes_raw())


def sheet_lines(secret: bytes) -> list[str]:
    """Return a key as lines to be typed in: sixteen letters in fours, and two that check the line."""
    text = base64.b32encode(secret).decode().rstrip("=")
    lines = [text[at : at + LINE] for at in range(0, len(text), LINE)]
    return [f"{' '.join(_fours(line))} {_check(at, line)}" for at, line in enumerate(lines)]


def _fours(line: str) -> Iterator[str]:
    yield from (line[at : at + 4] for at in range(0, len(line), 4))


def _check(at: int, line: str) -> str:
    return base64.b32encode(hashlib.sha256(f"{at}/{line}".encode()).digest())[:2].decode()


def key_from(text: str) -> X25519PrivateKey:
    """Return the recovery key that was typed in from its sheet."""
    return X25519PrivateKey.from_private_bytes(secret_from(text))


def secret_from(text: str) -> bytes:
    """Return the 32 bytes that were typed in from a sheet; a line with a slip of the pen is named."""
    lines = [line for line in text.upper().replace("-", " ").splitlines() if line.strip()]
    whole = ""
    for at, line in enumerate(lines):
        letters = "".join(line.split())
        if len(letters) < 3 or _check(at, letters[:-2]) != letters[-2:]:
            raise Refused("REC-3", line=at + 1)
        whole += letters[:-2]
    try:
        secret = base64.b32decode(whole + "=" * (-len(whole) % 8))
    except ValueError:
        raise Refused("REC-3", line=len(lines)) from None
    if len(secret) != SECRET_BYTES:
        raise Refused("REC-3", line=len(lines))
    return secret


def recovery_public(where: Path) -> bytes:
    """Return the public half of the account's recovery key."""
    path = where / "keys" / "recovery.pub"
    if not path.exists():
        raise Refused("REC-4")
    return bytes.fromhex(path.read_text("ascii").strip())


def _key(shared: bytes, once: bytes, public: bytes) -> bytes:
    derived = HKDF(algorithm=SHA256(), length=32, salt=once + public, info=MAGIC)
    return derived.derive(shared)


def _nonce(number: int, last: bool) -> bytes:
    return struct.pack(">IQ", int(last), number)


class Closing:
    """A file that encrypts what is written into it, chunk by chunk; the last chunk says that it is the last."""

    def __init__(self, file: IO[bytes], public: bytes) -> None:
        once = X25519PrivateKey.generate()
        shared = once.exchange(X25519PublicKey.from_public_bytes(public))
        self.lock = AESGCM(_key(shared, public_of(once), public))
        self.file, self.held, self.number = file, bytearray(), 0
        self.head = MAGIC + mark_of(public).encode() + b"\n" + public_of(once)
        file.write(self.head)

    def write(self, content: bytes) -> int:
        """Take content."""
        self.held += content
        while len(self.held) > CHUNK:
            self._chunk(bytes(self.held[:CHUNK]), last=False)
            del self.held[:CHUNK]
        return len(content)

    def _chunk(self, content: bytes, *, last: bool) -> None:
        closed = self.lock.encrypt(_nonce(self.number, last), content, self.head)
        self.file.write(struct.pack(">I", len(closed)) + closed)
        self.number += 1

    def close(self) -> None:
        """Write the last chunk."""
        self._chunk(bytes(self.held), last=True)
        self.held.clear()


class Opening:
    """A file that gives what was encrypted into it; a missing end or a changed byte is refused."""

    def __init__(self, file: IO[bytes], private: X25519PrivateKey) -> None:
        self.file, self.held, self.number, self.ended = file, bytearray(), 0, False
        if file.read(len(MAGIC)) != MAGIC:
            raise Refused("REC-1")
        mark, once = file.read(9), file.read(32)
        public = public_of(private)
        if mark.decode("ascii", "replace").strip() != mark_of(public):
            raise Refused("REC-2", mark=mark.decode("ascii", "replace").strip())
        self.head = MAGIC + mark + once
        shared = private.exchange(X25519PublicKey.from_public_bytes(once))
        self.lock = AESGCM(_key(shared, once, public))

    def read(self, size: int = -1) -> bytes:
        """Return content."""
        while not self.ended and (size < 0 or len(self.held) < size):
            self._chunk()
        wanted = len(self.held) if size < 0 else size
        found = bytes(self.held[:wanted])
        del self.held[:wanted]
        return found

    def _chunk(self) -> None:
        length = self.file.read(4)
        if len(length) < 4:
            raise Refused("REC-1")
        closed = self.file.read(struct.unpack(">I", length)[0])
        # The last chunk is the one that nothing follows; its nonce says so, and cutting the file off is noticed.
        self.ended = not self.file.peek(1)[:1]  # type: ignore[attr-defined]
        try:
            self.held += self.lock.decrypt(_nonce(self.number, self.ended), closed, self.head)
        except InvalidTag:
            raise Refused("REC-1") from None
        self.number += 1


def random_name() -> str:
    """Return a random name for a file on its way."""
    return os.urandom(8).hex()
