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
    CellFault,
    Why,
    as_code,
    as_date,
    as_identifier,
    as_quantity,
    as_text,
    is_blank,
)
from mingbai.kernel.workbooks.faults import WorkbookFault
from mingbai.kernel.workbooks.headings import REASON, find_headings
from mingbai.kernel.workbooks.identity import Identities, row_identity
from mingbai.kernel.workbooks.packs import Packs, packs_in, unit_in_brackets, unit_name
from mingbai.kernel.workbooks.reading import Merged, Sheet, fill_merged, read
from mingbai.kernel.workbooks.titles import Titles, Years
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


@pytest.mark.parametrize(
    "written",
    [
        "1月31日", "１月３１日", "1月31", "1月31号", "1.31", "1/31", "2020.01.31", "2020-01-31", "2020/1/31",
        "2020年1月31日", "2020 年 1 月 31 日", "二〇二〇年一月三十一日", "20200131", 20200131, 43861, 43861.5,
        "43861", "20.1.31", "2020-01-31 00:00:00", "2020/1/31 8:30", "1月31日（周五）", "1月31日上午", "2020、1、31",
        "31 Jan 2020", "January 31, 2020", "Jan 31", "1/31/2020", dt.date(2020, 1, 31),
        wall("2020-01-31T08:30"), "元月31日", "\u200b2020-01-31\u3000",
    ],
)  # fmt: skip
def test_days_as_people_write_them(written: Any) -> None:
    assert as_date(written, 2020) == dt.date(2020, 1, 31)


@pytest.mark.parametrize(
    ("written", "why"),
    [
        (None, Why.DATE_MISSING), ("", Why.DATE_MISSING), ("/", Why.DATE_MISSING), ("　", Why.DATE_MISSING),
        ("2月30日", Why.DATE_UNKNOWN), ("月底", Why.DATE_UNKNOWN), ("1月27-28日", Why.DATE_UNKNOWN),
        ("2020年1月", Why.DATE_UNKNOWN), ("1/2/2020", Why.DATE_UNKNOWN), (1.3, Why.DATE_UNKNOWN),
        (7, Why.DATE_UNKNOWN), (True, Why.DATE_UNKNOWN), ("13月1日", Why.DATE_UNKNOWN), ("一" * 9000, Why.DATE_UNKNOWN),
        (20201301, Why.DATE_UNKNOWN), ("1020-01-01", Why.DATE_UNKNOWN), (float("nan"), Why.DATE_UNKNOWN),
    ],
)  # fmt: skip
def test_days_that_cannot_be_read(written: Any, why: Why) -> None:
    with pytest.raises(CellFault) as caught:
        as_date(written, 2020)
    assert caught.value.why == why


def test_a_day_without_a_year_is_not_guessed() -> None:
    with pytest.raises(CellFault, match="year missing"):
        as_date("1月31日", None)
    assert as_date("2020-01-31", None) == dt.date(2020, 1, 31)


@pytest.mark.parametrize(
    ("written", "quantity"),
    [
        (10, (10, None)), (10.0, (10, None)), ("１０", (10, None)), ("10只", (10, "只")), ("10 只", (10, "只")),
        ("1,000", (1000, None)), ("１，０００", (1000, None)), ("1,000.00", (1000, None)), ("10.0", (10, None)),
        ("1万只", (10000, "只")), ("1.5万", (15000, None)), ("十", (10, None)), ("二十四瓶", (24, "瓶")),
        ("两箱", (2, "箱")), ("一百二十", (120, None)), (-30, (-30, None)), ("－30", (-30, None)),
        ("−30", (-30, None)), ("(30)", (-30, None)), ("+10", (10, None)), (0, (0, None)), ("10 boxes", (10, "boxes")),
    ],
)  # fmt: skip
def test_quantities_as_people_write_them(written: Any, quantity: tuple[int, str | None]) -> None:
    assert as_quantity(written) == quantity


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("若干", Why.NOT_A_NUMBER), ("约10", Why.NOT_A_NUMBER), ("10左右", Why.NOT_A_NUMBER), ("10多只", Why.NOT_A_NUMBER),
        ("10余只", Why.NOT_A_NUMBER), ("10-20", Why.NOT_A_NUMBER), ("1,5", Why.NOT_A_NUMBER), (True, Why.NOT_A_NUMBER),
        (dt.date(1900, 1, 10), Why.NOT_A_NUMBER), ("=5+5", Why.NOT_A_NUMBER), ("1e3", Why.NOT_A_NUMBER),
        ("九" * 5000, Why.NOT_A_NUMBER), ("10.5", Why.NOT_WHOLE), (10.5, Why.NOT_WHOLE), (None, Why.QUANTITY_MISSING),
        ("-", Why.QUANTITY_MISSING), ("无", Why.QUANTITY_MISSING), (1e20, Why.TOO_LARGE), ("9" * 30, Why.TOO_LARGE),
        (float("inf"), Why.TOO_LARGE), (float("nan"), Why.TOO_LARGE),
    ],
)  # fmt: skip
def test_quantities_that_cannot_be_read(written: Any, why: Why) -> None:
    with pytest.raises(CellFault) as caught:
        as_quantity(written)
    assert caught.value.why == why


def test_text_and_codes() -> None:
    assert as_text(" 张\n三\u3000 ") == "张 三"
    assert as_text(None) == ""
    assert as_text(40) == "40"
    assert as_text(wall("2020-01-02")) == "2020-01-02"
    assert as_code("４５１００３ 19590723 ０００4") == "451003195907230004"
    assert as_code("'0571") == "0571"
    assert is_blank(" — ") and is_blank(None) and not is_blank(0)


def test_a_number_the_spreadsheet_rounded_is_not_taken() -> None:
    assert as_identifier(" 23071819910903000x\u3000") == "23071819910903000x"
    assert as_identifier(16012345678) == "16012345678"
    assert as_identifier(None) == ""
    for lost in (1.1010119900307e17, 10**15, "1.10101E+17", dt.date(2020, 1, 1), 1.5):
        with pytest.raises(CellFault, match="number lost by the spreadsheet"):
            as_identifier(lost)


def test_packs() -> None:
    assert packs_in("50只/盒") == {"盒": (50, "只")}
    assert packs_in("５０ 只 ／ 盒装") == {"盒": (50, "只")}
    assert packs_in("每箱24瓶") == packs_in("1箱=24瓶") == {"箱": (24, "瓶")}
    assert packs_in("20只/包*50包/箱") == packs_in("20只×50包/箱") | {"包": (20, "只")}
    assert packs_in("100只装", unit="盒") == {"盒": (100, "只")}
    assert packs_in("50 pcs/box") == {"box": (50, "pc")}
    assert packs_in("500ml*24瓶/箱")["箱"] == (24, "瓶")
    assert packs_in("75%酒精") == packs_in("") == packs_in("0只/盒") == {}
    assert unit_name(" Boxes ") == "box"
    assert unit_in_brackets("数量（只）") == "只"
    assert unit_in_brackets("口罩（儿童）") is None


def test_what_a_pack_is_in_the_smallest_unit() -> None:
    gloves = Packs()
    gloves.learn("20只/包*50包/箱", ["箱"])
    gloves.learn("", ["只"])
    assert (gloves.base, gloves.size("箱"), gloves.size("包"), gloves.size("个")) == (
        "只",
        1000,
        20,
        1,
    )
    assert gloves.size("桶") is None
    assert gloves.size("包", "10只/包") == 10
    bottles = Packs()
    bottles.learn("500ml/瓶", ["瓶"])
    assert (bottles.base, bottles.size("瓶"), bottles.of_line("500ml/瓶"), bottles.plain) == (
        "瓶",
        1,
        None,
        True,
    )
    powder = Packs()
    powder.learn("25kg/袋", ["袋"])
    powder.learn("", ["kg"])
    assert (powder.base, powder.size("袋")) == ("kg", 25)
    knot = Packs()
    knot.learn("2盒/箱 2箱/盒", ["盒"])
    assert knot.size("盒") in (None, 1, 2)


def test_titles_give_the_year_and_names() -> None:
    titles = Titles("2月", "防控物资台账（2020年）", "品名：一次性口罩　规格：50只/盒")
    assert titles.years() == [2020]
    assert (titles.labelled("品名"), titles.labelled("规格")) == ("一次性口罩", "50只/盒")
    assert Titles("二〇二〇年物资台账").years() == [2020]
    winter = Years(Titles("2019年12月至2020年2月").years())
    assert [winter.year(month) for month in (12, 12, 1, None, 2)] == [2019, 2019, 2020, 2020, 2020]
    assert Years([]).year(1) is None


def test_headings_in_two_levels_are_joined() -> None:
    rows: list[list[Any]] = [
        ["台账", None, None, None],
        ["日期", "入库", None, "备注"],
        [None, "来源", "数量", None],
        ["1月1日", "镇里", 4, None],
    ]
    found = find_headings(
        Sheet("a", rows),
        lambda label: label if label in ("日期", "入库/来源", "入库/数量") else None,
    )
    assert found is not None
    assert found.columns == {"日期": (0,), "入库/来源": (1,), "入库/数量": (2,)}
    assert (found.last_row, found.cell(rows[3], "入库/数量"), found.label("入库/来源")) == (
        2,
        4,
        "入库 来源",
    )


def test_identities_know_a_row_again() -> None:
    assert row_identity(["口罩 ", 10, None], 1) == row_identity(["口罩", "１０", ""], 1)
    assert row_identity(["口罩", 10], 1) != row_identity(["口罩", 10], 2)
    assert row_identity(["ab", "c"], 1) != row_identity(["a", "bc"], 1)
    assert len(row_identity([], 1)) == 64
    first, again = Identities(), Identities()
    rows = [["a", 1], ["b", 2], ["a", 1]]
    assert {first.of(row) for row in rows} == {again.of(row) for row in reversed(rows)}


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
