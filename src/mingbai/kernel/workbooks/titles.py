"""Titles: what stands around a table and holds for all its lines: the year, a name, a unit."""

import re
import unicodedata

from mingbai.kernel.workbooks.cells import as_text, numeral
from mingbai.kernel.workbooks.reading import Row

YEAR = re.compile(r"(?<!\d)(20\d{2})(?!\d)")
SPELLED_YEAR = re.compile(r"二[〇零○][〇零○一二三四五六七八九]{2}(?=年)")
HALF_YEAR = 6


class Titles:
    """Collects the text above and between tables and answers what it says."""

    def __init__(self, *texts: str) -> None:
        self.lines: list[str] = []
        for text in texts:
            self.learn(text)

    def learn(self, text: str) -> None:
        """Take in one line of text."""
        if text:
            self.lines.append(unicodedata.normalize("NFKC", text))

    def learn_row(self, row: Row) -> None:
        """Take in every text cell of a row."""
        for cell in row:
            if isinstance(cell, str):
                self.learn(as_text(cell))

    def years(self) -> list[int]:
        """Return the years named, in order, each once."""
        spelled = "\n".join(self.lines)
        spelled = SPELLED_YEAR.sub(lambda run: str(numeral(run[0].replace("○", "〇"))), spelled)
        return sorted({int(year) for year in YEAR.findall(spelled)})

    def labelled(self, *names: str) -> str | None:
        """Return what stands behind a label and a colon, the latest if it was said more than once."""
        for line in reversed(self.lines):
            for name in names:
                if found := re.search(rf"(?:^|\s){name}\s*:\s*([^\s:]+)(?!\s*:)", line):
                    return found[1]
        return None


class Years:
    """Gives dates without a year theirs: the title's, and the next one once a winter is passed."""

    def __init__(self, years: list[int]) -> None:
        self._years = years
        self._month = 0
        self._at = 0

    def year(self, month: int | None = None) -> int | None:
        """Return the year for a line in this month; None if nothing tells."""
        if month and self._month - month >= HALF_YEAR and self._at + 1 < len(self._years):
            self._at += 1
        self._month = month or self._month
        return self._years[self._at] if self._years else None
