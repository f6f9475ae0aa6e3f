"""After a change exactly the firms that it concerns stand otherwise: in long work that may be cut off, and by the rule's versions."""

import datetime as dt
import random
from uuid import UUID

import pytest

from mingbai.domains.enterprise.commands.rule_tables import rules_that_begin, stock_days_that_begin
from mingbai.domains.enterprise.models import Decision, Dossier
from mingbai.domains.enterprise.words import VERDICTS, Need
from mingbai.kernel import jobs
from mingbai.kernel.foresight import SECTIONS, Question
from mingbai.kernel.models import Entry, Job, OpenItem, Organisation
from mingbai.kernel.refusals import Refused
from mingbai.kernel.rows import Store
from mingbai.kernel.standing import rulings
from tests.conftest import NEIGHBOUR, TOWN, VILLAGE, House
from tests.enterprise.firms import Firm, firm, grade, leader, level, now, part, parts, words
from tests.enterprise.test_applications import brute

SECTORS = ("C34", "M74", "R89", "H62", "F51")


def many_firms(house: House, count: int = 20) -> list[Firm]:
    """Register firms of every kind, some of them incomplete, and let them file."""
    chance = random.Random(3)
    found = []
    for at in range(count):
        place = VILLAGE if at % 3 else NEIGHBOUR
        one = firm(house, f"厂{at}", place=place, sector=SECTORS[at % len(SECTORS)])
        left_out = [need for need in (Need.CANTEEN_PLAN, Need.RETURN_PLAN) if chance.random() < 0.4]
        one.file(*parts(one.clerk, but=left_out))
        found.append(one)
    return found


def stands(one: Firm, level_: str, grade_: str = "low") -> tuple[str, set[str]]:
    """Say by hand how a firm that was never visited stands at a level and in a zone, from what it holds."""
    sector = Organisation.objects.get(id=one.id).sector or ""
    held = {row.need for row in one.shown().parts if row.state == "held"}
    lacking = brute(sector, held, 9, level_, grade_)
    if level_ == "I" and sector[0] in "RP":
        lacking.add("closed_by_measure")
    complete = "inspect_first" if grade_ == "high" else "approved"
    return ("missing" if lacking else complete), lacking


def kept(firms: list[Firm]) -> dict[str, tuple[str, set[str]]]:
    """Return how the firms stand in the account."""
    rows = {str(row.organisation_id): row for row in Dossier.objects.all()}
    return {one.id: (rows[one.id].state, set(rows[one.id].lacking.split())) for one in firms}


def follows() -> UUID:
    """Return the long work that follows a change."""
    found: UUID = Job.objects.get(kind="enterprise.reconsider", ended_at=None).id
    return found


def test_exactly_the_affected_firms_change(account: House) -> None:
    """Rows: Z29. An answer made by hand says which; the others get no new decision."""
    firms = many_firms(account)
    before = kept(firms)
    assert before == {one.id: stands(one, "none") for one in firms}
    level(account, TOWN, "I")
    job = follows()
    assert Job.objects.get(id=job).total == len(firms)
    assert jobs.go_on(job)
    after = kept(firms)
    assert after == {one.id: stands(one, "I") for one in firms}
    changed = {one.id for one in firms if before[one.id] != after[one.id]}
    assert changed and len(changed) < len(firms)
    decided = Decision.objects.filter(cause="reconsidered")
    assert {str(row.organisation_id) for row in decided} == changed
    for one in firms:
        approved = after[one.id][0] == "approved"
        assert ("enterprise.approved" in words(one.hex)) == approved
        told = OpenItem.objects.filter(kind="enterprise.changed", subject=one.hex).exists()
        assert told == (one.id in changed and "approved" in (before[one.id][0], after[one.id][0]))
    account.settle()
    assert account.faults() == []


def test_a_zone_of_another_grade_changes_its_own_firms_alone(account: House) -> None:
    """Rows: Z29. The village next door stands as it stood; a visit is asked where the risk is high."""
    firms = many_firms(account)
    before = kept(firms)
    for value in ("medium", "high", "low"):
        grade(account, VILLAGE, value)
        assert jobs.go_on(follows())
        after = kept(firms)
        for one in firms:
            wanted = stands(one, "none", value) if one.place == VILLAGE else before[one.id]
            assert after[one.id] == wanted, (value, one.place)
        if value == "high":
            assert "inspect_first" in {after[one.id][0] for one in firms}
    assert kept(firms) == before
    account.settle()
    assert account.faults() == []


def test_cut_off_in_the_middle_it_ends_the_same(
    account: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows: Z29."""
    monkeypatch.setattr(jobs, "STEP", 6)
    firms = many_firms(account)
    level(account, TOWN, "I")
    job = follows()
    assert not jobs.go_on(job, steps=1)
    half = Job.objects.get(id=job)
    assert (half.done, half.total) == (6, 20), "progress is told"
    # Somebody files meanwhile: the order of the work stays, and nobody is left out or done twice.
    fresh = firm(account, "新来的", sector="R89")
    fresh.file(*parts(fresh.clerk))
    assert jobs.go_on(job)
    assert kept(firms) == {one.id: stands(one, "I") for one in firms}
    first = Decision.objects.filter(cause="reconsidered").count()
    level(account, VILLAGE, "I")
    again = follows()
    assert jobs.go_on(again)
    assert Decision.objects.filter(cause="reconsidered").count() == first, "nothing follows twice"
    chunks = Entry.objects.filter(command="enterprise.reconsider_one").count()
    assert chunks == 4 + 3, "one entry for each step"
    account.settle()
    assert account.faults() == []


def test_what_is_foreseen_is_what_comes(account: House) -> None:
    """Rows: Z29. The same rule foresees and decides."""
    firms = many_firms(account)
    level(account, TOWN, "II")
    assert jobs.go_on(follows())

    def as_it_is(place: str) -> dict[str, str]:
        return rulings(Store(), [place], now())[place]

    question = Question(
        TOWN, now(), as_it_is, lambda place: as_it_is(place) | {"response.level": "I"}
    )
    foreseen = {
        row.subject: (row.before, row.after)
        for row in SECTIONS["enterprise.firms"].foresee(Store(), question)
    }
    before = kept(firms)
    level(account, TOWN, "I")
    assert jobs.go_on(follows())
    after = kept(firms)
    came = {
        one.hex: (str(VERDICTS[before[one.id][0]]), str(VERDICTS[after[one.id][0]]))
        for one in firms
        if before[one.id][0] != after[one.id][0]
    }
    assert foreseen == came and came


def test_a_version_is_tried_before_it_is_set_and_comes_as_it_was_foreseen(account: House) -> None:
    """Rows: Z29. Who sets a rule sees first whom it concerns; a nearer place keeps its own."""
    firms = many_firms(account)
    own = {"place": NEIGHBOUR, "basis": "邻村自己的", "clauses": [{"needs": ["roster"]}]}
    account.do("enterprise.set_rule", own)
    rules_that_begin(now())
    assert jobs.go_on(follows())
    before = kept(firms)
    clauses = [
        {"needs": ["address", "sector", "roster", "canteen_plan"]},
        {"sectors": ["F"], "way": "closed"},
    ]
    rule = {"place": TOWN, "clauses": clauses}
    leader = account.person("镇指挥长", "leader", TOWN)
    tried = account.ask("enterprise.try_rule", rule, as_=leader)
    assert kept(firms) == before, "nothing is written"
    foreseen = {row.organisation.hex: (row.before_change, row.after_change) for row in tried}
    account.do("enterprise.set_rule", rule | {"basis": "镇里统一"}, as_=leader)
    rules_that_begin(now())
    assert jobs.go_on(follows())
    after = kept(firms)
    came = {
        one.hex: (before[one.id][0], after[one.id][0])
        for one in firms
        if before[one.id][0] != after[one.id][0]
    }
    assert foreseen == came and {"missing", "approved"} <= {
        one for pair in came.values() for one in pair
    }
    assert all(one.place == VILLAGE for one in firms if one.hex in came)
    told = account.ask("enterprise.required", {"place": VILLAGE, "sector": "F51"})
    assert (told.rule_version, told.way, told.level) == (3, "closed", "none")
    assert told.needs == ["address", "sector", "roster", "canteen_plan"]
    assert account.ask("enterprise.required", {"place": NEIGHBOUR}).rule_version == 2


def test_what_the_firm_itself_changes_is_judged_at_once(account: House) -> None:
    """Rows: Z29, Z87. An approval does not outlive what it rests on: a part, the sector on the record, the town's number."""
    one = firm(account)
    one.file(*parts(one.clerk))
    less = part(Need.PROTECTIVE_STOCK, one.clerk) | {"quantity": 2}
    account.do("enterprise.fill_parts", one.ask | {"parts": [less]}, as_=one.clerk)
    assert (one.shown().state, one.shown().lacking) == ("missing", ["protective_stock"])
    assert words(one.hex) == set()
    assert one.file(part(Need.PROTECTIVE_STOCK, one.clerk))["decision"] == "approved"
    office = firm(account, "云上设计", sector="M74")
    light = [part(Need.ROSTER, office.clerk), part(Need.CONTACT, office.clerk)]
    assert office.file(*light)["decision"] == "approved"
    moved = office.ask | {"address": "工业园 2 号"}
    account.do("organisations.change_record", moved, as_=office.clerk)
    assert office.shown().state == "approved"
    turned = office.ask | {"sector": "C34"}
    account.do("organisations.change_record", turned, as_=office.clerk)
    assert office.shown().lacking == ["control_plan", "canteen_plan", "protective_stock"]
    account.do("organisations.change_record", office.ask | {"emptied": "address"}, as_=office.clerk)
    assert office.shown().lacking[0] == "address", "what was taken out is missing at once"
    never = firm(account, "还没报的", sector="M74")
    account.do("organisations.change_record", never.ask | {"sector": "C34"}, as_=never.clerk)
    days = {"place": TOWN, "policy": "enterprise.stock_days", "value": 12}
    account.do("policy.put", days)
    assert jobs.go_on(follows())
    assert one.shown().lacking == ["protective_stock"]
    account.do("policy.follow", {"place": TOWN, "policy": "enterprise.stock_days"})
    assert jobs.go_on(follows())
    assert one.shown().state == "approved"
    account.do("policy.put", days | {"policy": "enterprise.check_days"})
    assert not Job.objects.filter(ended_at=None).exists(), "another number is not the rule's"
    account.settle()
    assert account.faults() == []


def test_a_version_holds_from_its_moment_at_its_place_and_never_reaches_back(story: House) -> None:
    """Rows: Z29, Z87. The version in force when it was filed decides, and stands in the answer."""
    here, there = firm(story, "本村厂"), firm(story, "邻村厂", place=NEIGHBOUR)
    start = story.ask("account.state", {}).now
    clauses = [{"needs": ["roster", "isolation_rooms"]}]
    rule = {"place": VILLAGE, "basis": "本村加一条", "clauses": clauses}
    with pytest.raises(Refused) as refusal:
        back = {"starts_at": (start - dt.timedelta(hours=1)).isoformat()}
        story.do("enterprise.set_rule", rule | back)
    assert refusal.value.code == "ENT-6"
    soon = {"starts_at": (start + dt.timedelta(hours=2)).isoformat()}
    assert story.do("enterprise.set_rule", rule | soon).result == {"rule_version": 2}
    but = [Need.ISOLATION_ROOMS]
    for one in (here, there):
        told = one.file(*parts(one.clerk, but=but))
        assert (told["decision"], told["rule_version"]) == ("approved", 1)
    rules_that_begin(now())
    assert not Job.objects.exists(), "its moment has not come"
    story.do("account.move_clock", {"to": (start + dt.timedelta(hours=3)).isoformat()})
    rules_that_begin(now())
    rules_that_begin(now())
    job = Job.objects.get(kind="enterprise.reconsider")
    assert job.total == 1 and jobs.go_on(job.id), "one firm stands under that place"
    assert (here.shown().state, here.shown().lacking) == ("missing", ["isolation_rooms"])
    assert there.shown().state == "approved", "next door nothing changes"
    told = here.file(part(Need.ISOLATION_ROOMS, here.clerk))
    assert (told["decision"], told["rule_version"]) == ("approved", 2)
    (clause,) = story.ask("enterprise.rule_in_force", {"place": VILLAGE})
    assert (clause.rule_version, clause.needs) == (2, ["roster", "isolation_rooms"])
    earlier = story.ask("enterprise.rule_in_force", {"place": VILLAGE, "at": start.isoformat()})
    assert earlier[0].rule_version == 1
    assert [
        row.rule_version for row in story.ask("enterprise.rule_versions", {"place": VILLAGE})
    ] == [2]
    story.settle()
    assert story.faults() == []


def test_a_firm_is_told_ahead_what_comes(story: House) -> None:
    """Rows: Z29. Before the minute, not after it; and it comes as it was told."""
    gym, works = firm(story, "健身房", sector="R89"), firm(story, "青峰叉车")
    level(story, TOWN, "I")
    gym.file(*parts(gym.clerk))
    works.file(*parts(works.clerk, but=[Need.ISOLATION_ROOMS]))
    start = now()
    eased = {"place": TOWN, "level": "II", "basis": "省指挥部第 2 号令"}
    at = {"effective_at": (start + dt.timedelta(hours=2)).isoformat()}
    story.do("response.declare_level", eased | at, as_=leader(story))
    rule = {"place": VILLAGE, "basis": "本村加一条", "clauses": [{"needs": ["isolation_rooms"]}]}
    soon = {"starts_at": (start + dt.timedelta(hours=3)).isoformat()}
    story.do("enterprise.set_rule", rule | soon)

    def told(one: Firm) -> list[tuple[dt.datetime, str, list[str]]]:
        return [(row.at, row.would_be, row.lacking) for row in one.shown().coming]

    ahead = start + dt.timedelta(hours=2)
    assert told(gym) == [(ahead, "approved", [])]
    assert told(works) == [(start + dt.timedelta(hours=3), "missing", ["isolation_rooms"])]
    story.do("account.move_clock", {"to": (start + dt.timedelta(hours=4)).isoformat()})
    assert (gym.shown().would_be, gym.shown().coming) == ("approved", [])
    assert works.shown().lacking == ["isolation_rooms"] and told(works) == []


def test_a_number_of_days_set_ahead_holds_at_its_minute_and_ends(story: House) -> None:
    """Rows: Z29. Told ahead, looked at once when it begins and once when it ends."""
    one = firm(story)
    one.file(*parts(one.clerk))
    start = now()
    more, end = start + dt.timedelta(hours=2), start + dt.timedelta(hours=5)
    days = {"place": TOWN, "policy": "enterprise.stock_days", "value": 12}
    story.do("policy.put", days | {"starts_at": more.isoformat(), "ends_at": end.isoformat()})
    assert not Job.objects.exists()
    assert [(row.at, row.newly_needed, row.no_longer_needed) for row in one.shown().coming] == [
        (more, ["protective_stock"], []),
        (end, [], ["protective_stock"]),
    ]
    for hours, state in ((1, "approved"), (3, "missing"), (4, "missing"), (6, "approved")):
        story.do("account.move_clock", {"to": (start + dt.timedelta(hours=hours)).isoformat()})
        stock_days_that_begin(now())
        stock_days_that_begin(now())
        for job in Job.objects.filter(ended_at=None):
            assert jobs.go_on(job.id)
        assert one.shown().state == state, hours
    assert Job.objects.filter(kind="enterprise.reconsider").count() == 2
    story.settle()
    assert story.faults() == []
