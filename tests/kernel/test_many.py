"""Many at once: the same tables, outcomes and balances as one by one; provable alone; erasable; resent; killed and resumed."""

import datetime as dt
import gc
import random
from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connections, transaction

from mingbai.domains.supplies.models import Balance, Book, Line, Location, Move
from mingbai.kernel import guard
from mingbai.kernel.acting import Acting
from mingbai.kernel.actors import OPERATOR
from mingbai.kernel.documents import check_character
from mingbai.kernel.journal import receipts
from mingbai.kernel.journal.asks import find_ask
from mingbai.kernel.laying import Layout
from mingbai.kernel.many.run import Chunk, One, Outcome, run_many
from mingbai.kernel.many.working import Working
from mingbai.kernel.models import (
    Entry,
    EntryAsks,
    Household,
    Membership,
    Mention,
    OpenItem,
    Organisation,
    Person,
    Point,
    PrivateValue,
    Request,
)
from mingbai.kernel.moment import now
from mingbai.kernel.people import phone_index, unsealed
from mingbai.kernel.perform import perform
from mingbai.kernel.refusals import Refused
from mingbai.kernel.rows import Stale, Store
from mingbai.proofs import merkle
from tests.conftest import NEIGHBOUR, TOWN, VILLAGE, House

MASK = {"code": "mask", "name_zh": "一次性口罩", "name_en": "masks", "base_unit": "只"}
STORE = ("supplies.receive_goods", "supplies.issue_goods", "supplies.return_goods")


def raw(statement: str, values: list[Any]) -> None:
    """Change the account behind its back."""
    with guard.door(), connections["default"].cursor() as cursor:
        cursor.execute(statement, values)


def many(name: str, asks: list[One], **options: Any) -> list[Outcome]:
    """Run many and return every outcome."""
    return [outcome for part in run_many(name, asks, **options) for outcome in part]


def one_by_one(name: str, asks: list[One]) -> list[tuple[str, dict[str, Any], str | None]]:
    """Run the same asks one by one; say what became of each."""
    found: list[tuple[str, dict[str, Any], str | None]] = []
    for one in asks:
        try:
            receipt = perform(name, one.ask, as_=OPERATOR, request_id=one.request, at=one.at)
        except Refused as refusal:
            found.append(("refused", {}, refusal.code))
        else:
            found.append(("already_done" if receipt.already else "accepted", receipt.result, None))
    return found


def told(outcomes: list[Outcome]) -> list[tuple[str, dict[str, Any], str | None]]:
    """Return outcomes in the same words."""
    return [
        (one.outcome, one.result, one.refusal.code if one.refusal else None) for one in outcomes
    ]


def ask_of(name: str, place: str, rng: random.Random) -> dict[str, Any]:
    """Return a random ask of the store; some of them can't be done."""
    ask: dict[str, Any] = {
        "place": place,
        "item": rng.choice(["mask", "mask", "glove", "nothing"]),
        "quantity": rng.choice([1, 3, 10, 40, 0]),
        "unit": rng.choice(["只", "只", "只", "箱"]),
    }
    if name == "supplies.receive_goods":
        return ask | {"origin_kind": "donation", "origin": rng.choice(["邻村", "某厂"])}
    return ask | {"recipient": rng.choice(["001", "002", "东口卡点", "王大爷"]), "note": "领"}


def state(place: str) -> dict[str, Any]:
    """Return what a place's tables say, without ids."""
    return {
        "lines": list(
            Line.objects.filter(place=place)
            .order_by("number")
            .values_list(
                "number", "kind", "goods__code", "quantity", "change", "party__name", "note"
            )
        ),
        "moves": list(
            Move.objects.filter(line__place=place)
            .order_by("line__number", "quantity")
            .values_list(
                "line__number",
                "source__kind",
                "source__name",
                "destination__kind",
                "destination__name",
                "quantity",
            )
        ),
        "balances": sorted(
            Balance.objects.filter(place=place).values_list(
                "location__kind", "location__name", "goods__code", "quantity"
            ),
            key=str,
        ),
        "low": sorted(
            OpenItem.objects.filter(place=place, done_at=None).values_list("kind", "subject")
        ),
    }


@pytest.mark.parametrize("seed", range(3))
def test_one_by_one_and_many_give_the_same(account: House, seed: int) -> None:
    rng = random.Random(seed)
    account.do("goods.add_goods", MASK | {"place": TOWN})
    glove = {"code": "glove", "name_zh": "手套", "name_en": "gloves", "base_unit": "只"}
    account.do("goods.add_goods", glove | {"place": TOWN})
    for place in (VILLAGE, NEIGHBOUR):
        for code in ("001", "002"):
            account.do("people.add_household", {"place": place, "code": code})
    for turn in range(6):
        name = STORE[turn % 3] if turn else STORE[0]
        drawn = rng.getrandbits(64)
        asks: dict[str, list[One]] = {}
        for place in (VILLAGE, NEIGHBOUR):
            again = random.Random(drawn)
            asks[place] = [One(ask_of(name, place, again), uuid4()) for _ in range(40)]
            asks[place] += asks[place][:3]
        single = one_by_one(name, asks[VILLAGE])
        bulk = many(name, asks[NEIGHBOUR], chunk=rng.choice([7, 25, 1000]))
        assert told(bulk) == single
        assert state(NEIGHBOUR) == state(VILLAGE)
    assert account.faults() == []
    account.settle()
    assert account.faults() == []


def resident(number: int) -> dict[str, Any]:
    """Return an ask that records an invented person."""
    born = dt.date(1950, 1, 1) + dt.timedelta(days=number)
    body = f"110112{born:%Y%m%d}000"
    return {
        "place": TOWN,
        "name": f"人{number}",
        "document_number": body + check_character(body),
        "phone": f"160{number:08}",
        "organisation": "码头工厂",
        "position": "操作工",
    }


def line_of(place: str, rng: random.Random) -> dict[str, Any]:
    """Return a random line of a roster; some can't be done, and some tell of one whom another line tells of."""
    body = (
        f"110112{1960 + rng.randrange(9)}0{rng.randrange(1, 4)}0{2 if place == VILLAGE else 3}000"
    )
    wrong = rng.random() < 0.1
    return {
        "place": place if rng.random() < 0.95 else "999999999999",
        "name": rng.choice(["王小明", "李 丽", "Anna", ""]),
        "document_number": body + ("Z" if wrong else check_character(body)),
        "phone": rng.choice(["16000000001", "１６０００００００２２", None, "12"]),
        "organisation": rng.choice(["码头工厂", "整车厂", None]),
        "position": rng.choice(["操作工", None]),
        "since": rng.choice([dt.date(2020, 1, 6), None, None]),
    }


def roster(place: str, asks: list[One]) -> dict[str, Any]:
    """Return what the tables say of the people of a place, each by which of the asks wrote them down."""
    nth = {one.request: at for at, one in enumerate(asks)}
    people = Person.objects.filter(place=place)
    by_id = {one.id: nth[one.recorded_in] for one in people if one.recorded_in}
    return {
        "people": sorted(
            (by_id[one.id], one.name, one.document_kind, one.phone_mask, one.delete_after)
            for one in people
        ),
        "phones": sorted(
            (by_id[one.id], unsealed(one, "phone")) for one in people if one.phone_sealed
        ),
        "organisations": sorted(
            Organisation.objects.filter(place=place).values_list("name", "kind", "since")
        ),
        "memberships": sorted(
            (by_id[row.person_id], row.organisation.name, row.position, row.since)
            for row in Membership.objects.filter(person__place=place)
        ),
        "mentions": sorted(
            (by_id[row.person], nth[row.entry])
            for row in Mention.objects.filter(person__in=by_id.keys())
        ),
    }


@pytest.mark.parametrize("seed", range(4))
def test_people_one_by_one_and_many_together_give_the_same(account: House, seed: int) -> None:
    rng, drawn = random.Random(seed), random.Random(seed).getrandbits(64)
    asks: dict[str, list[One]] = {}
    for place in (VILLAGE, NEIGHBOUR):
        again = random.Random(drawn)
        asks[place] = [
            One(
                line_of(place, again),
                uuid4(),
                now(Store()) + dt.timedelta(days=again.choice([-40, -3, -3, 1]))
                if again.random() < 0.3
                else None,
            )
            for _ in range(60)
        ]
        if seed % 2:  # a request that comes twice in a chunk has its asks done one after the other
            asks[place] += asks[place][:3]
    single = one_by_one("people.enrol", asks[VILLAGE])
    bulk = many("people.enrol", asks[NEIGHBOUR], chunk=rng.choice([7, 25, 1000]))
    assert [(outcome, code) for outcome, _result, code in told(bulk)] == [
        (outcome, code) for outcome, _result, code in single
    ]
    assert {code for _outcome, _result, code in single} >= {None, "PER-2", "PER-3", "ASK-1"}
    assert roster(NEIGHBOUR, asks[NEIGHBOUR]) == roster(VILLAGE, asks[VILLAGE])
    known = set(map(str, Person.objects.values_list("id", flat=True)))
    for outcome, result, _code in [*single, *told(bulk)]:
        assert (result.get("person") in known) == (outcome != "refused")
    account.settle()
    assert account.faults() == []
    again_all = many("people.enrol", asks[NEIGHBOUR], chunk=25)
    assert [one.outcome for one in again_all] == [
        "refused" if one.outcome == "refused" else "already_done" for one in bulk
    ]
    assert roster(NEIGHBOUR, asks[NEIGHBOUR]) == roster(VILLAGE, asks[VILLAGE])


def test_people_are_recorded_once_with_what_is_sealed(account: House) -> None:
    asks = [One(resident(number), uuid4()) for number in range(50)]
    wrong = One(resident(50) | {"document_number": "110112198001010009"}, uuid4())
    twice = One(resident(3), uuid4())
    found = many("people.enrol", [*asks, wrong, twice, asks[5]], chunk=20)
    assert [one.outcome for one in found[:50]] == ["accepted"] * 50
    assert [(one.outcome, one.refusal and one.refusal.code) for one in found[50:]] == [
        ("refused", "PER-3"),
        ("refused", "PER-2"),
        ("already_done", None),
    ]
    assert Person.objects.count() == Membership.objects.count() == 50
    acts = set(Person.objects.values_list("recorded_in", flat=True))
    assert acts == {one.request for one in found[:50]} and not Mention.objects.exists()
    assert Entry.objects.filter(command="people.enrol").count() == 3
    account.settle()
    assert account.faults() == []
    assert perform("people.enrol", asks[7].ask, request_id=asks[7].request).already
    assert not Request.objects.filter(id=wrong.request).exists(), "it may be mended and sent again"


def test_each_value_is_sealed_under_its_own_persons_key(account: House) -> None:
    asks = [
        resident(at) | {"phone": f"160{at:08}" if at % 3 else None, "name": f"王{at}"}
        for at in range(30)
    ]
    many("people.enrol", [One(ask, uuid4()) for ask in asks], chunk=20)
    for ask in asks:
        person = Person.objects.get(name=ask["name"])
        assert unsealed(person, "document_number") == ask["document_number"]
        assert (person.phone_sealed is None) == (ask["phone"] is None) == (not person.phone_mask)
        if ask["phone"]:
            assert unsealed(person, "phone") == ask["phone"]
            assert person.phone_index == phone_index(ask["phone"])
    keys_kept = {bytes(person.key_wrapped or b"") for person in Person.objects.all()}
    assert len(keys_kept) == 30 and all(len(key) == 61 for key in keys_kept)


def test_each_ask_of_an_entry_is_proved_alone(account: House) -> None:
    asks = [One(resident(number), uuid4()) for number in range(7)]
    many("people.enrol", asks)
    account.settle()
    found = receipts.as_json(receipts.prove(asks[4].request))
    ask = found["ask"]
    merkle.verify_inclusion(
        ask["position"],
        ask["count"],
        merkle.leaf_hash(ask["line"].encode()),
        [bytes.fromhex(part) for part in ask["path"]],
        bytes.fromhex(found["body"]["many"]["root"]),
    )
    assert ask["line"].startswith(f'["{asks[4].request.hex}"')
    assert "人4" not in ask["line"] + str(found["body"]), "a receipt names nobody"


def test_one_of_many_is_erased_and_the_others_stay(account: House) -> None:
    asks = [One(resident(number), uuid4()) for number in range(5)]
    found = many("people.enrol", asks)
    person = UUID(found[2].result["person"])
    account.do("people.erase_person", {"place": TOWN, "person": person, "reason": "本人要求"})
    account.settle()
    assert account.faults() == []
    entry = find_ask(Store(), asks[2].request)
    assert entry is not None
    kept = PrivateValue.objects.filter(id__startswith=entry.entry.hex)
    assert {one.id for one in kept} == {f"{entry.entry.hex}/{at}" for at in (0, 1, 3, 4)}


def test_refused_issues_of_a_store_that_was_never_opened_leave_nothing(account: House) -> None:
    account.do("goods.add_goods", MASK | {"place": TOWN})
    ask = {"place": VILLAGE, "item": "mask", "quantity": 3, "unit": "只", "recipient": "王大爷"}
    found = many("supplies.issue_goods", [One(ask, uuid4()) for _ in range(3)])
    assert [one.refusal and one.refusal.code for one in found] == ["SUP-1"] * 3
    moved = {"place": VILLAGE, "kind": "gate", "name": "东口"}

    def moves(acting: Acting, _outcomes: Sequence[Outcome]) -> None:
        acting.add(Point(**moved))

    list(run_many("supplies.issue_goods", [One(ask, uuid4()) for _ in range(3)], step=moves))
    assert Point.objects.filter(name="东口").exists(), "the chunk was written, and the step with it"
    assert not Book.objects.filter(place=VILLAGE).exists()
    assert not Location.objects.filter(place=VILLAGE).exists()
    assert account.faults() == []


def test_a_changed_ask_a_moved_claim_and_a_lost_list_are_named(account: House) -> None:
    asks = [One(resident(number), uuid4()) for number in range(3)]
    many("people.enrol", asks)
    account.settle()
    lines = EntryAsks.objects.get().lines
    raw("UPDATE journal_asks SET lines = %s", [lines.replace(asks[1].request.hex, uuid4().hex)])
    assert any("the list of asks was changed" in fault for fault in account.faults())
    raw("UPDATE journal_asks SET lines = %s", [lines])
    assert account.faults() == []
    raw("UPDATE journal_request SET position = 7 WHERE position = 1", [])
    assert any("a claim and its entry" in fault for fault in account.faults())


def test_who_may_not_is_refused_ask_by_ask_and_other_places_stop_nothing(account: House) -> None:
    keeper = account.person("陆秀芬", "keeper", VILLAGE)
    account.do("goods.add_goods", MASK | {"place": TOWN})
    ask = ask_of("supplies.receive_goods", VILLAGE, random.Random(1)) | {
        "item": "mask",
        "unit": "只",
        "quantity": 5,
    }
    asks = [One(ask | {"place": place}, uuid4()) for place in (VILLAGE, NEIGHBOUR, "999999999999")]
    found = many("supplies.receive_goods", asks, as_=keeper)
    assert [(one.outcome, one.refusal and one.refusal.code) for one in found] == [
        ("accepted", None),
        ("refused", "ACC-5"),
        ("refused", "PLC-1"),
    ]
    assert account.faults() == []


def test_any_command_may_be_done_many_times_at_once(account: House) -> None:
    asks = [One({"place": VILLAGE, "code": code}, uuid4()) for code in ("001", "002", "001", "003")]
    found = many("people.add_household", asks)
    assert [one.refusal and one.refusal.code for one in found] == [None, None, "PER-4", None]
    assert Entry.objects.filter(command="people.add_household").count() == 1
    account.settle()
    assert account.faults() == []


def test_a_kept_refusal_holds_nothing_of_its_chunk(account: House) -> None:
    gc.collect()
    gc.disable()
    try:
        ask = {"place": VILLAGE, "kind": "gate", "name": "口", "longitude": "far"}
        asks = [One(ask, uuid4()), One({"place": VILLAGE, "name": "王小明"}, uuid4())]
        kept = [*next(run_many("places.add_point", asks[:1]))]
        kept += next(run_many("people.enrol", asks[1:]))
        twice = {"place": VILLAGE, "name": "王小明", "document_number": "11010519491231002X"}
        kept += next(run_many("people.enrol", [One(twice, uuid4()), One(twice, uuid4())]))
        assert [one.outcome for one in kept].count("refused") == 3
        assert not [one for one in gc.get_objects() if isinstance(one, (Chunk, Working))]
    finally:
        gc.enable()


def test_what_an_act_laid_down_goes_with_it(account: House) -> None:
    mentions, working = Layout(Mention, "person entry"), Working()
    stays, goes = uuid4(), uuid4()
    working.begin()
    working.put(mentions, [(stays, uuid4())])
    working.begin()
    working.put(mentions, [(goes, uuid4())])
    working.put(Layout(Membership, "organisation_id person_id"), [("a", "b")])
    working.roll_back()
    with pytest.raises(AssertionError, match="laid down in this chunk is asked for"):
        working.fetch(Mention, {"person": stays})
    assert working.fetch(Mention, {"person": goes}) == []
    with transaction.atomic():
        lines = working.flush()
    assert [line[0] for line in lines] == ["kernel_mention"]
    assert [row.person for row in working.fetch(Mention, {"person": stays})] == [stays]
    assert not Mention.objects.filter(person=goes).exists()
    assert account.faults(), "a row that no entry binds is found"


@pytest.mark.parametrize("meanwhile", ["changed", "removed"])
def test_a_row_that_somebody_else_touched_is_not_written_over(
    account: House, meanwhile: str
) -> None:
    for code in ("001", "002"):
        account.do("people.add_household", {"place": VILLAGE, "code": code})
    working = Working()
    rows = working.fetch(Household, {"place": VILLAGE}, limit=None)
    for row in rows:
        working.update(row, {"registered": False})
    if meanwhile == "changed":
        raw("UPDATE kernel_household SET row_version = 2 WHERE code = '002'", [])
    else:
        raw("DELETE FROM kernel_household WHERE code = '002'", [])
    with pytest.raises(Stale), transaction.atomic():
        working.flush()
    held = dict(Household.objects.filter(place=VILLAGE).values_list("code", "registered"))
    assert set(held.values()) == {True}, "nothing was written over, and nobody came back"
    assert ("002" in held) == (meanwhile == "changed")
