"""Forms as people fill them in: chosen, never copied; told late, and told from hearing; every waiting thing has its page."""

import datetime as dt
import re
import uuid
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import resolve

from mingbai.domains.supplies.commands import keeping
from mingbai.kernel.clock import PLACE_ZONE
from mingbai.kernel.models import Entry, OpenItem
from mingbai.kernel.refusals import Refused
from mingbai.kernel.registry import REGISTRY
from mingbai.web.controls import controls
from mingbai.web.doors import BY_HAND, ITEMS
from mingbai.web.kinds import KINDS
from tests.conftest import NEIGHBOUR, VILLAGE, House
from tests.supplies.conftest import Village
from tests.web.test_pages import signed_in


@pytest.fixture
def account(story: House) -> House:
    """These tests sign in, which a story lets people do with a password alone."""
    return story


@pytest.fixture
def browser(village: Village) -> Client:
    """The keeper's browser."""
    return signed_in(village.house, "keeper-forms", village.keeper)


def options(client: Client, path: str, field: str) -> list[str]:
    """Return what can be chosen in a field."""
    text = client.get(path).content.decode()
    box = re.search(rf'<(select|datalist) [^>]*id="[fl]-{field}"[^>]*>(.*?)</\1>', text, re.DOTALL)
    assert box is not None, (path, field)
    return [value for value in re.findall(r'<option value="([^"]*)"', box[2]) if value]


def test_nobody_has_to_know_an_id(village: Village, browser: Client) -> None:
    village.receive("口罩", 100)
    successor = village.house.person("新保管", "keeper")
    asked = village.do("ask_about_line", line=1, text="多少？")
    proposed = village.do("propose_write_off", item="口罩", quantity=5, unit="只", reason="受潮")
    offer = village.do("offer_surplus", item="口罩", quantity=5, unit="只")
    forms = "/do/supplies/"
    assert str(successor.person) in options(browser, forms + "begin_handover/", "successor")
    assert options(browser, forms + "answer_question/", "question") == [asked["question"]]
    assert options(browser, forms + "sign_write_off/", "proposal") == [proposed["proposal"]]
    assert options(browser, forms + "withdraw_offer/", "offer") == [offer["offer"]]
    assert options(browser, forms + "reverse_posting/", "line") == ["1"]
    assert "盒" in options(browser, forms + "dispatch_goods/", "unit")
    assert NEIGHBOUR in options(browser, forms + "dispatch_goods/", "to_place")
    assert "001" in options(browser, forms + "issue_goods/", "recipient")
    text = browser.get(forms + "dispatch_goods/").content.decode()
    assert f'type="hidden" name="place" value="{VILLAGE}"' in text, "a keeper has one place"


def test_a_line_told_late_keeps_its_day_and_how_it_is_known(
    village: Village, browser: Client
) -> None:
    now = village.house.ask("account.state", {}).now.astimezone(PLACE_ZONE)
    when = (now - dt.timedelta(days=2)).replace(second=0, microsecond=0)
    sent = {
        "item": "口罩",
        "quantity": "5",
        "unit": "只",
        "origin_kind": "donation",
        "origin": "邻村",
        "happened_at": when.strftime("%Y-%m-%dT%H:%M"),
        "known_as": "hearsay",
        "request_id": str(uuid.uuid4()),
    }
    assert browser.post("/store/in/", sent).status_code == 302
    entry = Entry.objects.get(command="supplies.receive_goods")
    assert entry.at == when and '"known":"hearsay"' in entry.body.replace(" ", "")
    sent |= {"happened_at": "gestern", "request_id": str(uuid.uuid4())}
    answered = browser.post("/store/in/", sent)
    assert answered.status_code == 422 and "ASK-6" in answered.content.decode()


def test_what_waits_for_a_word_ends_by_a_word_and_an_act_by_the_act(
    village: Village, browser: Client
) -> None:
    village.receive("口罩", 100)
    day = {"place": VILLAGE, "on": "2020-01-25"}
    overseer = village.house.person("米岚", "overseer")
    village.house.do("supplies.query_missing_day", day, as_=overseer)
    village.do("ask_about_line", line=1, text="多少？")
    silent, question = (
        OpenItem.objects.get(kind=kind) for kind in (keeping.SILENT, "supplies.question")
    )
    home = browser.get("/home/").content.decode()
    addresses = re.findall(r'<li class="task"><span><a href="([^"]+)"', home)
    assert len(addresses) == 2 and "· 1 月 25 日<" in home
    ask = {"place": VILLAGE, "item_id": silent.id, "text": "那天没有收发"}
    far = village.house.person("鲁长河", "keeper", NEIGHBOUR)
    with pytest.raises(Refused):
        village.house.do("items.settle", ask, as_=far)
    with pytest.raises(Refused, match="ITM-3"):
        village.house.do("items.settle", ask | {"item_id": question.id}, as_=village.keeper)
    village.house.do("items.settle", ask, as_=village.keeper)
    with pytest.raises(Refused, match="ITM-1"):
        village.house.do("items.settle", ask, as_=village.keeper)
    assert OpenItem.objects.get(id=silent.id).outcome == "explained"
    village.house.settle()
    assert village.house.faults() == []


def test_every_open_item_has_its_words_and_its_page() -> None:
    for kind, (address, _field) in ITEMS.items():
        assert kind in KINDS and resolve(urlsplit(address).path), kind
    for address in BY_HAND.values():
        assert resolve(address), address


def test_what_may_stay_empty_stands_empty() -> None:
    for name, one in REGISTRY.commands.items():
        for box in controls(one.ask, {}, {}):
            assert "Undefined" not in box.value and "[" not in box.value, (name, box.name)
