"""Identity: ids that sort by the time they were made, and random ones where an id leaves the house."""

import os
import time
from uuid import UUID


class _Last:
    """The 60 bits of time of the newest id of this process."""

    ticks = 0


def uuid7() -> UUID:
    """Return an id that begins with the moment it was made in (RFC 9562, version 7, with a clock of 12 more bits).

    Ids of one process rise in the order in which they were made: rows of one transaction keep their order.
    """
    nanoseconds = time.time_ns()
    milliseconds, rest = divmod(nanoseconds, 1_000_000)
    ticks = milliseconds << 12 | rest * 4096 // 1_000_000
    if ticks <= _Last.ticks:
        ticks = _Last.ticks + 1
    _Last.ticks = ticks
    value = (ticks >> 12) << 80 | 7 << 76 | (ticks & 0xFFF) << 64 | 2 << 62
    return UUID(int=value | int.from_bytes(os.urandom(8), "big") >> 2)


def random_id() -> UUID:
    """Return a random id, for what is named outside the house: it tells no time and is not guessed."""
    return UUID(bytes=os.urandom(16), version=4)


def random_salt() -> bytes:
    """Return 16 random bytes: what keeps a row's digest from being guessed."""
    return os.urandom(16)


def random_link() -> str:
    """Return 128 random bits as text that can be read aloud: no 0, O, 1 or I."""
    letters = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
    number = int.from_bytes(os.urandom(17), "big")
    return "".join(letters[number >> 5 * place & 31] for place in range(26))
