"""A strict reader for the little CBOR (RFC 8949) that tokens are written in; what it takes has one spelling only.

Taken are integers, byte strings, text, arrays, and maps with integers as keys: definite lengths, every number in its
shortest form, no key twice, nothing after the end. No tag, float, true, false or null. Hostile bytes come before any
signature is checked, so they meet this reader and not a general one, which compiles patterns and follows references.
"""

from typing import NoReturn

from mingbai.proofs.tokens.refusal import TokenRefused

INTEGER_MOST = 2**53 - 1  # what a number of JavaScript holds exactly
DEPTH_MOST = 6
_SHORTEST = (24, 1 << 8, 1 << 16, 1 << 32)

Value = int | bytes | str | list["Value"] | dict[int, "Value"]


def _refuse(why: str) -> NoReturn:
    raise TokenRefused("cbor", why)


def read(content: bytes) -> Value:
    """Return what bytes say in strict CBOR (RFC 8949, sections 3 and 4.2.1, but maps in any order).

    Integers lie within 2**53 - 1 of zero, floors at most 6. TokenRefused("cbor") for all else, trailing bytes included.
    """
    value, end = _item(content, 0, DEPTH_MOST)
    if end != len(content):
        _refuse("bytes after the end")
    return value


def _head(content: bytes, at: int) -> tuple[int, int, int]:
    """Return an item's major type, its argument, and where it goes on."""
    if at >= len(content):
        _refuse("it ends too early")
    major, low = divmod(content[at], 32)
    if low < 24:
        return major, low, at + 1
    if low > 27:
        _refuse("an indefinite length or a reserved form")
    end = at + 1 + (1 << (low - 24))
    if end > len(content):
        _refuse("it ends too early")
    value = int.from_bytes(content[at + 1 : end], "big")
    if value < _SHORTEST[low - 24]:
        _refuse("a number that is longer than need be")
    return major, value, end


def _item(content: bytes, at: int, depth: int) -> tuple[Value, int]:
    major, value, at = _head(content, at)
    if major == 0 and value <= INTEGER_MOST:
        return value, at
    if major == 1 and value < INTEGER_MOST:
        return -1 - value, at
    if major in (0, 1, 6, 7):
        _refuse("a number too great, a tag, a float or a simple value")
    # An entry of an array or a map takes at least a byte, so no count can be above what is left.
    if value > len(content) - at:
        _refuse("it ends too early")
    if major == 2:
        return content[at : at + value], at + value
    if major == 3:
        return _text(content[at : at + value]), at + value
    if depth == 0:
        _refuse("too many floors")
    return (_array if major == 4 else _map)(content, at, value, depth - 1)


def _text(content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError:
        _refuse("text that is not UTF-8")


def _array(content: bytes, at: int, count: int, depth: int) -> tuple[Value, int]:
    found: list[Value] = []
    for _one in range(count):
        value, at = _item(content, at, depth)
        found.append(value)
    return found, at


def _map(content: bytes, at: int, count: int, depth: int) -> tuple[Value, int]:
    found: dict[int, Value] = {}
    for _one in range(count):
        key, at = _item(content, at, depth)
        if not isinstance(key, int):
            _refuse("a key that is no integer")
        if key in found:
            _refuse("a key twice")
        found[key], at = _item(content, at, depth)
    return found, at
