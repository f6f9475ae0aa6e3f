"""Firms and teams: one record for all offices, lists that stay as they were, and the works of a team by year."""

import datetime as dt
import io
import json
import threading
import uuid
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connections
from django.test import Client
from python_calamine import CalamineWorkbook

from mingbai.kernel.actors import Actor
from mingbai.kernel.models import Entry, OrganisationClass
from mingbai.kernel.refusals import NotAllowed, Refused
from mingbai.kernel.words import Role
from tests.conftest import NEIGHBOUR, TONGZHOU, TOWN, VILLAGE, House
from tests.web.test_api import token_of

PASSWORD = "a long sentence for tests"
OFFICES = ("desk", "service_officer", "inspector", "guard", "leader", "overseer", "clerk")


def firm(house: House, name: str = "某家居用品公司", place: str = VILLAGE, **more: Any) -> str:
    """Register a firm; return its id."""
    ask = {"place": place, "name": name, "kind": "company", "since": "2015-01-01"} | more
    found: str = house.do("organisations.add_organisation", ask).result["organisation"]
    return found


def full(house: House) -> dict[str, str]:
    """Register a firm with every field of the record; return what names it."""
    known = {"sector": "C29", "address": "工业园甲路 1 号", "purpose": "注塑，供出口"}
    made = {
        "place": VILLAGE,
        "organisation": firm(house, credit_code="91350211M000100Y46", **known),
    }
    other = firm(house, "某供应链公司", NEIGHBOUR)
    house.do("organisations.put_in_class", made | {"firm_class": "export", "reason": "海关备案"})
    house.do("organisations.link_supply", made | {"buyer": other, "supply": "一次性餐具"})
    house.do("organisations.add_vehicle", made | {"plate": "浙b12345", "vehicle_kind": "lorry"})
    return made


def refused(house: House, code: str, name: str, ask: dict[str, Any], **more: Any) -> None:
    """Check that something is refused by a rule, in both languages."""
    with pytest.raises(Refused) as refusal:
        house.do(name, ask, **more)
    assert refusal.value.code == code, refusal.value


def test_one_record_and_each_office_its_own_fields(account: House) -> None:
    """Rows: Z105."""
    made = full(account)
    people = {name: account.person(name, name) for name in OFFICES}
    seen = {
        name: set(account.ask("organisations.record", made, as_=one).hidden)
        for name, one in people.items()
    }
    assert seen == {
        "desk": set(),
        "service_officer": set(),
        "inspector": {"purpose", "supply_links", "vehicles"},
        "guard": {"credit_code", "purpose", "supply_links"},
        "leader": {"credit_code", "address", "purpose", "vehicles"},
        "overseer": {"address", "purpose", "supply_links", "vehicles"},
        "clerk": {"credit_code", "address", "purpose", "supply_links", "vehicles"},
    }
    whole = account.ask("organisations.record", made, as_=people["desk"])
    assert (whole.classes, whole.vehicles[0].plate) == (["export"], "浙B12345")
    assert (whole.supply_links[0].buyer, whole.supply_links[0].agreed) == ("某供应链公司", False)
    for name, one in people.items():
        found = account.ask("organisations.record", made, as_=one)
        assert (found.name, found.sector, found.classes) == (whole.name, whole.sector, ["export"])
        for field in found.hidden:
            assert getattr(found, field) in (None, []), f"{name} sees {field}"
    with pytest.raises(NotAllowed, match="FRM-12"):
        account.ask("organisations.vehicles", made, as_=people["leader"])
    with pytest.raises(NotAllowed, match="ACC-5"):
        account.ask("organisations.record", made, as_=account.person("邻村的", "desk", NEIGHBOUR))
    assert account.faults() == []


def test_a_field_that_is_hidden_is_hidden_on_every_face(account: House) -> None:
    """Rows: Z105."""
    made = full(account)
    officer = account.person("服务专员", "service_officer")
    ask = {"place": VILLAGE, "person": str(officer.person), "username": "officer-1"}
    account.do("mandates.open_login", ask)
    get_user_model().objects.create_user("officer-1", password=PASSWORD)
    page = Client(headers={"accept-language": "zh-hans"})
    assert page.post("/sign-in/", {"login": "officer-1", "password": PASSWORD}).status_code == 302
    key = token_of(account, officer)

    def faces() -> dict[str, str]:
        query = f"place={VILLAGE}&organisation={made['organisation']}"
        table = f"/ask/organisations/record/?{query}"
        book = CalamineWorkbook.from_filelike(io.BytesIO(page.get(f"{table}&format=xlsx").content))
        cells = [str(cell) for row in book.get_sheet_by_index(0).to_python() for cell in row]
        return {
            "page": page.get(f"/firms/{VILLAGE}/{made['organisation']}/").content.decode(),
            "table": page.get(table).content.decode(),
            "csv": page.get(f"{table}&format=csv").content.decode(),
            "xlsx": " ".join(cells),
            "api": json.dumps(
                page.get(f"/api/organisations/record?{query}", headers=key).json(),
                ensure_ascii=False,
            ),
            "vehicles": page.get(f"/ask/organisations/vehicles/?{query}").content.decode(),
        }

    private = {"address": "工业园甲路", "plate": "浙B12345"}
    before = faces()
    known = [face for face in before if face != "vehicles"]
    assert [face for face in known if private["address"] not in before[face]] == []
    assert private["plate"] in before["page"] and private["plate"] in before["api"]
    assert private["plate"] in before["vehicles"]
    for field in ("address", "vehicles"):
        ask = {"place": TOWN, "record_field": field, "office": "service_officer", "shown": False}
        account.do("organisations.set_visibility", ask)
    for face, text in faces().items():
        for what, value in private.items():
            assert value not in text, f"{what} on {face}"


def test_a_place_says_who_sees_what_and_the_nearest_word_holds(account: House, desk: Actor) -> None:
    made, guard = full(account), account.person("卡口的", "guard")

    def says(place: str, *, shown: bool, **more: Any) -> None:
        ask = {"place": place, "record_field": "purpose", "office": "guard", "shown": shown}
        account.do("organisations.set_visibility", ask | more)

    def hidden() -> bool:
        return "purpose" in account.ask("organisations.record", made, as_=guard).hidden

    assert hidden()
    says(TOWN, shown=True)
    assert not hidden()
    says(VILLAGE, shown=False)
    assert hidden()
    says(VILLAGE, shown=True)
    says(TONGZHOU, shown=False)
    assert not hidden(), "the nearest place's last word holds"
    rows = account.ask("organisations.visibility", {"place": VILLAGE}, as_=desk)
    assert [(row.place, row.shown) for row in rows] == [
        (VILLAGE, True),
        (TOWN, True),
        (TONGZHOU, False),
    ]
    everyone = {"place": TOWN, "record_field": "address", "office": "anyone", "shown": True}
    refused(account, "FRM-10", "organisations.set_visibility", everyone, as_=desk)
    refused(
        account, "ACC-5", "organisations.set_visibility", everyone | {"place": TONGZHOU}, as_=desk
    )
    assert account.faults() == []


def test_a_change_of_the_record_is_seen_by_every_office_at_once(account: House) -> None:
    """Rows: Z38."""
    made = full(account)
    clerk = account.person("本厂办事员", "clerk", organisation=made["organisation"])
    others = [account.person(name, name) for name in ("desk", "inspector", "guard")]
    account.do("organisations.change_record", made | {"address": "工业园乙路 2 号"}, as_=clerk)
    for one in [clerk, *others]:
        assert account.ask("organisations.record", made, as_=one).address == "工业园乙路 2 号"
    assert account.ask("organisations.record", made, as_=clerk).hidden == []
    again = made | {"address": "工业园乙路 2 号"}
    refused(account, "FRM-13", "organisations.change_record", again, as_=clerk)
    bodies = "".join(Entry.objects.values_list("body", flat=True))
    assert "organisations.change_record" in bodies
    assert "乙路" not in bodies and "\\u4e59" not in bodies, "an address never stands in a body"


def test_a_field_of_the_record_is_emptied(account: House) -> None:
    made = full(account)
    clerk = account.person("本厂办事员", "clerk", organisation=made["organisation"])
    before = account.ask("organisations.record", made, as_=clerk)
    both = made | {"emptied": "address", "address": "工业园乙路 2 号"}
    refused(account, "FRM-18", "organisations.change_record", both, as_=clerk)
    account.do("organisations.change_record", made | {"emptied": "address"}, as_=clerk)
    after = account.ask("organisations.record", made, as_=clerk)
    assert before.address and after.address is None
    assert (after.sector, after.purpose) == (before.sector, before.purpose)
    again = made | {"emptied": "address"}
    refused(account, "FRM-13", "organisations.change_record", again, as_=clerk)
    assert account.faults() == []


def test_a_clerk_speaks_for_their_own_firm_alone(account: House) -> None:
    made = full(account)
    stranger = account.person("别厂办事员", "clerk", organisation=firm(account, "别厂"))
    vehicle = str(account.ask("organisations.record", made).vehicles[0].vehicle)
    for name, more in [
        ("change_record", {"address": "别处"}),
        ("link_supply", {"buyer": str(uuid.uuid4()), "supply": "纸"}),
        ("add_vehicle", {"plate": "京A11111", "vehicle_kind": "car"}),
        ("withdraw_vehicle", {"vehicle": vehicle}),
    ]:
        refused(account, "FRM-9", f"organisations.{name}", made | more, as_=stranger)
    for role in ("guard", "keeper", "inspector"):
        one = account.person(role, role)
        refused(account, "ACC-1", "organisations.change_record", made | {"sector": "C"}, as_=one)


def test_a_supply_link_holds_when_the_other_side_agrees(account: House) -> None:
    ours, theirs = firm(account), firm(account, "某采购公司", NEIGHBOUR)
    mine = {"place": VILLAGE, "organisation": ours}
    buyers = {"place": NEIGHBOUR, "organisation": theirs}
    seller = account.person("供方", "clerk", organisation=ours)
    buyer = account.person("需方", "firm_head", NEIGHBOUR, organisation=theirs)
    ask = mine | {"buyer": theirs, "supply": "纸箱"}
    link = account.do("organisations.link_supply", ask, as_=seller).result
    refused(account, "FRM-4", "organisations.link_supply", ask, as_=seller)
    refused(account, "FRM-3", "organisations.link_supply", ask | {"buyer": ours}, as_=seller)
    refused(account, "FRM-5", "organisations.agree_supply", mine | link, as_=seller)
    refused(account, "ACC-7", "organisations.agree_supply", buyers | link)
    account.do("organisations.agree_supply", buyers | link, as_=buyer)
    refused(account, "FRM-5", "organisations.agree_supply", buyers | link, as_=buyer)
    for ask in (mine, buyers):
        (row,) = account.ask("organisations.supply_links", ask)
        assert (row.supply, row.agreed, row.until) == ("纸箱", True, None)
    account.do("organisations.end_supply", buyers | link, as_=buyer)
    assert account.ask("organisations.supply_links", mine)[0].until is not None
    account.do("organisations.link_supply", mine | {"buyer": theirs, "supply": "纸箱"}, as_=seller)
    desk = account.person("一人两头", "desk", TOWN)
    twice = mine | {"buyer": theirs, "supply": "胶带"}
    own = account.do("organisations.link_supply", twice, as_=desk).result
    refused(account, "FRM-11", "organisations.agree_supply", buyers | own, as_=desk)
    assert account.faults() == []


@pytest.mark.parametrize("since", ["0001-01-01", "0220-01-01", "2202-01-01", "9999-12-31"])
def test_a_year_that_is_a_slip_of_the_hand_is_told(account: House, since: str) -> None:
    ours, theirs = firm(account), firm(account, "某采购公司", NEIGHBOUR)
    mine = {"place": VILLAGE, "organisation": ours, "since": since}
    export = {"firm_class": "export", "reason": "备案"}
    for name, more in [
        ("put_in_class", export),
        ("link_supply", {"buyer": theirs, "supply": "纸箱"}),
    ]:
        with pytest.raises(Refused, match="ASK-1") as refusal:
            account.do(f"organisations.{name}", mine | more)
        assert "1949" in refusal.value.sentence() and since not in refusal.value.sentence()
    account.do("organisations.put_in_class", mine | export | {"since": "2020-02-01"})
    ask = {"place": VILLAGE, "organisation": ours, "buyer": theirs, "supply": "纸箱"}
    tomorrow = (dt.datetime.now(dt.UTC) + dt.timedelta(days=2)).date().isoformat()
    refused(account, "FRM-8", "organisations.link_supply", ask | {"since": tomorrow})
    account.do("organisations.link_supply", ask | {"since": "1998-05-01"})


def test_one_person_with_two_mandates_is_not_both_sides_of_a_link(account: House) -> None:
    ours, theirs = firm(account), firm(account, "某采购公司", NEIGHBOUR)
    mine = {"place": VILLAGE, "organisation": ours}
    buyers = {"place": NEIGHBOUR, "organisation": theirs}
    seller = account.person("两家的会计", "clerk", organisation=ours)
    given = {"person": str(seller.person), "role": "clerk", "capacity": "会计"}
    ask = mine | {"buyer": theirs, "supply": "纸箱"}
    link = account.do("organisations.link_supply", ask, as_=seller)
    second = account.do("mandates.give", buyers | given).result["mandate"]
    also = {"as_": seller, "mandate": uuid.UUID(second)}
    refused(account, "FRM-11", "organisations.agree_supply", buyers | link.result, **also)
    assert not account.ask("organisations.supply_links", mine)[0].agreed
    other = account.person("另一个人", "clerk", NEIGHBOUR, organisation=theirs)
    account.do("organisations.agree_supply", buyers | link.result, as_=other)
    assert account.faults() == []


@pytest.mark.parametrize("role", ["clerk", "firm_head", "agent"])
def test_a_word_that_would_change_nothing_is_not_taken(account: House, role: str) -> None:
    for shown in (True, False):
        said = {"place": VILLAGE, "record_field": "vehicles", "office": role, "shown": shown}
        refused(account, "FRM-17", "organisations.set_visibility", said)
    assert account.ask("organisations.visibility", {"place": VILLAGE}) == []


@pytest.mark.parametrize(
    ("written", "kept"),
    [("京 A·12345", "京A12345"), ("京ａ１２３４５", "京A12345"), ("粤bd12345", "粤BD12345")],
)
def test_a_plate_is_kept_in_its_plain_form(account: House, written: str, kept: str) -> None:
    ours = {"place": VILLAGE, "organisation": firm(account)}
    account.do("organisations.add_vehicle", ours | {"plate": written, "vehicle_kind": "van"})
    assert account.ask("organisations.vehicles", ours)[0].plate == kept


@pytest.mark.parametrize("written", ["A12345", "京12345", "京A1234", "京A1234567", "京O-1234I"])
def test_what_is_no_plate_is_told_in_plain_words(account: House, written: str) -> None:
    ours = {"place": VILLAGE, "organisation": firm(account)}
    with pytest.raises(Refused, match="FRM-6") as refusal:
        account.do("organisations.add_vehicle", ours | {"plate": written, "vehicle_kind": "van"})
    assert "省份" in refusal.value.sentence() and written not in refusal.value.sentence()


@pytest.mark.parametrize("written", ["京A1234O", "京ai2345", "粤BD1234Ｏ"])
def test_a_letter_that_no_plate_has_is_named(account: House, written: str) -> None:
    ours = {"place": VILLAGE, "organisation": firm(account)}
    with pytest.raises(Refused, match="FRM-6") as refusal:
        account.do("organisations.add_vehicle", ours | {"plate": written, "vehicle_kind": "van"})
    assert "没有字母 I 和 O" in refusal.value.sentence()
    assert account.ask("organisations.vehicles", ours) == []


def test_a_vehicle_is_with_one_firm_and_may_change_hands(account: House) -> None:
    first = {"place": VILLAGE, "organisation": firm(account)}
    second = {"place": NEIGHBOUR, "organisation": firm(account, "另一家", NEIGHBOUR)}
    car = {"plate": "京A12345", "vehicle_kind": "car"}
    made = account.do("organisations.add_vehicle", first | car).result
    refused(account, "FRM-7", "organisations.add_vehicle", second | car)
    refused(account, "FRM-15", "organisations.withdraw_vehicle", second | made)
    account.do("organisations.withdraw_vehicle", first | made)
    refused(account, "FRM-15", "organisations.withdraw_vehicle", first | made)
    account.do("organisations.add_vehicle", second | car)
    assert account.ask("organisations.vehicles", first) == []
    assert [row.plate for row in account.ask("organisations.vehicles", second)] == ["京A12345"]
    assert account.faults() == []


def test_the_list_as_of_a_moment_does_not_move_when_a_firm_is_added_later(story: House) -> None:
    """Rows: Z13."""
    firms = [firm(story, f"第{number}厂") for number in range(3)]

    def put(number: int, since: str = "2020-01-01") -> None:
        ask = {"place": VILLAGE, "organisation": firms[number], "firm_class": "above_scale"}
        story.do("organisations.put_in_class", ask | {"since": since, "reason": "年报入规"})

    def listed(**more: Any) -> list[str]:
        ask = {"place": TOWN, "firm_class": "above_scale"} | more
        return [row.name for row in story.ask("organisations.in_class", ask, as_=Actor())]

    put(0)
    put(1)
    frozen = {"on": "2020-01-27", "as_of": "2020-01-27"}
    before = listed(**frozen)
    assert before == ["第0厂", "第1厂"]
    story.do("account.move_clock", {"to": "2020-02-10T09:00:00+08:00"})
    put(2, since="2020-01-20")
    out = {"place": VILLAGE, "organisation": firms[0], "firm_class": "above_scale"}
    with pytest.raises(Refused) as refusal:
        story.do("organisations.take_from_class", out | {"until": "2020-01-25"})
    assert refusal.value.code == "ASK-1", "no firm leaves the list without a reason"
    story.do(
        "organisations.take_from_class", out | {"until": "2020-01-25", "reason": "产值不足，退规"}
    )
    assert listed(**frozen) == before, "what was published stays"
    assert listed(on="2020-01-27") == ["第1厂", "第2厂"], "what is known today"
    assert listed(on="2020-01-25") == ["第0厂", "第1厂", "第2厂"], "the last day counts"
    changes = story.ask("organisations.class_changes", {"place": TOWN})
    assert [(row.name, row.what, row.reason) for row in changes] == [
        ("第0厂", "put_in_class", "年报入规"),
        ("第1厂", "put_in_class", "年报入规"),
        ("第2厂", "put_in_class", "年报入规"),
        ("第0厂", "taken_from_class", "产值不足，退规"),
    ]
    assert story.faults() == []


def test_a_firm_is_in_a_class_once_at_a_time(account: House) -> None:
    ours = {
        "place": VILLAGE,
        "organisation": firm(account),
        "firm_class": "export",
        "reason": "备案",
    }
    account.do("organisations.put_in_class", ours | {"since": "2020-02-01"})
    refused(account, "FRM-1", "organisations.put_in_class", ours)
    refused(account, "ORG-3", "organisations.take_from_class", ours | {"until": "2020-01-31"})
    account.do("organisations.take_from_class", ours | {"until": "2020-03-01"})
    refused(account, "FRM-2", "organisations.take_from_class", ours)
    refused(account, "FRM-1", "organisations.put_in_class", ours | {"since": "2020-03-01"})
    account.do("organisations.put_in_class", ours | {"since": "2020-03-02"})
    for role in ("clerk", "service_officer", "leader"):
        refused(
            account, "ACC-1", "organisations.put_in_class", ours, as_=account.person(role, role)
        )


def test_a_firm_whose_classes_are_hidden_is_counted_without_its_name(account: House) -> None:
    ours = {"place": VILLAGE, "organisation": firm(account), "firm_class": "key_supply"}
    account.do("organisations.put_in_class", ours | {"reason": "保供"})
    said = {"place": VILLAGE, "record_field": "classes", "office": "anyone", "shown": False}
    account.do("organisations.set_visibility", said)
    ask = {"place": TOWN, "firm_class": "key_supply"}
    assert [row.name for row in account.ask("organisations.in_class", ask, as_=Actor())] == [None]
    assert account.ask("organisations.in_class", ask)[0].name == "某家居用品公司"


def test_two_who_put_a_firm_into_a_class_at_the_same_instant_do_it_once(account: House) -> None:
    ours = {
        "place": VILLAGE,
        "organisation": firm(account),
        "firm_class": "export",
        "reason": "备案",
    }
    gate, codes = threading.Barrier(3), []

    def send() -> None:
        gate.wait()
        try:
            account.do("organisations.put_in_class", ours)
            codes.append("done")
        except Refused as refusal:
            codes.append(refusal.code)
        for connection in connections.all():
            connection.close()

    threads = [threading.Thread(target=send) for _number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == ["FRM-1", "FRM-1", "done"]
    assert OrganisationClass.objects.count() == 1
    assert account.faults() == []


def test_the_works_of_a_team_by_year(account: House) -> None:
    """Rows: V31."""
    term = {"kind": "temporary_team", "since": "2017-02-01", "until": "2099-12-31"}
    team = {"place": VILLAGE, "organisation": firm(account, "驻村工作队", **term)}
    member = account.person("队员")
    join = {"person": str(member.person), "position": "队员", "since": "2018-01-01"}
    account.do("organisations.join", team | join)
    desk = account.person("值班", "desk")
    for on, work, one in [
        ("2019-05-02", "通了自来水", member),
        ("2018-03-01", "修了两公里路", member),
        ("2018-01-09", "给合作社找到销路", desk),
    ]:
        account.do("organisations.record_work", team | {"on": on, "work": work}, as_=one)

    def works(**more: Any) -> list[tuple[int, str]]:
        rows = account.ask("organisations.works", team | more, as_=Actor())
        return [(row.year, row.work) for row in rows]

    assert works() == [(2018, "给合作社找到销路"), (2018, "修了两公里路"), (2019, "通了自来水")]
    assert works(year=2019) == [(2019, "通了自来水")]
    work = team | {"work": "什么"}
    refused(
        account, "FRM-14", "organisations.record_work", work, as_=account.person("外人", "keeper")
    )
    early = work | {"on": "2017-06-01"}
    refused(account, "FRM-14", "organisations.record_work", early, as_=member)
    refused(account, "FRM-16", "organisations.record_work", work | {"on": "2016-12-31"}, as_=desk)
    tomorrow = (dt.datetime.now(dt.UTC) + dt.timedelta(days=2)).date().isoformat()
    refused(account, "FRM-8", "organisations.record_work", work | {"on": tomorrow}, as_=desk)
    assert account.faults() == []


def test_nobody_but_offices_reads_a_record(account: House) -> None:
    made = full(account)
    readers = {"desk", "clerk", "firm_head", "service_officer", "inspector", "overseer"}
    readers |= {"leader", "guard", "auditor"}
    for role in sorted(set(Role) - {Role.ANYONE, Role.RESIDENT, Role.OPERATOR}):
        one = account.person(role.value, role.value)
        if role.value in readers:
            assert account.ask("organisations.record", made, as_=one).name
        else:
            with pytest.raises(NotAllowed, match="ACC-1"):
                account.ask("organisations.record", made, as_=one)
    with pytest.raises(Refused, match="ACC-4"):
        account.ask("organisations.record", made, as_=Actor())
