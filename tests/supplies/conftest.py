"""A village's store with its goods, ready for the first line."""

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any

import pytest

from mingbai.kernel.actors import Actor
from mingbai.kernel.refusals import Refused
from tests.conftest import NEIGHBOUR, VILLAGE, House

GOODS = {"口罩": "只", "消毒液": "瓶", "额温枪": "把"}


@dataclass
class Village:
    """A village, its keeper, and a short way to write lines."""

    house: House
    keeper: Actor

    def do(
        self, name: str, *, as_: Actor | None = None, place: str = VILLAGE, **ask: Any
    ) -> dict[str, Any]:
        """Do a command of the supplies desk; return its result."""
        receipt = self.house.do(f"supplies.{name}", {"place": place, **ask}, as_=as_ or self.keeper)
        return receipt.result

    def receive(self, item: str, quantity: int, **more: Any) -> dict[str, Any]:
        """Goods come."""
        ask = {"origin_kind": "allocation", "origin": "镇里"} | more
        return self.do("receive_goods", item=item, quantity=quantity, unit=GOODS[item], **ask)

    def issue(
        self, item: str, quantity: int, recipient: str = "王家", **more: Any
    ) -> dict[str, Any]:
        """Goods go."""
        ask = {
            "item": item,
            "quantity": quantity,
            "unit": GOODS[item],
            "recipient": recipient,
        } | more
        return self.do("issue_goods", **ask)

    def left(self, item: str, place: str = VILLAGE, as_of: dt.datetime | None = None) -> int:
        """Return what is left."""
        rows = self.house.ask("supplies.balances", {"place": place, "as_of": as_of})
        return next((row.quantity for row in rows if row.name == item and row.place == place), 0)

    def refused(self, code: str, name: str, **ask: Any) -> Refused:
        """Return the refusal of a command; nothing may have changed."""
        before = self.house.ask("supplies.balances", {"place": VILLAGE})
        with pytest.raises(Refused) as refusal:
            self.do(name, **ask)
        assert refusal.value.code == code, refusal.value
        assert self.house.ask("supplies.balances", {"place": VILLAGE}) == before
        return refusal.value

    def replay(self, account: str) -> None:
        """Replay a small account written in words; `! CODE` expects a refusal, 余 checks a balance."""
        for line in filter(None, (line.strip() for line in account.splitlines())):
            self.step(line)

    def step(self, line: str) -> None:
        """Replay one line."""
        told, _mark, code = line.partition("!")
        if match := re.fullmatch(r"余 (\S+) (-?\d+)", told.strip()):
            assert self.left(match[1]) == int(match[2]), line
            return
        verb, *words = told.split()
        moves = {
            "收": lambda: self.receive(words[1], int(words[2]), origin=words[0]),
            "发": lambda: self.issue(words[1], int(words[2]), words[0]),
            "退": lambda: self.do(
                "return_goods",
                item=words[1],
                quantity=words[2],
                unit=GOODS[words[1]],
                recipient=words[0],
            ),
            "盘": lambda: self.do(
                "count_stock",
                item=words[0],
                counted=words[1],
                expected=self.left(words[0]),
                reason=words[2] if len(words) > 2 else None,
            ),
            "冲": lambda: self.do("reverse_posting", line=words[0], reason="写错了"),
        }
        if not code.strip():
            moves[verb]()
            return
        with pytest.raises(Refused) as refusal:
            moves[verb]()
        assert refusal.value.code == code.strip(), line


@pytest.fixture
def village(account: House, keeper: Actor) -> Village:
    """A village's store."""
    for name, unit in GOODS.items():
        ask = {"place": VILLAGE, "code": name, "name_zh": name, "name_en": name, "base_unit": unit}
        account.do("goods.add_goods", ask | {"lent": name == "额温枪"})
    account.do("goods.add_pack", {"place": VILLAGE, "item": "口罩", "unit": "盒", "size": 50})
    account.do("places.add_point", {"place": VILLAGE, "kind": "gate", "name": "东口"})
    for code in ("001", "002"):
        head = account.do("people.add_person", {"place": VILLAGE, "name": f"王家{code}"}).result[
            "person"
        ]
        account.do("people.add_household", {"place": VILLAGE, "code": code, "head": head})
    return Village(account, keeper)


@pytest.fixture
def neighbour(village: Village) -> Actor:
    """The keeper next door."""
    return village.house.person("鲁长河", "keeper", NEIGHBOUR)
