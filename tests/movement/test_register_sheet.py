"""A gate's paper register: exactly these rows, whoever kept it; what is in doubt is kept, and nothing twice."""

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
import xlsxwriter

from mingbai.domains.movement.models import Arrival, Callback
from mingbai.flows.imports import Imported, import_workbook
from mingbai.kernel.actors import OPERATOR
from mingbai.kernel.documents import check_character
from mingbai.kernel.jobs import begin, go_on, outcomes_of
from mingbai.kernel.models import Job, OpenItem, Person
from mingbai.kernel.refusals import Refused
from mingbai.kernel.rows import Store
from mingbai.kernel.setting_up import load_places
from tests.conftest import TOWN, VILLAGE, House, shared

KIND, XIAOBAO, GATE = "movement.register", "110112104211", "东口"
HEAD = ["序号", "姓名", "证件类型", "证件号码", "手机号", "来自", "到达日期", "现住址"]


def number(serial: int) -> str:
    """Return the number of somebody invented."""
    body = f"110112{1950 + serial:04d}0307000"
    return body + check_character(body)


def book(rows: list[list[Any]], merged: list[tuple[int, int, int, int, Any]] = []) -> bytes:  # noqa: B006
    """Return a workbook with these rows and these merged blocks."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as workbook:
        sheet = workbook.add_worksheet("登记")
        for at, row in enumerate(rows):
            for column, value in enumerate(row):
                if value is not None:
                    sheet.write(at, column, value)
        for top, left, bottom, right, value in merged:
            sheet.merge_range(top, left, bottom, right, value)
    return out.getvalue()


def take(content: bytes, place: str = VILLAGE, **options: Any) -> Imported:
    """Import a register."""
    return import_workbook(KIND, content, place, as_=OPERATOR, **({"point": GATE} | options))


def told(found: Imported) -> list[tuple[Any, ...]]:
    """Return what became of each row, in short."""
    return [(row.row, row.outcome, row.why) for row in found.rows]


@pytest.fixture
def xiaobao(account: House) -> Iterator[House]:
    """An account that knows the village of the register."""
    load_places("110112104000")
    yield account


def test_the_gates_register_becomes_exactly_these_rows(xiaobao: House) -> None:
    """Rows: T14, T15."""
    expected = json.loads(shared("workbooks/returnee_register.json").read_text("utf-8"))
    content = shared("workbooks/returnee_register.xlsx").read_bytes()
    looked = take(content, XIAOBAO, dry_run=True)
    assert not Arrival.objects.exists()
    found = take(content, XIAOBAO, point=None)
    keys = {key for row in expected["rows"] for key in row}
    for one in (looked, found):
        rows = [{k: v for k, v in row.as_json().items() if k in keys} for row in one.rows]
        assert rows == expected["rows"]
        assert {k: one.totals[k] for k in expected["totals"]} == expected["totals"]
    assert Arrival.objects.count() == 65
    assert OpenItem.objects.filter(kind="movement.callback").count() == 6
    again = take(content, XIAOBAO)
    assert (again.totals["ok"], again.totals["to_verify"], again.totals["duplicate"]) == (0, 0, 66)
    assert Arrival.objects.count() == 65
    xiaobao.settle()
    assert xiaobao.faults() == []


def test_the_hints_are_stored_nowhere(xiaobao: House) -> None:
    content = shared("workbooks/returnee_register.xlsx").read_bytes()
    found = take(content, XIAOBAO)
    (hint,) = next(row.more["hints"] for row in found.rows if "hints" in row.more)
    store = Store()
    for table in ("journal_entry", "journal_asks", "journal_private", "movement_arrival"):
        assert hint.encode() not in repr(store.run(f"SELECT * FROM {table}").fetchall()).encode()
    numbered = found.rows[0].more["document_number"]
    assert numbered not in repr(store.run("SELECT * FROM journal_private").fetchall())
    assert not Person.objects.filter(name="柳云芳").exclude(document_index=None).exists()


def test_another_paper_of_this_make(account: House) -> None:
    """Merged cells, days as written, ditto marks, full width, another order of columns and two levels of headings."""
    rows: list[list[Any]] = [
        ["进村人员登记表", None, None, None, None, None],
        ["登记日期：2026年2月", None, None, "登记口：西口"],
        ["到达时间", "姓 名", "联系电话", "身份证号码", "暂住地址", "从何处来"],
        ["2月1日", "甲一", "１６０１２３４５６７８", number(1), "1号院", "河北廊坊"],
        [None, "乙二", "〃", f"{number(2)[:6]} {number(2)[6:]}", "同上", "〃"],
        ["2.3", "丙三", "16012345670", number(3).replace("1", "１"), None, None],
        ["2月3号", "丁四", None, None, "3号院", None],
        [46057, "戊五", "12345", number(5), None, None],
        [None, "小计", "5人", None, None, None],
        ["填表人：崔守望"],
    ]
    found = take(book(rows), point=None)
    assert told(found) == [
        (4, "ok", None),
        (5, "ok", None),
        (6, "ok", None),
        (7, "to_verify", "missing"),
        (8, "to_verify", "phone"),
    ]
    days = [row.more["arrived_on"] for row in found.rows]
    assert days == ["2026-02-01", "2026-02-01", "2026-02-03", "2026-02-03", "2026-02-04"]
    first, second = Person.objects.filter(name__in=("甲一", "乙二")).order_by("name")
    assert first.phone_index == second.phone_index
    assert {row.point.name for row in Arrival.objects.select_related("point")} == {"西口"}


def test_merged_blocks_hold_for_every_row(account: House) -> None:
    rows = [
        [*HEAD],
        [1, "甲一", "身份证", number(1), "16012345671", None, None, None],
        [2, "乙二", "身份证", number(2), "16012345672", None, None, None],
        [3, "Anna Ek", None, "E12345675", "16012345673", None, None, None],
    ]
    found = take(book(rows, [(1, 6, 3, 6, "2026年1月30日"), (1, 7, 3, 7, "9号院")]))
    assert told(found) == [(2, "ok", None), (3, "ok", None), (4, "ok", None)]
    assert {row.more["arrived_on"] for row in found.rows} == {"2026-01-30"}
    assert Arrival.objects.filter(document_kind="passport").count() == 1


def test_a_mended_copy_adds_only_what_is_new_and_closes_the_call(account: House) -> None:
    bad = number(7)[:9] + "5" + number(7)[9:]
    one = [1, "甲一", "身份证", number(1), "16012345671", "", "2026-01-30", "1号院"]
    two = [2, "乙二", "身份证", bad, "16012345672", "", "2026-01-30", "2号院"]
    first = take(book([HEAD, one, two]))
    assert told(first) == [(2, "ok", None), (3, "to_verify", "length")]
    assert number(7) in first.rows[1].more["hints"]
    mended = [1, "乙二", "身份证", number(7), "16012345672", "", "2026-01-30", "2号院"]
    three = [3, "丙三", "身份证", number(3), "16012345673", "", "2026-01-31", "3号院"]
    second = take(book([HEAD, mended, one, three]))
    assert told(second) == [(2, "ok", None), (3, "duplicate", None), (4, "ok", None)]
    assert Arrival.objects.count() == 3
    assert OpenItem.objects.get(kind="movement.callback").outcome == "mended"
    assert Callback.objects.get().old_sealed is not None
    assert Person.objects.filter(purpose="register").count() == 3
    assert account.faults() == []


def test_the_workbook_comes_back_with_reasons(account: House) -> None:
    found = take(book([HEAD, [1, "甲一", "身份证", "123", "", "", "2026-01-30", ""]]), dry_run=True)
    assert found.error_workbook()[:2] == b"PK"
    assert found.rows[0].message


def test_a_paper_without_a_gate_or_columns_is_refused(account: House) -> None:
    with pytest.raises(Refused) as told_so:
        take(book([HEAD, [1, "甲一", "身份证", number(1), "", "", "2026-01-30", ""]]), point=None)
    assert told_so.value.code == "MOV-21"
    with pytest.raises(Refused) as nothing:
        take(book([["日期", "物资"], ["1月1日", "口罩"]]))
    assert nothing.value.code == "WBK-10"


def test_a_long_register_is_a_job_that_writes_down_no_number(account: House) -> None:
    bad = number(7)[:9] + "5" + number(7)[9:]
    account.do("movement.open_checkpoint", {"place": VILLAGE, "point": GATE})
    rows = [[1, "甲一", "身份证", number(1), "", "", "2026-01-30", ""]]
    rows.append([2, "乙二", "身份证", bad, "", "", "2026-01-30", ""])
    rows.append(rows[0])
    desk = account.person("郎致远", "desk", TOWN)
    job = begin(KIND, book([HEAD, *rows]), VILLAGE, as_=desk, point=GATE)
    assert go_on(job)
    row = Job.objects.get(id=job)
    assert (row.accepted, row.to_verify, row.duplicate) == (1, 1, 1)
    assert number(7) not in json.dumps(outcomes_of(row), default=str)
    assert bad not in json.dumps(outcomes_of(row), default=str)
