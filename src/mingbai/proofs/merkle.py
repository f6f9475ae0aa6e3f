"""Merkle tree of RFC 6962: roots, proofs and their checking; hashes are 32 bytes, indexes and sizes plain integers.

`node(level, index)` gives the hash of a complete subtree: level 0 is a leaf's hash, level n spans 2**n leaves, and only
subtrees that lie whole in the tree are ever asked for.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()
SIZE_MOST = 2**63 - 1

Node = Callable[[int, int], bytes]


class ProofError(ValueError):
    """A proof does not show what it claims."""


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of a leaf (RFC 6962, section 2.1): SHA-256 of 0x00 and the data; 32 bytes."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node (RFC 6962, section 2.1): SHA-256 of 0x01, left and right; 32 bytes."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def leaf_hashes(contents: Iterable[bytes]) -> list[bytes]:
    """Return the hash of each of many leaves (RFC 6962, section 2.1): 32 bytes each, in the order of the contents."""
    sha256 = hashlib.sha256
    return [sha256(b"\x00" + content).digest() for content in contents]


def root_of(leaf_hashes: Sequence[bytes]) -> bytes:
    """Return the root over leaf hashes of 32 bytes (RFC 6962, section 2.1), level by level; 32 bytes.

    A hash without a neighbour goes up as it is: that splits every range where the RFC does, at the largest power of two.
    """
    sha256, level = hashlib.sha256, list(leaf_hashes)
    if not level:
        return EMPTY_ROOT
    while len(level) > 1:
        last = level[-1:] if len(level) & 1 else []
        pairs = zip(level[::2], level[1::2], strict=False)
        level = [sha256(b"\x01" + left + right).digest() for left, right in pairs] + last
    return level[0]


def split_of(size: int) -> int:
    """Return the largest power of two below a size of at least 2 (RFC 6962, section 2.1)."""
    return 1 << ((size - 1).bit_length() - 1)


def _range_root(first: int, last: int, node: Node) -> bytes:
    """Return the root of leaves first..last-1, where first is a multiple of the range's own power of two."""
    count = last - first
    if count & (count - 1) == 0:
        return node(count.bit_length() - 1, first // count)
    middle = first + split_of(count)
    return node_hash(_range_root(first, middle, node), _range_root(middle, last, node))


def root(size: int, node: Node) -> bytes:
    """Return the root of a tree of this size (RFC 6962, section 2.1); 32 bytes, a ProofError for a size that is none."""
    _check_numbers(size)
    return _range_root(0, size, node) if size else EMPTY_ROOT


def nodes_added(
    size: int, leaf_hashes: Sequence[bytes], node: Node
) -> list[tuple[int, int, bytes]]:
    """Return (level, index, hash) of the complete subtrees, level 1 and up, that appear when leaves are appended.

    Only the right edge of the tree of this size is read through node, at most one hash a level (the levels of RFC 6962,
    section 2.1, kept as C2SP tlog-tiles does). A ProofError for a size that is none.
    """
    _check_numbers(size)
    added: list[tuple[int, int, bytes]] = []
    first, hashes, level = size, list(leaf_hashes), 0
    while hashes:
        if first & 1:
            hashes.insert(0, node(level, first - 1))
            first -= 1
        above = [node_hash(hashes[at], hashes[at + 1]) for at in range(0, len(hashes) - 1, 2)]
        first >>= 1
        level += 1
        added += [(level, first + at, content) for at, content in enumerate(above)]
        hashes = above
    return added


def prove_inclusion(index: int, size: int, node: Node) -> list[bytes]:
    """Return the audit path of a leaf (RFC 6962, section 2.1.1): hashes of 32 bytes from the leaf upwards.

    A ProofError when the leaf lies outside the tree.
    """
    _check_numbers(index, size)
    if index >= size:
        raise ProofError("the leaf lies outside the tree")
    path: list[bytes] = []
    first, last = 0, size
    while last - first > 1:
        middle = first + split_of(last - first)
        if index < middle:
            path.append(_range_root(middle, last, node))
            last = middle
        else:
            path.append(_range_root(first, middle, node))
            first = middle
    return path[::-1]


def prove_consistency(size1: int, size2: int, node: Node) -> list[bytes]:
    """Return the proof that the tree of size1 begins the tree of size2 (RFC 6962, section 2.1.2): hashes of 32 bytes.

    It is empty for equal sizes and for the empty tree; a ProofError when size1 is the larger.
    """
    _check_numbers(size1, size2)
    if size1 > size2:
        raise ProofError("the older tree is the larger one")
    if size1 in (0, size2):
        return []
    path: list[bytes] = []
    first, last, whole = 0, size2, True
    while size1 != last:
        middle = first + split_of(last - first)
        if size1 <= middle:
            path.append(_range_root(middle, last, node))
            last = middle
        else:
            path.append(_range_root(first, middle, node))
            first, whole = middle, False
    if not whole:
        path.append(_range_root(first, last, node))
    return path[::-1]


def _check_numbers(*numbers: int) -> None:
    for number in numbers:
        if type(number) is not int or not 0 <= number <= SIZE_MOST:
            raise ProofError("a size or index is not a whole number in range")


def _check_hashes(proof: Sequence[bytes], *hashes: bytes) -> None:
    if not isinstance(proof, (list, tuple)):
        raise ProofError("a proof is a list of hashes")
    for content in (*hashes, *proof):
        if not isinstance(content, bytes) or len(content) != HASH_BYTES:
            raise ProofError("a hash is not 32 bytes")


def verify_inclusion(
    index: int, size: int, leaf_hash: bytes, proof: Sequence[bytes], root: bytes
) -> None:
    """Check that a leaf hash stands at an index of the tree with this size and root (RFC 9162, section 2.1.3.2).

    The proof is a list or tuple, from the leaf upwards; every hash is bytes, 32 of them. A ProofError says that it is not
    shown. The size must come from a signed head: a proof by itself does not fix it.
    """
    _check_numbers(index, size)
    _check_hashes(proof, leaf_hash, root)
    if index >= size:
        raise ProofError("the leaf lies outside the tree")
    at, last, found = index, size - 1, leaf_hash
    for content in proof:
        if last == 0:
            raise ProofError("the proof is too long")
        if at & 1 or at == last:
            found = node_hash(content, found)
            while not at & 1 and at:
                at >>= 1
                last >>= 1
        else:
            found = node_hash(found, content)
        at >>= 1
        last >>= 1
    if last != 0:
        raise ProofError("the proof is too short")
    if found != root:
        raise ProofError("the proof leads to another root")


def verify_consistency(
    size1: int, size2: int, proof: Sequence[bytes], root1: bytes, root2: bytes
) -> None:
    """Check that the tree of size1 begins the tree of size2 (RFC 9162, section 2.1.4.2).

    The proof is a list or tuple; every hash is bytes, 32 of them. A ProofError says that it is not shown. The RFC begins
    at size 1; here the empty tree, known by its root, begins every tree with an empty proof.
    """
    _check_numbers(size1, size2)
    _check_hashes(proof, root1, root2)
    if size1 > size2:
        raise ProofError("the older tree is the larger one")
    if size1 == size2 or size1 == 0:
        if proof:
            raise ProofError("the proof should be empty")
        if (size1 == size2 and root1 != root2) or (size1 == 0 and root1 != EMPTY_ROOT):
            raise ProofError("the roots differ")
        return
    path = list(proof) if size1 & (size1 - 1) else [root1, *proof]
    if not path:
        raise ProofError("the proof is too short")
    at, last = size1 - 1, size2 - 1
    while at & 1:
        at >>= 1
        last >>= 1
    older = newer = path[0]
    for content in path[1:]:
        if last == 0:
            raise ProofError("the proof is too long")
        if at & 1 or at == last:
            older, newer = node_hash(content, older), node_hash(content, newer)
            while not at & 1 and at:
                at >>= 1
                last >>= 1
        else:
            newer = node_hash(newer, content)
        at >>= 1
        last >>= 1
    if last != 0:
        raise ProofError("the proof is too short")
    if older != root1 or newer != root2:
        raise ProofError("the proof leads to other roots")
