"""Revoked indexes of a batch in few bytes: as gaps or as bits, whichever is shorter, and so in one way only.

Neither is compressed: nothing can blow up, and the browser of an old phone needs nothing to read it.
"""

from collections.abc import Collection

from mingbai.proofs.tokens.refusal import TokenRefused

GAPS, BITS = "gaps", "bits"
_SHIFT_MOST = 14  # three groups of seven bits: a batch has at most 2**20 passes


def write_gaps(revoked: Collection[int]) -> bytes:
    """Return indexes as gaps: before each the number of indexes left out, as a varint (LEB128, low seven bits first)."""
    found, after = bytearray(), 0
    for index in sorted(revoked):
        gap, after = index - after, index + 1
        while gap > 127:
            found.append(gap & 127 | 128)
            gap >>= 7
        found.append(gap)
    return bytes(found)


def read_gaps(content: bytes, size: int) -> frozenset[int]:
    """Return the indexes below a size that gaps stand for; TokenRefused("form") for any other bytes."""
    found, after, gap, shift = set(), 0, 0, 0
    for one in content:
        gap |= (one & 127) << shift
        if one > 127:
            shift += 7
            if shift > _SHIFT_MOST:
                raise TokenRefused("form", "a gap too great")
            continue
        if shift and not one:
            raise TokenRefused("form", "a gap that is longer than need be")
        if after + gap >= size:
            raise TokenRefused("form", "an index outside the batch")
        found.add(after + gap)
        after, gap, shift = after + gap + 1, 0, 0
    if shift:
        raise TokenRefused("form", "it ends inside a gap")
    return frozenset(found)


def write_bits(revoked: Collection[int], size: int) -> bytes:
    """Return indexes below a size as bits: index i is bit i % 8, from the lowest, of byte i // 8."""
    found = bytearray((size + 7) // 8)
    for index in revoked:
        found[index >> 3] |= 1 << (index & 7)
    return bytes(found)


def read_bits(content: bytes, size: int) -> frozenset[int]:
    """Return the indexes below a size whose bits are set; TokenRefused("form") for another length or a bit beyond it."""
    if len(content) != (size + 7) // 8 or (size % 8 and content[-1] >> size % 8):
        raise TokenRefused("form", "not as many bits as passes")
    return frozenset(
        at * 8 + bit for at, one in enumerate(content) if one for bit in range(8) if one >> bit & 1
    )


def write_revoked(revoked: Collection[int], size: int) -> dict[str, bytes]:
    """Return the shorter of gaps and bits under its name; gaps when they are equally long."""
    gaps, bits = write_gaps(revoked), (size + 7) // 8
    return {GAPS: gaps} if len(gaps) <= bits else {BITS: write_bits(revoked, size)}


def read_revoked(content: dict[str, bytes], size: int) -> frozenset[int]:
    """Return the indexes in what write_revoked made; TokenRefused("form") when it is not the shorter of the two."""
    if (GAPS in content) == (BITS in content):
        raise TokenRefused("form", "either gaps or bits")
    if GAPS in content:
        if len(content[GAPS]) > (size + 7) // 8:
            raise TokenRefused("form", "bits would be shorter")
        return read_gaps(content[GAPS], size)
    found = read_bits(content[BITS], size)
    if len(write_gaps(found)) <= len(content[BITS]):
        raise TokenRefused("form", "gaps would not be longer")
    return found
