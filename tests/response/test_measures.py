"""Measures: basis, scope and review before they are issued; one building changes nothing next door; whether they helped."""

import datetime as dt
import uuid
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mingbai.domains.response.commands.measures import reviews_due
from mingbai.domains.response.models import LocalChoice
from mingbai.domains.response.rules.levels import sectors_of
from mingbai.domains.response.words import GRADES, LEVELS
from mingbai.kernel import moment
from mingbai.kernel.actors import Actor
from mingbai.kernel.measures import in_force_at
from mingbai.kernel.models import Measure, OpenItem
from mingbai.kernel.refusals import Refused
from mingbai.kernel.rows import Store
from mingbai.kernel.standing import ruling
from tests.conftest import NEIGHBOUR, TONGZHOU, TOWN, VILLAGE, House
from tests.response.conftest import (
    BASIS,
    ELSEWHERE,
    clock,
    declare,
    grade,
    held,
    issue,
    stand,
    undone,
)

CARD = "movement.card_must_be_seen"
LEAST = "movement.checks_least"


def refused(house: House, rule: str, as_: Actor, **ask: Any) -> Refused:
    """Check that a measure is not issued."""
    with pytest.raises(Refused) as refusal:
        issue(house, as_, TONGZHOU, "m", **ask)
    assert refusal.value.code == rule, refusal.value
    return refusal.value


def point(house: House, kind: str, name: str, place: str = VILLAGE) -> str:
    """Register a building, gate or line; return its id."""
    ask = {"place": place, "kind": kind, "name": name}
    return uuid.UUID(house.do("places.add_point", ask).result["point"]).hex


def test_a_measure_says_basis_review_and_scope_before_it_is_issued(
    story: House, district: Actor
) -> None:
    """Rows: Z32."""
    refused(story, "RES-10", district, basis=None)
    refused(story, "RES-11", district, review_on=None)
    refused(story, "RES-11", district, review_on="2020-01-27")
    refused(story, "RES-11", district, review_on="2021-01-27")
    refused(story, "RES-12", district, scope="building")
    refused(story, "RES-13", district, scope="building", subject=uuid.uuid4().hex)
    refused(story, "RES-16", district, table=[])
    refused(story, "RES-15", district, policy=CARD, table=[{"level": "I"}])
    refused(story, "POL-1", district, policy=CARD, table=[{"level": "I", "value": 7}])
    refused(story, "RES-18", district, blocker="nobody.knows")
    building = point(story, "building", "三号楼")
    one = {"scope": "building", "subject": building, "policy": CARD}
    refused(story, "RES-14", district, **one, table=[{"level": "I", "value": 1}])
    issue(story, district, TONGZHOU, "m")
    with pytest.raises(Refused) as again:
        issue(story, district, TONGZHOU, "m")
    assert again.value.code == "RES-9"


def test_one_past_its_review_is_flagged_once_and_goes_on_or_ends(
    story: House, district: Actor
) -> None:
    """Rows: Z32."""
    measure = issue(story, district, TONGZHOU, "m", review_on="2020-02-01")
    declare(story, district, TONGZHOU, "I")
    about = {"place": TONGZHOU, "measure_id": measure}
    for day in ("02-01", "02-02", "02-03"):
        stand(story, day, "09:00")
        reviews_due(moment.now(Store()))
    (item,) = OpenItem.objects.filter(kind="response.review", done_at=None)
    assert (item.place, item.role) == (TONGZHOU, "leader")
    assert story.ask("response.measures", {"place": VILLAGE})[0].overdue
    story.do(
        "response.review_measure",
        about | {"basis": BASIS, "review_on": "2020-02-20"},
        as_=district,
    )
    assert not OpenItem.objects.filter(kind="response.review", done_at=None).exists()
    stand(story, "02-21")
    reviews_due(moment.now(Store()))
    assert OpenItem.objects.filter(kind="response.review", done_at=None).count() == 1
    story.do("response.withdraw_measure", about | {"reason": "不再需要"}, as_=district)
    assert not OpenItem.objects.filter(kind="response.review", done_at=None).exists()
    assert held(story, VILLAGE) == set() and not Measure.objects.filter(lapsed_at=None).exists()
    assert held(story, VILLAGE, clock("02-20")) == {"m"}
    story.settle()
    assert story.faults() == []


def test_the_smallest_scope_is_proposed_and_a_wider_one_wants_a_reason(
    story: House, district: Actor
) -> None:
    """Rows: H13."""
    wish = {"place": VILLAGE, "what": "name", "text": "写错了"}
    story.do("rights.ask_correction", wish, as_=story.person("申请人", "keeper"))
    where = {"place": TONGZHOU, "blocker": "rights.correction"}
    (near,) = story.ask("response.smallest_scope", where)
    assert (near.place, near.scope, near.subject, near.count) == (VILLAGE, "place", None, 1)
    wide = {"blocker": "rights.correction"}
    told = refused(story, "RES-19", district, **wide)
    assert near.name in told.sentence()
    building = point(story, "building", "三号楼")
    issue(story, district, VILLAGE, "small", **wide, scope="building", subject=building)
    issue(story, district, TONGZHOU, "m", **wide, reason="多处都有，只是还没有查到")
    declare(story, district, TONGZHOU, "I")
    assert held(story, VILLAGE) == {"small", "m"} and held(story, NEIGHBOUR) == {"m"}
    store = Store()
    assert set(in_force_at(store, VILLAGE, moment.now(store))) == {"m"}, "not of the whole place"
    found = {(row.scope, row.name) for row in story.ask("response.scopes", {"place": TOWN})}
    assert ("building", "三号楼") in found


def test_a_measure_names_what_it_answers_and_shows_it_before_and_two_weeks_later(
    story: House, district: Actor
) -> None:
    """Rows: H17."""
    people = [story.person(f"申请人{number}", "keeper") for number in range(3)]
    wishes = [
        story.do(
            "rights.ask_correction", {"place": VILLAGE, "what": "name", "text": "写错了"}, as_=one
        )
        for one in people
    ]
    why = {"blocker": "rights.correction", "reason": "全区都要快"}
    measure = issue(story, district, TONGZHOU, "quick", **why)
    declare(story, district, TONGZHOU, "I")
    about = {"place": VILLAGE, "measure_id": measure}
    row = story.ask("response.effect_here", about)
    assert (row.blockers_before, row.blockers_after, row.blockers_now) == (3, None, 3)
    desk = story.person("郎致远", "desk", TOWN)
    stand(story, "02-03", "09:00")
    for wish in wishes[:2]:
        answer = {"place": VILLAGE, "correction": wish.result["correction"], "outcome": "kept"}
        story.do("rights.answer_correction", answer | {"text": "没错"}, as_=desk)
    stand(story, "02-11", "09:00")
    row = story.ask("response.effect_here", about)
    assert (row.blockers_before, row.blockers_after, row.blockers_now) == (3, 1, 1)
    assert row.compared_on == dt.date(2020, 2, 10)
    row = story.ask("response.effect", about)
    assert (row.blockers_before, row.blockers_after, row.blockers_now) == (None, None, None), (
        "nobody is found again in a count of three"
    )


def test_everyone_reads_whether_a_measure_helped_once_a_day_and_no_small_count(
    story: House, district: Actor
) -> None:
    """Rows: H17. Two readings around one act do not show whose it was."""
    ask = {"place": VILLAGE, "what": "name", "text": "写错了"}
    people = [story.person(f"申请人{number}", "keeper") for number in range(12)]
    wishes = [story.do("rights.ask_correction", ask, as_=one).result for one in people]
    why = {"blocker": "rights.correction", "reason": "全区都要快"}
    about = {"place": TONGZHOU, "measure_id": issue(story, district, TONGZHOU, "quick", **why)}
    declare(story, district, TONGZHOU, "I")
    row = story.ask("response.effect", about)
    assert (row.since, row.blockers_before, row.blockers_now) == (None, None, None), "not cut yet"
    stand(story, "01-28", "09:00")
    row = story.ask("response.effect", about)
    assert (row.blockers_before, row.blockers_now) == (12, 12)
    desk = story.person("郎致远", "desk", TOWN)
    for wish in wishes[:3]:
        told = {"place": VILLAGE, "correction": wish["correction"], "outcome": "kept"}
        story.do("rights.answer_correction", told | {"text": "没错"}, as_=desk)
    assert story.ask("response.effect", about).blockers_now == 12, "until this evening's cut"
    assert story.ask("response.effect_here", about).blockers_now == 9
    stand(story, "01-28", "20:30")
    row = story.ask("response.effect", about)
    assert (row.blockers_before, row.blockers_now) == (12, None)


def test_a_place_fits_a_rule_to_itself_within_bounds_and_with_a_reason(
    story: House, district: Actor, mayor: Actor
) -> None:
    """Rows: Z60. Both places are within the upper bound; a value past it is refused."""
    table = [{"level": "I", "value": 2}]
    bounds = {"policy": LEAST, "lowest": 2, "highest": 6}
    issue(story, district, TONGZHOU, "rounds", table=table, **bounds)
    declare(story, district, TONGZHOU, "I")
    ask = {"place": VILLAGE, "policy": LEAST, "value": 5}
    for wrong, code in (
        (ask, "RES-21"),
        (ask | {"value": 1, "reason": "人少"}, "POL-4"),
        (ask | {"value": 7, "reason": "人多"}, "POL-4"),
        (ask | {"value": 99, "reason": "人多"}, "POL-1"),
    ):
        with pytest.raises(Refused) as refusal:
            story.do("response.choose_locally", wrong, as_=mayor)
        assert refusal.value.code == code
    with pytest.raises(Refused) as past:
        story.do("policy.put", ask | {"value": 1}, as_=mayor)
    assert past.value.code == "POL-4" and "2" in past.value.sentence()
    story.do("response.choose_locally", ask | {"reason": "艺术区人员流动大"}, as_=mayor)
    (row,) = story.ask("response.local_choices", {"place": VILLAGE})
    assert row.choice_state == "choice_holds"
    assert (row.value, row.value_above, row.least, row.most_allowed) == (5, 2, 1, 24)
    assert row.reason == "艺术区人员流动大"
    assert _value(story, VILLAGE) == 5 and _value(story, NEIGHBOUR) == 2
    back = ask | {"value": None, "reason": "演出停了"}
    story.do("response.choose_locally", back, as_=mayor)
    assert _value(story, VILLAGE) == 2 and LocalChoice.objects.count() == 2
    states = [row.choice_state for row in story.ask("response.local_choices", {"place": VILLAGE})]
    assert states == ["choice_holds", "choice_ended"]
    declare(story, district, TONGZHOU, "none")
    assert _value(story, VILLAGE) == 2, "as where nobody says anything"
    story.do("policy.put", ask | {"value": 1}, as_=mayor)
    story.settle()
    assert story.faults() == []


def _value(house: House, place: str, at: str | None = None) -> int:
    ask = {"place": place} | ({"as_of": at} if at else {})
    rows = house.ask("policy.in_force_at", ask)
    return int(next(row.value for row in rows if row.policy == LEAST))


def test_a_parameter_changes_at_the_minute_and_is_the_old_one_before(
    story: House, district: Actor
) -> None:
    table = [{"level": "I", "value": 6}, {"level": "II", "value": 3}]
    issue(story, district, TONGZHOU, "rounds", table=table, policy=LEAST)
    declare(story, district, TONGZHOU, "I", effective_at=clock("01-28"))
    assert _value(story, VILLAGE, clock("01-28")) == 6 and _value(story, VILLAGE) == 2
    declare(story, district, TONGZHOU, "II", effective_at=clock("03-02"))
    assert _value(story, VILLAGE, clock("03-01", "23:59")) == 6
    stand(story, "03-03")
    assert _value(story, VILLAGE) == 3 and _value(story, VILLAGE, clock("03-01")) == 6
    declare(story, district, TONGZHOU, "IV")
    assert _value(story, VILLAGE) == 2, "as above again"


def test_a_measure_for_some_sectors_holds_for_those(story: House, district: Actor) -> None:
    table = [{"level": "I", "sector": "C13"}, {"level": "I", "sector": "G"}]
    issue(story, district, TONGZHOU, "sealed", table=table)
    declare(story, district, TONGZHOU, "I")
    assert held(story, VILLAGE, sector="C13") == held(story, VILLAGE, sector="G54") == {"sealed"}
    assert held(story, VILLAGE, sector="C27") == set()


STEP = st.one_of(
    st.tuples(
        st.just("level"), st.sampled_from([TONGZHOU, TOWN, VILLAGE]), st.sampled_from(LEVELS)
    ),
    st.tuples(
        st.just("grade"), st.sampled_from([TOWN, VILLAGE, ELSEWHERE]), st.sampled_from(GRADES)
    ),
)
TABLE = st.lists(
    st.fixed_dictionaries(
        {"level": st.sampled_from(LEVELS)}, optional={"grade": st.sampled_from(GRADES)}
    ),
    min_size=1,
    max_size=6,
)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(STEP, min_size=1, max_size=5), tables=st.lists(TABLE, min_size=1, max_size=2))
def test_what_runs_is_what_the_words_say_whatever_was_declared(
    story: House,
    district: Actor,
    steps: list[tuple[str, str, str]],
    tables: list[list[dict[str, str]]],
) -> None:
    """Rows: Z93. The rows of measures agree with the table at every place and every moment, in whatever order."""
    with undone():
        store = Store()
        codes = {}
        for number, table in enumerate(tables):
            codes[f"m{number}"] = table
            issue(story, district, TONGZHOU, f"m{number}", table=table)
        moments = []
        for number, (kind, place, value) in enumerate(steps):
            stand(story, "01-28", f"{9 + number:02d}:00")
            try:
                (declare if kind == "level" else grade)(story, district, place, value)
            except Refused as refusal:
                assert refusal.code == "RES-2"
            moments.append(moment.now(store))
        for at in moments:
            for place in (TONGZHOU, TOWN, VILLAGE, NEIGHBOUR, ELSEWHERE):
                words = ruling(store, place, at)
                expected = {
                    code
                    for code, table in codes.items()
                    if any(
                        cell["level"] == words["response.level"]
                        and cell.get("grade") in (None, words["response.zone_grade"])
                        for cell in table
                    )
                }
                assert set(in_force_at(store, place, at)) == expected, (place, at, words)
                assert held(story, place, at.isoformat()) == expected


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    scope=st.sampled_from(["building", "entrance", "line"]),
    level=st.sampled_from(LEVELS),
    table=TABLE,
    blocker=st.booleans(),
)
def test_a_measure_for_one_building_changes_nothing_next_door(
    story: House,
    district: Actor,
    scope: str,
    level: str,
    table: list[dict[str, str]],
    blocker: bool,
) -> None:
    """Rows: H13."""
    with undone():
        kind = {"entrance": "gate"}.get(scope, scope)
        ours, theirs = point(story, kind, "一号"), point(story, kind, "二号")
        next_door = [(VILLAGE, theirs), (NEIGHBOUR, None), (TOWN, None), (TONGZHOU, None)]
        issue(story, district, TONGZHOU, "all", table=[{"level": level}])
        if level != "none":
            declare(story, district, TONGZHOU, level)
        before = _seen(story, next_door)
        more = {"blocker": "rights.correction"} if blocker else {}
        issue(story, district, VILLAGE, "one", scope=scope, subject=ours, table=table, **more)
        assert _seen(story, next_door) == before
        holds = sectors_of([_Cell(cell) for cell in table], level, "low") is not None
        assert ("one" in held(story, VILLAGE, subject=ours)) == holds


class _Cell:
    """A cell of a table as the rules read it."""

    def __init__(self, told: dict[str, str]) -> None:
        self.level, self.grade = told["level"], told.get("grade")
        self.sector, self.value = None, None


def _seen(house: House, places: list[tuple[str, str | None]]) -> list[Any]:
    """Return everything that measures decide at these places and things."""
    store = Store()
    now = moment.now(store)
    found: list[Any] = []
    for place, subject in places:
        found.append(held(house, place, **({"subject": subject} if subject else {})))
        found.append(
            [(row.policy, row.value) for row in house.ask("policy.in_force_at", {"place": place})]
        )
        if subject is None:
            found.append(sorted(in_force_at(store, place, now)))
    return found


def test_what_a_place_chose_before_ends_where_a_measure_begins_that_bounds_it(
    story: House, district: Actor, mayor: Actor
) -> None:
    """Rows: Z60. Also what was chosen ahead; what lies within the bounds stays, and a withdrawn change gives it back."""
    table = [{"level": "I", "value": 4}]
    issue(story, district, TONGZHOU, "rounds", table=table, policy=LEAST, lowest=3, highest=6)
    easy = {"place": VILLAGE, "policy": LEAST, "value": 1, "reason": "人少"}
    story.do("response.choose_locally", easy, as_=mayor)
    more = {"place": NEIGHBOUR, "policy": LEAST, "value": 5, "reason": "人多"}
    story.do("response.choose_locally", more, as_=mayor)
    begins = clock("02-05")
    change = declare(story, district, TONGZHOU, "I", effective_at=begins)
    assert _value(story, VILLAGE, clock("02-04", "23:59")) == 1
    assert _value(story, VILLAGE, begins) == 4, "a phone carries it and changes with no network"
    assert _value(story, NEIGHBOUR, begins) == 5
    for ahead in (begins, clock("02-09")):
        with pytest.raises(Refused) as bounded:
            story.do("response.choose_locally", easy | {"starts_at": ahead}, as_=mayor)
        assert bounded.value.code == "POL-4" and "6" in bounded.value.sentence()
    back = {"place": TONGZHOU, "change": change, "reason": "误报"}
    story.do("response.withdraw_change", back, as_=district)
    assert _value(story, VILLAGE, begins) == 1
    declare(story, district, TONGZHOU, "I", effective_at=begins)
    story.do("policy.put", easy_value(clock("02-01")), as_=mayor)
    story.do("policy.put", easy_value(clock("02-09")), as_=mayor)
    stand(story, "02-10")
    assert _value(story, VILLAGE, clock("02-04")) == 1
    for day in ("02-05", "02-08", "02-10"):
        assert _value(story, VILLAGE, clock(day)) == 4, day
    (row,) = story.ask("response.local_choices", {"place": VILLAGE})
    assert row.choice_state == "choice_ended", "and the page says so"
    story.do("policy.put", easy_value(clock("02-10")), as_=district)
    declare(story, district, TONGZHOU, "II")
    assert _value(story, VILLAGE) == 1, "an office above may, and what it said stays"
    declare(story, district, TONGZHOU, "I")
    assert _value(story, VILLAGE) == 1
    story.settle()
    assert story.faults() == []


def easy_value(starts_at: str) -> dict[str, Any]:
    """Return a value outside the bounds, from a moment on."""
    return {"place": VILLAGE, "policy": LEAST, "value": 1, "starts_at": starts_at}
