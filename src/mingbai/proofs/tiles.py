"""Tiles: the hashes of a tree in files of 256, from which anyone computes every proof (C2SP tlog-tiles)."""

import re
from collections.abc import Callable, Iterator

from mingbai.proofs.merkle import HASH_BYTES, Node, ProofError, node_hash

HEIGHT = 8
WIDTH = 1 << HEIGHT
LEVEL_MOST = 63
PATH = re.compile(r"tile/([0-9]{1,2})/((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")

Read = Callable[[str], bytes]


def tile(level: int, index: int, width: int, node: Node) -> bytes:
    """Return a tile's content, 32 bytes a hash: nodes of tree level 8*level, numbers index*256 and on (C2SP tlog-tiles).

    A ValueError for a level above 63 or a width that is not 1 to 256.
    """
    path_of(level, index, width)
    first = index * WIDTH
    return b"".join(node(HEIGHT * level, first + at) for at in range(width))


def path_of(level: int, index: int, width: int = WIDTH) -> str:
    """Return a tile's path (C2SP tlog-tiles): tile/LEVEL/x001/234, and .p/WIDTH when it holds fewer than 256 hashes.

    A ValueError for a level above 63, a negative index or a width that is not 1 to 256.
    """
    if not (0 <= level <= LEVEL_MOST and index >= 0 and 1 <= width <= WIDTH):
        raise ValueError("no such tile")
    parts = [f"{index % 1000:03d}"]
    rest = index // 1000
    while rest:
        parts.insert(0, f"x{rest % 1000:03d}")
        rest //= 1000
    return f"tile/{level}/{'/'.join(parts)}" + (f".p/{width}" if width != WIDTH else "")


def parse_path(path: str) -> tuple[int, int, int]:
    """Return level, index and width that a path names; a ValueError when it is none, or not the one way to write it."""
    match = PATH.fullmatch(path)
    if match is None:
        raise ValueError("not a tile's path")
    level, index = int(match[1]), int(match[2].replace("x", "").replace("/", ""))
    width = int(match[3]) if match[3] else WIDTH
    if path_of(level, index, width) != path:
        raise ValueError("not the one way to write a tile's path")
    return level, index, width


def hashes_of(content: bytes) -> list[bytes]:
    """Return the hashes in a tile, 32 bytes each; a ValueError for content that is not made of them."""
    if len(content) % HASH_BYTES:
        raise ValueError("a tile is made of 32-byte hashes")
    return [content[at : at + HASH_BYTES] for at in range(0, len(content), HASH_BYTES)]


def tiles_of(size: int) -> Iterator[tuple[int, int, int]]:
    """Give level, index and width of every tile of a tree of this size (C2SP tlog-tiles, Partial Tiles), leaves first."""
    level, count = 0, size
    while count > 0:
        for index in range(-(-count // WIDTH)):
            yield level, index, min(WIDTH, count - index * WIDTH)
        level, count = level + 1, count >> HEIGHT


def nodes_in_tiles(size: int, read: Read) -> Node:
    """Return a node(level, index) that takes its hashes from the tiles of a tree of this size; read gives a path's content.

    The levels between are hashed from the tile (C2SP tlog-tiles). Tiles vouch for nothing by themselves: use the nodes for
    a root or a proof, and check that against a signed head. A ProofError for a node outside the tree or a tile cut short.
    """
    held: dict[tuple[int, int], list[bytes]] = {}

    def hashes(level: int, index: int) -> list[bytes]:
        width = min(WIDTH, (size >> HEIGHT * level) - index * WIDTH)
        if index < 0 or width < 1:
            raise ProofError("the node lies outside the tree")
        if (level, index) not in held:
            content = read(path_of(level, index, width))
            if len(content) != width * HASH_BYTES:
                raise ProofError("a tile has the wrong length")
            held[level, index] = hashes_of(content)
        return held[level, index]

    def node(level: int, index: int) -> bytes:
        if level < 0:
            raise ProofError("the node lies outside the tree")
        tile_level, above = divmod(level, HEIGHT)
        number, at = divmod(index << above, WIDTH)
        row = hashes(tile_level, number)[at : at + (1 << above)]
        if len(row) != 1 << above:
            raise ProofError("the node lies outside the tree")
        while len(row) > 1:
            row = [node_hash(row[at], row[at + 1]) for at in range(0, len(row), 2)]
        return row[0]

    return node
