"""What the desk says: notices by version, plans line by line, decisions with what they cite and what is objected."""

import datetime as dt
import uuid
from typing import Any

import pytest

from mingbai.domains.response.models import Objection
from mingbai.kernel.acting import link_digest
from mingbai.kernel.actors import Actor
from mingbai.kernel.commands.items import late_items
from mingbai.kernel.identity import random_link
from mingbai.kernel.models import Entry, Message, OpenItem
from mingbai.kernel.refusals import Refused, TooOften
from mingbai.kernel.words import Via
from tests.conftest import NEIGHBOUR, TONGZHOU, TOWN, VILLAGE, House
from tests.response.test_directives import refused

NUMBER = "漷防办〔2020〕7号"


@pytest.fixture
def town(story: House) -> Actor:
    """The town's desk."""
    return story.person("郎致远", "desk", TOWN)


def published(house: House, town: Actor, **more: Any) -> dict[str, Any]:
    """Publish a notice for the villages' keepers and desks."""
    ask = {"place": TOWN, "number": NUMBER, "title": "关于卡口值守的通知", "text": "三班改两班。"}
    ask |= {"offices": ["keeper", "desk"], "for_everyone": True}
    return dict(house.do("response.publish_notice", ask | more, as_=town).result)


def notice_of(house: House, notice: str, as_: Actor, place: str = VILLAGE) -> Any:
    """Return a notice as an office of a place reads it."""
    return house.ask("response.notice", {"place": place, "notice": notice}, as_=as_)


def test_a_notice_is_read_with_a_receipt_and_the_next_version_tells_again(
    story: House, town: Actor
) -> None:
    """Rows: Z34."""
    keeper = story.person("陆秀芬", "keeper", VILLAGE)
    other = story.person("鲁长河", "keeper", NEIGHBOUR)
    story.person("米岚", "overseer", VILLAGE)
    first = published(story, town)
    assert first["told"] == 3, "two keepers and the town's desk itself"
    assert {one.kind for one in Message.objects.all()} == {"notice_published"}
    (row,) = story.ask("response.notices", {"place": VILLAGE}, as_=keeper)
    assert row.number == NUMBER and row.read_at is None
    (mine,) = story.ask("response.my_notices", {}, as_=keeper)
    assert mine.version == 1
    read = {"place": VILLAGE, "notice": first["notice"]}
    story.do("response.read_notice", read, as_=keeper)
    story.do("response.read_notice", read, as_=keeper)
    assert story.ask("response.my_notices", {}, as_=keeper) == []
    assert Message.objects.get(person=keeper.person).seen_at is not None
    about = {"place": TOWN, "notice": first["notice"]}
    receipts = story.ask("response.notice_receipts", about, as_=town)
    assert [one.read_at is None for one in receipts] == [True, True, False]
    later = {"title": "关于卡口值守的通知", "text": "恢复三班。", "reason": "返岗的人多了"}
    second = story.do("response.revise_notice", about | later, as_=town).result
    assert (second["version"], second["told"]) == (2, 3)
    old = notice_of(story, first["notice"], keeper)
    assert old.superseded_by == 2 and [one.version for one in old.versions] == [2, 1]
    assert len(story.ask("response.my_notices", {}, as_=other)) == 1, "only the one that holds"
    fault = refused("RES-62", story.do, "response.revise_notice", about | later, as_=town)
    assert "2" in fault.sentence()
    assert story.faults() == []


def test_a_superseded_notice_is_marked_wherever_it_is_cited(story: House, town: Actor) -> None:
    """Rows: Z34."""
    first = published(story, town)
    entry = Entry.objects.get(command="response.publish_notice").id
    plan = {"place": TOWN, "plan": "zones", "title": "分区防控", "reason": "一级响应"}
    plan |= {"lines": [line("goal", "zero", "零新增")], "cites": [str(entry)]}
    story.do("response.write_plan", plan, as_=town)
    decided = {
        "place": TOWN,
        "number": "1",
        "title": "改两班",
        "text": "改两班",
        "affected": "值守员",
    }
    decided |= {"affected_count": 40, "cites": [str(entry)]}
    decision = story.do("response.decide", decided, as_=town).result["decision"]
    second = published(story, town, number="8号", cites=[str(entry)])
    about = {"place": TOWN, "decision": decision}
    (cited,) = story.ask("response.decision", about).cites
    assert (cited.says, cited.superseded_by) == (f"{NUMBER} v1", None)
    later = {"title": "通知", "text": "恢复三班。", "reason": "返岗的人多了"}
    story.do("response.revise_notice", {"place": TOWN, "notice": first["notice"]} | later, as_=town)
    (cited,) = story.ask("response.decision", about).cites
    assert cited.superseded_by == 2
    (cited,) = story.ask("response.plans", {"place": TOWN})[0].cites
    assert cited.superseded_by == 2
    (cited,) = notice_of(story, second["notice"], town).cites
    assert cited.superseded_by == 2


def test_everyone_at_a_village_reads_what_the_town_says_to_it(story: House, town: Actor) -> None:
    """Rows: Z34. On the village's own page; what is for another village stands there alone."""
    first = published(story, town)
    ours = published(story, town, number="8号", places=[NEIGHBOUR])
    published(story, town, number="9号", for_everyone=False)
    for place, wanted in (
        (TOWN, [ours, first]),
        (VILLAGE, [first]),
        (NEIGHBOUR, [ours, first]),
        (TONGZHOU, []),
    ):
        ids = [str(row.notice) for row in story.ask("response.public_notices", {"place": place})]
        assert ids == [one["notice"] for one in wanted], place
        alerts = story.ask("response.alerts", {"place": place})
        assert [str(row.alert) for row in alerts] == ids, place
        assert {row.place for row in alerts} <= {TOWN}


def test_who_a_notice_is_not_for_leaves_no_receipt(story: House, town: Actor) -> None:
    overseer = story.person("米岚", "overseer", VILLAGE)
    made = published(story, town, for_everyone=False)
    read = {"place": VILLAGE, "notice": made["notice"]}
    refused("RES-64", story.do, "response.read_notice", read, as_=overseer)
    refused("RES-61", notice_of, story, made["notice"], overseer)
    about = {"place": TOWN, "notice": made["notice"]}
    refused("RES-61", story.ask, "response.public_notice", about)
    assert story.ask("response.public_notices", {"place": TOWN}) == []
    refused("RES-60", published, story, town)
    refused("RES-63", published, story, town, number="9", places=[TONGZHOU])


def line(
    part: str, code: str, text: str, strictness: int | None = None, why: str = "要"
) -> dict[str, Any]:
    """Return a line of a plan."""
    found: dict[str, Any] = {"part": part, "code": code, "text": text, "reason": why}
    return found if strictness is None else found | {"strictness": strictness}


FIRST = [
    line("goal", "zero", "零新增"),
    line("key_point", "gates", "守住进村口"),
    line("measure", "three-gates", "三个口昼夜值守", 3),
    line("measure", "disinfect", "每天消毒两次", 2),
    line("measure", "closed-shops", "非必需店铺歇业", 3),
]


def test_the_next_version_of_a_plan_shows_what_was_added_eased_and_removed_and_why(
    story: House, town: Actor
) -> None:
    """Rows: Z35."""
    plan = {"place": TOWN, "plan": "zones", "title": "分区防控方案", "reason": "启动一级响应"}
    one = story.do("response.write_plan", plan | {"lines": FIRST}, as_=town).result
    assert one == {"version": 1, "level": "none", "zone_grade": "low"}
    second = [
        *FIRST[:2],
        line("measure", "three-gates", "留两个口，白天值守", 2, "十四天无新增"),
        FIRST[3],
        line("measure", "call-firms", "逐户问企业缺什么", 1, "返岗开始"),
    ]
    plan |= {"lines": second, "reason": "三月二日起转为二级"}
    fault = refused("RES-71", story.do, "response.write_plan", plan, as_=town)
    assert fault.facts["line"] == "closed-shops", "what is left out needs its reason"
    plan["dropped"] = [{"code": "closed-shops", "reason": "店铺可以开门，店内测温"}]
    story.do("response.write_plan", plan, as_=town)
    rows = story.ask("response.plan_difference", {"place": TOWN, "plan": "zones"})
    assert [(row.how, row.code, row.reason) for row in rows] == [
        ("line_added", "call-firms", "返岗开始"),
        ("line_eased", "three-gates", "十四天无新增"),
        ("line_removed", "closed-shops", "店铺可以开门，店内测温"),
    ]
    eased = rows[1]
    assert (eased.written_before, eased.written_after) == ("三个口昼夜值守", "留两个口，白天值守")
    old = story.ask("response.plan", {"place": TOWN, "plan": "zones", "version": 1})
    assert len(old) == 5, "the version before stays as it was"
    same = plan | {"lines": second, "dropped": []}
    refused("RES-75", story.do, "response.write_plan", same, as_=town)
    refused("RES-62", story.do, "response.write_plan", same | {"from_version": 1}, as_=town)
    gone = same | {"dropped": [{"code": "closed-shops", "reason": "早没了"}]}
    refused("RES-72", story.do, "response.write_plan", gone, as_=town)
    missing = {"place": TOWN, "plan": "zones", "version": 9}
    refused("RES-74", story.ask, "response.plan", missing)


def test_a_line_has_one_name_and_only_measures_are_strict(story: House, town: Actor) -> None:
    plan = {"place": TOWN, "plan": "zones", "title": "方案", "reason": "启动"}
    twice = plan | {"lines": [FIRST[0], FIRST[0]]}
    refused("RES-70", story.do, "response.write_plan", twice, as_=town)
    for wrong in (line("goal", "a", "甲", 2), line("measure", "b", "乙")):
        refused("RES-73", story.do, "response.write_plan", plan | {"lines": [wrong]}, as_=town)


def joint(house: House, town: Actor) -> dict[str, Any]:
    """A joint group of three departments whose meeting reopens a corridor."""
    found: dict[str, Any] = {"departments": [], "members": [], "desks": []}
    group = {"place": TOWN, "name": "联防联控专班", "kind": "temporary_team"}
    group |= {"until": "2020-06-30", "since": "2020-01-20"}
    found["group"] = house.do("organisations.add_organisation", group).result["organisation"]
    for name in ("交通所", "卫生院", "经信站"):
        office = {"place": TOWN, "name": name, "kind": "government", "since": "2010-01-01"}
        made = house.do("organisations.add_organisation", office).result["organisation"]
        person = house.person(f"{name}负责人", "desk", TOWN, organisation=made)
        member = {"place": TOWN, "organisation": found["group"], "person": str(person.person)}
        house.do("organisations.join", member | {"position": name})
        found["departments"].append(made)
        found["members"].append(person)
    return found


def test_a_groups_decision_becomes_tasks_that_all_its_members_see(
    story: House, town: Actor
) -> None:
    """Rows: Z27."""
    found = joint(story, town)
    due = "2020-01-28T18:00:00+08:00"
    tasks = [
        {"department": office, "text": text, "due_at": due}
        for office, text in zip(
            found["departments"], ("重开货运通道", "在入口测温", "列出急缺货物"), strict=True
        )
    ]
    tasks[0]["person"] = str(found["members"][0].person)
    decided = {"place": TOWN, "number": "专班1号", "title": "重开货运通道", "text": "即日起重开。"}
    decided |= {"affected": "运输户与沿线各村", "affected_count": 60, "group": found["group"]}
    made = story.do("response.decide", decided | {"tasks": tasks}, as_=town).result
    assert made["unsourced"] and len(made["tasks"]) == 3
    for member in found["members"]:
        rows = story.ask("response.group_tasks", {}, as_=member)
        assert [row.department for row in rows] == ["交通所", "卫生院", "经信站"]
        assert all(row.silent and not row.late for row in rows)
    outsider = story.person("外人", "desk", TOWN)
    assert story.ask("response.group_tasks", {}, as_=outsider) == []
    first = {"place": TOWN, "task": made["tasks"][0]}
    refused("RES-54", story.do, "response.receive_directive", first, as_=found["members"][1])
    story.do("response.localise_directive", first | {"text": "货车走东口"}, as_=found["members"][0])
    gate = {"place": TOWN, "point": "东口", "hours": "06:00-22:00"}
    shown = story.do("movement.open_checkpoint", gate).entry
    story.do("response.add_evidence", first | {"entry": str(shown)}, as_=found["members"][0])
    story.do("response.finish_task", first, as_=found["members"][0])
    story.do("account.move_clock", {"to": "2020-01-29T09:00:00+08:00"})
    late_items(dt.datetime(2020, 1, 29, 1, tzinfo=dt.UTC))
    rows = story.ask("response.group_tasks", {}, as_=found["members"][2])
    assert [(row.department, row.late) for row in rows] == [
        ("卫生院", True),
        ("经信站", True),
        ("交通所", False),
    ]
    raised = OpenItem.objects.filter(kind="response.task", role="leader", done_at=None)
    assert raised.count() == 3, "the two that are late, and the group's own"
    assert story.ask("response.joint_tasks", {"place": TOWN}, as_=outsider) == rows
    assert story.faults() == []


def test_a_group_that_has_ended_decides_nothing_and_only_members_answer(
    story: House, town: Actor
) -> None:
    found = joint(story, town)
    decided = {"place": TOWN, "number": "1", "title": "题", "text": "文", "affected": "无"}
    decided |= {"affected_count": 0, "group": str(uuid.uuid4())}
    refused("RES-86", story.do, "response.decide", decided, as_=town)
    task = {
        "department": found["departments"][0],
        "text": "办",
        "due_at": "2020-02-01T18:00:00+08:00",
    }
    stranger = decided | {"group": found["group"], "tasks": [task | {"person": str(town.person)}]}
    refused("RES-89", story.do, "response.decide", stranger, as_=town)
    gone = decided | {"group": found["group"], "tasks": [task | {"department": str(uuid.uuid4())}]}
    refused("RES-87", story.do, "response.decide", gone, as_=town)
    past = decided | {
        "group": found["group"],
        "tasks": [task | {"due_at": "2020-01-26T18:00:00+08:00"}],
    }
    refused("RES-57", story.do, "response.decide", past, as_=town)


def closing(house: House, town: Actor, **more: Any) -> str:
    """Decide to close six of eight entrances of the village; return the decision's id."""
    ask = {
        "place": VILLAGE,
        "number": "村1号",
        "title": "八个出入口关六个",
        "text": "只留东口、西口。",
    }
    ask |= {"affected": "全村 40 户", "affected_count": 40}
    return str(house.do("response.decide", ask | more, as_=town).result["decision"])


def household(house: House, number: int, place: str = VILLAGE) -> str:
    """Give a household its slip; return the code on it."""
    code = f"{number:03d}"
    house.do("people.add_household", {"place": place, "code": code})
    token = random_link()
    slip = {"place": place, "household": code, "link_digest": link_digest(token)}
    house.do("supplies.give_slip", slip)
    return token


def test_a_decision_without_cited_entries_is_flagged_and_31_objections_hang_on_it(
    story: House, town: Actor
) -> None:
    """Rows: H12."""
    decision = closing(story, town)
    about = {"place": VILLAGE, "decision": decision}
    row = story.ask("response.decision", about)
    assert row.unsourced and row.objections is None and row.affected == "全村 40 户"
    words = about | {"text": "老人绕路要走四十分钟"}
    for number in range(9):
        token = household(story, number)
        story.do("response.object_to", words | {"link": token}, as_=Actor(via=Via.PAGE))
    story.do("account.move_clock", {"to": "2020-01-28T21:00:00+08:00"})
    assert story.ask("response.decision", about).objections is None, "fewer than ten are not shown"
    for number in range(9, 30):
        token = household(story, number)
        story.do("response.object_to", words | {"link": token}, as_=Actor(via=Via.PAGE))
    resident = story.person("谢秋实", place=VILLAGE)
    story.do("response.object_to", words, as_=resident)
    assert story.ask("response.decision", about).objections is None, "counts are cut once a day"
    assert story.ask("response.objection_answers", about) == []
    assert len(story.ask("response.objections", about, as_=town)) == 31
    answered = about | {"text": "再开两个口，老人走北门", "words_shown": True}
    one = story.ask("response.objections", about, as_=town)[0].objection
    story.do("response.answer_objection", answered | {"objection": str(one)}, as_=town)
    assert OpenItem.objects.get(kind="response.objection").done_at is None
    story.do("response.answer_objection", answered, as_=town)
    assert OpenItem.objects.get(kind="response.objection").outcome == "answered"
    refused("RES-85", story.do, "response.answer_objection", answered, as_=town)
    story.do("account.move_clock", {"to": "2020-01-29T21:00:00+08:00"})
    row = story.ask("response.decision", about)
    assert (row.objections, row.objection_rate) == (31, "77.5")
    (told,) = story.ask("response.objection_answers", about)
    assert told.answer == "再开两个口，老人走北门" and told.text == "老人绕路要走四十分钟"
    assert story.faults() == []


def test_one_household_objects_once_and_who_it_was_is_written_nowhere(
    story: House, town: Actor
) -> None:
    """Rows: H12."""
    decision = closing(story, town)
    words = {"place": VILLAGE, "decision": decision, "text": "绕路太远"}
    token = household(story, 1)
    story.do("response.object_to", words | {"link": token}, as_=Actor(via=Via.PAGE))
    refused(
        "RES-83", story.do, "response.object_to", words | {"link": token}, as_=Actor(via=Via.PAGE)
    )
    resident = story.person("谢秋实", place=VILLAGE)
    story.do("response.object_to", words, as_=resident)
    entries = Entry.objects.filter(command="response.object_to")
    assert entries.count() == 2
    assert all(token not in one.body and one.mandate is None for one in entries)
    assert resident.person is not None
    assert all(resident.person.hex not in one.body for one in entries)
    assert Objection.objects.count() == 2
    held = story.ask("people.about_me", {}, as_=resident)
    assert [row.what for row in held] == ["people.add_person"]


def test_only_those_whom_it_affects_object(story: House, town: Actor) -> None:
    decision = closing(story, town)
    words = {"place": VILLAGE, "decision": decision, "text": "绕路太远"}
    refused("RES-88", story.do, "response.object_to", words, as_=Actor(via=Via.PAGE))
    elsewhere = household(story, 1, NEIGHBOUR)
    refused(
        "RES-84",
        story.do,
        "response.object_to",
        words | {"link": elsewhere},
        as_=Actor(via=Via.PAGE),
    )
    wrong = words | {"link": random_link()}
    refused("LNK-1", story.do, "response.object_to", wrong, as_=Actor(via=Via.PAGE))
    refused("RES-82", story.do, "response.object_to", words | {"decision": str(uuid.uuid4())})
    with pytest.raises(TooOften):
        for _time in range(61):
            with pytest.raises(Refused) as caught:
                story.do("response.object_to", wrong, as_=Actor(via=Via.PAGE, address="192.0.2.9"))
            if caught.value.code != "LNK-1":
                raise caught.value


def test_what_a_decision_cites_exists_and_may_be_read_by_whoever_signs(
    story: House, town: Actor
) -> None:
    """Rows: H12."""
    gate = {"place": VILLAGE, "point": "东口", "hours": "06:00-22:00"}
    traffic = str(story.do("movement.open_checkpoint", gate).entry)
    decision = closing(story, town, cites=[traffic])
    row = story.ask("response.decision", {"place": VILLAGE, "decision": decision})
    assert not row.unsourced and row.cites[0].command == "movement.open_checkpoint"
    unknown = {"number": "村2号", "cites": [str(uuid.uuid4())]}
    refused("RES-81", closing, story, town, **unknown)
    above = story.do("places.add_point", {"place": TONGZHOU, "kind": "gate", "name": "区口"}).entry
    refused("RES-81", closing, story, town, number="村2号", cites=[str(above)])
    refused("RES-80", closing, story, town)
