"""Directives: every level says what it did with one, silence is seen from above, and nothing closes without evidence."""

import datetime as dt
import uuid
from dataclasses import dataclass, field
from typing import Any

import pytest

from mingbai.domains.response.commands.directives import MOST_AT_ONCE
from mingbai.domains.response.models import Task
from mingbai.kernel.actors import Actor
from mingbai.kernel.commands.items import late_items
from mingbai.kernel.models import OpenItem, Place
from mingbai.kernel.refusals import Refused
from tests.conftest import TONGZHOU, TOWN, VILLAGE, House

NUMBER = "通防指〔2020〕3号"
WORDS = "各村要把卡口、消毒、登记三件事落到人头，十日内见到实效。"


@dataclass
class Cascade:
    """A directive of the district, passed on to a town and by the town to nine villages."""

    house: House
    district: Actor
    town: Actor
    directive: str
    root: str
    town_task: str
    villages: dict[str, str] = field(default_factory=dict)
    desks: dict[str, Actor] = field(default_factory=dict)

    def at(self, place: str, name: str, **more: Any) -> Any:
        """Do something about a village's task as its own desk."""
        ask = {"place": place, "task": self.villages[place], **more}
        return self.house.do(f"response.{name}", ask, as_=self.desks[place])

    def works(self, place: str) -> str:
        """Do something at a village that shows that it acted; return its entry."""
        name = f"{place[-3:]} 口"
        ask = {"place": place, "point": name, "hours": "06:00-22:00"}
        return str(self.house.do("movement.open_checkpoint", ask).entry)

    def finish(self, place: str) -> None:
        """Take a village from silence to done."""
        self.at(place, "localise_directive", text="三个口设卡，两班倒，每天消毒两次")
        self.at(place, "add_evidence", entry=self.works(place))
        self.at(place, "finish_task")

    def row(self, place: str = TOWN, task: str | None = None, as_: Actor | None = None) -> Any:
        """Return how the directive stands at a place."""
        rows = self.house.ask("response.directives", {"place": place}, as_=as_ or self.district)
        return next(row for row in rows if str(row.task) == (task or self.town_task))


@pytest.fixture
def cascade(story: House) -> Cascade:
    """A directive that has come down to nine villages, where nobody has said anything yet."""
    district = story.person("章区长办", "desk", TONGZHOU)
    town = story.person("郎致远", "desk", TOWN)
    came = {
        "place": TONGZHOU,
        "number": NUMBER,
        "title": "落实卡口值守三件事",
        "from_whom": "市疫情防控指挥部",
        "dated": "2020-01-26",
        "excerpt": WORDS,
        "due_at": "2020-02-05T18:00:00+08:00",
    }
    made = story.do("response.register_directive", came, as_=district).result
    down = {"place": TONGZHOU, "task": made["task"], "to_places": [TOWN]}
    (task,) = story.do("response.pass_on", down, as_=district).result["tasks"]
    found = Cascade(story, district, town, made["directive"], made["task"], task)
    codes = Place.objects.filter(code__startswith=TOWN[:9], level="village").order_by("code")
    nine = [VILLAGE, *(code for code in codes.values_list("code", flat=True) if code != VILLAGE)]
    story.do("response.receive_directive", {"place": TOWN, "task": task}, as_=town)
    down = {"place": TOWN, "task": task, "to_places": nine[:9], "text": "每村一份清单"}
    tasks = story.do("response.pass_on", down, as_=town).result["tasks"]
    found.villages = dict(zip(nine[:9], tasks, strict=True))
    found.desks = {code: story.person(f"值班{code[-3:]}", "desk", code) for code in nine[:9]}
    return found


def refused(code: str, run: Any, *args: Any, **more: Any) -> Refused:
    """Do something that a rule is against."""
    with pytest.raises(Refused) as caught:
        run(*args, **more)
    assert caught.value.code == code
    return caught.value


def test_a_directive_goes_down_and_every_level_sees_who_is_silent(cascade: Cascade) -> None:
    """Rows: Z25, H25."""
    row = cascade.row()
    assert (row.below, row.below_done, row.below_silent) == (9, 0, 9)
    assert row.next_act == "act_wait_below"
    silent = cascade.house.ask("response.silent", {"place": TOWN}, as_=cascade.town)
    assert len(silent) == 9 and not any(one.late for one in silent)
    cascade.at(VILLAGE, "receive_directive")
    assert cascade.row().below_silent == 8
    cascade.house.do("account.move_clock", {"to": "2020-01-29T09:00:00+08:00"})
    silent = cascade.house.ask("response.silent", {"place": TONGZHOU}, as_=cascade.district)
    assert len(silent) == 8 and all(one.late for one in silent), "silence is seen two levels up"
    assert silent[0].issued_on == dt.datetime(2020, 1, 27, tzinfo=dt.UTC)
    tree = cascade.house.ask(
        "response.directive_tree",
        {"place": TONGZHOU, "directive": cascade.directive},
        as_=cascade.district,
    )
    assert tree.excerpt == WORDS and tree.dated == dt.date(2020, 1, 26)
    assert [one.depth for one in tree.branches] == [0, 1] + [2] * 9
    assert tree.branches[2].silent and not tree.branches[-1].silent, "silence stands first"


def test_a_task_closes_with_evidence_alone_and_the_parent_counts(cascade: Cascade) -> None:
    """Rows: Z30, H08."""
    house, nine = cascade.house, list(cascade.villages)
    refused("RES-44", cascade.at, VILLAGE, "finish_task")
    cascade.at(VILLAGE, "localise_directive", text="两个口设卡")
    refused("RES-45", cascade.at, VILLAGE, "finish_task")
    for place in nine[:7]:
        cascade.finish(place)
    row = cascade.row()
    assert (row.below_done, row.below) == (7, 9)
    told = {"place": TOWN, "task": cascade.town_task}
    fault = refused("RES-49", house.do, "response.finish_task", told, as_=cascade.town)
    assert fault.facts["done"] == 7 and fault.facts["total"] == 9
    for place in nine[7:]:
        cascade.finish(place)
    house.do("response.finish_task", told, as_=cascade.town)
    up = {"place": TONGZHOU, "task": cascade.root}
    refused("RES-44", house.do, "response.finish_task", up, as_=cascade.district)
    said = up | {"text": "各镇每天下午五点报一次空岗"}
    house.do("response.localise_directive", said, as_=cascade.district)
    house.do("response.finish_task", up, as_=cascade.district)
    assert not OpenItem.objects.filter(kind="response.task", done_at=None).exists()
    tree = house.ask(
        "response.directive_tree",
        {"place": TONGZHOU, "directive": cascade.directive},
        as_=cascade.district,
    )
    leaves = [one for one in tree.branches if one.depth == 2]
    assert all(one.shown[0].command == "movement.open_checkpoint" for one in leaves)
    assert house.faults() == []


def test_who_only_passes_it_on_has_not_localised_it(cascade: Cascade) -> None:
    """Rows: Z25. The level above sees that nothing of their own was said; words beside it are theirs."""
    tree = cascade.house.ask(
        "response.directive_tree",
        {"place": TONGZHOU, "directive": cascade.directive},
        as_=cascade.district,
    )
    district, town = tree.branches[:2]
    assert (district.state, district.localised_at) == ("task_received", None)
    assert district.next_act == "act_localise"
    assert (town.state, town.localised) == ("task_localised", "每村一份清单")


def test_a_task_above_a_village_is_not_closed_before_it_was_passed_on(cascade: Cascade) -> None:
    house = cascade.house
    came = {"place": TOWN, "number": "镇1号", "title": "宣传", "from_whom": "区里"}
    came |= {"dated": "2020-01-27", "excerpt": "入户宣传"}
    task = house.do("response.register_directive", came, as_=cascade.town).result["task"]
    about = {"place": TOWN, "task": task}
    house.do("response.localise_directive", about | {"text": "已布置"}, as_=cascade.town)
    refused("RES-48", house.do, "response.finish_task", about, as_=cascade.town)


def test_what_went_to_the_wrong_place_is_taken_back_and_holds_up_nobody(cascade: Cascade) -> None:
    """Rows: Z25. Only what was passed on from here, and only while nothing was done about it further down."""
    house, nine = cascade.house, list(cascade.villages)
    cascade.at(nine[0], "ask_upward", text="我们村没有卡口，怎么办？")
    about = {"place": TOWN, "task": cascade.villages[nine[0]], "reason": "这个村没有路口"}
    refused("RES-55", house.do, "response.take_back", about, as_=cascade.district)
    own = {"place": nine[0], "task": cascade.villages[nine[0]], "reason": "不归我们管"}
    refused("RES-41", house.do, "response.take_back", own, as_=cascade.desks[nine[0]])
    root = {"place": TONGZHOU, "task": cascade.root, "reason": "x"}
    refused("RES-41", house.do, "response.take_back", root, as_=cascade.district)
    up = {"place": TONGZHOU, "task": cascade.town_task, "reason": "发错了"}
    refused("RES-92", house.do, "response.take_back", up, as_=cascade.district)
    house.do("response.take_back", about, as_=cascade.town)
    refused("RES-41", house.do, "response.take_back", about, as_=cascade.town)
    assert house.ask("response.directives", {"place": nine[0]}, as_=cascade.desks[nine[0]]) == []
    waiting = OpenItem.objects.filter(done_at=None, kind__startswith="response.")
    assert not waiting.filter(place=nine[0]).exists()
    assert not waiting.filter(kind="response.asked_upward").exists()
    for place in nine[1:]:
        cascade.finish(place)
    shown = about | {"task": cascade.villages[nine[1]]}
    refused("RES-50", house.do, "response.take_back", shown, as_=cascade.town)
    told = {"place": TOWN, "task": cascade.town_task}
    house.do("response.finish_task", told, as_=cascade.town)
    again = told | {"to_places": [nine[0]]}
    refused("RES-50", house.do, "response.pass_on", again, as_=cascade.town)
    house.settle()
    assert house.faults() == []


def test_what_shows_nothing_is_no_evidence(cascade: Cascade) -> None:
    """Rows: Z30."""
    house = cascade.house
    own = cascade.at(VILLAGE, "localise_directive", text="两个口设卡").entry
    refused("RES-47", cascade.at, VILLAGE, "add_evidence", entry=str(own))
    refused("RES-46", cascade.at, VILLAGE, "add_evidence", entry=str(uuid.uuid4()))
    elsewhere = cascade.works(list(cascade.villages)[1])
    refused("RES-46", cascade.at, VILLAGE, "add_evidence", entry=elsewhere)
    old = {"place": VILLAGE, "point": "老口", "hours": "06:00-22:00"}
    before = house.do(
        "movement.open_checkpoint", old, at=dt.datetime(2020, 1, 20, tzinfo=dt.UTC)
    ).entry
    refused("RES-47", cascade.at, VILLAGE, "add_evidence", entry=str(before))
    shown = cascade.works(VILLAGE)
    cascade.at(VILLAGE, "add_evidence", entry=shown)
    refused("RES-56", cascade.at, VILLAGE, "add_evidence", entry=shown)


def test_a_picture_and_a_teams_work_are_evidence(cascade: Cascade) -> None:
    """Rows: H08."""
    house = cascade.house
    act = cascade.at(VILLAGE, "localise_directive", text="两个口设卡").entry
    picture = {"name": "a" * 26, "digest": "0" * 64, "size": 9, "width": 3, "height": 3}
    attached = house.do(
        "attachments.attach",
        {"place": VILLAGE, "act": str(act)} | picture,
        as_=cascade.desks[VILLAGE],
    ).entry
    team = {"place": VILLAGE, "name": "消毒队", "kind": "team", "since": "2020-01-20"}
    team_id = house.do("organisations.add_organisation", team).result["organisation"]
    work = {"place": VILLAGE, "organisation": team_id, "work": "全村消毒一遍", "on": "2020-01-27"}
    done = house.do("organisations.record_work", work).entry
    for entry in (attached, done):
        cascade.at(VILLAGE, "add_evidence", entry=str(entry))
    tree = house.ask(
        "response.directive_tree",
        {"place": VILLAGE, "directive": cascade.directive},
        as_=cascade.desks[VILLAGE],
    )
    (branch,) = tree.branches
    assert {one.kind for one in branch.shown} == {"picture", "work"}
    pictured = next(one for one in branch.shown if one.kind == "picture")
    assert pictured.picture == "a" * 26 and pictured.act == act


def test_only_the_place_itself_says_what_it_did(cascade: Cascade) -> None:
    """Rows: Z25."""
    about = {"place": VILLAGE, "task": cascade.villages[VILLAGE]}
    refused("RES-55", cascade.house.do, "response.receive_directive", about, as_=cascade.town)
    about["place"] = TOWN
    refused("RES-41", cascade.house.do, "response.receive_directive", about, as_=cascade.town)
    row = cascade.row(VILLAGE, cascade.villages[VILLAGE], cascade.desks[VILLAGE])
    assert (row.state, row.next_act) == ("task_issued", "act_receive")


def test_a_directive_goes_down_once_and_never_sideways(cascade: Cascade) -> None:
    house = cascade.house
    told = {"place": TOWN, "task": cascade.town_task}
    again = told | {"to_places": [VILLAGE]}
    refused("RES-43", house.do, "response.pass_on", again, as_=cascade.town)
    up = told | {"to_places": [TONGZHOU]}
    refused("RES-42", house.do, "response.pass_on", up, as_=cascade.town)
    refused("RES-53", house.do, "response.pass_on", told, as_=cascade.town)
    came = {"place": TONGZHOU, "number": NUMBER, "title": "重", "from_whom": "市"}
    came |= {"dated": "2020-01-26", "excerpt": "重"}
    refused("RES-40", house.do, "response.register_directive", came, as_=cascade.district)
    ahead = came | {"number": "x", "dated": "2020-03-01"}
    refused("RES-58", house.do, "response.register_directive", ahead, as_=cascade.district)


def test_a_late_answer_from_above_is_seen_below(cascade: Cascade) -> None:
    """Rows: Z25."""
    house, desk = cascade.house, cascade.desks[VILLAGE]
    asked = cascade.at(VILLAGE, "ask_upward", text="口罩从哪里领？").result["question"]
    (item,) = OpenItem.objects.filter(kind="response.asked_upward")
    assert item.place == TOWN and item.role == "desk"
    late_items(dt.datetime(2020, 1, 29, tzinfo=dt.UTC))
    house.do("account.move_clock", {"to": "2020-01-29T09:00:00+08:00"})
    (row,) = house.ask("response.upward", {"place": VILLAGE}, as_=desk)
    assert row.late and row.answer is None
    assert cascade.row(VILLAGE, cascade.villages[VILLAGE], desk).upper_late == 1
    late_items(dt.datetime(2020, 1, 29, 1, tzinfo=dt.UTC))
    item.refresh_from_db()
    assert item.role == "leader", "a late answer rises"
    reply = {"place": VILLAGE, "question": asked, "text": "镇里"}
    refused("RES-52", house.do, "response.reply_downward", reply, as_=desk)
    reply["place"] = TOWN
    house.do("response.reply_downward", reply, as_=cascade.town)
    (row,) = house.ask("response.upward", {"place": VILLAGE}, as_=desk)
    assert row.late and row.answer == "镇里", "it stays late: it came after its hour"
    refused("RES-52", house.do, "response.reply_downward", reply, as_=cascade.town)
    root = {"place": TONGZHOU, "task": cascade.root, "text": "?"}
    refused("RES-51", house.do, "response.ask_upward", root, as_=cascade.district)


def test_silence_rises_and_a_reply_brings_the_item_back(cascade: Cascade) -> None:
    task = uuid.UUID(cascade.villages[VILLAGE])
    held = OpenItem.objects.get(kind="response.task", subject=task.hex)
    assert (held.role, held.place) == ("desk", VILLAGE)
    cascade.house.do("account.move_clock", {"to": "2020-01-29T09:00:00+08:00"})
    late_items(dt.datetime(2020, 1, 29, 1, tzinfo=dt.UTC))
    held.refresh_from_db()
    assert held.role == "leader"
    cascade.at(VILLAGE, "receive_directive")
    held.refresh_from_db()
    assert held.role == "desk" and held.due_at == Task.objects.get(id=task).due_at


def test_a_firm_closes_its_own_task_and_no_other(cascade: Cascade) -> None:
    """Rows: Z30."""
    house = cascade.house
    names = ("口罩厂", "纸箱厂")
    firms = [
        house.do(
            "organisations.add_organisation", {"place": VILLAGE, "name": name, "kind": "company"}
        ).result["organisation"]
        for name in names
    ]
    down = {"place": VILLAGE, "task": cascade.villages[VILLAGE], "organisations": [firms[0]]}
    down["text"] = "厂门口每班测温"
    (task,) = house.do("response.pass_on", down, as_=cascade.desks[VILLAGE]).result["tasks"]
    heads = [
        house.person(f"{name}负责人", "firm_head", organisation=firm)
        for name, firm in zip(names, firms, strict=True)
    ]
    about = {"place": VILLAGE, "task": task}
    refused("RES-54", house.do, "response.receive_directive", about, as_=heads[1])
    assert house.ask("response.directives", {"place": VILLAGE}, as_=heads[1]) == []
    house.do("response.localise_directive", about | {"text": "每班测温"}, as_=heads[0])
    refused("RES-45", house.do, "response.finish_task", about, as_=heads[0])
    shown = cascade.works(VILLAGE)
    house.do("response.add_evidence", about | {"entry": shown}, as_=heads[0])
    house.do("response.finish_task", about, as_=heads[0])
    row = cascade.row(VILLAGE, cascade.villages[VILLAGE], cascade.desks[VILLAGE])
    assert (row.below, row.below_done, row.next_act) == (1, 1, "act_close")
    rows = house.ask("response.directives", {"place": VILLAGE}, as_=heads[0])
    assert [one.name for one in rows] == ["口罩厂"]


def test_passing_on_to_very_many_is_limited(cascade: Cascade) -> None:
    many = {"place": TOWN, "task": cascade.town_task, "to_places": [VILLAGE] * (MOST_AT_ONCE + 1)}
    with pytest.raises(Refused):
        cascade.house.do("response.pass_on", many, as_=cascade.town)
