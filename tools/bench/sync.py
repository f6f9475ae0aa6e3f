"""Sync: four phones' records in random orders with resends and wrong clocks, and what a row of an offline day costs."""

import datetime as dt
import os
import random
import shutil
import sys
from typing import Any

from accounts import FOLDER, TOWN, VILLAGE, issue, make, receive
from django.db import connections
from measuring import FULL, Spent, met, probe, spending, tell

from mingbai.domains.supplies.models import Line
from mingbai.kernel import account as accounts
from mingbai.kernel.journal.verify import verify
from mingbai.kernel.models import Envelope
from tests.conftest import House, close, house_of, turn_to
from tests.kernel.phone import Phone, enrolled

# From one order to another: several machines, or cores, may share them.
FIRST = int(os.environ.get("FIRST", 0))
ORDERS = int(os.environ.get("ORDERS", 1_000 if FULL else 3))
DAYS = int(os.environ.get("DAYS", 200 if FULL else 20))
ENVELOPES, PHONES, RESENDS, A_DAY = 618, 4, 3, 50
TARGET, AIM = 0.8, 0.4
VERIFIED_EVERY = 100


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
        phone, most = sendings[0][0], rng.randint(1, PHONES * A_DAY)
        part = [one for owner, one in sendings[:most] if owner is phone]
        yield phone, part
        sendings = [pair for at, pair in enumerate(sendings) if at >= most or pair[0] is not phone]


def arrive(sendings: list[tuple[Phone, dict[str, Any]]], seed: int) -> Spent:
    """Let 618 records arrive in one random order, each four times, at an account that has none; each must be done once."""
    rng = random.Random(seed)
    rng.shuffle(sendings)
    before, accepted = Line.objects.count(), 0
    with spending() as total:
        for phone, part in batches(sendings, rng):
            outcomes = [one["outcome"] for one in phone.send(part)["results"]]
            assert set(outcomes) <= {"accepted", "already_done"}, outcomes
            accepted += outcomes.count("accepted")
    done = Line.objects.count() - before, Envelope.objects.count()
    assert accepted == done[0] == done[1] == ENVELOPES, (seed, accepted, done)
    assert all(
        phone.send([])["gaps"] == [] for phone in {id(one): one for one, _ in sendings}.values()
    )
    if seed % VERIFIED_EVERY == 0:
        faults, _sealed, _rows = verify()
        assert not faults, faults[0]
    return total


def orders(found: list[Phone]) -> None:
    """Seal the records once; for each order of arrival let them come to a copy of the account as it was then."""
    for number in range(ENVELOPES):
        found[number % PHONES].save("supplies.receive_goods", receive(VILLAGE, 1 + number % 7))
    sendings = [(phone, one) for phone in found for one in phone.queue for _ in range(1 + RESENDS)]
    name = str(connections["default"].settings_dict["NAME"])
    if connections["default"].vendor == "sqlite":
        with connections["default"].cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    close()
    total, where = Spent(), FOLDER.with_name("copy")
    for seed in range(FIRST, ORDERS):
        for _house in house_of("real", {"real": (FOLDER, name)}, where):
            spent = arrive(list(sendings), seed)
        total = Spent(total.cpu + spent.cpu, total.wall + spent.wall)
        shutil.rmtree(where)
        if seed % VERIFIED_EVERY == VERIFIED_EVERY - 1:
            sys.stderr.write(f"{seed + 1} of {ORDERS} orders\n")
    accounts.use(FOLDER)
    if connections["default"].vendor == "postgresql":
        turn_to(name)
    for phone in found:
        phone.queue.clear()
    orders_here = ORDERS - FIRST
    sent = orders_here * ENVELOPES * (1 + RESENDS)
    tell(
        "sync",
        f"{ENVELOPES} records of {PHONES} phones in {orders_here:,} random orders, each sent {1 + RESENDS} times: "
        f"{ENVELOPES} done once each; {total.each(sent)}; {total.wall:.0f} s; verified every {VERIFIED_EVERY}th time",
    )


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
    """Let records come in every order, measure days, and verify all of it."""
    make()
    probe(FOLDER)
    found = phones()
    orders(found)
    other = phones()[0]
    days(other, 1)
    # The dearest day: each delivery is a batch of its own, and the store holds them all.
    days(other, A_DAY)
    faults, _sealed, rows = verify()
    assert not faults, faults[0]
    tell("sync", f"verified {rows:,} rows")
    probe(FOLDER)


if __name__ == "__main__":
    main()
