"""Firms and posts as people use them: everything by a button or a choice, nothing by an id that is copied."""

import re
import uuid
from collections import Counter
from typing import Any

import pytest
from django.test import Client

from mingbai.kernel.actors import Actor
from mingbai.kernel.models import Place, SupplyLink
from mingbai.kernel.places import ROOT
from mingbai.kernel.queries.places import name_of_place
from mingbai.kernel.refusals import Refused
from mingbai.kernel.setting_up import load_places
from mingbai.web.place_field import spelled, typed_place
from tests.conftest import NEIGHBOUR, TONGZHOU, TOWN, VILLAGE, House
from tests.web.test_forms import options
from tests.web.test_pages import signed_in

DAY = "2020-01-28"
STORE = "村委会仓库"


@pytest.fixture
def account(story: House) -> House:
    """These tests sign in, which a story lets people do with a password alone."""
    return story


@pytest.fixture
def people(account: House) -> dict[str, Actor]:
    """Who is at the village."""
    names = {"desk": "郎致远", "keeper": "陆秀芬", "guard": "施长安"}
    return {role: account.person(name, role) for role, name in names.items()}


@pytest.fixture
def clients(account: House, people: dict[str, Actor]) -> dict[str, Client]:
    """A browser for each."""
    return {role: signed_in(account, f"{role}-posts", one) for role, one in people.items()}


def pressed(client: Client, path: str, **sent: Any) -> Any:
    """Press a button on a page."""
    return client.post(path, sent | {"request_id": str(uuid.uuid4())})


def shown(client: Client, path: str) -> str:
    """Return a page as somebody reads it in Chinese."""
    answered = client.get(path, headers={"accept-language": "zh-hans"})
    assert answered.status_code == 200, (path, answered.status_code)
    text: str = answered.content.decode()
    return text


def buttons(text: str) -> list[str]:
    """Return which buttons a page of turns offers."""
    return re.findall(r'name="way" value="(\w+)"', text)


def test_a_turn_is_booked_kept_and_confirmed_by_buttons(
    account: House, people: dict[str, Actor], clients: dict[str, Client]
) -> None:
    point = account.do("places.add_point", {"place": VILLAGE, "kind": "store", "name": STORE})
    path = f"/posts/?day={DAY}"
    assert '<a class="door" href="/posts/">' in clients["keeper"].get("/home/").content.decode()
    text = shown(clients["desk"], path)
    assert STORE in text and all(f'value="{one.person}"' in text for one in people.values())
    assert re.findall(r'<option value="([0-9a-f-]{36})"', shown(clients["guard"], path)) == [
        str(people["guard"].person),
        point.result["point"],
    ], "a guard books themselves alone"
    turn = {
        "way": "book",
        "person": str(people["keeper"].person),
        "point": point.result["point"],
        "starts_at": f"{DAY}T08:00",
        "ends_at": f"{DAY}T12:00",
    }
    assert pressed(clients["desk"], path, **turn).status_code == 302
    again = pressed(clients["desk"], path, **turn)
    assert again.status_code == 422 and "PST-2" in again.content.decode()
    assert f'value="{DAY}T12:00"' in again.content.decode(), "what was typed stays"
    assert "1 月 28 日 08:00–12:00" in shown(clients["guard"], path)
    assert buttons(shown(clients["guard"], path)) == ["book"], "it is not theirs"
    assert buttons(shown(clients["keeper"], path)) == ["note_coming", "cancel", "book"]
    booking = re.search(r'name="booking" value="([^"]+)"', shown(clients["keeper"], path))
    assert booking is not None
    account.do("account.move_clock", {"to": f"{DAY}T07:55:00+08:00"})
    came = pressed(clients["keeper"], path, way="note_coming", booking=booking[1])
    assert came.status_code == 302
    assert "还没有旁人证实" in shown(clients["keeper"], path)
    assert buttons(shown(clients["keeper"], path)) == ["note_leaving", "book"]
    assert buttons(shown(clients["guard"], path)) == ["confirm", "book"]
    assert pressed(clients["guard"], path, way="confirm", booking=booking[1]).status_code == 302
    assert "还没有旁人证实" not in shown(clients["keeper"], path)
    assert account.faults() == []


def test_a_page_of_turns_refuses_plainly(account: House, clients: dict[str, Client]) -> None:
    for day in ("morgen", "2020-02-30", "9999-12-31", "0001-01-01"):
        answered = clients["desk"].get(f"/posts/?day={day}")
        assert answered.status_code == 422 and "ASK-6" in answered.content.decode(), day
    empty = pressed(clients["desk"], "/posts/", way="book")
    assert empty.status_code == 422 and empty.content.decode().count('class="error"') == 4
    odd = pressed(clients["desk"], "/posts/", way="reveal")
    assert odd.status_code in (404, 422) and "ASK-4" in odd.content.decode()
    clerk = signed_in(account, "clerk-posts", account.person("窦云", "clerk"))
    text = shown(clerk, "/posts/")
    assert "我的班" in text and buttons(text) == []


def test_the_hours_of_the_store_stand_on_the_public_page_and_on_the_keepers(
    account: House, people: dict[str, Actor], clients: dict[str, Client]
) -> None:
    account.do(
        "goods.add_goods",
        {"place": VILLAGE, "code": "mask", "name_zh": "口罩", "name_en": "m", "base_unit": "只"},
    )
    received = {"place": VILLAGE, "item": "mask", "quantity": 100, "unit": "只"}
    origin = {"origin_kind": "allocation", "origin": "镇里"}
    account.do("supplies.receive_goods", received | origin)
    point = account.do("places.add_point", {"place": VILLAGE, "kind": "store", "name": STORE})
    account.do("account.move_clock", {"to": f"{DAY}T07:55:00+08:00"})
    turn = {"person": str(people["keeper"].person), "point": point.result["point"]}
    times = {"starts_at": f"{DAY}T09:00:00+08:00", "ends_at": f"{DAY}T11:00:00+08:00"}
    account.do("posts.book", {"place": VILLAGE} | turn | times)
    account.do("supplies.close_store", {"place": VILLAGE, "ends_at": f"{DAY}T08:30:00+08:00"})
    text = shown(Client(), f"/places/{VILLAGE}/")
    assert "1 月 28 日 09:00–11:00" in text and "1 月 28 日 07:55–08:30" in text
    assert "陆秀芬" not in text
    assert "/do/supplies/reopen_store/" in shown(clients["keeper"], "/store/")
    assert (
        pressed(clients["keeper"], "/do/supplies/reopen_store/", place=VILLAGE).status_code == 302
    )
    text = shown(clients["keeper"], "/store/")
    assert "/do/supplies/close_store/" in text and "/do/supplies/reopen_store/" not in text


def test_a_firms_page_leads_to_every_act_with_the_ids_filled_in(
    account: House, clients: dict[str, Client]
) -> None:
    ours, theirs = (
        account.do(
            "organisations.add_organisation", {"place": VILLAGE, "name": name, "kind": "company"}
        ).result["organisation"]
        for name in ("马头村口罩加工厂", "马头村无纺布商行")
    )
    made = {"place": VILLAGE, "organisation": theirs}
    account.do("organisations.link_supply", made | {"buyer": ours, "supply": "熔喷布"})
    account.do(
        "organisations.put_in_class",
        {"place": VILLAGE, "organisation": ours, "firm_class": "export", "reason": "备案"},
    )
    added = {"place": VILLAGE, "organisation": ours, "plate": "京A12345", "vehicle_kind": "van"}
    account.do("organisations.add_vehicle", added)
    page = f"/firms/{VILLAGE}/{ours}/"
    assert page in shown(clients["desk"], "/firms/")
    fill = f"/do/organisations/link_supply/?place={VILLAGE}&organisation={ours}"
    assert theirs in options(clients["desk"], fill, "buyer")
    for name, field in [
        ("agree_supply", "supply_link"),
        ("withdraw_vehicle", "vehicle"),
        ("take_from_class", "firm_class"),
        ("end_supply", "supply_link"),
    ]:
        found = re.search(rf'href="(/do/organisations/{name}/[^"]*)"', shown(clients["desk"], page))
        assert found is not None, name
        address = found[1].replace("&amp;", "&")
        value = address.rpartition("=")[2]
        assert value in options(clients["desk"], address, field), name
        sent = {"place": VILLAGE, "organisation": ours, field: value, "reason": "不再做了"}
        assert pressed(clients["desk"], address, **sent).status_code == 302, name
    record = account.ask("organisations.record", {"place": VILLAGE, "organisation": ours})
    assert record.vehicles == []
    (_put, taken) = account.ask("organisations.class_changes", {"place": VILLAGE})
    assert (taken.what, taken.reason) == ("taken_from_class", "不再做了")
    assert record.supply_links[0].agreed and record.supply_links[0].until is not None
    text = shown(clients["guard"], page)
    assert "熔喷布" not in text and "/do/organisations/" not in text
    assert f'href="{page}"' not in shown(clients["keeper"], "/firms/"), "a keeper reads no record"


def test_a_desk_above_chooses_the_place_and_an_office_of_one_place_does_not(
    account: House, clients: dict[str, Client]
) -> None:
    firm = {"place": VILLAGE, "name": "马头村口罩加工厂", "kind": "company"}
    account.do("organisations.add_organisation", firm)
    town = signed_in(account, "town-firms", account.person("章立夏", "desk", TOWN))
    for path in ("/firms/", "/posts/"):
        assert {"漷县镇", "马头村"} <= set(options(town, path, "place")), "by name, not by code"
        for said in (VILLAGE, "马头村"):
            assert 'name="place" value="马头村"' in shown(town, f"{path}?place={said}")
        assert 'id="place"' not in shown(clients["keeper"], path)
    assert firm["name"] in shown(town, f"/firms/?place={VILLAGE}")
    assert firm["name"] in shown(town, "/firms/?place=马头村")
    assert firm["name"] not in shown(town, "/firms/")
    for bad in ("1", "没有的村", "北京市", NEIGHBOUR):
        assert clients["desk"].get(f"/firms/?place={bad}").status_code in (403, 422), bad


def test_a_teams_page_shows_its_works_by_year(account: House, clients: dict[str, Client]) -> None:
    team = {"place": VILLAGE, "name": "驻村工作队", "kind": "temporary_team", "since": "2017-02-01"}
    team |= {"until": "2020-12-31"}
    made = {
        "place": VILLAGE,
        "organisation": account.do("organisations.add_organisation", team).result["organisation"],
    }
    for on, work in [("2018-03-01", "修了两公里路"), ("2019-05-02", "通了自来水")]:
        account.do("organisations.record_work", made | {"on": on, "work": work})
    text = shown(clients["desk"], f"/firms/{VILLAGE}/{made['organisation']}/")
    assert re.findall(r'scope="rowgroup"[^>]*>(\d+)<', text) == ["2018", "2019"]
    assert "/do/organisations/record_work/" in text


def test_a_buyer_is_found_by_part_of_a_name_in_the_whole_county(
    account: House, clients: dict[str, Client]
) -> None:
    def made(name: str, place: str, kind: str = "company") -> str:
        ask = {"place": place, "name": name, "kind": kind}
        return str(account.do("organisations.add_organisation", ask).result["organisation"])

    ours = made("马头村口罩加工厂", VILLAGE)
    next_door, in_town = made("南阳村无纺布商行", NEIGHBOUR), made("漷县无纺布厂", TOWN)
    made("无纺布互助小组", NEIGHBOUR, "team")
    clerk = signed_in(account, "clerk-firms", account.person("窦云", "clerk"))
    fill = "/do/organisations/link_supply/"
    sent = {"place": VILLAGE, "organisation": ours, "supply": "口罩"}
    several = pressed(clerk, fill, **sent, buyer="无纺布")
    text = several.content.decode()
    assert several.status_code == 422 and "再按一次" in text
    assert f'value="{next_door}"' in text and "漷县无纺布厂 · 漷县镇" in text and "小组" not in text
    assert "编号" not in text and "买方：" in text, "whoever typed a name is not told of ids"
    one = pressed(clerk, fill, **sent, buyer="漷县无纺").content.decode()
    assert f'value="{in_town}" selected' in one
    nobody = pressed(clerk, fill, **sent, buyer="没有这家").content.decode()
    assert "换个写法" in nobody and 'value="没有这家"' in nobody, "what was typed stays"
    assert pressed(clients["desk"], fill, **sent, buyer=in_town).status_code == 302
    assert SupplyLink.objects.get().buyer_id == uuid.UUID(in_town)
    rows = account.ask("organisations.firms_by_name", {"place": VILLAGE, "text": "无纺布"})
    assert [set(row.model_dump()) for row in rows] == [{"organisation", "name", "place_name"}] * 2
    assert account.ask("organisations.firms_by_name", {"place": VILLAGE, "text": "无"}) == []
    assert account.faults() == []


def test_a_form_takes_a_place_by_name_and_keeps_one_that_names_none(account: House) -> None:
    town = signed_in(account, "town-points", account.person("章立夏", "desk", TOWN))
    form = "/do/organisations/add_organisation/"
    assert 'value="漷县镇"' in shown(town, form), "its own place, by name"
    asked = {"name": "漷县供销社", "kind": "company"}
    refused = pressed(town, form, place="没有的村", **asked)
    page = refused.content.decode()
    assert refused.status_code == 422 and 'value="没有的村"' in page and "漷县供销社" in page
    assert "没有正好叫“没有的村”的地方" in page
    assert pressed(town, form, place="马头村", **asked).status_code == 302
    (row,) = account.ask("organisations.organisations", {"place": VILLAGE})
    assert row.name == asked["name"]


def test_a_name_that_two_places_have_stands_with_its_code(account: House) -> None:
    """Of two villages of one name under an office, each is shown with its code, and the name alone is refused."""
    load_places(TONGZHOU)
    held = {row.code: row.name for row in Place.objects.filter(level="village")}
    counts = Counter(name_of_place(code) for code in held)
    code = next(code for code in sorted(held) if counts[name_of_place(code)] > 1)
    name = name_of_place(code)
    assert spelled(code, ROOT) == f"{name} {code}"
    assert typed_place(spelled(code, ROOT), ROOT) == code
    with pytest.raises(Refused, match="PLC-9"):
        typed_place(name, ROOT)
    town = code[:9] + "000"
    assert typed_place(spelled(code, town), town) == code
    registered = Place.objects.get(code=VILLAGE).name
    assert registered != name_of_place(VILLAGE) and typed_place(registered, TOWN) == VILLAGE


def test_a_households_number_is_called_so_wherever_it_stands(
    account: House, clients: dict[str, Client]
) -> None:
    """Rows: T42."""
    for name in ("add_household", "join_household", "leave_household"):
        text = shown(clients["keeper"], f"/do/people/{name}/")
        assert re.search(r"<label[^>]*>\s*户号", text) and not re.search(r">\s*码\s*<", text), name
    long = pressed(clients["keeper"], "/do/people/add_household/", place=VILLAGE, code="9" * 21)
    assert long.status_code == 422 and "9" * 21 in long.content.decode()
    assert "户号" in long.content.decode() or "Household number" in long.content.decode()
    blank = pressed(clients["keeper"], "/do/people/add_household/", place=VILLAGE, code="3 院")
    assert blank.status_code == 422 and "不能有空格" in blank.content.decode()
    account.do("people.add_household", {"place": VILLAGE, "code": "Z01", "registered": False})
    table = f"/ask/people/households/?place={VILLAGE}"
    assert ">户号<" in shown(clients["keeper"], table)
    assert "户号" in shown(clients["keeper"], f"{table}&format=csv").splitlines()[0]
    assert 'value="Z01"' in shown(clients["keeper"], "/do/people/join_household/")


def test_a_clerks_own_firm_is_chosen_and_an_offices_is_not(
    account: House, clients: dict[str, Client]
) -> None:
    names = ("甲厂", "乙厂")
    first, own = (
        account.do(
            "organisations.add_organisation", {"place": VILLAGE, "name": name, "kind": "company"}
        ).result["organisation"]
        for name in names
    )
    one = account.person("乙厂办事员", "clerk", organisation=own)
    clerk = signed_in(account, "clerk-own-firm", one)
    for name in ("add_vehicle", "link_supply"):
        text = shown(clerk, f"/do/organisations/{name}/")
        assert re.findall(r'value="([0-9a-f-]{36})" selected', text) == [own], name
        assert f'value="{own}" selected' not in shown(clients["desk"], f"/do/organisations/{name}/")
    assert "供方" in shown(clerk, "/do/organisations/link_supply/")
    path = f"/do/organisations/add_vehicle/?organisation={first}"
    assert f'value="{first}" selected' in shown(clerk, path), "what was chosen stays"
    offered = options(clients["desk"], "/do/organisations/set_visibility/", "office")
    assert {"guard", "anyone"} <= set(offered) and not {"clerk", "firm_head", "agent"} & set(
        offered
    )
