"""Killed in the middle of looking at firms again: whatever the moment, it ends as if nothing had happened, and nothing twice."""

import random
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connections

from mingbai.domains.enterprise.models import Decision
from mingbai.kernel import jobs
from mingbai.kernel.models import Job
from tests.conftest import TOWN, House, house_of
from tests.enterprise.firms import level
from tests.enterprise.test_reconsidering import follows, kept, many_firms, stands
from tests.kernel.children import Nursery, nursery
from tests.kernel.test_kills import KILLED, SLOW, reopen

KILLS = 24 if SLOW else 6
ROWS = 4


@pytest.fixture
def account_apart(templates: dict[str, tuple[Path, str]], tmp_path: Path) -> Iterator[House]:
    """An account that a process of its own opens too."""
    yield from house_of("real", templates, tmp_path / "account")


@pytest.fixture
def children(account_apart: House) -> Iterator[Nursery]:
    """Processes of their own on the same account."""
    name = str(connections["default"].settings_dict["NAME"])
    with nursery(account_apart.folder, name) as opened:
        yield opened


def test_killed_at_any_moment_it_ends_the_same(account_apart: House, children: Nursery) -> None:
    """Rows: Z29. By kill -9, in a process of its own; an answer made by hand says how every firm stands afterwards."""
    house = account_apart
    firms = many_firms(house)
    chance = random.Random(11)
    value, whole, rounds = "I", 0, []
    for _kill in range(KILLS):
        level(house, TOWN, value)
        job, before = follows(), Decision.objects.count()
        died = 0
        while True:
            at = chance.randrange(1, max(2, whole)) if whole and died < 2 else None
            _said, gone = children.run(order="goes_on", job=str(job), rows=ROWS, die_at=at)
            reopen(house)
            if gone == 0:
                break
            assert gone == KILLED == -signal.SIGKILL
            died += 1
        whole = whole or int(_said[-1]["steps"])
        assert Job.objects.get(id=job).ended_at is not None and jobs.go_on(job)
        assert kept(firms) == {one.id: stands(one, value) for one in firms}
        rounds.append((died, Decision.objects.count() - before))
        value = "none" if value == "I" else "I"
    assert {changed for _died, changed in rounds} == {rounds[0][1]}, "nothing follows twice"
    assert sum(died for died, _changed in rounds) > KILLS // 2, "it was killed on the way"
    house.settle()
    assert house.faults() == []
