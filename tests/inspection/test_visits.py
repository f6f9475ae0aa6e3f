"""Visits on the one calendar: nothing is inspected twice within the window, but for a recheck or a new fact."""

import datetime as dt
import random
from concurrent.futures import ThreadPoolExecutor
from itertools import combinations
from typing import Any
from uuid import UUID, uuid4

import pytest

from mingbai.domains.inspection.models import Finding, Visit, VisitItem
from mingbai.domains.inspection.queries.bundle import inspection_part
from mingbai.domains.inspection.rules import visits as rules
from mingbai.kernel.actors import Actor
from mingbai.kernel.clock import machine_now
from mingbai.kernel.many.run import One, run_many
from mingbai.kernel.models import OpenItem, Standing
from mingbai.kernel.moment import now as moment_now
from mingbai.kernel.refusals import Refused
from mingbai.kernel.rows import Store
from mingbai.kernel.said import said_day
from mingbai.kernel.setting_up import load_places
from tests.conftest import TONGZHOU, VILLAGE, House, close
from tests.inspection.conftest import (
    ANOTHER_COUNTY,
    CHEMICAL,
    CONTROL,
    GATES,
    HEALTH,
    Town,
    clock,
    item,
    later,
    listed,
    numbered,
    today,
)

JAN_28 = dt.date(2020, 1, 28)


def test_a_chemical_firm_gets_the_chemical_list_and_a_mask_maker_does_not(town: Town) -> None:
    """Rows: Z15."""
    ask = {"place": VILLAGE, "organisation": town.chemical}
    lists = [row.checklist for row in town.house.ask("inspection.checklists", ask)]
    assert set(lists) == {CHEMICAL, CONTROL, HEALTH}
    lists = town.house.ask("inspection.checklists", ask | {"organisation": town.masks})
    assert CHEMICAL not in {row.checklist for row in lists}
    with pytest.raises(Refused) as refused:
        town.book(organisation=town.masks, checklists=[CHEMICAL])
    assert refused.value.code == "INS-2"
    lists = town.house.ask("inspection.checklists", {"place": VILLAGE, "point": town.gate})
    assert [row.checklist for row in lists] == [GATES]


def test_an_officer_of_the_county_sees_the_visit_and_one_of_another_does_not(town: Town) -> None:
    """Rows: Z15."""
    booked = town.book()
    ask = {"place": VILLAGE, "visit": booked["visit"]}
    shown = town.house.ask("inspection.visit", ask, as_=town.second)
    assert shown.visited == "临平化工厂" and shown.office == "inspector"
    load_places(ANOTHER_COUNTY)
    stranger = town.house.person("外县人", "inspector", ANOTHER_COUNTY)
    for name in ("visit", "visits", "calendar", "findings"):
        with pytest.raises(Refused) as refused:
            more = ask if name == "visit" else {"place": VILLAGE}
            town.house.ask(f"inspection.{name}", more, as_=stranger)
        assert refused.value.code == "ACC-5", name
    with pytest.raises(Refused) as refused:
        town.begin(booked["visit"], as_=stranger)
    assert refused.value.code == "ACC-5"


def test_one_visit_holds_both_hands(town: Town) -> None:
    """Rows: Z110."""
    booked = town.book(checklists=[CHEMICAL, CONTROL])
    shown = town.house.ask(
        "inspection.visit", {"place": VILLAGE, "visit": booked["visit"]}, as_=town.inspector
    )
    assert {one.looks_at for one in shown.check_items} == {"control", "resumption"}
    assert len(shown.check_items) == 16 and Visit.objects.count() == 1
    alone = {"checklists": None, "checklist": CONTROL, "on": later(20)}
    assert len(town.book(**alone)["booked"]) == 12, "one list is named as one"
    everything = town.book(organisation=town.masks, checklists=None, help=True)
    assert len(everything["booked"]) == 14, "without a name, every list that is for this firm"


def test_a_second_office_three_days_later_gets_the_first_result_and_two_items(town: Town) -> None:
    """Rows: H20."""
    first = town.book()
    town.begin(first["visit"])
    town.tick(first["visit"], first["booked"][1:])
    town.find(first["visit"], first["booked"][0])
    town.end(first["visit"])
    second = town.book(town.second, checklists=[HEALTH], on=later(3))
    assert second["booked"] == ["sick-bay-1", "sick-bay-2"]
    assert len(second["offered"]) == 12
    assert {one["visit"] for one in second["offered"]} == {first["visit"]}
    assert sorted({one["state"] for one in second["offered"]}) == ["failed", "ok"]
    items = VisitItem.objects.filter(visit_id=second["visit"])
    assert items.count() == 2
    with pytest.raises(Refused) as refused:
        town.book(town.second, checklists=[HEALTH], on=later(4))
    assert refused.value.code == "INS-3"
    named = [said_day(dt.date.fromisoformat(later(days))) for days in (0, 3)]
    for said in (*named, "14"):
        assert said in str(refused.value), "each visit that holds some of it is named"
    with pytest.raises(Refused) as refused:
        town.book(checklists=[CHEMICAL], on=later(5))
    assert refused.value.code == "INS-4", "a third appraisal, though its items are new"
    assert refused.value.as_json()["facts"]["free"] == later(14), (
        "the first of the two is two weeks old then"
    )
    assert town.book(checklists=[CONTROL, CHEMICAL], on=later(17))["offered"] == []


def test_a_new_fact_looks_again_at_what_it_is_about(town: Town) -> None:
    town.whole()
    with pytest.raises(Refused) as refused:
        town.book(check_items=["mask-1"], on=later(1))
    assert refused.value.code == "INS-30"
    for more in ({}, {"check_items": []}):
        with pytest.raises(Refused) as refused:
            town.book(on=later(1), new_fact="有工人举报口罩过期", **more)
        assert refused.value.code == "INS-35", "a new fact is about something, not about everything"
    again = town.book(check_items=["mask-1"], on=later(1), new_fact="有工人举报口罩过期")
    assert again["booked"] == ["mask-1"] and again["offered"] == []
    assert VisitItem.objects.get(visit_id=again["visit"]).again == "new_fact"


def test_what_was_cancelled_or_left_out_is_free_for_others(town: Town) -> None:
    first = town.book()
    with pytest.raises(Refused):
        town.book(town.second)
    ask = town.of(first["visit"], reason="厂里停电")
    town.house.do("inspection.cancel_visit", ask, as_=town.inspector)
    second = town.book(town.second)
    town.begin(second["visit"])
    town.tick(second["visit"], ["mask-1", "mask-2"])
    ended = town.end(second["visit"])
    assert (ended["looked_at"], ended["failed"]) == (2, 0)
    third = town.book(on=later(2))
    assert len(third["booked"]) == 10 and len(third["offered"]) == 2
    assert not OpenItem.objects.filter(
        kind="inspection.visit", subject__in=[first["visit"], second["visit"]], done_at=None
    ).exists()


def test_a_visit_that_nobody_began_holds_nothing_and_gives_way_when_it_begins_late(
    days: Town,
) -> None:
    first = days.book(on=str(JAN_28), checklists=[HEALTH])
    with pytest.raises(Refused):
        days.book(days.second, on=str(JAN_28 + dt.timedelta(days=1)))
    clock(days, JAN_28 + dt.timedelta(days=1))
    second = days.book(days.second, on=str(JAN_28 + dt.timedelta(days=1)))
    assert len(second["booked"]) == 12 and second["offered"] == []
    days.begin(first["visit"])
    row = Visit.objects.get(id=first["visit"])
    assert row.on == JAN_28 + dt.timedelta(days=1)
    states = dict(VisitItem.objects.filter(visit_id=row.id).values_list("code", "state"))
    assert states["mask-1"] == "freed" and states["sick-bay-1"] == "due"
    with pytest.raises(Refused) as refused:
        days.tick(first["visit"], ["mask-1"])
    assert refused.value.code == "INS-32"
    assert twice(14) == []


def test_a_visit_that_would_only_look_again_is_not_begun(days: Town) -> None:
    first = days.book(on=str(JAN_28))
    clock(days, JAN_28 + dt.timedelta(days=1))
    days.whole(on=str(JAN_28 + dt.timedelta(days=1)))
    with pytest.raises(Refused) as refused:
        days.begin(first["visit"])
    assert refused.value.code == "INS-21"


def test_what_a_phone_tells_late_is_recorded_and_shown_as_against_the_rules(days: Town) -> None:
    first = days.book(on=str(JAN_28))
    clock(days, JAN_28, 10)
    began = moment_now(Store())
    clock(days, JAN_28, 23, 59)
    clock(days, JAN_28 + dt.timedelta(days=1), 9)
    days.whole(as_=days.second, on=str(JAN_28 + dt.timedelta(days=1)))
    visit = days.of(first["visit"])
    told = [
        ("begin_visit", visit),
        ("tick_item", visit | {"check_item": "mask-1", "outcome": "ok"}),
        ("end_visit", visit),
    ]
    came = []
    for name, ask in told:
        one = One(ask, uuid4(), began, may_overrule=True)
        ((outcome,),) = run_many(f"inspection.{name}", [one], as_=days.inspector)
        came.append((outcome.outcome, outcome.refusal.code if outcome.refusal else ""))
    assert came == [("overruled", "INS-21"), ("overruled", "INS-32"), ("accepted", "")]
    row = VisitItem.objects.get(visit_id=first["visit"], code="mask-1")
    assert (row.state, row.again, row.on) == ("ok", "anyway", JAN_28)
    assert OpenItem.objects.filter(kind="sync.overruled", role="desk").count() == 2
    assert twice(14) == []


def told(town: Town, name: str, ask: dict[str, Any], at: dt.datetime) -> tuple[str, str]:
    """Tell something late, as a phone does; return what came of it and the rule that was against it."""
    one = One(ask, uuid4(), at, may_overrule=True)
    ((outcome,),) = run_many(f"inspection.{name}", [one], as_=town.inspector)
    return outcome.outcome, outcome.refusal.code if outcome.refusal else ""


def test_a_visit_that_took_place_though_it_was_cancelled_meanwhile_is_kept(days: Town) -> None:
    booked = days.book(on=str(JAN_28))
    visit = days.of(booked["visit"])
    clock(days, JAN_28, 9)
    began = moment_now(Store())
    clock(days, JAN_28, 11)
    days.house.do("inspection.cancel_visit", visit | {"reason": "改期"}, as_=days.desk)
    with pytest.raises(Refused) as refused:
        days.begin(booked["visit"])
    assert refused.value.code == "INS-6", "on a page it is a wish"
    clock(days, JAN_28, 12)
    found = {"check_item": "mask-1", "severity": "serious", "text": "通道堵死"}
    assert told(days, "begin_visit", visit, began) == ("overruled", "INS-6")
    ticked = {"check_item": "mask-2", "outcome": "ok"}
    for name, more in (("tick_item", ticked), ("record_finding", found), ("end_visit", {})):
        assert told(days, name, visit | more, began) == ("accepted", ""), name
    row = Visit.objects.get()
    assert (row.state, row.reason) == ("ended", "改期")
    assert Standing.objects.filter(what="inspection.serious_hazard", ends_at=None).exists()
    assert days.house.faults() == []


def test_what_was_found_is_kept_whatever_day_a_phone_proposed(days: Town) -> None:
    booked = days.book(on=str(JAN_28))
    clock(days, JAN_28, 9)
    at = moment_now(Store())
    visit = days.of(booked["visit"])
    days.begin(booked["visit"])
    rule = {"place": TONGZHOU, "policy": "inspection.serious_days", "value": 1}
    days.house.do("policy.put", rule)
    clock(days, JAN_28, 10)
    found = {"check_item": "mask-1", "severity": "serious", "text": "通道堵死"}
    ask = visit | found | {"due": str(JAN_28 + dt.timedelta(days=30))}
    assert told(days, "record_finding", ask, at) == ("overruled", "INS-9")
    assert Finding.objects.get().due <= JAN_28 + dt.timedelta(days=3)


def test_the_length_of_a_visit_is_its_real_length(days: Town) -> None:
    booked = days.book(on=str(JAN_28))
    clock(days, JAN_28, 9, 10)
    days.begin(booked["visit"])
    clock(days, JAN_28, 9, 52)
    days.tick(booked["visit"], booked["booked"])
    assert days.end(booked["visit"]) == {"lasted_minutes": 42, "looked_at": 12, "failed": 0}
    (shown,) = days.house.ask("inspection.visits", {"place": TONGZHOU}, as_=days.second)
    assert (shown.lasted_minutes, shown.looked_at, shown.state) == (42, 12, "ended")


def test_a_visit_goes_its_way_once(town: Town) -> None:
    booked = town.book()
    refused_with = {
        "INS-7": ("tick_item", {"check_item": "mask-1", "outcome": "ok"}),
        "INS-5": ("begin_visit", {"visit": town.gate}),
    }
    for code, (name, more) in refused_with.items():
        with pytest.raises(Refused) as refused:
            town.house.do(f"inspection.{name}", town.of(booked["visit"]) | more, as_=town.inspector)
        assert refused.value.code == code
    town.begin(booked["visit"])
    for code, do in {
        "INS-6": lambda: town.begin(booked["visit"]),
        "INS-8": lambda: town.tick(booked["visit"], ["sick-bay-1"]),
    }.items():
        with pytest.raises(Refused) as refused:
            do()
        assert refused.value.code == code
    town.tick(booked["visit"], booked["booked"])
    town.end(booked["visit"])
    for act in (town.end, lambda visit: town.tick(visit, ["mask-1"])):
        with pytest.raises(Refused) as refused:
            act(booked["visit"])
        assert refused.value.code == "INS-6"


@pytest.mark.parametrize(
    ("code", "more"),
    [
        ("INS-1", {"checklists": ["nothing"]}),
        ("INS-2", {"checklists": [GATES]}),
        ("INS-19", {"on": later(-1)}),
        ("INS-18", {"recheck": True}),
    ],
)
def test_what_can_not_be_booked_is_refused_in_plain_words(
    town: Town, code: str, more: dict[str, Any]
) -> None:
    with pytest.raises(Refused) as refused:
        town.book(**more)
    assert refused.value.code == code
    assert not Visit.objects.exists()


def test_a_desk_books_for_an_inspector_who_reaches_the_place(town: Town) -> None:
    for code, more in {
        "INS-20": {},
        "INS-17": {"point": town.gate, "organisation": town.chemical},
    }.items():
        with pytest.raises(Refused) as refused:
            town.book(town.desk, **more)
        assert refused.value.code == code
    with pytest.raises(Refused) as refused:
        town.book(town.desk, inspector=str(town.guard.person))
    assert refused.value.code == "INS-20"
    booked = town.book(town.desk, inspector=str(town.second.person))
    assert Visit.objects.get(id=booked["visit"]).person == town.second.person
    item = OpenItem.objects.get(kind="inspection.visit")
    assert item.person == town.second.person and item.raises_to == "desk"


def test_a_visit_waits_for_its_inspector_alone(town: Town) -> None:
    booked = town.book()
    waits = {"place": TONGZHOU}

    def visits(who: Actor) -> list[str]:
        rows = town.house.ask("items.waiting", waits, as_=who)
        return [row.subject for row in rows if row.kind == "inspection.visit"]

    assert visits(town.inspector) == [UUID(booked["visit"]).hex]
    assert visits(town.second) == []


def test_nobody_makes_the_visit_of_another_office(town: Town) -> None:
    """Rows: H20."""
    booked = town.book()
    visit = town.of(booked["visit"])
    stranger = town.house.person("卫知微", "inspector", TONGZHOU, capacity="通州区卫健委")
    colleague = town.house.person("应守拙", "inspector", TONGZHOU)
    for name, more in (("begin_visit", {}), ("cancel_visit", {"reason": "我们去"})):
        with pytest.raises(Refused) as refused:
            town.house.do(f"inspection.{name}", visit | more, as_=stranger)
        assert refused.value.code == "INS-36"
    with pytest.raises(Refused) as refused:
        town.book(stranger, on=later(20), inspector=str(town.inspector.person))
    assert refused.value.code == "INS-36", "nor books one in its name"
    town.house.do("inspection.begin_visit", visit, as_=colleague)
    found = {"check_item": "mask-1", "severity": "minor", "text": "口罩只剩一盒"}
    with pytest.raises(Refused) as refused:
        town.house.do("inspection.record_finding", visit | found, as_=stranger)
    assert refused.value.code == "INS-36"


def test_one_code_says_one_thing_on_every_list(town: Town) -> None:
    publish = "inspection.publish_checklist"
    other = {"code": "mask-1", "text_zh": "别的意思", "text_en": "something else"}
    for code, ask in {
        "INS-16": listed("other-list", [other]),
        "INS-22": listed("other-list", [item("a1")], applies_to="gate", sectors=["C26"]),
        "INS-24": listed(CONTROL, [item("a1")], place=VILLAGE),
        "INS-27": listed("other-list", [item("a1"), item("a1")]),
    }.items():
        with pytest.raises(Refused) as refused:
            town.house.do(publish, ask)
        assert refused.value.code == code
    done = town.house.do(publish, listed(CHEMICAL, [item("tank-9")], sectors=["C26"]))
    assert done.result["version"] == 2
    rows = town.house.ask("inspection.checklist_items", {"place": VILLAGE, "checklist": CHEMICAL})
    assert [(row.code, row.version) for row in rows] == [("tank-9", 2)]
    town.house.do("inspection.withdraw_checklist", {"place": TONGZHOU, "checklist": CHEMICAL})
    with pytest.raises(Refused) as refused:
        town.book(checklists=[CHEMICAL])
    assert refused.value.code == "INS-1"


def test_a_firm_that_was_looked_at_whole_has_passed(town: Town) -> None:
    booked = town.book()
    town.begin(booked["visit"])
    town.tick(booked["visit"], booked["booked"][:3])
    town.end(booked["visit"])
    assert not Standing.objects.filter(what="inspection.passed").exists(), "nine were left out"
    town.whole(checklists=[CHEMICAL], on=later(0))
    word = Standing.objects.get(what="inspection.passed")
    assert (word.subject, word.value) == (town.chemical.replace("-", ""), later(0))


def test_a_chemical_firm_has_not_passed_by_a_visit_to_its_sick_bay(town: Town) -> None:
    """Rows: Z15."""
    town.whole(checklists=[HEALTH])
    assert not Standing.objects.filter(what="inspection.passed").exists(), "who saw the tanks?"
    town.whole(organisation=town.masks, checklists=[HEALTH])
    assert Standing.objects.get(what="inspection.passed").subject == town.masks.replace("-", "")
    town.whole(checklists=[CHEMICAL])
    assert Standing.objects.filter(what="inspection.passed", ends_at=None).count() == 2


def bookings(town: Town, chance: random.Random, count: int) -> None:
    """Book, begin, end and cancel at random."""
    for _number in range(count):
        more: dict[str, Any] = {"on": later(chance.randrange(0, 40))}
        more["checklists"] = chance.sample([CONTROL, HEALTH, CHEMICAL], chance.randrange(1, 4))
        if chance.random() < 0.15:
            more |= {"new_fact": "有新情况", "check_items": ["mask-1", "tank-1"]}
        try:
            booked = town.book(chance.choice([town.inspector, town.second]), **more)
            if chance.random() < 0.5:
                town.begin(booked["visit"])
                town.tick(
                    booked["visit"], [one for one in booked["booked"] if chance.random() < 0.6]
                )
                town.end(booked["visit"])
            elif chance.random() < 0.3:
                ask = town.of(booked["visit"], reason="改期")
                town.house.do("inspection.cancel_visit", ask, as_=town.inspector)
        except Refused as refused:
            assert refused.code in {"INS-3", "INS-4", "INS-21", "INS-32"}, refused


def twice(days: int) -> list[tuple[VisitItem, VisitItem]]:
    """Return every pair of items that was or will be inspected twice within the window."""
    visits = {row.id: row for row in Visit.objects.exclude(state=rules.CANCELLED)}
    by_code: dict[tuple[str, str], list[VisitItem]] = {}
    for row in VisitItem.objects.filter(state__in=rules.COUNTS, visit_id__in=visits):
        by_code.setdefault((row.subject, row.code), []).append(row)
    return [
        (one, other)
        for rows in by_code.values()
        for one, other in combinations(rows, 2)
        if abs((one.on - other.on).days) < days and one.again is None and other.again is None
    ]


@pytest.mark.parametrize("seed", range(4))
def test_no_item_is_inspected_twice_whatever_is_booked(town: Town, seed: int) -> None:
    """Rows: H20."""
    chance = random.Random(seed)
    days = chance.choice([3, 7, 14])
    rule = {"place": TONGZHOU, "policy": "inspection.days_between", "value": days}
    town.house.do("policy.put", rule)
    town.house.do("policy.put", rule | {"policy": "inspection.visits_most", "value": 10})
    bookings(town, chance, 25)
    assert Visit.objects.count() >= 3 and twice(days) == []
    assert town.house.faults() == []


def test_offices_that_book_at_the_same_instant_do_not_meet(town: Town) -> None:
    """Rows: H20."""

    def book(number: int) -> str:
        try:
            who = town.inspector if number % 2 else town.second
            town.book(who, on=later(number % 5))
        except Refused as refused:
            return refused.code
        finally:
            close()
        return "booked"

    with ThreadPoolExecutor(6) as pool:
        came = sorted(pool.map(book, range(12)))
    assert came.count("booked") == 1 and set(came) == {"booked", "INS-3"}
    assert twice(14) == []


def test_the_calendar_says_what_was_found_and_from_when_on_it_is_free(town: Town) -> None:
    town.whole()
    ask = {"place": VILLAGE, "organisation": town.chemical}
    rows = town.house.ask("inspection.calendar", ask, as_=town.second)
    assert len(rows) == 12 and {row.state for row in rows} == {"ok"}
    assert {row.free_on for row in rows} == {today() + dt.timedelta(days=14)}
    assert len(town.house.ask("inspection.calendar", ask, as_=town.clerk)) == 12
    with pytest.raises(Refused) as refused:
        town.house.ask("inspection.calendar", ask | {"organisation": town.masks}, as_=town.clerk)
    assert refused.value.code == "FRM-9"


def test_what_a_phone_carries_is_ones_own_day(town: Town, account: House) -> None:
    mine = town.book(on=later(0))
    town.book(town.second, organisation=town.masks)
    town.book(on=later(20))

    part = inspection_part(Store(), TONGZHOU, machine_now(), town.inspector.person)
    assert part is not None and [one["id"] for one in part["visits"]] == [mine["visit"]]
    assert len(part["visits"][0]["items"]) == 12
    assert part["visits"][0]["days"] == {"minor": 15, "serious": 3}
    assert numbered("mask", 1)[0]["text_zh"] == part["visits"][0]["items"][0]["zh"]
