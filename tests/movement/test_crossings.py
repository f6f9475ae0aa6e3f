"""Crossings: judged anew by the account, recorded when they happened, kept apart gate by gate, and deleted in time."""

import datetime as dt
import json
import uuid
from pathlib import Path
from typing import Any

import pytest

from mingbai.domains.movement.models import Crossing, Permit
from mingbai.kernel.actors import Actor
from mingbai.kernel.clock import machine_now
from mingbai.kernel.devices.bundle import bundle
from mingbai.kernel.models import Device, Entry, OpenItem
from mingbai.kernel.refusals import Refused
from mingbai.kernel.registry import REGISTRY
from tests.conftest import NEIGHBOUR, TOWN, VILLAGE, House
from tests.kernel.phone import Phone, enrolled
from tests.movement.passes import batch, issue, person, tokens

NOW = machine_now()
DAYS = {"valid_to": (NOW + dt.timedelta(days=10)).isoformat()}
EAST, WEST = "东口", "西口"
VECTORS = Path(__file__).resolve().parents[1] / "data" / "tokens.json"


@pytest.fixture
def guard(account: House) -> Actor:
    """A guard of the village, whose two gates stand open."""
    for name in (EAST, WEST):
        account.do("places.add_point", {"place": VILLAGE, "kind": "gate", "name": name})
    return account.person("崔守口", "guard")


@pytest.fixture
def token(account: House) -> str:
    """The text of a pass that holds in the village."""
    issue(account, batch(holders=[person(account, "祁满仓", 1)], **DAYS))
    return next(iter(tokens().values()))


def cross(house: House, guard: Actor, point: str = EAST, **ask: Any) -> dict[str, Any]:
    """Record a crossing; return what is answered."""
    said = {"place": VILLAGE, "point": point, "direction": "in"} | ask
    return house.do("movement.record_crossing", said, as_=guard).result


def run(name: str, now: dt.datetime | None = None) -> None:
    """Do what falls due."""
    for _every, function in REGISTRY.due:
        if function.__name__ == name:
            function(now or machine_now())


def test_a_pass_crosses_by_its_text_or_its_number(account: House, guard: Actor, token: str) -> None:
    first = cross(account, guard, permit=token)
    assert (first["verdict"], first["judged"]) == ("pass", "valid")
    number = Permit.objects.get().number
    spaced = " ".join(number[at : at + 4] for at in range(0, 16, 4)).upper()
    assert cross(account, guard, permit=spaced, direction="out")["judged"] == "valid"
    assert set(Crossing.objects.values_list("permit", flat=True)) == {number}
    body = Entry.objects.filter(command="movement.record_crossing").first().body
    assert number not in body and token not in body, "which pass it was is no part of the body"
    account.settle()
    assert account.faults() == []


def test_what_the_rules_are_against_is_refused_at_a_desk(
    account: House, guard: Actor, token: str
) -> None:
    number = Permit.objects.get().number
    bent = token[:-2] + ("00" if token[-2:] != "00" else "11")
    for shown, code in (
        ("f" * 16, "MOV-60"),
        (bent, "MOV-60"),
        ("https://example.invalid/", "MOV-65"),
    ):
        with pytest.raises(Refused) as refused:
            cross(account, guard, permit=shown)
        assert refused.value.code == code, shown
    account.do("movement.revoke_permit", {"place": VILLAGE, "permit": number, "reason": "丢了"})
    for shown in (number, token):
        with pytest.raises(Refused) as refused:
            cross(account, guard, permit=shown)
        assert refused.value.code == "MOV-63"
    assert Crossing.objects.count() == 0


def test_a_scan_that_was_stopped_is_kept_with_its_reason(
    account: House, guard: Actor, token: str
) -> None:
    stopped = cross(account, guard, permit="f" * 16, verdict="stop")
    assert stopped["judged"] == "unknown"
    cross(account, guard, permit=token, verdict="stop", reason="not_the_holder")
    cross(account, guard, permit=token, verdict="stop")
    reasons = sorted(Crossing.objects.values_list("reason", flat=True))
    assert reasons == ["guard", "not_the_holder", "unknown"]


def test_whatever_a_phone_says_of_a_code_is_kept(account: House, guard: Actor, token: str) -> None:
    """Every reason for which the phone's library refuses a code is a reason here, or the failed scan would be lost."""
    told = json.loads(VECTORS.read_text("utf-8"))["cases"]
    reasons = {one["expect"]["refused"] for one in told if "refused" in one["expect"]}
    reasons |= {"holder", "no_list"}
    assert "base45" in reasons and len(reasons) > 10
    for reason in reasons:
        cross(account, guard, permit="MB1:", verdict="stop", reason=reason)
    assert set(Crossing.objects.values_list("reason", flat=True)) == reasons


def test_a_pass_of_another_place_does_not_hold_here(account: House, guard: Actor) -> None:
    ask = {"place": NEIGHBOUR, "batch": "N", "kind": "person"}
    holder = person(account, "邻居", 2)
    issue(account, ask | {"holders": [holder]} | DAYS)
    with pytest.raises(Refused) as refused:
        cross(account, guard, permit=next(iter(tokens().values())))
    assert refused.value.code == "MOV-64"


def test_it_is_judged_by_the_moment_when_it_happened(
    account: House, guard: Actor, token: str
) -> None:
    said = {"place": VILLAGE, "point": EAST, "direction": "in", "permit": token}
    with pytest.raises(Refused) as refused:
        account.do(
            "movement.record_crossing", said, as_=guard, at=machine_now() - dt.timedelta(days=1)
        )
    assert refused.value.code == "MOV-62"


def test_one_of_the_two_comes_through(account: House, guard: Actor, token: str) -> None:
    for ask in ({}, {"permit": token, "arrival": str(uuid.uuid4())}):
        with pytest.raises(Refused) as refused:
            cross(account, guard, **ask)
        assert refused.value.code == "MOV-66"
    with pytest.raises(Refused) as refused:
        cross(account, guard, "南口", permit=token)
    assert refused.value.code == "MOV-2"


def test_what_a_phone_tells_has_happened(account: House, guard: Actor, token: str) -> None:
    desk = account.person("郎致远", "desk", TOWN)
    phone = enrolled(account, guard, desk, VILLAGE)
    number = Permit.objects.get().number
    account.do("movement.revoke_permit", {"place": VILLAGE, "permit": number, "reason": "丢了"})
    ask = {"place": VILLAGE, "point": EAST, "direction": "in"}
    phone.save("movement.record_crossing", ask | {"permit": token, "verdict": "let_in"})
    phone.save("movement.record_crossing", ask | {"permit": "f" * 16, "verdict": "stop"})
    outcomes = [one["outcome"] for one in phone.send()["results"]]
    assert outcomes == ["overruled", "accepted"]
    let_in = Crossing.objects.get(verdict="let_in")
    assert (let_in.judged, let_in.permit) == ("revoked", number)
    assert OpenItem.objects.filter(kind="sync.overruled", done_at=None).count() == 1


def test_double_use_is_told_to_each_gate_alone(account: House, guard: Actor, token: str) -> None:
    first = cross(account, guard, EAST, permit=token)
    second = cross(account, guard, WEST, permit=token)
    cross(account, guard, WEST, permit=token, direction="out")
    run("double_uses")
    once = list(OpenItem.objects.filter(kind="movement.double_use"))
    assert len(once) == 1, "one gate at a time"
    run("double_uses")
    run("double_uses")
    items = list(OpenItem.objects.filter(kind="movement.double_use"))
    assert {item.subject for item in items} == {
        uuid.UUID(one["crossing"]).hex for one in (first, second)
    }
    assert len({item.because for item in items}) == 2, "no entry stands behind both"
    account.settle()
    assert account.faults() == []


def test_the_same_gate_and_the_other_way_are_no_double_use(
    account: House, guard: Actor, token: str
) -> None:
    cross(account, guard, EAST, permit=token)
    cross(account, guard, EAST, permit=token)
    cross(account, guard, WEST, permit=token, direction="out")
    cross(account, guard, WEST, permit=token, verdict="stop")
    run("double_uses")
    assert not OpenItem.objects.filter(kind="movement.double_use").exists()


def test_crossings_are_deleted_when_their_day_has_come(
    account: House, guard: Actor, token: str
) -> None:
    cross(account, guard, permit=token)
    assert 13 <= (Crossing.objects.get().delete_after - machine_now().date()).days <= 15
    run("old_crossings", machine_now() + dt.timedelta(days=20))
    assert Crossing.objects.count() == 0
    account.settle()
    assert account.faults() == []


def test_the_bundle_of_a_place_without_a_gate_says_nothing(account: House, guard: Actor) -> None:
    desk = account.person("郎致远", "desk", TOWN)
    content = carried(enrolled(account, guard, desk, VILLAGE))
    assert content["gate"]["above"][0] == VILLAGE and TOWN in content["gate"]["above"]
    assert [point["name"] for point in content["gate"]["points"]] == [EAST, WEST]
    keeper = account.person("鲁长河", "keeper", NEIGHBOUR)
    assert "gate" not in carried(enrolled(account, keeper, desk, NEIGHBOUR))


def carried(phone: Phone) -> dict[str, Any]:
    """Return what a phone carries."""
    found: dict[str, Any] = json.loads(bundle(Device.objects.get(id=phone.device))["text"])
    return found
