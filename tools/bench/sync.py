"""Sync: four phones' records in random orders with resends and wrong clocks, and what a row of an offline day costs."""

import datetime as dt
import os
import random
from typing import Any

from accounts import FOLDER, TOWN, VILLAGE, issue, make, receive
from measuring import FULL, Spent, met, probe, spending, tell

from mingbai.domains.supplies.models import Line
from mingbai.kernel.journal.verify import verify
from mingbai.kernel.models import Envelope
from tests.conftest import House
from tests.kernel.phone import Phone, enrolled

ORDERS = int(os.environ.get("ORDERS", 1_000 if FULL else 3))
DAYS = int(os.environ.get("DAYS", 200 if FULL else 20))
ENVELOPES, PHONES, RESENDS, A_DAY = 618, 4, 3, 50
TARGET, AIM = 0.8, 0.4


def phones() -> list[Phone]:
    """Enrol the phones; the clock of one is a day slow, and of another a day fast."""
    house = House(FOLDER)
    desk = house.person("郎致远", "desk", TOWN)
    found = [
        enrolled(house, house.person(f"保管员{number}", "keeper"), desk, VILLAGE)
        for number in range(PHONES)
    ]
    found[1].slow_by, found[2].slow_by = dt.timedelta(days=1), dt.timedelta(days=-1)
    return found


def batches(sendings: list[tuple[Phone, dict[str, Any]]], rng: random.Random) -> Any:
    """Give what goes off together: whole runs of one phone's records out of an order of arrival."""
    while sendings:
        phone, most = sendings[0][0], rng.randint(1, A_DAY)
        part = [one for owner, one in sendings[:most] if owner is phone]
        yield phone, part
        sendings = [pair for at, pair in enumerate(sendings) if at >= most or pair[0] is not phone]


def arrive(found: list[Phone], seed: int) -> Spent:
    """Let 618 new records arrive in one random order, each four times; each of them must be done once."""
    rng = random.Random(seed)
    before = Line.objects.count(), Envelope.objects.count()
    for number in range(ENVELOPES):
        found[number % PHONES].save("supplies.receive_goods", receive(VILLAGE, 1 + number % 7))
    sendings = [(phone, one) for phone in found for one in phone.queue for _ in range(1 + RESENDS)]
    rng.shuffle(sendings)
    accepted = 0
    with spending() as total:
        for phone, part in batches(sendings, rng):
            outcomes = [one["outcome"] for one in phone.send(part)["results"]]
            assert set(outcomes) <= {"accepted", "already_done"}, outcomes
            accepted += outcomes.count("accepted")
    after = Line.objects.count(), Envelope.objects.count()
    assert accepted == after[0] - before[0] == after[1] - before[1] == ENVELOPES, (seed, accepted)
    for phone in found:
        assert phone.send([])["gaps"] == []
        phone.queue.clear()
    return total


def days(phone: Phone, deliveries: int) -> None:
    """Measure a phone that comes back from days without a network: so many deliveries a day, and issues for the rest."""
    total = Spent()
    for _day in range(DAYS):
        for number in range(A_DAY):
            if number < deliveries:
                phone.save("supplies.receive_goods", receive(VILLAGE, 1 + number % 7))
            else:
                phone.save("supplies.issue_goods", issue(number))
        with spending() as spent:
            answer = phone.send()
        assert [one["outcome"] for one in answer["results"]] == ["accepted"] * A_DAY
        total = Spent(total.cpu + spent.cpu, total.wall + spent.wall)
        phone.queue.clear()
    each = 1000 * total.cpu / (DAYS * A_DAY)
    tell(
        "sync",
        f"{DAYS} days of {deliveries} deliveries and {A_DAY - deliveries} issues: {total.each(DAYS * A_DAY)}; "
        f"CPU {met(each, TARGET)}, {each / AIM:.2f} of the aim {AIM}",
    )


def main() -> None:
    """Measure days, then orders of arrival, and verify all of it."""
    make()
    probe(FOLDER)
    found = phones()
    days(found[0], 1)
    days(
        found[0], A_DAY
    )  # the dearest day: each delivery is a batch of its own, and the store holds them all
    total = Spent()
    for seed in range(ORDERS):
        spent = arrive(found, seed)
        total = Spent(total.cpu + spent.cpu, total.wall + spent.wall)
    sent = ORDERS * ENVELOPES * (1 + RESENDS)
    tell(
        "sync",
        f"{ENVELOPES} records of {PHONES} phones in {ORDERS:,} random orders, each sent {1 + RESENDS} times: "
        f"{ENVELOPES} done once each; {total.each(sent)}",
    )
    faults, _sealed, rows = verify()
    assert not faults, faults[0]
    tell("sync", f"verified {rows:,} rows")
    probe(FOLDER)


if __name__ == "__main__":
    main()
