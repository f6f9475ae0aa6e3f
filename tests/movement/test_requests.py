"""An agent asks for a firm's passes within one matter; the desk issues; the clock is shown, and the agent's right has ended."""

import datetime as dt
import uuid
from typing import Any

import pytest

from mingbai.domains.movement.models import Batch, Permit
from mingbai.kernel import jobs
from mingbai.kernel.actors import Actor
from mingbai.kernel.clock import machine_now
from mingbai.kernel.models import Mandate, Message, OpenItem
from mingbai.kernel.pass_keys import trust_list
from mingbai.kernel.refusals import Refused
from mingbai.proofs.tokens import open_token
from tests.conftest import VILLAGE, House
from tests.movement.passes import tokens

NOW = machine_now()
CASE = uuid.UUID("5f0f9f2e-2f0a-4b7e-9d62-0a8f3d1c7b11")


@pytest.fixture
def firm(account: House) -> str:
    """The forklift works."""
    ask = {"place": VILLAGE, "name": "叉车厂", "kind": "company"}
    return str(account.do("organisations.add_organisation", ask).result["organisation"])


@pytest.fixture
def agent(account: House, firm: str) -> Actor:
    """An agent whose mandate holds for this firm, this matter and today."""
    return account.person(
        "章跑腿",
        "agent",
        VILLAGE,
        case=str(CASE),
        organisation=firm,
        ends_at=(NOW + dt.timedelta(days=1)).isoformat(),
    )


def plates(count: int) -> list[dict[str, Any]]:
    """Return trucks with seven forklifts each."""
    return [
        {
            "plate": f"浙A{number:05d}",
            "carries": "叉车",
            "quantity": 7,
            "shipment": f"S-{number}",
            "route": "临安至宁波港",
        }
        for number in range(count)
    ]


def wish(firm: str, count: int = 60, **more: Any) -> dict[str, Any]:
    """Return what the agent asks for."""
    return {
        "place": VILLAGE,
        "batch": "G-1",
        "kind": "goods",
        "organisation": firm,
        "vehicles": plates(count),
        "valid_to": (NOW + dt.timedelta(days=3)).isoformat(),
    } | more


def test_sixty_trucks_get_their_passes_and_the_agents_right_ends(
    account: House, firm: str, agent: Actor, desk: Actor
) -> None:
    """Rows: Z88, Z96."""
    asked = account.do("movement.request_permits", wish(firm), as_=agent, case=CASE)
    assert asked.result["total"] == 60
    item = OpenItem.objects.get(kind="movement.permits_asked")
    assert (item.subject, item.role, item.due_at - item.asked_at) == (
        "G-1",
        "desk",
        dt.timedelta(minutes=30),
    )
    (waiting,) = account.ask("movement.my_requests", as_=agent)
    assert (waiting.state, waiting.asked_for, waiting.issued_at, waiting.minutes) == (
        "asked",
        60,
        None,
        0,
    )
    begun = account.do("movement.grant_permits", {"place": VILLAGE, "batch": "G-1"}, as_=desk)
    assert jobs.go_on(uuid.UUID(begun.result["job"]))
    (row,) = account.ask(
        "movement.batches", {"place": VILLAGE}, as_=desk.__class__(person=desk.person)
    )
    assert (row.state, row.issued, row.organisation) == ("issued", 60, "叉车厂")
    assert row.issued_at is not None and row.minutes is not None and row.minutes <= 30
    clock = account.ask("movement.permit_clock", {"place": VILLAGE}, as_=desk)
    assert (clock.batches, clock.worst_minutes) == (1, 0)
    passes = account.ask("movement.permits", {"place": VILLAGE, "batch": "G-1"}, as_=desk)
    assert {(one.plate, one.goods, one.shipment, one.route) for one in passes} >= {
        ("浙A00000", "叉车 × 7", "S-0", "临安至宁波港")
    }
    made = tokens()
    claims = open_token(next(iter(made.values())), trust_list().keys, machine_now())
    assert len(made) == 60 and claims.organisation == "叉车厂" and claims.goods == "叉车 × 7"
    # The clock has stopped, the agent was told, and their right has ended by itself.
    assert OpenItem.objects.get(kind="movement.permits_asked").outcome == "issued"
    assert Message.objects.get(kind="permits_ready").person == agent.person
    assert Mandate.objects.get(person=agent.person).ends_at <= machine_now()
    with pytest.raises(Refused):
        account.do("movement.request_permits", wish(firm, 1, batch="G-2"), as_=agent, case=CASE)
    assert account.ask("movement.my_requests", as_=agent)[0].state == "issued", (
        "own requests stay to be seen"
    )
    account.settle()
    assert account.faults() == []


def test_the_right_is_for_one_matter_and_one_firm(
    account: House, firm: str, agent: Actor, desk: Actor
) -> None:
    """Rows: Z96."""
    with pytest.raises(Refused) as refused:
        account.do("movement.request_permits", wish(firm, 1), as_=agent)
    assert refused.value.code == "ACC-6"
    other = account.do(
        "organisations.add_organisation", {"place": VILLAGE, "name": "别家", "kind": "company"}
    ).result["organisation"]
    with pytest.raises(Refused) as refused:
        account.do("movement.request_permits", wish(other, 1), as_=agent, case=CASE)
    assert refused.value.code == "MOV-48"
    free = account.person("无事由", "agent", VILLAGE)
    with pytest.raises(Refused) as refused:
        account.do("movement.request_permits", wish(firm, 1), as_=free)
    assert refused.value.code == "MOV-48"
    with pytest.raises(Refused) as refused:
        account.do("movement.issue_permits", wish(firm, 1), as_=agent, case=CASE)
    assert refused.value.code in ("ACC-1", "ASK-1", "ASK-2")
    assert Batch.objects.count() == 0 and Permit.objects.count() == 0


def test_a_request_can_be_refused_and_the_agent_may_ask_again(
    account: House, firm: str, agent: Actor, desk: Actor
) -> None:
    account.do("movement.request_permits", wish(firm, 2), as_=agent, case=CASE)
    ask = {"place": VILLAGE, "batch": "G-1", "reason": "缺装货单"}
    account.do("movement.refuse_permits", ask, as_=desk)
    assert Message.objects.get().kind == "permits_refused"
    with pytest.raises(Refused) as refused:
        account.do("movement.grant_permits", {"place": VILLAGE, "batch": "G-1"}, as_=desk)
    assert refused.value.code == "MOV-53"
    account.do("movement.request_permits", wish(firm, 2, batch="G-2"), as_=agent, case=CASE)


def test_bad_plates_are_told_before_anything_waits(account: House, firm: str, agent: Actor) -> None:
    for vehicles, code in (
        ([{"plate": "浙A1234", "carries": "叉车"}], "MOV-47"),
        ([{"plate": "浙A12345"}], "MOV-52"),
    ):
        with pytest.raises(Refused) as refused:
            account.do(
                "movement.request_permits", wish(firm, vehicles=vehicles), as_=agent, case=CASE
            )
        assert refused.value.code == code
    assert not OpenItem.objects.exists()
