"""A clock that leaps ahead erases nothing: what is over waits for a week, and every desk sees why."""

import datetime as dt
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client

from mingbai.kernel import leaps, worker
from mingbai.kernel.clock import day, machine_now
from mingbai.kernel.erasing import AT_ONCE
from mingbai.kernel.folder import folder
from mingbai.kernel.many.run import One, run_many
from mingbai.kernel.models import Person
from tests.conftest import VILLAGE, House
from tests.kernel.test_worker import moved
from tests.web.test_pages import signed_in

DAY = 86400
SEEN = "nothing is deleted by its date"


@pytest.fixture(autouse=True)
def counting(account: House) -> None:
    """Let the heartbeat be kept."""
    call_command("createcachetable", database="running", verbosity=0)
    cache.clear()


def somebody(account: House, days: int) -> str:
    """Record somebody who is to be erased after so many days."""
    until = day(machine_now()) + dt.timedelta(days=days)
    told = {"place": VILLAGE, "name": "过路人", "purpose": "register", "delete_after": str(until)}
    return str(account.do("people.add_person", told).result["person"])


def there(person: str) -> bool:
    """Tell whether somebody was not erased."""
    return Person.objects.filter(id=person, erased_at=None).exists()


def told() -> dict[str, object]:
    """Return what the house says of its health."""
    found: dict[str, object] = Client().get("/health").json()
    return found


def test_day_by_day_what_is_over_goes(account: House, monkeypatch: pytest.MonkeyPatch) -> None:
    person = somebody(account, 4)
    for _each in range(4):
        worker.work_once({})
        assert there(person)
        moved(monkeypatch, DAY)
    moved(monkeypatch, DAY)
    worker.work_once({})
    assert not there(person)
    assert told()["erasing_waits_until"] is None


def test_after_a_leap_nothing_goes_for_a_week(
    account: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = somebody(account, 30)
    worker.work_once({})
    moved(monkeypatch, 60 * DAY)
    for _each in range(7):
        worker.work_once({})
        assert there(person)
        assert leaps.waits_until() is not None
        moved(monkeypatch, DAY)
    assert told()["erasing_waits_until"] is not None
    worker.work_once({})
    assert not there(person)
    assert told()["erasing_waits_until"] is None


def test_a_clock_that_is_set_right_again_has_erased_nothing(
    account: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = somebody(account, 30)
    worker.work_once({})
    moved(monkeypatch, 365 * DAY)
    worker.work_once({})
    # Somebody wrote meanwhile, so the account's own moment stands a year ahead from here on.
    account.do("places.add_point", {"place": VILLAGE, "kind": "gate", "name": "东口"})
    moved(monkeypatch, -365 * DAY)
    for _each in range(20):
        worker.work_once({})
        moved(monkeypatch, DAY)
    assert leaps.waits_until() is None
    assert there(person)
    for _each in range(12):
        moved(monkeypatch, DAY)
        worker.work_once({})
    assert not there(person)


def test_a_machine_that_was_off_for_a_month_waits_too(
    account: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = somebody(account, 1)
    worker.work_once({})
    (folder() / "clock").write_text("{torn", encoding="ascii")
    moved(monkeypatch, 30 * DAY)
    worker.work_once({})
    assert there(person), "the last entry tells it where the note is gone"


def test_a_machine_that_runs_one_day_a_week_erases_too(
    account: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = somebody(account, 1)
    worker.work_once({})
    moved(monkeypatch, 7 * DAY)
    worker.work_once({})
    assert there(person)
    moved(monkeypatch, 7 * DAY)
    worker.work_once({})
    assert not there(person)


def test_a_second_leap_that_is_far_begins_the_wait_anew(
    account: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = somebody(account, 30)
    worker.work_once({})
    moved(monkeypatch, 5 * DAY)
    worker.work_once({})
    moved(monkeypatch, 365 * DAY)
    worker.work_once({})
    assert there(person)


def test_who_is_signed_in_reads_why(account: House, monkeypatch: pytest.MonkeyPatch) -> None:
    worker.work_once({})
    moved(monkeypatch, 30 * DAY)
    worker.work_once({})
    reader = signed_in(account, "near-keeper", account.person("陆秀芬", "keeper"))
    page = reader.get("/home/", headers={"accept-language": "en"}).content.decode()
    assert SEEN in page
    stranger = Client().get("/", headers={"accept-language": "en"}).content.decode()
    assert SEEN not in stranger


def test_all_whose_day_has_come_go_on_that_day_and_not_some_of_them(
    account: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A measure that lapses lets a county go at once: the worker goes on, round by round, until nobody is left."""
    told = {"place": VILLAGE, "purpose": "register", "delete_after": str(day(machine_now()))}
    asks = [One(told | {"name": f"过路人{number}"}, uuid4()) for number in range(2 * AT_ONCE + 1)]
    done = [one for part in run_many("people.add_person", asks) for one in part]
    assert {one.outcome for one in done} == {"accepted"}
    last: dict[str, dt.datetime] = {}
    worker.work_once(last)
    moved(monkeypatch, DAY)
    for left in (AT_ONCE + 1, 1, 0):
        worker.work_once(last)
        assert Person.objects.filter(erased_at=None, delete_after__isnull=False).count() == left
    rounds = dict(last)
    worker.work_once(last)
    assert last == rounds, "and then it waits for the next day"


def test_what_is_due_each_minute_is_done_also_where_the_note_of_the_clock_cannot_be_read(
    account: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = somebody(account, 1)
    (folder() / "clock").mkdir()
    monkeypatch.setattr(worker, "SAID", {})
    moved(monkeypatch, 2 * DAY)
    last: dict[str, dt.datetime] = {}
    worker.work_once(last)
    assert set(last) == {"minute", "hour", "day"}
    assert there(person), "nothing is erased while nobody can tell"
    assert Client().get("/health").status_code == 200
