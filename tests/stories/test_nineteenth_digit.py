"""The nineteenth digit: from a number that cannot be one to a rule that closes the gap, through the API (story E5)."""

import datetime as dt
import json
import uuid
from typing import Any

import pytest
from django.test import Client

from mingbai.domains.movement.models import Callback
from mingbai.kernel.models import Entry, OpenItem, Person
from tests.conftest import TOWN, VILLAGE, House
from tests.web.test_api import token_of

EAST = "东口"
WRITTEN, READ = "2111031995091600031", "211103199509160003"
PAPER = {"place": VILLAGE, "point": EAST, "document_kind": "resident_id", "phone": "16012345678"}
ARRIVED = {"arrived_on": "2020-01-26"}


class Gate:
    """A village's gate, asked and told over HTTP by the people of the story."""

    def __init__(self, house: House) -> None:
        self.house = house
        house.do("movement.open_checkpoint", {"place": VILLAGE, "point": EAST})
        self.people = {
            "guard": house.person("崔守望", "guard"),
            "overseer": house.person("刘白云", "overseer"),
            "desk": house.person("郎致远", "desk", TOWN),
        }
        self.keys = {
            who: token_of(house, actor, f"the-{who}") for who, actor in self.people.items()
        }

    def tell(self, who: str, name: str, ask: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Do something over HTTP; return the status and the answer."""
        answered = Client().post(
            f"/api/{name.replace('.', '/')}",
            json.dumps(ask),
            content_type="application/json",
            headers=self.keys[who]
            | {"idempotency-key": str(uuid.uuid4()), "accept-language": "en"},
        )
        return answered.status_code, answered.json()

    def ask(self, who: str, name: str, **ask: str) -> Any:
        """Ask for a table over HTTP."""
        found = Client().get(f"/api/{name.replace('.', '/')}", ask, headers=self.keys[who])
        return found.json()["rows"]


@pytest.fixture
def gate(story: House) -> Gate:
    """The gate of the story."""
    return Gate(story)


def test_the_nineteenth_digit(gate: Gate) -> None:
    """Rows: T15, T17, T18, T45, T48. From the keypad to the call, and from three such cases to a rule."""
    house = gate.house
    row = PAPER | {"name": "戚建洋", "document_number": WRITTEN}
    # 1: at the keypad it is refused in plain words; the readings are a hint and saved by nobody.
    status, told = gate.tell("guard", "movement.register_arrival", row)
    assert status == 422 and told["message"].startswith("19 digits; an ID number has 18.")
    assert told["facts"]["hints"] == [READ]
    assert gate.ask("guard", "movement.register", place=VILLAGE, point=EAST) == []
    # 2: the paper that says so is kept, and waits to be verified.
    status, told = gate.tell("guard", "movement.copy_arrival", row | ARRIVED)
    assert status == 200 and told["result"]["outcome"] == "to_verify"
    arrival = told["result"]["arrival"]
    # 3: whoever walks the gates sees it first, masked.
    (first, *_rest) = gate.ask("overseer", "movement.rows_in_doubt", place=VILLAGE)
    assert (first["arrival"], first["why"]) == (arrival, "length")
    assert WRITTEN not in json.dumps(first)
    # 4: the guard has a call task, dials, and corrects; old, new, who and when are in the account.
    about = {"place": VILLAGE, "arrival": arrival}
    assert gate.tell("guard", "movement.begin_call", about)[0] == 200
    mended = about | {"outcome": "corrected", "document_number": READ}
    assert gate.tell("guard", "movement.record_callback", mended)[0] == 200
    call = Callback.objects.get()
    assert call.old_sealed is not None and call.person == gate.people["guard"].person
    assert Entry.objects.filter(command="movement.record_callback").count() == 1
    (shown,) = gate.ask("guard", "movement.register", place=VILLAGE, point=EAST)
    assert (shown["certainty"], shown["document_mask"]) == ("verified", None), "nobody needs it now"
    assert Person.objects.get(purpose="register").document_mask == "211*************03"
    # 5: it counts as help that the gate gave, and as nobody's fault.
    (count,) = gate.ask("guard", "movement.gate_counts", place=VILLAGE)
    assert (count["fixed_within_hour"], count["to_verify"]) == (1, 0)
    assert "崔守望" not in json.dumps(count, ensure_ascii=False)
    house.settle()
    assert house.faults() == []


def test_the_third_such_number_in_a_week_proposes_a_rule(gate: Gate) -> None:
    """Rows: T16. The proposal is an entry; accepting it sets the rule from a day, and what came before is judged as it was."""
    house = gate.house
    for number in range(3):
        assert OpenItem.objects.filter(kind="movement.proposal").count() == 0
        row = PAPER | ARRIVED | {"name": f"来人{number}", "phone": f"1601234567{number}"}
        written = f"21110319950916000{number + 4}1"
        status, _told = gate.tell(
            "guard", "movement.copy_arrival", row | {"document_number": written}
        )
        assert status == 200
    assert OpenItem.objects.get(kind="movement.proposal").role == "desk"
    (proposal,) = gate.ask("desk", "movement.proposals", place=VILLAGE)
    now = house.ask("account.state", {}).now
    tomorrow = (now + dt.timedelta(days=1)).date().isoformat()
    accepted = {"place": VILLAGE, "proposal": proposal["proposal"], "starts_on": tomorrow}
    assert gate.tell("desk", "movement.accept_proposal", accepted)[0] == 200
    good = PAPER | {"name": "冯立夏", "document_number": READ, "phone": "16099998888"}
    assert gate.tell("guard", "movement.register_arrival", good)[0] == 200, "today as before"
    house.do("account.move_clock", {"to": f"{tomorrow}T09:00:00+08:00"})
    status, told = gate.tell("guard", "movement.register_arrival", good)
    assert status == 422 and "card seen" in told["message"]
    assert gate.tell("guard", "movement.register_arrival", good | {"card_seen": True})[0] == 200
    # 7: a foreign passport passes the same gate without the rule of eighteen digits.
    guest = {"name": "Anna Berg", "document_kind": "passport", "document_number": "C01X00T47"}
    status, _told = gate.tell(
        "guard",
        "movement.register_arrival",
        PAPER | guest | {"phone": "16055556666", "card_seen": True},
    )
    assert status == 200
    house.settle()
    assert house.faults() == []


def test_what_the_desk_answered_is_not_proposed_again_within_the_week(gate: Gate) -> None:
    """The week counts from the answer, also of a desk that took its time."""
    house = gate.house

    def bad(number: int) -> None:
        on = (house.ask("account.state", {}).now).date().isoformat()
        row = PAPER | {"name": f"来人{number}", "phone": f"160123456{number:02d}"}
        row |= {"arrived_on": on, "document_number": f"2111031995091600{number:02d}1"}
        status, _told = gate.tell("guard", "movement.copy_arrival", row)
        assert status == 200

    def later(days: int) -> None:
        on = house.ask("account.state", {}).now + dt.timedelta(days=days)
        house.do("account.move_clock", {"to": on.isoformat()})

    for number in range(11, 14):
        bad(number)
    (proposal,) = gate.ask("desk", "movement.proposals", place=VILLAGE)
    later(8)
    no = {"place": VILLAGE, "proposal": proposal["proposal"], "reason": "是同一张表抄错的"}
    assert gate.tell("desk", "movement.decline_proposal", no)[0] == 200
    for number in range(21, 25):
        bad(number)
    assert len(gate.ask("desk", "movement.proposals", place=VILLAGE)) == 1
    later(8)
    for number in range(31, 34):
        bad(number)
    assert len(gate.ask("desk", "movement.proposals", place=VILLAGE)) == 2
