"""Pages of forms, burden and leaders' visits: what is held is seen before asking, and what is left is answered by hand."""

import re
import uuid
from html.parser import HTMLParser
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pyxform.xls2xform import convert

from mingbai.domains.inspection.models import FormQuestion, FormRequest, HeldValue
from mingbai.kernel.actors import Actor
from tests.conftest import TONGZHOU, TOWN, VILLAGE, House
from tests.inspection.test_form_sheet import book
from tests.inspection.villages import (
    HELD_HEADINGS,
    NEW_HEADINGS,
    bureau,
    due,
    firm_clerk,
    form,
    host,
    today,
    village,
)
from tests.web.test_pages import signed_in

__all__ = ["bureau", "firm_clerk", "host", "village"]
PREFECTURE = "110100000000"


def said(answered: Any) -> str:
    """Return the text of a page without its tags, on one line."""
    return " ".join(re.sub(r"<[^>]*>", " ", answered.content.decode()).split())


class Boxes(HTMLParser):
    """What stands in the boxes of a page, as its browser would send it."""

    def __init__(self, answered: Any) -> None:
        super().__init__()
        self.values: dict[str, list[str]] = {}
        self.select: str | None = None
        self.area: str | None = None
        self.feed(answered.content.decode())

    def put(self, name: str, value: str) -> None:
        """Add a value."""
        self.values.setdefault(name, []).append(value)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take an input, a select's chosen option, or the name of a text."""
        held = dict(attrs)
        name, value = held.get("name"), held.get("value") or ""
        if tag == "input" and name and (held.get("type") != "checkbox" or "checked" in held):
            if held.get("type") != "file":
                self.put(name, value)
        elif tag == "select" and name:
            self.select = name
            self.put(name, "")
        elif tag == "option" and self.select and "selected" in held:
            self.values[self.select][-1] = value
        elif tag == "textarea" and name:
            self.area = name
            self.put(name, "")

    def handle_data(self, data: str) -> None:
        """Take the text of a box of many lines."""
        if self.area:
            self.values[self.area][-1] += data

    def handle_endtag(self, tag: str) -> None:
        """Leave a box."""
        if tag == "textarea":
            self.area = None
        elif tag == "select":
            self.select = None


def sign_in(house: House, actor: Actor, name: str) -> Client:
    """Sign somebody in, who reads English."""
    browser = signed_in(house, name, actor)
    browser.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return browser


@pytest.fixture
def at_the_bureau(village: House, bureau: Actor) -> Client:
    """The bureau's browser."""
    return sign_in(village, bureau, "bureau")


@pytest.fixture
def at_home(village: House, host: Actor) -> Client:
    """The village's browser."""
    return sign_in(village, host, "host")


def test_a_sheet_is_looked_at_corrected_and_sent(
    at_the_bureau: Client, at_home: Client, village: House
) -> None:
    """Rows: H11."""
    sheet = book(表=[["序号", *HELD_HEADINGS, *NEW_HEADINGS, "备注"]])
    first = {
        "step": "look",
        "subject": VILLAGE,
        "under": TOWN,
        "about": "place",
        "file": SimpleUploadedFile("表.xlsx", sheet),
        "request_id": str(uuid.uuid4()),
    }
    looked = at_the_bureau.post("/forms/new/", first)
    assert looked.status_code == 200 and "17 we have, 3 we ask" in said(looked)
    assert not FormRequest.objects.exists(), "looking sends nothing"
    boxes = Boxes(looked).values
    then = boxes | {"step": "send", "due": due(), "reason": "", "request_id": str(uuid.uuid4())}
    refused = at_the_bureau.post("/forms/new/", then)
    assert refused.status_code == 422 and not FormRequest.objects.exists()
    assert Boxes(refused).values["heading"] == boxes["heading"], "what was typed is kept"
    told = Boxes(refused).values | {"step": "send", "reason": "春耕要用"}
    sent = at_the_bureau.post("/forms/new/", told | {"request_id": str(uuid.uuid4())})
    assert sent.status_code == 302
    shown = at_the_bureau.get(sent["Location"])
    assert "0 of 1 has answered" in said(shown)
    assert FormQuestion.objects.count() == 3
    home = at_home.get("/home/")
    assert "A form to answer" in said(home)
    (link,) = set(re.findall(r'href="(/forms/answer/[^"]+)"', home.content.decode()))
    page = at_home.get(link.replace("&amp;", "&"), follow=True)
    assert "3 questions are left" in said(page)
    answered_by_hand(at_home, page)
    assert HeldValue.objects.count() == 3
    kept = said(at_home.get(f"/burden/{VILLAGE}/"))
    assert "3 answers are held, and no form asks for them again" in kept
    there = f"/burden/{VILLAGE}/held/"
    held = at_home.get(there)
    assert "没有统计" in said(held)
    told = {"field": Boxes(held).values["field"][0], "request_id": str(uuid.uuid4())}
    wrong = at_home.post(there, told | {"value": "八", "why": "没有"})
    assert wrong.status_code == 422 and 'value="八"' in wrong.content.decode()
    told["request_id"] = str(uuid.uuid4())
    assert "不清楚" in said(at_home.post(there, told | {"why": "不清楚"}, follow=True))
    at_home.post(there, told | {"request_id": str(uuid.uuid4()), "why": "没有统计"})
    assert "Nothing waits for you" in said(at_home.get("/home/"))
    known = at_the_bureau.get(sent["Location"])
    assert "They do not have it: 没有统计" in said(known)


def answered_by_hand(browser: Client, page: Any) -> None:
    """Fill in what is left, keep it, check it and send it."""
    address = page.redirect_chain[-1][0]
    boxes = [name[2:] for name in Boxes(page).values if name.startswith("v-")]
    kept = {"step": "keep", "request_id": str(uuid.uuid4()), f"v-{boxes[0]}": "七"}
    wrong = browser.post(address, kept)
    assert wrong.status_code == 422 and 'value="七"' in wrong.content.decode()
    kept |= {f"v-{boxes[0]}": "7", "request_id": str(uuid.uuid4())}
    assert browser.post(address, kept).status_code == 302
    more = kept | {"step": "check", "request_id": str(uuid.uuid4()), f"v-{boxes[1]}": "到岗"}
    check = browser.post(address, more)
    assert "no answer yet" in said(check) and 'value="send"' not in check.content.decode()
    more |= {f"w-{boxes[2]}": "没有统计", "request_id": str(uuid.uuid4())}
    check = browser.post(address, more)
    assert "Send 3 answers" in said(check)
    send = browser.post(address, {"step": "send", "request_id": str(uuid.uuid4())}, follow=True)
    assert "Sent." in said(send)


def test_a_heading_may_be_said_to_be_a_known_field(at_the_bureau: Client) -> None:
    """Rows: H11."""
    typed = {
        "step": "look",
        "subject": VILLAGE,
        "headings": "全村户籍户\n村里最缺的",
        "request_id": str(uuid.uuid4()),
    }
    page = at_the_bureau.post("/forms/new/", typed)
    assert "0 we have, 2 we ask" in said(page)
    assert "Perhaps you mean: Households registered here" in said(page), "offered, not chosen"
    mended = Boxes(page).values | {"step": "look", "request_id": str(uuid.uuid4())}
    mended["field"] = ["place.households_registered", ""]
    assert "1 we have, 1 we ask" in said(at_the_bureau.post("/forms/new/", mended))


def test_a_sheet_without_a_name_is_called_like_its_file(at_the_bureau: Client) -> None:
    """Rows: H11."""
    for name, content in (
        ("春耕统计.csv", "村名,备耕面积\n马头村,3\n".encode()),
        ("春耕统计.csv", "村名,备耕面积\n".encode("gbk")),
        ("备耕.csv", "春耕统计\n村名,备耕面积\n".encode("gbk")),
        ("春耕统计.xlsx", book(Sheet1=[["村名", "备耕面积"]])),
    ):
        sent = {"step": "look", "file": SimpleUploadedFile(name, content), "subject": VILLAGE}
        page = at_the_bureau.post("/forms/new/", sent | {"request_id": str(uuid.uuid4())})
        assert Boxes(page).values.get("title") == ["春耕统计"], said(page)


def test_a_sheet_that_cannot_be_read_says_which_row(at_the_bureau: Client) -> None:
    bad = book(survey=[["type", "name", "label"], ["text", "a", "甲"], ["intger", "b", "乙"]])
    sent = {
        "step": "look",
        "file": SimpleUploadedFile("f.xlsx", bad),
        "request_id": str(uuid.uuid4()),
    }
    page = at_the_bureau.post("/forms/new/", sent)
    assert page.status_code == 422 and "Row 3 of the sheet" in said(page)


def test_a_form_goes_out_as_an_xlsform(
    at_the_bureau: Client, village: House, bureau: Actor
) -> None:
    """Rows: H11."""
    fields = [{"heading": "今年种什么", "kind": "choice", "choices": ["水稻", "玉米"]}, "户数"]
    made = village.do("inspection.request_form", form(*fields), as_=bureau).result
    found = at_the_bureau.get(f"/forms/{TONGZHOU}/{made['form']}/xlsform.xlsx")
    assert "今年种什么" in convert(BytesIO(found.content), file_type=".xlsx").xform


def test_the_meter_is_for_everybody_and_the_signers_words_for_those_concerned(
    village: House, bureau: Actor, at_home: Client
) -> None:
    """Rows: H27."""
    leader = village.person("殷明", "leader", PREFECTURE, capacity="北京市领导")
    many = [f"调查项{number}" for number in range(50)]
    village.do("inspection.request_form", form(*many), as_=bureau)
    over = form(*[f"再问{number}" for number in range(20)], overrun_reason="今晚要报")
    made = village.do("inspection.request_form", over, as_=bureau).result
    above = sign_in(village, leader, "above")
    home = above.get("/home/")
    (link,) = set(re.findall(r'href="(/forms/sign/[^"]+)"', home.content.decode()))
    page = above.get(link.replace("&amp;", "&"), follow=True)
    assert "Sign for it" in said(page) and "今晚要报" in said(page)
    assert "100 of 120 minutes" in said(page) and "马头村 0 20 40" in said(page), "whose week"
    signed_ = {"step": "sign_overrun", "reason": "确需", "request_id": str(uuid.uuid4())}
    assert above.post(f"/forms/{TONGZHOU}/{made['form']}/", signed_).status_code == 302
    public = Client(headers={"accept-language": "en"}).get(f"/burden/{VILLAGE}/")
    assert "This week 140 of 120 minutes were asked" in said(public)
    assert "通州区经信局 asked most: 140 minutes." in said(public)
    assert "北京市领导 signed for it" in said(public) and "确需" not in said(public)
    assert "殷明" not in said(public), (
        "to everybody the office that signed, to those concerned the name"
    )
    home = said(at_home.get(f"/burden/{VILLAGE}/"))
    assert "确需" in home and "北京市领导 殷明 signed for it" in home
    before = said(at_home.get(f"/burden/{VILLAGE}/?week=2020-W03"))
    assert "In that week 0 of 120 minutes were asked" in before and "The week after" in before
    assert "The week after" not in said(public)
    assert f'href="/burden/{VILLAGE}/' in above.get("/burden/", follow=True).content.decode()


def test_a_firms_clerk_sees_the_firms_own_meter(
    village: House, bureau: Actor, firm_clerk: Actor
) -> None:
    """Rows: H27."""
    firm = village.names["firm"]
    village.do("inspection.request_form", form("复工人数", subjects=[firm]), as_=bureau)
    browser = sign_in(village, firm_clerk, "clerk")
    page = browser.get("/burden/", follow=True)
    assert "This week 2 of 120 minutes were asked" in said(page)
    above = sign_in(village, bureau, "bureau").get(f"/burden/{TONGZHOU}/")
    assert "马头村口罩加工厂 has the heaviest week: 2 of 120 minutes." in said(above)
    assert f'href="/burden/{VILLAGE}/{firm}/?week=2020-W05"' in above.content.decode()
    (link,) = set(re.findall(r'href="(/forms/[^"]+/answer/[^"]*)"', page.content.decode()))
    assert "1 question is left" in said(browser.get(link))


def test_a_visit_is_begun_ended_and_closed_on_the_page(village: House, at_home: Client) -> None:
    """Rows: H15, H19."""
    leader = village.person("殷明", "leader", TONGZHOU, capacity="通州区领导")
    browser = sign_in(village, leader, "visitor")

    def press(who: Client, step: str, **more: str) -> Any:
        """Press a button of the page."""
        ask = {"step": step, "at": VILLAGE, "place": VILLAGE, "request_id": str(uuid.uuid4())}
        return who.post("/leaders/", ask | more, follow=True)

    plan = {"on": today().isoformat(), "hands": "both", "purpose": "看看缺什么"}
    page = press(browser, "plan_leader_visit", **plan)
    assert "Nobody came" not in said(at_home.get("/leaders/"))
    visit = {"visit": Boxes(page).values["visit"][0]}
    press(browser, "begin_leader_visit", **visit)
    page = press(browser, "end_leader_visit", **visit)
    assert "1 visit stays open" in said(page)
    assert "Nothing was needed" in said(at_home.get("/leaders/"))
    page = press(browser, "take_task", **visit, text="协调消毒液", due=due())
    (task,) = set(Boxes(at_home.get("/leaders/")).values["task"])
    refused = press(at_home, "close_task", task=task)
    assert refused.status_code == 422
    press(at_home, "say_visit_word", **visit, word="helped")
    page = press(at_home, "close_task", task=task, text="送到了")
    assert "It helped" in said(page) and "送到了" in said(page)
    assert "Nothing waits for you" in said(browser.get("/home/"))


def test_the_host_says_on_the_page_that_nobody_came(village: House, at_home: Client) -> None:
    """Rows: H15."""
    leader = village.person("殷明", "leader", TONGZHOU, capacity="通州区领导")
    plan = {"place": VILLAGE, "on": today().isoformat(), "hands": "both", "purpose": "看看缺什么"}
    village.do("inspection.plan_leader_visit", plan, as_=leader)
    village.do("account.move_clock", {"to": "2020-01-28T08:00:00+08:00"})
    page = at_home.get("/leaders/")
    assert "The day has gone by, and nobody came." in said(page)
    held = {name: Boxes(page).values[name][0] for name in ("visit", "at", "place")}
    told = {"step": "cancel_leader_visit", "reason": "没人来", "request_id": str(uuid.uuid4())}
    assert "cancelled" in said(at_home.post("/leaders/", held | told, follow=True))
    assert "Nothing waits for you" in said(at_home.get("/home/"))


def test_who_asked_reads_why_the_form_was_declined(
    village: House, bureau: Actor, at_the_bureau: Client
) -> None:
    """Rows: H27."""
    leader = village.person("柳成荫", "leader", PREFECTURE, capacity="北京市领导")
    village.do("inspection.request_form", form(*[f"项{at}" for at in range(60)]), as_=bureau)
    over = form("再问一项", overrun_reason="今晚要报")
    made = village.do("inspection.request_form", over, as_=bureau).result
    about = {"place": PREFECTURE, "form": made["form"], "reason": "下周一起报"}
    village.do("inspection.decline_overrun", about, as_=leader)
    page = said(at_the_bureau.get(f"/forms/{TONGZHOU}/{made['form']}/"))
    assert "declined" in page and "下周一起报 北京市领导 柳成荫" in page
    at_the_bureau.defaults["HTTP_ACCEPT_LANGUAGE"] = "zh-hans"
    listed = said(at_the_bureau.get("/forms/"))
    assert "已发出" in listed and "发往别处" not in listed and "答复时间" not in listed
