"""Eight gates: a thermometer is missing at the third, and another bureau wants to see the same gates (story E6, steps 4 and 6).

The rounds of steps 1 to 3 and 5 belong to another desk; here an inspector's morning stands for the round that found it.
"""

import datetime as dt
import io
import json
import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from mingbai.kernel.clock import at_time
from mingbai.kernel.commands.items import late_items
from mingbai.kernel.moment import now as moment_now
from mingbai.kernel.rows import Store
from tests.conftest import TONGZHOU, TOWN, VILLAGE, House
from tests.web.test_api import token_of
from tests.web.test_inspections import pressed
from tests.web.test_pages import signed_in

DAY = dt.date(2020, 2, 3)
NAMES = "一二三四五六七八"
CHECKS = ("thermometer", "register-kept", "two-on-duty", "way-round-shown")


class Village:
    """Eight gates, asked and told over HTTP by the people of the story."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.people = {
            "walker": house.person("厉行远", "inspector", TONGZHOU),
            "rechecker": house.person("黎红叶", "inspector", TONGZHOU),
            "bureau": house.person("卫知微", "inspector", TONGZHOU),
            "guard": house.person("崔守望", "guard"),
            "town": house.person("郎致远", "desk", TOWN),
        }
        self.keys = {who: token_of(house, one, f"the-{who}") for who, one in self.people.items()}
        self.gates = []
        for number in NAMES:
            ask = {"place": VILLAGE, "kind": "gate", "name": f"{number}号卡口"}
            self.gates.append(house.do("places.add_point", ask).result["point"])
        self.publish("gates", CHECKS)
        self.publish("gates-of-health", (*CHECKS, "hand-wash", "waste-bin"))

    def publish(self, code: str, items: tuple[str, ...]) -> None:
        """Publish a list for gates."""
        told = [{"code": one, "text_zh": f"{one}在", "text_en": f"{one} is there"} for one in items]
        ask = {"place": TONGZHOU, "checklist": code, "name_zh": code, "name_en": code}
        more = {"looks_at": "control", "applies_to": "gate", "check_items": told}
        self.house.do("inspection.publish_checklist", ask | more)

    def clock(self, hour: int, minute: int = 0, on: dt.date = DAY) -> None:
        """Move the story's clock, and let fall due what does."""
        self.house.do("account.move_clock", {"to": at_time(on, hour, minute).isoformat()})
        late_items(moment_now(Store()))

    def tell(self, who: str, name: str, **ask: Any) -> tuple[int, dict[str, Any]]:
        """Do something over HTTP; return the status and the answer."""
        answered = Client().post(
            f"/api/inspection/{name}",
            json.dumps({"place": VILLAGE} | ask),
            content_type="application/json",
            headers=self.keys[who]
            | {"idempotency-key": str(uuid.uuid4()), "accept-language": "zh-hans"},
        )
        return answered.status_code, answered.json()

    def done(self, who: str, name: str, **ask: Any) -> dict[str, Any]:
        """Do something that is taken; return its result."""
        status, answered = self.tell(who, name, **ask)
        assert status == 200, answered
        found: dict[str, Any] = answered["result"]
        return found

    def waiting(self, who: str, place: str) -> list[dict[str, Any]]:
        """Return what waits for somebody."""
        found = Client().get("/api/items/waiting", {"place": place}, headers=self.keys[who])
        return list(found.json()["rows"])

    def morning(self) -> str:
        """Walk the eight gates; return the finding at the third."""
        finding = ""
        for number, gate in enumerate(self.gates, 1):
            told = {"point": gate, "checklists": ["gates"], "on": str(DAY)}
            visit = self.done("walker", "book_visit", **told)["visit"]
            self.done("walker", "begin_visit", visit=visit)
            for check in CHECKS:
                if number == 3 and check == "thermometer":
                    found = {
                        "check_item": check,
                        "severity": "minor",
                        "text": "额温枪坏了，没有备用",
                    }
                    more = {"due": str(DAY + dt.timedelta(days=1))}
                    finding = self.done("walker", "record_finding", visit=visit, **found, **more)[
                        "finding"
                    ]
                else:
                    self.done("walker", "tick_item", visit=visit, check_item=check, outcome="ok")
            self.done("walker", "end_visit", visit=visit)
        return finding


@pytest.fixture
def village(story: House) -> Village:
    """The village at eight in the morning."""
    found = Village(story)
    found.clock(8)
    return found


def test_a_missing_thermometer_is_there_again_the_next_day(village: Village) -> None:
    """Rows: T22."""
    finding = village.morning()
    (item,) = village.waiting("guard", VILLAGE)
    assert item["kind"] == "inspection.finding" and item["due_at"].startswith("2020-02-04")
    village.clock(7, 30, DAY + dt.timedelta(days=1))
    guard = signed_in(village.house, "guard-3", village.people["guard"])
    out = io.BytesIO()
    Image.new("RGB", (60, 40), "#775533").save(out, "JPEG")
    photo = SimpleUploadedFile("new.jpg", out.getvalue(), "image/jpeg")
    here = f"/inspections/{VILLAGE}/finding/{finding}/"
    pressed(guard, here, "put_right", text="镇里送来一支新的", picture=photo)
    assert village.tell("guard", "close_finding", finding=finding)[0] == 403
    assert [row["kind"] for row in village.waiting("rechecker", VILLAGE)] == ["inspection.recheck"]
    village.done("rechecker", "close_finding", finding=finding, text="三号卡口看过，能测")
    ask = {"place": VILLAGE, "finding": finding}
    shown = Client().get("/api/inspection/finding", ask, headers=village.keys["town"]).json()
    assert shown["state"] == "closed"
    assert [(one["what"], len(one["pictures"])) for one in shown["steps"]] == [
        ("put_right", 1),
        ("closed", 0),
    ]
    assert village.waiting("guard", VILLAGE) == []
    assert village.house.faults() == []


def test_what_is_not_put_right_by_its_day_rises_to_the_town(village: Village) -> None:
    """Rows: T22."""
    village.morning()
    assert village.waiting("town", TOWN) == []
    village.clock(23, 0, DAY + dt.timedelta(days=1))
    assert village.waiting("town", TOWN) == []
    village.clock(0, 1, DAY + dt.timedelta(days=2))
    (item,) = village.waiting("town", TOWN)
    assert item["kind"] == "inspection.finding" and item["place"] == VILLAGE
    town = signed_in(village.house, "town-desk", village.people["town"])
    page = town.get(f"/inspections/{TOWN}/", headers={"accept-language": "zh-hans"})
    assert "1 条问题已超期" in page.content.decode()


def test_another_bureau_is_given_the_morning_result_and_its_request_refused(
    village: Village,
) -> None:
    """Rows: H20."""
    village.morning()
    village.clock(10)
    for gate in village.gates:
        told = {"point": gate, "checklists": ["gates"], "on": str(DAY)}
        status, answered = village.tell("bureau", "book_visit", **told)
        assert (status, answered["code"]) == (422, "INS-3")
        assert answered["facts"]["on"] == str(DAY) and "结果" in answered["message"]
    third = {"point": village.gates[2], "checklists": ["gates-of-health"], "on": str(DAY)}
    booked = village.done("bureau", "book_visit", **third)
    assert booked["booked"] == ["hand-wash", "waste-bin"]
    assert {one["code"]: one["state"] for one in booked["offered"]} == {
        "thermometer": "failed", "register-kept": "ok", "two-on-duty": "ok", "way-round-shown": "ok",
    }  # fmt: skip
    ask = {"place": VILLAGE, "point": village.gates[2]}
    rows = Client().get("/api/inspection/calendar", ask, headers=village.keys["bureau"]).json()
    assert len(rows["rows"]) == 6
