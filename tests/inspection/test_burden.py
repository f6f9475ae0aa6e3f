"""Burden: the minutes of a week by asker, the budget that an overrun needs a name for, and leaders' visits that help."""

import datetime as dt
from typing import Any
from uuid import UUID

import pytest

from mingbai.domains.inspection.models import FormQuestion, FormRequest
from mingbai.kernel.actors import NOBODY, Actor
from mingbai.kernel.models import OpenItem
from mingbai.kernel.refusals import NotAllowed, Refused
from mingbai.kernel.said import said_day
from tests.conftest import TONGZHOU, TOWN, VILLAGE, House
from tests.inspection.conftest import Town, clock
from tests.inspection.villages import due, form, today

PREFECTURE = "110100000000"


def headings(first: int, number: int) -> list[str]:
    """Return headings that nobody holds."""
    return [f"调查项{at}" for at in range(first, first + number)]


def meter(house: House, as_: Actor = NOBODY, **more: Any) -> Any:
    """Return the village's burden of this week."""
    return house.ask("inspection.burden", {"place": VILLAGE} | more, as_=as_)


@pytest.fixture
def leader(village: House) -> Actor:
    """A leader of the prefecture."""
    return village.person("殷明", "leader", PREFECTURE)


def test_the_meter_says_who_asked_for_how_much(village: House, bureau: Actor) -> None:
    """Rows: H27."""
    other = village.person("庞立", "overseer", TONGZHOU)
    village.do("inspection.request_form", form(*headings(0, 30)), as_=bureau)
    village.do("inspection.request_form", form(*headings(0, 30)), as_=bureau)
    village.do("inspection.request_form", form(*headings(30, 15)), as_=other)
    guard = village.person("崔守望", "guard")
    row = {"place": VILLAGE, "point": "东口", "document_kind": "resident_id"}
    told = {"name": "喻小满", "document_number": "2111031995091600031", "phone": "16012345678"}
    arrived = {"arrived_on": today().isoformat()}
    copied = village.do("movement.copy_arrival", row | told | arrived, as_=guard).result
    call = {"place": VILLAGE, "arrival": copied["arrival"], "outcome": "no_answer"}
    village.do("movement.record_callback", call, as_=guard)
    found = meter(village)
    assert (found.minutes, found.budget) == (60 + 30 + 5, 120), "what was asked twice costs once"
    assert found.biggest_asker == "通州区经信局"
    assert found.biggest_minutes == 60
    assert [(one.kind, one.minutes) for one in found.asks] == [
        ("form", 60),
        ("form", 30),
        ("call", 5),
    ]
    assert meter(village, week="2019-W50").minutes == 0
    assert meter(village, week=today().isoformat()).minutes == 95
    (row,) = village.ask("inspection.burdens", {"place": TONGZHOU}, as_=bureau)
    assert (row.place, row.spent_minutes) == (VILLAGE, 95)


def test_a_form_over_the_budget_needs_somebody_elses_name(
    village: House, bureau: Actor, leader: Actor
) -> None:
    """Rows: H27."""
    village.do("inspection.request_form", form(*headings(0, 50)), as_=bureau)
    over = form(*headings(50, 20))
    with pytest.raises(Refused, match="INS-66") as refusal:
        village.do("inspection.request_form", over, as_=bureau)
    assert (refusal.value.facts["spent"], refusal.value.facts["budget"]) == (100, 120)
    before = FormQuestion.objects.count()
    why = {"overrun_reason": "上级要求今晚报"}
    made = village.do("inspection.request_form", over | why, as_=bureau).result
    assert (made["state"], FormQuestion.objects.count()) == ("waits", before)
    judged = {"place": PREFECTURE, "form": made["form"], "reason": "确需，下周少报"}
    mandate = {"place": PREFECTURE, "person": str(bureau.person), "role": "leader", "capacity": "x"}
    both = village.do("mandates.give", mandate).result["mandate"]
    with pytest.raises(NotAllowed, match="INS-68"):
        village.do("inspection.sign_overrun", judged, as_=bureau, mandate=UUID(both))
    with pytest.raises(NotAllowed, match="ACC-7"):
        village.do("inspection.sign_overrun", judged)
    village.do("inspection.sign_overrun", judged, as_=leader)
    found = meter(village)
    assert found.minutes == 140
    (row,) = found.overruns
    assert row.sign_reason is None, "the words are for the offices concerned"
    host = village.person("陆秀芬", "keeper")
    (office,) = village.ask("mandates.mine", as_=host)
    ask = {"place": VILLAGE}
    (row,) = village.ask("inspection.burden", ask, as_=host, mandate=office.mandate).overruns
    assert row.sign_reason == "确需，下周少报"
    with pytest.raises(Refused, match="INS-67"):
        village.do("inspection.sign_overrun", judged, as_=leader)


def test_a_declined_overrun_asks_nobody(village: House, bureau: Actor, leader: Actor) -> None:
    village.do("inspection.request_form", form(*headings(0, 60)), as_=bureau)
    why = {"overrun_reason": "今晚要"}
    made = village.do("inspection.request_form", form("甲", "乙") | why, as_=bureau).result
    judged = {"place": PREFECTURE, "form": made["form"], "reason": "下周再说"}
    village.do("inspection.decline_overrun", judged, as_=leader)
    assert FormRequest.objects.get(id=made["form"]).state == "declined"
    assert meter(village).minutes == 120
    assert not OpenItem.objects.filter(kind="inspection.overrun", done_at=None).exists()


def test_a_firm_has_a_meter_of_its_own(village: House, bureau: Actor, firm_clerk: Actor) -> None:
    """Rows: H27."""
    firm = village.names["firm"]
    village.do("inspection.request_form", form(*headings(0, 10), subjects=[firm]), as_=bureau)
    ask = {"place": VILLAGE, "organisation": firm}
    assert village.ask("inspection.firm_burden", ask, as_=firm_clerk).minutes == 20
    assert meter(village).minutes == 0
    stranger = village.person("祝远", "clerk")
    with pytest.raises(NotAllowed, match="FRM-9"):
        village.ask("inspection.firm_burden", ask, as_=stranger)


def visit(house: House, leader: Actor, **more: Any) -> str:
    """Plan a visit for today."""
    ask = {"place": VILLAGE, "on": today().isoformat(), "hands": "both", "purpose": "看看缺什么"}
    return str(house.do("inspection.plan_leader_visit", ask | more, as_=leader).result["visit"])


def test_a_leaders_visit_ends_with_a_task_that_the_host_closes(
    village: House, leader: Actor
) -> None:
    """Rows: H15, H19."""
    host = village.person("陆秀芬", "keeper")
    about = {"place": VILLAGE, "visit": visit(village, leader)}
    with pytest.raises(Refused, match="INS-97"):
        village.do("inspection.take_task", about | {"text": "修路", "due": due()}, as_=leader)
    village.do("inspection.begin_leader_visit", about, as_=leader)
    village.do("account.move_clock", {"to": "2020-01-27T08:40:00+08:00"})
    village.do("inspection.end_leader_visit", about, as_=leader)
    (row,) = village.ask("inspection.leader_visits", {"place": VILLAGE}, as_=host)
    assert (row.state, row.minutes, row.hands) == ("stays_open", 40, "both")
    assert OpenItem.objects.get(kind="inspection.leader_visit").done_at is None
    taken = [
        village.do("inspection.take_task", about | {"text": text, "due": due()}, as_=leader).result[
            "task"
        ]
        for text in ("协调 200 升消毒液", "打通去镇上的路")
    ]
    (row,) = village.ask("inspection.leader_visits", {"place": VILLAGE}, as_=host)
    assert (row.state, row.tasks, row.tasks_open) == ("closed", 2, 2)
    mine = village.ask("items.waiting", {"place": PREFECTURE}, as_=leader)
    assert [one.kind for one in mine].count("inspection.leader_task") == 2
    done = {"place": VILLAGE, "task": taken[0], "text": "送到了，200 升"}
    with pytest.raises(Refused, match="ACC-1"):
        village.do("inspection.close_task", done, as_=leader)
    with pytest.raises(Refused, match="ASK-1"):
        village.do("inspection.close_task", {"place": VILLAGE, "task": taken[0]}, as_=host)
    village.do("inspection.close_task", done, as_=host)
    village.do("inspection.say_visit_word", about | {"word": "helped"}, as_=host)
    with pytest.raises(Refused, match="INS-89"):
        village.do("inspection.say_visit_word", about | {"word": "took_time"}, as_=host)
    (word,) = village.ask("inspection.visit_words", {"place": VILLAGE}, as_=host)
    assert (word.word, word.times_count) == ("helped", 1)
    found = meter(village)
    assert [(one.kind, one.minutes) for one in found.asks] == [("leader_visit", 40)]
    assert village.faults() == []


def test_a_visit_from_which_nothing_was_taken_ends_by_the_hosts_word_alone(
    village: House, leader: Actor
) -> None:
    """Rows: H15, H19."""
    host = village.person("陆秀芬", "keeper")
    about = {"place": VILLAGE, "visit": visit(village, leader)}
    village.do("inspection.begin_leader_visit", about, as_=leader)
    village.do("inspection.end_leader_visit", about, as_=leader)
    with pytest.raises(Refused, match="ACC-1"):
        village.do("inspection.say_nothing_needed", about, as_=leader)
    village.do("account.move_clock", {"to": "2020-02-05T08:00:00+08:00"})
    (row,) = village.ask("inspection.leader_visits", {"place": VILLAGE}, as_=host)
    assert row.state == "stays_open"
    assert village.ask("inspection.last_visit", {"place": VILLAGE}, as_=NOBODY).days_since == 9
    village.do("inspection.say_nothing_needed", about, as_=host)
    (row,) = village.ask("inspection.leader_visits", {"place": VILLAGE}, as_=host)
    assert row.state == "closed"
    assert OpenItem.objects.get(kind="inspection.leader_visit").outcome == "nothing_needed"


def test_the_visitors_own_office_says_nothing_for_the_host(village: House) -> None:
    """Rows: H15, H19."""
    visitor = village.person("褚健", "leader", TONGZHOU)
    desk = village.person("孟知行", "desk", TONGZHOU)
    town = village.person("郎致远", "desk", TOWN)
    about = {"place": VILLAGE, "visit": visit(village, visitor)}
    for name in ("begin_leader_visit", "end_leader_visit"):
        village.do(f"inspection.{name}", about, as_=visitor)
    for name, more in (("say_nothing_needed", {}), ("say_visit_word", {"word": "helped"})):
        with pytest.raises(NotAllowed, match="INS-96"):
            village.do(f"inspection.{name}", about | more, as_=desk)
    (row,) = village.ask("inspection.leader_visits", {"place": VILLAGE}, as_=desk)
    assert not row.hosted
    (row,) = village.ask("inspection.leader_visits", {"place": VILLAGE}, as_=town)
    assert row.hosted
    village.do("inspection.say_nothing_needed", about, as_=town)
    assert not OpenItem.objects.filter(kind="inspection.leader_visit", done_at=None).exists()


def test_a_visit_to_which_nobody_came_ends_by_the_hosts_word(
    village: House, leader: Actor, host: Actor
) -> None:
    """Rows: H15."""
    about = {"place": VILLAGE, "visit": visit(village, leader), "reason": "没有人来，也没有电话"}
    with pytest.raises(NotAllowed, match="INS-95"):
        village.do("inspection.cancel_leader_visit", about, as_=host)
    village.do("account.move_clock", {"to": "2020-01-28T08:00:00+08:00"})
    (row,) = village.ask("inspection.leader_visits", {"place": VILLAGE}, as_=host)
    assert row.missed and row.hosted
    other = village.person("褚健", "leader", TONGZHOU)
    with pytest.raises(NotAllowed, match="INS-95"):
        village.do("inspection.cancel_leader_visit", about, as_=other)
    village.do("inspection.cancel_leader_visit", about, as_=host)
    assert not OpenItem.objects.filter(kind="inspection.leader_visit", done_at=None).exists()


def test_a_host_gets_few_visits_and_the_next_leader_hears_who_comes(
    village: House, leader: Actor
) -> None:
    """Rows: H15."""
    for _time in range(2):
        visit(village, leader)
    other = village.person("褚健", "leader", TONGZHOU)
    with pytest.raises(Refused, match="INS-90") as refusal:
        visit(village, other)
    assert said_day(today()) in refusal.value.sentence()
    later = (today() + dt.timedelta(days=8)).isoformat()
    about = {"place": VILLAGE, "visit": visit(village, other, on=later)}
    with pytest.raises(Refused, match="INS-94"):
        village.do("inspection.begin_leader_visit", about, as_=other)
    with pytest.raises(NotAllowed, match="INS-95"):
        village.do("inspection.begin_leader_visit", about, as_=leader)
    village.do("inspection.cancel_leader_visit", about | {"reason": "路断了"}, as_=other)
    with pytest.raises(Refused, match="INS-93"):
        village.do("inspection.begin_leader_visit", about, as_=other)


def test_a_visit_joins_a_turn_of_duty(village: House, leader: Actor) -> None:
    """Rows: H15."""
    guard = village.person("崔守望", "guard")
    point = village.ask("places.points", {"place": VILLAGE})[0]
    starts = dt.datetime.combine(today(), dt.time(9), dt.UTC)
    turn = {
        "place": VILLAGE,
        "person": str(guard.person),
        "point": str(point.id),
        "starts_at": starts.isoformat(),
        "ends_at": (starts + dt.timedelta(hours=3)).isoformat(),
    }
    booking = village.do("posts.book", turn).result["booking"]
    visit(village, leader, booking=booking)
    (row,) = village.ask("inspection.leader_visits", {"place": VILLAGE}, as_=leader)
    assert row.joined == point.name
    later = (today() + dt.timedelta(days=1)).isoformat()
    with pytest.raises(Refused, match="INS-92"):
        visit(village, leader, booking=booking, on=later)


def test_an_inspectors_visit_counts_by_its_real_length(days: Town) -> None:
    """Rows: H27."""
    booked = days.book(on="2020-01-27")
    days.begin(booked["visit"])
    clock(days, dt.date(2020, 1, 27), 9, 25)
    days.tick(booked["visit"], booked["booked"])
    days.end(booked["visit"])
    ask = {"place": VILLAGE, "organisation": days.chemical}
    found = days.house.ask("inspection.firm_burden", ask, as_=days.clerk)
    assert [(one.kind, one.minutes) for one in found.asks] == [("visit", 85)]
    assert meter(days.house).minutes == 0, "a firm's visit is no burden of the village"


def test_every_village_and_firm_of_which_anything_was_asked_is_on_the_list(days: Town) -> None:
    """Rows: H27."""
    for more in ({}, {"organisation": None, "point": days.gate, "checklists": ["gates"]}):
        booked = days.book(on="2020-01-27", **more)
        days.begin(booked["visit"])
        days.tick(booked["visit"], booked["booked"])
        clock(days, dt.date(2020, 1, 27), 10 + len(more), 0)
        days.end(booked["visit"])
    above = days.house.person("殷明", "leader", PREFECTURE)
    rows = days.house.ask("inspection.burdens", {"place": PREFECTURE}, as_=above)
    assert {(str(row.organisation), row.place) for row in rows} == {
        (days.chemical, VILLAGE),
        ("None", VILLAGE),
    }, "two levels down, and by visits alone"
    other = days.house.person("别家文员", "clerk", VILLAGE, organisation=days.masks)
    rows = days.house.ask("inspection.burdens", {"place": VILLAGE}, as_=other)
    assert [row.organisation for row in rows] == [None], "another firm's week is not theirs"
