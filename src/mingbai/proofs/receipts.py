"""Receipts: a self-contained proof of one entry in text (C2SP tlog-proof), to be kept and checked offline."""

import base64
from collections.abc import Mapping, Sequence

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from mingbai.proofs.merkle import ProofError, verify_inclusion
from mingbai.proofs.notes import Checkpoint, exact_base64, open_note, parse_checkpoint

HEAD = "c2sp.org/tlog-proof@v1"


def write_proof(index: int, hashes: Sequence[bytes], note: str) -> str:
    """Return the proof's text: head, index, one base64 hash a line from the leaf upwards, a blank line, the signed head."""
    lines = [HEAD, f"index {index}", *(base64.b64encode(content).decode() for content in hashes)]
    return "\n".join(lines) + "\n\n" + note


def open_proof(text: str, leaf: bytes, verifiers: Mapping[str, Ed25519PublicKey]) -> Checkpoint:
    """Return the head under which a proof shows a leaf hash of 32 bytes to stand; ProofError or NoteError if it does not."""
    head, found, note = text.partition("\n\n")
    lines = head.split("\n")
    if not found or lines[0] != HEAD or len(lines) < 2 or not lines[1].startswith("index "):
        raise ProofError("not a receipt")
    number = lines[1].removeprefix("index ")
    if not number.isascii() or not number.isdigit() or str(int(number)) != number:
        raise ProofError("the index is not a plain number")
    checkpoint = parse_checkpoint(open_note(note, verifiers))
    hashes = [exact_base64(line) for line in lines[2:]]
    verify_inclusion(int(number), checkpoint.size, leaf, hashes, checkpoint.root)
    return checkpoint
