"""Workbooks: what offices send is measured, read as written, and given back clean."""

import csv
import datetime as dt
import random
import zipfile
from collections.abc import Callable
from io import BytesIO, StringIO
from typing import Any

import pytest
import xlsxwriter

from mingbai.kernel.refusals import SENTENCES
from mingbai.kernel.workbooks import limits
from mingbai.kernel.workbooks.cells import (
    SAYINGS,
    Why,
)
from mingbai.kernel.workbooks.faults import WorkbookFault
from mingbai.kernel.workbooks.reading import Merged, Sheet, fill_merged, read

SHEET_PART = "xl/worksheets/sheet1.xml"


def workbook(fill: Callable[[Any, Any], None] | None = None) -> bytes:
    """Return a small workbook, filled by the caller."""
    out = BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet = book.add_worksheet("台账")
    if fill:
        fill(book, sheet)
    else:
        sheet.write_row(0, 0, ["名称", "数量"])
        sheet.write_row(1, 0, ["口罩", 5])
    book.close()
    return out.getvalue()


def changed(data: bytes, change: Callable[[bytes], bytes], part: str = SHEET_PART) -> bytes:
    """Return a workbook with one part changed."""
    out = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(data)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, change(content) if name == part else content)
    return out.getvalue()


def with_part(data: bytes, name: str, content: bytes) -> bytes:
    """Return a workbook with one part more."""
    out = BytesIO(data)
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return out.getvalue()


def wall(text: str) -> dt.datetime:
    """Return a time as spreadsheets hold it: what the clock on the wall shows, in no zone."""
    return dt.datetime.fromisoformat(text)


def fault_of(data: bytes) -> str:
    with pytest.raises(WorkbookFault) as caught:
        read(data)
    return caught.value.code


def test_values_come_as_written() -> None:
    def fill(book: Any, sheet: Any) -> None:
        day = book.add_format({"num_format": 'm"月"d"日"'})
        sheet.write_row(1, 0, ["文字", 40, 2.5, True])
        sheet.write_datetime(1, 4, wall("2020-01-27"), day)
        sheet.write_formula(1, 5, "=B2*2", None, 80)
        sheet.write_formula(1, 6, "=1/0", None, "#DIV/0!")
        sheet.write_number(1, 7, 0.5, book.add_format({"num_format": "hh:mm"}))
        sheet.write_number(1, 8, 110101199003070000)

    (sheet,) = read(workbook(fill))
    assert sheet.name == "台账"
    assert sheet.rows[0] == [None] * 9
    assert sheet.rows[1][:7] == ["文字", 40, 2.5, True, dt.date(2020, 1, 27), 80, None]
    assert type(sheet.rows[1][1]) is int
    assert sheet.rows[1][7] == "12:00:00"
    assert sheet.rows[1][8] == 1.1010119900307e17


@pytest.mark.parametrize(("row", "column"), [(0, 0), (4, 0), (0, 3), (4, 3)])
def test_a_table_may_begin_anywhere(row: int, column: int) -> None:
    data = workbook(lambda _book, sheet: sheet.write_row(row, column, ["x", "y"]))
    assert read(data)[0].rows == [[None] * (column + 2)] * row + [[None] * column + ["x", "y"]]


def test_a_path_is_read_too(tmp_path: Any) -> None:
    path = tmp_path / "x.xlsx"
    path.write_bytes(workbook())
    assert read(path)[0].rows == [["名称", "数量"], ["口罩", 5]]


def test_hidden_sheets_are_marked() -> None:
    def fill(book: Any, sheet: Any) -> None:
        sheet.write(0, 0, "a")
        book.add_worksheet("旧账").hide()

    assert [sheet.hidden for sheet in read(workbook(fill))] == [False, True]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "WBK-1"),
        (b"hello", "WBK-1"),
        (b"<html><table></table></html>", "WBK-1"),
        (b"PK\x03\x04 and then nothing", "WBK-9"),
        (limits.OLD_OFFICE + b"\0" * 600 + "Workbook".encode("utf-16-le"), "WBK-2"),
        (limits.OLD_OFFICE + b"\0" * 600 + limits.LOCKED, "WBK-3"),
        (limits.OLD_OFFICE + b"\0" * 600, "WBK-1"),
        (b"PK" + b"\0" * 10_000_001, "WBK-5"),
    ],
)
def test_what_is_no_workbook_is_refused(data: bytes, code: str) -> None:
    assert fault_of(data) == code


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_plain_table_is_a_sheet(encoding: str, separator: str) -> None:
    rows = [["名称", "数量", "备注"], ["口罩", "5", ""], ['一次性, "医用"\n口罩', "007", "1.1E+17"]]
    out = StringIO()
    csv.writer(out, delimiter=separator).writerows(rows)
    (sheet,) = read(out.getvalue().encode(encoding))
    assert sheet.rows == [[cell or None for cell in row] for row in rows], "nothing is calculated"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"a,b\n" * (limits.ROWS_MOST + 1), "WBK-7"),
        (b"," * limits.COLUMNS_MOST + b"\na,b\n", "WBK-8"),
        (b"a,b\n" + b"x" * 2_000, "WBK-1"),
        (b"a,b\nc,d\n" + b"x" * 20_000_000, "WBK-5"),
        (b'a,b\nc,"' + b"x" * 200_000, "WBK-9"),
        ("a,b\nc,d".encode("utf-16"), "WBK-1"),
    ],
)
def test_a_plain_table_has_limits(data: bytes, code: str) -> None:
    assert fault_of(data) == code


def test_another_archive_is_refused() -> None:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
    assert fault_of(out.getvalue()) == "WBK-1"


def test_another_office_file_is_refused() -> None:
    word = changed(
        workbook(),
        lambda x: x.replace(b"spreadsheetml", b"wordprocessingml"),
        "[Content_Types].xml",
    )
    assert fault_of(word) == "WBK-1"


def test_macros_are_refused() -> None:
    assert fault_of(with_part(workbook(), "xl/vbaProject.bin", b"\0")) == "WBK-4"
    kind = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    macro = b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"
    data = changed(workbook(), lambda x: x.replace(kind, macro), "[Content_Types].xml")
    assert fault_of(data) == "WBK-4"


def test_external_links_are_left_out() -> None:
    data = with_part(workbook(), "xl/externalLinks/externalLink1.xml", b"<!DOCTYPE x>")
    assert read(data)[0].rows[1] == ["口罩", 5]


def test_a_part_that_unpacks_two_hundredfold_is_refused() -> None:
    data = changed(
        workbook(), lambda x: x.replace(b"</sheetData>", b" " * 20_000_000 + b"</sheetData>")
    )
    assert len(data) < 100_000
    assert fault_of(data) == "WBK-6"


def test_a_small_file_that_names_itself_small_is_still_bounded() -> None:
    """The size an archive gives for a part may be a lie; what is read is what was measured."""
    data = bytearray(
        changed(
            workbook(), lambda x: x.replace(b"</sheetData>", b" " * 9_000_000 + b"</sheetData>")
        )
    )
    with zipfile.ZipFile(BytesIO(bytes(data))) as archive:
        size = archive.getinfo(SHEET_PART).file_size
    for at in (data.find(size.to_bytes(4, "little")), data.rfind(size.to_bytes(4, "little"))):
        data[at : at + 4] = (900).to_bytes(4, "little")
    assert fault_of(bytes(data)) == "WBK-9"


@pytest.mark.parametrize(
    "far",
    [
        lambda x: x.replace(b'r="B2"', b'r="XFD1048576"'),
        lambda x: x.replace(b'r="B2"', b'r="xfd1048576"'),
        lambda x: x.replace(b'<c r="B2"', b"<c r='B1048576'"),
        lambda x: x.replace(b'<c r="B2">', b'<c s="0" r="B1048576">'),
        lambda x: x.replace(b'<row r="2"', b'<row r="1048570"').replace(b'<c r="B2"', b"<c"),
        lambda x: x.replace(
            b'<c r="B2"><v>5</v></c>', b'<x:c r="B300000"><x:v>5</x:v></x:c>'
        ).replace(
            b"<worksheet ",
            b'<worksheet xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main" ',
        ),
    ],
)
def test_one_cell_at_the_far_corner_is_refused(far: Callable[[bytes], bytes]) -> None:
    """The reader lays out full rectangles: such a cell would take all memory there is."""
    assert fault_of(changed(workbook(), far)) == "WBK-7"


def test_a_wide_and_long_rectangle_is_refused() -> None:
    assert fault_of(changed(workbook(), lambda x: x.replace(b'r="B2"', b'r="CV60000"'))) == "WBK-6"


def test_too_many_columns_are_refused() -> None:
    assert fault_of(changed(workbook(), lambda x: x.replace(b'r="B2"', b'r="GS2"'))) == "WBK-8"
    assert (
        len(read(changed(workbook(), lambda x: x.replace(b'r="B2"', b'r="GR2"')))[0].rows[1]) == 200
    )


def rows_to(last: int, cell: bytes) -> Callable[[bytes], bytes]:
    rows = b"".join(
        b'<row r="%d">%s</row>' % (at, cell.replace(b"?", b"%d" % at)) for at in range(3, last + 1)
    )
    return lambda part: part.replace(b"</sheetData>", rows + b"</sheetData>")


def test_too_many_rows_are_refused() -> None:
    cell = b'<c r="A?"><v>?</v></c>'
    assert fault_of(changed(workbook(), rows_to(limits.ROWS_MOST + 1, cell))) == "WBK-7"
    assert len(read(changed(workbook(), rows_to(20_000, cell)))[0].rows) == 20_000


def test_coloured_empty_cells_do_not_count() -> None:
    """Somebody has painted the whole column: the sheet is as long as what is written in it."""
    styled = rows_to(210_000, b'<c r="A?" s="0"/>')
    assert len(read(changed(workbook(), styled))[0].rows) == 2
    far = changed(
        workbook(),
        lambda x: x.replace(b"</row></sheetData>", b'<c r="XFD2" s="0"/></row></sheetData>'),
    )
    assert len(read(far)[0].rows[0]) == 2


def test_one_long_text_shared_by_all_cells_is_refused() -> None:
    letters = "".join(random.Random(1).choices("abcdefghijklmnop", k=32_000))
    data = workbook(lambda _book, sheet: sheet.write(0, 0, letters))
    for index in (b"0", b"&#48;"):
        shared = rows_to(8_000, b'<c r="A?" t="s"><v>' + index + b"</v></c>")
        assert fault_of(changed(data, shared)) == "WBK-6"
    assert read(data)[0].rows == [[letters]]


@pytest.mark.parametrize(
    "broken",
    [
        lambda x: x[: len(x) // 2],
        lambda x: b"",
        lambda x: b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]>' + x,
        lambda x: x.decode().encode("utf-16"),
        lambda x: x.replace(b't="s"><v>0', b't="s"><v>77'),
        lambda x: x.replace(b'r="B2"', b'r="2B"'),
    ],
)
def test_damaged_sheets_are_refused(broken: Callable[[bytes], bytes]) -> None:
    assert fault_of(changed(workbook(), broken)) == "WBK-9"


def test_every_fault_has_a_sentence() -> None:
    assert {f"WBK-{number}" for number in range(1, 11)} <= SENTENCES.keys()
    assert set(Why) == SAYINGS.keys()
    assert WorkbookFault("WBK-7", most=1).status == 413
    assert WorkbookFault("WBK-1").status == 422


def test_merged_cells_are_filled_where_asked() -> None:
    def fill(book: Any, sheet: Any) -> None:
        sheet.merge_range("A1:A3", "2月1日", book.add_format())
        sheet.merge_range("B1:B3", 30, book.add_format())
        sheet.write_column("C1", ["甲", "乙", "丙"])

    (sheet,) = read(workbook(fill))
    assert sheet.merged == (Merged(0, 0, 2, 0), Merged(0, 1, 2, 1))
    assert fill_merged(sheet).rows == [["2月1日", 30, name] for name in "甲乙丙"]
    assert [row[:2] for row in fill_merged(sheet, {0}).rows] == [
        ["2月1日", 30],
        ["2月1日", None],
        ["2月1日", None],
    ]
    assert sheet.rows[1] == [None, None, "乙"]


def test_a_merged_block_beyond_the_sheet_is_harmless() -> None:
    sheet = Sheet("a", [["x", None]], (Merged(0, 0, 2**20, 2**14), Merged(9, 9, 10, 10)) * 1000)
    assert fill_merged(sheet).rows == [["x", "x"]]
