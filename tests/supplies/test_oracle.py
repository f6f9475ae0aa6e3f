"""Random acts against an independent account in memory: every decision equal, nothing made and nothing lost."""

import os
import random
import uuid
from collections import defaultdict
from typing import Any

from mingbai.domains.supplies.models import Balance, Move
from mingbai.kernel.refusals import Refused
from mingbai.kernel.rows import Store
from tests.supplies.conftest import GOODS, Village

ACTS = int(os.environ.get("MINGBAI_ORACLE", "1200"))
PEOPLE = ("王大爷", "李婶", "001", "002", "东口")


class Oracle:
    """The account as a child would keep it: one number for each place where goods can be."""

    def __init__(self) -> None:
        self.store: dict[str, int] = defaultdict(int)
        self.out: dict[tuple[str, str], int] = defaultdict(int)
        self.lines: list[tuple[str, str, int, str | None]] = []
        self.reversed: set[int] = set()

    def receive(self, item: str, quantity: int) -> str | None:
        """Goods come."""
        self.store[item] += quantity
        self.lines.append(("receive", item, quantity, None))
        return None

    def issue(self, item: str, quantity: int, who: str) -> str | None:
        """Goods go."""
        if quantity > self.store[item]:
            return "SUP-1"
        self.store[item] -= quantity
        self.out[(who, item)] += quantity
        self.lines.append(("issue", item, quantity, who))
        return None

    def give_back(self, item: str, quantity: int, who: str) -> str | None:
        """Goods come back."""
        if quantity > self.out[(who, item)]:
            return "SUP-12"
        self.out[(who, item)] -= quantity
        self.store[item] += quantity
        self.lines.append(("return", item, quantity, who))
        return None

    def count(self, item: str, counted: int, expected: int) -> str | None:
        """The store is counted."""
        if expected != self.store[item]:
            return "SUP-7"
        self.lines.append(("count", item, counted - expected, None))
        self.store[item] = counted
        return None


def act(village: Village, name: str, ask: dict[str, Any], request: uuid.UUID) -> str | None:
    """Do a command; return the refusal's code, if it was refused."""
    try:
        village.house.do(
            f"supplies.{name}",
            {"place": "110112106224", **ask},
            as_=village.keeper,
            request_id=request,
        )
    except Refused as refusal:
        return refusal.code
    return None


def test_every_decision_is_the_oracles(village: Village) -> None:
    chance, oracle = random.Random(20200214), Oracle()
    done: list[tuple[str, dict[str, Any], uuid.UUID]] = []
    for number in range(ACTS):
        item = chance.choice(list(GOODS))
        who = chance.choice(PEOPLE)
        quantity = chance.randint(1, 40)
        kind = chance.choice(["receive", "issue", "issue", "return", "count", "resend"])
        base = {"item": item, "quantity": quantity, "unit": GOODS[item]}
        if kind == "resend" and done:
            name, ask, request = chance.choice(done)
            assert act(village, name, ask, request) is None
            continue
        if kind == "receive":
            name, ask = "receive_goods", base | {"origin_kind": "allocation", "origin": "镇里"}
            expected = oracle.receive(item, quantity)
        elif kind in ("issue", "resend"):
            name, ask = "issue_goods", base | {"recipient": who}
            expected = oracle.issue(item, quantity, who)
        elif kind == "return":
            name, ask = "return_goods", base | {"recipient": who}
            expected = oracle.give_back(item, quantity, who)
        else:
            seen = oracle.store[item] + chance.choice([0, 0, 1])
            counted = max(0, oracle.store[item] + chance.randint(-2, 2))
            name, ask = (
                "count_stock",
                {"item": item, "counted": counted, "expected": seen, "reason": "点过"},
            )
            expected = oracle.count(item, counted, seen)
        request = uuid.uuid4()
        assert act(village, name, ask, request) == expected, (number, name, ask)
        if expected is None:
            done.append((name, ask, request))
        if number % 100 == 0:
            conserved()
    for item in GOODS:
        assert village.left(item) == oracle.store[item]
    conserved()
    numbers = [
        row[0] for row in Store().run("SELECT number FROM supplies_line ORDER BY number").fetchall()
    ]
    assert numbers == list(range(1, len(oracle.lines) + 1))
    assert village.house.faults() == []


def conserved() -> None:
    """Assert that balances are what the moves give, that each lot's sum is nought, and that none is below it."""
    held: dict[tuple[uuid.UUID, uuid.UUID], int] = defaultdict(int)
    for source, destination, lot, quantity in Move.objects.values_list(
        "source_id", "destination_id", "lot_id", "quantity"
    ):
        held[(source, lot)] -= quantity
        held[(destination, lot)] += quantity
    lots: dict[uuid.UUID, int] = defaultdict(int)
    rows = Balance.objects.values_list("location_id", "lot_id", "quantity", "floored")
    for location, lot, quantity, floored in rows:
        assert held.pop((location, lot), 0) == quantity
        assert quantity >= 0 or not floored
        lots[lot] += quantity
    assert not any(held.values())
    assert not any(lots.values())
