"""The ledger sheet: a store's paper account is read as offices keep it, and every line finds its outcome."""

import datetime as dt
import json
from collections.abc import Sequence
from io import BytesIO
from typing import Any

import pytest
import xlsxwriter

from mingbai.domains.supplies.ledger_sheet import SAYINGS, LedgerRow, Why, play, read_ledger
from mingbai.domains.supplies.ledger_sheet.vocabulary import WANTED, recognise
from mingbai.kernel.workbooks import cells
from mingbai.kernel.workbooks.faults import WorkbookFault
from mingbai.kernel.workbooks.headings import label_of
from mingbai.kernel.workbooks.reading import Merged, Sheet, read
from mingbai.kernel.workbooks.writing import write_errors
from tests.conftest import shared

ONE_ROW = [
    "序号",
    "日期",
    "物资名称",
    "规格",
    "单位",
    "来源",
    "入库数量",
    "领用人",
    "出库数量",
    "结存",
    "备注",
]


def sheet(*rows: Sequence[Any], name: str = "台账", merged: tuple[Merged, ...] = ()) -> Sheet:
    """Return a sheet of these rows, all of one width."""
    width = max(map(len, rows))
    return Sheet(name, [[*row, *[None] * (width - len(row))] for row in rows], merged)


def ledger(*lines: Sequence[Any], title: str = "物资台账（2020年）") -> list[LedgerRow]:
    """Return a ledger with one row of headings read: the lines leave the serial number out."""
    return read_ledger([sheet([title], ONE_ROW, *([None, *line] for line in lines))])


def facts(rows: Sequence[LedgerRow]) -> list[tuple[Any, ...]]:
    """Return what tells most of a line."""
    return [(row.row, row.item, row.move, row.party, row.quantity, row.fault) for row in rows]


def test_the_shared_ledger_is_reproduced() -> None:
    rows = read_ledger(read(shared("workbooks/supplies_ledger.xlsx")))
    wanted = json.loads(shared("workbooks/supplies_ledger.json").read_text())
    got = play(rows).as_json()
    assert got["totals"] == wanted["totals"]
    assert got["balances"] == wanted["balances"]
    assert got["rows"] == wanted["rows"]
    assert got["kind"] == wanted["kind"]


def test_the_returned_error_workbook_of_the_shared_ledger_reads_the_same() -> None:
    (paper,) = read(shared("workbooks/supplies_ledger.xlsx"))
    rows = read_ledger([paper])
    reasons = {outcome.row: outcome.why for outcome in play(rows).outcomes if outcome.why}
    back = read(
        write_errors(paper.rows, reasons, heading_row=4, name=paper.name, merged=paper.merged)
    )
    assert read_ledger(back) == rows
    assert (
        read_ledger(read(write_errors(paper.rows, reasons, heading_row=4, name=paper.name))) == rows
    )


def test_a_small_ledger_of_our_own() -> None:
    """Two levels of headings, merged, in a real file."""
    out = BytesIO()
    book = xlsxwriter.Workbook(out)
    page = book.add_worksheet("物资")
    plain = book.add_format()
    page.merge_range("A1:I1", "和平镇防疫物资台账（2020年）", plain)
    for column, name in enumerate(["日期", "品名", "规格型号"]):
        page.merge_range(1, column, 2, column, name, plain)
    page.merge_range("D2:E2", "收入", plain)
    page.merge_range("F2:G2", "发出", plain)
    page.write_row("D3", ["来源", "数量", "去向", "数量"])
    page.merge_range("H2:H3", "计量单位", plain)
    page.merge_range("I2:I3", "结余", plain)
    page.merge_range("A4:A5", "2月3日", plain)
    page.write_row("B4", ["口罩", "10只/包", "县里", "5包", None, None, "包", 5])
    page.write_row("B5", [None, None, None, None, "李四", 1, "包", "4包"])
    page.write_row("A6", ["同上", "〃", None, None, None, "王五", "两只", "只"])
    page.write_formula("I6", "=38", None, 38)
    book.close()
    rows = read_ledger(read(out.getvalue()))
    assert facts(rows) == [
        (4, "口罩", "receive", "县里", 50, None),
        (5, "口罩", "issue", "李四", 10, None),
        (6, "口罩", "issue", "王五", 2, None),
    ]
    assert {row.on for row in rows} == {dt.date(2020, 2, 3)}
    assert play(rows).totals == {"ok": 3, "refused": 0, "warnings": 0}
    assert play(rows).balances == {"口罩（只）": 38}


def test_columns_may_stand_in_any_order_without_a_title() -> None:
    rows = read_ledger(
        [
            sheet(
                ["领取人", "出库数", "结余", "品名", "单位", "日期", "供货单位", "购入数量"],
                [None, None, 20, "酒精", "瓶", dt.date(2020, 2, 1), "卫生院", 20],
                ["张三", 2, 18, "酒精", "瓶", "2月2日", None, None],
            )
        ]
    )
    assert facts(rows) == [
        (2, "酒精", "receive", "卫生院", 20, None),
        (3, "酒精", "issue", "张三", 2, None),
    ]
    assert rows[1].on == dt.date(2020, 2, 2), "the other dates of the sheet say which year"
    assert play(rows).totals["warnings"] == 0


def test_english_headings() -> None:
    rows = read_ledger(
        [
            sheet(
                [
                    "Date",
                    "Item",
                    "Spec",
                    "Unit",
                    "From",
                    "Qty in",
                    "Issued to",
                    "Qty out",
                    "Balance",
                    "Remarks",
                ],
                ["2020-02-01", "Masks", "50 pcs/box", "boxes", "Town", 2, None, None, 100, None],
                ["2 Feb 2020", None, None, "pcs", None, None, "East gate", 30, 70, "night"],
            )
        ]
    )
    assert facts(rows) == [
        (2, "Masks", "receive", "Town", 100, None),
        (3, "Masks", "issue", "East gate", 30, None),
    ]
    assert play(rows).totals == {"ok": 2, "refused": 0, "warnings": 0}


def test_the_year_may_stand_in_the_name_of_the_sheet_only() -> None:
    rows = read_ledger(
        [sheet(ONE_ROW[1:4] + ["入库"], ["2月1日", "口罩", None, 5], name="2020年2月")]
    )
    assert rows[0].on == dt.date(2020, 2, 1)
    (given,) = read_ledger([sheet(ONE_ROW[1:4] + ["入库"], ["2月1日", "口罩", None, 5])], year=2021)
    assert given.on == dt.date(2021, 2, 1)


def test_no_year_anywhere() -> None:
    (row,) = ledger(["2月1日", "口罩", None, "只", "镇里", 5], title="物资台账")
    assert (row.on, row.fault) == (None, cells.Why.YEAR_MISSING)


def test_a_winter_over_two_years() -> None:
    rows = ledger(
        ["12月30日", "煤", None, "吨", "厂", 5],
        ["1月2日", None, None, "吨", "厂", 5],
        title="2019年12月—2020年1月",
    )
    assert [row.on for row in rows] == [dt.date(2019, 12, 30), dt.date(2020, 1, 2)]


def test_month_and_day_in_columns_of_their_own() -> None:
    rows = read_ledger(
        [
            sheet(
                ["2020年", None, "品名", "单位", "收入", "发出", "领用人"],
                ["月", "日"],
                [2, 1, "口罩", "只", 10, None, None],
                [None, 3, None, "只", None, 4, "张三"],
                ["3月", "1", None, "只", None, 1, "李四"],
            )
        ]
    )
    assert [row.on for row in rows] == [
        dt.date(2020, 2, 1),
        dt.date(2020, 2, 3),
        dt.date(2020, 3, 1),
    ]


def test_totals_blanks_and_notes_are_no_lines() -> None:
    rows = ledger(
        ["2月1日", "口罩", None, "只", "镇里", 10],
        [None, "小 计", None, None, None, 10],
        [None, None, None, None, None, 10],
        [None],
        ["本月合计", None, None, None, None, 10, None, 0],
        ["制表人：某某", None, None, "审核：某某"],
        ["承前页", None, None, None, None, None, None, None, 10],
        ["注：每户每10天10只"],
        ["2月2日", None, None, "只", None, None, "张三", 1],
    )
    assert facts(rows) == [
        (3, "口罩", "receive", "镇里", 10, None),
        (11, "口罩", "issue", "张三", 1, None),
    ]


def test_headings_repeated_on_every_page() -> None:
    rows = ledger(
        ["2月1日", "口罩", None, "只", "镇里", 10],
        ONE_ROW[1:],
        ["2月2日", None, None, "只", None, None, "张三", 1],
    )
    assert [row.row for row in rows] == [3, 5]


def test_numbered_lines_left_empty_are_skipped() -> None:
    rows = read_ledger(
        [sheet(["2020年"], ONE_ROW, [1, "2月1日", "口罩", None, "只", "镇里", 10], [2], [3])]
    )
    assert len(rows) == 1


def test_an_item_as_the_heading_of_a_group() -> None:
    rows = ledger(
        [None, "口罩"],
        ["2月1日", None, None, "只", "镇里", 10],
        [None, "手套"],
        ["2月1日", None, None, "双", "镇里", 3],
    )
    assert [(row.item, row.unit) for row in rows] == [("口罩", "只"), ("手套", "双")]


def test_a_line_that_came_in_and_went_out_is_two_movements() -> None:
    rows = ledger(["2月1日", "口罩", None, "只", "镇里", 10, "张三", 4, 6])
    assert facts(rows) == [
        (3, "口罩", "receive", "镇里", 10, None),
        (3, "口罩", "issue", "张三", 4, None),
    ]
    assert play(rows).totals == {"ok": 2, "refused": 0, "warnings": 0}
    assert len({row.identity for row in rows}) == 2


def test_a_nought_that_fills_the_other_column_is_nothing() -> None:
    rows = ledger(
        ["2月1日", "口罩", None, "只", "镇里", 10, None, 0],
        ["2月1日", "口罩", None, "只", "-", "0", "张三", 4],
    )
    assert [(row.move, row.quantity) for row in rows] == [("receive", 10), ("issue", 4)]


def test_own_dates_for_in_and_out() -> None:
    rows = read_ledger(
        [
            sheet(
                ["品名", "单位", "入库日期", "入库数量", "出库日期", "出库数量", "领用人"],
                ["口罩", "只", "2020-02-01", 10, "2020-02-05", 3, "张三"],
            )
        ]
    )
    assert [(row.on.day if row.on else None, row.move) for row in rows] == [
        (1, "receive"),
        (5, "issue"),
    ]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (["2月1日", "口罩", None, "只", None, None, "张三", "若干"], "quantity is not a number"),
        (["2月1日", "口罩", None, "只", None, None, "张三", 1.5], "quantity is not whole"),
        (["2月1日", "口罩", None, "只", None, None, "张三"], "quantity missing"),
        (["2月1日", "口罩", None, "只", None, None, None, 3], "recipient missing"),
        (["2月1日", "口罩", None, "只", None, None, "/", 3], "recipient missing"),
        (
            ["2月1日", "口罩", None, "只", None, None, "张三", -3],
            "negative: reverse the line instead",
        ),
        (["2月1日", "口罩", None, "只", "镇里", "（3）"], "negative: reverse the line instead"),
        (["2月31日", "口罩", None, "只", None, None, "张三", 3], "date not understood"),
        ([None, "口罩", None, "只", None, None, "张三", 3], "date missing"),
        (["2月1日", None, None, "只", None, None, "张三", 3], "item missing"),
        (["2月1日", "口罩", "50只/盒", None, None, None, "张三", 3], "unit missing"),
        (["2月1日", "口罩", "50只/盒", "箱", None, None, "张三", 3], "unit does not fit"),
        (["2月1日", "口罩", None, "只", None, None, "张三", "9" * 15], "quantity too large"),
        (
            ["1月1日", "口罩", "上年结转", "只", None, None, None, None, 40],
            "carried over: count it instead",
        ),
        (["2月1日", "口罩", None, "只", None, None, "张三", 3], "not that much in store"),
    ],
)
def test_each_reason(line: list[Any], why: str) -> None:
    (outcome,) = play(ledger(line)).outcomes
    assert (outcome.outcome, outcome.why, outcome.quantity) == ("refused", why, None)
    assert why in SAYINGS


def test_every_reason_has_a_sentence() -> None:
    assert {*Why, *cells.Why} <= SAYINGS.keys()


def test_hidden_sheets_and_other_sheets_are_left_alone() -> None:
    hidden = Sheet(
        "旧", sheet(ONE_ROW, [1, "2020-02-01", "口罩", None, "只", "镇里", 5]).rows, hidden=True
    )
    summary = sheet(["物资名称", "规格", "单位", "库存"], ["口罩", None, "只", 50], name="汇总")
    with pytest.raises(WorkbookFault) as caught:
        read_ledger([hidden, summary])
    assert caught.value.code == "WBK-10"
    columns = [label_of(name) for name in str(WANTED).replace("、", ",").split(",")]
    assert None not in map(recognise, columns), "the headings asked for are ones that are read"


def identities(*lines: Sequence[Any]) -> list[str]:
    return [row.identity for row in ledger(*lines)]


def test_a_row_is_known_again() -> None:
    came = ["2月1日", "口罩", "50只/盒", "盒", "镇里", 4, None, None, 200]
    went = ["2月2日", None, None, "只", None, None, "张三", 10, 190]
    as_written = [
        dt.date(2020, 2, 2),
        "口罩",
        "50只/盒",
        "只",
        None,
        None,
        " 张三",
        "１０只",
        999,
        "补记",
    ]
    first = identities(came, went, went)
    assert len(set(first)) == 3
    assert set(identities(as_written, came, as_written)) == set(first), (
        "reordered, and written otherwise"
    )
    mended = ["2月2日", "口罩", None, "只", None, None, "张三", 11, 190]
    assert len(set(identities(came, went, mended)) - set(first)) == 1
    assert identities(["2月1日", "口罩", None, "只", "镇里", 200])[0] == first[0], (
        "four boxes are two hundred"
    )


def test_headings_are_known_by_many_names() -> None:
    known = {
        "date": ["日期", "登记时间", "date"],
        "item": ["物资名称", "品名", "防疫物资名称", "物品", "item"],
        "specification": ["规格", "规格/型号", "规格型号"],
        "unit": ["单位", "计量单位", "unit"],
        "source": ["来源", "供货单位", "捐赠人", "入库/来源", "物资来源", "供应商", "调拨单位"],
        "recipient": [
            "领用人",
            "领取人",
            "去向",
            "领用单位",
            "发放对象",
            "出库/领用人",
            "领取人签字",
            "户主姓名",
        ],
        "receive_quantity": ["入库数量", "入库/数量", "收入", "入库", "进货数量", "本期收入/数量"],
        "issue_quantity": ["出库数量", "出库/数量", "发出", "发放数量", "领用数量", "out"],
        "balance": ["结存", "结余数量", "库存", "剩余", "现有库存", "结存/数量", "onhand"],
        "note": ["备注", "说明"],
    }
    for name, labels in known.items():
        assert {label: recognise(label) for label in labels} == dict.fromkeys(labels, name)
    for label in ("单价", "金额", "经办人", "保管人", "物资类别", "审核"):
        assert recognise(label) is None
