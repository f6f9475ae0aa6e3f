"""Identity: ids that sort by the time they were made, and random ones where an id leaves the house."""

import hashlib
import os
import threading
import time
from io import BytesIO
from itertools import chain
from struct import iter_unpack
from uuid import UUID, SafeUUID

DRAWN = 4096
SALT = 16
_new, _set, _UNKNOWN = object.__new__, object.__setattr__, SafeUUID.unknown


class _Last:
    """The 60 bits of time of the newest id of this process."""

    ticks = 0


class _Drawn(threading.local):
    """Random bytes drawn ahead: asking the kernel of the machine for a few at a time costs more than an id."""

    def __init__(self) -> None:
        self.read = BytesIO().read


_DRAWN = _Drawn()


def _draw_anew() -> None:
    """Forget what was drawn: a process and the one that it forks must not share a byte."""
    _DRAWN.read = BytesIO().read


os.register_at_fork(after_in_child=_draw_anew)


def drawn(count: int) -> bytes:
    """Return a few random bytes for an id or a salt; a key is drawn by itself, and is not kept in memory before its use."""
    found = _DRAWN.read(count)
    if len(found) < count:
        _DRAWN.read = BytesIO(os.urandom(DRAWN)).read
        found = _DRAWN.read(count)
    return found


def drawn_many(count: int, size: int) -> list[bytes]:
    """Return so many times so many random bytes."""
    return list(chain.from_iterable(iter_unpack(f"{size}s", os.urandom(count * size))))


def id_of(number: int) -> UUID:
    """Return the id of a number of 128 bits, as `UUID(int=...)` does, which checks its arguments longer than it works."""
    found = _new(UUID)
    _set(found, "int", number)
    _set(found, "is_safe", _UNKNOWN)
    return found


def _ticks(count: int = 1) -> int:
    """Return the first of so many clock readings that were given to nobody before."""
    ticks = max(time.time_ns() * 4096 // 1_000_000, _Last.ticks + 1)
    _Last.ticks = ticks + count - 1
    return ticks


def uuid7() -> UUID:
    """Return an id that begins with the moment it was made in (RFC 9562, version 7, with a clock of 12 more bits).

    Ids of one process rise in the order in which they were made: rows of one transaction keep their order.
    """
    ticks = _ticks()
    high = (ticks >> 12) << 16 | 7 << 12 | ticks & 0xFFF
    return id_of(high << 64 | 2 << 62 | int.from_bytes(drawn(8), "big") >> 2)


def new_hexes(count: int) -> list[str]:
    """Return ids like `uuid7`, rising, as their 32 digits: for what is written down and never held as an object."""
    first, low = _ticks(count), os.urandom(8 * count).hex()
    return [
        f"{ticks >> 12:012x}7{ticks & 0xFFF:03x}8{low[at + 1 : at + 16]}"
        for ticks, at in zip(range(first, first + count), range(0, 16 * count, 16), strict=True)
    ]


def new_hex() -> str:
    """Return one id as its 32 digits."""
    return uuid7().hex


def spelled_out(digits: str) -> str:
    """Return an id as programs read it, of its 32 digits."""
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def named_id(space: UUID, name: str) -> UUID:
    """Return the id that a name has in a name space: what `uuid5` gives, in a third of its time."""
    digest = hashlib.sha1(space.bytes + name.encode(), usedforsecurity=False).digest()
    value = int.from_bytes(digest[:16], "big") & ~(0xF << 76 | 0x3 << 62)
    return id_of(value | 5 << 76 | 2 << 62)


def random_id() -> UUID:
    """Return a random id, for what is named outside the house: it tells no time and is not guessed."""
    return UUID(bytes=os.urandom(16), version=4)


def random_salt() -> bytes:
    """Return 16 random bytes: what keeps a row's digest from being guessed."""
    return drawn(SALT)


def random_link() -> str:
    """Return 128 random bits as text that can be read aloud: no 0, O, 1 or I."""
    letters = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
    number = int.from_bytes(os.urandom(17), "big")
    return "".join(letters[number >> 5 * place & 31] for place in range(26))
