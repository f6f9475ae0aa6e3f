"""The kernel's facts: teams with dates, capacities, tenants, goods in packs, open items, places by every spelling."""

import datetime as dt
import uuid
from typing import Any

import pytest

from mingbai.kernel.actors import Actor
from mingbai.kernel.models import Entry, OpenItem, Organisation
from mingbai.kernel.refusals import Refused
from mingbai.kernel.words import Role, Via
from tests.conftest import NEIGHBOUR, TOWN, VILLAGE, House


def test_who_answered_for_which_post_on_any_date(account: House) -> None:
    """Rows: Z01."""
    person = account.person("陆秀芬")
    team = account.do(
        "organisations.add_organisation",
        {"place": VILLAGE, "name": "村委会", "kind": "committee", "since": "2019-01-01"},
    ).result["organisation"]
    joined = {
        "place": VILLAGE,
        "organisation": team,
        "person": str(person.person),
        "position": "保管员",
    }
    account.do("organisations.join", joined | {"since": "2020-01-01", "until": "2020-03-31"})
    for on, expected in [("2019-12-31", []), ("2020-02-01", ["陆秀芬"]), ("2020-04-01", [])]:
        rows = account.ask("organisations.members", {"place": VILLAGE, "on": on})
        assert [row.person for row in rows] == expected, on


def test_a_temporary_team_has_an_end_and_stays_readable(account: House) -> None:
    """Rows: Z55."""
    ask = {"place": VILLAGE, "name": "临时支部", "kind": "temporary_team", "purpose": "多方协调"}
    with pytest.raises(Refused) as refusal:
        account.do("organisations.add_organisation", ask)
    assert refusal.value.code == "ORG-2"
    account.do(
        "organisations.add_organisation", ask | {"since": "2020-02-01", "until": "2020-02-10"}
    )
    rows = account.ask("organisations.organisations", {"place": VILLAGE})
    assert [(row.name, row.until) for row in rows] == [("临时支部", dt.date(2020, 2, 10))]


def test_one_person_two_capacities_two_entries(account: House) -> None:
    """Rows: Z91, Z100."""
    head = account.person("某负责人", "desk")
    mandates = [row.mandate for row in account.ask("mandates.mine", as_=head)]
    ask = {"place": VILLAGE, "person": str(head.person), "role": "clerk", "capacity": "总经理"}
    mandates.append(uuid.UUID(account.do("mandates.give", ask).result["mandate"]))
    for number, mandate in enumerate(mandates):
        team = {"place": VILLAGE, "name": f"队伍{number}", "kind": "team"}
        receipt = account.do("organisations.add_organisation", team, as_=head, mandate=mandate)
        assert Entry.objects.get(id=receipt.entry).mandate == mandate
    assert Organisation.objects.count() == 2


def test_nobody_is_written_down_twice_and_a_change_is_seen_everywhere(account: House) -> None:
    """Rows: Z20, Z38."""
    ask = {"place": VILLAGE, "name": "某工人", "document_number": "110112196003070009"}
    account.do("people.enrol", ask | {"organisation": "整车厂", "position": "装配"})
    with pytest.raises(Refused) as refusal:
        account.do("people.enrol", ask | {"organisation": "整车厂", "position": "装配"})
    assert refusal.value.code == "PER-2"
    account.do("people.enrol", ask | {"organisation": "另一厂", "position": "焊接"})
    assert len(account.ask("people.people", {"place": VILLAGE})) == 1
    rows = account.ask("organisations.members", {"place": VILLAGE})
    assert sorted(row.organisation for row in rows) == ["另一厂", "整车厂"]


def test_a_mandate_is_given_from_above_and_an_overseer_by_the_appointing_office(
    account: House, desk: Actor
) -> None:
    """Rows: T05."""
    person = str(account.person("某人").person)
    ask = {"place": VILLAGE, "person": person, "role": "keeper", "capacity": "保管员"}
    account.do("mandates.give", ask, as_=desk)
    for other, code in [
        ({"place": TOWN}, "MAN-1"),
        ({"role": "overseer"}, "MAN-5"),
        ({"person": str(desk.person)}, "MAN-6"),
        ({"ends_at": "2000-01-01T00:00:00+08:00"}, "MAN-2"),
    ]:
        with pytest.raises(Refused) as refusal:
            account.do("mandates.give", ask | other, as_=desk)
        assert refusal.value.code == code
    office = account.person("某监委", "appointing_office", TOWN)
    account.do("mandates.give", ask | {"role": "overseer", "capacity": "监察干事"}, as_=office)
    keeper = account.person("某保管", "keeper")
    with pytest.raises(Refused):
        account.do("mandates.give", ask, as_=keeper)


def test_places_are_found_however_they_are_spelt(account: House) -> None:
    """Rows: T43, V02, V33."""
    account.do("places.add_alias", {"place": TOWN, "name": "潮县镇"})
    for text in ("马头", "马头村", "matou", "mtc", "ＭＴＣ", VILLAGE):
        codes = [row.code for row in account.ask("places.search", {"text": text})]
        assert VILLAGE in codes, text
    assert [row.code for row in account.ask("places.search", {"text": "潮县镇"})] == [TOWN]
    assert account.ask("places.search", {"text": "没有这地方"}) == []
    children = account.ask("places.children", {"place": TOWN})
    assert {VILLAGE, NEIGHBOUR} <= {row.code for row in children}
    with pytest.raises(Refused):
        account.do("places.add_alias", {"place": TOWN, "name": "潮县镇"})
    assert account.faults() == []


def test_a_tenants_household_is_a_household(account: House) -> None:
    """Rows: T42."""
    account.do("people.add_household", {"place": VILLAGE, "code": "Z01", "registered": False})
    rows = account.ask("people.households", {"place": VILLAGE})
    assert [(row.code, row.registered) for row in rows] == [("Z01", False)]


def test_nobody_counts_in_two_households(account: House) -> None:
    """Rows: T42."""
    tenant = {"place": VILLAGE, "person": str(account.person("画画的租客").person)}

    def refused(code: str, name: str, ask: dict[str, Any]) -> None:
        with pytest.raises(Refused) as refusal:
            account.do(f"people.{name}", ask)
        assert refusal.value.code == code

    def counted() -> dict[str, tuple[str | None, int]]:
        rows = account.ask("people.households", {"place": VILLAGE})
        return {row.code: (row.head, row.members) for row in rows}

    first = {"place": VILLAGE, "code": "Z01", "head": tenant["person"], "registered": False}
    account.do("people.add_household", first)
    refused("PER-6", "add_household", first | {"code": "Z02"})
    account.do("people.add_household", {"place": VILLAGE, "code": "Z02", "registered": False})
    refused("PER-6", "join_household", tenant | {"code": "Z02"})
    assert counted() == {"Z01": ("画画的租客", 1), "Z02": (None, 0)}
    refused("PER-12", "leave_household", tenant | {"code": "Z02"})
    refused("PER-5", "leave_household", tenant | {"code": "Z03"})
    account.do("people.leave_household", tenant | {"code": "Z01"})
    refused("PER-12", "leave_household", tenant | {"code": "Z01"})
    account.do("people.join_household", tenant | {"code": "Z02"})
    assert counted() == {"Z01": (None, 0), "Z02": (None, 1)}
    account.do("people.leave_household", tenant | {"code": "Z02"})
    account.do("people.join_household", tenant | {"code": "Z01"})
    assert counted() == {"Z01": (None, 1), "Z02": (None, 0)}, "back on the same day"
    assert account.faults() == []


def test_an_item_is_seen_and_raised_once_when_it_is_late(story: House) -> None:
    keeper = story.person("陆秀芬", "keeper")
    ask = {
        "place": VILLAGE,
        "code": "口罩",
        "name_zh": "口罩",
        "name_en": "masks",
        "base_unit": "只",
    }
    story.do("goods.add_goods", ask)
    came = {
        "place": VILLAGE,
        "item": "口罩",
        "quantity": 5,
        "unit": "只",
        "origin_kind": "donation",
        "origin": "某",
    }
    story.do("supplies.receive_goods", came, as_=keeper)
    story.do(
        "supplies.ask_about_line",
        {"place": VILLAGE, "line": 1, "text": "哪来的？"},
        as_=Actor(via=Via.PAGE, address="10.0.0.3"),
    )
    item = story.ask("items.waiting", {"place": VILLAGE}, as_=keeper)[0]
    story.do("items.see", {"place": VILLAGE, "item_id": str(item.item)}, as_=keeper)
    late = {"before": "2020-02-01T00:00:00+08:00"}
    assert story.do("items.raise_late", late).result["raised"] == 1
    assert story.do("items.raise_late", late).result["raised"] == 0
    row = OpenItem.objects.get(id=item.item)
    assert (row.role, row.seen_at is not None) == (Role.OVERSEER, True)


def test_the_account_says_how_far_it_goes(account: House) -> None:
    account.do("places.add_point", {"place": VILLAGE, "kind": "gate", "name": "东口"})
    account.settle()
    state = account.ask("account.state", as_=Actor(via=Via.PAGE))
    assert state.entries == state.sealed > 0 and state.kind == "real"
    acts = account.ask("journal.acts", {"place": VILLAGE, "command": "places.add_point"})
    assert [(row.command, row.known, row.via) for row in acts] == [
        ("places.add_point", "reported", "console")
    ]
