"""Signed notes and checkpoints as the C2SP specifications signed-note and tlog-checkpoint describe them."""

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ED25519 = b"\x01"
SIGNATURES_MOST = 16
NOTE_MOST = 1_000_000
LINE = re.compile(r"— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})")


class NoteError(ValueError):
    """A note is not written or not signed as it must be."""


@dataclass(frozen=True)
class Checkpoint:
    """A head of a log: its origin, how many entries, and the root over them (32 bytes)."""

    origin: str
    size: int
    root: bytes


def exact_base64(text: str) -> bytes:
    """Return what base64 text encodes; only the one canonical spelling is accepted."""
    try:
        found = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise NoteError("not base64") from None
    if base64.b64encode(found).decode() != text:
        raise NoteError("not the canonical base64")
    return found


def raw_key(key: Ed25519PublicKey) -> bytes:
    """Return the 32 bytes of a public key."""
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)


def key_id(name: str, key: Ed25519PublicKey) -> bytes:
    """Return the 4 bytes by which a signature names its key: SHA-256(name, 0x0A, 0x01, key), cut."""
    return hashlib.sha256(name.encode() + b"\n" + ED25519 + raw_key(key)).digest()[:4]


def check_name(name: str) -> None:
    """Refuse a key name with blanks or a plus sign, or an empty one."""
    if not name or "+" in name or any(letter.isspace() for letter in name):
        raise NoteError("a key's name has no blanks and no plus sign")


def public_key_line(name: str, key: Ed25519PublicKey) -> str:
    """Return name+id+base64(type and key), by which anyone can check signatures (C2SP signed-note)."""
    check_name(name)
    return f"{name}+{key_id(name, key).hex()}+{base64.b64encode(ED25519 + raw_key(key)).decode()}"


def parse_public_key(line: str) -> tuple[str, Ed25519PublicKey]:
    """Return name and key of such a line; a NoteError when it does not hold together."""
    parts = line.strip().split("+", 2)
    if len(parts) != 3:
        raise NoteError("not a key line")
    name, named, encoded = parts
    check_name(name)
    content = exact_base64(encoded)
    if len(content) != 33 or content[:1] != ED25519:
        raise NoteError("not an Ed25519 key")
    key = Ed25519PublicKey.from_public_bytes(content[1:])
    if key_id(name, key).hex() != named:
        raise NoteError("the key's id is not its own")
    return name, key


def check_text(text: str) -> None:
    """Refuse a note's text with control characters, without a last line break, or too long."""
    if len(text) > NOTE_MOST or not text.endswith("\n"):
        raise NoteError("a note's text ends with a line break and has a limit")
    if any(ord(letter) < 32 and letter != "\n" or ord(letter) == 0x7F for letter in text):
        raise NoteError("a note holds no control characters")


def sign_note(text: str, name: str, key: Ed25519PrivateKey) -> str:
    """Return the text with a signature line: em dash, name, base64(key id and 64 bytes of signature)."""
    check_text(text)
    check_name(name)
    content = key_id(name, key.public_key()) + key.sign(text.encode())
    return f"{text}\n— {name} {base64.b64encode(content).decode()}\n"


def open_note(note: str, verifiers: Mapping[str, Ed25519PublicKey]) -> str:
    """Return the text of a note that a known key signed; unknown keys are ignored, a bad known signature refuses all."""
    text, found, signatures = note.rpartition("\n\n")
    if not found:
        raise NoteError("a note without signatures")
    text += "\n"
    check_text(text)
    if not signatures.endswith("\n"):
        raise NoteError("the last signature has no line break")
    lines = signatures[:-1].split("\n")
    if len(lines) > SIGNATURES_MOST:
        raise NoteError("too many signatures")
    good = 0
    for line in lines:
        match = LINE.fullmatch(line)
        if match is None:
            raise NoteError("a signature line is not written as it must be")
        name, content = match[1], exact_base64(match[2])
        if len(content) < 5:
            raise NoteError("a signature is too short")
        key = verifiers.get(name)
        if key is None or content[:4] != key_id(name, key):
            continue
        try:
            key.verify(content[4:], text.encode())
        except InvalidSignature:
            raise NoteError("a known key's signature is wrong") from None
        good += 1
    if not good:
        raise NoteError("no known key signed this")
    return text


def checkpoint_text(checkpoint: Checkpoint) -> str:
    """Return a checkpoint's text: origin, size and base64 root, a line each (C2SP tlog-checkpoint)."""
    return f"{checkpoint.origin}\n{checkpoint.size}\n{base64.b64encode(checkpoint.root).decode()}\n"


def parse_checkpoint(text: str) -> Checkpoint:
    """Return the checkpoint that a note's text holds; further lines are extensions and are ignored."""
    lines = text.split("\n")
    if len(lines) < 4 or not lines[0]:
        raise NoteError("not a checkpoint")
    if not re.fullmatch(r"0|[1-9][0-9]{0,18}", lines[1]):
        raise NoteError("the size is not a plain number")
    content = exact_base64(lines[2])
    if len(content) != 32:
        raise NoteError("the root is not 32 bytes")
    return Checkpoint(lines[0], int(lines[1]), content)
