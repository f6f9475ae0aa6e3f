"""The one way to write: one effect for one request, one entry for one act, and no trace of a refusal."""

import datetime as dt
import threading
import uuid
from typing import Any

import pytest
from django.db import connections

from mingbai.kernel.actors import Actor
from mingbai.kernel.guard import GuardError
from mingbai.kernel.models import Entry, Point, Request
from mingbai.kernel.refusals import Conflict, NotAllowed, NotKnown, Refused
from mingbai.kernel.words import Via
from tests.conftest import NEIGHBOUR, TONGZHOU, TOWN, VILLAGE, House

STORE = {"place": VILLAGE, "kind": "store", "name": "村委会仓库"}


def entries() -> int:
    """Count the entries of the account."""
    return Entry.objects.count()


def test_an_act_is_one_entry_and_its_receipt_names_it(account: House) -> None:
    before = entries()
    receipt = account.do("places.add_point", STORE)
    assert entries() == before + 1
    assert Entry.objects.get(id=receipt.entry).command == "places.add_point"
    assert account.faults() == []


def test_a_resend_gets_the_stored_answer_and_changes_nothing(account: House) -> None:
    request = uuid.uuid4()
    first = account.do("places.add_point", STORE, request_id=request)
    before = entries()
    second = account.do("places.add_point", STORE, request_id=request)
    assert second.already and not first.already
    assert (second.result, second.leaf, second.entry) == (first.result, first.leaf, first.entry)
    assert entries() == before
    assert Point.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "ask"),
    [
        ("places.add_point", STORE | {"name": "另一个仓库"}),
        ("places.add_alias", {"place": VILLAGE, "name": "码头村"}),
    ],
)
def test_the_same_number_for_something_else_is_a_conflict(
    account: House, name: str, ask: dict[str, Any]
) -> None:
    request = uuid.uuid4()
    account.do("places.add_point", STORE, request_id=request)
    with pytest.raises(Conflict):
        account.do(name, ask, request_id=request)
    assert Point.objects.count() == 1


def test_a_resend_with_another_private_value_is_a_conflict(account: House) -> None:
    request = uuid.uuid4()
    account.do("people.add_person", {"place": VILLAGE, "name": "陆秀芬"}, request_id=request)
    with pytest.raises(Conflict):
        account.do("people.add_person", {"place": VILLAGE, "name": "陆秀芳"}, request_id=request)


def test_somebody_elses_number_is_a_conflict(account: House, keeper: Actor) -> None:
    other = account.person("戚建洋", "keeper")
    request = uuid.uuid4()
    account.do("places.add_point", STORE, as_=keeper, request_id=request)
    with pytest.raises(Conflict):
        account.do("places.add_point", STORE, as_=other, request_id=request)


def test_a_refusal_leaves_no_trace(account: House) -> None:
    account.do("places.add_point", STORE)
    before, claims = entries(), Request.objects.count()
    request = uuid.uuid4()
    with pytest.raises(Refused) as refusal:
        account.do("places.add_point", STORE, request_id=request)
    assert refusal.value.code == "PLC-3"
    assert (entries(), Request.objects.count()) == (before, claims)
    assert (
        account.do("places.add_point", STORE | {"name": "东库"}, request_id=request).already
        is False
    )


def test_four_at_the_same_instant_have_one_effect_and_equal_answers(account: House) -> None:
    request = uuid.uuid4()
    gate, answers = threading.Barrier(4), []

    def send() -> None:
        gate.wait()
        answers.append(account.do("places.add_point", STORE, request_id=request))
        for connection in connections.all():
            connection.close()

    threads = [threading.Thread(target=send) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({(one.entry, one.leaf, str(one.result)) for one in answers}) == 1
    assert sorted(one.already for one in answers) == [False, True, True, True]
    assert Point.objects.count() == 1
    assert account.faults() == []


def test_what_does_not_fit_is_refused_in_plain_words_without_what_was_typed(account: House) -> None:
    with pytest.raises(Refused) as refusal:
        account.do("people.add_person", {"place": VILLAGE, "name": "王" * 90})
    assert refusal.value.code == "ASK-1"
    assert "王王" not in str(refusal.value.as_json())
    with pytest.raises(Refused) as refusal:
        account.do("people.add_person", {"place": VILLAGE, "name": "王", "age": 3})
    assert refusal.value.code == "ASK-2"


def test_a_place_that_is_none_is_refused(account: House) -> None:
    with pytest.raises(Refused) as refusal:
        account.do("places.add_point", STORE | {"place": "999999999999"})
    assert refusal.value.code == "PLC-1"


def test_the_future_is_refused_and_the_past_is_kept_as_told(account: House) -> None:
    with pytest.raises(Refused) as refusal:
        account.do("places.add_point", STORE, at=dt.datetime.now(dt.UTC) + dt.timedelta(hours=1))
    assert refusal.value.code == "ASK-3"
    told = dt.datetime(2026, 1, 1, 8, tzinfo=dt.UTC)
    receipt = account.do("places.add_point", STORE, at=told)
    entry = Entry.objects.get(id=receipt.entry)
    assert entry.at == told < entry.recorded_at


def test_who_may_do_what_where(account: House, keeper: Actor, overseer: Actor, desk: Actor) -> None:
    account.do("places.add_point", STORE, as_=keeper)
    account.do("places.add_point", STORE | {"name": "二库"}, as_=desk)
    for who, place, code in [
        (keeper, NEIGHBOUR, "ACC-5"),
        (keeper, TOWN, "ACC-5"),
        (overseer, VILLAGE, "ACC-1"),
        (desk, TONGZHOU, "ACC-5"),
    ]:
        with pytest.raises(NotAllowed) as refusal:
            account.do("places.add_point", STORE | {"place": place, "name": "三库"}, as_=who)
        assert refusal.value.code == code
    with pytest.raises(NotKnown):
        account.do("places.add_point", STORE | {"name": "四库"}, as_=Actor(via=Via.API))


def test_one_person_with_three_capacities_says_which(account: House) -> None:
    person = account.person("陆秀芬", "keeper")
    ids = {}
    for role in ("guard", "crew_lead"):
        ask = {"place": VILLAGE, "person": person.person, "role": role, "capacity": role}
        ids[role] = uuid.UUID(account.do("mandates.give", ask).result["mandate"])
    with pytest.raises(Refused) as refusal:
        account.do("places.add_point", STORE, as_=person)
    assert refusal.value.code == "ACC-2"
    keeping = next(
        row.mandate for row in account.ask("mandates.mine", as_=person) if row.role == "keeper"
    )
    receipt = account.do("places.add_point", STORE, as_=person, mandate=keeping)
    assert Entry.objects.get(id=receipt.entry).mandate == keeping
    with pytest.raises(NotAllowed):
        account.do("places.add_point", STORE | {"name": "二"}, as_=person, mandate=ids["guard"])
    with pytest.raises(NotAllowed):
        account.do("places.add_point", STORE | {"name": "二"}, as_=person, mandate=uuid.uuid4())


def test_a_mandate_ends_by_itself(story: House) -> None:
    until = "2020-01-28T00:00:00+08:00"
    keeper = story.person("陆秀芬", "keeper", ends_at=until)
    story.do("places.add_point", STORE, as_=keeper)
    story.do("account.move_clock", {"to": until})
    with pytest.raises(NotAllowed):
        story.do("places.add_point", STORE | {"name": "二库"}, as_=keeper)


def test_the_guard_refuses_every_other_way_to_write(account: House) -> None:
    account.do("places.add_point", STORE)
    point = Point.objects.get()
    point.name = "改了"
    attempts = [
        lambda: point.save(),
        lambda: point.delete(),
        lambda: Point.objects.update(name="改了"),
        lambda: Point.objects.create(place=VILLAGE, kind="gate", name="东口"),
        lambda: Point.objects.bulk_create([Point(place=VILLAGE, kind="gate", name="东口")]),
        lambda: raw("/* quietly */ UPDATE kernel_point SET name = 'x'"),
        lambda: raw("WITH a AS (SELECT 1) DELETE FROM kernel_point"),
        lambda: raw("INSERT INTO kernel_point SELECT * FROM kernel_point"),
        lambda: raw("CREATE TRIGGER t AFTER INSERT ON kernel_point BEGIN SELECT 1; END"),
        lambda: raw("DROP TABLE kernel_point"),
    ]
    for attempt in attempts:
        with pytest.raises(GuardError):
            attempt()
    assert Point.objects.get().name == STORE["name"]
    assert account.faults() == []


def raw(statement: str) -> None:
    """Run a statement on the account's own connection."""
    with connections["default"].cursor() as cursor:
        cursor.execute(statement)


def test_a_refused_act_cannot_be_made_first_hand_from_a_shell(account: House) -> None:
    receipt = account.do("places.add_point", STORE)
    assert '"known":"reported"' in Entry.objects.get(id=receipt.entry).body
    assert '"via":"console"' in Entry.objects.get(id=receipt.entry).body
