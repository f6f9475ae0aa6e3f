"""The list of what waits stays readable when one kind waits by the dozen."""

import re
from uuid import uuid4

import pytest
from django.test import Client

from mingbai.kernel.many.run import One, run_many
from tests.conftest import VILLAGE, House
from tests.web.test_pages import signed_in

MANY = 53


@pytest.fixture
def account(story: House) -> House:
    """These tests sign in, which a story lets people do with a password alone."""
    return story


def lines(page: str) -> list[str]:
    """Return the lines of the list of what waits."""
    return re.findall(r'<li class="task">(.*?)</li>', page, re.DOTALL)


@pytest.fixture
def desk(account: House) -> Client:
    """A browser of the village's desk."""
    return signed_in(account, "desk-home", account.person("郎致远", "desk"))


def write_offs(account: House, count: int) -> None:
    """Let a keeper propose write-offs: each waits for the desk's signature."""
    keeper = account.person("陆秀芬", "keeper")
    words = {"code": "mask", "name_zh": "口罩", "name_en": "masks", "base_unit": "只"}
    account.do("goods.add_goods", {"place": VILLAGE} | words)
    at = {"place": VILLAGE, "item": "mask", "unit": "只"}
    came = at | {"quantity": 900, "origin_kind": "allocation", "origin": "镇里"}
    account.do("supplies.receive_goods", came, as_=keeper)
    for number in range(count):
        off = at | {"quantity": 1, "reason": f"受潮 {number}"}
        account.do("supplies.propose_write_off", off, as_=keeper)


def test_what_waits_by_the_dozen_is_folded_and_leafed(account: House, desk: Client) -> None:
    write_offs(account, MANY)
    *first, rest = lines(desk.get("/home/").content.decode())
    assert len(first) == 3, "the most urgent of them"
    assert "?kind=supplies.write_off" in rest and str(MANY) in rest
    one = desk.get("/home/?kind=supplies.write_off").content.decode()
    two = desk.get("/home/?kind=supplies.write_off&page=2").content.decode()
    assert (len(lines(one)), len(lines(two))) == (50, MANY - 50)
    assert "1 / 2" in one and "page=2" in one and "2 / 2" in two and "page=1" in two


def test_what_waits_now_and_then_is_not_folded(account: House, desk: Client) -> None:
    write_offs(account, 6)
    page = desk.get("/home/").content.decode()
    assert len(lines(page)) == 6 and "?kind=" not in page


def test_a_kind_that_waits_by_the_hundred_leaves_room_for_the_others(
    account: House, desk: Client
) -> None:
    write_offs(account, 0)
    keeper = account.person("钱多多", "keeper")
    off = {"place": VILLAGE, "item": "mask", "unit": "只", "quantity": 1}
    asks = [One(off | {"reason": f"受潮 {number}"}, uuid4()) for number in range(501)]
    done = [
        one for part in run_many("supplies.propose_write_off", asks, as_=keeper) for one in part
    ]
    assert {one.outcome for one in done} == {"accepted"}
    wish = {"place": VILLAGE, "what": "name", "text": "名字写错了"}
    account.do("rights.ask_correction", wish, as_=keeper)
    *first, wished = lines(desk.get("/home/").content.decode())
    assert len(first) == 4 and "501" in first[-1] and "/wishes/" in wished
    last = desk.get("/home/?kind=supplies.write_off&page=11").content.decode()
    assert "11 / 11" in last and len(lines(last)) == 1 and "501" in last


def test_what_has_no_due_time_comes_after_what_has_one(account: House) -> None:
    write_offs(account, 1)
    question = {"place": VILLAGE, "line": 1, "text": "这一车口罩是谁收的？"}
    account.do("supplies.ask_about_line", question)
    rows = account.ask("items.waiting", {"place": VILLAGE})
    assert [(row.kind, row.due_at is None) for row in rows] == [
        ("supplies.question", False),
        ("supplies.write_off", True),
    ]


def test_a_kind_that_waits_no_more_is_not_said_to_be_all(account: House, desk: Client) -> None:
    write_offs(account, 1)
    page = desk.get("/home/?kind=supplies.offer").content.decode()
    assert len(lines(page)) == 1 and "?kind=" not in page
