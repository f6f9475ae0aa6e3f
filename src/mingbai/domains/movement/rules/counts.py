"""Counts for all: which sums of a place and those under it may be shown, so that no small count can be worked out from them."""

from collections.abc import Iterator, Mapping

from mingbai.kernel.places import is_under, prefix_of

SMALL = 10
DIGITS = (2, 4, 6, 9, 12)


def shown(counts: Mapping[str, int], place: str) -> int | None:
    """Return the sum of a place and those under it, or nothing where it would tell a count under ten.

    Whoever asks for a place and for those under it can subtract what is shown from the whole. So a sum is shown only where what
    stays unshown under it, taken together, tells nothing: nobody, or ten and more which are not one small count alone, nor so few or
    so many that each of them must be a one or a nine. It depends on what is under a place alone, so it is the same whoever asks and in whatever order.
    """
    parts = hidden_parts(counts, prefix_of(place))
    whole = sum(count for code, count in counts.items() if is_under(code, place))
    return whole if is_safe(parts) else None


def is_safe(parts: list[int]) -> bool:
    """Tell whether the sum of parts that are not shown may be known."""
    whole, number = sum(parts), len(parts)
    if not parts:
        return True
    full = all(part < SMALL for part in parts) and whole > number * (SMALL - 2)
    return whole >= max(SMALL, 2 * number) and not full


def hidden_parts(counts: Mapping[str, int], prefix: str) -> list[int]:
    """Return the counts under a prefix that no shown sum covers: each place's own, and what its hidden places leave."""
    parts = [count for code, count in counts.items() if count and prefix_of(code) == prefix]
    for under in next_level(counts, prefix):
        left = hidden_parts(counts, under)
        if not is_safe(left):
            parts += left
    return parts


def next_level(counts: Mapping[str, int], prefix: str) -> Iterator[str]:
    """Give the prefixes right under one, of which something was counted."""
    here = [code for code, count in counts.items() if count and code.startswith(prefix)]
    digits = next((most for most in DIGITS if most > len(prefix)), None)
    if digits is not None:
        yield from sorted({code[:digits] for code in here if prefix_of(code) != prefix})
