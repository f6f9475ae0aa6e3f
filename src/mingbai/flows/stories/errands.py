"""Errands: the town issues passes, and somebody runs a firm's errand within one matter, with the clock running."""

import datetime as dt
from typing import Any
from uuid import UUID

from mingbai.flows.permits import request_roster, span
from mingbai.flows.stories.teller import Player, Teller
from mingbai.kernel import jobs
from mingbai.kernel.clock import at_time
from mingbai.kernel.documents import check_character
from mingbai.kernel.perform import answer
from mingbai.kernel.workbooks.writing import Column, write_table

TOWN, VILLAGE = "110112106000", "110112106224"
LAST = dt.date(2020, 2, 14)
FIRM = "京东南永和商行"
DONE, OPEN = (
    UUID("6b1d2f60-5a0e-4a57-9d36-2f4f0a6c1e01"),
    UUID("6b1d2f60-5a0e-4a57-9d36-2f4f0a6c1e02"),
)
DAYS = 10
FACTORY = "漷县服装厂"
SEWERS = ("巩秀英", "尚小满", "郁春兰", "牛德福", "谷雨", "席永芳")
HEADS = ("姓名", "身份证号", "手机号", "单位", "岗位")
PLANS = (
    ("control_plan", "厂长负责，进门测温，每天消毒。"),
    ("canteen_plan", "分两批用餐，一人一桌。"),
    ("return_plan", "都是本地人，不用接。"),
)


def trucks(first: int, count: int, route: str) -> list[dict[str, Any]]:
    """Return a firm's trucks with what they carry."""
    return [
        {
            "plate": f"京A{number:05d}",
            "carries": "84消毒液",
            "quantity": 200,
            "shipment": f"YH-{number}",
            "route": route,
        }
        for number in range(first, first + count)
    ]


def resident(number: int) -> str:
    """Return a well-formed resident ID number of nobody."""
    body = f"110112{1970 + number}0{1 + number}15000"
    return body + check_character(body)


def issued(begun: Any) -> None:
    """Do the long work that issues a batch, as the worker does."""
    assert jobs.go_on(UUID(begun.result["job"]))


def lorries(tell: Teller, desk: Player) -> None:
    """The lorries that bring vegetables get passes of their own; the next morning anybody reads how many were issued."""
    ask = {"place": TOWN, "batch": "2020-02-12-菜车", "kind": "vehicle"} | span(DAYS)
    plates = [{"plate": f"京B{number:05d}"} for number in range(20_000, 20_012)]
    issued(tell.do("movement.issue_permits", ask | {"vehicles": plates}, as_=desk))


def passes(tell: Teller, desk: Player, holders: list[Player]) -> None:
    """Those who work at the gates get passes; a firm's trucks get theirs in seven minutes, and more wait to be issued."""
    tell.clock(LAST, 19, 20)
    people = {"place": TOWN, "batch": "2020-02-14-卡口", "kind": "person"} | span(DAYS)
    told = people | {"holders": [str(one.actor.person) for one in holders]}
    issued(tell.do("movement.issue_permits", told, as_=desk))
    row = answer("movement.permits", {"place": TOWN, "batch": people["batch"]})[0]
    tell.links["permit"] = f"{TOWN}/{row.permit}"
    firm = tell.do(
        "organisations.add_organisation", {"place": TOWN, "name": FIRM, "kind": "company"}
    ).result["organisation"]
    runner = tell.person("章小满", TOWN, purpose="office")
    tell.sign_in(runner, "agent", TOWN, f"{FIRM}代办 章小满：替单位申请通行证，办完为止")
    for number, (case, minute) in enumerate(((DONE, 25), (OPEN, 40))):
        tell.clock(LAST, 19, minute)
        tell.office(
            runner,
            "agent",
            TOWN,
            f"{FIRM}代办",
            case=str(case),
            organisation=firm,
            ends_at=at_time(LAST + dt.timedelta(days=1), 18).isoformat(),
        )
        wish = {
            "place": TOWN,
            "batch": f"2020-02-14-永和-{number + 1}",
            "kind": "goods",
            "organisation": firm,
            "vehicles": trucks(10_000 + 100 * number, 6, "漷县镇到马头村"),
        }
        tell.do("movement.request_permits", wish | span(3), as_=runner, role="agent", case=case)
        if case == DONE:
            tell.clock(LAST, 19, minute + 7)
            ask = {"place": TOWN, "batch": wish["batch"]}
            issued(tell.do("movement.grant_permits", ask, as_=desk))


def taken_back(tell: Teller, desk: Player) -> None:
    """A clothes factory got passes for its people; then its control plan went back, and the desk has to say whether they stop."""
    tell.clock(LAST, 19, 55)
    told = {"place": TOWN, "name": FACTORY, "kind": "company", "sector": "C18"}
    number = tell.do(
        "organisations.add_organisation", told | {"address": "漷县镇工业小区 8 号"}
    ).result["organisation"]
    clerk = tell.person("单秋实", TOWN, purpose="office")
    tell.office(clerk, "clerk", TOWN, f"{FACTORY}经办人", organisation=number)
    tell.sign_in(clerk, "clothes", TOWN, f"{FACTORY} 单秋实：方案退回来了，员工的证停不停")
    works = {"place": TOWN, "organisation": number}
    parts = [
        {"need": "roster", "quantity": len(SEWERS)},
        {"need": "contact", "person": str(clerk.actor.person)},
        {"need": "protective_stock", "quantity": 9},
        *({"need": need, "text": text} for need, text in PLANS),
    ]
    tell.do("enterprise.file_application", works | {"parts": parts}, as_=clerk)
    rows = [
        [name, resident(at), f"1391000{at:04d}", FACTORY, "缝制"] for at, name in enumerate(SEWERS)
    ]
    content = write_table("花名册", [Column(head) for head in HEADS], rows)
    code = "2020-02-14-服装厂"
    request_roster(content, TOWN, UUID(number), batch=code, as_=clerk.actor)
    tell.clock(LAST, 19, 58)
    issued(tell.do("movement.grant_permits", {"place": TOWN, "batch": code}, as_=desk))
    tell.clock(LAST, 20, 2)
    back = {"need": "control_plan", "reason": "没写谁测温、谁消毒"}
    tell.do("enterprise.send_back", works | back, as_=desk)
