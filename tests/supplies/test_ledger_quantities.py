"""Quantities of the ledger sheet: packs, units, balances on paper, and which way goods went."""

from mingbai.domains.supplies.ledger_sheet import Why, play, read_ledger
from mingbai.kernel.workbooks.reading import Merged
from tests.supplies.test_ledger_sheet import ledger, sheet


def test_packs_hold_for_the_item() -> None:
    rows = ledger(
        ["2月1日", "消毒液", "24瓶/箱", "箱", "镇里", 5],
        ["2月1日", None, "500ml/瓶", "瓶", None, None, "张三", 2],
        ["2月2日", None, None, "箱", None, None, "西口", 1],
        ["2月2日", None, None, None, None, None, "西口", "1箱3瓶"],
        ["2月3日", "酒精", "500ml/瓶", None, "镇里", 7],
        ["2月3日", "手套", None, "只", "镇里", "2盒"],
        ["2月4日", "手套", "每盒100只", "个", "镇里", 8],
    )
    assert [(row.quantity, row.unit, row.fault) for row in rows] == [
        (120, "瓶", None),
        (2, "瓶", None),
        (24, "瓶", None),
        (27, "瓶", None),
        (7, "件", None),
        (200, "只", None),
        (8, "只", None),
    ]
    assert rows[0].pack == rows[2].pack == (24, "瓶", "箱")
    assert [row.unit_known for row in rows] == [True] * 4 + [False] + [True] * 2


def test_units_in_headings_and_names() -> None:
    rows = read_ledger(
        [
            sheet(
                ["2020年"],
                ["日期", "品名", "规格", "入库数量（盒）", "出库数量（只）", "领用人"],
                ["2月1日", "口罩", "50只/盒", 2, None, None],
                ["2月2日", "口罩", None, None, 30, "张三"],
                ["2月3日", "护目镜（副）", None, 3, None, None],
            )
        ]
    )
    assert [(row.item, row.quantity, row.unit) for row in rows[:2]] == [
        ("口罩", 100, "只"),
        ("口罩", 30, "只"),
    ]
    assert (rows[2].item, rows[2].quantity, rows[2].unit) == ("护目镜", 3, "副")


def test_a_balance_on_paper_is_compared_with_ours() -> None:
    rows = ledger(
        ["2月1日", "口罩", "50只/盒", "盒", "镇里", 4, None, None, 4],
        ["2月1日", None, None, "只", None, None, "张三", 50, 150],
        ["2月2日", None, None, "只", None, None, "李四", 10, 139],
        ["2月2日", None, None, "只", None, None, "李四", 10, "130只"],
        ["2月2日", None, None, "只", None, None, "李四", 500, 7],
    )
    assert [outcome.warning for outcome in play(rows).outcomes] == [
        None,
        None,
        "balance on paper differs",
        None,
        None,
    ]


def test_what_the_store_held_before_counts() -> None:
    rows = ledger(["2月1日", "口罩", None, "只", None, None, "张三", 5])
    assert play(rows, {"口罩": 6}).balances == {"口罩（只）": 1}


def test_one_quantity_and_a_word_that_says_which_way() -> None:
    rows = read_ledger(
        [
            sheet(
                ["日期", "物品名称", "类型", "数量", "单位", "来源/去向"],
                ["2020-02-01", "口罩", "入库", 10, "只", "镇里"],
                ["2020-02-02", "口罩", "领用", 3, "只", "张三"],
                ["2020-02-03", "口罩", "盘亏", 1, "只", "张三"],
            )
        ]
    )
    assert [(row.move, row.party, row.fault) for row in rows] == [
        ("receive", "镇里", None),
        ("issue", "张三", None),
        ("issue", "张三", Why.MOVE_MISSING),
    ]


def test_one_quantity_between_a_source_and_a_recipient() -> None:
    rows = read_ledger(
        [
            sheet(
                ["日期", "品名", "来源", "领用人", "数量", "单位"],
                ["2020-02-01", "口罩", "镇里", None, 10, "只"],
                ["2020-02-01", "口罩", None, "张三", 10, "只"],
                ["2020-02-01", "口罩", None, None, 10, "只"],
            )
        ]
    )
    assert [(row.move, row.fault) for row in rows][:2] == [("receive", None), ("issue", None)]
    assert rows[2].fault == Why.MOVE_MISSING


def test_one_sheet_for_what_came_and_one_for_what_went() -> None:
    went = sheet(
        ["防疫物资领用登记表（2020年）"],
        ["日期", "物资名称", "数量", "单位", "领用人"],
        ["2月1日", "口罩", 5, "只", "张三"],
        ["2月3日", "口罩", 9, "只", "李四"],
        name="领用",
    )
    came = sheet(
        ["防疫物资接收登记表（2020年）"],
        ["日期", "物资名称", "数量", "单位", "来源"],
        ["2月1日", "口罩", 10, "只", "镇里"],
        ["2月2日", "口罩", 10, "只", None],
        name="接收",
    )
    played = play(read_ledger([went, came, sheet(["说明", "见各表"], name="说明")]))
    assert [(o.sheet, o.row, o.outcome) for o in played.outcomes] == [
        ("接收", 3, "ok"),
        ("领用", 3, "ok"),
        ("接收", 4, "ok"),
        ("领用", 4, "ok"),
    ]
    assert {row["sheet"] for row in played.as_json()["rows"]} == {"接收", "领用"}


def test_a_card_for_each_item() -> None:
    head = ["日期", "摘要", "收入", "发出", "结存"]
    masks = sheet(
        ["品名：口罩　规格：50只/盒", None, "单位：只"], head, ["2020-02-01", "县里", 9, None, 9]
    )
    gloves = sheet(
        head, ["2020-02-01", "县里", 9, None, 9], ["2020-02-02", "张三", None, 1, 8], name="手套"
    )
    rows = read_ledger([masks, gloves])
    assert [(row.item, row.party, row.unit) for row in rows] == [
        ("口罩", "县里", "只"),
        ("手套", "县里", "件"),
        ("手套", "张三", "件"),
    ]
    assert {o.outcome for o in play(rows).outcomes} == {"ok"}


def test_a_merged_quantity_is_not_given_to_everybody() -> None:
    lines = [
        ["2020-02-01", "口罩", "甲", 30, "只"],
        [None, None, "乙", None, None],
        [None, None, "丙", None, None],
    ]
    merged = tuple(Merged(1, column, 3, column) for column in (0, 1, 3, 4))
    rows = read_ledger(
        [sheet(["日期", "品名", "领用人", "出库数量", "单位"], *lines, merged=merged)]
    )
    assert [(row.quantity, row.fault) for row in rows] == [
        (30, None),
        (None, "quantity missing"),
        (None, "quantity missing"),
    ]
