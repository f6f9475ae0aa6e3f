"""Workbooks that are given back: tables, templates, and the reasons beside the rows."""

import csv
import datetime as dt
import zipfile
from io import BytesIO, StringIO
from typing import Any

from mingbai.kernel.workbooks.headings import REASON, find_headings
from mingbai.kernel.workbooks.reading import Sheet, read
from mingbai.kernel.workbooks.writing import (
    Column,
    Kind,
    Marked,
    harmless,
    template,
    write_csv,
    write_errors,
    write_marked,
    write_table,
)
from tests.kernel.test_workbooks import SHEET_PART, wall, workbook


def test_a_table_is_written_and_read_back() -> None:
    columns = [
        Column("证件号", Kind.IDENTIFIER),
        "姓名",
        Column("数量", Kind.WHOLE),
        Column("日期", Kind.DATE),
    ]
    moment = dt.datetime(2020, 1, 31, 16, 30, tzinfo=dt.UTC)
    rows = [
        ["110101199003070001", "=1+1", 5, dt.date(2020, 1, 31)],
        [110101199003070001, "https://a.example", 10**17, moment],
        [None, "", True, None],
    ]
    data = write_table("物资[台账]", columns, iter(rows), notes=["截至 1 月 31 日"])
    (sheet,) = read(data)
    assert sheet.rows[0][0] == "物资[台账]"
    assert sheet.rows[1] == ["证件号", "姓名", "数量", "日期"]
    assert sheet.rows[2] == ["110101199003070001", "=1+1", 5, dt.date(2020, 1, 31)]
    assert sheet.rows[3][:3] == ["110101199003070001", "https://a.example", "1" + "0" * 17]
    assert sheet.rows[3][3] == wall("2020-02-01T00:30")
    assert sheet.rows[-1][0] == "截至 1 月 31 日"
    with zipfile.ZipFile(BytesIO(data)) as archive:
        part = archive.read(SHEET_PART)
    assert b"<f>" not in part and b"hyperlink" not in part


def test_a_long_table_without_a_title() -> None:
    (sheet,) = read(
        write_table("", ["a", "b"], ([i, "x" * 40_000 if i == 300 else "y"] for i in range(500)))
    )
    assert sheet.rows[0] == ["a", "b"]
    assert len(sheet.rows) == 501
    assert len(str(sheet.rows[301][1])) == 32_767


def test_csv_is_never_calculated() -> None:
    data = write_csv(
        ["姓名", "数量"], [["=HYPERLINK(1)", -5], ["+86 160", "-5"], ["@a", None], ['a,\n"b', 1.5]]
    )
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(StringIO(data.decode("utf-8-sig"), newline="")))
    assert rows == [
        ["姓名", "数量"],
        ["'=HYPERLINK(1)", "-5"],
        ["'+86 160", "-5"],
        ["'@a", ""],
        ['a,\n"b', "1.5"],
    ]
    assert harmless("＝1+1") == "'＝1+1"
    assert harmless(" =1") == "' =1"
    assert harmless("平常") == "平常"


def test_a_template_checks_while_it_is_filled_in() -> None:
    many = tuple(f"第{number}号线" for number in range(100))
    data = template(
        "花名册",
        [
            Column("身份证号", Kind.IDENTIFIER, hint="18 位"),
            Column("岗位", choices=("焊接", "装配")),
            Column("产线", choices=many),
            Column("上岗日期", Kind.DATE),
            Column("数量", Kind.WHOLE),
        ],
    )
    sheets = read(data)
    assert [sheet.hidden for sheet in sheets] == [False, True]
    assert sheets[0].rows == [["身份证号", "岗位", "产线", "上岗日期", "数量"]]
    with zipfile.ZipFile(BytesIO(data)) as archive:
        part = archive.read(SHEET_PART).decode()
    assert 'type="list"' in part and 'type="date"' in part and 'type="whole"' in part
    assert "选项" in part


def test_errors_come_back_beside_the_rows() -> None:
    def fill(book: Any, sheet: Any) -> None:
        sheet.merge_range("A1:C1", "台账", book.add_format())
        sheet.write_row(1, 0, ["序号", "身份证号", "数量"])
        sheet.write_row(2, 0, [1, "110101199003070001", "=若干"])
        sheet.write_row(3, 0, [2, 110101199003070001, 5])

    (sheet,) = read(workbook(fill))
    data = write_errors(
        sheet.rows, {3: "数量不是数"}, heading_row=2, name=sheet.name, merged=sheet.merged
    )
    (back,) = read(data)
    assert [row[:3] for row in back.rows[:3]] == [row[:3] for row in sheet.rows[:3]]
    assert [row[3] for row in back.rows] == [None, REASON, "数量不是数", None]
    assert back.merged == sheet.merged
    (again,) = read(write_marked([Marked(back, {4: "又一个"}, 2)]))
    assert [row[3:] for row in again.rows] == [[None], [REASON], [None], ["又一个"]]


def test_the_reason_column_is_never_read() -> None:
    rows: list[list[Any]] = [["日期", "备注", None], [None, None, "原因"], ["1月1日", "x", "y"]]
    known = {"日期", "备注", "原因", "备注/原因"}
    for each in (rows, [["日期", "备注", "原因"], *rows[2:]]):
        found = find_headings(Sheet("a", each), lambda label: label if label in known else None)
        assert found is not None
        assert set(found.columns) == {"日期", "备注"}


def test_sheets_of_one_name_are_told_apart() -> None:
    parts = [Marked(Sheet(name, [["a"]]), {}) for name in ("一月", "一月", "", "x" * 40, "[a]:/b")]
    assert [sheet.name for sheet in read(write_marked(parts))] == [
        "一月",
        "一月 2",
        "Sheet1",
        "x" * 31,
        "a   b",
    ]
