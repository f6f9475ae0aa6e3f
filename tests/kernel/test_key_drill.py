"""Every key is lost in turn: the account and every proof stay, and a sentence says what is to be done."""

import uuid
from typing import Any

import pytest
from django.conf import settings

from mingbai.kernel import account as accounts
from mingbai.kernel import key_care, keys
from mingbai.kernel.journal import receipts, tree
from mingbai.kernel.journal.verify import verify
from mingbai.kernel.models import Entry, Person
from mingbai.kernel.people import phone_index, unsealed
from mingbai.kernel.refusals import Refused
from mingbai.kernel.sealing import SealBroken
from mingbai.proofs import notes
from tests.conftest import TOWN, VILLAGE, House

PERSON = {"place": VILLAGE, "name": "祁满仓", "phone": "13800000000"}
PHONE = "13800000000"


@pytest.fixture
def lived(account: House) -> dict[str, Any]:
    """An account with a person, a measure of its past, and a proof in somebody's hand."""
    person = account.do("people.add_person", PERSON).result["person"]
    account.do("places.add_point", {"place": VILLAGE, "kind": "gate", "name": "东口"})
    head = account.settle()
    entry = Entry.objects.get(command="places.add_point")
    return {"person": uuid.UUID(person), "head": head.note, "entry": str(entry.id)}


def lose(account: House, name: str) -> None:
    """Lose a key."""
    (account.folder / "keys" / f"{name}.key").unlink()
    keys.forget()


@pytest.mark.parametrize("name", ["master", "index", "log", "web", "field", "pass"])
def test_a_lost_key_is_made_anew_and_nothing_else_is_lost(
    account: House, lived: dict[str, Any], name: str
) -> None:
    lose(account, name)
    if name in ("master", "index", "log", "web"):
        with pytest.raises(Refused) as refused:
            account.do("places.add_point", {"place": VILLAGE, "kind": "gate", "name": "西口"})
        # The master key alone costs something when it is made anew: there a backup comes first.
        assert refused.value.code == ("KEY-10" if name == "master" else "KEY-1")
        assert f"keys rotate {name}" in refused.value.sentence()
    assert [row["key"] for row in key_care.listed() if row["state"] == "missing"] == [
        name,
        "recovery",
    ]
    key_care.rotate(name)
    assert keys.missing(account.folder) == [] and keys.lost(account.folder) == []
    account.do("places.add_point", {"place": VILLAGE, "kind": "gate", "name": "南口"})
    head = tree.settle()
    # The account verifies, also against the head that was signed before the loss, and the old proof is found again.
    assert verify(lived["head"])[0] == []
    assert verify(head.note)[0] == []
    proof = receipts.prove(receipts.find_entry(lived["entry"]))
    assert receipts.as_json(proof)["entry"] == lived["entry"]
    if name in ("master", "index", "field", "pass"):
        assert Entry.objects.filter(command="account.note_lost_key").count() == 1


def test_what_a_lost_master_key_sealed_stays_closed_and_is_asked_anew(
    account: House, lived: dict[str, Any]
) -> None:
    desk = account.person("郎致远", "desk", TOWN)
    account.settle()
    lose(account, "master")
    key_care.rotate("master")
    row = Person.objects.get(id=lived["person"])
    with pytest.raises(SealBroken):
        unsealed(row, "phone")
    assert row.phone_mask and row.name == "祁满仓"
    again = account.do(
        "people.add_person", {"place": VILLAGE, "name": "沈知秋", "phone": "13900000000"}, as_=desk
    )
    new = Person.objects.get(id=uuid.UUID(again.result["person"]))
    assert unsealed(new, "phone") == "13900000000"
    account.do(
        "people.erase_person",
        {"place": VILLAGE, "person": row.id, "reason": "asked for it"},
        as_=desk,
    )
    account.settle()
    assert account.faults() == []


def test_a_change_of_the_index_key_leaves_people_findable(
    account: House, lived: dict[str, Any]
) -> None:
    before = bytes(Person.objects.get(id=lived["person"]).phone_index)
    assert key_care.rotate("index")["reindexed"] == 1
    after = bytes(Person.objects.get(id=lived["person"]).phone_index)
    assert before != after
    assert after == phone_index(PHONE)
    account.settle()
    assert account.faults() == []


def test_a_change_of_the_journal_key_keeps_the_old_heads_readable(
    account: House, lived: dict[str, Any]
) -> None:
    old = keys.keys().log_public
    told = key_care.rotate("log")
    assert told["former"] != told["origin"]
    assert keys.keys().log_public != old
    head = tree.settle()
    assert head.note.split("\n")[0] == told["origin"]
    assert verify(lived["head"])[0] == []
    # A head signed with the old key under the new origin is none of this account's.
    forged = lived["head"].replace(lived["head"].split("\n")[0], told["origin"])
    assert verify(forged)[0] != []
    with pytest.raises(notes.NoteError):
        notes.open_checkpoint(lived["head"], {told["origin"]: keys.keys().log.public_key()})


def test_two_lost_keys_are_made_one_after_the_other(account: House, lived: dict[str, Any]) -> None:
    lose(account, "master")
    lose(account, "log")
    with pytest.raises(Refused) as refused:
        key_care.rotate("log")
    assert refused.value.facts["name"] == "master"
    assert key_care.rotate("master")["missing"] == ["log"]
    key_care.rotate("log")
    account.settle()
    assert verify(lived["head"])[0] == []
    assert Entry.objects.filter(command="account.note_lost_key").count() == 1


def test_the_master_key_is_not_changed_while_it_is_there(account: House) -> None:
    with pytest.raises(Refused) as refused:
        key_care.rotate("master")
    assert refused.value.code == "KEY-2"
    with pytest.raises(Refused) as refused:
        key_care.rotate("door")
    assert refused.value.code == "KEY-4"


def test_a_new_web_key_ends_every_session(account: House) -> None:
    accounts.open_account(account.folder)
    before = settings.SECRET_KEY
    key_care.rotate("web")
    accounts.open_account(account.folder)
    assert before != settings.SECRET_KEY
