"""Office forms: the sheet that an office sends becomes a form, and a form becomes an XLSForm for other tools."""

from collections.abc import Iterable
from typing import Protocol

from mingbai.domains.inspection.form_sheet import ReadField, ReadForm, read_form, write_xlsform

__all__ = ["ReadField", "ReadForm", "read_form", "xlsform"]


class Asked(Protocol):
    """A field of a form as a query answers it."""

    @property
    def heading(self) -> str:
        """Return its heading."""

    @property
    def kind(self) -> str:
        """Return the kind of answer that it wants."""

    @property
    def choices(self) -> list[str]:
        """Return what can be chosen."""


def xlsform(title: str, code: str, fields: Iterable[Asked]) -> bytes:
    """Return a form as an XLSForm workbook."""
    rows = (ReadField(one.heading, one.kind, tuple(one.choices)) for one in fields)
    return write_xlsform(title, code, rows)
