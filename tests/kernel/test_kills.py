"""Killed at any moment: what was acknowledged is there once, what was not is whole or absent, and nothing is half-done."""

import os
import random
import signal
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections

from mingbai.domains.supplies.models import Balance, Line
from mingbai.kernel import account as accounts
from mingbai.kernel import moment
from mingbai.kernel.journal import tree
from mingbai.kernel.models import Checkpoint, Entry, Leaf, Request
from mingbai.kernel.rows import Store
from mingbai.proofs import notes
from tests.conftest import VILLAGE, House, close, house_of
from tests.kernel.children import Nursery, nursery

SLOW = bool(os.environ.get("MINGBAI_SLOW"))
MOMENTS = 50 if SLOW else 12
RECEIVE = {
    "place": VILLAGE,
    "item": "mask",
    "quantity": 1_000_000,
    "unit": "只",
    "origin_kind": "allocation",
    "origin": "区里",
}
ISSUE = {"place": VILLAGE, "item": "mask", "quantity": 1, "unit": "盒", "recipient": "001"}
KILLED = -signal.SIGKILL


@pytest.fixture(scope="module")
def store(
    templates: dict[str, tuple[Path, str]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    """An account with a store that holds a million masks."""
    for house in house_of("real", templates, tmp_path_factory.mktemp("kills") / "account"):
        stock_up(house)
        yield house


@pytest.fixture
def stocked(store: House) -> House:
    """The account with the store, opened anew."""
    reopen(store)
    return store


def stock_up(house: House) -> None:
    """Put a million masks into the village's store."""
    house.do(
        "goods.add_goods",
        {
            "place": VILLAGE,
            "code": "mask",
            "name_zh": "一次性口罩",
            "name_en": "masks",
            "base_unit": "只",
        },
    )
    house.do("goods.add_pack", {"place": VILLAGE, "item": "mask", "unit": "盒", "size": 50})
    house.do("people.add_household", {"place": VILLAGE, "code": "001"})
    house.do("supplies.receive_goods", RECEIVE)
    house.do("supplies.issue_goods", ISSUE)
    house.settle()


@pytest.fixture(scope="module")
def children(store: House) -> Iterator[Nursery]:
    """Processes of their own on the same account."""
    reopen(store)
    with nursery(store.folder, str(connections["default"].settings_dict["NAME"])) as opened:
        yield opened


def reopen(house: House) -> None:
    """Open the account anew, as a process that has only just started."""
    close()
    accounts.open_account(house.folder)
    settings.SECRET_KEY = "for tests"


def whole(house: House) -> None:
    """Check that the account is whole: every claim has its entry, the books agree, and verify is clean."""
    assert house.faults() == []
    claims = set(Request.objects.values_list("id", flat=True))
    assert claims == set(Entry.objects.values_list("id", flat=True))
    lines = list(Line.objects.order_by("number").values_list("number", "change"))
    assert [number for number, _change in lines] == list(range(1, len(lines) + 1))
    held = Balance.objects.get(location__kind="stock").quantity
    assert held == sum(change for _number, change in lines)


def sealed_all(house: House) -> None:
    """Check that all can be numbered and sealed, and that the newest head is kept outside the account."""
    newest = house.settle()
    assert newest.size == Leaf.objects.count() == Entry.objects.count()
    verifiers = tree.verifiers(moment.account(Store()).origin)
    pinned = notes.open_note(tree.pinned_path().read_text("utf-8"), verifiers)
    assert notes.parse_checkpoint(pinned).size == newest.size


def test_a_kill_at_every_step_of_a_command(stocked: House, children: Nursery) -> None:
    kept: list[bool] = []
    while True:
        step, request, before = len(kept) + 1, uuid.uuid4(), Entry.objects.count()
        said, gone = children.run(
            order="once",
            what="supplies.issue_goods",
            ask=ISSUE,
            request=str(request),
            die_at=step,
        )
        reopen(stocked)
        whole(stocked)
        if gone == 0:
            break
        assert (said, gone) == ([], KILLED), f"step {step}"
        first = stocked.do("supplies.issue_goods", ISSUE, request_id=request)
        again = stocked.do("supplies.issue_goods", ISSUE, request_id=request)
        assert (again.already, again.leaf, again.result) == (True, first.leaf, first.result)
        assert Entry.objects.count() == before + 1, f"step {step}"
        kept.append(first.already)
    assert len(kept) > 20, "the steps were not seen"
    assert kept == sorted(kept), "once it is kept, it is kept"
    assert not kept[0] and kept[-1], "a kill before the commit undoes it, one after it does not"
    sealed_all(stocked)


def test_a_kill_at_every_step_of_numbering_and_sealing(stocked: House, children: Nursery) -> None:
    step = 0
    while True:
        step += 1
        for _number in range(3):
            stocked.do("supplies.issue_goods", ISSUE)
        heads = Checkpoint.objects.count()
        said, gone = children.run(order="once", what="settle", die_at=step)
        reopen(stocked)
        whole(stocked)
        assert Checkpoint.objects.count() in (heads, heads + 1)
        if gone == 0:
            break
        assert (said, gone) == ([], KILLED), f"step {step}"
        sealed_all(stocked)
    assert step > 20, "the steps were not seen"
    sealed_all(stocked)
    whole(stocked)


def test_kills_at_random_moments_of_writing(stocked: House, children: Nursery) -> None:
    chance = random.Random(20200201)
    acknowledged: dict[str, str] = {}
    unanswered: list[str] = []
    for _moment in range(MOMENTS):
        process = children.order(
            order="loop", what="supplies.issue_goods", ask=ISSUE, settle_every=5
        )
        killer = threading.Timer(chance.uniform(0.02, 0.5), os.kill, (process, signal.SIGKILL))
        killer.start()
        said, gone = children.rest()
        killer.join()
        assert gone == KILLED
        assert not [line for line in said if "fault" in line or "refused" in line]
        done = {line["done"]: line["leaf"] for line in said if "done" in line}
        acknowledged |= done
        reopen(stocked)
        for line in said:
            if "sends" in line and line["sends"] not in done:
                unanswered.append(line["sends"])
                stocked.do("supplies.issue_goods", ISSUE, request_id=uuid.UUID(line["sends"]))
        if done:
            last, leaf = list(done.items())[-1]
            again = stocked.do("supplies.issue_goods", ISSUE, request_id=uuid.UUID(last))
            assert (again.already, again.leaf) == (True, leaf)
        whole(stocked)
    assert len(acknowledged) > MOMENTS
    lines = list(Line.objects.values_list("entry", flat=True))
    for request in [*acknowledged, *unanswered]:
        assert lines.count(uuid.UUID(request)) == 1, "lost or doubled"
    sealed_all(stocked)
    whole(stocked)


def test_kills_while_it_numbers_and_seals(stocked: House, children: Nursery) -> None:
    chance = random.Random(20200202)
    for _moment in range(MOMENTS // 4):
        process = children.order(
            order="loop", what="supplies.issue_goods", ask=ISSUE, settle_every=1
        )
        killer = threading.Timer(chance.uniform(0.02, 0.3), os.kill, (process, signal.SIGKILL))
        killer.start()
        _said, gone = children.rest()
        killer.join()
        assert gone == KILLED
        reopen(stocked)
        whole(stocked)
        sealed_all(stocked)
