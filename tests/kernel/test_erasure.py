"""Erasure: no byte of name, number or salt is left, and every proof still holds."""

import datetime as dt
import uuid

import pytest
from django.db import connections

from mingbai.kernel.acting import Acting
from mingbai.kernel.actors import Actor
from mingbai.kernel.clock import day, machine_now
from mingbai.kernel.commands.measures import delete_due
from mingbai.kernel.erasing import ERASERS, eraser
from mingbai.kernel.journal import receipts
from mingbai.kernel.models import Entry, Person, PrivateValue
from mingbai.kernel.refusals import Refused
from tests.conftest import TOWN, URL, VILLAGE, House, close

NAME, NUMBER, PHONE = "欧阳明白", "110112196003070009", "16099887766"


def recorded(account: House) -> str:
    """Record a person whose values can be looked for afterwards."""
    ask = {
        "place": VILLAGE,
        "name": NAME,
        "document_kind": "resident_id",
        "document_number": NUMBER,
        "phone": PHONE,
    }
    return str(account.do("people.add_person", ask).result["person"])


def bytes_of(account: House) -> bytes:
    """Return every byte of the account's files."""
    close()
    files = [
        path for path in account.folder.rglob("*") if path.is_file() and "keys" not in path.parts
    ]
    return b"".join(path.read_bytes() for path in files)


def test_after_erasure_proofs_hold_and_a_resend_is_known(account: House) -> None:
    person = recorded(account)
    account.settle()
    entry = Entry.objects.get(command="people.add_person")
    before = receipts.prove(entry.id).body
    account.do("people.erase_person", {"place": VILLAGE, "person": person, "reason": "本人要求"})
    account.settle()
    assert receipts.prove(entry.id).body == before
    assert account.faults() == []
    again = {
        "place": VILLAGE,
        "name": NAME,
        "document_kind": "resident_id",
        "document_number": NUMBER,
        "phone": PHONE,
    }
    assert account.do("people.add_person", again, request_id=entry.id).already
    with pytest.raises(Refused) as refusal:
        account.do(
            "people.erase_person", {"place": VILLAGE, "person": person, "reason": "本人要求"}
        )
    assert refusal.value.code == "PER-10"


@pytest.mark.skipif(bool(URL), reason="reads SQLite's files")
def test_after_erasure_no_byte_is_left_in_any_file(account: House) -> None:
    person = recorded(account)
    account.settle()
    (entry,) = Entry.objects.filter(command="people.add_person")
    private = PrivateValue.objects.filter(id__startswith=entry.id.hex)
    canaries = (
        [NAME.encode()]
        + [bytes(one.salt) for one in private]
        + [bytes(one.value) for one in private]
    )
    assert len(canaries) >= 7
    held = bytes_of(account)
    assert all(canary in held for canary in canaries)
    assert NUMBER.encode() not in held
    assert PHONE.encode() not in held
    account.do("people.erase_person", {"place": VILLAGE, "person": person, "reason": "本人要求"})
    left = bytes_of(account)
    assert [canary for canary in canaries if canary in left] == []
    assert account.faults() == []


def test_a_number_is_written_once_and_never_in_a_body(account: House) -> None:
    recorded(account)
    with pytest.raises(Refused) as refusal:
        account.do(
            "people.add_person",
            {
                "place": VILLAGE,
                "name": "另一个",
                "document_kind": "resident_id",
                "document_number": NUMBER,
            },
        )
    assert refusal.value.code == "PER-2"
    bodies = "".join(Entry.objects.values_list("body", flat=True))
    for canary in (NAME, NUMBER, PHONE):
        assert canary not in bodies
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT document_mask, phone_mask FROM kernel_person")
        assert cursor.fetchone() == ("110*************09", "160******66")


def test_a_shell_does_not_open_sealed_fields(account: House) -> None:
    person = recorded(account)
    with pytest.raises(Refused) as refusal:
        account.do(
            "people.reveal",
            {"place": VILLAGE, "person": person, "field": "phone", "reason": "看看"},
        )
    assert refusal.value.code == "ACC-7"


def test_looks_are_written_down_limited_and_shown_to_the_person(account: House) -> None:
    person = recorded(account)
    desk = account.person("郎致远", "desk")
    for number in range(30):
        account.do(
            "people.reveal",
            {"place": VILLAGE, "person": person, "field": "phone", "reason": f"联系取货 {number}"},
            as_=desk,
        )
    with pytest.raises(Refused) as refusal:
        account.do(
            "people.reveal",
            {"place": VILLAGE, "person": person, "field": "phone", "reason": "再看"},
            as_=desk,
        )
    assert refusal.value.code == "PER-7"
    mine = account.ask("people.about_me", as_=Actor(person=uuid.UUID(person)))
    assert sum(row.kind == "look" for row in mine) == 30


def test_whoever_holds_an_office_is_not_erased_before_it_ends(account: House) -> None:
    desk = account.person("郎致远", "desk", TOWN)
    asked = {"place": VILLAGE, "name": NAME}
    person = str(account.do("people.add_person", asked).result["person"])
    gone = {"place": VILLAGE, "person": person, "reason": "本人要求"}
    given = {"place": VILLAGE, "person": person, "role": "keeper", "capacity": "保管员"}
    later = (machine_now() + dt.timedelta(days=3)).isoformat()
    held = account.do("mandates.give", given | {"starts_at": later}, as_=desk).result["mandate"]
    with pytest.raises(Refused, match="PER-11"):
        account.do("people.erase_person", gone)
    account.do("mandates.end", {"place": VILLAGE, "mandate": held}, as_=desk)
    Person.objects.get(id=person, erased_at=None)
    account.do("people.erase_person", gone)
    assert Person.objects.get(id=person).erased_at is not None


def test_the_day_that_erases_waits_for_the_end_of_an_office(account: House) -> None:
    desk = account.person("郎致远", "desk", TOWN)
    told = {"place": VILLAGE, "purpose": "register", "delete_after": str(day(machine_now()))}
    holder, other = (
        account.do("people.add_person", told | {"name": name}).result["person"]
        for name in ("有职", "无职")
    )
    given = {"place": VILLAGE, "person": holder, "role": "keeper", "capacity": "保管员"}
    held = account.do("mandates.give", given, as_=desk).result["mandate"]
    tomorrow = machine_now() + dt.timedelta(days=1)
    delete_due(tomorrow)
    assert Person.objects.get(id=other).erased_at is not None
    assert Person.objects.get(id=holder).erased_at is None
    account.do("mandates.end", {"place": VILLAGE, "mandate": held}, as_=desk)
    delete_due(tomorrow)
    assert Person.objects.get(id=holder).erased_at is not None


def test_one_whose_erasing_is_refused_holds_up_nobody_else(
    account: House, caplog: pytest.LogCaptureFixture
) -> None:
    told = {"place": VILLAGE, "purpose": "register", "delete_after": str(day(machine_now()))}
    first, *others = (
        uuid.UUID(account.do("people.add_person", told | {"name": name}).result["person"])
        for name in ("甲某", "乙某", "丙某")
    )

    @eraser
    def not_yet(_acting: Acting, person: uuid.UUID) -> None:
        if person == first:
            raise Refused("RGT-2")

    tomorrow = machine_now() + dt.timedelta(days=1)
    try:
        assert delete_due(tomorrow) is False, "who is refused is not tried over and over"
    finally:
        ERASERS.remove(not_yet)
    left = Person.objects.filter(erased_at=None)
    assert list(left.values_list("id", flat=True)) == [first]
    assert Person.objects.filter(id__in=others, name=None).count() == 2
    (said,) = (one.getMessage() for one in caplog.records if one.name == "mingbai.erasure")
    assert str(first) in said and "RGT-2" in said and "甲某" not in said
    delete_due(tomorrow)
    assert not left.exists(), "on the next day it is looked at again"
    account.settle()
    assert account.faults() == []
