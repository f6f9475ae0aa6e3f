"""A handed-over file that is replayed: twice, by another phone, under another's name, changed, at another account; each record once or never."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from mingbai.domains.supplies.models import Line
from mingbai.kernel.actors import Actor
from mingbai.kernel.clock import machine_now, stamp
from mingbai.kernel.devices.bundle import pass_point
from mingbai.kernel.models import Envelope, Quarantine
from mingbai.kernel.syncing import take
from tests.conftest import NEIGHBOUR, TOWN, VILLAGE, House, house_of
from tests.kernel.phone import Phone, enrolled
from tests.kernel.test_sync import MASK, outcomes, receive

RECORDS = 3


@pytest.fixture
def desk(account: House) -> Actor:
    """A town's desk that enrols phones."""
    account.do("goods.add_goods", MASK | {"place": VILLAGE})
    return account.person("郎致远", "desk", TOWN)


@pytest.fixture
def phone(account: House, desk: Actor) -> Phone:
    """A keeper's phone."""
    return enrolled(account, account.person("陆秀芬", "keeper"), desk, VILLAGE)


@pytest.fixture
def other(account: House, desk: Actor) -> Phone:
    """The phone of a keeper next door."""
    return enrolled(account, account.person("鲁长河", "keeper", NEIGHBOUR), desk, NEIGHBOUR)


@pytest.fixture
def file(phone: Phone, tmp_path: Path) -> Path:
    """The file in which a phone hands over what it could not send, as the field app writes it."""
    for _number in range(RECORDS):
        phone.save("supplies.receive_goods", receive(10))
    phones = [{"device": str(phone.device), "envelopes": phone.queue}]
    content = {"mingbai": "boxes/1", "origin": phone.origin, "phones": phones}
    path = tmp_path / "unsent.json"
    path.write_text(json.dumps(content), "utf-8")
    return path


def carry(path: Path, *, device: Phone | None = None) -> dict[str, Any]:
    """Send on what is in a file, as the phone that took it does; or claim that it is a phone's own."""
    (whose,) = json.loads(path.read_text("utf-8"))["phones"]
    body = {"device": whose["device"], "envelopes": whose["envelopes"], "carried": True}
    if device is not None:
        body = {"device": str(device.device), "envelopes": whose["envelopes"]}
    return take(body | {"now": stamp(machine_now())})


def signed_for(answer: dict[str, Any]) -> dict[str, Any]:
    """Return what an answer tells the phone whose records they were, when the account signed it."""
    told = answer["answers"]
    raw = base64.b64decode(told["signature"])
    key = ec.EllipticCurvePublicKey.from_encoded_point(
        ec.SECP256R1(), base64.b64decode(pass_point())
    )
    pair = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    key.verify(pair, b"mingbai/answers/1\n" + told["text"].encode(), ec.ECDSA(SHA256()))
    found: dict[str, Any] = json.loads(told["text"])
    return found


def executed() -> tuple[int, int, int]:
    """Return how many lines, masks and answered envelopes there are."""
    changes = list(Line.objects.values_list("change", flat=True))
    return len(changes), sum(changes), Envelope.objects.count()


def test_a_file_that_is_taken_twice_and_by_two_phones_is_done_once(
    account: House, phone: Phone, file: Path
) -> None:
    first = carry(file)
    assert outcomes(first) == ["accepted"] * RECORDS
    for again in (carry(file), carry(file), phone.send()):
        assert outcomes(again) == ["already_done"] * RECORDS
        assert [one["entry"] for one in again["results"]] == [
            one["entry"] for one in first["results"]
        ]
    assert executed() == (RECORDS, 10 * RECORDS, RECORDS)
    told = signed_for(carry(file))
    assert told["device"] == str(phone.device)
    assert {one["outcome"] for one in told["results"]} == {"already_done"}
    phone.hear(first)
    assert phone.queue == []
    account.settle()
    assert account.faults() == []


def test_a_file_under_another_phone_s_name_is_kept_closed_and_its_owner_s_records_still_come(
    account: House, other: Phone, file: Path
) -> None:
    for _time in range(2):
        assert outcomes(carry(file, device=other)) == ["quarantined"] * RECORDS
    assert executed() == (0, 0, 0)
    assert Quarantine.objects.count() == RECORDS, "sent again it is kept once"
    # Whoever claimed them took nothing from whoever saved them: the same boxes under their own name are done.
    assert outcomes(carry(file)) == ["accepted"] * RECORDS
    assert executed() == (RECORDS, 10 * RECORDS, RECORDS)
    account.settle()
    assert account.faults() == []


def test_a_file_whose_numbers_or_bits_were_changed_is_never_executed(
    phone: Phone, file: Path
) -> None:
    whole = json.loads(file.read_text("utf-8"))
    envelopes = whole["phones"][0]["envelopes"]
    moved = [one | {"seq": one["seq"] + 100} for one in envelopes]
    flipped = bytearray(base64.b64decode(envelopes[0]["box"]))
    flipped[-1] ^= 1
    bad = envelopes[0] | {"box": base64.b64encode(flipped).decode()}
    swapped = [envelopes[0] | {"signature": envelopes[1]["signature"]}]
    for trial in (moved, [bad], swapped):
        whole["phones"][0]["envelopes"] = trial
        file.write_text(json.dumps(whole), "utf-8")
        assert set(outcomes(carry(file))) == {"quarantined"}
        assert executed() == (0, 0, 0)
    # After the true ones, a changed copy of one is not done under its number either.
    whole["phones"][0]["envelopes"] = envelopes
    file.write_text(json.dumps(whole), "utf-8")
    assert outcomes(carry(file)) == ["accepted"] * RECORDS
    whole["phones"][0]["envelopes"] = [bad]
    file.write_text(json.dumps(whole), "utf-8")
    assert outcomes(carry(file)) == ["quarantined"]
    assert executed() == (RECORDS, 10 * RECORDS, RECORDS)


def test_a_file_of_a_phone_that_was_revoked_meanwhile_is_kept_closed(
    account: House, desk: Actor, phone: Phone, file: Path
) -> None:
    first = json.loads(file.read_text("utf-8"))
    first["phones"][0]["envelopes"] = first["phones"][0]["envelopes"][:1]
    file.with_name("one.json").write_text(json.dumps(first), "utf-8")
    assert outcomes(carry(file.with_name("one.json"))) == ["accepted"]
    account.do("devices.revoke", {"place": VILLAGE, "device": phone.device}, as_=desk)
    assert set(outcomes(carry(file))) == {"quarantined"}
    assert executed() == (1, 10, 1)


def test_a_file_of_another_account_s_phone_does_nothing_here(
    file: Path, templates: dict[str, tuple[Path, str]], tmp_path: Path
) -> None:
    for here in house_of("real", templates, tmp_path / "elsewhere"):
        here.do("goods.add_goods", MASK | {"place": VILLAGE})
        desk = here.person("郎致远", "desk", TOWN)
        ours = enrolled(here, here.person("陆秀芬", "keeper"), desk, VILLAGE)
        before = executed()
        for device in (None, ours):
            for _time in range(2):
                assert outcomes(carry(file, device=device)) == ["quarantined"] * RECORDS
        assert executed() == before == (0, 0, 0)
        # Even the very phone's key, enrolled here too, signs for the other account alone.
        strange = ours.sealed(1, b"{}", origin="mingbai/another")
        assert outcomes(ours.send([strange])) == ["quarantined"]
        assert executed() == (0, 0, 0)
        here.settle()
        assert here.faults() == []
