"""Identity: ids that sort by the time they were made, and random ones where an id leaves the house."""

import os
import time
from uuid import UUID


def uuid7() -> UUID:
    """Return an id that begins with the millisecond it was made in (RFC 9562, version 7)."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds & ((1 << 48) - 1)) << 80 | int.from_bytes(os.urandom(10), "big")
    value &= ~(0xF << 76) & ~(0x3 << 62)
    return UUID(int=value | 7 << 76 | 2 << 62)


def random_salt() -> bytes:
    """Return 16 random bytes: what keeps a row's digest from being guessed."""
    return os.urandom(16)


def random_link() -> str:
    """Return 128 random bits as text that can be read aloud: no 0, O, 1 or I."""
    letters = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
    number = int.from_bytes(os.urandom(17), "big")
    return "".join(letters[number >> 5 * place & 31] for place in range(26))
