"""A firm's approval is taken back: danger stops its passes at once, a paper matter asks the desk, and approval lifts the stop."""

import datetime as dt
import uuid

import pytest

from mingbai.domains.enterprise.words import Need
from mingbai.domains.movement.models import Batch, Permit, StopOrder
from mingbai.domains.movement.queries.bundle import status_text
from mingbai.kernel import jobs, moment
from mingbai.kernel.actors import Actor
from mingbai.kernel.models import Entry, Job, Message, OpenItem
from mingbai.kernel.pass_keys import trust_list
from mingbai.kernel.refusals import NotAllowed, Refused
from mingbai.kernel.rows import Store
from mingbai.proofs.tokens import open_status
from tests.conftest import VILLAGE, House
from tests.enterprise.firms import Firm, firm, grade, hazard, parts, put_right, rechecked
from tests.flows.test_permits import people, roster
from tests.movement.passes import document, tokens
from tests.movement.test_firm_rosters import grant, send

PEOPLE = 5
ROUND = "movement.ground_gone"


@pytest.fixture
def works(account: House, desk: Actor) -> Firm:
    """A firm that is approved, with passes for its staff."""
    one = firm(account)
    one.file(*parts(one.clerk))
    assert grant(account, desk, send(one, roster(*people(PEOPLE)), batch="R-1")).issued == PEOPLE
    return one


def returned(one: Firm, desk: Actor) -> None:
    """Let the desk send a part of the dossier back: a paper matter."""
    told = one.ask | {"need": Need.CONTROL_PLAN.value, "reason": "没写谁测温"}
    one.house.do("enterprise.send_back", told, as_=desk)


def work(house: House) -> None:
    """Let the long work that waits come to its end."""
    while waiting := jobs.waiting():
        for one in waiting:
            jobs.go_on(one)


def listed(code: str = "R-1") -> int:
    """Return how many passes the signed list of a batch names."""
    batch = Batch.objects.get(code=code)
    trust = trust_list()
    assert trust is not None
    store = Store()
    now = moment.now(store)
    return len(open_status(status_text(store, batch, now), trust.keys, now).revoked)


def at_gate(house: House, guard: Actor, number: str) -> str:
    """Return what the house says of a pass that is shown at a gate."""
    came = {"place": VILLAGE, "point": "东口", "permit": number, "direction": "in"}
    try:
        return str(house.do("movement.record_crossing", came, as_=guard).result["judged"])
    except Refused as refusal:
        return refusal.code


def test_a_paper_matter_asks_the_desk_and_nobody_waits_at_a_gate(
    account: House, works: Firm, desk: Actor
) -> None:
    """Rows: Z84, Z87."""
    returned(works, desk)
    item = OpenItem.objects.get(kind=ROUND)
    assert (item.place, item.role, item.raises_to) == (VILLAGE, "desk", "leader")
    assert item.due_at is not None and item.due_at - item.asked_at == dt.timedelta(hours=12)
    work(account)
    assert not Permit.objects.exclude(revoked_at=None).exists(), "they hold until somebody decides"
    (row,) = account.ask("movement.stops", {"place": VILLAGE}, as_=desk)
    assert (row.state, row.permits, row.danger, row.name) == ("asked", PEOPLE, False, "青峰叉车")
    (mine,) = account.ask("movement.my_stops", {}, as_=works.clerk)
    assert (mine.state, mine.due_at) == ("asked", item.due_at)
    assert Message.objects.get(kind="passes_in_question").person == works.clerk.person
    with pytest.raises(NotAllowed):
        account.do("movement.stop_permits", works.ask | {"reason": "x"}, as_=works.clerk)
    told = account.do("movement.stop_permits", works.ask | {"reason": "方案没写全"}, as_=desk)
    assert told.result == {"permits": PEOPLE}
    work(account)
    assert Permit.objects.exclude(revoked_at=None).count() == listed() == PEOPLE
    (mine,) = account.ask("movement.my_stops", {}, as_=works.clerk)
    assert (mine.state, mine.reason, mine.out_of_force) == ("stopped", "方案没写全", PEOPLE)
    path = {row.stage: row for row in account.ask("enterprise.gate_path", works.ask, as_=desk)}
    assert (path["passes"].state, path["passes"].detail) == ("held", ["passes_stopped"])
    assert OpenItem.objects.get(kind=ROUND).outcome == "stopped"
    # The firm mends its plan and files: approved, and every pass holds again; nothing is printed anew.
    works.file(*parts(works.clerk))
    work(account)
    assert not Permit.objects.exclude(revoked_at=None).exists() and listed() == 0
    batch = Batch.objects.get(code="R-1")
    assert (batch.state, batch.revoked) == ("issued", 0)
    assert batch.list_version == 1 + 2 * PEOPLE, "a list never goes back"
    assert account.ask("movement.my_stops", {}, as_=works.clerk) == []
    assert Message.objects.filter(kind="passes_hold_again", person=works.clerk.person).exists()
    account.settle()
    assert account.faults() == []


def test_danger_stops_at_once_and_no_person_lifts_it(
    account: House, works: Firm, desk: Actor
) -> None:
    """Rows: Z14. The recheck by another inspector lifts it, and nothing else."""
    guard = account.person("崔守望", "guard")
    number, *others = Permit.objects.values_list("number", flat=True)
    assert at_gate(account, guard, number) == "valid"
    finding = hazard(works)
    work(account)
    assert not OpenItem.objects.filter(kind=ROUND).exists(), "nobody is asked"
    assert at_gate(account, guard, number) == "MOV-63" and listed() == PEOPLE
    (row,) = account.ask("movement.stops", {"place": VILLAGE}, as_=desk)
    assert (row.state, row.danger, row.out_of_force) == ("stopped", True, PEOPLE)
    with pytest.raises(Refused) as refusal:
        account.do("movement.let_run_on", works.ask | {"reason": "他们急"}, as_=desk)
    assert refusal.value.code == "MOV-99"
    # Whoever puts it right gets a pass of their own, by the desk's hand.
    holder = str(Permit.objects.get(number=number).person_id)
    single = {"place": VILLAGE, "batch": "抢修", "kind": "person", "holders": [holder]}
    until = (moment.now(Store()) + dt.timedelta(days=1)).isoformat()
    account.do("movement.issue_permits", single | {"valid_to": until}, as_=desk)
    work(account)
    fresh = Permit.objects.get(batch__code="抢修")
    assert at_gate(account, guard, fresh.number) == "valid"
    # One of the stopped passes is lost meanwhile, and one holder is erased: these two stay out of force.
    lost = {"place": VILLAGE, "permit": others[0], "reason": "丢了"}
    account.do("movement.revoke_permit", lost, as_=desk)
    with pytest.raises(Refused) as refusal:
        account.do("movement.revoke_permit", lost, as_=desk)
    assert refusal.value.code == "MOV-50"
    gone = Permit.objects.get(number=others[1]).person_id
    account.do("people.erase_person", {"place": VILLAGE, "person": str(gone), "reason": "本人要求"})
    put_right(works, finding)
    rechecked(works, finding)
    work(account)
    assert at_gate(account, guard, number) == "valid"
    assert listed() == 2 == Permit.objects.exclude(revoked_at=None).count()
    account.settle()
    assert account.faults() == []


def test_a_desk_that_lets_them_run_on_is_asked_no_second_time_but_danger_stops(
    account: House, works: Firm, desk: Actor
) -> None:
    returned(works, desk)
    account.do("movement.let_run_on", works.ask | {"reason": "明天补"}, as_=desk)
    assert OpenItem.objects.get(kind=ROUND).outcome == "run on"
    with pytest.raises(Refused) as refusal:
        account.do("movement.stop_permits", works.ask | {"reason": "x"}, as_=desk)
    assert refusal.value.code == "MOV-98"
    grade(account, VILLAGE, "high")
    work(account)
    assert OpenItem.objects.filter(kind=ROUND).count() == 1
    finding = hazard(works)
    work(account)
    assert Permit.objects.exclude(revoked_at=None).count() == PEOPLE
    assert [row.state for row in StopOrder.objects.order_by("asked_at")] == ["left", "stopped"]
    grade(account, VILLAGE, "low")
    put_right(works, finding)
    rechecked(works, finding)
    work(account)
    # The hazard is rechecked, the paper is still missing: the desk may let them hold, and they do.
    assert Permit.objects.exclude(revoked_at=None).count() == PEOPLE
    account.do("movement.let_run_on", works.ask | {"reason": "险情已除"}, as_=desk)
    work(account)
    assert not Permit.objects.exclude(revoked_at=None).exists()


def test_a_batch_under_way_issues_no_more(
    account: House, desk: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is issued is stopped, what is not is listed, and after the recheck the same roster issues the rest."""
    monkeypatch.setattr(jobs, "STEP", 2)
    one = firm(account)
    one.file(*parts(one.clerk))
    content = roster(*people(PEOPLE))
    asked = send(one, content, batch="R-1")
    begun = account.do("movement.grant_permits", {"place": VILLAGE, "batch": "R-1"}, as_=desk)
    assert not jobs.go_on(uuid.UUID(begun.result["job"]), steps=1)
    finding = hazard(one)
    work(account)
    batch = Batch.objects.get(id=asked)
    assert (batch.state, batch.issued, batch.revoked) == ("stopped", 2, 2)
    bad = account.ask("movement.rows_to_mend", {"batch_id": asked}, as_=one.clerk)
    assert [row.why for row in bad] == ["MOV-97"] * 3
    put_right(one, finding)
    rechecked(one, finding)
    work(account)
    send(one, content, batch="R-1")
    assert grant(account, desk, asked).issued == PEOPLE and listed() == 0


def test_lifted_in_the_middle_and_stopped_once_more(
    account: House, works: Firm, desk: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The works of two stops cross; cut off anywhere, each pass ends as the last word says."""
    monkeypatch.setattr(jobs, "STEP", 2)
    first = hazard(works)
    (stopping,) = jobs.waiting()
    assert not jobs.go_on(stopping, steps=1)
    jobs.PLANS.clear()  # as after a restart
    assert listed() == 2
    put_right(works, first)
    rechecked(works, first)
    returned(works, desk)
    account.do("movement.stop_permits", works.ask | {"reason": "方案没写全"}, as_=desk)
    for step in range(40):
        if not (waiting := jobs.waiting()):
            break
        jobs.PLANS.clear()
        jobs.go_on(waiting[step % len(waiting)], steps=1)
    assert Permit.objects.exclude(revoked_at=None).count() == listed() == PEOPLE
    stop = StopOrder.objects.get(ended_at=None)
    assert set(Permit.objects.values_list("revoked_at", flat=True)) == {stop.stopped_at}
    works.file(*parts(works.clerk))
    work(account)
    assert listed() == 0 and Batch.objects.get(code="R-1").revoked == 0
    account.settle()
    assert account.faults() == []


def test_a_pass_that_the_firm_never_asked_for_stays(
    account: House, works: Firm, desk: Actor
) -> None:
    """A resident's pass of the same place rests on nothing of the firm; a pass for everybody of the firm does."""
    other = account.do(
        "people.add_person",
        {"place": VILLAGE, "name": "邻居", "document_number": document(400)},
    ).result["person"]
    until = (moment.now(Store()) + dt.timedelta(days=2)).isoformat()
    own = {"place": VILLAGE, "batch": "N-1", "kind": "person", "holders": [other]}
    account.do("movement.issue_permits", own | {"valid_to": until}, as_=desk)
    work(account)
    hazard(works)
    work(account)
    assert Permit.objects.get(batch__code="N-1").revoked_at is None
    assert Permit.objects.filter(revoked_at=None).count() == 1


def test_hundreds_of_passes_are_stopped_in_one_entry(account: House, desk: Actor) -> None:
    one = firm(account)
    one.file(*parts(one.clerk))
    grant(account, desk, send(one, roster(*people(600)), batch="R-1"))
    assert len(tokens()) == 600
    hazard(one)
    work(account)
    assert listed() == 600
    act = Entry.objects.filter(command="movement.stop_permit").count()
    assert act == 1, "one entry for all of them"
    assert Job.objects.get(kind="movement.stopping").accepted == 600
