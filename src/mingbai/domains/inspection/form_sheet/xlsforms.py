"""XLSForm: questionnaires as field workers' tools write them, read through pyxform where it is installed, and written."""

import re
from collections.abc import Iterable, Iterator, Sequence
from importlib import import_module, util
from io import BytesIO
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]  # it ships no types
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from mingbai.domains.inspection.form_sheet.headers import HEADING_MOST, ReadField, ReadForm
from mingbai.kernel.refusals import Refused
from mingbai.kernel.workbooks.cells import as_text
from mingbai.kernel.workbooks.limits import measured
from mingbai.kernel.workbooks.reading import Sheet

SURVEY = "survey"
KINDS = {
    "text": "text",
    "string": "text",
    "integer": "whole",
    "int": "whole",
    "decimal": "decimal",
    "date": "day",
    "select one": "choice",
}
OUT = {"text": "text", "whole": "integer", "decimal": "decimal", "day": "date"}
SKIPPED = frozenset({"note", "calculate", "start", "end", "today", "deviceid", "audit"})
GROUPS = frozenset({"group"})
YES_NO = ("yes", "no")
ROW = re.compile(r"\[row : (\d+)\]")
QUOTED = re.compile(r"'([^']+)'")
PROBLEMS: tuple[tuple[re.Pattern[str], Promise], ...] = (
    (re.compile(r"Unknown question type"), _("its type is not one that XLSForm knows.")),
    (re.compile(r"must be unique"), _("its name stands twice.")),
    (re.compile(r"Names must begin"), _("its name must begin with a letter and hold no blanks.")),
    (re.compile(r"no name"), _("it has no name.")),
    (re.compile(r"no label"), _("it has no label.")),
    (re.compile(r"[Uu]nmatched"), _("a group that begins must end, and one that ends must begin.")),
    (re.compile(r"choices|list_name|List name"), _("the choices that it names are not there.")),
    (re.compile(r"[Hh]eader"), _("the columns type and name must stand in the first row.")),
)
OTHER = _("it does not follow the rules of XLSForm.")


def is_xlsform(sheets: Sequence[Sheet]) -> bool:
    """Tell whether a workbook is an XLSForm: it has a sheet named survey."""
    return any(sheet.name.strip().lower() == SURVEY for sheet in sheets)


def read_xlsform(data: bytes, sheets: Sequence[Sheet]) -> ReadForm:
    """Return what an XLSForm asks for; pyxform itself says whether it is one."""
    if util.find_spec("pyxform") is None:
        raise Refused("INS-84")
    survey = next(sheet for sheet in sheets if sheet.name.strip().lower() == SURVEY)
    convert = import_module("pyxform.xls2xform").convert
    fault = import_module("pyxform.errors").PyXFormError
    try:
        found = convert(measured(data), file_type=".xlsx")._pyxform
    except fault as error:
        raise refused(str(error), survey) from None
    fields = tuple(fields_in(found["children"], survey))
    if not fields:
        raise Refused("INS-86")
    title = found["title"] if found["title"] != found["name"] else survey.name
    return ReadForm(str(title)[:HEADING_MOST], fields)


def refused(error: str, survey: Sheet) -> Refused:
    """Return the refusal for what pyxform found: the row it names, or the one in which the word stands that it quotes."""
    problem = next((said for pattern, said in PROBLEMS if pattern.search(error)), OTHER)
    named = ROW.search(error)
    words = QUOTED.findall(error)
    if named:
        row = int(named[1])
    else:
        row = row_of_choice(survey) if "choices sheet" in error else row_with(survey, words)
    return Refused("INS-83", row=row, sheet=survey.name, problem=problem)


def row_with(survey: Sheet, words: Iterable[str]) -> int:
    """Return the row of the survey, under its headings, in which one of some words is a cell; else the headings' row."""
    wanted = tuple(words)
    for number, row in enumerate(survey.rows, start=1):
        cells = [as_text(cell) for cell in row]
        if number > 1 and any(cell == word for cell in cells for word in wanted):
            return number
    return 1


def row_of_choice(survey: Sheet) -> int:
    """Return the first row of the survey that asks to choose."""
    for number, row in enumerate(survey.rows, start=1):
        if any(as_text(cell).startswith("select") for cell in row):
            return number
    return 1


def fields_in(children: Sequence[dict[str, Any]], survey: Sheet) -> Iterator[ReadField]:
    """Give the fields of an XLSForm, those in groups too; what no form here carries is refused with its row."""
    for one in children:
        kind = str(one.get("type"))
        if kind in SKIPPED or one.get("name") == "meta":
            continue
        if kind in GROUPS:
            yield from fields_in(one.get("children", []), survey)
        elif kind in KINDS:
            yield read_question(one, KINDS[kind])
        else:
            row = row_with(survey, [str(one.get("name"))])
            raise Refused("INS-85", row=row, sheet=survey.name, kind=kind)


def read_question(one: dict[str, Any], kind: str) -> ReadField:
    """Return one question as a field."""
    heading = said(one.get("label")) or str(one["name"])
    choices = one.get("choices") or []
    if kind != "choice":
        return ReadField(heading[:HEADING_MOST], kind)
    if tuple(sorted(str(choice["name"]) for choice in choices)) == tuple(sorted(YES_NO)):
        return ReadField(heading[:HEADING_MOST], "yes_no")
    labels = tuple(said(choice.get("label")) or str(choice["name"]) for choice in choices)
    return ReadField(heading[:HEADING_MOST], "choice", labels)


def said(label: Any) -> str:
    """Return a label in the reader's language where it is there, else in its first one."""
    if not isinstance(label, dict):
        return str(label or "").strip()
    mine = (get_language() or "en")[:2]
    for language, text in label.items():
        if f"({mine})" in language:
            return str(text).strip()
    return str(next(iter(label.values()), "")).strip()


def write_xlsform(title: str, code: str, fields: Iterable[ReadField]) -> bytes:
    """Return a form as an XLSForm workbook, for whoever asks with such a tool elsewhere."""
    survey = [["type", "name", "label", "required"]]
    choices = [["list_name", "name", "label"]]
    choices += [["yes_no", "yes", str(_("yes"))], ["yes_no", "no", str(_("no"))]]
    for number, one in enumerate(fields, start=1):
        kind = OUT.get(one.kind, "")
        if one.kind == "yes_no":
            kind = "select_one yes_no"
        elif one.kind == "choice":
            kind = f"select_one list_{number}"
            choices += [
                [f"list_{number}", f"choice_{at}", said_one]
                for at, said_one in enumerate(one.choices, start=1)
            ]
        survey.append([kind, f"field_{number}", one.heading, "yes"])
    content = BytesIO()
    book = xlsxwriter.Workbook(content, {"strings_to_formulas": False, "strings_to_urls": False})
    sheets = (
        (SURVEY, survey),
        ("choices", choices),
        ("settings", [["form_title", "form_id"], [title, code]]),
    )
    for name, rows in sheets:
        sheet = book.add_worksheet(name)
        for at, row in enumerate(rows):
            sheet.write_row(at, 0, row)
    book.close()
    return content.getvalue()
