"""Phones: what they saved is done once, in any order of arrival; what nobody may take is kept closed."""

import base64
import datetime as dt
import json
import random
from typing import Any
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from mingbai.domains.supplies.models import Line
from mingbai.kernel.actors import Actor
from mingbai.kernel.clock import machine_now, stamp
from mingbai.kernel.devices.bundle import bundle
from mingbai.kernel.devices.gaps import WHOLE
from mingbai.kernel.journal.asks import entries_of
from mingbai.kernel.models import Device, Entry, Envelope, OpenItem, Quarantine
from mingbai.kernel.perform import promise
from mingbai.kernel.refusals import Refused
from mingbai.kernel.rows import Store
from mingbai.kernel.syncing import take
from mingbai.proofs.merkle import leaf_hash
from tests.conftest import NEIGHBOUR, TOWN, VILLAGE, House
from tests.kernel.phone import Phone, enrolled

MASK = {"code": "mask", "name_zh": "一次性口罩", "name_en": "masks", "base_unit": "只"}


def receive(quantity: int = 5, **more: Any) -> dict[str, Any]:
    """Return an ask for goods in."""
    ask = {"place": VILLAGE, "item": "mask", "quantity": quantity, "unit": "只"}
    return ask | {"origin_kind": "donation", "origin": "邻村"} | more


def issue(quantity: int = 5, recipient: str = "001") -> dict[str, Any]:
    """Return an ask for goods out."""
    ask = {"place": VILLAGE, "item": "mask", "quantity": quantity, "unit": "只"}
    return ask | {"recipient": recipient}


@pytest.fixture
def desk(account: House) -> Actor:
    """A town's desk that enrols phones."""
    account.do("goods.add_goods", MASK | {"place": VILLAGE})
    account.do("people.add_household", {"place": VILLAGE, "code": "001"})
    return account.person("郎致远", "desk", TOWN)


@pytest.fixture
def phone(account: House, desk: Actor) -> Phone:
    """A keeper's phone."""
    return enrolled(account, account.person("陆秀芬", "keeper"), desk, VILLAGE)


def outcomes(answer: dict[str, Any]) -> list[str]:
    """Return the outcomes in order."""
    return [one["outcome"] for one in answer["results"]]


def test_a_day_without_a_network_arrives_once(account: House, phone: Phone) -> None:
    phone.save("supplies.receive_goods", receive(100))
    for _ in range(20):
        phone.save("supplies.issue_goods", issue())
    first = phone.send()
    assert outcomes(first) == ["accepted"] * 21
    again = phone.send()
    assert outcomes(again) == ["already_done"] * 21
    assert [one["entry"] for one in first["results"]] == [one["entry"] for one in again["results"]]
    phone.hear(again)
    assert phone.queue == []
    assert Line.objects.count() == 21
    assert sum(Line.objects.values_list("change", flat=True)) == 0
    account.settle()
    assert account.faults() == []


def test_four_phones_in_any_order_with_resends_and_wrong_clocks(
    account: House, desk: Actor
) -> None:
    phones = [
        enrolled(account, account.person(f"保管员{number}", "keeper"), desk, VILLAGE)
        for number in range(4)
    ]
    phones[1].slow_by, phones[2].slow_by = dt.timedelta(days=1), dt.timedelta(days=-1)
    for number in range(618):
        phones[number % 4].save("supplies.receive_goods", receive(1 + number % 7))
    rng = random.Random(7)
    sendings = [(phone, one) for phone in phones for one in phone.queue for _ in range(4)]
    rng.shuffle(sendings)
    while sendings:
        phone = sendings[0][0]
        most = rng.randint(1, 40)
        batch = [one for owner, one in sendings[:most] if owner is phone]
        answer = phone.send(batch)
        assert set(outcomes(answer)) <= {"accepted", "already_done"}
        sendings = [pair for at, pair in enumerate(sendings) if at >= most or pair[0] is not phone]
    assert Line.objects.count() == Envelope.objects.count() == 618
    assert Line.objects.filter(at__gt=machine_now()).count() == 0
    assert Line.objects.filter(at__lt=machine_now() - dt.timedelta(hours=12)).count() == 0
    wrong = len(phones[1].queue) + len(phones[2].queue)
    assert Envelope.objects.exclude(claimed_at=None).count() == wrong, "what they claimed is kept"
    assert all(phone.send([])["gaps"] == [] for phone in phones)
    assert account.faults() == []


def test_what_happened_against_a_rule_is_recorded_and_what_was_not_there_is_kept(
    account: House, phone: Phone, desk: Actor
) -> None:
    phone.save("supplies.receive_goods", receive(10, expires_on="2020-01-01"))
    phone.save("supplies.issue_goods", issue(4))
    phone.save("supplies.issue_goods", issue(400))
    answer = phone.send()
    assert outcomes(answer) == ["accepted", "overruled", "refused"]
    assert [one.get("code") for one in answer["results"]] == [None, "SUP-6", "SUP-1"]
    assert outcomes(phone.send()) == ["already_done", "already_done", "refused"]
    waiting = OpenItem.objects.filter(done_at=None, role="desk").values_list("kind", flat=True)
    assert sorted(waiting) == ["sync.overruled", "sync.refused"]
    (kept,) = account.ask("devices.refused", {"place": VILLAGE})
    assert json.loads(kept.content)["quantity"] == 400
    settled = {"place": VILLAGE, "envelope": kept.envelope, "outcome": "counted", "reason": "盘过"}
    account.do("devices.settle_refused", settled, as_=desk)
    assert not OpenItem.objects.filter(kind="sync.refused", done_at=None).exists()
    with pytest.raises(Refused, match="DEV-5"):
        account.do("devices.settle_refused", settled, as_=desk)
    account.settle()
    assert account.faults() == []


def test_nobody_is_done_who_is_unknown_revoked_or_forged(
    account: House, phone: Phone, desk: Actor
) -> None:
    phone.save("supplies.receive_goods", receive())
    good = phone.queue[0]
    stranger = Phone(phone.origin, uuid4(), phone.field_key, phone.key)
    stranger.save("supplies.receive_goods", receive())
    assert outcomes(stranger.send()) == ["quarantined"]
    box = bytearray(base64.b64decode(good["box"]))
    for at in (0, 70, len(box) - 1):
        flipped = bytearray(box)
        flipped[at] ^= 1
        assert outcomes(
            phone.send([good | {"box": base64.b64encode(bytes(flipped)).decode()}])
        ) == ["quarantined"]
    other = phone.sealed(1, b"{}", origin="another/account")
    assert outcomes(phone.send([other])) == ["quarantined"]
    assert outcomes(phone.send([good | {"seq": 2}])) == ["quarantined"], "a number is bound"
    assert Line.objects.count() == 0
    account.do("devices.revoke", {"place": VILLAGE, "device": phone.device}, as_=desk)
    assert outcomes(phone.send()) == ["quarantined"]
    assert Line.objects.count() == 0 and Quarantine.objects.count() == 6
    assert outcomes(phone.send()) == ["quarantined"] and Quarantine.objects.count() == 6
    assert account.faults() == []


def test_a_key_that_was_never_enrolled_signs_for_nobody(account: House, phone: Phone) -> None:
    """Somebody knows the phone's id and the account's key, and signs with a key of their own."""
    forger = Phone(
        phone.origin, phone.device, phone.field_key, ec.generate_private_key(ec.SECP256R1())
    )
    forger.save("supplies.receive_goods", receive())
    assert outcomes(forger.send()) == ["quarantined"]
    assert Line.objects.count() == 0 and Envelope.objects.count() == 0
    phone.save("supplies.receive_goods", receive())
    assert outcomes(phone.send()) == ["accepted"], "the forged record took nobody's number"
    assert account.faults() == []


def test_receipts_are_the_promises_of_the_entries_that_hold_the_records(
    account: House, phone: Phone
) -> None:
    phone.save("supplies.receive_goods", receive(10))
    for _ in range(3):
        phone.save("supplies.issue_goods", issue(1))
    results = phone.send()["results"]
    leaves = []
    for one in results:
        (entry,) = entries_of(Store(), [UUID(one["entry"])]).values()
        body = Entry.objects.get(id=entry).body
        leaf, recorded = leaf_hash(body.encode()), json.loads(body)["recorded"]
        assert one["receipt"] == {
            "leaf": leaf.hex(),
            "promise": promise(leaf, recorded),
            "recorded_at": recorded,
        }
        leaves.append(leaf)
    assert len(set(leaves)) == 2, "the delivery's entry, and the one of the three issues"


def test_a_gap_is_shown_and_holds_nothing_back(phone: Phone) -> None:
    for _ in range(4):
        phone.save("supplies.receive_goods", receive())
    first, second, third, fourth = phone.queue
    answer = phone.send([fourth, second])
    assert outcomes(answer) == ["accepted", "accepted"] and answer["gaps"] == [1, 3]
    assert phone.send([first, third])["gaps"] == []


def test_a_gap_is_told_until_it_is_closed_however_much_came_before_it(phone: Phone) -> None:
    """What came whole is not counted again, what is sent again is no gap, and a gap above is told at each sending."""
    for _ in range(7):
        phone.save("supplies.receive_goods", receive())
    sent = list(phone.queue)
    phone.queue.clear()
    for one in sent[:3]:
        assert phone.send([one])["gaps"] == []
    assert WHOLE[phone.device] == 3
    assert phone.send([sent[4]])["gaps"] == [4]
    assert phone.send([sent[0]])["gaps"] == [4]
    assert phone.send([sent[6]])["gaps"] == [4, 6]
    assert phone.send([sent[3], sent[5]])["gaps"] == []
    assert WHOLE[phone.device] == 7
    assert phone.send([sent[2]])["gaps"] == []


def test_what_builds_on_a_record_that_never_came_is_kept(phone: Phone) -> None:
    phone.save("supplies.receive_goods", receive(), needs=[str(uuid4())])
    first = phone.save("supplies.receive_goods", receive())
    phone.save("supplies.receive_goods", receive(), needs=[first["id"]])
    phone.send([phone.queue[1]])
    answer = phone.send([phone.queue[0], phone.queue[2]])
    assert [one.get("code") for one in answer["results"]] == ["SYN-4", None]


def test_another_record_under_the_same_number_is_not_done(phone: Phone) -> None:
    phone.save("supplies.receive_goods", receive(1))
    assert outcomes(phone.send()) == ["accepted"]
    phone.sequence = 0
    again = phone.save("supplies.receive_goods", receive(2))
    (result,) = phone.send([again])["results"]
    assert (result["outcome"], result["code"]) == ("quarantined", "SYN-3")
    assert Line.objects.count() == 1


def test_a_code_holds_once_and_for_ten_minutes(account: House, phone: Phone) -> None:
    assert Device.objects.count() == 1
    with pytest.raises(Refused, match="DEV-1"):
        account.do(
            "devices.enrol",
            {"token": "K" * 26, "public_key": "B" * 88, "label": "别人的手机"},
        )


def test_a_keeper_of_another_place_moves_nothing_here(account: House, desk: Actor) -> None:
    other = enrolled(account, account.person("鲁长河", "keeper", NEIGHBOUR), desk, NEIGHBOUR)
    other.save("supplies.receive_goods", receive())
    (result,) = other.send()["results"]
    assert (result["outcome"], result["code"]) == ("refused", "ACC-5")
    assert Line.objects.count() == 0


def test_an_act_lies_between_the_head_that_was_seen_and_now(account: House, phone: Phone) -> None:
    sealed = account.settle()
    early = stamp(machine_now() - dt.timedelta(days=3))
    phone.save("supplies.receive_goods", receive(), head=f"{sealed.size} ", at=early)
    assert outcomes(phone.send()) == ["accepted"]
    assert Line.objects.get().at > machine_now() - dt.timedelta(hours=1)
    claimed = Envelope.objects.get().claimed_at
    assert claimed is not None and stamp(claimed) == early, "what was claimed is kept and shown"


def test_the_bundle_carries_goods_and_numbers_and_no_name(
    account: House, phone: Phone, desk: Actor
) -> None:
    account.do("supplies.receive_goods", receive(7))
    account.settle()
    found = bundle(Device.objects.get())
    content = json.loads(found["text"])
    assert content["store"]["goods"][0]["on_hand"] == 7
    assert content["store"]["recipients"] == [{"code": "001", "label": "001"}]
    assert content["mandates"][0]["role"] == "keeper"
    assert "陆秀芬" not in found["text"]


@pytest.mark.parametrize(
    "body", [{}, {"device": "x", "envelopes": []}, {"device": str(uuid4()), "envelopes": [{}]}]
)
def test_what_no_phone_writes_is_refused(account: House, body: dict[str, Any]) -> None:
    with pytest.raises(Refused, match="SYN-2"):
        take(body)
