"""What is said when a whole workbook cannot be taken: one code, one sentence in each language."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from mingbai.kernel.refusals import Refused, sentences

TOO_MUCH = {"WBK-5", "WBK-6", "WBK-7", "WBK-8"}


class WorkbookFault(Refused):
    """The workbook as a whole cannot be read; nothing of it was taken."""

    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(code, **facts)
        self.status = 413 if code in TOO_MUCH else 422


sentences(
    {
        "WBK-1": _(
            "This is not an .xlsx workbook. Nothing was taken from it. Open it in your spreadsheet "
            "program, save it as .xlsx and send that file."
        ),
        "WBK-2": _(
            "This is a workbook of the old .xls kind. Nothing was taken from it. Open it, save it as "
            ".xlsx and send that file."
        ),
        "WBK-3": _(
            "This workbook is locked with a password. Nothing was taken from it. Take the password "
            "off, save it and send it again."
        ),
        "WBK-4": _(
            "This workbook carries macros, and a program inside a table is not let in. Nothing was "
            "taken from it. Save it as .xlsx, without macros, and send that file."
        ),
        "WBK-5": _(
            "This workbook is larger than %(most)s MB. Nothing was taken from it. Split it and send "
            "the parts one after another."
        ),
        "WBK-6": _(
            "This workbook unpacks to far more than can be read. Nothing was taken from it. Copy the "
            "rows you need into a new workbook and send that one."
        ),
        "WBK-7": _(
            "This workbook has more than %(most)s rows. Nothing was taken from it. Split it and send "
            "the parts one after another."
        ),
        "WBK-8": _(
            "This workbook has more than %(most)s columns. Nothing was taken from it. Delete what "
            "stands far to the right, save it and send it again."
        ),
        "WBK-9": _(
            "This workbook is damaged and cannot be opened. Nothing was taken from it. Open it in your "
            "spreadsheet program, save it anew and send that file."
        ),
        "WBK-10": _(
            "No row of headings was found. Nothing was taken from this workbook. Put these headings in "
            "one row above the lines and send it again: %(wanted)s."
        ),
    }
)
