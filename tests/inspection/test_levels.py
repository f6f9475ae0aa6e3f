"""Checklists under a response level: what applies follows the words in force at the visit's moment, and shortens when they ease."""

import datetime as dt

import pytest

from mingbai.domains.inspection.models import VisitItem
from mingbai.domains.response.commands.levels import changes_due
from mingbai.kernel.actors import Actor
from mingbai.kernel.clock import at_time
from mingbai.kernel.moment import now as moment_now
from mingbai.kernel.refusals import Refused
from mingbai.kernel.rows import Store
from tests.conftest import TONGZHOU, VILLAGE
from tests.inspection.conftest import HEALTH, Town, clock, item, listed

JAN_28, JAN_29, FEB_2 = dt.date(2020, 1, 28), dt.date(2020, 1, 29), dt.date(2020, 2, 2)
STRICT = "strict"
LONG = [item(f"rule-{number}") for number in range(1, 4)]
SHORT = [item(f"rule-{number}", levels=["I"]) for number in range(4, 9)]


@pytest.fixture
def leader(days: Town) -> Actor:
    """The county's leader, who has declared level I; a list of eight items of which five are for level I alone."""
    days.house.do("inspection.publish_checklist", listed(STRICT, LONG + SHORT))
    found = days.house.person("县长某", "leader", TONGZHOU)
    declare(days, found, "I")
    return found


def declare(days: Town, leader: Actor, level: str, on: dt.date | None = None) -> None:
    """Declare a level, at once or from the beginning of a day."""
    ask = {"place": TONGZHOU, "level": level, "basis": "指挥部通告"}
    more = {"effective_at": at_time(on, 0).isoformat()} if on else {}
    days.house.do("response.declare_level", ask | more, as_=leader)


def test_a_list_shortens_when_the_level_eases(days: Town, leader: Actor) -> None:
    """Rows: Z15."""
    declare(days, leader, "II", FEB_2)
    ask = {"place": VILLAGE, "organisation": days.chemical}
    for on, count in ((JAN_28, 8), (FEB_2, 3)):
        rows = days.house.ask("inspection.checklists", ask | {"on": str(on)})
        assert {row.checklist: row.item_count for row in rows}[STRICT] == count
    strict = days.book(on=str(JAN_29), checklists=[STRICT])
    eased = days.book(organisation=days.masks, on=str(FEB_2), checklists=[STRICT])
    assert (len(strict["booked"]), len(eased["booked"])) == (8, 3)


def test_what_the_level_of_the_day_no_longer_asks_falls_away_at_the_door(
    days: Town, leader: Actor
) -> None:
    booked = days.book(organisation=days.masks, on=str(FEB_2), checklists=[STRICT])
    assert len(booked["booked"]) == 8, "level I is all that is known of that day"
    declare(days, leader, "II", FEB_2)
    clock(days, FEB_2)
    changes_due(moment_now(Store()))
    days.begin(booked["visit"])
    states = list(
        VisitItem.objects.filter(visit_id=booked["visit"]).values_list("state", flat=True)
    )
    assert (states.count("due"), states.count("eased")) == (3, 5)
    with pytest.raises(Refused) as refused:
        days.tick(booked["visit"], ["rule-4"])
    assert refused.value.code == "INS-33"
    days.tick(booked["visit"], ["rule-1", "rule-2", "rule-3"])
    days.end(booked["visit"])
    rows = days.house.ask("standing.in_force", {"place": VILLAGE}, as_=days.desk)
    assert "inspection.passed" in {row.standing for row in rows}


def test_a_list_for_one_grade_and_a_shorter_window_in_a_zone_of_high_grade(
    days: Town, leader: Actor
) -> None:
    """Rows: H20."""
    days.house.do(
        "inspection.publish_checklist", listed("high-only", [item("seal-1")], grades=["high"])
    )
    with pytest.raises(Refused) as refused:
        days.book(checklists=["high-only"], on=str(JAN_28))
    assert refused.value.code == "INS-23"
    days.book(on=str(JAN_28))
    with pytest.raises(Refused) as refused:
        days.book(on=str(FEB_2))
    assert refused.value.code == "INS-3"
    grade = {"place": VILLAGE, "grade": "high", "basis": "指挥部通告"}
    days.house.do("response.set_zone_grade", grade, as_=leader)
    assert len(days.book(on=str(FEB_2), checklists=[HEALTH, "high-only"])["booked"]) == 15


def test_a_leader_sees_beforehand_which_lists_would_shorten(days: Town, leader: Actor) -> None:
    ask = {"place": TONGZHOU, "level": "II", "at": at_time(FEB_2, 0).isoformat()}
    rows = days.house.ask("response.simulate", ask, as_=leader)
    found = [row for row in rows if row.section == "inspection.checklists"]
    assert [(row.subject, row.before_change, row.after_change) for row in found] == [
        (STRICT, "8 项", "3 项")
    ]
