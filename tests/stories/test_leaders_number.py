"""The leader's office asks, inspects and comes by: seventeen are held, the second inspection is offered the first, two tasks go along (story E12)."""

import json
import uuid
from typing import Any

import pytest
from django.test import Client

from mingbai.domains.inspection.models import FormQuestion
from tests.conftest import TONGZHOU, VILLAGE, House
from tests.inspection.conftest import CONTROL, listed, numbered
from tests.inspection.villages import HELD_HEADINGS, NEW_HEADINGS, due, today, village
from tests.web.test_api import token_of

__all__ = ["village"]


class Office:
    """The people of the story, each asking and telling over HTTP."""

    def __init__(self, house: House) -> None:
        firm = house.names["firm"]
        people = {
            "leader": house.person("殷明", "leader", TONGZHOU, capacity="通州区领导"),
            "first": house.person("应巡", "inspector", TONGZHOU, capacity="通州区应急局"),
            "second": house.person("卫查", "inspector", TONGZHOU, capacity="通州区卫健委"),
            "keeper": house.person("陆秀芬", "keeper"),
        }
        self.firm = firm
        self.keys = {who: token_of(house, one, f"the-{who}") for who, one in people.items()}
        house.do("inspection.publish_checklist", listed(CONTROL, numbered("mask", 3)))

    def tell(self, who: str, name: str, ask: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Do something; return the status and what came of it."""
        answered = Client().post(
            f"/api/{name.replace('.', '/')}",
            json.dumps(ask),
            content_type="application/json",
            headers=self.keys[who]
            | {"idempotency-key": str(uuid.uuid4()), "accept-language": "en"},
        )
        return answered.status_code, answered.json()

    def ask(self, who: str, name: str, **ask: str) -> Any:
        """Ask for something."""
        return Client().get(f"/api/{name.replace('.', '/')}", ask, headers=self.keys[who]).json()


@pytest.fixture
def office(village: House) -> Office:
    """The offices of the story."""
    return Office(village)


def test_the_leaders_office_asks_for_what_nobody_holds(office: Office) -> None:
    """Rows: H11, H15, H19, H27."""
    headings = [*HELD_HEADINGS, *NEW_HEADINGS]

    # 5: the leader's office wants a form of twenty fields: seventeen are held, three go out.
    seen = {"place": TONGZHOU, "fields": ",".join(headings), "subjects": VILLAGE}
    gate = office.ask("leader", "inspection.form_gate", **seen)
    assert (gate["asked"], gate["held"], gate["to_ask"]) == (20, 17, 3)
    wanted = {"title": "村情表", "fields": headings, "due": due(), "reason": "要看底数"}
    status, told = office.tell(
        "leader",
        "inspection.request_form",
        {"place": TONGZHOU, "subjects": [VILLAGE]} | wanted,
    )
    assert (status, told["result"]["to_ask"], FormQuestion.objects.count()) == (200, 3, 3)

    # 6: one inspection is done; another office wants the same, and gets the first result instead.
    booked = {"place": VILLAGE, "organisation": office.firm, "checklists": [CONTROL]}
    booked["on"] = today().isoformat()
    status, told = office.tell("first", "inspection.book_visit", booked)
    assert status == 200
    visit = {"place": VILLAGE, "visit": told["result"]["visit"]}
    office.tell("first", "inspection.begin_visit", visit)
    for code in told["result"]["booked"]:
        ticked = {"check_item": code, "outcome": "ok"}
        assert office.tell("first", "inspection.tick_item", visit | ticked)[0] == 200
    assert office.tell("first", "inspection.end_visit", visit)[0] == 200
    status, told = office.tell("second", "inspection.book_visit", booked)
    assert (status, told["code"]) == (422, "INS-3")
    assert "通州区应急局" in told["message"]

    # 7: the leader comes once for both hands, takes two tasks along, and the host closes them.
    plan = {"place": VILLAGE, "on": today().isoformat(), "hands": "both", "purpose": "看看缺什么"}
    came = {
        "place": VILLAGE,
        "visit": office.tell("leader", "inspection.plan_leader_visit", plan)[1]["result"]["visit"],
    }
    for step in ("begin_leader_visit", "end_leader_visit"):
        assert office.tell("leader", f"inspection.{step}", came)[0] == 200
    (row,) = office.ask("keeper", "inspection.leader_visits", place=VILLAGE)["rows"]
    assert row["state"] == "stays_open", "a visit from which nothing was taken is not over"
    for text in ("协调消毒液", "打通去镇上的路"):
        took = came | {"text": text, "due": due()}
        assert office.tell("leader", "inspection.take_task", took)[0] == 200
    for task in office.ask("keeper", "inspection.visit_tasks", place=VILLAGE)["rows"]:
        done = {"place": VILLAGE, "task": task["task"], "text": "办好了"}
        assert office.tell("leader", "inspection.close_task", done)[0] == 403
        assert office.tell("keeper", "inspection.close_task", done)[0] == 200
    (row,) = office.ask("keeper", "inspection.leader_visits", place=VILLAGE)["rows"]
    assert (row["state"], row["tasks"], row["tasks_open"]) == ("closed", 2, 0)

    # The meter says who asked for how much, to anyone.
    shown = Client().get("/api/inspection/burden", {"place": VILLAGE}).json()
    assert [(one["asker"], one["kind"]) for one in shown["asks"]] == [
        ("通州区领导", "form"),
        ("通州区领导", "leader_visit"),
    ]
    assert shown["biggest_asker"] == "通州区领导"
