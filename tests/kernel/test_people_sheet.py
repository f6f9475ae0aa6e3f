"""The roster sheet: every person of a firm's list is taken, or left with one plain reason."""

import datetime as dt
import json
import time
from collections.abc import Sequence
from typing import Any

import pytest

from mingbai.kernel.people_sheet import (
    SAYINGS,
    WANTED,
    RosterRow,
    Why,
    as_json,
    find_people,
    read_roster,
    recognise,
)
from mingbai.kernel.workbooks import cells
from mingbai.kernel.workbooks.faults import WorkbookFault
from mingbai.kernel.workbooks.headings import label_of
from mingbai.kernel.workbooks.reading import Merged, Row, Sheet, read
from mingbai.kernel.workbooks.writing import write_errors, write_table
from tests.conftest import shared

HEAD = ["序号", "姓名", "身份证号", "手机号", "单位", "岗位", "居住地", "上岗日期"]
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def number(day: str = "19900307", county: str = "110101") -> str:
    """Return an invented resident number: sequence code 000 is never given to anybody."""
    digits = f"{county}{day}000"
    total = sum(int(digit) * weight for digit, weight in zip(digits, WEIGHTS, strict=True))
    return digits + "10X98765432"[total % 11]


def sheet(*lines: Sequence[Any], head: Sequence[Any] = HEAD, name: str = "花名册") -> Sheet:
    """Return a roster; its lines leave the serial number out."""
    rows: list[Row] = [list(head), *([at, *line] for at, line in enumerate(lines, 1))]
    return Sheet(name, [[*row, *[None] * (len(head) - len(row))] for row in rows])


def person(**other: Any) -> list[Any]:
    """Return a good line, with what is other about it."""
    line = {
        "name": "水珊",
        "document": number(),
        "phone": "16085849573",
        "organisation": "甲厂",
        "post": "焊接",
        "address": "锦城街道",
        "started_on": "2020-02-10",
    }
    return list((line | other).values())


def one(*, year: int | None = None, **other: Any) -> RosterRow:
    (row,) = read_roster([sheet(person(**other))], year=year)
    return row


def test_the_shared_roster_is_reproduced() -> None:
    began = time.process_time()
    people = read_roster(read(shared("workbooks/staff_roster.xlsx")))
    took = time.process_time() - began
    assert as_json(people) == json.loads(shared("workbooks/staff_roster.json").read_text())
    assert took < 1, f"3,712 rows took {took:.2f} s"


def test_the_returned_error_workbook_of_the_shared_roster_reads_the_same() -> None:
    (paper,) = read(shared("workbooks/staff_roster.xlsx"))
    people = read_roster([paper])
    reasons = {row.row: row.why for row in people if row.why}
    assert len(reasons) == 9
    assert read_roster(read(write_errors(paper.rows, reasons, name=paper.name))) == people


def test_a_good_line() -> None:
    row = one()
    assert (row.row, row.outcome, row.why, row.name) == (2, "ok", None, "水珊")
    assert (row.document_kind, row.document, row.phone) == ("resident_id", number(), "16085849573")
    assert (row.organisation, row.post, row.address) == ("甲厂", "焊接", "锦城街道")
    assert row.started_on == dt.date(2020, 2, 10)


def test_numbers_as_people_write_them() -> None:
    spaced = number()[:6] + " " + number()[6:14] + "\u3000" + number()[14:]
    wide = "".join(chr(ord(letter) + 0xFEE0) for letter in number())
    for written in (spaced, wide, f" {number()}\n", number().lower(), f"'{number()}"):
        assert one(document=written).document == number()
    assert one(phone=16085849573).phone == "16085849573"
    assert one(phone="160-8584-9573").phone == "16085849573"
    assert one(phone=None).outcome == one(phone="/").outcome == "ok"


@pytest.mark.parametrize(
    ("other", "why"),
    [
        ({"document": number()[:17]}, "length"),
        ({"document": number() + "0"}, "length"),
        ({"document": number()[:-1] + ("1" if number()[-1] != "1" else "2")}, "check character"),
        ({"document": number("19901307")}, "birth date"),
        ({"document": None}, "missing"),
        ({"document": "无"}, "missing"),
        ({"document": float(number()[:17] + "0")}, "number lost by the spreadsheet"),
        ({"document": "1.10101E+17"}, "number lost by the spreadsheet"),
        ({"phone": "1608584957"}, "phone"),
        ({"started_on": "二月初"}, "date not understood"),
        ({"started_on": "2月10日"}, "year missing"),
        ({"name": None}, "name missing"),
        ({"name": "名" * 81}, "name too long"),
    ],
)
def test_each_reason(other: dict[str, Any], why: str) -> None:
    row = one(**other)
    assert (row.outcome, row.why) == ("refused", why)
    assert why in SAYINGS


def test_every_reason_has_a_sentence() -> None:
    assert {*Why, *cells.Why} <= SAYINGS.keys()


def test_the_year_comes_from_the_title_or_is_given() -> None:
    titled = sheet(person(started_on="2月10日"))
    titled = Sheet(titled.name, [["甲厂花名册（2020年）", *[None] * 7], *titled.rows])
    assert read_roster([titled])[0].started_on == dt.date(2020, 2, 10)
    assert one(year=2021, started_on="2月10日").started_on == dt.date(2021, 2, 10)


def test_the_same_person_twice_in_one_unit() -> None:
    rows = read_roster([sheet(person(), person(post="检验"), person(organisation="乙厂"))])
    assert [row.outcome for row in rows] == ["ok", "duplicate", "ok"]
    assert rows[1].why == "same person, same unit"
    assert as_json(rows)["refused"] == [{"row": 3, "why": "same person, same unit"}]


def test_sums_notes_and_blanks_are_no_people() -> None:
    rows = read_roster(
        [
            sheet(
                person(),
                [None],
                ["合计", None, "1人"],
                [None, None, None],
                HEAD[1:],
                person(name="施帆", document=number("19910101")),
            )
        ]
    )
    assert [(row.row, row.name) for row in rows] == [(2, "水珊"), (7, "施帆")]


def test_headings_that_come_again_without_a_document_leave_no_row_behind() -> None:
    rows: list[Row] = [
        ["姓名", "身份证号", "手机号", "岗位"],
        ["石一", number(), "16085849573", "搬运"],
        ["姓名", "手机号", "岗位", None],
        ["石二", "16085849574", "搬运", None],
    ]
    first, second = read_roster([Sheet("花名册", rows)])
    assert (first.outcome, first.name) == ("ok", "石一")
    assert (second.outcome, second.name, second.why) == ("refused", "石二", "missing")


def test_a_merged_unit_and_one_in_the_title() -> None:
    merged = sheet(person(), person(document=number("19910101"), organisation=None))
    merged = Sheet(merged.name, merged.rows, (Merged(1, 4, 2, 4),))
    assert [row.organisation for row in read_roster([merged])] == ["甲厂", "甲厂"]
    titled = Sheet("表", [["单位名称：丙厂"], ["姓名", "身份证号码"], ["水珊", number()]])
    (row,) = read_roster([titled])
    assert (row.organisation, row.phone, row.started_on, row.outcome) == ("丙厂", None, None, "ok")


def test_passports_and_other_documents() -> None:
    head = ["姓名", "证件类型", "证件号码"]
    rows = read_roster(
        [
            Sheet(
                "表",
                [
                    head,
                    ["柳荣泽", "护照", "E12345675"],
                    ["水珊", "身份证", number()],
                    ["窦恩", "军官证", "军字第12号"],
                ],
            )
        ]
    )
    assert [(row.document_kind, row.document, row.outcome) for row in rows] == [
        ("passport", "E12345675", "ok"),
        ("resident_id", number(), "ok"),
        ("other", "军字第12号", "ok"),
    ]


def test_several_sheets_and_hidden_ones() -> None:
    other = sheet(person(document=number("19910101"), phone="12"), name="二车间")
    rows = read_roster(
        [
            sheet(person()),
            other,
            Sheet("旧", sheet(person()).rows, hidden=True),
            Sheet("说明", [["见表"]]),
        ]
    )
    assert as_json(rows)["refused"] == [{"row": 2, "why": "phone", "sheet": "二车间"}]
    with pytest.raises(WorkbookFault) as caught:
        read_roster([Sheet("a", [["姓名", "电话"], ["水珊", "160"]])])
    assert caught.value.code == "WBK-10"
    columns = [label_of(column) for column in str(WANTED).replace("、", ",").split(",")]
    assert None not in map(recognise, columns), "the headings asked for are ones that are read"


def test_a_row_is_known_again() -> None:
    lines = [person(), person(), person(document="12")]
    first = [row.identity for row in read_roster([sheet(*lines)])]
    again = [row.identity for row in read_roster([sheet(*reversed(lines))])]
    assert len(set(first)) == 3
    assert set(first) == set(again)
    assert one(started_on=dt.date(2020, 2, 10)).identity == one().identity == first[0]


def test_headings_are_known_by_many_names() -> None:
    known = {
        "name": ["姓名", "员工姓名", "name"],
        "document": ["身份证号", "身份证号码", "身份证", "证件号码", "公民身份号码", "idnumber"],
        "phone": ["手机号", "联系电话", "手机号码", "电话", "联系方式", "mobile"],
        "organisation": ["单位", "工作单位", "公司名称", "用工企业"],
        "post": ["岗位", "工种", "职务"],
        "address": ["居住地", "现居住地", "家庭住址", "现住址", "居住地址"],
        "started_on": ["上岗日期", "入职时间", "返岗日期"],
    }
    for name, labels in known.items():
        assert {label: recognise(label) for label in labels} == dict.fromkeys(labels, name)


def test_a_long_roster_is_read_quickly() -> None:
    rows = [
        [at, *person(document=number(f"19{at % 90 + 10}0101", f"{110000 + at}"))]
        for at in range(10_000)
    ]
    data = write_table("", HEAD, rows)
    began = time.process_time()
    people = read_roster(read(data))
    took = time.process_time() - began
    assert {row.outcome for row in people} == {"ok"}
    assert took < 1.5, f"10,000 rows took {took:.2f} s"


def test_people_are_looked_at_when_asked_for_and_in_whatever_order_come_out_the_same() -> None:
    lines = [person(), person(), person(organisation="乙厂")]
    whole = read_roster([sheet(*lines)])
    found = find_people([sheet(*lines)])
    assert len(found) == 3 and found[2] == whole[2] and found[-3] == whole[0]
    assert found[1:2] == whole[1:2] and list(found) == whole
    with pytest.raises(IndexError):
        found[3]
    assert list(find_people([sheet()])) == []
