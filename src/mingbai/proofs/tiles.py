"""Tiles: the hashes of a tree in files of 256, from which anyone computes every proof (C2SP tlog-tiles)."""

import re

from mingbai.proofs.merkle import HASH_BYTES, Node

HEIGHT = 8
WIDTH = 1 << HEIGHT
LEVEL_MOST = 63
PATH = re.compile(r"tile/([0-9]{1,2})/((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")


def tile(level: int, index: int, width: int, node: Node) -> bytes:
    """Return the hashes of a tile, 32 bytes each: nodes of level 8*level, index*256 and on."""
    first = index * WIDTH
    return b"".join(node(HEIGHT * level, first + at) for at in range(width))


def path_of(level: int, index: int, width: int = WIDTH) -> str:
    """Return a tile's path: tile/LEVEL/x001/234 and .p/WIDTH when it is not full."""
    parts = [f"{index % 1000:03d}"]
    rest = index // 1000
    while rest:
        parts.insert(0, f"x{rest % 1000:03d}")
        rest //= 1000
    return f"tile/{level}/{'/'.join(parts)}" + (f".p/{width}" if width != WIDTH else "")


def parse_path(path: str) -> tuple[int, int, int]:
    """Return level, index and width that a path names; a ValueError when it is none."""
    match = PATH.fullmatch(path)
    if match is None:
        raise ValueError("not a tile's path")
    level, index = int(match[1]), int(match[2].replace("x", "").replace("/", ""))
    width = int(match[3]) if match[3] else WIDTH
    if level > LEVEL_MOST or width > WIDTH or path_of(level, index, width) != path:
        raise ValueError("not the one way to write a tile's path")
    return level, index, width


def hashes_of(content: bytes) -> list[bytes]:
    """Return the hashes in a tile."""
    if len(content) % HASH_BYTES:
        raise ValueError("a tile is made of 32-byte hashes")
    return [content[at : at + HASH_BYTES] for at in range(0, len(content), HASH_BYTES)]
