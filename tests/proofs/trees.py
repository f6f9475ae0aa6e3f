"""Trees and published logs for the tests of the proofs, and a second opinion written straight from the definitions."""

import hashlib
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from mingbai.proofs import merkle, notes, tiles

ORIGIN = "mingbai/test"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
KNOWN = {ORIGIN: KEY.public_key()}
LINE = notes.public_key_line(ORIGIN, KEY.public_key())


def leaves(count: int) -> list[bytes]:
    """Return the hashes of numbered leaves."""
    return [merkle.leaf_hash(body(number)) for number in range(count)]


def body(number: int) -> bytes:
    """Return the body of a numbered entry."""
    return b'{"command":"supplies.issue_goods","number":%d,"private":{}}' % number


class Tree:
    """A tree that keeps its nodes, grown a batch at a time by the code under test."""

    def __init__(self, hashes: list[bytes]) -> None:
        self.held: dict[tuple[int, int], bytes] = {}
        self.size = 0
        self.asked: list[tuple[int, int]] = []
        self.append(hashes)

    def node(self, level: int, index: int) -> bytes:
        """Return a complete subtree's hash; it must be there."""
        self.asked.append((level, index))
        return self.held[level, index]

    def append(self, hashes: list[bytes]) -> None:
        """Add leaves."""
        added = merkle.nodes_added(self.size, hashes, self.node)
        self.held |= {(0, self.size + at): content for at, content in enumerate(hashes)}
        for level, index, content in added:
            assert (level, index) not in self.held, "a node appears once"
            self.held[level, index] = content
        self.size += len(hashes)


def split(count: int) -> int:
    """Return k: the largest power of two smaller than n (RFC 6962, section 2.1)."""
    k = 1
    while k * 2 < count:
        k *= 2
    return k


def pair(left: bytes, right: bytes) -> bytes:
    """Return the hash of a node (RFC 6962, section 2.1)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def opinion(hashes: list[bytes]) -> bytes:
    """Return MTH(D[n]) as the definition reads (RFC 6962, section 2.1)."""
    if len(hashes) < 2:
        return hashes[0] if hashes else hashlib.sha256().digest()
    k = split(len(hashes))
    return pair(opinion(hashes[:k]), opinion(hashes[k:]))


def path_opinion(index: int, hashes: list[bytes]) -> list[bytes]:
    """Return PATH(m, D[n]) as the definition reads (RFC 6962, section 2.1.1)."""
    if len(hashes) == 1:
        return []
    k = split(len(hashes))
    if index < k:
        return [*path_opinion(index, hashes[:k]), opinion(hashes[k:])]
    return [*path_opinion(index - k, hashes[k:]), opinion(hashes[:k])]


def proof_opinion(older: int, hashes: list[bytes], known: bool = True) -> list[bytes]:
    """Return SUBPROOF(m, D[n], b) as the definition reads (RFC 6962, section 2.1.2)."""
    if older == len(hashes):
        return [] if known else [opinion(hashes)]
    k = split(len(hashes))
    if older <= k:
        return [*proof_opinion(older, hashes[:k], known), opinion(hashes[k:])]
    return [*proof_opinion(older - k, hashes[k:], False), opinion(hashes[:k])]


def replayed(
    older: int, size: int, proof: list[bytes], known: bytes | None
) -> tuple[bytes, bytes] | None:
    """Return both roots that a consistency proof leads to, by undoing SUBPROOF from its end; nothing if it does not fit."""
    if older == size:
        if known is not None:
            return None if proof else (known, known)
        return (proof[0], proof[0]) if len(proof) == 1 else None
    if not proof:
        return None
    k, rest, beside = split(size), proof[:-1], proof[-1]
    if older <= k:
        found = replayed(older, k, rest, known)
        return found and (found[0], pair(found[1], beside))
    found = replayed(older - k, size - k, rest, None)
    return found and (pair(beside, found[0]), pair(beside, found[1]))


def head(size: int, root: bytes, key: Ed25519PrivateKey = KEY, origin: str = ORIGIN) -> str:
    """Return a signed head."""
    return notes.sign_note(notes.checkpoint_text(notes.Checkpoint(origin, size, root)), origin, key)


def publish(where: Path, hashes: list[bytes]) -> Path:
    """Write a log's head, tiles and key into a folder; return the folder."""
    tree = Tree(hashes)
    for level, index, width in tiles.tiles_of(tree.size):
        path = where / tiles.path_of(level, index, width)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(tiles.tile(level, index, width, tree.node))
    where.mkdir(parents=True, exist_ok=True)
    (where / "checkpoint").write_text(head(tree.size, opinion(hashes)), "utf-8")
    (where / "key").write_text(LINE + "\n", "utf-8")
    return where
