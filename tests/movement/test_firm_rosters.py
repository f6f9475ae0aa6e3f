"""An approved firm asks for passes for its staff by a roster: the desk issues, bad rows come back to the firm, nobody gets two."""

import uuid
from typing import Any

import pytest

from mingbai.domains.movement.models import Batch, Permit
from mingbai.flows import permits
from mingbai.kernel import jobs
from mingbai.kernel.actors import Actor
from mingbai.kernel.models import Message, OpenItem
from mingbai.kernel.refusals import NotAllowed, Refused
from tests.conftest import VILLAGE, House
from tests.enterprise.firms import Firm, firm, hazard, parts, put_right, rechecked
from tests.flows.test_permits import people, roster
from tests.movement.passes import document


def send(one: Firm, content: bytes, as_: Actor | None = None, **more: Any) -> uuid.UUID:
    """Send a firm's roster."""
    return permits.request_roster(
        content, one.place, uuid.UUID(one.id), as_=as_ or one.clerk, **more
    )


def grant(house: House, desk: Actor, batch: uuid.UUID) -> Batch:
    """Issue what a firm asked for, to the end."""
    code = Batch.objects.get(id=batch).code
    ask = {"place": VILLAGE, "batch": code}
    begun = house.do("movement.grant_permits", ask, as_=desk).result
    assert jobs.go_on(uuid.UUID(begun["job"]))
    return Batch.objects.get(id=batch)


def test_an_approved_firm_asks_by_its_roster_and_the_desk_issues(
    account: House, desk: Actor
) -> None:
    """Rows: Z84."""
    one = firm(account)
    bad = ["错一位", document(90)[:-1], "13800000090", "叉车厂", "装配"]
    content = roster(*people(6), bad)
    with pytest.raises(NotAllowed) as refusal:
        send(one, content)
    assert refusal.value.code == "MOV-95" and not Batch.objects.exists()
    one.file(*parts(one.clerk))
    other = firm(account, "别家")
    with pytest.raises(NotAllowed):
        send(one, content, as_=other.clerk)
    officer = account.person("钱素英", "service_officer")
    with pytest.raises(NotAllowed):
        send(one, content, as_=officer)
    asked = send(one, content, batch="R-1")
    path = {row.stage: row for row in account.ask("enterprise.gate_path", one.ask, as_=one.clerk)}
    assert (path["passes"].held_by, path["passes"].detail) == ("desk", ["passes_asked"])
    batch = grant(account, desk, asked)
    assert (batch.state, batch.issued) == ("issued", 6)
    clock = account.ask("movement.permit_clock", {"place": VILLAGE}, as_=desk)
    assert (clock.batches, clock.asked_for, clock.worst_minutes) == (1, 0, 0)
    assert Message.objects.get(kind="permits_ready").person == one.clerk.person
    assert OpenItem.objects.get(kind="movement.permits_asked").outcome == "issued"
    (row,) = account.ask("movement.rows_to_mend", {"batch_id": asked}, as_=one.clerk)
    assert (row.row, row.why) == (9, "length")
    assert account.ask("movement.rows_to_mend", {"batch_id": asked}, as_=other.clerk) == []
    path = {row.stage: row for row in account.ask("enterprise.gate_path", one.ask, as_=one.clerk)}
    assert (path["passes"].state, path["passes"].quantity) == ("open", 6)
    # Mended and sent for the same batch once more: only the mended row gets a pass; once more: none.
    mended = roster(*people(6), ["错一位", document(90), "13800000090", "叉车厂", "装配"])
    for _time in range(2):
        assert send(one, mended, batch="R-1") == asked
        assert grant(account, desk, asked).issued == 7
    assert Permit.objects.count() == 7
    assert account.ask("movement.rows_to_mend", {"batch_id": asked}, as_=one.clerk) == []
    account.settle()
    assert account.faults() == []


def test_a_roster_is_asked_for_as_such_and_can_be_refused(account: House, desk: Actor) -> None:
    one = firm(account)
    one.file(*parts(one.clerk))
    ask = {"place": VILLAGE, "batch": "R-1", "kind": "person", "organisation": one.id}
    for wrong, code in (({}, "MOV-46"), ({"workbook": "0" * 64}, "MOV-96")):
        with pytest.raises(Refused) as refusal:
            account.do("movement.request_permits", ask | permits.span(3) | wrong, as_=one.clerk)
        assert refusal.value.code == code
    batch = Batch.objects.get(id=send(one, roster(*people(2)), batch="R-1"))
    sent = batch.job
    assert sent is not None and jobs.kept(sent) is not None
    refused = {"place": VILLAGE, "batch": "R-1", "reason": "名单不全"}
    account.do("movement.refuse_permits", refused, as_=desk)
    assert jobs.kept(sent) is None, "the roster is not kept"
    assert not Permit.objects.exists()


def test_no_pass_is_issued_for_an_approval_that_was_taken_back(account: House, desk: Actor) -> None:
    """Rows: Z84, Z87. What was asked for waits; when the hazard is closed it is issued."""
    one = firm(account)
    one.file(*parts(one.clerk))
    asked = send(one, roster(*people(3)), batch="R-1")
    finding = hazard(one)
    with pytest.raises(Refused) as refusal:
        grant(account, desk, asked)
    assert refusal.value.code == "MOV-97" and not Permit.objects.exists()
    put_right(one, finding)
    rechecked(one, finding)
    assert grant(account, desk, asked).issued == 3
    account.settle()
    assert account.faults() == []
