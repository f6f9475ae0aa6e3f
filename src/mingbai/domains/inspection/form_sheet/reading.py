"""Reading: a workbook that an office sends, as an XLSForm when it is one, else by its row of headings."""

from mingbai.domains.inspection.form_sheet.headers import ReadForm, read_headers
from mingbai.domains.inspection.form_sheet.xlsforms import is_xlsform, read_xlsform
from mingbai.kernel.workbooks.reading import read


def read_form(data: bytes) -> ReadForm:
    """Return what a workbook asks for; a refusal says which row stands in the way."""
    sheets = read(data)
    return read_xlsform(data, sheets) if is_xlsform(sheets) else read_headers(sheets)
