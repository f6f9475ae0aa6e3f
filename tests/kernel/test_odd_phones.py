"""Phones that are broken or hostile: one odd record is answered, whatever is in it, and holds up no other."""

import datetime as dt
import json
from typing import Any
from uuid import uuid4

import pytest

from mingbai.domains.supplies.models import Line
from mingbai.kernel.clock import machine_now, parse_stamp, stamp
from mingbai.kernel.models import Device, Envelope
from mingbai.kernel.syncing import BATCH_MOST
from tests.conftest import House
from tests.kernel.phone import Phone
from tests.kernel.test_sync import desk, outcomes, phone, receive

__all__ = ["desk", "phone"]

ODD: list[dict[str, Any]] = [
    {"id": 5},
    {"id": ["00000000-0000-4000-8000-000000000000"]},
    {"mandate": 7},
    {"mandate": {"id": 1}},
    {"needs": [3]},
    {"needs": "soon"},
    {"command": ["supplies.receive_goods"]},
    {"command": {}},
    {"command": None},
    {"known": []},
    {"at": "0001-01-01T00:00:00+14:00"},
    {"at": "9999-12-31T23:59:59-14:00"},
    {"at": "yesterday"},
    {"at": 1},
    {"head": "²  "},
    {"head": "9" * 5000},
    {"head": "9" * 25 + " x"},
    {"head": -1},
    {"head": None},
    {"head": []},
    {"ask": {"origin": "半个\ud83d字"}},
    {"ask": {"origin": "\u0000"}},
    {"ask": {"quantity": 10**400}},
    {"ask": {"item": "mask\u0000"}},
    {"ask": {"item": "mask\ud800"}},
    {"\ud800": "\ud800"},
    {"ask": {"unit": "\u0000"}},
]


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: json.dumps(odd)[:40])
def test_an_odd_record_is_answered_and_the_next_one_is_done(
    phone: Phone, odd: dict[str, Any]
) -> None:
    ask = receive() | odd.get("ask", {})
    phone.sequence += 1
    content = {"v": 1, "id": str(uuid4()), "command": "supplies.receive_goods", "ask": ask}
    content |= {"at": stamp(machine_now()), "known": "observed", "head": "0 "}
    content |= {name: value for name, value in odd.items() if name != "ask"}
    phone.queue.append(phone.sealed(phone.sequence, json.dumps(content).encode()))
    phone.save("supplies.receive_goods", receive(7))
    first, second = outcomes(phone.send())
    assert first in ("accepted", "refused", "quarantined")
    assert second == "accepted"
    assert Line.objects.filter(change=7).count() == 1
    again, _second = outcomes(phone.send())
    assert again in ("already_done", "refused", "quarantined")
    phone.queue.clear()


def test_a_phone_that_names_no_head_is_not_older_than_its_enrolment(phone: Phone) -> None:
    year = machine_now() - dt.timedelta(days=365)
    for head in ("", "0 ", "x", "²"):
        phone.save("supplies.receive_goods", receive(), head=head, at=stamp(year))
    assert outcomes(phone.send()) == ["accepted"] * 4
    confirmed = Device.objects.get().confirmed_at
    assert confirmed is not None
    assert all(line.at >= confirmed for line in Line.objects.all())
    assert all(one.claimed_at == parse_stamp(stamp(year)) for one in Envelope.objects.all())


def test_a_clock_a_year_ahead_is_heard_now(phone: Phone) -> None:
    ahead = stamp(machine_now() + dt.timedelta(days=365))
    phone.save("supplies.receive_goods", receive(), at=ahead)
    assert outcomes(phone.send()) == ["accepted"]
    assert Line.objects.get().at <= machine_now()


def test_two_hundred_records_of_64_kb_each_are_answered(account: House, phone: Phone) -> None:
    filler = "满" * 21_000
    for _number in range(BATCH_MOST):
        phone.save("supplies.receive_goods", receive() | {"origin": filler})
    assert set(outcomes(phone.send())) == {"refused"}
    phone.queue.clear()
    phone.save("supplies.receive_goods", receive())
    assert outcomes(phone.send()) == ["accepted"]
