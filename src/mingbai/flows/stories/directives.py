"""Directives: one that came to a town and went down to nine villages, a notice, a plan, a joint group, and a decision that is objected to."""

import datetime as dt
from typing import Any

from mingbai.flows.stories.teller import Player, Teller
from mingbai.kernel.actors import Actor
from mingbai.kernel.clock import at_time
from mingbai.kernel.models import Household, Place
from mingbai.kernel.queries.places import name_of_place
from mingbai.kernel.words import Via

TOWN, VILLAGE = "110112106000", "110112106224"
CAME, LAST = dt.date(2020, 2, 10), dt.date(2020, 2, 14)
VILLAGES, DONE = 9, 7
OBJECTIONS = 31
WORDS = (
    "老人去卫生室要绕一大圈。",
    "送孩子上网课要去亲戚家，绕路四十分钟。",
    "三轮车从西口过不去。",
    "没人来问过我们哪个口用得多。",
)
NUMBER = "通防指〔2020〕15号"
FIRST_PLAN: list[dict[str, Any]] = [
    {"part": "goal", "code": "zero", "text": "全镇零新增", "reason": "元宵后返京人员增多"},
    {"part": "key_point", "code": "gates", "text": "守住每个进村口", "reason": "人从路口进来"},
    {
        "part": "measure",
        "code": "all-gates",
        "text": "各村路口昼夜值守",
        "reason": "夜里也有返京车辆",
        "strictness": 3,
    },
    {
        "part": "measure",
        "code": "disinfect",
        "text": "公共场所每天消毒两次",
        "reason": "公厕和菜店人最密",
        "strictness": 2,
    },
    {
        "part": "measure",
        "code": "shops",
        "text": "非必需店铺歇业",
        "reason": "减少聚集",
        "strictness": 3,
    },
]
SECOND_PLAN: list[dict[str, Any]] = [
    *FIRST_PLAN[:2],
    FIRST_PLAN[2]
    | {"text": "每村留两个口，夜里巡查", "reason": "连续五天夜里不足三辆车", "strictness": 2},
    FIRST_PLAN[3],
    {
        "part": "measure",
        "code": "freight",
        "text": "货车凭证走东口，不绕行",
        "reason": "返岗开工，原料进不来",
        "strictness": 1,
    },
]


def came(tell: Teller, desk: Player, keeper: Player) -> None:
    """What came on the tenth: a directive to nine villages, a notice, a plan, and a village's decision that cites nothing."""
    tell.clock(CAME, 16)
    due = at_time(LAST + dt.timedelta(days=1), 18).isoformat()
    told: dict[str, Any] = {
        "place": TOWN,
        "number": NUMBER,
        "title": "落实村口值守三件事",
        "from_whom": "通州区疫情防控指挥部",
        "dated": "2020-02-09",
        "excerpt": "各村要把值守、登记、消毒三件事落到人头，十五日前见到实效；有困难的，当天报镇里。",
        "due_at": due,
    }
    root = tell.do("response.register_directive", told, as_=desk).result["task"]
    places = nine_villages()
    down: dict[str, Any] = {
        "place": TOWN,
        "task": root,
        "to_places": places,
        "text": "每村定下路口、人员、时段",
    }
    tasks = tell.do("response.pass_on", down, as_=desk).result["tasks"]
    by_place = dict(zip(places, tasks, strict=True))
    for number, place in enumerate(places[1 : DONE + 1]):
        finished(tell, place, by_place[place], number)
    own = {"place": VILLAGE, "task": by_place[VILLAGE]}
    plan = "东口、西口昼夜值守，南口封闭修管；陆秀芬管登记，戚建洋管消毒。"
    tell.do("response.localise_directive", own | {"text": plan}, as_=keeper)
    tell.do("response.ask_upward", own | {"text": "值守员的口罩算不算在村里的数？"}, as_=keeper)
    notice: dict[str, Any] = {
        "place": TOWN,
        "number": "漷防办〔2020〕7号",
        "title": "关于村口值守的通知",
    }
    notice |= {"text": "各村路口三班值守，每班两人，测温登记。", "for_everyone": True}
    notice |= {"title_en": "On keeping watch at village entrances", "offices": ["keeper", "desk"]}
    tell.do("response.publish_notice", notice, as_=desk)
    first: dict[str, Any] = {
        "place": TOWN,
        "plan": "gates",
        "title": "村口防控方案",
        "reason": "返京人员增多",
    }
    tell.do("response.write_plan", first | {"lines": FIRST_PLAN}, as_=desk)
    objected(tell, desk)


def nine_villages() -> list[str]:
    """Return nine villages of the town, the story's own first."""
    found = Place.objects.filter(code__startswith=TOWN[:9], level="village").order_by("code")
    others = [code for code in found.values_list("code", flat=True) if code != VILLAGE]
    return [VILLAGE, *others][:VILLAGES]


def finished(tell: Teller, place: str, task: str, number: int) -> None:
    """A village says what it does, does it, shows it, and closes its task."""
    about: dict[str, Any] = {"place": place, "task": task}
    text = f"村口设卡一处，{number + 4} 人两班值守，每天消毒两次。"
    tell.do("response.localise_directive", about | {"text": text})
    gate = {"place": place, "point": f"{name_of_place(place)}口卡点", "hours": "06:00-22:00"}
    shown = str(tell.do("movement.open_checkpoint", gate).entry)
    tell.do("response.add_evidence", about | {"entry": shown})
    tell.do("response.finish_task", about)


def objected(tell: Teller, desk: Player) -> None:
    """The village shuts six of eight entrances and cites nothing; one household in thirteen objects."""
    ask: dict[str, Any] = {
        "place": VILLAGE,
        "number": "马头村〔2020〕3号",
        "title": "八个出入口关闭六个",
    }
    ask |= {"text": "即日起只留东口、西口，其余六个出入口封闭。"}
    ask |= {"affected": "全村 412 户", "affected_count": 412}
    decision = tell.do("response.decide", ask, as_=desk).result["decision"]
    about: dict[str, Any] = {"place": VILLAGE, "decision": decision}
    heads = Household.objects.filter(place=VILLAGE).order_by("code").values_list("head", flat=True)
    for number, head in enumerate(heads[:OBJECTIONS]):
        player = Player("", Actor(person=head, via=Via.PAGE))
        words = WORDS[number % len(WORDS)]
        tell.do("response.object_to", about | {"text": words}, as_=player)
    tell.clock(CAME, 19)
    answer = about | {"words_shown": True}
    answer |= {"text": "北门明天起每天 7 点到 9 点开，老人看病随时可走。"}
    tell.do("response.answer_objection", answer, as_=desk)


def directives(tell: Teller, desk: Player) -> None:
    """The last evening: a late answer, the next version of notice and plan, and a joint group that reopens a corridor."""
    tell.clock(LAST, 20, 20)
    (asked,) = [
        row for row in tell.read("response.upward", {"place": TOWN}, as_=desk) if row.answer is None
    ]
    reply = {"place": TOWN, "question": str(asked.question), "text": "不算，由镇里按卡口另发。"}
    tell.do("response.reply_downward", reply, as_=desk)
    tell.clock(LAST, 20, 22)
    (notice,) = tell.read("response.public_notices", {"place": TOWN}, as_=desk)
    later: dict[str, Any] = {"place": TOWN, "notice": str(notice.notice), "title": notice.title}
    later |= {"title_en": notice.title_en, "text": "各村留两个口，两班值守，夜里巡查。"}
    later |= {"reason": "夜里来车很少，值守员要轮休"}
    made = tell.do("response.revise_notice", later, as_=desk)
    second: dict[str, Any] = {"place": TOWN, "plan": "gates", "title": "村口防控方案"}
    second |= {"reason": "连续五天无新增，企业返岗", "lines": SECOND_PLAN}
    second |= {"dropped": [{"code": "shops", "reason": "日用品店可以开门，店内限五人"}]}
    tell.do("response.write_plan", second | {"cites": [str(made.entry)]}, as_=desk)
    tell.clock(LAST, 20, 25)
    corridor(tell, desk, str(made.entry))


def corridor(tell: Teller, desk: Player, because: str) -> None:
    """Three departments meet; their decision becomes three tasks that all of them see."""
    team: dict[str, Any] = {"place": TOWN, "name": "漷县镇联防联控专班", "kind": "temporary_team"}
    team |= {"since": "2020-01-26", "until": "2020-06-30"}
    group = tell.do("organisations.add_organisation", team).result["organisation"]
    tasks = []
    due = at_time(LAST + dt.timedelta(days=2), 12).isoformat()
    for name, person, what in (
        ("镇交通所", "邹永年", "东口到京津路的货运通道 16 日中午前恢复通行"),
        ("镇卫生院", "云冬梅", "东口设货车司机测温点，不下车测"),
        ("镇经济办", "施长安", "列出急缺原料的企业和车次"),
    ):
        office = {"place": TOWN, "name": name, "kind": "government", "since": "2010-01-01"}
        made = tell.do("organisations.add_organisation", office).result["organisation"]
        member = tell.person(person, TOWN, purpose="office")
        tell.office(member, "desk", TOWN, name, organisation=made)
        joined = {"place": TOWN, "organisation": group, "person": str(member.actor.person)}
        tell.do("organisations.join", joined | {"position": f"{name}负责人"})
        owner = str(member.actor.person)
        tasks.append({"department": made, "text": what, "due_at": due, "person": owner})
        if name == "镇交通所":
            tell.sign_in(member, "member", TOWN, "镇交通所 邹永年：专班成员，看得见全部任务")
            first = member
    decided: dict[str, Any] = {
        "place": TOWN,
        "number": "专班〔2020〕1号",
        "title": "重开货运通道",
        "group": group,
    }
    decided |= {
        "text": "货车凭证走东口，不再绕行；三个部门各负其责。",
        "affected": "沿线四村与运输户",
    }
    decided |= {"affected_count": 180, "cites": [because], "tasks": tasks}
    made = tell.do("response.decide", decided, as_=desk)
    about: dict[str, Any] = {"place": TOWN, "task": made.result["tasks"][0]}
    tell.do("response.receive_directive", about, as_=first)
