"""A village of which the house holds much, and the people of its forms."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest

from mingbai.kernel import moment
from mingbai.kernel.actors import Actor
from mingbai.kernel.clock import day
from mingbai.kernel.rows import Store
from tests.conftest import TONGZHOU, VILLAGE, House

HELD_HEADINGS = [
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
    "一次性口罩库存",
    "消毒液库存",
    "物资种类数",
    "紧缺物资种类数",
]
NEW_HEADINGS = ["独居老人数", "村医是否到岗", "春耕缺的农资"]


def today() -> dt.date:
    """Return the account's day."""
    return day(moment.now(Store()))


def due(days: int = 3) -> str:
    """Return a day ahead."""
    return (today() + dt.timedelta(days=days)).isoformat()


@pytest.fixture
def village(story: House) -> Iterator[House]:
    """An account that holds seventeen fields of a village."""
    house = story
    for point in ("村委会仓库", "南库"):
        house.do("places.add_point", {"place": VILLAGE, "name": point, "kind": "store"})
    for name in ("东口", "西口"):
        house.do("movement.open_checkpoint", {"place": VILLAGE, "point": name})
    for code, registered in (("001", True), ("002", True), ("Z01", False)):
        ask = {"place": VILLAGE, "code": code, "registered": registered}
        house.do("people.add_household", ask)
    firm = {"place": VILLAGE, "name": "马头村口罩加工厂", "kind": "company", "sector": "C17"}
    house.names["firm"] = house.do("organisations.add_organisation", firm).result["organisation"]
    for code, name, unit in (("mask", "一次性口罩", "只"), ("disinfectant-84", "84消毒液", "瓶")):
        goods = {"code": code, "name_zh": name, "name_en": code, "base_unit": unit}
        house.do("goods.add_goods", goods | {"place": VILLAGE})
        ask = {"item": code, "quantity": 500, "unit": unit, "origin_kind": "allocation"}
        house.do("supplies.receive_goods", ask | {"place": VILLAGE, "origin": "漷县镇"})
    row = {"point": "东口", "name": "戚建洋", "document_number": "110112196003070009"}
    house.do("movement.register_arrival", row | {"place": VILLAGE, "card_seen": True})
    yield house


@pytest.fixture
def bureau(village: House) -> Actor:
    """A bureau of the district that likes to ask."""
    return village.person("孟知行", "desk", TONGZHOU, capacity="通州区经信局")


@pytest.fixture
def host(village: House) -> Actor:
    """Whoever answers for the village."""
    return village.person("陆秀芬", "keeper")


@pytest.fixture
def firm_clerk(village: House) -> Actor:
    """The clerk of the village's firm."""
    return village.person("郁文", "clerk", organisation=village.names["firm"])


def form(*headings: Any, subjects: Any = VILLAGE, place: str = TONGZHOU, **more: Any) -> Any:
    """Return a form about these headings."""
    return {
        "place": place,
        "title": "村情调查表",
        "fields": list(headings),
        "subjects": subjects,
        "due": due(),
        "reason": "春耕与防控要用",
    } | more
