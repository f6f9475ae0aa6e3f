"""An approval is taken back after the passes are out: a hazard stops them at the gates at once, its recheck lets them hold again."""

import json
import uuid
from typing import Any

import pytest
from django.test import Client

from mingbai.domains.movement.models import Permit
from mingbai.kernel import jobs
from mingbai.kernel.clock import day
from tests.conftest import TONGZHOU, VILLAGE, House
from tests.flows.test_permits import people, roster
from tests.stories.test_all_gates import Works, inspected, issued, prepared
from tests.web.test_pages import signed_in

STAFF = 25


@pytest.fixture
def works(story: House) -> Works:
    """The works of the story."""
    return Works(story)


def work() -> None:
    """Let the worker do what waits."""
    while waiting := jobs.waiting():
        for one in waiting:
            jobs.go_on(one)


def found_again(works: Works) -> str:
    """A neighbour office comes for another list and finds the fire way blocked once more."""
    told = {"checklist": "fire", "name_zh": "消防清单", "name_en": "Fire", "looks_at": "resumption"}
    item = {"code": "fire-door", "text_zh": "消防门开着", "text_en": "Fire door free"}
    works.house.do(
        "inspection.publish_checklist",
        told | {"place": TONGZHOU, "applies_to": "firm", "check_items": [item]},
    )
    on = day(works.house.ask("account.state", {}).now).isoformat()
    booking = {"checklists": ["fire"], "on": on}
    visit = works.tell("inspector", "inspection.book_visit", booking, works.firm)["visit"]
    works.tell("inspector", "inspection.begin_visit", {"visit": visit})
    told = {"visit": visit, "check_item": "fire-door", "severity": "serious", "text": "门锁死了"}
    return str(works.tell("inspector", "inspection.record_finding", told)["finding"])


def shown(number: str) -> Any:
    """Return what anybody is told of a pass, without signing in."""
    ask = json.dumps({"pass_shown": number})
    told = Client().post("/api/movement/check_pass", ask, content_type="application/json")
    return told.json()["valid"]


def page(client: Client, path: str = "/passes/") -> str:
    """Return a page as it is read."""
    return client.get(path, headers={"accept-language": "en"}).content.decode()


def test_passes_follow_the_approval_they_rest_on(works: Works) -> None:
    """Rows: Z14, Z84, Z87."""
    prepared(works)
    inspected(works)
    issued(works, roster(*people(STAFF)), "R-1")
    number = str(Permit.objects.values_list("number", flat=True)[0])
    desk = signed_in(works.house, "town-desk", works.people["desk"])
    clerk = signed_in(works.house, "works-clerk", works.people["clerk"])
    assert shown(number) == "valid"
    # The door is found locked: the whole staff is stopped, and both sides read it.
    finding = found_again(works)
    work()
    assert shown(number) == "revoked"
    (row,) = works.ask("desk", "movement.stops")["rows"]
    assert (row["state"], row["danger"], row["out_of_force"]) == ("stopped", True, STAFF)
    assert works.gates()["passes"]["detail"] == ["passes_stopped"]
    assert f"{STAFF} passes stopped" in page(desk) and f"{STAFF} passes stopped" in page(clerk)
    press = {
        "step": "run_on",
        "place": VILLAGE,
        "organisation": works.firm,
        "reason": "they wait outside",
        "request_id": str(uuid.uuid4()),
    }
    answered = desk.post("/passes/", press, headers={"accept-language": "en"})
    assert (
        answered.status_code == 422 and "until the hazard is rechecked" in answered.content.decode()
    )
    # Put right and rechecked by another: the same cards hold again.
    works.tell("clerk", "inspection.put_right", {"finding": finding, "text": "开了"})
    works.tell("second", "inspection.close_finding", {"finding": finding, "text": "开着"})
    work()
    assert shown(number) == "valid" and "passes stopped" not in page(clerk)
    # A part is sent back: nobody is stopped until the desk says so, on its page.
    back = {"need": "control_plan", "reason": "没写谁测温"}
    works.tell("desk", "enterprise.send_back", back, works.firm)
    work()
    assert shown(number) == "valid"
    assert f"Stop these {STAFF} passes" in page(desk) and "Stop these" not in page(clerk)
    assert "The passes of 1 firm wait for a decision." in page(desk)
    press |= {"step": "stop", "reason": "the plan names nobody", "request_id": str(uuid.uuid4())}
    # A leader reads what is late at the desk, and decides nothing in its place.
    leader = signed_in(works.house, "town-leader", works.house.person("殷明", "leader", VILLAGE))
    assert "of its staff still hold" in page(leader) and "Stop these" not in page(leader)
    assert leader.post("/passes/", press).status_code == 403
    press["request_id"] = str(uuid.uuid4())
    assert desk.post("/passes/", press).status_code == 302
    work()
    assert shown(number) == "revoked" and "the plan names nobody" in page(clerk)
    part = {"need": "control_plan", "text": "总经理负责，班组长测温"}
    works.tell("clerk", "enterprise.file_application", {"parts": [part]}, works.firm)
    work()
    assert shown(number) == "valid"

    works.house.settle()
    assert works.house.faults() == []
