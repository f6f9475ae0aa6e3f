"""A firm files and is decided at once: approved with reasons, exactly what is missing, or a visit first."""

import datetime as dt
import json
import random
import time
import uuid

import pytest

from mingbai.domains.enterprise.models import Decision, Dossier
from mingbai.domains.enterprise.rules.deciding import FIRST_RULE, Facts, decide, required_by
from mingbai.domains.enterprise.words import LACKING, REASONS, SERIOUS, Need, Verdict
from mingbai.kernel.actors import OPERATOR
from mingbai.kernel.many.run import One, run_many
from mingbai.kernel.models import Entry, OpenItem
from mingbai.kernel.refusals import NotAllowed, Refused
from tests.conftest import TOWN, VILLAGE, House
from tests.enterprise.firms import (
    firm,
    grade,
    hazard,
    level,
    part,
    parts,
    passed,
    put_right,
    rechecked,
    words,
)


def test_a_complete_dossier_is_approved_at_once_with_reasons_and_version(account: House) -> None:
    """Rows: Z87."""
    one = firm(account)
    began = time.process_time()
    told = one.file(*parts(one.clerk))
    assert time.process_time() - began < 1, "a second of machine time"
    assert (told["decision"], told["missing"], told["rule_version"]) == ("approved", [], 1)
    assert set(told["reasons"]) == {"complete", "no_serious_hazard", "zone_allows", "stock_lasts"}
    assert set(told["reasons"]) <= set(REASONS)
    assert words(one.hex) == {"enterprise.approved", "enterprise.may_request_passes"}
    slot = OpenItem.objects.get(kind="enterprise.officer")
    assert (slot.subject, slot.role) == (one.hex, "desk")
    assert slot.due_at is not None and slot.due_at - slot.asked_at <= dt.timedelta(days=1)
    account.settle()
    assert account.faults() == []


def test_one_missing_item_is_named_and_nothing_is_rejected(account: House) -> None:
    """Rows: Z87."""
    one = firm(account)
    told = one.file(*parts(one.clerk, but=[Need.CANTEEN_PLAN]))
    assert (told["decision"], told["missing"]) == ("missing", ["canteen_plan"])
    assert words(one.hex) == set() and "reject" not in str(told)
    shown = one.shown()
    assert (shown.state, shown.lacking) == ("missing", ["canteen_plan"])
    # What is held is not asked again: the missing part alone completes it.
    again = one.file(part(Need.CANTEEN_PLAN, one.clerk))
    assert again["decision"] == "approved"
    assert set(told["missing"]) <= set(LACKING)


def test_stock_that_does_not_last_is_short_and_says_so(account: House) -> None:
    one = firm(account)
    short = [row | {"quantity": 3} if "quantity" in row else row for row in parts(one.clerk)]
    told = one.file(*short)
    assert told["missing"] == ["protective_stock"] and "stock_short" in told["reasons"]
    shown = {row.need: row.state for row in one.shown().parts}
    assert shown["protective_stock"] == "short" and shown["roster"] == "held"
    account.do("policy.put", {"place": TOWN, "policy": "enterprise.stock_days", "value": 3})
    assert one.file()["decision"] == "approved", "the town's own number holds"


def test_low_risk_and_low_hazard_declares_high_risk_is_visited_first(account: House) -> None:
    """Rows: Z29."""
    office = firm(account, "云上设计", sector="M74")
    light = [part(Need.ROSTER, office.clerk), part(Need.CONTACT, office.clerk)]
    told = office.file(*light)
    assert (told["decision"], "declared" in told["reasons"]) == ("approved", True)
    works = firm(account, "青峰叉车")
    assert works.file(*light)["missing"] == [
        "control_plan",
        "canteen_plan",
        "protective_stock",
    ], "the same procedure is not for all"
    grade(account, VILLAGE, "high")
    other = firm(account, "云下设计", sector="M74")
    told = other.file(*parts(other.clerk))
    assert (told["decision"], told["missing"]) == ("inspect_first", [])
    assert "visit_first" in told["reasons"] and words(other.hex) == set()
    passed(other)
    shown = other.shown()
    assert shown.state == "approved" and "inspected" in shown.reasons, (
        "the visit was all it waited for"
    )


def test_a_serious_hazard_holds_the_firm_and_the_level_closes_a_sector(account: House) -> None:
    """Rows: Z29."""
    one = firm(account)
    finding = hazard(one)
    told = one.file(*parts(one.clerk))
    assert (told["decision"], told["missing"]) == ("missing", ["serious_hazard"])
    put_right(one, finding)
    assert one.shown().state == "missing", "put right is not rechecked yet"
    rechecked(one, finding)
    assert one.shown().state == "approved", "nobody had to file again"
    assert "enterprise.approved" in words(one.hex)
    level(account, TOWN, "I")
    gym = firm(account, "村口健身房", sector="R89")
    told = gym.file(*parts(gym.clerk))
    assert (told["missing"], "zone_closed" in told["reasons"]) == (["closed_by_measure"], True)


def test_an_application_of_before_a_change_is_judged_by_the_rule_of_then(story: House) -> None:
    """Rows: Z29. Whatever the order of arrival; who files for themselves is judged by the stricter of then and now."""
    early, late = firm(story, "早厂", sector="R89"), firm(story, "晚厂", sector="R89")
    before = story.ask("account.state", {}).now
    story.do("account.move_clock", {"to": (before + dt.timedelta(hours=2)).isoformat()})
    level(story, TOWN, "I")
    story.do("account.move_clock", {"to": (before + dt.timedelta(hours=4)).isoformat()})
    story.do("enterprise.fill_parts", early.ask | {"parts": parts(early.clerk)}, as_=early.clerk)
    desk = story.person("郎致远", "desk", TOWN)
    at = before + dt.timedelta(hours=1)
    assert early.file(as_=desk, at=at)["decision"] == "approved", "a paper application, noted late"
    assert early.shown().state == "missing", "and today's level holds today"
    told = late.file(*parts(late.clerk), at=at)
    assert told["missing"] == ["closed_by_measure"], "a firm does not choose its own moment"
    assert Decision.objects.filter(cause="reconsidered").count() == 1


def test_a_firm_speaks_for_itself_alone(account: House) -> None:
    one, other = firm(account), firm(account, "别家")
    with pytest.raises(NotAllowed) as refusal:
        one.file(as_=other.clerk)
    assert refusal.value.code == "FRM-9"
    with pytest.raises(NotAllowed):
        one.shown(as_=other.clerk)
    with pytest.raises(Refused) as said:
        one.file({"need": "address"})
    assert said.value.code == "ENT-5"
    for wrong in ({"need": "roster"}, {"need": "control_plan"}, {"need": "contact"}):
        with pytest.raises(Refused) as said:
            one.file(wrong)
        assert said.value.code == "ENT-2"
    with pytest.raises(Refused) as said:
        one.file(part(Need.ROSTER, one.clerk), part(Need.ROSTER, one.clerk))
    assert said.value.code == "ENT-18"
    assert Dossier.objects.count() == 0, "what was refused left nothing"


def test_the_entry_says_codes_and_holds_no_words_of_the_plan(account: House) -> None:
    one = firm(account)
    one.file(*parts(one.clerk))
    body = Entry.objects.get(command="enterprise.file_application").body
    assert '"rule_version":1' in body and "每天测温" not in body


def test_a_serious_hazard_found_later_takes_the_word_back_until_its_recheck(
    account: House,
) -> None:
    """Rows: Z87. In the same transaction as the finding and as its recheck: both or neither."""
    one = firm(account)
    one.file(*parts(one.clerk))
    finding = hazard(one)
    assert words(one.hex) == {SERIOUS} and one.shown().lacking == ["serious_hazard"]
    assert OpenItem.objects.get(kind="enterprise.changed").person == one.clerk.person
    put_right(one, finding)
    rechecked(one, finding)
    assert "enterprise.may_request_passes" in words(one.hex)
    entries = Entry.objects.filter(command="enterprise.reconsider_one")
    assert [json.loads(entry.body)["because"] for entry in entries] == [
        Entry.objects.get(command=f"inspection.{name}").id.hex
        for name in ("record_finding", "close_finding")
    ]
    account.settle()
    assert account.faults() == []


def brute(sector: str | None, held: set[str], stock: int, level_: str, grade_: str) -> set[str]:
    """Say by hand, apart from the house's code, what the first version requires and a firm lacks."""
    needs = {"address", "sector", "roster", "contact"}
    first = (sector or "-")[0]
    if first in "ABCDEFGHNOPQR":
        needs |= {"control_plan", "protective_stock"}
    if grade_ in ("medium", "high"):
        needs |= {"control_plan", "protective_stock"}
    if grade_ == "high":
        needs.add("isolation_rooms")
    if first in "CH":
        needs.add("canteen_plan")
    if level_ == "I" and first in "CE":
        needs.add("return_plan")
    lacking = needs - held
    if "protective_stock" in needs & held and stock < 7:
        lacking.add("protective_stock")
    return lacking


def test_the_first_version_says_what_stands_written_by_hand() -> None:
    """Rows: Z29. Ten thousand firms of every kind, against an answer that shares nothing with the house's code."""
    chance = random.Random(7)
    for _number in range(10_000):
        sector = chance.choice(
            [None, "A01", "C34", "E47", "H62", "M74", "I65", "R89", "P83", "G58"]
        )
        held = {need.value for need in Need if chance.random() < 0.8}
        held = held | {"sector"} if sector else held - {"sector"}
        stock, serious, seen = chance.randint(0, 12), chance.random() < 0.2, chance.random() < 0.5
        level_ = chance.choice(["none", "III", "II", "I"])
        grade_ = chance.choice(["low", "medium", "high"])
        required = required_by(FIRST_RULE, level_, grade_, sector, 7)
        quantities = {need: stock if need == "protective_stock" else 1 for need in held}
        found = decide(Facts(quantities, serious, seen), required)
        lacking = brute(sector, held, stock, level_, grade_)
        closed = level_ == "I" and (sector or "-")[0] in "RP"
        lacking |= {"serious_hazard"} if serious else set()
        lacking |= {"closed_by_measure"} if closed else set()
        assert set(found.lacking) == lacking
        visit = grade_ == "high" and not seen
        wanted = (
            Verdict.MISSING if lacking else Verdict.INSPECT_FIRST if visit else Verdict.APPROVED
        )
        assert found.verdict == wanted, (sector, level_, grade_)


def test_many_that_file_at_once_are_decided_as_one_by_one(account: House) -> None:
    firms = [firm(account, f"厂{at}", sector="M74" if at % 2 else "C34") for at in range(6)]
    for one in firms:
        told = one.ask | {"parts": parts(one.clerk, but=[Need.CANTEEN_PLAN])}
        account.do("enterprise.fill_parts", told, as_=one.clerk)
    first, rest = firms[:2], firms[2:]
    alone = [one.file(as_=OPERATOR) for one in first]
    asks = [One(one.ask, uuid.uuid4()) for one in rest]
    (came,) = list(run_many("enterprise.file_application", asks, as_=OPERATOR))
    wanted = [{name: told[name] for name in ("decision", "missing", "reasons")} for told in alone]
    for at, outcome in enumerate(came):
        assert {name: outcome.result[name] for name in wanted[0]} == wanted[at % 2]
        assert ("enterprise.approved" in words(rest[at].hex)) == bool(at % 2)
    assert OpenItem.objects.filter(kind="enterprise.officer").count() == 3
    account.settle()
    assert account.faults() == []


def test_a_firm_that_backdates_past_its_hazard_is_still_held(story: House) -> None:
    one = firm(story)
    before = story.ask("account.state", {}).now
    story.do("account.move_clock", {"to": (before + dt.timedelta(hours=2)).isoformat()})
    hazard(one)
    told = one.file(*parts(one.clerk), at=before)
    assert told["missing"] == ["serious_hazard"], "not by its own moment"
    assert SERIOUS in words(one.hex)
    assert uuid.UUID(told["application"])
