"""Many at once: nothing is given out twice, nobody is turned away by a lock, and the tree never forks."""

import datetime as dt
import time
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.db import connections

from mingbai.domains.supplies.models import Balance, Book, Line, Location
from mingbai.kernel import moment
from mingbai.kernel.acting import Acting, link_digest
from mingbai.kernel.actors import Actor, Hat
from mingbai.kernel.clock import machine_now
from mingbai.kernel.identity import random_link, uuid7
from mingbai.kernel.journal import tree
from mingbai.kernel.models import Checkpoint, Device, Entry, Household, Mandate, Point
from mingbai.kernel.rows import Store
from mingbai.kernel.turn import turn
from mingbai.kernel.words import Role, Via
from mingbai.proofs import notes
from tests.conftest import URL, VILLAGE, House
from tests.kernel.children import Nursery, nursery

MASK = {"code": "mask", "name_zh": "一次性口罩", "name_en": "masks", "base_unit": "只"}
GATE = {"place": VILLAGE, "kind": "gate", "name": "东口"}
CROWDS = [(1, 16), (4, 4)]
POINT = (Encoding.X962, PublicFormat.UncompressedPoint)


@pytest.fixture
def children(account: House) -> Iterator[Nursery]:
    """Processes of their own on the same account."""
    account.do("goods.add_goods", MASK | {"place": VILLAGE})
    with nursery(account.folder, str(connections["default"].settings_dict["NAME"])) as opened:
        yield opened


def receive(place: str = VILLAGE, quantity: int = 10) -> dict[str, Any]:
    """Return an ask for goods in."""
    return {
        "place": place,
        "item": "mask",
        "quantity": quantity,
        "unit": "只",
        "origin_kind": "donation",
        "origin": "邻村",
    }


def issue(recipient: str = "001", quantity: int = 5) -> dict[str, Any]:
    """Return an ask for goods out."""
    return {
        "place": VILLAGE,
        "item": "mask",
        "quantity": quantity,
        "unit": "只",
        "recipient": recipient,
    }


def came(said: list[dict[str, Any]]) -> dict[str, int]:
    """Count what came of each ask: done, a refusal's code, or a fault, which no test expects."""
    found: dict[str, int] = {}
    for line in said:
        key = "done" if "done" in line else str(line.get("refused") or line.get("fault"))
        found[key] = found.get(key, 0) + 1
    return found


def sealed_rightly(account: House) -> None:
    """Check that all is numbered and sealed once, in one line, and that the newest head is kept outside."""
    newest = account.settle()
    assert account.faults() == []
    sizes = list(Checkpoint.objects.order_by("number").values_list("size", flat=True))
    assert sizes == sorted(set(sizes)) and sizes[-1] == Entry.objects.count()
    verifiers = tree.verifiers(moment.account(Store()).origin)
    pinned = notes.open_note(tree.pinned_path().read_text("utf-8"), verifiers)
    assert notes.parse_checkpoint(pinned).size == newest.size


@pytest.mark.parametrize(("processes", "threads"), CROWDS)
def test_sixteen_writers_on_one_row_with_room_for_half(
    account: House, children: Nursery, processes: int, threads: int
) -> None:
    account.do("people.add_household", {"place": VILLAGE, "code": "001"})
    account.do("supplies.receive_goods", receive(quantity=32 * 5))
    acts = [["supplies.issue_goods", issue()]]
    said, gone = children.run(
        order="crowd", processes=processes, threads=threads, acts=acts, times=4
    )
    assert gone == 0
    assert came(said) == {"done": 32, "SUP-1": 32}
    stock = Location.objects.get(kind="stock")
    assert [row.quantity for row in Balance.objects.filter(location=stock)] == [0]
    numbers = list(Line.objects.order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, 34))
    assert account.faults() == []


@pytest.mark.parametrize(("processes", "threads"), CROWDS)
def test_the_very_first_sixteen_lines_of_a_book_come_at_once(
    account: House, children: Nursery, processes: int, threads: int
) -> None:
    acts = [["supplies.receive_goods", receive()]]
    said, gone = children.run(
        order="crowd", processes=processes, threads=threads, acts=acts, times=1
    )
    assert gone == 0
    assert came(said) == {"done": 16}
    assert Book.objects.get().last_line == 16
    assert Location.objects.filter(kind="stock").count() == 1
    assert Location.objects.filter(kind="donation").count() == 1, "a source of one name is one"
    assert sum(Line.objects.values_list("change", flat=True)) == 160
    assert account.faults() == []


def test_a_code_that_sixteen_phones_scan_at_once_enrols_one(
    account: House, children: Nursery, keeper: Actor
) -> None:
    token = random_link()
    mandate = Mandate.objects.get(person=keeper.person).id
    ask = {"place": VILLAGE, "mandate": str(mandate), "label": "旧手机"}
    account.do("devices.invite", ask | {"token_digest": link_digest(token)})
    points = [
        ec.generate_private_key(ec.SECP256R1()).public_key().public_bytes(*POINT)
        for _phone in range(16)
    ]
    acts = [
        [
            "devices.enrol",
            {"token": token, "public_key": b64encode(point).decode(), "label": "旧手机"},
        ]
        for point in points
    ]
    said, _gone = children.run(order="crowd", processes=4, threads=4, acts=acts, times=1)
    assert came(said) == {"done": 1, "DEV-1": 15}
    assert Device.objects.count() == 1
    assert account.faults() == []


def test_goods_go_to_one_new_name_from_sixteen_hands(account: House, children: Nursery) -> None:
    account.do("supplies.receive_goods", receive(quantity=16 * 5))
    acts = [["supplies.issue_goods", issue("东口卡点")]]
    said, _gone = children.run(order="crowd", processes=1, threads=16, acts=acts, times=1)
    assert came(said) == {"done": 16}
    assert Location.objects.filter(kind="post").count() == 1, "a post of one name is one"
    assert account.faults() == []


@pytest.mark.parametrize(("processes", "threads"), CROWDS)
def test_one_thing_is_added_once_and_the_others_are_told_so(
    account: House, children: Nursery, processes: int, threads: int
) -> None:
    acts = [["places.add_point", GATE]]
    said, gone = children.run(
        order="crowd", processes=processes, threads=threads, acts=acts, times=1
    )
    assert gone == 0
    assert came(said) == {"done": 1, "PLC-3": 15}
    assert Point.objects.count() == 1
    assert account.faults() == []


def test_goods_that_go_both_ways_never_wait_for_each_other(
    account: House, children: Nursery
) -> None:
    account.do("people.add_household", {"place": VILLAGE, "code": "001"})
    account.do("people.add_household", {"place": VILLAGE, "code": "002"})
    account.do("supplies.receive_goods", receive(quantity=1000))
    for household in ("001", "002"):
        account.do("supplies.issue_goods", issue(household, 100))
    acts = [
        ["supplies.issue_goods", issue("001", 1)],
        ["supplies.return_goods", issue("001", 1)],
        ["supplies.issue_goods", issue("002", 1)],
        ["supplies.return_goods", issue("002", 1)],
    ]
    before = deadlocks()
    said, gone = children.run(order="crowd", processes=1, threads=8, acts=acts, times=5)
    assert gone == 0
    assert came(said) == {"done": 40}
    assert deadlocks() - before == 0, "each costs a second of everybody's time"
    assert account.faults() == []


def test_rows_are_locked_in_one_order_whatever_the_order_of_the_keys(account: House) -> None:
    for code in ("001", "002"):
        account.do("people.add_household", {"place": VILLAGE, "code": code})
    both = [{"place": VILLAGE, "code": "001"}, {"place": VILLAGE, "code": "002"}]
    asked: list[list[Any]] = []

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if "kernel_household" in sql:
            asked.append(list(params))
        return execute(sql, params, many, context)

    with connections["default"].execute_wrapper(watch):
        for keys in (both, both[::-1]):
            rows = hold_all(keys)
            assert [row.code for row in rows] == [key["code"] for key in keys]
    assert asked[:2] == asked[2:]


def hold_all(keys: list[dict[str, Any]]) -> list[Any]:
    """Lock households as a command does."""
    now = machine_now()
    with turn():
        acting = Acting(
            store=Store(),
            entry=uuid7(),
            command="-",
            hat=Hat(Role.OPERATOR, VILLAGE),
            via=Via.CONSOLE,
            place=VILLAGE,
            at=now,
            now=now,
        )
        return acting.hold_all(Household, keys)


def deadlocks() -> int:
    """Return how many deadlocks the database has seen; SQLite has one writer, so none."""
    if not URL:
        return 0
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(cursor.fetchone()[0])


@pytest.mark.parametrize(("processes", "threads"), CROWDS)
def test_many_that_number_and_seal_at_once_make_one_tree(
    account: House, children: Nursery, processes: int, threads: int
) -> None:
    acts = [["supplies.receive_goods", receive()]]
    account.do("supplies.receive_goods", receive())
    said, gone = children.run(
        order="crowd", processes=processes, threads=threads, acts=acts, times=3, settle=True
    )
    assert gone == 0
    assert came(said) == {"done": 48}
    sealed_rightly(account)


def test_a_slow_hand_does_not_put_an_older_head_over_a_newer_one(
    account: House, children: Nursery
) -> None:
    account.do("places.add_point", GATE)
    children.order(order="sealer", seconds=1.5)
    assert children.hear() == {"waits": True}
    account.do("places.add_point", GATE | {"name": "西口"})
    account.settle()
    said, gone = children.rest()
    assert (len(said), gone) == (1, 0)
    sealed_rightly(account)


def test_a_clock_set_back_does_not_set_the_account_back(
    account: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = recorded(account, "东口")
    behind = time.time() - 3600
    monkeypatch.setattr(time, "time", lambda: behind)
    assert recorded(account, "西口") >= before
    moment.forget()  # as a process that has only just started
    assert recorded(account, "南口") >= before
    account.settle()
    assert account.faults() == []


def test_a_clock_set_back_does_not_set_back_a_process_that_slept_meanwhile(
    account: House, children: Nursery, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asks = [GATE | {"name": name} for name in ("东口", "西口")]
    acts = [["places.add_point", ask] for ask in asks]
    children.order(order="twice", acts=acts, until=str(tmp_path / "go"))
    assert "done" in children.hear()
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 3600)
    ahead = recorded(account, "南口")
    monkeypatch.undo()
    (tmp_path / "go").touch()
    (said,), _gone = children.rest()
    assert Entry.objects.get(id=said["done"]).recorded_at >= ahead, "never behind the last entry"


def recorded(account: House, name: str) -> dt.datetime:
    """Do something small; return when it was recorded."""
    receipt = account.do("places.add_point", GATE | {"name": name})
    return Entry.objects.get(id=receipt.entry).recorded_at
