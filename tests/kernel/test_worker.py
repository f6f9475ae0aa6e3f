"""The worker goes on whatever fails, and every desk sees when it does not."""

import threading
import time
from pathlib import Path

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client

from mingbai.kernel import jobs, worker
from mingbai.kernel.actors import OPERATOR
from mingbai.kernel.clock import machine_now
from mingbai.kernel.guard import door
from mingbai.kernel.journal import tree
from mingbai.kernel.models import Entry, Job
from mingbai.kernel.rows import Store
from tests.conftest import TOWN, VILLAGE, House
from tests.flows.test_jobs import ROSTER, roster

YEAR = 365 * 86400
GATE = {"place": VILLAGE, "kind": "gate", "name": "东口"}
SEEN = "nothing has been sealed for more than a minute"


@pytest.fixture(autouse=True)
def counting(account: House) -> None:
    """Let the heartbeat be kept."""
    call_command("createcachetable", database="running", verbosity=0)
    cache.clear()
    worker.SAID.clear()


def shown() -> bool:
    """Tell whether the first page says that nothing is sealed."""
    return SEEN in Client().get("/", headers={"accept-language": "en"}).content.decode()


def moved(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """Set the machine's clock by so much."""
    there = time.time() + seconds
    monkeypatch.setattr(time, "time", lambda: there)


def test_a_clock_set_back_by_a_year_puts_nothing_off(
    account: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    last = {}
    account.do("places.add_point", GATE)
    worker.work_once(last)
    moved(monkeypatch, -YEAR)
    worker.work_once(last)
    assert set(last.values()) == {machine_now()}, "everything that is due was looked at again"
    account.do("places.add_point", GATE | {"name": "西口"})
    worker.work_once(last)
    assert account.faults() == []
    assert worker.silent_for() == 0
    page = Client().get("/", headers={"accept-language": "en"}).content.decode()
    assert "The clock of this machine is behind the account" in page
    monkeypatch.undo()
    page = Client().get("/", headers={"accept-language": "en"}).content.decode()
    assert "is behind the account" not in page


def test_a_worker_that_died_before_the_clock_was_set_is_missed(
    account: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker.work_once({})
    assert not shown()
    for by in (-YEAR, YEAR, 61):
        moved(monkeypatch, by)
        assert shown()
        monkeypatch.undo()


def test_a_worker_that_never_began_is_missed_after_a_minute(
    account: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker.expect()
    assert not shown()
    moved(monkeypatch, 61)
    assert shown()


def test_a_sealer_that_stopped_is_seen_by_every_desk_and_logged_once(
    account: House, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    account.do("places.add_point", GATE)
    worker.work_once({})
    size = account.settle().size
    pinned = tree.pinned_path()
    pinned.write_text(pinned.read_text("utf-8").replace(f"\n{size}\n", f"\n{size + 9}\n"), "utf-8")
    moved(monkeypatch, 61)
    account.do("places.add_point", GATE | {"name": "西口"})
    for _twice in range(3):
        worker.work_once({})
    assert shown()
    assert sum("The sealer stopped" in record.getMessage() for record in caplog.records) == 1


def test_a_table_that_is_gone_for_a_while_ends_no_worker(account: House, tmp_path: Path) -> None:
    account.do("places.add_point", GATE)
    with door():
        Store().run('ALTER TABLE "kernel_job" RENAME TO "gone_job"')
    stop = threading.Event()
    working = threading.Thread(target=worker.work, args=(stop,))
    working.start()
    try:
        until(lambda: any("round did not work" in text for text in worker.SAID))
        assert cache.get(worker.HEARTBEAT) is None, "it is missed meanwhile"
        with door():
            Store().run('ALTER TABLE "gone_job" RENAME TO "kernel_job"')
        until(lambda: cache.get(worker.HEARTBEAT) is not None)
        assert working.is_alive()
    finally:
        stop.set()
        working.join()
    assert account.settle().size == Entry.objects.count()


def test_what_is_due_and_does_not_work_holds_up_nothing_else(account: House) -> None:
    with door():
        Store().run('ALTER TABLE "kernel_quarantine" RENAME TO "gone_quarantine"')
    last = {}
    worker.work_once(last)
    assert set(last) == set(worker.PERIODS)
    assert any("did not work" in text for text in worker.SAID)
    assert worker.silent_for() is not None


def until(true: object, seconds: float = 60) -> None:
    """Wait until something holds."""
    end = time.monotonic() + seconds
    while not true():  # type: ignore[operator]
        assert time.monotonic() < end, "it never came to hold"
        time.sleep(0.05)


def test_a_job_that_cannot_be_read_holds_up_no_other(account: House) -> None:
    spoiled, good = (jobs.begin(ROSTER, roster(4), TOWN, as_=OPERATOR) for _ in range(2))
    content = account.folder / "jobs" / f"{spoiled.hex}.content"
    content.write_bytes(content.read_bytes()[:-1] + b"\0")
    jobs.PLANS.clear()
    worker.work_once({})
    assert Job.objects.get(id=good).accepted == 3
    assert Job.objects.get(id=spoiled).done == 0
    assert any(str(spoiled) in said for said in worker.SAID), "who keeps the machine reads which"
    assert worker.silent_for() is None, (
        "no heartbeat, so every desk sees that something stands still"
    )
