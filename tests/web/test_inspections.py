"""Inspections as pages: an inspector's day, a firm that puts right, a recheck by another, and the refusal that shows the result."""

import io
import re
import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from mingbai.domains.inspection.models import (
    Checklist,
    ChecklistItem,
    Finding,
    Visit,
    VisitItem,
)
from mingbai.kernel.models import Attachment, Link, Mandate, Message, OpenItem
from mingbai.kernel.refusals import Refused
from tests.conftest import TONGZHOU, VILLAGE, House
from tests.inspection.conftest import CONTROL, HEALTH, Town, built, item, listed
from tests.web.test_pages import signed_in

DAY = "2020-01-27"


@pytest.fixture
def town(story: House) -> Town:
    """Who and what there is to inspect."""
    return built(story)


def shot(name: str = "photo.jpg") -> SimpleUploadedFile:
    """Return a photo."""
    out = io.BytesIO()
    Image.new("RGB", (60, 40), "#775533").save(out, "JPEG")
    return SimpleUploadedFile(name, out.getvalue(), "image/jpeg")


def form(page: str, step: str) -> str:
    """Return the request id of the first form that does a step."""
    part = next(
        one for one in page.split("<form")[1:] if f'value="{step}"' in one.split("</form>")[0]
    )
    found = re.search(r'name="request_id" value="([^"]+)"', part)
    assert found is not None
    return found[1]


def pressed(client: Client, address: str, step: str, **more: Any) -> Any:
    """Open a page and send its form of a step."""
    page = client.get(address).content.decode()
    told = {"step": step, "request_id": form(page, step)} | more
    return client.post(address, told, follow=True)


def book(client: Client, firm: str, lists: list[str], on: str = DAY) -> Any:
    """Book a visit on the page."""
    address = f"/inspections/{VILLAGE}/book/"
    page = client.get(address, {"organisation": firm}).content.decode()
    request = re.search(r'name="request_id" value="([^"]+)"', page.split("sheet--frame")[1])
    assert request is not None
    told = {"organisation": firm, "checklists": lists, "on": on, "request_id": request[1]}
    return client.post(address, told, follow=True)


def test_a_visit_from_its_booking_to_the_last_recheck(town: Town) -> None:
    """Rows: Z14."""
    inspector = signed_in(town.house, "inspector-1", town.inspector)
    answered = book(inspector, town.chemical, [CONTROL])
    visit = Visit.objects.get()
    here = f"/inspections/{VILLAGE}/visit/{visit.id}/"
    assert answered.redirect_chain[-1][0] == here
    assert "临平化工厂" in inspector.get(f"/inspections/{TONGZHOU}/").content.decode()
    pressed(inspector, here, "begin_visit")
    ticked = pressed(inspector, here, "tick_item", check_item="mask-2", outcome="ok")
    assert ticked.redirect_chain[-1][0] == f"{here}#i-mask-2", "back to where one was"
    shown = ticked.content.decode()
    assert 'id="i-mask-2"' in shown
    assert "<small>control清单</small>" in shown, "a list by its title, not by its code"
    assert VisitItem.objects.get(visit=visit, code="mask-2").state == "ok"
    found = {"check_item": "mask-1", "severity": "minor", "text": "口罩只剩一盒", "picture": shot()}
    pressed(inspector, f"{here}?item=mask-1", "record_finding", **found)
    finding = Finding.objects.get()
    assert Attachment.objects.get().subject == finding.entry.hex
    pressed(inspector, here, "end_visit")
    clerk = signed_in(town.house, "clerk-1", town.clerk)
    mine = clerk.get("/inspections/", follow=True).content.decode()
    assert "口罩只剩一盒" in mine and "2020 年 2 月 11 日" in mine
    there = f"/inspections/{VILLAGE}/finding/{finding.id}/"
    (name,) = re.findall(rf'src="{there}([A-Z0-9]+)/"', clerk.get(there).content.decode())
    assert clerk.get(f"{there}{name}/")["Content-Type"] == "image/jpeg"
    pressed(clerk, there, "put_right", text="补了两箱", picture=shot())
    assert Finding.objects.get().state == "put_right" and Attachment.objects.count() == 2
    page = clerk.get(there).content.decode()
    assert "close_finding" not in page, "whoever puts it right does not close it"
    second = signed_in(town.house, "inspector-2", town.second)
    assert "口罩只剩一盒" in second.get(f"/inspections/{TONGZHOU}/").content.decode()
    page = pressed(second, there, "close_finding", text="看过了").content.decode()
    assert Finding.objects.get().state == "closed" and "看过了" in page
    listed = second.get(f"/inspections/{TONGZHOU}/")
    assert "口罩只剩一盒" not in listed.content.decode()
    listed = second.get(f"/inspections/{TONGZHOU}/", {"all": "1"})
    assert "口罩只剩一盒" in listed.content.decode()
    own = clerk.get("/inspections/own/").content.decode()
    assert "2 项" in own and "2020 年 2 月 10 日" in own, (
        "the firm reads the calendar on its own page"
    )
    assert town.house.faults() == []


def test_a_second_office_is_shown_the_result_and_why_it_need_not_come(town: Town) -> None:
    """Rows: H20."""
    town.whole(on=DAY)
    second = signed_in(town.house, "inspector-2", town.second)
    page = book(second, town.chemical, [HEALTH], "2020-01-30").content.decode()
    assert "sick-bay-1合格" in page and "mask-1合格" in page, "the rest, and the earlier result"
    assert Visit.objects.count() == 2 and VisitItem.objects.filter(on="2020-01-30").count() == 2
    answered = book(second, town.chemical, [CONTROL], "2020-01-31")
    page = answered.content.decode()
    assert answered.status_code == 422 and "INS-3" in page and "2020 年 1 月 27 日" in page
    assert "2020 年 2 月 10 日" in page, "from when on it may be looked at again"


def test_a_visit_that_rechecks_says_what_it_rechecks_and_closes_it(town: Town) -> None:
    """Rows: T22."""
    booked = town.book(on=DAY)
    town.begin(booked["visit"])
    number = town.find(booked["visit"], "mask-1")
    town.about(number, "put_right", town.clerk, text="补了两箱")
    again = town.book(town.second, recheck=True, checklists=None, on=DAY)
    second = signed_in(town.house, "inspector-2", town.second)
    here = f"/inspections/{VILLAGE}/visit/{again['visit']}/"
    pressed(second, here, "begin_visit")
    page = second.get(here).content.decode()
    assert f"/finding/{number}/" in page and "还有 1 项没查" in page
    pressed(second, here, "tick_item", check_item="mask-1", outcome="ok")
    page = pressed(second, here, "end_visit").content.decode()
    assert Finding.objects.get().state == "closed" and "已销号" in page


def test_another_offices_visit_is_read_and_not_made(town: Town) -> None:
    booked = town.book(on=DAY)
    stranger = town.house.person("卫知微", "inspector", TONGZHOU, capacity="通州区卫健委")
    page = signed_in(town.house, "stranger", stranger)
    text = page.get(f"/inspections/{VILLAGE}/visit/{booked['visit']}/").content.decode()
    assert "mask-1合格" in text and "begin_visit" not in text and "cancel_visit" not in text


def test_a_new_fact_is_about_the_items_that_were_chosen(town: Town) -> None:
    """Rows: H20."""
    town.whole(on=DAY)
    second = signed_in(town.house, "inspector-2", town.second)
    more = {"organisation": town.chemical, "new_fact": "有人举报", "on": DAY}
    address = f"/inspections/{VILLAGE}/book/"
    asked = {"request_id": str(uuid.uuid4())} | more
    page = second.post(address, asked).content.decode()
    assert "INS-35" in page and "有人举报" in page, "what was typed is kept"
    asked = {"request_id": str(uuid.uuid4()), "check_items": ["mask-1", "mask-3"]} | more
    second.post(address, asked)
    visit = Visit.objects.get(new_fact="有人举报")
    codes = VisitItem.objects.filter(visit=visit).values_list("code", flat=True)
    assert sorted(codes) == ["mask-1", "mask-3"]


def test_the_place_itself_is_visited_by_its_own_lists(town: Town) -> None:
    """Rows: Z15."""
    items = [item("notice-board"), item("loudspeaker")]
    town.house.do("inspection.publish_checklist", listed("village", items, applies_to="place"))
    inspector = signed_in(town.house, "inspector-1", town.inspector)
    address = f"/inspections/{VILLAGE}/book/"
    page = inspector.get(address, {"point": "itself"}).content.decode()
    assert 'value="village"' in page and f'value="{CONTROL}"' not in page
    asked = {"point": "itself", "checklists": ["village"], "on": DAY}
    inspector.post(address, asked | {"request_id": str(uuid.uuid4())})
    visit = Visit.objects.get()
    assert (visit.subject, visit.organisation_id, visit.point_id) == (VILLAGE, None, None)


def test_a_firm_is_told_who_comes_when_and_for_what(town: Town) -> None:
    """Rows: Z14."""
    town.book(on="2020-01-29")
    clerk = signed_in(town.house, "clerk-1", town.clerk)
    assert Message.objects.get(kind="visit_booked").person == town.clerk.person
    told = clerk.get("/about-me/").content.decode()
    assert "有一次到贵单位的检查" in told
    page = clerk.get("/inspections/own/").content.decode()
    assert "要来的检查" in page and "2020 年 1 月 29 日" in page and "mask-7合格" in page
    other = town.house.person("别家文员", "clerk", VILLAGE, organisation=town.masks)
    client = signed_in(town.house, "clerk-2", other)
    assert "2020 年 1 月 29 日" not in client.get("/inspections/own/").content.decode()
    gate = {"organisation": None, "point": town.gate, "checklists": ["gates"]}
    town.book(**gate, on="2020-01-30")
    guard = signed_in(town.house, "guard-1", town.guard)
    page = guard.get("/inspections/own/").content.decode()
    assert "2020 年 1 月 30 日 · 三号卡口" in page and "2020 年 1 月 29 日" not in page, (
        "the gate's own visits, no firm's"
    )
    ask = {"place": VILLAGE, "organisation": town.chemical}
    with pytest.raises(Refused, match="FRM-9"):
        town.house.ask("inspection.calendar", ask, as_=town.guard)


def test_a_desk_writes_a_checklist_and_its_next_version_on_the_page(town: Town) -> None:
    """Rows: Z15, H20."""
    county = town.house.person("县里值班", "desk", TONGZHOU)
    desk = signed_in(town.house, "county-desk", county)
    here = f"/inspections/{TONGZHOU}/checklists/write/"
    told = {
        "name_zh": "食品厂检查",
        "looks_at": "resumption",
        "applies_to": "firm",
        "sectors": "C13，C14",
    }
    lines = "冷库温度有记录｜The cold store is written down\n单独观察室｜A room apart｜I II\n\nmask-1合格"
    more = {"items": lines, "known": ["mask-2"], "levels": ["I", "II"]}
    answered = desk.post(here, told | more | {"request_id": str(uuid.uuid4())}, follow=True)
    page = answered.content.decode()
    assert answered.status_code == 200 and "食品厂检查" in page and "一级、二级" in page
    row = Checklist.objects.get(name_zh="食品厂检查")
    assert (row.sectors, row.levels, row.name_en) == ("C13 C14", "I II", "食品厂检查")
    found = ChecklistItem.objects.filter(checklist=row).order_by("number")
    assert [(one.text_zh, one.levels) for one in found] == [
        ("mask-2合格", ""), ("冷库温度有记录", ""), ("单独观察室", "I II"), ("mask-1合格", ""),
    ]  # fmt: skip
    assert {one.code for one in found} > {"mask-1", "mask-2"}, "one sentence is one item everywhere"
    address = f"{here}?checklist={row.code}"
    page = desk.get(address).content.decode()
    assert "单独观察室｜A room apart｜I II" in page and 'value="C13 C14"' in page
    wrong = told | {"checklist": row.code, "items": "", "name_zh": "食品厂检查二"}
    answered = desk.post(here, wrong | {"request_id": str(uuid.uuid4())})
    assert answered.status_code == 422 and "食品厂检查二" in answered.content.decode()
    again = told | {
        "checklist": row.code,
        "items": "冷库温度有记录｜The cold store is written down",
    }
    desk.post(here, again | {"request_id": str(uuid.uuid4())})
    second = Checklist.objects.get(code=row.code, version=2)
    (kept,) = ChecklistItem.objects.filter(checklist=second)
    assert kept.code == found[1].code
    out = {"checklist": row.code, "step": "withdraw", "request_id": str(uuid.uuid4())}
    page = desk.post(here, out, follow=True).content.decode()
    assert "食品厂检查" not in page
    inspector = signed_in(town.house, "inspector-1", town.inspector)
    assert inspector.get(here).status_code == 403
    assert "write/" not in inspector.get(f"/inspections/{TONGZHOU}/checklists/").content.decode()
    clerk = signed_in(town.house, "clerk-1", town.clerk)
    assert "chemical清单" in clerk.get("/inspections/checklists/", follow=True).content.decode()


def test_an_open_item_leads_to_its_page(town: Town) -> None:
    booked = town.book(on=DAY)
    town.begin(booked["visit"])
    number = town.find(booked["visit"], "mask-1")
    clerk = signed_in(town.house, "clerk-1", town.clerk)
    home = clerk.get("/home/").content.decode()
    address = re.search(r'href="(/inspections/\?[^"]+finding=[^"]+)"', home)
    assert address is not None and "有问题要整改" in home
    answered = clerk.get(address[1].replace("&amp;", "&"), follow=True)
    assert answered.redirect_chain[-1][0] == f"/inspections/{VILLAGE}/finding/{number}/"
    assert OpenItem.objects.filter(kind="inspection.finding").count() == 1
    for wrong in ("/inspections/?finding=x", "/inspections/?visit=x"):
        assert clerk.get(wrong).status_code == 422


def test_nobody_opens_anothers_findings(town: Town) -> None:
    booked = town.book(on=DAY)
    town.begin(booked["visit"])
    number = town.find(booked["visit"], "mask-1")
    other = town.house.person("别家文员", "clerk", VILLAGE, organisation=town.masks)
    client = signed_in(town.house, "clerk-2", other)
    assert client.get(f"/inspections/{VILLAGE}/finding/{number}/").status_code == 403
    assert "口罩" not in client.get("/inspections/own/").content.decode()
    planner = signed_in(town.house, "planner-1", town.house.person("排班的", "planner"))
    assert planner.get("/inspections/").status_code == 403


def test_a_photo_that_is_none_stops_the_act_and_keeps_what_was_typed(town: Town) -> None:
    booked = town.book(on=DAY)
    town.begin(booked["visit"])
    number = town.find(booked["visit"], "mask-1")
    clerk = signed_in(town.house, "clerk-1", town.clerk)
    bad = SimpleUploadedFile("x.jpg", b"not a picture", "image/jpeg")
    there = f"/inspections/{VILLAGE}/finding/{number}/"
    answered = pressed(clerk, there, "put_right", text="补了两箱", picture=bad)
    assert answered.status_code == 422 and "补了两箱" in answered.content.decode()
    assert Finding.objects.get().state == "open"
    inspector = signed_in(town.house, "inspector-1", town.inspector)
    pressed(inspector, there, "picture", picture=shot())
    assert Attachment.objects.get().subject == Finding.objects.get().entry.hex


def test_a_desk_hands_an_inspector_the_code_for_a_phone(town: Town) -> None:
    county = town.house.person("县里值班", "desk", TONGZHOU)
    desk = signed_in(town.house, "county-desk", county)
    page = desk.get("/phones/").content.decode()
    mandate = Mandate.objects.get(person_id=town.inspector.person)
    assert f'value="{mandate.id}"' in page and "应巡" in page
    told = {"step": "invite", "mandate": str(mandate.id), "request_id": form(page, "invite")}
    assert "/field/#" in desk.post("/phones/", told).content.decode()
    assert Link.objects.get(purpose="device").subject == mandate.id.hex


def test_a_visit_on_the_page_says_how_far_it_is_and_is_not_ended_by_one_press(town: Town) -> None:
    booked = town.book(on=DAY, checklists=[CONTROL])
    inspector = signed_in(town.house, "inspector-1", town.inspector)
    here = f"/inspections/{VILLAGE}/visit/{booked['visit']}/"
    pressed(inspector, here, "begin_visit")
    count = VisitItem.objects.filter(visit=booked["visit"]).count()
    page = pressed(inspector, here, "tick_item", check_item="mask-2", outcome="ok").content.decode()
    assert f"已查 1 项，共 {count} 项" in page
    ending = page.split('value="end_visit"')[0]
    assert ending.count("<details") == ending.count("</details") + 1, (
        "what is left out is said first"
    )
    asked = inspector.get(here, {"item": "mask-1"}).content.decode()
    assert "<small>15 天内改好</small>" in asked and "<small>3 天内改好</small>" in asked
    for one in VisitItem.objects.filter(visit=booked["visit"], state="due"):
        pressed(inspector, here, "tick_item", check_item=one.code, outcome="ok")
    ending = inspector.get(here).content.decode().split('value="end_visit"')[0]
    assert ending.count("<details") == ending.count("</details")
