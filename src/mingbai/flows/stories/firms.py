"""Firms: one is approved the moment it files, one is told what is missing and asks for a person, one waits for its supplier's word, one for a visit."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from mingbai.flows.stories.teller import Player, Teller
from mingbai.kernel.clock import at_time
from mingbai.kernel.perform import answer
from mingbai.kernel.refusals import Refused
from mingbai.kernel.setting_up import load_places

COUNTY, TOWN = "330112000000", "330112008000"
HIGH_RISK, HIGH_TOWN = "330327000000", "330327100000"
LAST = dt.date(2020, 2, 14)
WORKS, FOUNDRY, KITCHEN, STUDIO = "青峰叉车", "永昌铸件", "临江小厨", "云上设计"
PLANS = (
    ("control_plan", "总经理负责。进门测温登记，车间一天消毒两次，异常先隔离再报街道。"),
    ("canteen_plan", "分四批用餐，一人一桌，自带餐具，餐后消毒。食堂主任负责。"),
    ("return_plan", "员工按来处分三批返岗，外省的包车接，到厂先住观察房。"),
)


@dataclass
class Firm:
    """A firm of the story with who files for it."""

    ask: dict[str, str]
    clerk: Player

    @property
    def number(self) -> str:
        """Return the firm's id."""
        return self.ask["organisation"]


def someone(tell: Teller, name: str, role: str, place: str, capacity: str, **more: Any) -> Player:
    """Record somebody with an office."""
    player = tell.person(name, place, purpose="office")
    tell.office(player, role, place, capacity, **more)
    return player


def firm(tell: Teller, name: str, sector: str, clerk: str, **more: Any) -> Firm:
    """Register a firm with its clerk."""
    told = {"place": TOWN, "name": name, "kind": "company", "sector": sector}
    told |= {"address": "青山湖街道科技大道 1 号"} | more
    number = tell.do("organisations.add_organisation", told).result["organisation"]
    player = someone(tell, clerk, "clerk", TOWN, f"{name}经办人", organisation=number)
    return Firm({"place": TOWN, "organisation": number}, player)


def own_parts(one: Firm, people: int, *plans: tuple[str, str]) -> list[dict[str, Any]]:
    """Return what a firm says of itself."""
    return [
        {"need": "roster", "quantity": people},
        {"need": "contact", "person": str(one.clerk.actor.person)},
        {"need": "protective_stock", "quantity": 9},
        *({"need": need, "text": text} for need, text in plans),
    ]


def file(tell: Teller, one: Firm, parts: list[dict[str, Any]]) -> None:
    """Let a firm file."""
    tell.do("enterprise.file_application", one.ask | {"parts": parts}, as_=one.clerk)


def firms(tell: Teller) -> None:
    """An evening at the desk for the return to work of a county."""
    try:
        load_places(COUNTY)
    except Refused as refused:
        if refused.code != "PLC-4":  # another story loaded them
            raise
    tell.clock(LAST, 20, 50)
    desk = someone(tell, "骆知秋", "desk", COUNTY, "临安区复工专班")
    officer = someone(tell, "钱素英", "service_officer", TOWN, "临安区经信局 服务员")
    works = firm(tell, WORKS, "C34", "沈立新")
    foundry = firm(tell, FOUNDRY, "C33", "盛永昌")
    for player, username, place, who in (
        (works.clerk, "forklift", TOWN, f"{WORKS} 沈立新：复工申请，报一次，马上有结果"),
        (foundry.clerk, "foundry", TOWN, f"{FOUNDRY} 盛永昌：配套企业，确认自己那一份"),
        (officer, "officer", TOWN, "服务员 钱素英：替企业填，企业自己确认"),
        (desk, "back-to-work", COUNTY, "临安区复工专班 骆知秋：抽查、请人来看、应复尽复"),
    ):
        tell.sign_in(player, username, place, who)
    approved(tell, works, officer, desk)
    suppliers(tell, works, foundry)
    others(tell, desk)
    next_version(tell, desk)
    visited_first(tell)
    tell.clock(LAST, 21, 10)


def approved(tell: Teller, works: Firm, officer: Player, desk: Player) -> None:
    """The officer drafts the plans, the clerk confirms and files, the desk names the officer."""
    tell.clock(LAST, 20, 52)
    drafts = [{"need": need, "text": text} for need, text in PLANS]
    tell.do("enterprise.fill_parts", works.ask | {"parts": drafts}, as_=officer)
    tell.clock(LAST, 20, 54)
    tell.do("enterprise.confirm_parts", works.ask, as_=works.clerk)
    file(tell, works, own_parts(works, 3712))
    tell.clock(LAST, 20, 55)
    named = {"officer_mandate": str(officer.mandates["service_officer"])}
    tell.do("enterprise.name_officer", works.ask | named, as_=desk)


def suppliers(tell: Teller, works: Firm, foundry: Firm) -> None:
    """The works file for the foundry that supplies them; its word is still to come."""
    tell.clock(LAST, 20, 57)
    told = foundry.ask | {"buyer": works.number, "supply": "平衡重铸件"}
    link = tell.do("organisations.link_supply", told, as_=foundry.clerk).result
    tell.do("organisations.agree_supply", works.ask | link, as_=works.clerk)
    tell.do("enterprise.file_for_suppliers", works.ask, as_=works.clerk)


def others(tell: Teller, desk: Player) -> None:
    """A kitchen that lacks a plan asks for a person; of three tenants of a market two are in; a ski run is not due.

    A dye works lacks the plan that level I alone asks for: a level that is lowered approves it.
    """
    tell.clock(LAST, 21)
    dyer = firm(tell, "锦溪印染", "C17", "卞素云")
    file(tell, dyer, own_parts(dyer, 40, *PLANS[:2]))
    kitchen = firm(tell, KITCHEN, "H62", "江小满")
    file(tell, kitchen, own_parts(kitchen, 6, PLANS[0]))
    tell.clock(LAST, 21, 2)
    why = {"text": "我们只送外卖，没有堂食，也没有食堂。请人来看一下。"}
    tell.do("enterprise.ask_again", kitchen.ask | why, as_=kitchen.clerk)
    told = {"place": TOWN, "name": "青山湖小商品市场", "kind": "site"}
    market = tell.do("organisations.add_organisation", told).result["organisation"]
    for name, clerk in ((STUDIO, "云天晓"), ("安心图文", "安如山"), ("湖畔翻译", "池小波")):
        tenant = firm(tell, name, "M74", clerk, parent=market)
        if name != "湖畔翻译":
            file(tell, tenant, own_parts(tenant, 4)[:2])
    tell.clock(LAST, 21, 6)
    slope = firm(tell, "清凉峰滑雪场", "R89", "白雪梅")
    late = {"not_due_reason": "seasonal", "review_on": str(LAST + dt.timedelta(days=24))}
    tell.do("enterprise.note_not_due", slope.ask | late, as_=desk)


def next_version(tell: Teller, desk: Player) -> None:
    """From Sunday on the county asks what only delivers meals for no canteen plan, and building sites for a room apart."""
    tell.clock(LAST, 21, 7)
    now = answer("enterprise.rule_in_force", {"place": COUNTY})
    clauses = [
        {name: getattr(one, name) for name in ("levels", "grades", "sectors", "needs", "way")}
        for one in now
    ]
    for clause in clauses:
        if clause["needs"] == ["canteen_plan"]:
            clause["sectors"] = ["C", "H61"]
    clauses.insert(0, {"sectors": ["E"], "needs": ["isolation_rooms"]})
    version = {"place": COUNTY, "basis": "临安区复工专班第 2 号通知", "clauses": clauses}
    start = at_time(LAST + dt.timedelta(days=2), 0).isoformat()
    tell.do("enterprise.set_rule", version | {"starts_at": start}, as_=desk)


def visited_first(tell: Teller) -> None:
    """Where the risk is high a complete dossier waits for one visit."""
    try:
        load_places(HIGH_RISK)
    except Refused as refused:
        if refused.code != "PLC-4":
            raise
    tell.clock(LAST, 21, 8)
    told = {"place": HIGH_TOWN, "name": "灵江印务", "kind": "company", "sector": "C23"}
    number = tell.do(
        "organisations.add_organisation", told | {"address": "灵溪镇工业路 6 号"}
    ).result["organisation"]
    clerk = someone(tell, "温如故", "clerk", HIGH_TOWN, "灵江印务经办人", organisation=number)
    printers = Firm({"place": HIGH_TOWN, "organisation": number}, clerk)
    parts = own_parts(printers, 35, *PLANS)
    file(tell, printers, [*parts, {"need": "isolation_rooms", "quantity": 2}])
