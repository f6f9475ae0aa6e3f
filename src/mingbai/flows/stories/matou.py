"""The clear account: a village near the canal keeps what came, to whom it went, and what is left, for two weeks."""

import datetime as dt
import random
from pathlib import Path
from typing import Any

from mingbai.flows.stories.burden import burden as weeks_burden
from mingbai.flows.stories.directives import came as directive_came
from mingbai.flows.stories.directives import directives
from mingbai.flows.stories.errands import lorries, passes, taken_back
from mingbai.flows.stories.firms import firms as back_to_work
from mingbai.flows.stories.gates import gates as day_at_the_gates
from mingbai.flows.stories.gates import paper as paper_register
from mingbai.flows.stories.hazards import hazards
from mingbai.flows.stories.levels import in_beijing, levels, small_measures
from mingbai.flows.stories.teller import Player, Teller
from mingbai.kernel.clock import at_time
from mingbai.kernel.perform import answer

DISTRICT, TOWN, VILLAGE, NEIGHBOUR = "110112000000", "110112106000", "110112106224", "110112106208"
HOUSEHOLDS = 412
TENANTS = 18
FIRST = dt.date(2020, 1, 29)
LAST = dt.date(2020, 2, 14)
SURNAMES = "陆戚米郎鲁邹喻窦云章孔范施潘昌冯韩姜柏葛袁俞秦钱朱吴谢柳任郭张王魏许沈曹卫凤"
GIVEN = (
    "秀芬",
    "建洋",
    "致远",
    "国梁",
    "小满",
    "长河",
    "玉兰",
    "春生",
    "立夏",
    "秋实",
    "冬梅",
    "永年",
    "安平",
    "守义",
)
MASK, DISINFECTANT, GLOVES, THERMOMETER = "mask", "disinfectant-84", "gloves", "thermometer"
GOODS = (
    (MASK, "一次性口罩", "Disposable masks", "只", False, (("盒", 50), ("箱", 2000))),
    (DISINFECTANT, "84消毒液", "84 disinfectant", "瓶", False, (("箱", 24),)),
    (GLOVES, "一次性手套", "Disposable gloves", "双", False, (("盒", 50),)),
    (THERMOMETER, "额温枪", "Forehead thermometers", "把", True, ()),
)
ROUNDS = (dt.date(2020, 1, 31), dt.date(2020, 2, 4), dt.date(2020, 2, 8), dt.date(2020, 2, 12))


class Cast:
    """Who plays."""

    def __init__(self, tell: Teller) -> None:
        self.desk = tell.person("郎致远", TOWN, purpose="office")
        self.town_keeper = tell.person("章立夏", TOWN, purpose="office")
        self.guard: Player | None = None
        self.office = tell.person("孔守义", DISTRICT, purpose="office")
        self.overseer = tell.person("米岚", VILLAGE, purpose="office")
        self.keeper = tell.person("陆秀芬", VILLAGE, purpose="office", phone="16000112358")
        self.next_keeper = tell.person("戚建洋", VILLAGE, purpose="office")
        self.neighbour = tell.person("鲁长河", NEIGHBOUR, purpose="office")
        tell.office(self.desk, "desk", TOWN, "镇应急值班室")
        tell.office(self.town_keeper, "keeper", TOWN, "镇物资保管员")
        tell.office(self.office, "appointing_office", DISTRICT, "区纪委监委派驻")
        tell.office(self.overseer, "overseer", VILLAGE, "监察干事")
        end = at_time(dt.date(2020, 3, 31), 18).isoformat()
        tell.office(self.keeper, "keeper", VILLAGE, "马头村保管员", ends_at=end)
        tell.office(self.neighbour, "keeper", NEIGHBOUR, "南阳村保管员")
        for player, username, place, who in (
            (self.keeper, "keeper", VILLAGE, "马头村保管员 陆秀芬：收、发、盘"),
            (self.overseer, "overseer", VILLAGE, "监察干事 米岚：只看账，不记账"),
            (self.desk, "desk", TOWN, "漷县镇值班室 郎致远：镇里下发多少"),
            (self.neighbour, "neighbour", NEIGHBOUR, "南阳村保管员 鲁长河：隔壁村"),
        ):
            tell.sign_in(player, username, place, who)


def tell_matou(where: Path) -> dict[str, Any]:
    """Tell two weeks of ordinary life of a village's supply account."""
    tell = Teller(where, "马头村物资明白账", at_time(FIRST, 7))
    tell.begin(DISTRICT)
    tell.do("places.add_alias", {"place": TOWN, "name": "潮县镇"})
    cast = Cast(tell)
    prepare(tell)
    households = people_of_the_village(tell)
    begin_the_account(tell, cast)
    city = in_beijing(tell)
    for offset in range((LAST - FIRST).days + 1):
        today = FIRST + dt.timedelta(days=offset)
        one_day(tell, cast, households, today)
        small_measures(tell, city, today)
    levels(tell)
    directives(tell, cast.desk)
    hazards(tell)
    weeks_burden(tell, cast.keeper)
    back_to_work(tell)
    assert cast.guard is not None
    paper_register(tell, cast.guard)
    return tell.end()


def prepare(tell: Teller) -> None:
    """Register goods, packs, points and the village's committee."""
    for code, name_zh, name_en, unit, lent, packs in GOODS:
        ask = {
            "code": code,
            "name_zh": name_zh,
            "name_en": name_en,
            "base_unit": unit,
            "lent": lent,
        }
        tell.do("goods.add_goods", ask | {"place": VILLAGE})
        for pack, size in packs:
            tell.do("goods.add_pack", {"place": VILLAGE, "item": code, "unit": pack, "size": size})
    for kind, name in (
        ("store", "村委会仓库"),
        ("gate", "东口卡点"),
        ("gate", "西口卡点"),
        ("gate", "南口卡点"),
    ):
        tell.do("places.add_point", {"place": VILLAGE, "kind": kind, "name": name})
    tell.do(
        "organisations.add_organisation",
        {"place": VILLAGE, "name": "马头村村委会", "kind": "committee"},
    )
    firms(tell)


def firms(tell: Teller) -> None:
    """Register two firms with what all offices share of them: class, vehicle, and who supplies whom."""
    plant, supplier = (
        tell.do(
            "organisations.add_organisation",
            {"place": VILLAGE, "name": name, "kind": "company", "since": since} | more,
        ).result["organisation"]
        for name, since, more in (
            ("马头村口罩加工厂", "2016-05-01", {"sector": "C17", "address": "村东工业路 3 号"}),
            ("马头村无纺布商行", "2018-03-01", {"sector": "F51", "address": "村东工业路 7 号"}),
        )
    )
    ours = {"place": VILLAGE, "organisation": plant}
    listed = {"firm_class": "above_scale", "since": "2019-01-01", "reason": "2018 年年报入规"}
    tell.do("organisations.put_in_class", ours | listed)
    tell.do("organisations.add_vehicle", ours | {"plate": "京AD00312", "vehicle_kind": "van"})
    theirs = {"place": VILLAGE, "organisation": supplier, "buyer": plant}
    tell.do("organisations.link_supply", theirs | {"supply": "熔喷布"})


def people_of_the_village(tell: Teller) -> list[str]:
    """Record every household, tenants too; return their numbers."""
    chance = random.Random(20200129)
    codes = []
    for number in range(1, HOUSEHOLDS + 1):
        name = chance.choice(SURNAMES) + chance.choice(GIVEN)
        registered = number <= HOUSEHOLDS - TENANTS
        head = tell.person(name, VILLAGE, purpose="supplies")
        code = f"{number:03d}" if registered else f"Z{number - HOUSEHOLDS + TENANTS:02d}"
        ask = {
            "place": VILLAGE,
            "code": code,
            "head": str(head.actor.person),
            "registered": registered,
        }
        tell.do("people.add_household", ask)
        codes.append(code)
    return codes


def begin_the_account(tell: Teller, cast: Cast) -> None:
    """The overseer opens the obligation; the committee keeps the account."""
    tell.clock(FIRST, 8)
    ask = {"place": VILLAGE, "text": "每天记账，来了多少、发给谁，写清楚，村口公示。"}
    tell.do("supplies.open_obligation", ask, as_=cast.overseer)
    for item in (MASK, DISINFECTANT):
        tell.do("supplies.set_floor", {"place": VILLAGE, "item": item, "days": 3}, as_=cast.keeper)


def receive(
    tell: Teller,
    cast: Cast,
    item: str,
    quantity: int,
    unit: str,
    origin: str,
    kind: str = "allocation",
    **more: Any,
) -> int:
    """Goods come into the village's store; return the line's number."""
    ask = {
        "place": VILLAGE,
        "item": item,
        "quantity": quantity,
        "unit": unit,
        "origin_kind": kind,
        "origin": origin,
        **more,
    }
    return int(tell.do("supplies.receive_goods", ask, as_=cast.keeper).result["line"])


def issue(tell: Teller, cast: Cast, item: str, quantity: int, recipient: str, **more: Any) -> int:
    """Goods go to somebody; return the line's number."""
    unit = next(goods[3] for goods in GOODS if goods[0] == item)
    ask = {
        "place": VILLAGE,
        "item": item,
        "quantity": quantity,
        "unit": unit,
        "recipient": recipient,
        **more,
    }
    return int(tell.do("supplies.issue_goods", ask, as_=cast.keeper).result["line"])


def one_day(tell: Teller, cast: Cast, households: list[str], today: dt.date) -> None:
    """One ordinary day: what comes, what goes, what is asked."""
    tell.clock(today, 9)
    arrivals(tell, cast, today)
    tell.clock(today, 10, 30)
    if today in ROUNDS:
        for code in households:
            issue(tell, cast, MASK, 1, code)
    if today == dt.date(2020, 2, 5):
        for code in households[:60]:
            issue(tell, cast, DISINFECTANT, 1, code)
    gates(tell, cast, today)
    events(tell, cast, households, today)
    tell.clock(today, 20, 5)


def arrivals(tell: Teller, cast: Cast, today: dt.date) -> None:
    """What comes on a day."""
    if today == dt.date(2020, 1, 30):
        receive(tell, cast, MASK, 12, "盒", "漷县镇")
        receive(
            tell, cast, DISINFECTANT, 60, "瓶", "漷县镇", batch="HC-0107", expires_on="2020-02-28"
        )
        receive(tell, cast, GLOVES, 300, "双", "漷县镇")
        receive(tell, cast, THERMOMETER, 6, "把", "区卫健委")
    if today == dt.date(2020, 2, 2):
        digest = tell.link("donor")
        receive(
            tell,
            cast,
            MASK,
            10,
            "盒",
            "京东南永和商行",
            "donation",
            wish="先给老人和卡口",
            link_digest=digest,
        )
    if today == dt.date(2020, 2, 6):
        receive(tell, cast, MASK, 14, "盒", "漷县镇")
    if today == dt.date(2020, 2, 4):
        receive(
            tell, cast, DISINFECTANT, 60, "瓶", "漷县镇", batch="HC-0122", expires_on="2020-03-01"
        )
    if today == dt.date(2020, 2, 11):
        receive(tell, cast, MASK, 12, "盒", "漷县镇")


def gates(tell: Teller, cast: Cast, today: dt.date) -> None:
    """What the gates draw on a day."""
    if today == dt.date(2020, 1, 30):
        for name in ("东口卡点", "西口卡点", "南口卡点"):
            issue(tell, cast, THERMOMETER, 1, name)
        return
    if today < dt.date(2020, 1, 31):
        return
    day_number = (today - dt.date(2020, 1, 31)).days
    for name, quantity in (("东口卡点", 7), ("西口卡点", 6)):
        if day_number == 14:
            quantity = 6
        issue(tell, cast, MASK, quantity, name)
    if day_number % 2 == 0 and day_number < 14:
        issue(tell, cast, DISINFECTANT, 4, "东口卡点")
        issue(tell, cast, GLOVES, 42 if day_number < 12 else 48, "西口卡点")


def events(tell: Teller, cast: Cast, households: list[str], today: dt.date) -> None:
    """What happens once."""
    if today == dt.date(2020, 2, 7):
        tell.clock(today, 15)
        receipt = tell.do(
            "supplies.ask_about_line",
            {"place": VILLAGE, "line": 1, "text": "第一批口罩镇里到底给了多少？"},
        )
        tell.clock(today, 17, 30)
        tell.do(
            "supplies.answer_question",
            {
                "place": VILLAGE,
                "question": receipt.result["question"],
                "text": "12 盒，每盒 50 只，一共 600 只。",
                "words_shown": True,
            },
            as_=cast.keeper,
        )
    if today == dt.date(2020, 2, 9):
        mistaken = issue(tell, cast, DISINFECTANT, 10, households[0])
        tell.do(
            "supplies.reverse_posting",
            {"place": VILLAGE, "line": mistaken, "reason": "写错了，应当是 1 瓶"},
            as_=cast.keeper,
        )
        issue(tell, cast, DISINFECTANT, 1, households[0])
    if today == dt.date(2020, 2, 10):
        directive_came(tell, cast.desk, cast.keeper)
    if today == dt.date(2020, 2, 12):
        lorries(tell, cast.desk)
    if today == LAST:
        last_day(tell, cast)
        passes(tell, cast.desk, [cast.keeper, cast.next_keeper, cast.overseer])
        cast.guard = day_at_the_gates(tell)
        taken_back(tell, cast.desk)


def last_day(tell: Teller, cast: Cast) -> None:
    """The store is counted; what expires soon is offered to the neighbours; a last question waits."""
    tell.clock(LAST, 18)
    tell.do(
        "supplies.count_stock",
        {
            "place": VILLAGE,
            "item": MASK,
            "counted": 555,
            "expected": 558,
            "reason": "有三只破损，登记时漏了",
        },
        as_=cast.keeper,
    )
    ask = {
        "place": VILLAGE,
        "item": DISINFECTANT,
        "quantity": 20,
        "unit": "瓶",
        "note": "3 月 1 日到期",
    }
    tell.do("supplies.offer_surplus", ask, as_=cast.keeper)
    point = next(row for row in answer("places.points", {"place": VILLAGE}) if row.kind == "store")
    tomorrow = LAST + dt.timedelta(days=1)
    turn = {
        "place": VILLAGE,
        "person": str(cast.keeper.actor.person),
        "point": str(point.id),
        "starts_at": at_time(tomorrow, 8).isoformat(),
        "ends_at": at_time(tomorrow, 12).isoformat(),
    }
    tell.do("posts.book", turn, as_=cast.desk)
    tell.clock(LAST, 19, 10)
    tell.do(
        "supplies.ask_about_line",
        {"place": VILLAGE, "line": 20, "text": "东口这天领的口罩是哪一批？"},
    )
