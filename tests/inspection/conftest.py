"""A chemical firm, a mask maker and three gates of a village, their checklists, and two inspectors of the county."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import pytest

from mingbai.kernel.actors import Actor
from mingbai.kernel.clock import at_time, day, machine_now
from tests.conftest import TONGZHOU, TOWN, VILLAGE, House
from tests.inspection.villages import bureau, firm_clerk, host, village

__all__ = ["bureau", "firm_clerk", "host", "village"]

CHEMICAL, CONTROL, HEALTH, GATES = "chemical", "control", "health", "gates"
ANOTHER_COUNTY = "110111000000"


def today() -> dt.date:
    """Return the day of the place."""
    return day(machine_now())


def later(days: int) -> str:
    """Return the day some days from today, as an ask has it."""
    return str(today() + dt.timedelta(days=days))


def item(code: str, **more: Any) -> dict[str, Any]:
    """Return one item of a list."""
    return {"code": code, "text_zh": f"{code}合格", "text_en": f"{code} is in order", **more}


def listed(code: str, items: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    """Return a checklist as it is published."""
    return {
        "place": TONGZHOU,
        "checklist": code,
        "name_zh": f"{code}清单",
        "name_en": f"{code} list",
        "looks_at": "control",
        "applies_to": "firm",
        "check_items": items,
        **more,
    }


def numbered(prefix: str, count: int, start: int = 1) -> list[dict[str, Any]]:
    """Return items of one kind."""
    return [item(f"{prefix}-{number}") for number in range(start, start + count)]


@dataclass
class Town:
    """Who and what there is to inspect."""

    house: House
    chemical: str
    masks: str
    gate: str
    inspector: Actor
    second: Actor
    clerk: Actor
    guard: Actor
    desk: Actor

    def book(self, as_: Actor | None = None, **more: Any) -> Any:
        """Book a visit to the chemical firm today; return what came of it."""
        ask = {"place": VILLAGE, "on": later(0), "checklists": [CONTROL]} | more
        if "organisation" not in ask and "point" not in ask:
            ask["organisation"] = self.chemical
        return self.house.do("inspection.book_visit", ask, as_=as_ or self.inspector).result

    def of(self, visit: str, **more: Any) -> dict[str, Any]:
        """Return an ask about a visit."""
        return {"place": VILLAGE, "visit": visit, **more}

    def begin(self, visit: str, as_: Actor | None = None, **context: Any) -> None:
        """Begin a visit."""
        self.house.do(
            "inspection.begin_visit", self.of(visit), as_=as_ or self.inspector, **context
        )

    def tick(self, visit: str, codes: list[str], outcome: str = "ok") -> None:
        """Tick items of a visit."""
        for code in codes:
            ask = self.of(visit, check_item=code, outcome=outcome)
            self.house.do("inspection.tick_item", ask, as_=self.inspector)

    def end(self, visit: str) -> Any:
        """End a visit; return how it was."""
        return self.house.do("inspection.end_visit", self.of(visit), as_=self.inspector).result

    def whole(self, **more: Any) -> Any:
        """Play a whole visit with everything in order; return its booking."""
        booked = self.book(**more)
        self.begin(booked["visit"])
        self.tick(booked["visit"], booked["booked"])
        self.end(booked["visit"])
        return booked

    def find(self, visit: str, code: str, severity: str = "minor", **more: Any) -> str:
        """Record a finding; return its id."""
        ask = self.of(visit, check_item=code, severity=severity) | {"text": "地面有积液"} | more
        done = self.house.do("inspection.record_finding", ask, as_=self.inspector)
        return str(done.result["finding"])

    def about(self, finding: str, name: str, as_: Actor, **more: Any) -> None:
        """Do something about a finding."""
        ask = {"place": VILLAGE, "finding": finding, **more}
        self.house.do(f"inspection.{name}", ask, as_=as_)


def built(account: House) -> Town:
    """Register two firms and a gate, publish four checklists, and let people work with them."""
    firms = []
    for name, sector in (("临平化工厂", "C26"), ("口罩厂", "C1779")):
        ask = {"place": VILLAGE, "name": name, "kind": "company", "sector": sector}
        done = account.do("organisations.add_organisation", ask)
        firms.append(done.result["organisation"])
    gate = account.do("places.add_point", {"place": VILLAGE, "kind": "gate", "name": "三号卡口"})
    publish = "inspection.publish_checklist"
    account.do(
        publish, listed(CHEMICAL, numbered("tank", 4), sectors=["C26"], looks_at="resumption")
    )
    account.do(publish, listed(CONTROL, numbered("mask", 12)))
    account.do(publish, listed(HEALTH, [*numbered("mask", 12), *numbered("sick-bay", 2)]))
    account.do(publish, listed(GATES, numbered("thermometer", 3), applies_to="gate"))
    return Town(
        house=account,
        chemical=str(firms[0]),
        masks=str(firms[1]),
        gate=str(gate.result["point"]),
        inspector=account.person("应巡", "inspector", TONGZHOU),
        second=account.person("卫查", "inspector", TONGZHOU),
        clerk=account.person("厂文员", "clerk", VILLAGE, organisation=firms[0]),
        guard=account.person("崔守望", "guard", VILLAGE),
        desk=account.person("郎致远", "desk", TOWN),
    )


@pytest.fixture
def town(account: House) -> Town:
    """Two firms and a gate, four checklists, and who works with them."""
    return built(account)


@pytest.fixture
def days(story: House) -> Town:
    """The same in a story, whose clock can be moved; it begins on 27 January 2020."""
    return built(story)


def clock(town: Town, on: dt.date, hour: int = 9, minute: int = 0) -> None:
    """Move the story's clock."""
    town.house.do("account.move_clock", {"to": at_time(on, hour, minute).isoformat()})
