"""Burden: a week of a village in minutes, three questions left of a form of twenty, and a leader who takes a task along."""

import datetime as dt
from typing import Any

from mingbai.flows.stories.teller import Player, Teller
from mingbai.kernel.clock import at_time
from mingbai.kernel.perform import answer, perform

CITY, DISTRICT, VILLAGE = "110100000000", "110112000000", "110112106224"
LAST = dt.date(2020, 2, 14)
DUE = dt.date(2020, 2, 17)
HELD = (
    "村名",
    "行政区划代码",
    "所属乡镇",
    "总户数",
    "户籍户数",
    "租住户数",
    "企业数",
    "仓库数",
    "卡口数",
    "开放卡口数",
    "来返人员数",
    "已核实人数",
    "待核实人数",
    "口罩库存",
    "消毒液库存",
    "物资种类数",
    "紧缺物资种类数",
)
LEFT: tuple[dict[str, Any], ...] = (
    {"heading": "独居老人数", "kind": "whole"},
    {"heading": "村医是否到岗", "kind": "yes_no"},
    {"heading": "春耕还缺什么"},
)
PLANTS = ("复工人数", "未复工原因", "用工缺口", "原料库存天数", "订单完成率", "宿舍间数")
SPRING = ("备耕面积", "缺种子公斤数", "缺化肥吨数", "农机台数", "育秧户数", "大棚个数")
MORE = ("上一周", "本周", "下一周")


def burden(tell: Teller, keeper: Player) -> None:
    """What a village was asked in a week, and by whom."""
    tell.clock(LAST, 20, 40)
    office = tell.person("孟知行", DISTRICT, purpose="office")
    tell.office(office, "desk", DISTRICT, "通州区经信局")
    tell.sign_in(office, "bureau", DISTRICT, "通州区经信局 孟知行：要填表，先看已有的")
    farms = tell.person("石耕田", DISTRICT, purpose="office")
    tell.office(farms, "desk", DISTRICT, "通州区农业农村局")
    asked(tell, office, "复工复产摸底表", [f"{when}{what}" for when in MORE for what in PLANTS])
    asked(tell, farms, "春耕备耕台账", list(SPRING))
    tell.clock(LAST, 20, 42)
    form = asked(tell, office, "村情调查表", [*HELD, *LEFT])
    rows = answer(
        "inspection.form_questions",
        {"place": VILLAGE, "form": form},
        as_=keeper.actor,
        mandate=next(iter(keeper.mandates.values())),
    )
    first = next(row.field for row in rows if row.heading == LEFT[0]["heading"])
    kept = {"place": VILLAGE, "form": form, "answers": [{"field": first, "value": "7"}]}
    tell.do("inspection.save_answers", kept, as_=keeper)
    visited(tell, keeper)
    tell.clock(LAST, 20, 47)
    why = {"overrun_reason": "市里今晚要汇总，表已压到最少"}
    headings = [f"逐户{what}" for what in (*PLANTS, *SPRING, "粪肥车次", "灌溉天数")]
    asked(tell, farms, "春耕进度日报", headings, **why)
    above = tell.person("柳成荫", CITY, purpose="office")
    tell.office(above, "leader", CITY, "北京市领导")
    tell.sign_in(above, "city", CITY, "北京市领导 柳成荫：超时的表，签不签字")


def asked(tell: Teller, office: Player, title: str, fields: list[Any], **more: Any) -> str:
    """An office asks the village for a form; return its id."""
    ask = {
        "place": DISTRICT,
        "title": title,
        "fields": fields,
        "subjects": [VILLAGE],
        "due": DUE.isoformat(),
        "reason": "了解各村情况，好安排人和物",
    }
    return str(tell.do("inspection.request_form", ask | more, as_=office).result["form"])


def visited(tell: Teller, keeper: Player) -> None:
    """A leader comes along, takes two tasks away, and the host closes one of them."""
    tell.clock(LAST, 20, 44)
    leader = tell.person("殷明", DISTRICT, purpose="office")
    tell.office(leader, "leader", DISTRICT, "通州区领导")
    tell.sign_in(leader, "district", DISTRICT, "通州区领导 殷明：少跑、带走任务")
    plan = {"place": VILLAGE, "on": LAST.isoformat(), "hands": "both", "purpose": "看看还缺什么"}
    visit = tell.do("inspection.plan_leader_visit", plan, as_=leader).result["visit"]
    about = {"place": VILLAGE, "visit": visit}
    mandate = leader.mandates["leader"]
    for name, at in (
        ("inspection.begin_leader_visit", at_time(LAST, 15, 10)),
        ("inspection.end_leader_visit", at_time(LAST, 15, 51)),
    ):
        perform(name, about, as_=leader.actor, mandate=mandate, at=at)
    taken = [
        tell.do("inspection.take_task", about | {"text": text, "due": DUE.isoformat()}, as_=leader)
        for text in ("协调 200 升消毒液", "跟公交公司谈，每天一班到镇上")
    ]
    tell.clock(LAST, 20, 45)
    done = {"place": VILLAGE, "task": taken[0].result["task"], "text": "傍晚送到了，200 升"}
    tell.do("inspection.close_task", done, as_=keeper)
    tell.do("inspection.say_visit_word", about | {"word": "helped"}, as_=keeper)
