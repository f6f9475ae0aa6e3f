"""Gaps: the numbers below a phone's highest that never came. A phone that works for months has sent thousands."""

from collections.abc import Collection
from typing import NamedTuple
from uuid import UUID

from mingbai.kernel.models import Envelope
from mingbai.kernel.rows import Statement, shape

GAPS_MOST = 500
PHONES_MOST = 4096
WHOLE: dict[UUID, int] = {}
"""Up to which number all of a phone's envelopes have come; what came once is never taken away, so nobody counts it again."""


class Came(NamedTuple):
    """How many envelopes of a phone came above a number up to which all have, and the highest of them."""

    above: int
    many: int
    most: int | None


def came_before(device: UUID) -> Statement:
    """Return the statement that tells what has come from a phone."""
    above = WHOLE.get(device, 0)
    counted = f'SELECT count(*), max(sequence) FROM "{shape(Envelope).table}" WHERE device_id = %s AND sequence > %s'
    return Statement(counted, [device, above], lambda found: Came(above, *found[0]))


def gaps(device: UUID, came: Came, new: Collection[int]) -> list[int]:
    """Return the numbers that never came, when so many had come before these new ones."""
    most = max([came.above, came.most or 0, *new])
    if came.many + len([number for number in new if number > came.above]) == most - came.above:
        remember(device, most)
        return []  # nearly always none is missing
    rows = Envelope.objects.filter(device=device, sequence__gt=came.above)
    here = set(rows.values_list("sequence", flat=True))
    missing = (
        number for number in range(came.above + 1, max(here, default=0)) if number not in here
    )
    return [number for _at, number in zip(range(GAPS_MOST), missing, strict=False)]


def remember(device: UUID, most: int) -> None:
    """Remember up to which number all of a phone's envelopes have come."""
    if len(WHOLE) >= PHONES_MOST:
        WHOLE.clear()
    WHOLE[device] = most


def forget() -> None:
    """Forget what came, when another account is opened."""
    WHOLE.clear()
