"""Identity of a row: the same row in a second import, a mended copy or a returned error workbook."""

import hashlib
import unicodedata
from collections.abc import Sequence

from mingbai.kernel.workbooks.reading import Cell

BETWEEN = "\0"  # no cell of a spreadsheet can hold it


def row_identity(values: Sequence[Cell], nth: int) -> str:
    """Return the digest of a row's values and of how often they stood in the file so far (first is 1).

    Leave out what is not of the row itself: its serial number, a running balance, a reason.
    """
    parts: Sequence[str] = values  # type: ignore[assignment]  # most rows are text alone, and joined as they are
    try:
        body = f"{BETWEEN.join(parts)}{BETWEEN}{nth}"
    except TypeError:
        parts = [v if type(v) is str else "" if v is None else str(v) for v in values]
        body = f"{BETWEEN.join(parts)}{BETWEEN}{nth}"
    if body.count(BETWEEN) != len(parts):
        body = BETWEEN.join([*(part.replace(BETWEEN, "") for part in parts), str(nth)])
    body = "".join(body.split())
    if not body.isascii():
        body = unicodedata.normalize("NFKC", body)
    return hashlib.sha256(body.encode("utf-8", "surrogatepass")).hexdigest()


class Identities:
    """Counts equal rows while a file is read, so that each gets an identity of its own."""

    def __init__(self) -> None:
        self._seen: dict[str, int] = {}

    def of(self, values: Sequence[Cell]) -> str:
        """Return the identity of the next row with these values."""
        first = row_identity(values, 1)
        nth = self._seen[first] = self._seen.get(first, 0) + 1
        return first if nth == 1 else row_identity(values, nth)
