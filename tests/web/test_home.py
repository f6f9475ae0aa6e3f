"""The list of what waits stays readable when one kind waits by the dozen."""

import re

import pytest
from django.test import Client

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
