"""Passes: a batch is issued in a job, nobody gets a second one, each opens with the account's own lists, and each can be taken back."""

import datetime as dt
import uuid

import pytest

from mingbai.domains.movement.models import Batch, IssuedDay, Permit
from mingbai.domains.movement.queries import permits as queries
from mingbai.kernel import jobs, pass_keys
from mingbai.kernel.clock import day, machine_now
from mingbai.kernel.models import Job, Person
from mingbai.kernel.refusals import Refused
from mingbai.kernel.registry import REGISTRY
from mingbai.kernel.rows import Store
from mingbai.proofs.tokens import Lists, TokenRefused, check_at, open_status, open_token, open_trust
from tests.conftest import NEIGHBOUR, TOWN, VILLAGE, House
from tests.movement.passes import batch, document, issue, person, tokens

NOW = machine_now()
DAYS = {"valid_to": (NOW + dt.timedelta(days=10)).isoformat()}


def lists(house: House) -> Lists:
    """Return the lists that a phone at the village's gate carries."""
    house.do(
        "places.add_point", {"place": VILLAGE, "kind": "gate", "name": f"口{uuid.uuid4().hex[:4]}"}
    )
    part = REGISTRY.bundle_parts["gate"](Store(), VILLAGE, machine_now())
    trust = open_trust(part["trust"], pass_keys.roots(), machine_now(), must_be_fresh=True)
    status = tuple(open_status(text, trust.keys, machine_now()) for text in part["status"])
    return Lists(trust, status)


def test_a_batch_is_issued_and_every_pass_opens(account: House) -> None:
    holders = [person(account, f"人{number}", number) for number in range(5)]
    job = issue(account, batch(holders=holders, **DAYS))
    assert (job.accepted, job.refused, job.ended_at is not None) == (5, 0, True)
    carried = lists(account)
    made = tokens()
    assert len(made) == 5 and Permit.objects.count() == 5
    for number, text in made.items():
        claims = open_token(text, carried.trust.keys, machine_now())
        assert claims.permit.hex() == number
        assert claims.tail and len(claims.tail) == 4 and claims.name.startswith("人")
        assert check_at(claims, VILLAGE, "person", carried, machine_now()) == "valid"
        with pytest.raises(TokenRefused) as refused:
            check_at(claims, NEIGHBOUR, "person", carried, machine_now())
        assert refused.value.reason == "place"
    row = Batch.objects.get()
    assert (row.state, row.issued, row.issued_at is not None) == ("issued", 5, True)
    assert IssuedDay.objects.get().issued == 5
    account.settle()
    assert account.faults() == []


def test_a_rerun_and_another_batch_issue_nothing_twice(account: House) -> None:
    holders = [person(account, f"人{number}", number) for number in range(3)]
    issue(account, batch(holders=holders, **DAYS))
    again = issue(account, batch(holders=holders, **DAYS))
    assert (again.accepted, again.duplicate) == (0, 3)
    other = issue(account, batch(holders=holders, **DAYS) | {"batch": "B-2"})
    assert (other.accepted, other.duplicate) == (0, 3)
    wider = issue(
        account, batch(holders=holders, **DAYS) | {"batch": "B-3", "places": [TOWN, VILLAGE]}
    )
    assert wider.accepted == 3, "other places are another pass"
    assert Permit.objects.count() == 6


def test_spots_are_spread_and_never_shared(account: House) -> None:
    holders = [person(account, f"人{number}", number) for number in range(12)]
    issue(account, batch(holders=holders, **DAYS))
    spots = list(Permit.objects.order_by("id").values_list("spot", flat=True))
    assert len(set(spots)) == 12 and max(spots) < 1024
    assert spots != sorted(spots)


def test_a_revoked_pass_stands_on_the_list_under_a_higher_version(account: House) -> None:
    holders = [person(account, f"人{number}", number) for number in range(3)]
    issue(account, batch(holders=holders, **DAYS))
    before = lists(account).statuses[0]
    number, text = next(iter(tokens().items()))
    ask = {"place": VILLAGE, "permit": number, "reason": "丢了"}
    account.do("movement.revoke_permit", ask)
    carried = lists(account)
    after = carried.statuses[0]
    assert after.version == before.version + 1 and len(after.revoked) == 1
    claims = open_token(text, carried.trust.keys, machine_now())
    with pytest.raises(TokenRefused) as refused:
        check_at(claims, VILLAGE, None, carried, machine_now())
    assert refused.value.reason == "revoked"
    with pytest.raises(Refused) as said:
        account.do("movement.revoke_permit", ask)
    assert said.value.code == "MOV-50"
    # Whose pass was revoked may have a new one.
    assert issue(account, batch(holders=holders, **DAYS) | {"batch": "B-9"}).accepted == 1


def test_an_organisations_members_get_theirs(account: House) -> None:
    place = {"place": VILLAGE}
    team = account.do(
        "organisations.add_organisation", place | {"name": "叉车厂", "kind": "company"}
    ).result["organisation"]
    people = [person(account, f"人{number}", number) for number in range(4)]
    for one in people:
        ask = {"organisation": team, "person": one, "position": "装配"}
        account.do("organisations.join", place | ask)
    job = issue(account, batch(roster=team, **DAYS))
    assert job.accepted == 4
    assert issue(account, batch(roster=team, **DAYS)).duplicate == 4
    with pytest.raises(Refused) as refused:
        issue(account, batch(roster=str(uuid.uuid4()), **DAYS))
    assert refused.value.code == "MOV-54"


def test_what_can_not_be_issued_is_refused_in_plain_words(account: House) -> None:
    holder = person(account, "人", 1)
    past = (NOW - dt.timedelta(days=1)).isoformat()
    long = (NOW + dt.timedelta(days=60)).isoformat()
    for ask, code in (
        (batch(holders=[holder], valid_to=past), "MOV-40"),
        (batch(holders=[holder], valid_to=long), "MOV-41"),
        (batch(holders=[holder], places=[NEIGHBOUR], **DAYS), "MOV-43"),
        (batch(**DAYS), "MOV-46"),
        (batch(holders=[holder], roster=str(uuid.uuid4()), **DAYS), "MOV-46"),
        (batch(workbook="0" * 64, total=3, **DAYS), "MOV-46"),
        (batch(kind="vehicle", holders=[holder], **DAYS), "MOV-46"),
        (batch(kind="vehicle", vehicles=[{"plate": "12"}], **DAYS), "MOV-47"),
        (batch(kind="goods", vehicles=[{"plate": "京A12345"}], **DAYS), "MOV-52"),
    ):
        with pytest.raises(Refused) as refused:
            account.do("movement.issue_permits", ask)
        assert refused.value.code == code, ask
    issue(account, batch(holders=[holder], **DAYS))
    with pytest.raises(Refused) as refused:
        account.do("movement.issue_permits", batch(holders=[holder], places=[TOWN], **DAYS))
    assert refused.value.code == "MOV-44"
    assert Job.objects.count() == 1


def test_a_crash_in_the_middle_resumes_without_a_duplicate(
    account: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "STEP", 3)
    holders = [person(account, f"人{number}", number) for number in range(8)]
    receipt = account.do("movement.issue_permits", batch(holders=holders, **DAYS))
    job = uuid.UUID(receipt.result["job"])
    assert not jobs.go_on(job, steps=1)
    assert Permit.objects.count() == 3
    # A second hand begins the same rows before the first goes on: nothing is done twice.
    again = account.do("movement.issue_permits", batch(holders=holders, **DAYS))
    assert jobs.go_on(uuid.UUID(again.result["job"]))
    assert jobs.go_on(job)
    assert Permit.objects.count() == 8
    assert Permit.objects.values("person_id").distinct().count() == 8
    assert Batch.objects.get().issued == 8


def test_an_erased_holders_pass_is_revoked_and_its_text_is_gone(account: House) -> None:
    holder = person(account, "祁满仓", 1)
    issue(account, batch(holders=[holder], **DAYS))
    account.do("people.erase_person", {"place": VILLAGE, "person": holder, "reason": "要求"})
    row = Permit.objects.get()
    assert row.token_sealed is None and row.revoked_at is not None
    assert tokens() == {}
    assert len(lists(account).statuses[0].revoked) == 1
    account.settle()
    assert account.faults() == []


def test_passes_are_deleted_when_their_day_has_come(account: House) -> None:
    holder = person(account, "祁满仓", 1)
    issue(account, batch(holders=[holder], **DAYS))
    row = Permit.objects.get()
    assert row.delete_after == day(NOW + dt.timedelta(days=40))
    for _period, function in REGISTRY.due:
        if function.__name__ == "old_permits":
            while function(machine_now() + dt.timedelta(days=45)):
                assert Permit.objects.count() == 0, "the passes first, then their batch"
    assert Permit.objects.count() == 0 and Batch.objects.count() == 0
    assert IssuedDay.objects.get().issued == 1, "the count stays"
    account.settle()
    assert account.faults() == []


def test_a_holder_is_recorded_once(account: House) -> None:
    person(account, "祁满仓", 1)
    ask = {"place": VILLAGE, "name": "祁满仓", "document_number": document(1)}
    with pytest.raises(Refused):
        account.do("people.add_person", ask)
    assert Person.objects.filter(name="祁满仓").count() == 1


def test_a_places_batches_are_found_whatever_the_county_issues(
    account: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The newest of a place and what lies under it are read, not those of the newest in the county that are its own."""
    monkeypatch.setattr(queries, "BATCHES_MOST", 2)
    holders = [person(account, f"人{number}", number) for number in range(3)]
    issue(account, batch(holders=holders[:1], **DAYS))
    for number, code in enumerate(("N-1", "N-2"), start=1):
        there = {"place": NEIGHBOUR, "batch": code, "holders": [holders[number]]}
        issue(account, batch(**DAYS) | there)
    (row,) = account.ask("movement.batches", {"place": VILLAGE})
    assert (row.batch, row.issued, row.asked_for) == ("B-1", 1, 0)
    rows = account.ask("movement.batches", {"place": TOWN})
    assert [row.batch for row in rows] == ["N-2", "N-1"]
