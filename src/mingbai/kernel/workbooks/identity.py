"""Identity of a row: the same row in a second import, a mended copy or a returned error workbook."""

import hashlib
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

from mingbai.kernel.workbooks.reading import Cell


def row_identity(values: Sequence[Cell], nth: int) -> str:
    """Return the digest of a row's values and of how often they stood in the file so far (first is 1).

    Leave out what is not of the row itself: its serial number, a running balance, a reason.
    """
    plain = [_plain(value) for value in values]
    body = json.dumps([*plain, nth], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(body.encode("utf-8", "surrogatepass")).hexdigest()


class Identities:
    """Counts equal rows while a file is read, so that each gets an identity of its own."""

    def __init__(self) -> None:
        self._seen: Counter[str] = Counter()

    def of(self, values: Sequence[Cell]) -> str:
        """Return the identity of the next row with these values."""
        first = row_identity(values, 1)
        self._seen[first] += 1
        nth = self._seen[first]
        return first if nth == 1 else row_identity(values, nth)


def _plain(value: Cell) -> str | None:
    if isinstance(value, str):
        if not value.isascii():
            value = unicodedata.normalize("NFKC", value)
        return re.sub(r"\s+", "", value) or None
    return None if value is None else str(value)
