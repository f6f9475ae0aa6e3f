"""Levels and grades: declared with a basis, in effect at their minute, floors kept, and the past judged as it was."""

import uuid
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mingbai.domains.response.commands.levels import changes_due
from mingbai.domains.response.models import Change
from mingbai.domains.response.words import LEVELS
from mingbai.kernel import moment
from mingbai.kernel.actors import OPERATOR, Actor
from mingbai.kernel.models import Mandate, Measure, OpenItem
from mingbai.kernel.refusals import NotAllowed, Refused
from mingbai.kernel.rows import Store
from tests.conftest import NEIGHBOUR, TONGZHOU, TOWN, VILLAGE, House
from tests.response.conftest import (
    BASIS,
    ELSEWHERE,
    clock,
    declare,
    grade,
    held,
    issue,
    parsed,
    stand,
    undone,
)


def refused(house: House, code: str, name: str, ask: dict[str, Any], as_: Actor) -> Refused:
    """Check that something is refused by a rule."""
    with pytest.raises(Refused) as refusal:
        house.do(name, ask, as_=as_)
    assert refusal.value.code == code, refusal.value
    return refusal.value


def here(house: House, place: str, at: str) -> tuple[str, str]:
    """Return level and grade of a place at a moment."""
    row = house.ask("response.here", {"place": place, "at": at})
    return row.level, row.grade


def test_a_level_holds_under_its_place_from_its_minute_with_basis_and_issuer(
    story: House, district: Actor
) -> None:
    """Rows: Z26, Z93."""
    issue(story, district, TONGZHOU, "gates")
    declare(story, district, TONGZHOU, "I", effective_at=clock("01-28", "08:00"), issuer="区指挥部")
    assert held(story, VILLAGE) == set() and not Measure.objects.exists()
    assert held(story, VILLAGE, clock("01-28", "08:00")) == {"gates"}
    assert held(story, VILLAGE, clock("01-28", "07:59")) == set()
    stand(story, "01-28", "07:59")
    assert not Measure.objects.exists()
    stand(story, "01-28", "08:01")
    row = story.ask("response.here", {"place": VILLAGE})
    assert (row.level, row.level_place, row.level_basis) == ("I", "通州区", BASIS)
    assert row.level_issuer == "区指挥部"
    assert row.level_since == parsed(clock("01-28", "08:00"))
    begun = Measure.objects.get()
    assert (begun.kind, begun.place, begun.starts_at) == ("gates", TONGZHOU, row.level_since)
    (told,) = story.ask("response.history", {"place": VILLAGE})
    assert (told.state, told.standing_before, told.value) == ("in_effect", "none", "I")
    assert held(story, VILLAGE) == {"gates"}
    story.settle()
    assert story.faults() == []


def test_a_change_takes_effect_exactly_once(story: House, district: Actor) -> None:
    issue(story, district, TONGZHOU, "gates")
    change = declare(story, district, TONGZHOU, "I", effective_at=clock("01-28"))
    ask = {"place": TONGZHOU, "change": change}
    refused(story, "RES-8", "response.take_effect", ask, OPERATOR)
    stand(story, "01-28", "00:01")
    changes_due(moment.now(Store()))
    refused(story, "RES-7", "response.take_effect", ask, OPERATOR)
    assert Measure.objects.count() == 1
    at_once = declare(story, district, TONGZHOU, "II")
    assert Change.objects.get(id=at_once).state == "in_effect", "in the same act"
    assert Measure.objects.get().lapsed_at is not None


def test_the_past_is_not_changed_and_what_is_so_is_not_said_again(
    story: House, district: Actor
) -> None:
    ask = {"place": TONGZHOU, "level": "I", "basis": BASIS}
    past = ask | {"effective_at": clock("01-26")}
    refused(story, "RES-1", "response.declare_level", past, district)
    declare(story, district, TONGZHOU, "I")
    refused(story, "RES-2", "response.declare_level", ask, district)
    later = {"effective_at": clock("02-02")}
    declare(story, district, TONGZHOU, "II", **later)
    refused(story, "RES-3", "response.declare_level", ask | later | {"level": "III"}, district)
    with pytest.raises(NotAllowed) as shell:
        story.do("response.declare_level", ask | {"level": "III"})
    assert shell.value.code == "ACC-7"


def test_a_town_does_not_ease_by_itself_what_the_district_says(
    story: House, district: Actor, mayor: Actor
) -> None:
    """Rows: Z26."""
    issue(story, district, TONGZHOU, "gates")
    declare(story, district, TONGZHOU, "I")
    asked = declare(story, mayor, TOWN, "II")
    assert Change.objects.get(id=asked).state == "asked"
    assert held(story, VILLAGE) == {"gates"}, "nothing has changed"
    item = OpenItem.objects.get(kind="response.easier", done_at=None)
    assert (item.place, item.role) == (TONGZHOU, "leader")
    sign = {"place": TONGZHOU, "change": asked}
    with pytest.raises(NotAllowed):
        story.do("response.sign_easier", sign, as_=mayor)
    with pytest.raises(NotAllowed):
        story.do("response.sign_easier", sign)
    story.do("response.sign_easier", sign, as_=district)
    assert held(story, VILLAGE) == set() and held(story, ELSEWHERE) == {"gates"}
    assert not OpenItem.objects.filter(kind="response.easier", done_at=None).exists()
    assert here(story, VILLAGE, clock("01-27", "09:00")) == ("II", "low")
    # A stricter one below needs nobody; what was signed against level I falls with the next level I.
    declare(story, mayor, TOWN, "I")
    assert held(story, VILLAGE) == {"gates"}
    assert Measure.objects.get(place=TOWN, lapsed_at=None).kind == "gates"


def test_a_wish_that_the_place_above_has_said_itself_waits_no_more(
    story: House, district: Actor, mayor: Actor
) -> None:
    """Rows: Z26. Signed afterwards it would bind the town to a level that the district may have left by then."""
    declare(story, district, TONGZHOU, "I")
    moot = declare(story, mayor, TOWN, "II")
    easier_still = declare(story, mayor, TOWN, "IV", effective_at=clock("03-05"))
    declare(story, district, TONGZHOU, "II", effective_at=clock("03-02"))
    assert OpenItem.objects.filter(kind="response.easier", done_at=None).count() == 2
    stand(story, "03-02", "00:01")
    assert Change.objects.get(id=moot).state == "overtaken"
    item = OpenItem.objects.get(kind="response.easier", done_at=None)
    assert item.subject == uuid.UUID(easier_still).hex
    sign = {"place": TONGZHOU, "change": moot}
    refused(story, "RES-4", "response.sign_easier", sign, district)
    declare(story, district, TONGZHOU, "III")
    assert here(story, VILLAGE, clock("03-02", "00:01")) == ("III", "low")
    story.do("response.sign_easier", sign | {"change": easier_still}, as_=district)
    assert here(story, VILLAGE, clock("03-05")) == ("IV", "low")
    story.settle()
    assert story.faults() == []


def test_what_was_signed_as_easier_falls_with_the_next_word_above(
    story: House, district: Actor, mayor: Actor
) -> None:
    """Rows: Z26. A town that was let ease first does not stay behind when the district eases further."""
    declare(story, district, TONGZHOU, "I")
    sign = {"place": TONGZHOU, "change": declare(story, mayor, TOWN, "III")}
    story.do("response.sign_easier", sign, as_=district)
    change = declare(story, district, TONGZHOU, "III", effective_at=clock("02-10"))
    later = clock("02-20")
    declare(story, district, TONGZHOU, "IV", effective_at=later)
    assert [here(story, VILLAGE, clock(f"02-{on}"))[0] for on in ("09", "11", "20")] == [
        "III",
        "III",
        "IV",
    ]
    back = {"place": TONGZHOU, "change": change, "reason": "误报"}
    story.do("response.withdraw_change", back, as_=district)
    assert here(story, VILLAGE, clock("02-11"))[0] == "III", "signed, and nothing said since"
    assert here(story, VILLAGE, later)[0] == "IV"
    declare(story, mayor, TOWN, "I", effective_at=clock("02-05"))
    assert here(story, VILLAGE, later)[0] == "I", "what it said itself, with no signature, stays"


def test_a_change_that_cannot_take_effect_holds_up_no_other(
    story: House, district: Actor, mayor: Actor
) -> None:
    issue(story, district, TOWN, "gates")
    issue(story, district, ELSEWHERE, "rounds")
    by_hand = {"place": TOWN, "code": f"gates.{TOWN[:9]}.1", "keep_days": 1}
    story.do("measures.begin_measure", by_hand | {"name_zh": "手工", "name_en": "by hand"})
    stuck = declare(story, mayor, TOWN, "I", effective_at=clock("01-28"))
    other = declare(story, district, ELSEWHERE, "I", effective_at=clock("01-28", "00:01"))
    with pytest.raises(Refused) as told:
        stand(story, "01-28", "00:02")
    assert told.value.code == "RET-1", "the worker writes it down"
    assert Change.objects.get(id=stuck).state == "declared"
    assert Change.objects.get(id=other).state == "in_effect"
    assert held(story, ELSEWHERE) == {"rounds"}


def test_whoever_declared_it_does_not_sign_it(story: House, district: Actor) -> None:
    both = story.person("两头任", "leader", TOWN)
    story.do(
        "mandates.give",
        {"place": TONGZHOU, "person": both.person, "role": "leader", "capacity": "x"},
    )
    declare(story, district, TONGZHOU, "I")
    mandates = {row.place: row.id for row in _mandates(both)}
    ask = {"place": TOWN, "level": "II", "basis": BASIS}
    asked = story.do("response.declare_level", ask, as_=both, mandate=mandates[TOWN])
    sign = {"place": TONGZHOU, "change": asked.result["change"]}
    with pytest.raises(Refused) as own:
        story.do("response.sign_easier", sign, as_=both, mandate=mandates[TONGZHOU])
    assert own.value.code == "RES-5"
    story.do("response.refuse_easier", sign | {"reason": "病例还在增加"}, as_=district)
    (row,) = [one for one in story.ask("response.history", {"place": TOWN}) if one.place == TOWN]
    assert (row.state, row.answered_because) == ("refused", "病例还在增加")
    refused(story, "RES-4", "response.sign_easier", sign, district)


def _mandates(actor: Actor) -> list[Mandate]:
    return list(Mandate.objects.filter(person=actor.person))


def test_a_stricter_level_above_ends_what_was_eased_below_also_what_lies_ahead(
    story: House, district: Actor, mayor: Actor
) -> None:
    declare(story, mayor, TOWN, "III", effective_at=clock("02-10"))
    declare(story, district, TONGZHOU, "I", effective_at=clock("02-05"))
    assert here(story, VILLAGE, clock("02-11")) == ("I", "low")
    stand(story, "02-12")
    assert {row.state for row in Change.objects.all()} == {"in_effect", "overtaken"}
    assert here(story, VILLAGE, clock("02-12")) == ("I", "low")


def test_a_change_is_withdrawn_before_its_minute_and_everything_stands_as_before(
    story: House, district: Actor, mayor: Actor
) -> None:
    policy = {"policy": "movement.card_must_be_seen", "lowest": 1, "highest": 1}
    table = {"table": [{"level": "I", "value": 1}]}
    issue(story, district, TONGZHOU, "cards", **policy, **table)
    declare(story, mayor, TOWN, "III")
    change = declare(story, district, TONGZHOU, "I", effective_at=clock("02-05"))
    assert here(story, VILLAGE, clock("02-06"))[0] == "I"
    assert _card(story, VILLAGE, clock("02-06")) == 1 and _card(story, VILLAGE, clock("02-04")) == 0
    taken_back = {"place": TONGZHOU, "change": change, "reason": "误报"}
    story.do("response.withdraw_change", taken_back, as_=district)
    assert here(story, VILLAGE, clock("02-06"))[0] == "III"
    assert _card(story, VILLAGE, clock("02-06")) == 0
    stand(story, "02-06")
    assert not Measure.objects.exists()
    refused(story, "RES-4", "response.withdraw_change", taken_back, district)
    done = declare(story, district, TONGZHOU, "I")
    late = {"place": TONGZHOU, "change": done, "reason": "晚了"}
    refused(story, "RES-6", "response.withdraw_change", late, district)


def test_what_a_withdrawn_change_ended_stays_ended_by_another(
    story: House, district: Actor, mayor: Actor
) -> None:
    declare(story, mayor, TOWN, "none", effective_at=clock("02-01", "12:00"))
    declare(story, district, TONGZHOU, "IV", effective_at=clock("02-03", "12:00"))
    change = declare(story, district, TONGZHOU, "IV", effective_at=clock("02-02", "12:00"))
    taken_back = {"place": TONGZHOU, "change": change, "reason": "误报"}
    story.do("response.withdraw_change", taken_back, as_=district)
    for day, level in (("02-02", "none"), ("02-03", "IV")):
        assert here(story, TOWN, clock(day, "13:00"))[0] == level


def test_what_a_town_took_back_itself_does_not_come_again(
    story: House, district: Actor, mayor: Actor
) -> None:
    own = declare(story, mayor, TOWN, "IV", effective_at=clock("02-05"))
    taken_back = {"place": TOWN, "change": own, "reason": "误报"}
    story.do("response.withdraw_change", taken_back, as_=mayor)
    change = declare(story, district, TONGZHOU, "I", effective_at=clock("02-04"))
    taken_back = {"place": TONGZHOU, "change": change, "reason": "误报"}
    story.do("response.withdraw_change", taken_back, as_=district)
    assert here(story, TOWN, clock("02-06"))[0] == "none"


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    said=st.lists(
        st.tuples(st.booleans(), st.integers(1, 9), st.sampled_from(LEVELS), st.booleans()),
        min_size=1,
        max_size=7,
    )
)
def test_no_place_is_easier_than_the_one_above_without_its_signature(
    story: House, district: Actor, mayor: Actor, said: list[tuple[bool, int, str, bool]]
) -> None:
    """Rows: Z26. Whatever is declared ahead, above or below, in whatever order, and some of it withdrawn."""
    with undone():
        for above, on, level, withdrawn in said:
            leader, place = (district, TONGZHOU) if above else (mayor, TOWN)
            when = clock(f"02-{on:02d}", "12:00")
            try:
                change = declare(story, leader, place, level, effective_at=when)
            except Refused as refusal:
                assert refusal.code in ("RES-2", "RES-3")
                continue
            if withdrawn:
                taken_back = {"place": place, "change": change, "reason": "误报"}
                story.do("response.withdraw_change", taken_back, as_=leader)
        for on in range(1, 11):
            at = clock(f"02-{on:02d}", "12:00")
            levels = [LEVELS.index(here(story, place, at)[0]) for place in (TONGZHOU, TOWN)]
            assert levels[1] >= levels[0], (said, on)


def _card(house: House, place: str, at: str) -> int:
    rows = house.ask("policy.in_force_at", {"place": place, "as_of": at})
    return int(next(row.value for row in rows if row.policy == "movement.card_must_be_seen"))


def test_a_place_with_a_worse_grade_keeps_more(story: House, district: Actor) -> None:
    """Rows: Z93. The county's measures ease by the table; the town of high risk keeps what its grade keeps."""
    issue(story, district, TONGZHOU, "gates")
    issue(story, district, TONGZHOU, "rounds", table=[{"level": "I"}, {"level": "II"}])
    declare(story, district, TONGZHOU, "I")
    grade(story, district, TOWN, "high")
    declare(story, district, TONGZHOU, "II", effective_at=clock("03-02"))
    stand(story, "03-02")
    assert held(story, VILLAGE) == {"gates", "rounds"} and held(story, ELSEWHERE) == {"rounds"}
    assert held(story, ELSEWHERE, clock("03-01", "23:59")) == {"gates", "rounds"}
    running = {(row.kind, row.place) for row in Measure.objects.filter(lapsed_at=None)}
    assert running == {("gates", TOWN), ("rounds", TONGZHOU)}
    grade(story, district, TOWN, "low")
    assert held(story, VILLAGE) == {"rounds"}
    assert here(story, NEIGHBOUR, clock("03-01")) == ("I", "high"), "readable as of its date"


def test_the_sample_follows_the_grade_from_the_next_day(story: House, district: Actor) -> None:
    """Rows: Z71."""
    ask = {"place": VILLAGE, "point": "东口", "hours": "06:00-22:00"}
    story.do("movement.open_checkpoint", ask)
    stand(story, "02-10", "12:00")
    desk = story.person("郎致远", "desk", TOWN)

    def checks(on: str) -> tuple[str, int]:
        (row,) = story.ask("movement.check_frequency", {"place": TOWN, "on": on}, as_=desk)
        return row.grade, row.checks

    before = checks("2020-02-11")
    grade(story, district, TOWN, "high")
    assert checks("2020-02-10") == before == ("low", 2)
    assert checks("2020-02-11") == ("high", 6)
    (now,) = story.ask("response.supervision", {"place": VILLAGE})
    (then,) = story.ask("response.supervision", {"place": VILLAGE, "at": clock("02-10", "11:00")})
    assert (now.grade, now.sampled) == ("high", 100) and (then.grade, then.sampled) == ("low", 10)
