"""The register of a gate: written once, checked in plain words, verified by somebody, and gone on its day."""

import datetime as dt
import json
import uuid

import pytest
from django.utils import translation

from mingbai.domains.movement.models import Arrival, Callback
from mingbai.flows.callbacks import look
from mingbai.kernel.actors import Actor
from mingbai.kernel.clock import day, machine_now
from mingbai.kernel.models import Booking, Look, OpenItem, Person
from mingbai.kernel.refusals import Conflict, NotAllowed, Refused
from mingbai.kernel.rows import Store
from tests.conftest import TOWN, VILLAGE, House
from tests.movement.conftest import EAST, OTHER, WEST, arrives, copied, on_duty

NINETEEN = "2111031999509160003"
READ = "211103199509160003"


def test_an_arrival_is_one_row_and_one_person(gates: House, guard: Actor) -> None:
    """Rows: T14. What is private is sealed under the person's key, and every row has its day from birth."""
    arrival = arrives(gates, guard, phone="16012345678", lodging="12 号院东屋")
    row, person = Arrival.objects.get(), Person.objects.get(purpose="register")
    assert str(row.id) == arrival
    assert row.person_id == person.id and person.document_mask == "110*************09"
    assert row.delete_after == person.delete_after == day(machine_now()) + dt.timedelta(days=30)
    assert "东屋".encode() not in bytes(row.lodging_sealed or b"")
    with pytest.raises(Refused) as twice:
        arrives(gates, guard)
    assert twice.value.code == "MOV-4"
    ask = {"arrived_on": (day(machine_now()) - dt.timedelta(days=1)).isoformat()}
    arrives(gates, guard, point=WEST, **ask)
    assert Person.objects.filter(purpose="register").count() == 1
    assert Arrival.objects.count() == 2
    assert gates.faults() == []


@pytest.mark.parametrize(
    ("number", "why", "hints"),
    [
        (NINETEEN, "length", [READ]),
        ("34172120006290006", "length", None),
        ("652927196612110018", "check character", None),
        ("500109198502310007", "birth date", None),
    ],
)
def test_a_wrong_number_is_refused_in_plain_words(
    gates: House, guard: Actor, number: str, why: str, hints: list[str] | None
) -> None:
    """Rows: T15. The readings are a hint to who sent it; nothing of it is stored."""
    before = gates.settle().size
    with translation.override("en"), pytest.raises(Refused) as told:
        arrives(gates, guard, document_number=number)
    facts = told.value.as_json()["facts"]
    assert (told.value.code, facts["why"], facts["field"]) == ("MOV-1", why, "document_number")
    if why != "check character":
        assert facts.get("hints") == hints
    if number == NINETEEN:
        assert told.value.sentence().startswith("19 digits; an ID number has 18.")
    assert not Arrival.objects.exists() and not Person.objects.filter(purpose="register").exists()
    assert gates.settle().size == before


def test_a_passport_has_rules_of_its_own(gates: House, guard: Actor) -> None:
    """Rows: T15. A foreign passport passes the gate without the rule of 18 digits."""
    arrives(gates, guard, "Anna Ek", document_kind="passport", document_number="e1234567a")
    arrives(gates, guard, "阿力", document_kind="other", document_number="户口本 7 页")
    assert [row.document_kind for row in Arrival.objects.order_by("id")] == ["passport", "other"]
    with pytest.raises(Refused) as told:
        arrives(gates, guard, "Bo Ek", document_kind="passport", document_number="E12 3456?")
    assert told.value.code == "MOV-1"


def test_card_seen_is_a_second_step_with_who_and_when(gates: House, guard: Actor) -> None:
    """Rows: T16, T17. A row is self-declared until the guard saw the card."""
    arrival = arrives(gates, guard)
    ask = {"place": VILLAGE, "point": EAST}
    (row,) = gates.ask("movement.register", ask, as_=guard)
    assert (row.certainty, row.verified_at, row.name) == ("self_declared", None, None)
    on_duty(guard)
    (row,) = gates.ask("movement.register", ask, as_=guard)
    assert (row.register_line, row.name, row.document_mask) == (1, "戚建洋", "110*************09")
    gates.do("movement.verify_arrival", {"place": VILLAGE, "arrival": arrival}, as_=guard)
    (row,) = gates.ask("movement.register", ask, as_=guard)
    assert row.certainty == "verified" and row.verified_at is not None
    assert row.name is None, "whose row it is was needed until the card was seen"
    with pytest.raises(Refused) as told:
        gates.do("movement.verify_arrival", {"place": VILLAGE, "arrival": arrival}, as_=guard)
    assert told.value.code == "MOV-7"
    arrives(gates, guard, document_number=OTHER, card_seen=True)
    copied(gates, guard, NINETEEN)
    (east, _west) = gates.ask("movement.gate_counts", {"place": VILLAGE}, as_=guard)
    assert (east.arrivals, east.verified, east.unverified, east.to_verify) == (3, 2, 1, 1)


def test_where_from_is_kept_only_under_a_measure(gates: House, guard: Actor) -> None:
    arrives(gates, guard, from_place="湖北武汉")
    assert Arrival.objects.get().from_sealed is None
    names = [name for (name,) in Store().run("SELECT id FROM journal_private").fetchall()]
    assert names and not [name for name in names if name.endswith("/from_place")]
    measure = {"code": "level-1", "name_zh": "一级响应", "name_en": "level I", "keep_days": 7}
    gates.do("measures.begin_measure", measure | {"place": TOWN})
    arrives(gates, guard, "冯立夏", document_number=OTHER, from_place="湖北武汉")
    kept = Arrival.objects.get(measure="level-1")
    assert kept.from_sealed is not None
    for name, query in (
        ("register", {"place": VILLAGE, "point": EAST}),
        ("rows_in_doubt", {"place": VILLAGE}),
    ):
        assert "武汉" not in str(gates.ask(f"movement.{name}", query, as_=guard))
    gates.settle()
    assert gates.faults() == []


def test_the_paper_row_goes_to_verify_and_is_called_back(gates: House, guard: Actor) -> None:
    """Rows: T18, T48. Old, new, who and when are in the journal; the number is masked again after the call."""
    arrival = copied(gates, guard, NINETEEN)
    (item,) = OpenItem.objects.filter(kind="movement.callback")
    assert (item.role, item.raises_to, item.subject) == ("guard", "desk", uuid.UUID(arrival).hex)
    (row,) = gates.ask("movement.rows_in_doubt", {"place": VILLAGE}, as_=guard)
    assert (row.why, row.gate) == ("length", EAST)
    about = {"place": VILLAGE, "arrival": arrival}
    assert gates.ask("movement.callback", about, as_=guard).name is None
    on_duty(guard)
    held = gates.ask("movement.callback", about, as_=guard)
    assert (held.name, held.document_mask) == ("喻小满", "211**************03")
    gates.do("movement.begin_call", about, as_=guard)
    assert Look.objects.get().what == "phone"
    with pytest.raises(Refused) as told:
        gates.do("movement.record_callback", about | {"outcome": "corrected"}, as_=guard)
    assert told.value.code == "MOV-13"
    receipt = gates.do(
        "movement.record_callback",
        about | {"outcome": "corrected", "document_number": READ},
        as_=guard,
    )
    person = Person.objects.get(purpose="register")
    assert person.document_mask == "211*************03"
    assert OpenItem.objects.get(kind="movement.callback").outcome == "corrected"
    with pytest.raises(Refused) as over:
        gates.do("movement.begin_call", about, as_=guard)
    assert over.value.code == "MOV-12"
    assert NINETEEN not in json.dumps(receipt.as_json())
    call = Callback.objects.get()
    assert call.old_sealed is not None and call.mandate is not None
    stranger = gates.person("生人", "guard")
    with pytest.raises(NotAllowed):
        gates.do("movement.open_old_value", about | {"reason": "看看"}, as_=stranger)
    gates.do("movement.open_old_value", about | {"reason": "复核"}, as_=guard)
    assert Look.objects.filter(what="old_value").count() == 1
    (east, _west) = gates.ask("movement.gate_counts", {"place": VILLAGE}, as_=guard)
    assert (east.to_verify, east.fixed_within_hour) == (0, 1)
    gates.settle()
    assert gates.faults() == []


def test_who_turns_out_to_be_known_is_not_written_twice(gates: House, guard: Actor) -> None:
    arrives(gates, guard, document_number=READ, arrived_on="2026-02-03", phone="16087654321")
    known = Person.objects.get(purpose="register")
    arrival = copied(gates, guard, NINETEEN, lodging="9 号院")
    assert Person.objects.filter(purpose="register", erased_at=None).count() == 2
    asked = {"place": VILLAGE, "arrival": arrival, "outcome": "corrected", "document_number": READ}
    gates.do("movement.record_callback", asked, as_=guard)
    assert Arrival.objects.get(id=arrival).person_id == known.id
    assert [p.id for p in Person.objects.filter(purpose="register", erased_at=None)] == [known.id]
    gates.settle()
    assert gates.faults() == []


def test_a_number_that_was_confirmed_is_mended_when_the_card_comes(
    gates: House, guard: Actor, desk: Actor
) -> None:
    """The desk's word ends what it was asked; the row stays in doubt until somebody has the card before them."""
    arrival = copied(gates, guard, NINETEEN)
    about = {"place": VILLAGE, "arrival": arrival}
    gates.do("movement.record_callback", about | {"outcome": "confirmed"}, as_=guard)
    asked = gates.ask("movement.callback", about, as_=desk)
    assert (asked.open, asked.kind, asked.why) == (False, "movement.confirmed_number", "length")
    told = {
        "place": VILLAGE,
        "item_id": asked.item_id,
        "text": "本人说证件就是这样写的，来时看证件",
    }
    gates.do("items.settle", told, as_=desk)
    assert gates.ask("movement.callback", about, as_=guard).kind is None
    mended = about | {"outcome": "corrected", "document_number": READ}
    gates.do("movement.record_callback", mended, as_=guard)
    row = Arrival.objects.get(id=arrival)
    assert row.doubt is None and row.verified_at is not None
    assert OpenItem.objects.filter(done_at=None).count() == 0
    with pytest.raises(Refused) as over:
        gates.do("movement.record_callback", mended, as_=guard)
    assert over.value.code == "MOV-12"
    gates.settle()
    assert gates.faults() == []


def test_a_passport_that_was_written_as_an_id_is_mended_as_what_it_is(
    gates: House, guard: Actor
) -> None:
    """Rows: Z73."""
    arrival = copied(gates, guard, "C01X00T47", name="Anna Berg")
    mended = {"place": VILLAGE, "arrival": arrival, "outcome": "corrected"}
    mended |= {"document_number": "C01X00T47"}
    with pytest.raises(Refused) as told:
        gates.do("movement.record_callback", mended, as_=guard)
    assert told.value.code == "MOV-1"
    gates.do("movement.record_callback", mended | {"document_kind": "passport"}, as_=guard)
    person = Person.objects.get(purpose="register")
    row = Arrival.objects.get(id=arrival)
    assert person.document_kind == row.document_kind == "passport" and row.doubt is None
    # The same by a mended copy of the paper.
    copied(gates, guard, "C01X00T48", name="Karl Berg", phone="16012345699")
    paper = {"document_kind": "passport", "phone": "16012345699"}
    copied(gates, guard, "C01X00T48", name="Karl Berg", **paper)
    assert set(Arrival.objects.values_list("document_kind", "doubt")) == {("passport", None)}
    gates.settle()
    assert gates.faults() == []


def test_a_number_under_another_name_ends_with_the_card_or_a_word(
    gates: House, guard: Actor
) -> None:
    """Also where the card was said to be seen at once: somebody looks once more."""
    arrives(gates, guard, arrived_on="2026-02-03")
    for on, seen in (("2026-02-04", True), ("2026-02-05", False)):
        arrival = arrives(gates, guard, "戚建阳", arrived_on=on, card_seen=seen)
        about = {"place": VILLAGE, "arrival": arrival}
        asked = gates.ask("movement.callback", about, as_=guard)
        assert asked.kind == "movement.other_name"
        if seen:
            gates.do("movement.verify_arrival", about, as_=guard)
        else:
            told = {"place": VILLAGE, "item_id": asked.item_id, "text": "证件上是戚建洋，填错了"}
            gates.do("items.settle", told, as_=guard)
        assert gates.ask("movement.callback", about, as_=guard).kind is None
    assert OpenItem.objects.filter(kind="movement.other_name", done_at=None).count() == 0
    gates.settle()
    assert gates.faults() == []


def test_names_stand_at_one_gate_for_its_guard_on_duty(gates: House, guard: Actor) -> None:
    """Rows: T14. No two turns overlap, so nobody reads the names of two gates; the desk reads lines, and a look is written."""
    arrives(gates, guard)
    arrival = arrives(gates, guard, point=WEST, arrived_on="2026-02-03")
    on_duty(guard)

    def names(point: str, who: Actor) -> list[str | None]:
        ask = {"place": VILLAGE, "point": point}
        return [row.name for row in gates.ask("movement.register", ask, as_=who)]

    desk = gates.person("郎致远", "desk", TOWN)
    assert (names(EAST, guard), names(WEST, guard)) == (["戚建洋"], [None])
    assert (names(EAST, desk), names(WEST, desk)) == ([None], [None])
    with pytest.raises(Refused) as twice:
        on_duty(guard, WEST)
    assert twice.value.code == "PST-2"
    reason, request = "同名两人，要看证件", uuid.uuid4()
    who = {"as_": desk, "mandate": None, "request": request}
    assert look(VILLAGE, uuid.UUID(arrival), reason, **who).name == "戚建洋"
    assert [(one.what, one.reason) for one in Look.objects.all()] == [("arrival", reason)]
    with pytest.raises(Conflict):
        look(VILLAGE, uuid.UUID(arrival), reason, **who)
    (turn,) = Booking.objects.all()
    gates.do("posts.note_leaving", {"place": VILLAGE, "booking": turn.id}, as_=guard)
    assert names(EAST, guard) == [None], "whoever left reads no names"
    gates.settle()
    assert gates.faults() == []


def test_a_line_keeps_its_number_and_the_register_is_read_page_by_page(
    gates: House, guard: Actor
) -> None:
    for at in range(5):
        arrives(gates, guard, arrived_on=f"2026-02-0{at + 1}")
    ask = {"place": VILLAGE, "point": EAST}
    rows = gates.ask("movement.register", ask, as_=guard)
    assert [row.register_line for row in rows] == [5, 4, 3, 2, 1]
    before = gates.ask("movement.register", ask | {"before_line": 3}, as_=guard)
    assert [row.arrival for row in before] == [row.arrival for row in rows[3:]]
    (second,) = gates.ask("movement.register", ask | {"on": "2026-02-02"}, as_=guard)
    assert (second.register_line, second.arrival) == (2, rows[3].arrival)
    about = {"place": VILLAGE, "arrival": rows[3].arrival}
    gates.do("movement.keep_arrival_until", about | {"delete_after": "2026-02-20"})
    gates.do("movement.blind_arrival", about)
    rows = gates.ask("movement.register", ask, as_=guard)
    assert [row.register_line for row in rows] == [5, 4, 3, 1]
