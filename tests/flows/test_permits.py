"""A roster's passes in one go: good rows at once, bad ones to be mended, nobody twice, and every printed code is read back."""

import csv
import importlib
import importlib.util
import io
import json
import uuid
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from mingbai.domains.movement.models import Batch, Permit
from mingbai.flows import pass_sheets, permits
from mingbai.kernel import jobs, people_sheet
from mingbai.kernel.clock import machine_now
from mingbai.kernel.models import Entry, Job, Person
from mingbai.kernel.paper import qr_path
from mingbai.kernel.pass_keys import trust_list
from mingbai.kernel.workbooks.reading import read
from mingbai.kernel.workbooks.writing import Column, write_table
from mingbai.proofs.tokens import open_status, open_token
from tests.conftest import VILLAGE, House, required, shared
from tests.movement.passes import document

HEADS = [Column(text) for text in ("姓名", "身份证号", "手机", "单位", "岗位")]


def roster(*rows: list[str]) -> bytes:
    """Return a roster workbook."""
    return write_table("花名册", HEADS, [list(row) for row in rows])


def people(count: int, first: int = 0) -> list[list[str]]:
    """Return rows of a roster."""
    return [
        [f"人{number}", document(number), f"138000{number:05d}", "叉车厂", "装配"]
        for number in range(first, first + count)
    ]


def test_bad_rows_are_listed_mended_and_issued_and_nobody_twice(account: House) -> None:
    """Rows: Z84."""
    bad = ["错一位", document(90)[:-1], "13800000090", "叉车厂", "装配"]
    first = permits.issue_roster(roster(*people(6), bad), VILLAGE)
    assert first.totals() == {"issued": 6, "duplicate": 0, "refused": 1, "to_verify": 0}
    assert [one["why"] for one in first.outcomes if one["outcome"] == "refused"] == ["length"]
    again = permits.issue_roster(roster(*people(6), bad), VILLAGE)
    assert again.totals()["issued"] == 0 and again.fresh == []
    mended = ["错一位", document(90), "13800000090", "叉车厂", "装配"]
    last = permits.issue_roster(roster(*people(6), mended), VILLAGE, batch="B-other")
    assert last.totals() == {"issued": 1, "duplicate": 6, "refused": 0, "to_verify": 0}
    assert Permit.objects.count() == Person.objects.filter(purpose="employment").count() == 7
    account.settle()
    assert account.faults() == []


def test_the_workbook_of_refused_rows_comes_back_mended(account: House) -> None:
    bad = ["错一位", document(90)[:-1], "13800000090", "叉车厂", "装配"]
    content = roster(*people(3), bad)
    found = permits.issue_roster(content, VILLAGE)
    returned = permits.refused_workbook(content, found)
    lines = people_sheet.read_roster(read(returned))
    assert [line.outcome for line in lines] == ["ok", "ok", "ok", "refused"]
    assert permits.issue_roster(returned, VILLAGE).totals()["issued"] == 0


def test_a_run_that_was_cut_off_is_gone_on_with(
    account: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "STEP", 4)
    content = roster(*people(10))
    job = permits.begin_roster(content, VILLAGE)
    assert not jobs.go_on(job, steps=1)
    assert Permit.objects.count() == 4
    found = permits.issue_roster(content, VILLAGE)
    assert found.job == job and found.totals()["issued"] == 10, "this run's list is the whole list"
    assert Permit.objects.count() == Batch.objects.get().issued == 10
    assert Job.objects.count() == 1


def test_one_entry_stands_for_a_chunk(account: House) -> None:
    permits.issue_roster(roster(*people(9)), VILLAGE)
    assert Entry.objects.filter(command="movement.issue_permit").count() == 1


def test_every_code_of_a_rendered_page_is_read_back(account: House) -> None:
    """What typst drew is read from its picture by a decoder that knows nothing of how it was drawn."""
    found = permits.issue_roster(roster(*people(10)), VILLAGE)
    printed = permits.cards(VILLAGE, numbers=[number for _row, number in found.fresh])
    with Image.open(io.BytesIO(pass_sheets.seen(printed))) as page:
        read_back = zxingcpp.read_barcodes(page)
        dots = page.width / 210  # an A4 page is 210 mm wide
    assert {one.text for one in read_back} == {one.token for one in printed}
    for one in read_back:
        wide = one.position.top_right.x - one.position.top_left.x
        assert wide / dots >= 40, "at least 40 mm"
        claims = open_token(one.text, trust_list().keys, machine_now())
        assert claims.name.startswith("人") and claims.tail
    rows = list(csv.reader(io.StringIO(permits.csv_of(found, printed).decode())))
    assert rows[0] == ["row", "token"] and {row[1] for row in rows[1:]} == {
        one.token for one in printed
    }
    assert permits.sheets(printed[:1], one_card=True).startswith(b"%PDF")


def test_another_reader_reads_them_too(account: House, tmp_path: Path) -> None:
    """OpenCV shares nothing with the library that drew the codes; where it is not installed this is said."""
    if importlib.util.find_spec("cv2") is None:
        (pytest.fail if required("opencv") else pytest.skip)("SKIPPED: no OpenCV to read codes.")
    cv2 = importlib.import_module("cv2")
    found = permits.issue_roster(roster(*people(10)), VILLAGE)
    printed = permits.cards(VILLAGE, numbers=[number for _row, number in found.fresh])
    page = tmp_path / "page.png"
    page.write_bytes(pass_sheets.seen(printed))
    _ok, texts, _points, _codes = cv2.QRCodeDetectorAruco().detectAndDecodeMulti(
        cv2.imread(str(page))
    )
    assert set(texts) == {one.token for one in printed}


def test_revoked_passes_are_not_printed_again(account: House) -> None:
    found = permits.issue_roster(roster(*people(3)), VILLAGE)
    number = found.fresh[0][1]
    account.do("movement.revoke_permit", {"place": VILLAGE, "permit": number, "reason": "丢了"})
    assert len(permits.cards(VILLAGE, batch=found.batch)) == 2


def test_the_big_roster_in_one_night(account: House, tmp_path: Path) -> None:
    """Rows: Z84."""
    content = shared("workbooks/staff_roster.xlsx").read_bytes()
    told = json.loads(shared("workbooks/staff_roster.json").read_text("utf-8"))
    found = permits.issue_roster(content, VILLAGE)
    refused = [
        {"row": one["row"], "why": one["why"]}
        for one in found.outcomes
        if one["outcome"] == "refused"
    ]
    assert refused == told["refused"]
    assert found.totals()["issued"] == told["good"] == Permit.objects.count() == 3703
    assert len({uuid.UUID(int=int(number, 16)) for _row, number in found.fresh}) == 3703
    assert permits.issue_roster(content, VILLAGE).totals()["issued"] == 0
    # One in a hundred is revoked: the list of thousands still goes into one QR code.
    for _row, number in found.fresh[::100]:
        account.do("movement.revoke_permit", {"place": VILLAGE, "permit": number, "reason": "丢了"})
    text = account.ask("movement.status_list", {"number": Batch.objects.get().number}).list
    listed = open_status(text, trust_list().keys, int(machine_now().timestamp()))
    assert (len(listed.revoked), listed.size) == (38, 4096)
    assert qr_path(text).startswith("<svg") and len(text) < 1000
