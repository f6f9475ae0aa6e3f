"""Pass keys: two roots on paper vouch for the key that signs, it changes without stopping a gate, and ends are told in time."""

import datetime as dt
from pathlib import Path

import pytest

from mingbai.kernel import key_care, keys, pass_keys
from mingbai.kernel.clock import machine_now
from mingbai.kernel.devices.bundle import bundle
from mingbai.kernel.folder import folder
from mingbai.kernel.models import Entry, OpenItem
from mingbai.kernel.refusals import Refused
from mingbai.kernel.registry import REGISTRY
from mingbai.kernel.rows import Store
from mingbai.proofs.tokens import TokenRefused, key_id, open_token, open_trust, point_of
from tests.conftest import VILLAGE, House
from tests.movement.passes import batch, issue, person, tokens

DAYS = {"valid_to": (machine_now() + dt.timedelta(days=10)).isoformat()}


def due(name: str, now: dt.datetime) -> None:
    """Do what falls due."""
    for _every, function in REGISTRY.due:
        if function.__name__ == name:
            function(now)


@pytest.fixture
def sheets(account: House) -> list[str]:
    """The lines of the two root sheets, made anew for this account."""
    lines = pass_keys.make_roots(folder(), machine_now())
    pass_keys.note_first()
    parts = "\n".join(lines).split("pass root 2")
    return [
        "\n".join(line for line in part.splitlines() if line.startswith("  ")) for part in parts
    ]


def signer() -> bytes:
    """Return the public point of the key that signs passes now."""
    return point_of(keys.curve_key("pass").public_key())


def test_no_root_lies_on_the_machine(account: House, sheets: list[str]) -> None:
    """Neither sheet's secret is in any file of the account's folder: paper alone holds it."""
    from mingbai.kernel import recovery

    secrets = [recovery.secret_from(sheet) for sheet in sheets]
    assert len(set(secrets)) == 2
    for path in folder().rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            for secret in secrets:
                assert secret not in content and secret.hex().encode() not in content, path
    assert [row["key"] for row in key_care.listed() if row["key"].startswith("pass root")] == [
        "pass root 1",
        "pass root 2",
    ]


@pytest.mark.parametrize("root", [0, 1])
def test_either_root_changes_the_key_and_no_gate_stops(
    account: House, sheets: list[str], root: int
) -> None:
    now = machine_now()
    issue(account, batch(holders=[person(account, "祁满仓", 1)], **DAYS))
    (text,) = tokens().values()
    first = signer()
    told = key_care.rotate("pass", sheets[root])
    assert told["trust_list"] == pass_keys.trust_list().version
    assert signer() == first, "the new key is published before it signs"
    assert len(pass_keys.trust_list().keys) == 2
    due("next_pass_key", now + dt.timedelta(hours=71))
    assert signer() == first
    due("next_pass_key", now + dt.timedelta(hours=73))
    assert signer() != first
    # What the old key signed still holds, and what the new one signs does too.
    issue(account, batch(holders=[person(account, "窦春生", 2)], **DAYS) | {"batch": "B-2"})
    listed = open_trust(pass_keys.trust_text(), pass_keys.roots(), int(now.timestamp()))
    made = tokens()
    for one in made.values():
        open_token(one, listed.keys, machine_now())
    assert text in made.values()
    old = listed.keys[key_id(first)]
    assert old.not_after <= (now + dt.timedelta(days=94)).timestamp(), "it leaves by itself"
    account.settle()
    assert account.faults() == []


def test_a_key_in_other_hands_leaves_the_list_at_once(account: House, sheets: list[str]) -> None:
    issue(account, batch(holders=[person(account, "祁满仓", 1)], **DAYS))
    (text,) = tokens().values()
    before = pass_keys.trust_list()
    key_care.rotate("pass", sheets[0], compromised=True)
    after = pass_keys.trust_list()
    assert after.version == before.version + 1 and list(after.keys) == [key_id(signer())]
    with pytest.raises(TokenRefused) as refused:
        open_token(text, after.keys, machine_now())
    assert refused.value.reason == "key"
    # A phone that has seen the new list is not led back to the old one.
    with pytest.raises(TokenRefused) as back:
        open_trust(
            pass_keys.sign_trust(before, pass_keys.root_from(sheets[1], folder())),
            pass_keys.roots(),
            int(machine_now().timestamp()),
            at_least=after.version,
        )
    assert back.value.reason == "rolled_back"


def test_without_a_sheet_nothing_changes(account: House, sheets: list[str]) -> None:
    stranger = pass_keys.make_roots(folder(), machine_now())
    wrong = "\n".join(line for line in stranger[:5] if line.startswith("  "))
    pass_keys.make_roots(folder(), machine_now())
    first, version = signer(), pass_keys.trust_list().version
    for given, code in ((None, "KEY-6"), (wrong, "KEY-7")):
        with pytest.raises(Refused) as refused:
            key_care.rotate("pass", given)
        assert refused.value.code == code
    assert (signer(), pass_keys.trust_list().version) == (first, version)


def test_the_desk_is_warned_before_the_list_ends_and_a_sheet_renews_it(
    account: House, sheets: list[str]
) -> None:
    ends = dt.datetime.fromtimestamp(pass_keys.trust_list().expires, dt.UTC)
    due("trust_ends", ends - dt.timedelta(days=31))
    assert not OpenItem.objects.filter(kind=pass_keys.TRUST_ENDS).exists()
    due("trust_ends", ends - dt.timedelta(days=29))
    due("trust_ends", ends - dt.timedelta(days=28))
    item = OpenItem.objects.get(kind=pass_keys.TRUST_ENDS)
    assert (item.role, item.due_at, item.done_at) == ("desk", ends, None)
    told = pass_keys.renew(sheets[1])
    assert told["keys"] == 1 and OpenItem.objects.get().outcome == "renewed"
    assert Entry.objects.filter(command="account.note_trust").exists()


def test_a_lost_pass_key_is_told_and_a_sheet_brings_passes_back(
    account: House, sheets: list[str], tmp_path: Path
) -> None:
    (folder() / "keys" / "pass.key").unlink()
    keys.forget()
    told = key_care.rotate("pass")
    assert "mingbai keys trust" in told["next"]
    with pytest.raises(Refused) as refused:
        issue(account, batch(holders=[person(account, "祁满仓", 1)], **DAYS))
    assert refused.value.code == "KEY-9"
    pass_keys.renew(sheets[0])
    issue(account, batch(holders=[person(account, "窦春生", 2)], **DAYS))
    assert len(tokens()) == 1


def test_a_phone_carries_the_list_and_the_revoked(account: House) -> None:
    account.do("places.add_point", {"place": VILLAGE, "kind": "gate", "name": "东口"})
    issue(account, batch(holders=[person(account, "祁满仓", 1)], **DAYS))
    carried = str(bundle.__name__) and REGISTRY.bundle_parts["gate"](
        Store(), VILLAGE, machine_now()
    )
    assert carried["trust"].startswith("MBT1:") and len(carried["status"]) == 1
    # At level M one QR code holds 3,391 letters of base45: a list of thousands fits.
    assert carried["status"][0].startswith("MBS1:") and len(carried["status"][0]) < 3391
