"""Levels: Zhejiang at level I since January, level II declared for 2 March, a county of high risk, and a wish to ease."""

import datetime as dt
from typing import Any

from mingbai.flows.stories.errands import issued
from mingbai.flows.stories.teller import Player, Teller
from mingbai.kernel.clock import at_time
from mingbai.kernel.models import Place
from mingbai.kernel.perform import answer, perform
from mingbai.kernel.queries.places import name_of_place
from mingbai.kernel.setting_up import load_places
from mingbai.kernel.words import Known

ZHEJIANG, LINAN, CANGNAN = "330000000000", "330112000000", "330327000000"
VILLAGES = ("330112104200", "330112104201")
BEIJING, VILLAGE = "110000000000", "110112106224"
LAST = dt.date(2020, 2, 14)
FIRST = at_time(dt.date(2020, 1, 23), 15)
CITY_FIRST = at_time(dt.date(2020, 1, 24), 15)
CITY_BASIS = "市政府 2020 年 1 月 24 日启动一级响应的决定"
RATIONED, SHUT = dt.date(2020, 1, 31), dt.date(2020, 2, 10)
"""The first two weeks before the last evening, when some goods ran low."""
SHIFT = dt.timedelta(hours=6)
REVIEW = "2020-04-30"
CARD = "movement.card_must_be_seen"
BASIS = "省政府 2020 年 1 月 23 日启动一级响应的决定"
EASED = "省指挥部关于 3 月 2 日起调整为二级响应的决定"
EASE = [{"level": "I"}, {"level": "II", "grade": "high"}]
MEASURES: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
    ("village-gates", "村口设卡", "gates at villages", {"table": EASE}),
    ("person-pass", "人员凭证通行", "people need a pass", {"table": EASE}),
    (
        "card-seen",
        "卡口看证件",
        "the card is seen at gates",
        {"policy": CARD, "table": [{"level": "I", "value": 1}, {"level": "II", "value": 0}]},
    ),
    (
        "sealed-halls",
        "屠宰和冷库封闭管理",
        "slaughter and cold stores closed off",
        {"table": [{"level": one, "sector": "C13"} for one in ("I", "II")]},
    ),
)


def levels(tell: Teller) -> None:
    """What holds in Zhejiang, what is declared, and what waits for a signature."""
    tell.clock(LAST, 20, 10)
    for code in (LINAN, CANGNAN):
        if not Place.objects.filter(code=code).exists():
            load_places(code)
    province = leader(tell, "蓝守诚", ZHEJIANG, "省指挥部副指挥", "zhejiang", "先推演，再签发")
    county = leader(tell, "章远志", LINAN, "临安区指挥部副指挥", "linan", "看级别和措施，请求放宽")
    since_january(province)
    tell.clock(LAST, 20, 12)
    gates_on_measures(tell, province)
    tell.clock(LAST, 20, 14)
    high = {"place": CANGNAN, "grade": "high", "basis": "县内两周仍有病例", "issuer": "省指挥部"}
    tell.do("response.set_zone_grade", high, as_=province)
    ask = {"place": ZHEJIANG, "level": "II", "effective_at": "2020-03-02T00:00:00+08:00"}
    tell.do("response.declare_level", ask | {"basis": EASED, "issuer": "省指挥部"}, as_=province)
    tell.clock(LAST, 20, 16)
    wish = {"place": LINAN, "level": "II", "basis": "连续十四天没有新增病例"}
    tell.do("response.declare_level", wish, as_=county)
    fit = {"place": LINAN, "policy": "movement.checks_least", "value": 3}
    reason = {"reason": "集镇人员流动大，多查一次"}
    tell.do("response.choose_locally", fit | reason, as_=county)


def leader(tell: Teller, name: str, place: str, capacity: str, username: str, who: str) -> Player:
    """Record a leader with a sign-in."""
    player = tell.person(name, place, purpose="office")
    tell.office(player, "leader", place, capacity)
    tell.sign_in(player, username, place, f"{capacity} {name}：{who}")
    return player


def since_january(province: Player) -> None:
    """What was issued and declared on paper in January is copied into the account with its own day."""
    for code, zh, en, more in MEASURES:
        named = {"place": ZHEJIANG, "code": code, "name_zh": zh, "name_en": en}
        on_paper(
            province, "response.issue_measure", named | {"basis": BASIS, "review_on": REVIEW} | more
        )
    ask = {"place": ZHEJIANG, "level": "I", "effective_at": FIRST, "basis": BASIS}
    on_paper(province, "response.declare_level", ask | {"issuer": "浙江省人民政府"})


def in_beijing(tell: Teller) -> Player:
    """Beijing stands at level I since 24 January, which is copied into the account on its first day."""
    city = tell.person("葛承志", BEIJING, purpose="office")
    tell.office(city, "leader", BEIJING, "市指挥部副指挥")
    ask = {"place": BEIJING, "level": "I", "basis": CITY_BASIS, "issuer": "北京市人民政府"}
    on_paper(city, "response.declare_level", ask, CITY_FIRST)
    return city


def small_measures(tell: Teller, city: Player, today: dt.date) -> None:
    """In one village masks are rationed because goods run low; later one entrance is shut at night, and no other."""
    told = {"review_on": "2020-02-29", "table": [{"level": "I"}], "place": VILLAGE}
    if today == RATIONED:
        named = {"code": "mask-ration", "name_zh": "口罩按户限量发", "name_en": "masks rationed"}
        named |= {"basis": "村委会 2020 年 1 月 31 日会议记录", "blocker": "supplies.cover"}
        tell.do("response.issue_measure", told | named, as_=city)
    if today == SHUT:
        points = tell.read("places.points", {"place": VILLAGE}, as_=city)
        (south,) = [row for row in points if row.name == "南口卡点"]
        named = {
            "code": "south-at-night",
            "name_zh": "南口夜里关闭",
            "name_en": "south shut at night",
        }
        named |= {"basis": "连续五天夜里不足三辆车", "scope": "entrance", "subject": south.id.hex}
        tell.do("response.issue_measure", told | named, as_=city)


def on_paper(player: Player, name: str, ask: dict[str, Any], at: dt.datetime = FIRST) -> None:
    """Do what happened earlier, as it was written then."""
    mandate = player.mandates["leader"]
    perform(name, ask, as_=player.actor, mandate=mandate, at=at, known=Known.REPORTED)


def at_the_bridge(village: str) -> str:
    """Return what the gate at a village's bridge is called."""
    return f"{name_of_place(village)}桥头卡点"


def gates_on_measures(tell: Teller, province: Player) -> None:
    """Two villages have two gates each, one of which goes when its measure lapses; passes of persons hang on theirs."""
    for village in VILLAGES:
        for name in (f"{name_of_place(village)}口卡点", at_the_bridge(village)):
            ask = {
                "place": village,
                "point": name,
                "hours": "06:00-22:00",
                "equipment": "额温枪一把",
            }
            tell.do("movement.open_checkpoint", ask)
        hung = {"place": village, "point": at_the_bridge(village), "measure": "village-gates"}
        tell.do("movement.hang_gate", hung)
    passes = {"place": ZHEJIANG, "permit_kind": "person", "measure": "person-pass"}
    tell.do("movement.hang_passes", passes, as_=province)
    beyond_the_change(tell)


def beyond_the_change(tell: Teller) -> None:
    """Passes and a turn of duty reach past 2 March: whoever looks first sees what becomes of them."""
    village = VILLAGES[0]
    people = [tell.person(name, village) for name in ("金永福", "金秋月", "金大壮")]
    told = {"place": village, "batch": "2020-02-14-村民", "kind": "person"}
    told |= {"valid_to": at_time(dt.date(2020, 3, 15), 0).isoformat()}
    holders = [str(one.actor.person) for one in people]
    issued(tell.do("movement.issue_permits", told | {"holders": holders}))
    (bridge,) = [
        row
        for row in answer("places.points", {"place": village})
        if row.name == at_the_bridge(village)
    ]
    turn = {"place": village, "person": holders[0], "point": str(bridge.id)}
    for hour in (8, 14):
        starts = at_time(dt.date(2020, 3, 2), hour)
        hours = {"starts_at": starts.isoformat(), "ends_at": (starts + SHIFT).isoformat()}
        tell.do("posts.book", turn | hours)
