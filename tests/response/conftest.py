"""A story whose clock stands where the tests put it, with leaders of a district, a town and their desks."""

import datetime as dt
from typing import Any

import pytest

from mingbai.domains.response.commands.levels import changes_due
from mingbai.kernel import moment
from mingbai.kernel.actors import Actor
from mingbai.kernel.clock import PLACE_ZONE
from mingbai.kernel.rows import Store
from mingbai.kernel.setting_up import load_places
from tests.conftest import TONGZHOU, TOWN, House

ELSEWHERE = "110112001000"
BASIS = "指挥部 2020 年第 3 号"


def clock(day: str, time: str = "00:00") -> str:
    """Return a moment of the place in 2020."""
    return f"2020-{day}T{time}:00+08:00"


def parsed(text: str) -> dt.datetime:
    """Return a moment."""
    return dt.datetime.fromisoformat(text).astimezone(PLACE_ZONE)


def stand(house: House, day: str, time: str = "00:00") -> None:
    """Put the story's clock at a moment and let what is due be done."""
    house.do("account.move_clock", {"to": clock(day, time)})
    changes_due(moment.now(Store()))


@pytest.fixture
def district(story: House) -> Actor:
    """The district's leader; another town of the district is known too."""
    load_places(ELSEWHERE)
    return story.person("区长某", "leader", TONGZHOU)


@pytest.fixture
def mayor(story: House) -> Actor:
    """The town's leader."""
    return story.person("镇长某", "leader", TOWN)


def declare(house: House, leader: Actor, place: str, level: str, **more: Any) -> str:
    """Declare a level; return the change's id."""
    ask = {"place": place, "level": level, "basis": BASIS} | more
    return str(house.do("response.declare_level", ask, as_=leader).result["change"])


def grade(house: House, leader: Actor, place: str, value: str, **more: Any) -> str:
    """Set a zone grade; return the change's id."""
    ask = {"place": place, "grade": value, "basis": BASIS} | more
    return str(house.do("response.set_zone_grade", ask, as_=leader).result["change"])


def issue(house: House, leader: Actor, place: str, code: str, **more: Any) -> str:
    """Issue a measure that holds at level I everywhere and at level II where the grade is high; return its id."""
    table = [{"level": "I"}, {"level": "II", "grade": "high"}]
    ask = {
        "place": place,
        "code": code,
        "name_zh": f"措施{code}",
        "name_en": f"measure {code}",
        "basis": BASIS,
        "review_on": "2020-05-01",
        "keep_days": 14,
        "table": table,
    }
    return str(house.do("response.issue_measure", ask | more, as_=leader).result["measure_id"])


def held(house: House, place: str, at: str | None = None, **more: Any) -> set[str]:
    """Return the codes of the measures in force."""
    ask = {"place": place} | ({"at": at} if at else {}) | more
    return {row.code for row in house.ask("response.measures_in_force", ask)}
