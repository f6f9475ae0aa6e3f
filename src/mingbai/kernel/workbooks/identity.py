"""Identity of a row: the same row in a second import, a mended copy or a returned error workbook."""

import hashlib
import unicodedata
from collections.abc import Sequence

from mingbai.kernel.workbooks.reading import Cell

BETWEEN = "\x1f"  # counts as a blank, so no value can hold it once its blanks are taken out


def row_identity(values: Sequence[Cell], nth: int) -> str:
    """Return the digest of a row's values and of how often they stood in the file so far (first is 1).

    Leave out what is not of the row itself: its serial number, a running balance, a reason.
    """
    parts = ["" if value is None else "".join(str(value).split()) for value in values]
    body = BETWEEN.join([*parts, str(nth)])
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
