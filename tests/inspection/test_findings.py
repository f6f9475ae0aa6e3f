"""Findings: recorded on the spot, put right by their owner, rechecked by somebody else, and a level higher when late."""

import datetime as dt
import random
from typing import Any
from uuid import UUID

import pytest
from django.utils import translation

from mingbai.domains.inspection.models import Finding, FindingStep, Visit, VisitItem
from mingbai.kernel import standing
from mingbai.kernel.actors import OPERATOR, Actor
from mingbai.kernel.clock import machine_now
from mingbai.kernel.commands.items import late_items
from mingbai.kernel.models import Attachment, Mandate, OpenItem, Standing
from mingbai.kernel.moment import now as moment_now
from mingbai.kernel.refusals import Refused
from mingbai.kernel.rows import Store
from tests.conftest import TONGZHOU, TOWN, VILLAGE, House
from tests.inspection.conftest import CHEMICAL, CONTROL, GATES, HEALTH, Town, clock, later, today

JAN_28, JAN_29, JAN_30 = (dt.date(2020, 1, day) for day in (28, 29, 30))


def said(town: Town, name: str) -> str | None:
    """Return what a word of standing says of the chemical firm now."""
    store = Store()
    word = standing.WORDS[name]
    found = standing.at(store, word, town.chemical.replace("-", ""), moment_now(store))
    return found.value if found else None


def begun(town: Town, **more: object) -> str:
    """Book and begin a visit; return its id."""
    booked = town.book(**more)
    town.begin(booked["visit"])
    return str(booked["visit"])


def waits(town: Town, who: Actor, place: str = VILLAGE) -> list[str]:
    """Return what kinds of open items somebody sees."""
    return [row.kind for row in town.house.ask("items.waiting", {"place": place}, as_=who)]


def test_one_serious_and_two_minor_hazards_block_until_the_serious_one_was_rechecked(
    town: Town,
) -> None:
    """Rows: Z14."""
    visit = begun(town, checklists=[CHEMICAL])
    serious = town.find(visit, "tank-1", "serious")
    assert said(town, "inspection.serious_hazard") == "open"
    minor = [town.find(visit, "tank-2"), town.find(visit, "tank-3")]
    town.tick(visit, ["tank-4"])
    town.end(visit)
    assert said(town, "inspection.passed") is None
    rows = {row.severity: row.due for row in Finding.objects.all()}
    assert rows == {
        "serious": today() + dt.timedelta(days=3),
        "minor": today() + dt.timedelta(days=15),
    }
    assert set(VisitItem.objects.values_list("state", flat=True)) == {"failed", "ok"}
    town.about(serious, "put_right", town.clerk, text="储罐换了阀门")
    assert said(town, "inspection.serious_hazard") == "open", "nobody has looked yet"
    town.about(serious, "close_finding", town.second)
    assert said(town, "inspection.serious_hazard") is None
    assert said(town, "inspection.passed") == later(0), "the minor ones have their days"
    assert Finding.objects.filter(state="open").count() == len(minor)
    assert town.house.faults() == []


def test_a_serious_finding_takes_back_that_the_firm_has_passed(town: Town) -> None:
    town.whole(checklists=[CHEMICAL])
    assert said(town, "inspection.passed") == later(0)
    visit = begun(town)
    town.find(visit, "mask-1", "serious")
    assert said(town, "inspection.passed") is None
    assert said(town, "inspection.serious_hazard") == "open"


def test_a_late_record_of_a_phone_still_takes_the_word_back(town: Town) -> None:
    visit = begun(town)
    at = machine_now()
    town.whole(checklists=[CHEMICAL])
    assert said(town, "inspection.passed") == later(0)
    ask = town.of(visit, check_item="mask-1", severity="serious", text="通道堵死")
    town.house.do("inspection.record_finding", ask, as_=town.inspector, at=at)
    assert said(town, "inspection.passed") is None
    assert said(town, "inspection.serious_hazard") == "open"


def test_a_missing_thermometer_is_put_right_and_rechecked_by_another(days: Town) -> None:
    """Rows: T22."""
    clock(days, JAN_28, 8)
    visit = begun(days, point=days.gate, checklists=[GATES], on=str(JAN_28))
    finding = days.find(visit, "thermometer-1", due=str(JAN_29))
    row = Finding.objects.get()
    assert (row.owner, row.due) == ("guard", JAN_29)
    assert waits(days, days.guard) == ["inspection.finding"]
    days.tick(visit, ["thermometer-2", "thermometer-3"])
    days.end(visit)
    with pytest.raises(Refused) as refused:
        days.about(finding, "close_finding", days.second)
    assert refused.value.code == "INS-11"
    both = days.guard
    mandate = {"place": TONGZHOU, "role": "inspector", "capacity": "李代查"}
    days.house.do("mandates.give", mandate | {"person": str(both.person)})
    guard, also = mandates(both)
    ask = {"place": VILLAGE, "finding": finding}
    days.house.do("inspection.put_right", ask | {"text": "新额温枪已到"}, as_=both, mandate=guard)
    with pytest.raises(Refused) as refused:
        days.house.do("inspection.close_finding", ask, as_=both, mandate=also)
    assert refused.value.code == "INS-12", "closing by the owner alone"
    assert waits(days, days.second, TONGZHOU) == ["inspection.recheck"]
    days.about(finding, "close_finding", days.second, text="看过，能用")
    assert Finding.objects.get().state == "closed"
    assert waits(days, days.second, TONGZHOU) == []
    shown = days.house.ask("inspection.finding", ask, as_=days.second)
    assert [(one.what, one.text) for one in shown.steps] == [
        ("put_right", "新额温枪已到"), ("closed", "看过，能用"),
    ]  # fmt: skip


def mandates(who: Actor) -> list[UUID]:
    """Return the mandates of somebody, the oldest first."""
    rows = Mandate.objects.filter(person_id=who.person).order_by("starts_at")
    return [row.id for row in rows]


def test_what_is_overdue_rises_a_level(days: Town) -> None:
    """Rows: T22."""
    clock(days, JAN_28, 8)
    visit = begun(days, point=days.gate, checklists=[GATES], on=str(JAN_28))
    days.find(visit, "thermometer-1", due=str(JAN_29))
    assert "inspection.finding" not in waits(days, days.desk, TOWN)
    clock(days, JAN_30, 0, 1)
    late_items(moment_now(Store()))
    assert sorted(waits(days, days.desk, TOWN)) == ["inspection.finding", "inspection.visit"]
    (row,) = days.house.ask("inspection.findings", {"place": TOWN}, as_=days.desk)
    assert row.overdue and row.days_open == 2 and row.visited == "三号卡口"


def test_who_does_not_own_it_does_not_put_it_right(town: Town) -> None:
    visit = begun(town)
    finding = town.find(visit, "mask-1")
    other = town.house.person("别家文员", "clerk", VILLAGE, organisation=town.masks)
    for who in (other, town.guard, town.desk):
        with pytest.raises(Refused) as refused:
            town.about(finding, "put_right", who, text="改好了")
        assert refused.value.code == "INS-13"
    assert waits(town, other) == [] and waits(town, town.clerk) == ["inspection.finding"]
    with pytest.raises(Refused) as refused:
        town.house.ask("inspection.finding", {"place": VILLAGE, "finding": finding}, as_=other)
    assert refused.value.code == "FRM-9"
    assert town.house.ask("inspection.my_findings", {"place": VILLAGE}, as_=other) == []
    with translation.override("zh-hans"):
        (row,) = town.house.ask("inspection.my_findings", {"place": VILLAGE}, as_=town.clerk)
    assert (str(row.finding), row.sentence) == (finding, "mask-1合格")


def test_a_recheck_that_fails_sends_it_back_with_a_new_day(town: Town) -> None:
    visit = begun(town)
    finding = town.find(visit, "mask-1")
    town.about(finding, "put_right", town.clerk, text="改好了")
    with pytest.raises(Refused) as refused:
        town.about(finding, "put_right", town.clerk, text="又改好了")
    assert refused.value.code == "INS-26"
    town.about(finding, "send_back", town.second, text="还差一半", due=later(2))
    row = Finding.objects.get()
    assert (row.state, row.due) == ("open", today() + dt.timedelta(days=2))
    assert waits(town, town.clerk) == ["inspection.finding"]
    town.about(finding, "put_right", town.clerk, text="这回好了")
    town.about(finding, "close_finding", town.inspector)
    assert list(FindingStep.objects.order_by("id").values_list("what", flat=True)) == [
        "put_right", "sent_back", "put_right", "closed",
    ]  # fmt: skip
    for name in ("close_finding", "send_back", "waive_finding"):
        more = {"reason": "旧事"} if name == "waive_finding" else {"text": "再看"}
        with pytest.raises(Refused) as refused:
            town.about(finding, name, town.second, **more)
        assert refused.value.code == "INS-15"


def test_a_recheck_is_booked_for_what_failed_alone(town: Town) -> None:
    """Rows: H20."""
    visit = begun(town)
    finding = town.find(visit, "mask-1")
    town.find(visit, "mask-2")
    town.tick(visit, [f"mask-{number}" for number in range(3, 13)])
    town.end(visit)
    with pytest.raises(Refused) as refused:
        town.book(recheck=True, checklists=None)
    assert refused.value.code == "INS-18", "nothing was put right yet"
    town.about(finding, "put_right", town.clerk, text="改好了")
    again = town.book(town.second, recheck=True, checklists=None, on=later(1))
    assert again["booked"] == ["mask-1"]
    assert Visit.objects.get(id=again["visit"]).recheck
    assert town.book(checklists=[HEALTH], on=later(1))["booked"] == ["sick-bay-1", "sick-bay-2"]


def test_a_visit_that_rechecks_closes_what_is_in_order_and_sends_back_the_rest(town: Town) -> None:
    """Rows: T22, Z14."""
    visit = begun(town, checklists=[CHEMICAL])
    fine, wrong = town.find(visit, "tank-1", "serious"), town.find(visit, "tank-2", "serious")
    town.tick(visit, ["tank-3", "tank-4"])
    town.end(visit)
    for finding in (fine, wrong):
        town.about(finding, "put_right", town.clerk, text="改好了")
    again = begun(town, recheck=True, checklists=None, on=later(0))
    town.tick(again, ["tank-1"])
    assert town.find(again, "tank-2", text="还在漏") == wrong, "found once, sent back"
    assert Finding.objects.get(id=fine).state == "put_right", "nothing is closed before the end"
    town.end(again)
    rows = {str(row.id): (row.state, row.severity) for row in Finding.objects.all()}
    assert rows == {fine: ("closed", "serious"), wrong: ("open", "serious")}
    assert Finding.objects.get(id=wrong).due == today() + dt.timedelta(days=3)
    assert said(town, "inspection.serious_hazard") == "open"
    assert waits(town, town.clerk) == ["inspection.finding"]
    assert "inspection.recheck" not in waits(town, town.second, TONGZHOU)
    town.about(wrong, "put_right", town.clerk, text="这回不漏了")
    last = begun(town, recheck=True, checklists=None)
    town.tick(last, ["tank-2"])
    town.end(last)
    assert said(town, "inspection.serious_hazard") is None
    assert said(town, "inspection.passed") == later(0)
    steps = FindingStep.objects.filter(finding_id=wrong).order_by("id")
    assert [one.what for one in steps] == ["put_right", "sent_back", "put_right", "closed"]
    assert town.house.faults() == []


def test_a_visit_of_whoever_answers_for_it_closes_nothing(town: Town) -> None:
    """Rows: T22."""
    visit = begun(town)
    town.find(visit, "mask-1")
    town.about(str(Finding.objects.get().id), "put_right", town.clerk, text="改好了")
    mandate = {"place": VILLAGE, "role": "clerk", "organisation": town.chemical}
    town.house.do("mandates.give", mandate | {"person": str(town.second.person), "capacity": "厂"})
    inspects = Mandate.objects.get(person_id=town.second.person, role="inspector").id
    own = {"as_": town.second, "mandate": inspects}
    about = {"place": VILLAGE, "organisation": town.chemical, "recheck": True, "on": later(0)}
    again = town.of(town.house.do("inspection.book_visit", about, **own).result["visit"])
    town.house.do("inspection.begin_visit", again, **own)
    ticked = again | {"check_item": "mask-1", "outcome": "ok"}
    town.house.do("inspection.tick_item", ticked, **own)
    with pytest.raises(Refused) as refused:
        found = {"check_item": "mask-1", "severity": "minor", "text": "还差"}
        town.house.do("inspection.record_finding", again | found, **own)
    assert refused.value.code == "INS-12"
    town.house.do("inspection.end_visit", again, **own)
    assert Finding.objects.get().state == "put_right"
    assert waits(town, town.inspector, TONGZHOU).count("inspection.recheck") == 1


def test_what_is_not_in_order_is_said_before_a_visit_ends(town: Town) -> None:
    """Rows: Z14."""
    visit = begun(town)
    town.tick(visit, ["mask-1"], "failed")
    with pytest.raises(Refused) as refused:
        town.end(visit)
    assert refused.value.code == "INS-34", "a cross in a box is nobody's to put right"
    town.find(visit, "mask-1")
    assert town.end(visit)["failed"] == 1
    fact = begun(town, check_items=["mask-1"], new_fact="又来举报", on=later(0))
    town.tick(fact, ["mask-1"], "failed")
    assert town.end(fact)["failed"] == 1, "it is somebody's already"


def test_only_a_minor_finding_is_waived_and_by_another(town: Town) -> None:
    visit = begun(town)
    minor, serious = town.find(visit, "mask-1"), town.find(visit, "mask-2", "serious")
    for code, (who, finding) in {
        "INS-14": (town.second, serious),
        "INS-29": (town.inspector, minor),
    }.items():
        with pytest.raises(Refused) as refused:
            town.about(finding, "waive_finding", who, reason="不影响")
        assert refused.value.code == code
    with pytest.raises(Refused) as refused:
        town.about(minor, "waive_finding", OPERATOR, reason="不影响")
    assert refused.value.code == "ACC-7", "no shell waives"
    town.about(minor, "waive_finding", town.second, reason="不影响安全，下次改造一起做")
    assert Finding.objects.get(id=minor).state == "waived"
    assert not OpenItem.objects.filter(
        kind="inspection.finding", subject=minor.replace("-", ""), done_at=None
    ).exists()


@pytest.mark.parametrize(
    ("code", "more"),
    [
        ("INS-9", {"due": later(16)}),
        ("INS-9", {"due": later(-1)}),
        ("INS-9", {"due": later(4), "severity": "serious"}),
        ("INS-31", {"owner": "guard"}),
        ("INS-8", {"check_item": "sick-bay-1"}),
    ],
)
def test_a_finding_that_can_not_be_is_refused(town: Town, code: str, more: dict[str, str]) -> None:
    visit = begun(town)
    ask = town.of(visit, check_item="mask-1", severity="minor", text="看不清") | more
    with pytest.raises(Refused) as refused:
        town.house.do("inspection.record_finding", ask, as_=town.inspector)
    assert refused.value.code == code
    assert not Finding.objects.exists()


def test_a_gate_without_a_guard_is_for_the_desk(account: House, town: Town) -> None:
    store = account.do("places.add_point", {"place": VILLAGE, "kind": "gate", "name": "四号"})
    visit = begun(town, point=store.result["point"], checklists=[GATES])
    finding = town.find(visit, "thermometer-1", owner="keeper")
    assert Finding.objects.get().owner == "desk", "nobody keeps a store here"
    village = account.person("村委值班", "desk", VILLAGE)
    town.about(finding, "put_right", village, text="借了一支")
    for who in (village, account.person("也是值班", "desk", VILLAGE)):
        with pytest.raises(Refused) as refused:
            town.about(finding, "close_finding", who)
        assert refused.value.code == "INS-12"
    town.about(finding, "close_finding", town.desk)
    assert Finding.objects.get().state == "closed"


def test_a_firm_that_nobody_answers_for_yet_is_for_the_desk(town: Town) -> None:
    visit = begun(town, organisation=town.masks)
    finding = town.find(visit, "mask-1")
    assert Finding.objects.get().owner == "desk"
    assert "inspection.finding" in waits(town, town.desk, TOWN)
    town.about(finding, "put_right", town.desk, text="电话里说改好了")
    with pytest.raises(Refused) as refused:
        town.about(finding, "close_finding", town.desk)
    assert refused.value.code == "INS-12"
    town.about(finding, "close_finding", town.second)
    other = town.find(visit, "mask-2")
    clerk = town.house.person("口罩厂文员", "clerk", VILLAGE, organisation=town.masks)
    with pytest.raises(Refused) as refused:
        town.about(other, "put_right", town.desk, text="改好了")
    assert refused.value.code == "INS-13", "now the firm has somebody"
    town.about(other, "put_right", clerk, text="改好了")
    assert not OpenItem.objects.filter(kind="inspection.finding", done_at=None).exists()


def test_a_picture_belongs_to_what_was_put_right(town: Town) -> None:
    visit = begun(town)
    finding = town.find(visit, "mask-1")
    town.about(finding, "put_right", town.clerk, text="换了新的")
    act = FindingStep.objects.get().entry
    made = {"name": "photo1", "digest": "0" * 64, "size": 9, "width": 3, "height": 3}
    ask = {"place": VILLAGE, "act": str(act)} | made
    town.house.do("attachments.attach", ask, as_=town.clerk)
    shown = town.house.ask(
        "inspection.finding", {"place": VILLAGE, "finding": finding}, as_=town.second
    )
    assert [one.name for one in shown.steps[0].pictures] == ["photo1"]
    assert Attachment.objects.count() == 1
    other = town.house.person("别家文员", "clerk", VILLAGE, organisation=town.masks)
    with pytest.raises(Refused) as refused:
        town.house.do("attachments.attach", ask | {"name": "photo2"}, as_=other)
    assert refused.value.code == "ATT-3", "a firm's own side adds pictures to its own acts"
    assert CONTROL in Visit.objects.get().checklists


def a_day(town: Town, chance: random.Random) -> None:
    """Visit, find, put right, recheck and send back at random."""
    try:
        act = chance.choice(["visit", "visit", "put_right", "recheck", "close", "back", "waive"])
        rows = list(Finding.objects.exclude(state__in=("closed", "waived")))
        row = chance.choice(rows) if rows else None
        if act == "visit":
            lists = chance.sample([CONTROL, HEALTH, CHEMICAL], chance.randrange(1, 3))
            whose = chance.choice([town.chemical, town.masks])
            if chance.random() < 0.3:
                looked = town.book(organisation=whose, checklists=None, recheck=True, on=later(0))
            else:
                looked = town.book(organisation=whose, checklists=lists, on=later(0))
            walk(town, looked, chance)
        elif row is not None and act == "put_right":
            who = town.clerk if str(row.organisation_id) == town.chemical else town.desk
            town.about(str(row.id), "put_right", who, text="改好了")
        elif row is not None and act == "recheck":
            whose = str(row.organisation_id)
            walk(town, town.book(organisation=whose, checklists=None, recheck=True), chance)
        elif row is not None:
            name = {"close": "close_finding", "back": "send_back", "waive": "waive_finding"}[act]
            more = {"waive": {"reason": "不影响安全"}, "back": {"text": "还差一点"}}.get(act, {})
            town.about(str(row.id), name, town.second, **more)
    except Refused as refused:
        assert refused.code in {
            "INS-2", "INS-3", "INS-4", "INS-11", "INS-14", "INS-15", "INS-18", "INS-26", "INS-34",
        }, refused  # fmt: skip


def walk(town: Town, booked: dict[str, Any], chance: random.Random) -> None:
    """Begin a visit, look at some of its items, find some, and end it, or try to."""
    town.begin(booked["visit"])
    for code in booked["booked"]:
        luck = chance.random()
        if luck < 0.5:
            town.tick(booked["visit"], [code])
        elif luck < 0.8:
            town.find(booked["visit"], code, chance.choice(["minor", "minor", "serious"]))
        elif luck < 0.83:
            town.tick(booked["visit"], [code], "failed")
    town.end(booked["visit"])


@pytest.mark.parametrize("seed", range(3))
def test_every_fault_is_somebodys_until_somebody_else_has_looked(town: Town, seed: int) -> None:
    """Rows: Z14, T22."""
    chance = random.Random(seed)
    for rule, value in (("inspection.days_between", 1), ("inspection.visits_most", 10)):
        town.house.do("policy.put", {"place": TONGZHOU, "policy": rule, "value": value})
    for _time in range(25):
        a_day(town, chance)
    assert Finding.objects.count() >= 3
    open_ = {
        (item.kind, item.subject): item for item in OpenItem.objects.filter(done_at=None)
    }  # fmt: skip
    for row in Finding.objects.all():
        waits_for = {"open": "inspection.finding", "put_right": "inspection.recheck"}
        kinds = {kind for kind, subject in open_ if subject == row.id.hex}
        assert kinds == ({waits_for[row.state]} if row.state in waits_for else set()), row.state
        if row.state == "closed":
            steps = FindingStep.objects.filter(finding=row).order_by("id")
            assert [one.what for one in steps][-2:] == ["put_right", "closed"]
            assert len({one.person for one in list(steps)[-2:]}) == 2, "two people"
    ended = VisitItem.objects.filter(visit__state="ended", state="failed")
    for item in ended:
        assert Finding.objects.filter(subject=item.subject, code=item.code).exists()
    for firm in (town.chemical, town.masks):
        hazards = Finding.objects.filter(organisation_id=firm, severity="serious")
        stands = hazards.exclude(state__in=("closed", "waived")).exists()
        word = Standing.objects.filter(
            subject=firm.replace("-", ""), what="inspection.serious_hazard", ends_at=None
        )
        assert word.exists() == stands
    assert town.house.faults() == []
