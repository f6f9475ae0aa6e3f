"""A tenth of the decisions is looked at afterwards, drawn so that nobody foresees it; a refused firm reaches another person."""

import uuid
from typing import Any

import pytest

from mingbai.domains.enterprise.commands.checks import draw_waiting, lot_of
from mingbai.domains.enterprise.models import Check, Decision
from mingbai.domains.enterprise.words import Need
from mingbai.kernel.actors import Actor
from mingbai.kernel.models import Leaf, Message, OpenItem
from mingbai.kernel.refusals import Refused
from tests.conftest import TOWN, VILLAGE, House
from tests.enterprise.firms import Firm, firm, hazard, now, part, parts, words


def refused(code: str, house: House, name: str, ask: dict[str, Any], as_: Actor) -> Refused:
    """Check that something is refused by a rule."""
    with pytest.raises(Refused) as refusal:
        house.do(name, ask, as_=as_)
    assert refusal.value.code == code, refusal.value
    return refusal.value


def answer(house: House, as_: Actor, outcome: str, **more: Any) -> Any:
    """Answer the one check that waits."""
    check = Check.objects.get(answered_at=None)
    ask = {"place": check.place, "check": str(check.id), "outcome": outcome, "text": "看过了"}
    return house.do("enterprise.answer_check", ask | more, as_=as_).result


def test_the_lot_follows_from_the_leaf_and_is_drawn_once(account: House) -> None:
    """Rows: Z87. Refusals are drawn like approvals; anyone who has the log can draw again."""
    account.do("policy.put", {"place": TOWN, "policy": "enterprise.sample_percent", "value": 40})
    firms = [firm(account, f"厂{at}") for at in range(12)]
    for at, one in enumerate(firms):
        one.file(*parts(one.clerk, but=[Need.CANTEEN_PLAN] if at % 2 else []))
    draw_waiting(now())
    assert Check.objects.count() == 0, "nothing is drawn before the entry has its number"
    account.settle()
    draw_waiting(now())
    draw_waiting(now())
    wanted = {
        row.id
        for row in Decision.objects.all()
        if lot_of(bytes(Leaf.objects.get(entry_id=row.entry).hash), row.id) < 40
    }
    assert {row.decision_id for row in Check.objects.all()} == wanted
    assert OpenItem.objects.filter(kind="enterprise.after_check").count() == len(wanted)
    assert Decision.objects.filter(drawn_at=None).count() == 0
    count = account.ask("enterprise.check_counts", {"place": TOWN})
    assert (count.decided, count.drawn) == (12, len(wanted))
    account.settle()
    assert account.faults() == []


def test_a_zone_of_a_worse_grade_has_more_of_its_decisions_checked(account: House) -> None:
    """Rows: Z71. By the grade of the moment of the decision; what was decided before is drawn as it was."""
    early = [firm(account, f"早{at}") for at in range(3)]
    for one in early:
        one.file(*parts(one.clerk))
    leader = account.person("镇长某", "leader", TOWN)
    high = {"place": TOWN, "grade": "high", "basis": "两周内仍有病例"}
    account.do("response.set_zone_grade", high, as_=leader)
    late = [firm(account, f"晚{at}") for at in range(6)]
    for one in late:
        one.file(*parts(one.clerk))
    account.settle()
    draw_waiting(now())
    drawn = {row.organisation_id.hex for row in Check.objects.all()}
    assert {one.hex for one in late} <= drawn
    before = Decision.objects.filter(organisation__in=[one.hex for one in early])
    tenth = {
        row.organisation_id.hex
        for row in before
        if lot_of(bytes(Leaf.objects.get(entry_id=row.entry).hash), row.id) < 10
    }
    assert drawn - {one.hex for one in late} == tenth


def test_a_tenth_is_drawn(account: House) -> None:
    """Rows: Z87."""
    lots = [lot_of(uuid.uuid4().bytes * 2, uuid.uuid4()) for _ in range(20_000)]
    drawn = sum(lot < 10 for lot in lots)
    assert 1800 < drawn < 2200 and set(lots) == set(range(100))


@pytest.fixture
def waiting(account: House) -> Firm:
    """A firm that was told what is missing, and asks for a person."""
    one = firm(account)
    one.file(*parts(one.clerk, but=[Need.CANTEEN_PLAN]))
    asked = one.ask | {"text": "我们没有食堂，工人自己带饭"}
    account.do("enterprise.ask_again", asked, as_=one.clerk)
    return one


def test_a_refused_firm_reaches_another_person_within_the_clock(waiting: Firm, desk: Actor) -> None:
    """Rows: Z87. A wrong refusal is mended by what the person accepts; the rule stays the rule."""
    house = waiting.house
    item = OpenItem.objects.get(kind="enterprise.look_again")
    assert (item.role, item.raises_to) == ("desk", "leader")
    assert item.due_at is not None and (item.due_at - item.asked_at).total_seconds() == 7200
    again = waiting.ask | {"text": "再看一次"}
    refused("ENT-9", house, "enterprise.ask_again", again, waiting.clerk)
    (row,) = house.ask("enterprise.checks", {"place": TOWN}, as_=desk)
    assert (row.kind, row.name, row.lacking) == ("again", "青峰叉车", ["canteen_plan"])
    assert waiting.shown().again_due == item.due_at
    unnamed = {"place": VILLAGE, "check": str(row.check), "outcome": "wrongly_refused"}
    refused("ENT-20", house, "enterprise.answer_check", unnamed | {"text": "看过了"}, desk)
    other = unnamed | {"outcome": "wrongly_approved", "text": "看过了", "returns": ["roster"]}
    refused("ENT-22", house, "enterprise.answer_check", other, desk)
    told = answer(house, desk, "wrongly_refused", accepts=["canteen_plan"])
    assert told == {"decision": "approved"}
    shown = waiting.shown()
    assert (shown.again_due, shown.again_outcome, shown.again_answer) == (
        None,
        "wrongly_refused",
        "看过了",
    )
    assert Message.objects.get(kind="firm_answered").person == waiting.clerk.person
    changed = OpenItem.objects.get(kind="enterprise.changed")
    assert (changed.person, shown.changed_item) == (waiting.clerk.person, changed.id)
    assert waiting.shown().state == "approved" and words(waiting.hex)
    assert OpenItem.objects.get(kind="enterprise.look_again").outcome == "wrongly_refused"
    refused("ENT-8", house, "enterprise.ask_again", again, waiting.clerk)
    count = house.ask("enterprise.check_counts", {"place": TOWN})
    assert (count.asked_again, count.wrongly_refused) == (1, 1)
    house.settle()
    assert house.faults() == []


def test_another_person_looks_each_time_and_none_lifts_a_serious_hazard(
    waiting: Firm, desk: Actor
) -> None:
    """Rows: Z87."""
    house = waiting.house
    assert answer(house, desk, "right") == {"decision": "missing"}
    house.do("enterprise.ask_again", waiting.ask | {"text": "再看"}, as_=waiting.clerk)
    check = Check.objects.get(answered_at=None)
    ask = {"place": VILLAGE, "check": str(check.id), "outcome": "right", "text": "一样"}
    refused("ENT-11", house, "enterprise.answer_check", ask, desk)
    refused("ENT-10", house, "enterprise.answer_check", ask | {"check": str(uuid.uuid4())}, desk)
    hazard(waiting)
    other = house.person("鲁长河", "desk", TOWN)
    told = answer(house, other, "wrongly_refused", accepts=["canteen_plan"])
    assert told == {"decision": "missing"} and waiting.shown().lacking == ["serious_hazard"]


def test_who_wrote_a_part_does_not_look_at_it(account: House, desk: Actor) -> None:
    one = firm(account)
    account.do(
        "enterprise.fill_parts",
        one.ask | {"parts": [part(Need.ROSTER, one.clerk)]},
        as_=desk,
    )
    account.do("enterprise.confirm_parts", one.ask, as_=one.clerk)
    one.file()
    account.do("enterprise.ask_again", one.ask | {"text": "为什么"}, as_=one.clerk)
    check = Check.objects.get(answered_at=None)
    ask = {"place": VILLAGE, "check": str(check.id), "outcome": "right", "text": "一样"}
    refused("ENT-11", account, "enterprise.answer_check", ask, desk)


def test_who_sent_a_part_back_does_not_look_at_it_again(account: House, desk: Actor) -> None:
    """Rows: Z87. Also not when the firm has filed once more meanwhile."""
    one = firm(account)
    one.file(*parts(one.clerk))
    back = one.ask | {"need": "canteen_plan", "reason": "没写几批"}
    account.do("enterprise.send_back", back, as_=desk)
    assert one.file()["missing"] == ["canteen_plan"]
    account.do("enterprise.ask_again", one.ask | {"text": "写了四批"}, as_=one.clerk)
    check = Check.objects.get(answered_at=None)
    ask = {"place": VILLAGE, "check": str(check.id), "outcome": "right", "text": "一样"}
    refused("ENT-11", account, "enterprise.answer_check", ask, desk)
    other = account.person("鲁长河", "desk", TOWN)
    told = answer(account, other, "wrongly_refused", accepts=["canteen_plan"])
    assert told == {"decision": "approved"}


def test_a_wrong_approval_found_afterwards_is_taken_back(account: House, desk: Actor) -> None:
    """Rows: Z87."""
    account.do("policy.put", {"place": TOWN, "policy": "enterprise.sample_percent", "value": 100})
    one = firm(account)
    one.file(*parts(one.clerk))
    account.settle()
    draw_waiting(now())
    told = answer(account, desk, "wrongly_approved", returns=["protective_stock"])
    assert told == {"decision": "missing"} and words(one.hex) == set()
    shown = {row.need: row for row in one.shown().parts}
    assert (shown["protective_stock"].state, shown["protective_stock"].reason) == (
        "sent_back",
        "看过了",
    )
    assert OpenItem.objects.get(kind="enterprise.officer").outcome == "no longer"
    assert one.file(part(Need.PROTECTIVE_STOCK, one.clerk))["decision"] == "approved"
    account.settle()
    assert account.faults() == []
