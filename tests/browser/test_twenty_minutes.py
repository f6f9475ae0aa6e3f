"""A train: four guards, 618 who arrive, twenty minutes without a network by every clock, and nobody twice."""

import datetime as dt
import json

import pytest

from mingbai.domains.movement.models import Arrival
from mingbai.kernel.clock import stamp
from mingbai.kernel.models import Envelope, Person
from tests.browser.gates import resident
from tests.browser.phones import Phone, Serving, enrol
from tests.conftest import VILLAGE, house_of

MANY, GUARDS, MINUTES = 618, 4, 20
# The register's own form, filled and sent by the hand of a script; the page says itself when the next may come.
WRITE = """async (rows) => {
  const app = document.getElementById('app');
  for (const [number, name] of rows) {
    document.getElementById('to-register').click();
    document.getElementById('number').value = number;
    document.getElementById('name').value = name;
    const done = new Promise((resolve) => {
      new MutationObserver((_, seen) => {
        if (app.dataset.showing === 'gate') { seen.disconnect(); resolve(); }
      }).observe(app, { attributes: true });
    });
    document.getElementById('register-form').requestSubmit();
    await done;
  }
}"""


@pytest.fixture(scope="module")
def served(templates, tmp_path_factory):
    """An account with a clock of its own, which moves when it is told to."""
    for house in house_of("story", templates, tmp_path_factory.mktemp("train") / "account"):
        found = Serving(house)
        yield found
        found.stop()


def on_the_phone(phone: Phone) -> dt.datetime:
    """Return what a phone takes for the account's time."""
    moment = phone.call("moment", "return it.accountNow();")
    return dt.datetime.fromtimestamp(moment / 1000, dt.UTC)


def test_four_guards_write_618_arrivals_in_twenty_minutes_without_a_network(phones, served) -> None:
    """Rows: Z23."""
    house = served.house
    house.do("movement.open_checkpoint", {"place": VILLAGE, "point": "站前"})
    guards = [house.person(f"崔国{name}", "guard") for name in "梁栋柱基"]
    made = [phones(f"guard{at}") for at in range(GUARDS)]
    began = house.ask("account.state", {}).now
    for phone, guard in zip(made, guards, strict=True):
        phone.context.clock.install()
        enrol(phone, house, guard)
        phone.shows("gate")
        phone.offline()
    queue = [(resident(1000 + one), f"来人{one}") for one in range(MANY)]
    for minute in range(MINUTES):
        for at, phone in enumerate(made):
            mine = queue[at::GUARDS]
            phone.page.evaluate(WRITE, mine[minute::MINUTES])
            phone.context.clock.fast_forward(60_000)
    for at, phone in enumerate(made):
        assert phone.waiting() == len(queue[at::GUARDS])
        assert on_the_phone(phone) - began >= dt.timedelta(minutes=MINUTES)
        written = [dt.datetime.fromisoformat(row["at"]) for row in phone.log()]
        assert max(written) - min(written) >= dt.timedelta(minutes=MINUTES - 1)
    assert not Arrival.objects.exists()
    # The account's own clock went on, too.
    after = max(on_the_phone(phone) for phone in made)
    house.do("account.move_clock", {"to": stamp(after)})
    for phone in made:
        kept = phone.call("vault", "return it.all('queue');")
        phone.offline(False)
        phone.drained(300)
        again = [{key: one[key] for key in ("seq", "box", "signature")} for one in kept]
        body = {"device": phone.device, "envelopes": again, "now": stamp(after)}
        answer = json.loads(served.post("/api/sync", json.dumps(body).encode()))
        assert {one["outcome"] for one in answer["results"]} == {"already_done"}
        assert answer["gaps"] == [] and phone.faults == []
    assert Arrival.objects.count() == MANY == Person.objects.filter(purpose="register").count()
    assert set(Envelope.objects.values_list("outcome", flat=True)) == {"accepted"}
    came = Arrival.objects.order_by("at")
    assert came.last().at - came.first().at >= dt.timedelta(minutes=MINUTES - 1)
    served.stop()
    assert house.faults() == []
