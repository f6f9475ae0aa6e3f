"""Imports: an office's workbook becomes an account that balances, and sending it again adds nothing."""

import io
import json
from typing import Any

import pytest
import xlsxwriter

from mingbai.flows.imports import import_workbook
from mingbai.kernel.actors import OPERATOR
from mingbai.kernel.models import Person
from mingbai.kernel.refusals import Refused
from tests.conftest import TOWN, VILLAGE, House, shared

LEDGER, ROSTER = "supplies.ledger", "people.roster"


def book(rows: list[list[Any]]) -> bytes:
    """Return a workbook with these rows."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as workbook:
        sheet = workbook.add_worksheet("台账")
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return out.getvalue()


HEAD = ["日期", "物资名称", "来源", "入库数量", "领用人", "出库数量", "单位", "结存"]
LINES = [
    ["2020年1月27日", "口罩", "镇政府", 100, "", "", "只", 100],
    ["2020.01.28", "口罩", "", "", "王大爷", "１０", "只", 90],
    ["2020-01-29", "口罩", "", "", "王大爷", "１０", "只", 80],
    ["2020-01-30", "口罩", "", "", "李婶", 500, "只", 80],
]


def take(content: bytes, kind: str = LEDGER, place: str = VILLAGE, **options: Any) -> Any:
    """Import a workbook."""
    return import_workbook(kind, content, place, as_=OPERATOR, **options)


def balances(account: House) -> dict[str, int]:
    """Return what the village holds."""
    rows = account.ask("supplies.balances", {"place": VILLAGE})
    return {f"{row.name}（{row.unit}）": row.quantity for row in rows}


def test_the_offices_ledger_becomes_exactly_this_account(account: House) -> None:
    expected = json.loads(shared("workbooks/supplies_ledger.json").read_text("utf-8"))
    content = shared("workbooks/supplies_ledger.xlsx").read_bytes()
    looked = take(content, dry_run=True)
    assert balances(account) == {}
    found = take(content)
    keys = {key for row in expected["rows"] for key in row}
    assert [
        {k: v for k, v in row.as_json().items() if k in keys} for row in found.rows
    ] == expected["rows"]
    assert [row.outcome for row in looked.rows] == [row.outcome for row in found.rows]
    assert {k: found.totals[k] for k in expected["totals"]} == expected["totals"]
    assert balances(account) == expected["balances"]
    again = take(content)
    assert (again.totals["ok"], again.totals["duplicate"]) == (0, 38)
    assert balances(account) == expected["balances"]
    assert account.faults() == []


def test_the_firms_roster_is_recorded_once(account: House) -> None:
    expected = json.loads(shared("workbooks/staff_roster.json").read_text("utf-8"))
    content = shared("workbooks/staff_roster.xlsx").read_bytes()
    found = take(content, ROSTER, TOWN)
    assert found.totals["ok"] == expected["good"] == Person.objects.count()
    refused = [{"row": row.row, "why": row.why} for row in found.rows if row.outcome == "refused"]
    assert refused == expected["refused"]


def test_a_mended_copy_in_another_order_adds_only_what_is_new(account: House) -> None:
    first = take(book([HEAD, *LINES]))
    assert [row.outcome for row in first.rows] == ["ok", "ok", "ok", "refused"]
    mended = [LINES[0], LINES[2], [*LINES[3][:5], 5, "只", ""], LINES[1]]
    second = take(book([HEAD, *mended]))
    assert sorted(row.outcome for row in second.rows) == [
        "duplicate",
        "duplicate",
        "duplicate",
        "ok",
    ]
    assert balances(account) == {"口罩（只）": 75}


def test_the_returned_error_workbook_says_why_and_adds_only_what_is_mended(account: House) -> None:
    first = take(book([HEAD, *LINES]))
    returned = first.error_workbook()
    again = take(returned)
    assert [row.outcome for row in again.rows] == ["duplicate", "duplicate", "duplicate", "refused"]
    assert again.rows[3].rule == "SUP-1"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"no workbook", "WBK-1"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), None),
        (book([["姓名"], ["王"]]), "WBK-10"),
    ],
)
def test_what_is_no_ledger_is_refused_whole(
    account: House, content: bytes, code: str | None
) -> None:
    with pytest.raises(Refused) as refusal:
        take(content)
    assert code is None or refusal.value.code == code
    assert balances(account) == {}


@pytest.mark.parametrize(
    ("unit", "outcomes", "held"),
    [("只", ["ok", "ok"], 90), ("盒", ["ok", "ok"], 4_500), ("瓶", ["refused", "refused"], None)],
)
def test_a_paper_in_another_unit_is_counted_in_the_registered_one_or_sent_back(
    account: House, unit: str, outcomes: list[str], held: int | None
) -> None:
    mask = {"code": "mask", "name_zh": "口罩", "name_en": "masks", "base_unit": "只"}
    account.do("goods.add_goods", mask | {"place": VILLAGE})
    pack = {"place": VILLAGE, "item": "mask", "unit": "盒", "size": 50}
    account.do("goods.add_pack", pack)
    lines = [[unit if cell == "只" else cell for cell in line] for line in LINES[:2]]
    content = book([HEAD, *lines])
    looked, found = take(content, dry_run=True), take(content)
    assert [row.outcome for row in looked.rows] == [row.outcome for row in found.rows] == outcomes
    assert [row.warning for row in found.rows] == [None, None], "the balance on paper is the same"
    assert list(balances(account).values()) == ([] if held is None else [held])


def test_a_refusal_while_goods_are_registered_is_the_outcome_of_that_row_alone(
    account: House,
) -> None:
    long = "口罩" * 40
    lines = [[long if cell == "口罩" else cell for cell in LINES[0]], LINES[0]]
    found = take(book([HEAD, *lines]))
    assert [row.outcome for row in found.rows] == ["refused", "ok"]
    assert found.rows[0].message


def test_somebody_already_of_the_firm_is_a_duplicate(account: House) -> None:
    head = ["姓名", "证件号码", "工作单位", "岗位"]
    person = ["何明", "110112198001010001", "码头工厂", "操作工"]
    assert take(book([head, person]), ROSTER, TOWN).totals["ok"] == 1
    other_words = take(book([head, [*person[:3], "班长"]]), ROSTER, TOWN)
    assert [row.outcome for row in other_words.rows] == ["duplicate"]
    assert other_words.rows[0].message
