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

from mingbai.proofs.merkle import HASH_BYTES, SIZE_MOST

ED25519 = b"\x01"
SIGNATURES_MOST = 16
NOTE_MOST = 1_000_000
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")
LINE = re.compile(r"— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})")
NUMBER = re.compile(r"0|[1-9][0-9]{0,18}")


class NoteError(ValueError):
    """A note is not written or not signed as it must be."""


@dataclass(frozen=True)
class Checkpoint:
    """A head of a log: its origin, how many entries, and the root over them (32 bytes)."""

    origin: str
    size: int
    root: bytes


def exact_base64(text: str) -> bytes:
    """Return what base64 text encodes (RFC 4648, section 4); a NoteError for any but its one canonical spelling."""
    try:
        found = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise NoteError("not base64") from None
    if base64.b64encode(found).decode() != text:
        raise NoteError("not the canonical base64")
    return found


def raw_key(key: Ed25519PublicKey) -> bytes:
    """Return the 32 bytes of a public key (RFC 8032, section 5.1.5)."""
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)


def key_id(name: str, key: Ed25519PublicKey) -> bytes:
    """Return the 4 bytes by which a signature names its key: SHA-256(name, 0x0A, 0x01, key), cut (C2SP signed-note)."""
    return hashlib.sha256(name.encode() + b"\n" + ED25519 + raw_key(key)).digest()[:4]


def _check_letters(text: str) -> None:
    if CONTROL.search(text):
        raise NoteError("a note holds no control characters")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise NoteError("a note is UTF-8") from None


def check_name(name: str) -> None:
    """Refuse, with a NoteError, a key name that is empty or holds a blank, a plus sign or a control character."""
    _check_letters(name)
    if not name or "+" in name or any(letter.isspace() for letter in name):
        raise NoteError("a key's name has no blanks and no plus sign")


def check_text(text: str) -> None:
    """Refuse, with a NoteError, a note's text with control characters, without a last line break, or too long."""
    if len(text) > NOTE_MOST or not text.endswith("\n"):
        raise NoteError("a note's text ends with a line break and has a limit")
    _check_letters(text)


def public_key_line(name: str, key: Ed25519PublicKey) -> str:
    """Return name+id+base64(type and key), by which anyone checks signatures; the id is 8 hexadecimal digits."""
    check_name(name)
    return f"{name}+{key_id(name, key).hex()}+{base64.b64encode(ED25519 + raw_key(key)).decode()}"


def parse_public_key(line: str) -> tuple[str, Ed25519PublicKey]:
    """Return name and key of such a line, with or without its line break; a NoteError when it does not hold together."""
    parts = line.removesuffix("\n").split("+", 2)
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


def sign_note(text: str, name: str, key: Ed25519PrivateKey) -> str:
    """Return the text with a signature line: em dash, name, base64(key id and 64 bytes of signature) (C2SP signed-note).

    A NoteError for a text or name that no note may hold.
    """
    check_text(text)
    check_name(name)
    content = key_id(name, key.public_key()) + key.sign(text.encode())
    return f"{text}\n— {name} {base64.b64encode(content).decode()}\n"


def _signature_lines(signatures: str) -> list[tuple[str, bytes]]:
    """Return the name and the bytes (key id, signature) of each signature line."""
    if not signatures.endswith("\n"):
        raise NoteError("the last signature has no line break")
    lines = signatures[:-1].split("\n")
    if len(lines) > SIGNATURES_MOST:
        raise NoteError("too many signatures")
    found = []
    for line in lines:
        match = LINE.fullmatch(line)
        if match is None:
            raise NoteError("a signature line is not written as it must be")
        content = exact_base64(match[2])
        if len(content) < 5:
            raise NoteError("a signature is too short")
        found.append((match[1], content))
    return found


def signers_of(note: str, verifiers: Mapping[str, Ed25519PublicKey]) -> tuple[str, frozenset[str]]:
    """Return a note's text and the names of the known keys that signed it (C2SP signed-note); see open_note."""
    if len(note) > NOTE_MOST:
        raise NoteError("a note has a limit")
    _check_letters(note)
    text, found, signatures = note.rpartition("\n\n")
    if not found:
        raise NoteError("a note without signatures")
    text += "\n"
    signers = set()
    for name, content in _signature_lines(signatures):
        key = verifiers.get(name)
        if key is None or content[:4] != key_id(name, key):
            continue
        try:
            key.verify(content[4:], text.encode())
        except InvalidSignature:
            raise NoteError("a known key's signature is wrong") from None
        signers.add(name)
    if not signers:
        raise NoteError("no known key signed this")
    return text, frozenset(signers)


def open_note(note: str, verifiers: Mapping[str, Ed25519PublicKey]) -> str:
    """Return the text of a note that a known key signed (C2SP signed-note); verifiers are keys by their name.

    Signatures of unknown keys are ignored; one wrong signature of a known key refuses the whole note, and so do a control
    character, more than 16 signatures, and base64 that is not the canonical one: all a NoteError.
    """
    return signers_of(note, verifiers)[0]


def open_checkpoint(note: str, verifiers: Mapping[str, Ed25519PublicKey]) -> Checkpoint:
    """Return the head in a note that the key named like its origin signed; a NoteError otherwise (C2SP tlog-checkpoint).

    So the key of another log or of a witness, known as it may be, can't speak for this origin.
    """
    text, signers = signers_of(note, verifiers)
    checkpoint = parse_checkpoint(text)
    if checkpoint.origin not in signers:
        raise NoteError("the log of this origin did not sign this")
    return checkpoint


def checkpoint_text(checkpoint: Checkpoint) -> str:
    """Return a checkpoint's text: origin, size and base64 root, a line each (C2SP tlog-checkpoint).

    A NoteError for a checkpoint that could not be read back.
    """
    root = base64.b64encode(checkpoint.root).decode()
    text = f"{checkpoint.origin}\n{checkpoint.size}\n{root}\n"
    check_text(text)
    if parse_checkpoint(text) != checkpoint:
        raise NoteError("not a checkpoint")
    return text


def parse_checkpoint(text: str) -> Checkpoint:
    """Return the checkpoint that a note's text holds (C2SP tlog-checkpoint); further lines are extensions and ignored.

    A NoteError when a line is empty, the size no plain number below 2**63, or the root not 32 bytes.
    """
    lines = text.split("\n")
    if len(lines) < 4 or lines.pop() or not all(lines):
        raise NoteError("not a checkpoint")
    if not NUMBER.fullmatch(lines[1]) or int(lines[1]) > SIZE_MOST:
        raise NoteError("the size is not a plain number")
    content = exact_base64(lines[2])
    if len(content) != HASH_BYTES:
        raise NoteError("the root is not 32 bytes")
    return Checkpoint(lines[0], int(lines[1]), content)
