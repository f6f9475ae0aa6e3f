"""Hazards: a chemical firm is visited as a service; one serious and two minor hazards, and a second office that need not ask again."""

import datetime as dt
from typing import Any

from mingbai.flows.stories.teller import Player, Teller
from mingbai.kernel.refusals import Refused
from mingbai.kernel.setting_up import load_places

COUNTY, VILLAGE = "330112000000", "330112002235"
LAST = dt.date(2020, 2, 14)
FIRM = "临安青峦化工有限公司"
HIGH = ["I", "II"]
CHEMICAL = (
    ("tank-dike", "储罐区围堰完好，没有积液", "The dikes around the tanks are whole and dry", ()),
    ("gas-alarm", "可燃气体报警器能报警", "The gas alarms sound", ()),
    (
        "lightning",
        "防雷防静电接地检测在有效期内",
        "Earthing was tested and the test still holds",
        (),
    ),
    ("hot-work", "动火作业有审批、有人看护", "Hot work is approved and watched", ()),
    (
        "idle-lines",
        "停产管线复产前已置换、试压",
        "Idle lines were purged and tested before the start",
        (),
    ),
    ("fire-pump", "消防泵能启动", "The fire pump starts", ()),
)
CONTROL = (
    (
        "entry-check",
        "厂门口有人测温登记",
        "Whoever comes is measured and written down at the gate",
        (),
    ),
    ("mask-stock", "口罩够用七天", "There are masks for seven days", ()),
    ("disinfect-log", "每天消毒有记录", "Disinfection is written down every day", ()),
    ("roster-known", "返岗人员来处清楚", "It is known where everybody comes from", ()),
    ("isolation-room", "有单独的观察室", "There is a room to wait apart", HIGH),
    ("canteen-apart", "食堂错时分餐", "Meals are taken in turns", HIGH),
    ("dorm-space", "宿舍人均面积够、有间隔", "Beds stand apart", HIGH),
    ("ventilation", "车间开窗通风", "Workshops are aired", ()),
    ("meeting-limit", "不开聚集性的会", "No crowded meetings", ["I"]),
    ("waste-masks", "废口罩单独收", "Used masks are collected apart", ()),
    ("plan-known", "应急预案员工知道", "Everybody knows the plan", ()),
    ("person-named", "防控责任人在岗", "Whoever answers for it is there", ()),
)
HEALTH = (
    (
        "sick-leave",
        "发热员工有报告、有去向",
        "Who has fever is reported, and it is known where they are",
        (),
    ),
    ("first-aid", "急救箱齐全", "The first-aid box is complete", ()),
)
GATE = (
    ("gate-thermometer", "卡口有能用的测温枪", "There is a thermometer that works", ()),
    ("gate-register", "进出登记齐全", "Who goes in and out is written down", ()),
    ("gate-two", "有两人值守", "Two people keep it", ()),
)
FOUND = (
    ("tank-dike", "serious", "二号储罐围堰开裂，地面有积液，离配电箱不到两米", None),
    ("gas-alarm", "minor", "东侧一只报警器电池没电", dt.date(2020, 2, 18)),
    ("waste-masks", "minor", "废口罩混在生活垃圾桶里", dt.date(2020, 2, 20)),
)


def items(rows: tuple[Any, ...]) -> list[dict[str, Any]]:
    """Return a list's items as they are published."""
    return [
        {"code": code, "text_zh": zh, "text_en": en, "levels": list(levels)}
        for code, zh, en, levels in rows
    ]


def publish(tell: Teller) -> None:
    """The county's offices publish their lists: one for chemical firms, one of control for all, one of health."""
    for code, name_zh, name_en, looks_at, applies_to, sectors, rows in (
        ("chemical-safety", "危化企业复产安全检查", "Chemical firms before they start", "resumption", "firm", ["C26"], CHEMICAL),
        ("firm-control", "企业疫情防控检查", "Control at firms", "control", "firm", [], CONTROL),
        ("firm-health", "企业卫生检查", "Health at firms", "control", "firm", [], CONTROL + HEALTH),
        ("gate-control", "卡口检查", "Gates", "control", "gate", [], GATE),
    ):  # fmt: skip
        tell.do(
            "inspection.publish_checklist",
            {"place": COUNTY, "checklist": code, "name_zh": name_zh, "name_en": name_en}
            | {"looks_at": looks_at, "applies_to": applies_to, "sectors": sectors}
            | {"check_items": items(rows)},
        )


def linan() -> None:
    """Load the places of the county, unless another story did."""
    try:
        load_places(COUNTY)
    except Refused as refused:
        if refused.code != "PLC-4":
            raise


def someone(tell: Teller, name: str, role: str, place: str, capacity: str, **more: Any) -> Player:
    """Record somebody with an office."""
    player = tell.person(name, place, purpose="office")
    tell.office(player, role, place, capacity, **more)
    return player


def hazards(tell: Teller) -> None:
    """A visit that is offered as help holds both hands; what is serious blocks, what is minor has its day."""
    linan()
    tell.clock(LAST, 20, 30)
    publish(tell)
    firm = {"place": VILLAGE, "name": FIRM, "kind": "company", "sector": "C26"}
    number = tell.do("organisations.add_organisation", firm).result["organisation"]
    inspector = someone(tell, "应守拙", "inspector", COUNTY, "临安区应急管理局")
    health = someone(tell, "卫知微", "inspector", COUNTY, "临安区卫生健康局")
    desk = someone(tell, "临素心", "desk", COUNTY, "临安区复工专班")
    clerk = someone(tell, "栾青禾", "clerk", VILLAGE, FIRM, organisation=number)
    for player, username, place, who in (
        (inspector, "inspector", COUNTY, "临安区应急管理局 应守拙：检查、复查，手机上也能用"),
        (health, "health-inspector", COUNTY, "临安区卫生健康局 卫知微：别家查过的不用再查"),
        (desk, "linan-desk", COUNTY, "临安区复工专班 临素心：问题清单，超期在前"),
        (clerk, "chemical", VILLAGE, f"{FIRM} 栾青禾：查出什么，限期到哪天，报整改"),
    ):
        tell.sign_in(player, username, place, who)
    finding = visited(tell, inspector, number)
    tell.clock(LAST, 20, 37)
    mended = {"place": VILLAGE, "finding": finding, "text": "电池换好，试过能响"}
    tell.do("inspection.put_right", mended, as_=clerk)
    tell.clock(LAST, 20, 38)
    later = {"place": VILLAGE, "organisation": number, "checklists": ["firm-health"]}
    tell.do("inspection.book_visit", later | {"on": str(LAST + dt.timedelta(days=3))}, as_=health)
    thermometer(tell, inspector)


def thermometer(tell: Teller, inspector: Player) -> None:
    """At a village's gate the thermometer is broken: whoever keeps it has until tomorrow, and somebody else looks again."""
    guard = someone(tell, "章守义", "guard", VILLAGE, "夏禹桥村值守员")
    tell.sign_in(
        guard, "village-guard", VILLAGE, "夏禹桥村值守员 章守义：卡口查出的问题，明天前整改"
    )
    gate = {"place": VILLAGE, "kind": "gate", "name": "夏禹桥村口"}
    point = tell.do("places.add_point", gate).result["point"]
    told = {"place": VILLAGE, "point": point, "on": str(LAST), "checklists": ["gate-control"]}
    booked = tell.do("inspection.book_visit", told, as_=inspector).result
    visit = {"place": VILLAGE, "visit": booked["visit"]}
    tell.do("inspection.begin_visit", visit, as_=inspector)
    tell.clock(LAST, 20, 39)
    ask = {
        "check_item": "gate-thermometer",
        "severity": "minor",
        "text": "测温枪没电，也没有备用电池",
    }
    due = {"due": str(LAST + dt.timedelta(days=1))}
    tell.do("inspection.record_finding", visit | ask | due, as_=inspector)
    for code in ("gate-register", "gate-two"):
        ticked = {"check_item": code, "outcome": "ok"}
        tell.do("inspection.tick_item", visit | ticked, as_=inspector)
    tell.do("inspection.end_visit", visit, as_=inspector)


def visited(tell: Teller, inspector: Player, firm: str) -> str:
    """Play the visit; return the finding that the firm puts right the same evening."""
    told = {"place": VILLAGE, "organisation": firm, "on": str(LAST), "help": True}
    lists = {"checklists": ["chemical-safety", "firm-control"]}
    booked = tell.do("inspection.book_visit", told | lists, as_=inspector).result
    visit = {"place": VILLAGE, "visit": booked["visit"]}
    tell.do("inspection.begin_visit", visit, as_=inspector)
    tell.clock(LAST, 20, 33)
    bad = {code for code, _severity, _text, _due in FOUND}
    for code in booked["booked"]:
        if code not in bad:
            ticked = {"check_item": code, "outcome": "ok"}
            tell.do("inspection.tick_item", visit | ticked, as_=inspector)
    found = {}
    for code, severity, text, due in FOUND:
        if code not in booked["booked"]:
            continue
        ask = {"check_item": code, "severity": severity, "text": text}
        more = {"due": str(due)} if due else {}
        receipt = tell.do("inspection.record_finding", visit | ask | more, as_=inspector)
        found[code] = receipt.result["finding"]
    tell.clock(LAST, 20, 36)
    tell.do("inspection.end_visit", visit, as_=inspector)
    return str(found["gas-alarm"])
