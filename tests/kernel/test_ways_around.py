"""Ways around the rights: each was tried by somebody who wished to do more than their office lets them, and is shut."""

import base64
import uuid
from typing import Any

import pytest
from django.test import Client

from mingbai.domains.supplies.models import Line
from mingbai.kernel import limits, syncing
from mingbai.kernel.acting import link_digest
from mingbai.kernel.actors import Actor
from mingbai.kernel.devices.bundle import bundle
from mingbai.kernel.identity import random_link
from mingbai.kernel.models import Device, Entry, Mandate, Quarantine
from mingbai.kernel.refusals import Refused
from mingbai.kernel.setting_up import load_places
from mingbai.kernel.words import Via
from tests.conftest import TOWN, VILLAGE, House
from tests.kernel.phone import Phone, enrolled
from tests.kernel.test_sync import MASK, outcomes, receive

COUNTY = "110112000000"


@pytest.fixture
def phone(account: House, desk: Actor) -> Phone:
    """A storekeeper's phone, enrolled at the town's desk."""
    account.do("goods.add_goods", MASK | {"place": VILLAGE})
    return enrolled(account, account.person("陆秀芬", "keeper"), desk, VILLAGE)


def refused(account: House, name: str, ask: dict[str, Any], as_: Actor, **context: Any) -> str:
    """Do what is refused; return the rule."""
    with pytest.raises(Refused) as refusal:
        account.do(name, ask, as_=as_, **context)
    return refusal.value.code


def roles_written() -> list[str]:
    """Return as what the lines of the book were written, the oldest first."""
    found = Entry.objects.filter(command="supplies.receive_goods").order_by("recorded_at")
    return [entry.body.split('"role":"')[1].split('"')[0] for entry in found]


def give(account: House, person: Any, role: str, place: str = VILLAGE, **more: Any) -> uuid.UUID:
    """Give somebody one more office."""
    ask = {"place": place, "person": str(person), "role": role, "capacity": role, **more}
    return uuid.UUID(account.do("mandates.give", ask).result["mandate"])


def end(account: House, person: Any, role: str) -> None:
    """End somebody's office."""
    held = Mandate.objects.get(person=person, role=role, ends_at=None)
    account.do("mandates.end", {"place": held.place, "mandate": held.id})


def test_a_phone_acts_in_the_office_it_was_enrolled_for_and_never_as_its_holders_desk(
    account: House, phone: Phone
) -> None:
    """A phone has no second factor: the desk that the storekeeper happens to be as well stays out of it."""
    holder = Device.objects.get().person_id
    other = give(account, holder, "desk")
    phone.save("supplies.receive_goods", receive())
    phone.save("supplies.receive_goods", receive(), mandate=str(other))
    phone.save("supplies.receive_goods", receive(), mandate=str(uuid.uuid4()))
    assert outcomes(phone.send()) == ["accepted"] * 3
    assert roles_written() == ["keeper"]
    end(account, holder, "keeper")
    phone.save("supplies.receive_goods", receive(), mandate=str(other))
    (last,) = phone.send(phone.queue[-1:])["results"]
    assert (last["outcome"], last["code"]) == ("refused", "ACC-3")
    give(account, holder, "keeper")
    phone.save("supplies.receive_goods", receive())
    assert outcomes(phone.send(phone.queue[-1:])) == ["accepted"], "a new term of the same office"
    assert Line.objects.count() == 4


def test_a_phone_whose_holder_holds_nothing_any_more_gets_no_bundle(
    account: House, phone: Phone
) -> None:
    assert "mandates" in bundle(Device.objects.get())["text"]
    end(account, Device.objects.get().person_id, "keeper")
    answer = Client().get(f"/api/device/{phone.device}/bundle")
    assert (answer.status_code, answer.json()["code"]) == (403, "ACC-3")


def test_a_phone_with_two_offices_at_its_place_says_which(account: House, phone: Phone) -> None:
    guard = give(account, Device.objects.get().person_id, "guard")
    phone.save("supplies.receive_goods", receive(), mandate=str(guard))
    (answer,) = phone.send()["results"]
    assert (answer["outcome"], answer["code"]) == ("refused", "ACC-1")


def test_no_phone_is_invited_for_an_office_that_has_ended(account: House, desk: Actor) -> None:
    keeper = account.person("陆秀芬", "keeper")
    mandate = Mandate.objects.get(person=keeper.person)
    end(account, keeper.person, "keeper")
    ask = {"place": VILLAGE, "mandate": mandate.id, "label": "手机"}
    digest = link_digest(random_link())
    assert refused(account, "devices.invite", ask | {"token_digest": digest}, desk) == "ACC-3"


def test_nobody_but_a_desk_confirms_and_revokes_a_phone_of_others(
    account: House, phone: Phone
) -> None:
    ask = {"place": VILLAGE, "device": phone.device}
    for name, role in (("鲁长河", "keeper"), ("崔守望", "guard")):
        other = account.person(name, role)
        assert refused(account, "devices.revoke", ask, other) == "ACC-1"
        assert refused(account, "devices.confirm", ask, other) == "ACC-1"
    account.do("devices.revoke", ask, as_=Actor(Device.objects.get().person_id))


def codes(answer: dict[str, Any]) -> list[str]:
    """Return why each record was not done."""
    return [one["code"] for one in answer["results"]]


def test_one_phone_does_not_fill_the_room_of_the_others(
    account: House, phone: Phone, desk: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(syncing, "ONE_PHONE_MOST", 3)
    revoked = enrolled(account, account.person("鲁长河", "keeper"), desk, VILLAGE)
    for _number in range(5):
        revoked.save("supplies.receive_goods", receive())
    account.do("devices.revoke", {"place": VILLAGE, "device": revoked.device}, as_=desk)
    assert codes(revoked.send()) == ["SYN-6"] * 3 + ["SYN-7"] * 2
    phone.save("supplies.receive_goods", receive())
    forged = phone.queue[0] | {"signature": base64.b64encode(bytes(64)).decode()}
    assert codes(phone.send([forged])) == ["SYN-6"]
    assert Quarantine.objects.count() == 4


def test_strangers_fill_neither_the_disk_nor_the_room_of_known_phones(
    account: House, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(syncing, "STRANGERS_MOST", 3)
    stranger = Phone(phone.origin, uuid.uuid4(), phone.field_key, phone.key)
    for _number in range(5):
        stranger.save("supplies.receive_goods", receive())
    assert outcomes(stranger.send()) == ["quarantined"] * 5
    assert Quarantine.objects.count() == 3
    phone.save("supplies.receive_goods", receive())
    forged = phone.queue[0] | {"signature": base64.b64encode(bytes(64)).decode()}
    assert outcomes(phone.send([forged])) == ["quarantined"]
    assert Quarantine.objects.count() == 4
    assert codes(phone.send([forged])) == ["SYN-6"], "sent again it is there already"
    assert codes(stranger.send()) == ["SYN-6"] * 3 + ["SYN-7"] * 2, (
        "what is not kept is not said to be"
    )
    monkeypatch.setattr(limits, "HOUR", 10**10)  # an hour that does not turn while this runs
    with pytest.raises(Refused) as refusal:
        for _number in range(syncing.SENDINGS_PER_HOUR + 1):
            stranger.send([])
    assert (refusal.value.code, refusal.value.status) == ("ACC-8", 429)
    assert outcomes(phone.send()) == ["accepted"], "a known phone is not held up by it"


def test_a_day_of_records_larger_than_a_form_arrives(account: House, phone: Phone) -> None:
    for _number in range(60):
        phone.save("supplies.receive_goods", receive(note="记" * 400), padding="x" * 44_000)
    sent = {"device": str(phone.device), "envelopes": phone.queue}
    answer = Client().post("/api/sync", sent, content_type="application/json")
    assert answer.status_code == 200 and outcomes(answer.json()) == ["accepted"] * 60


def test_a_record_of_another_account_or_of_somebody_elses_request_is_not_done(
    account: House, phone: Phone, desk: Actor
) -> None:
    other = enrolled(account, account.person("鲁长河", "keeper"), desk, VILLAGE)
    first = phone.save("supplies.receive_goods", receive())
    assert outcomes(phone.send()) == ["accepted"]
    other.save("supplies.receive_goods", receive(), id=first["id"])
    (answer,) = other.send()["results"]
    assert (answer["outcome"], answer["code"]) == ("refused", "REQ-1")
    whole = phone.queue[0]
    assert outcomes(other.send([whole | {"seq": 2}])) == ["quarantined"], "another phone's box"
    assert Line.objects.count() == 1


def test_nobody_opens_a_sign_in_for_an_office_that_is_not_under_theirs(
    account: House, desk: Actor
) -> None:
    """Whoever gives the password could sign in with it; so it is given from above, as the office was."""
    load_places(COUNTY)
    above = account.person("区里值班", "desk", COUNTY)
    give(account, (peer := account.person("镇里同事", place=VILLAGE)).person, "desk", TOWN)
    watches = account.person("米岚", "overseer")
    keeper, stranger = account.person("陆秀芬", "keeper"), account.person("外镇人", place=COUNTY)
    lives = {above: COUNTY, peer: VILLAGE, watches: VILLAGE, keeper: VILLAGE, stranger: TOWN}

    def ask(who: Actor, name: str) -> dict[str, Any]:
        return {"place": lives[who], "person": str(who.person), "username": name}

    for number, who in enumerate((peer, watches, stranger)):
        assert refused(account, "mandates.open_login", ask(who, f"x-{number}"), desk) == "MAN-9"
        account.do("mandates.open_login", ask(who, f"x-{number}"))
    assert refused(account, "mandates.renew_password", ask(peer, "x-0"), desk) == "MAN-9"
    account.do("mandates.renew_password", ask(peer, "x-0"), as_=above)
    account.do("mandates.open_login", ask(keeper, "keeper"), as_=desk)
    account.do("mandates.renew_password", ask(keeper, "keeper"), as_=desk)


@pytest.mark.parametrize(
    ("role", "code"),
    [
        ("overseer", "MAN-5"),
        ("auditor", "MAN-5"),
        ("appointing_office", "MAN-5"),
        ("operator", "MAN-8"),
    ],
)
def test_a_desk_names_neither_who_looks_at_it_nor_who_runs_the_machine(
    account: House, desk: Actor, role: str, code: str
) -> None:
    person = account.person("某人").person
    ask = {"place": VILLAGE, "person": str(person), "role": role, "capacity": "某职"}
    assert refused(account, "mandates.give", ask, desk) == code


def test_only_whom_an_item_waits_for_marks_it_as_seen(account: House, phone: Phone) -> None:
    keeper = Actor(Device.objects.get().person_id, via=Via.PAGE)
    account.do("supplies.receive_goods", receive(), as_=keeper)
    asked = {"place": VILLAGE, "line": 1, "text": "哪来的？"}
    account.do("supplies.ask_about_line", asked, as_=Actor(via=Via.PAGE, address="192.0.2.7"))
    (item,) = account.ask("items.waiting", {"place": VILLAGE}, as_=keeper)
    ask = {"place": VILLAGE, "item_id": str(item.item)}
    for who in (account.person("路人"), account.person("东口", "guard")):
        assert refused(account, "items.see", ask, who) == "ITM-1"
    account.do("items.see", ask, as_=keeper)


def test_a_place_shows_nothing_of_a_neighbour_whose_code_begins_alike(account: House) -> None:
    """A code that ends in a zero is no prefix: 110112002020 and 110112002021 are two neighbourhoods."""
    load_places("110112002000")
    neighbour, place = "110112002021", "110112002020"
    phone_of = account.person("管手机的", "keeper", neighbour)
    phone = enrolled(account, phone_of, account.person("值班", "desk", "110112002000"), neighbour)
    phone.send([phone.sealed(1, b"{}", origin="another/account")])
    wish = {"place": neighbour, "what": "name", "text": "写错了"}
    account.do("rights.ask_correction", wish, as_=phone_of)
    for query in ("rights.waiting_wishes", "devices.kept_closed"):
        assert account.ask(query, {"place": place}) == []
        assert len(account.ask(query, {"place": "110112002000"})) == 1
