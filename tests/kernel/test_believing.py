"""A clock that runs ahead erases nothing early; what is due is erased whole, and nobody who holds an office."""

import datetime as dt
import time
import uuid

import pytest
from django.core.management import call_command
from django.test import Client

from mingbai.kernel import believing, worker
from mingbai.kernel.believing import erasing_moment, kept
from mingbai.kernel.clock import machine_now
from mingbai.kernel.commands import measures
from mingbai.kernel.commands.devices import KeepClosed, clear_quarantine, quarantine
from mingbai.kernel.models import Person, Quarantine
from mingbai.kernel.perform import as_house, perform
from mingbai.kernel.refusals import Refused
from mingbai.kernel.rows import Store
from tests.conftest import TOWN, VILLAGE, House
from tests.web.test_pages import signed_in

DAY, HOUR = 86_400.0, 3_600.0


class Clocks:
    """The machine's two clocks: what it says the time is, and for how long it has run."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.time, self.ran = time.time(), 1_000.0
        patch.setattr(time, "time", lambda: self.time)
        patch.setattr(time, "clock_gettime", lambda _which: self.ran)

    def run(self, seconds: float) -> None:
        """Let the machine run for so long."""
        self.time += seconds
        self.ran += seconds

    def off(self, seconds: float) -> None:
        """Switch the machine off for so long, and start the worker anew."""
        self.time += seconds
        self.ran = 10.0
        believing.HERE.clear()


@pytest.fixture
def clocks(account: House, monkeypatch: pytest.MonkeyPatch) -> Clocks:
    """Clocks that a test sets, and a worker that has seen them."""
    call_command("createcachetable", database="running", verbosity=0)
    worker.SAID.clear()
    worker.UNFINISHED.clear()
    found = Clocks(monkeypatch)
    worker.work_once({})
    return found


def people(house: House, count: int, days: int) -> list[str]:
    """Record some people whose rows are deleted after so many days."""
    until = (machine_now() + dt.timedelta(days=days)).date().isoformat()
    ask = {"place": TOWN, "purpose": "register", "delete_after": until}
    return [
        str(house.do("people.add_person", ask | {"name": f"人{n}"}).result["person"])
        for n in range(count)
    ]


def left(ids: list[str]) -> int:
    """Return how many of some people are not erased."""
    return Person.objects.filter(id__in=ids, erased_at=None).count()


def test_a_clock_set_ahead_erases_nothing_and_set_right_again_goes_on(
    account: House, clocks: Clocks
) -> None:
    ids = people(account, 3, days=30)
    client = signed_in(account, "shi", account.person("郎致远", "keeper"))
    clocks.run(HOUR)
    worker.work_once({})
    clocks.time += 400 * DAY
    account.do("places.add_point", {"place": VILLAGE, "kind": "gate", "name": "东口"})
    worker.work_once({})
    assert left(ids) == 3
    assert any("made a step" in text for text in worker.SAID)
    page = client.get("/home/", headers={"accept-language": "en"}).content.decode()
    assert "Nothing is erased by date until" in page
    assert "Nothing is erased" not in Client().get("/").content.decode()
    # The entry that was written meanwhile holds the account's own moment there; erasing counts on the clock.
    clocks.run(HOUR)
    clocks.time -= 400 * DAY
    worker.work_once({})
    clocks.run(DAY + HOUR)
    worker.work_once({})
    assert left(ids) == 3
    assert (
        "Nothing is erased"
        not in client.get("/home/", headers={"accept-language": "en"}).content.decode()
    )
    clocks.run(31 * DAY)
    worker.work_once({})
    assert left(ids) == 0
    assert account.faults() == []


def test_a_step_while_the_machine_was_off_is_believed_up_to_a_week(
    account: House, clocks: Clocks
) -> None:
    ids = people(account, 1, days=2)
    clocks.off(6 * DAY)
    worker.work_once({})
    assert left(ids) == 0, "a long weekend puts nothing off"
    ids = people(account, 1, days=30)
    clocks.off(31 * DAY)
    worker.work_once({})
    clocks.run(23 * HOUR)
    worker.work_once({})
    assert left(ids) == 1
    # A machine that is switched off every night still gets its day together.
    clocks.off(8 * HOUR)
    worker.work_once({})
    assert left(ids) == 0, "after a day that went on evenly the clock is believed"


def test_a_spoiled_or_missing_note_of_the_clock_is_made_anew_from_the_last_entry(
    account: House, clocks: Clocks
) -> None:
    for spoil in (
        lambda: kept().unlink(),
        lambda: kept().write_text("{}"),
        lambda: kept().write_text(""),
    ):
        spoil()
        believing.HERE.clear()
        assert erasing_moment(Store()) is not None
        assert kept().read_text().startswith('{"at": "')
    kept().unlink()
    clocks.off(40 * DAY)
    assert erasing_moment(Store()) is None


def test_all_whose_day_has_come_are_erased_in_one_round_after_another(
    account: House, clocks: Clocks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A roster of thousands comes due on one day; some a day would keep the last of them for months."""
    monkeypatch.setattr(measures, "AT_ONCE", 3)
    ids = people(account, 8, days=1)
    clocks.run(3 * DAY)
    last: dict[str, dt.datetime] = {}
    worker.work_once(last)
    assert 0 < left(ids) < 8
    for _round in range(3):
        clocks.run(1)
        worker.work_once(last)
    assert left(ids) == 0
    assert not worker.UNFINISHED


def test_who_holds_an_office_is_erased_when_it_has_ended(account: House, clocks: Clocks) -> None:
    keeper = account.person("陆秀芬", "keeper")
    assert keeper.person is not None
    own = str(keeper.person)
    account.do(
        "people.keep_until",
        {"place": VILLAGE, "person": own, "delete_after": str(machine_now().date())},
    )
    ids = [*people(account, 2, days=1), own]
    clocks.run(3 * DAY)
    worker.work_once({})
    assert left(ids) == 1, "an office that is in force has somebody in it"
    with pytest.raises(Refused) as refused:
        account.do("people.erase_person", {"place": VILLAGE, "person": own, "reason": "本人要求"})
    assert refused.value.code == "PER-11"
    (office,) = account.ask("mandates.at_place", {"place": VILLAGE})
    account.do("mandates.end", {"place": VILLAGE, "mandate": str(office.mandate)})
    clocks.run(DAY)
    worker.work_once({})
    assert left(ids) == 0


def test_no_sweep_takes_what_is_not_yet_due(account: House, clocks: Clocks) -> None:
    """Whoever has the shell may name any day: what is kept until a day is kept until that day."""
    as_house(
        quarantine,
        KeepClosed(device=uuid.uuid4(), sequence=1, digest="a" * 64, why="unknown", box="AA=="),
    )
    far = {"before": "2900-01-01T00:00:00+08:00"}
    for command in (
        "movement.forget_crossings",
        "movement.forget_permits",
        "devices.clear_quarantine",
    ):
        perform(command, far)
    assert Quarantine.objects.count() == 1
    clocks.run(40 * DAY)
    perform(clear_quarantine, far)
    assert Quarantine.objects.count() == 0
