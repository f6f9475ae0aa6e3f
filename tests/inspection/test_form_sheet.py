"""The sheet that an office really sends: its header row, an XLSForm, and what is refused with its row."""

import sys
from io import BytesIO
from typing import Any

import pytest
import xlsxwriter
from pyxform.xls2xform import convert

from mingbai.domains.inspection.form_sheet import ReadField, read_form, write_xlsform
from mingbai.kernel.refusals import Refused

SURVEY = ["type", "name", "label"]


def book(**sheets: list[list[Any]]) -> bytes:
    """Return a workbook with these sheets."""
    content = BytesIO()
    made = xlsxwriter.Workbook(content)
    for name, rows in sheets.items():
        sheet = made.add_worksheet(name)
        for at, row in enumerate(rows):
            sheet.write_row(at, 0, row)
    made.close()
    return content.getvalue()


def test_a_header_row_is_the_form() -> None:
    """Rows: H11."""
    rows = [
        ["漷县镇各村基本情况统计表"],
        ["填报单位：", None, "日期："],
        ["序号", "村名", "总户数（户）", "独居老人数", "村医姓名是否公示", "备注"],
        [1, "马头村", 220, 7, "是", None],
    ]
    found = read_form(book(表=rows))
    assert found.title == "漷县镇各村基本情况统计表"
    assert [(one.heading, one.kind, one.asked) for one in found.fields] == [
        ("序号", "text", False),
        ("村名", "text", True),
        ("总户数（户）", "whole", True),
        ("独居老人数", "whole", True),
        ("村医姓名是否公示", "text", True),
        ("备注", "text", False),
    ]


def test_a_header_in_two_levels_names_both() -> None:
    content = BytesIO()
    made = xlsxwriter.Workbook(content)
    sheet = made.add_worksheet()
    sheet.merge_range(0, 0, 1, 0, "村名")
    sheet.merge_range(0, 1, 0, 2, "消毒液")
    sheet.write_row(1, 1, ["现有", "缺口"])
    sheet.write_row(2, 0, ["马头村", 40, 12])
    made.close()
    found = read_form(content.getvalue())
    assert [one.heading for one in found.fields] == ["村名", "消毒液 现有", "消毒液 缺口"]


def test_a_workbook_without_headings_is_refused() -> None:
    for rows in ([], [["只有一个标题"]], [["填报单位：", "日期："]]):
        with pytest.raises(Refused, match="INS-86"):
            read_form(book(表=rows or [[None]]))
    with pytest.raises(Refused, match="WBK-1"):
        read_form(b"nothing of the kind")


QUESTIONS = [
    SURVEY,
    ["integer", "old", "独居老人数"],
    ["select_one yn", "doctor", "村医是否到岗"],
    ["begin_group", "more", "其他"],
    ["select_one crop", "crop", "今年种什么"],
    ["date", "sown", "开播日期"],
    ["decimal", "land", "耕地面积"],
    ["end_group", None, None],
    ["note", "thanks", "谢谢"],
    ["text", "wish", "还缺什么"],
]
CHOICES = [
    ["list_name", "name", "label"],
    ["yn", "yes", "是"],
    ["yn", "no", "否"],
    ["crop", "rice", "水稻"],
    ["crop", "maize", "玉米"],
]


def test_an_xlsform_goes_in_and_out_again_with_the_real_library() -> None:
    """Rows: H11."""
    settings = [["form_title", "form_id"], ["春耕调查", "spring"]]
    found = read_form(book(survey=QUESTIONS, choices=CHOICES, settings=settings))
    assert found.title == "春耕调查"
    assert found.fields == (
        ReadField("独居老人数", "whole"),
        ReadField("村医是否到岗", "yes_no"),
        ReadField("今年种什么", "choice", ("水稻", "玉米")),
        ReadField("开播日期", "day"),
        ReadField("耕地面积", "decimal"),
        ReadField("还缺什么", "text"),
    )
    written = write_xlsform(found.title, "spring", found.fields)
    made = convert(BytesIO(written), file_type=".xlsx")
    assert made.warnings == []
    assert "春耕调查" in made.xform and "今年种什么" in made.xform
    assert read_form(written) == found


@pytest.mark.parametrize(
    ("rows", "choices", "code", "row"),
    [
        ([SURVEY, ["text", "a", "甲"], ["intger", "b", "乙"]], None, "INS-83", 3),
        ([SURVEY, ["text", "a b", "甲"]], None, "INS-83", 2),
        ([SURVEY, ["text", "a", "甲"], ["text", "a", "乙"]], None, "INS-83", 3),
        ([SURVEY, ["text", "a", "甲"], ["select_one x", "b", "乙"]], None, "INS-83", 3),
        ([SURVEY, ["text", "a", "甲"], ["begin_group", "g", "组"]], None, "INS-83", 3),
        ([SURVEY, ["text", None, "甲"]], None, "INS-83", 2),
        ([SURVEY, ["text", "a", "甲"], ["text", "b", None]], None, "INS-83", 3),
        ([["kind", "name"], ["text", "a"]], None, "INS-83", 1),
        ([SURVEY, ["text", "a", "甲"], ["geopoint", "b", "在哪里"]], None, "INS-85", 3),
        ([SURVEY, ["select_multiple crop", "b", "种什么"]], CHOICES, "INS-85", 2),
    ],
)
def test_a_malformed_xlsform_is_refused_with_its_row(
    rows: list[list[Any]], choices: list[list[Any]] | None, code: str, row: int
) -> None:
    sheets = {"survey": rows} | ({"choices": choices} if choices else {})
    with pytest.raises(Refused, match=code) as refusal:
        read_form(book(**sheets))
    assert refusal.value.facts["row"] == row


def test_without_the_extra_part_one_sentence_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyxform", None)
    with pytest.raises(Refused, match="INS-84"):
        read_form(book(survey=QUESTIONS, choices=CHOICES))
    assert len(read_form(book(表=[["村名", "总户数"]])).fields) == 2
