"""Receipts: a self-contained proof of one entry in text (C2SP tlog-proof), to be kept and checked offline."""

import base64
from collections.abc import Mapping, Sequence

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from mingbai.proofs.merkle import HASH_BYTES, SIZE_MOST, ProofError, verify_inclusion
from mingbai.proofs.notes import NUMBER, Checkpoint, exact_base64, open_checkpoint

HEAD = "c2sp.org/tlog-proof@v1"
PROOF_MOST = 63


def write_proof(index: int, hashes: Sequence[bytes], note: str) -> str:
    """Return a receipt's text (C2SP tlog-proof): head, index, a base64 hash a line, a blank line, the signed head.

    Hashes are 32 bytes, from the leaf upwards; a ProofError for an index or hash that is none.
    """
    if type(index) is not int or not 0 <= index <= SIZE_MOST or len(hashes) > PROOF_MOST:
        raise ProofError("an index or a proof out of range")
    if any(len(content) != HASH_BYTES for content in hashes):
        raise ProofError("a hash is not 32 bytes")
    lines = [HEAD, f"index {index}", *(base64.b64encode(content).decode() for content in hashes)]
    return "\n".join(lines) + "\n\n" + note


def read_proof(text: str) -> tuple[int, list[bytes], str]:
    """Return index, hashes and signed head of a receipt, of which nothing is checked yet (C2SP tlog-proof).

    An `extra` line is allowed and ignored, for nothing vouches for it; a ProofError or NoteError for what is no receipt.
    """
    front, found, note = text.partition("\n\n")
    lines = front.split("\n")
    if not found or lines.pop(0) != HEAD:
        raise ProofError("not a receipt")
    if lines and lines[0].startswith("extra "):
        exact_base64(lines.pop(0).removeprefix("extra "))
    if not lines or not lines[0].startswith("index "):
        raise ProofError("a receipt without its index")
    number = lines.pop(0).removeprefix("index ")
    if not NUMBER.fullmatch(number):
        raise ProofError("the index is not a plain number")
    if len(lines) > PROOF_MOST:
        raise ProofError("the proof is too long")
    return int(number), [exact_base64(line) for line in lines], note


def open_proof(
    text: str, leaf_hash: bytes, verifiers: Mapping[str, Ed25519PublicKey]
) -> Checkpoint:
    """Return the head under which a receipt shows that a leaf hash of 32 bytes stands (C2SP tlog-proof, RFC 9162 2.1.3.2).

    The head must carry the signature of the log it names. A ProofError when the leaf is not shown, a NoteError when the
    head is not signed as it must be. Whose log it is stands in the answer's origin: compare it.
    """
    index, hashes, note = read_proof(text)
    checkpoint = open_checkpoint(note, verifiers)
    verify_inclusion(index, checkpoint.size, leaf_hash, hashes, checkpoint.root)
    return checkpoint
