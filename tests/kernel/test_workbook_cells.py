"""Cells: days, quantities, codes, packs, titles and headings as people write them."""

import datetime as dt
from typing import Any

import pytest

from mingbai.kernel.workbooks.cells import (
    CellFault,
    Why,
    as_code,
    as_date,
    as_identifier,
    as_quantity,
    as_text,
    is_blank,
)
from mingbai.kernel.workbooks.headings import find_headings
from mingbai.kernel.workbooks.identity import Identities, row_identity
from mingbai.kernel.workbooks.packs import Packs, packs_in, unit_in_brackets, unit_name
from mingbai.kernel.workbooks.reading import Sheet
from mingbai.kernel.workbooks.titles import Titles, Years
from tests.kernel.test_workbooks import wall


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
