"""Sheets of forms (报表): the workbook that an office sends becomes fields of a form, its header row read as it stands.

办公室发来的表：表头就是要填的栏目；XLSForm 也读得懂，写得出。
"""

from mingbai.domains.inspection.form_sheet.headers import ReadField, ReadForm, read_headers
from mingbai.domains.inspection.form_sheet.reading import read_form
from mingbai.domains.inspection.form_sheet.xlsforms import write_xlsform

__all__ = ["ReadField", "ReadForm", "read_form", "read_headers", "write_xlsform"]
