"""Plain tables: a .csv file as a sheet, in UTF-8 or GB 18030, its columns apart by comma, semicolon or tab."""

import csv
from io import StringIO
from itertools import islice

from mingbai.kernel.workbooks.faults import WorkbookFault
from mingbai.kernel.workbooks.limits import COLUMNS_MOST, ROWS_MOST

MEGABYTES = 20
SEPARATORS = ",;\t"
LOOKED_AT = 10  # lines, to see by what the columns are apart
TITLE_AND_HEADINGS = 2


def rows_of_text(data: bytes) -> list[list[str]] | None:
    """Return the rows of a plain table; nothing when these bytes are not one."""
    if b"\0" in data:
        return None
    text = _decoded(data)
    separator = _separator(text) if text is not None else None
    if text is None or separator is None:
        return None
    if len(data) > MEGABYTES * 1_000_000:
        raise WorkbookFault("WBK-5", most=MEGABYTES)
    try:
        rows = list(islice(csv.reader(StringIO(text), delimiter=separator), ROWS_MOST + 1))
    except csv.Error:
        raise WorkbookFault("WBK-9") from None
    if len(rows) > ROWS_MOST:
        raise WorkbookFault("WBK-7", most=f"{ROWS_MOST:,}")
    if max(map(len, rows)) > COLUMNS_MOST:
        raise WorkbookFault("WBK-8", most=COLUMNS_MOST)
    return rows


def _decoded(data: bytes) -> str | None:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _separator(text: str) -> str | None:
    """Return by what the columns are apart: what stands in most of the first lines, and in two at least.

    A form has its row of headings alone, perhaps under a title: there one line is enough.
    """
    lines = [line for line in islice(StringIO(text), LOOKED_AT) if line.strip()]
    found = {mark: sum(mark in line for line in lines) for mark in SEPARATORS}
    best = max(SEPARATORS, key=lambda mark: found[mark])
    alone = 0 < len(lines) <= TITLE_AND_HEADINGS and best in lines[-1] and not text.startswith("<")
    return best if found[best] > 1 or alone else None
