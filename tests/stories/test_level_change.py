"""Level I to II on 2 March: one decision above, and everything that hangs on it changes at its minute, and nothing else."""

import datetime as dt
from collections import Counter
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from mingbai.domains.movement.commands.retention import RETENTION as ARRIVALS
from mingbai.domains.movement.commands.retention import blind_due
from mingbai.domains.movement.models import Arrival, CheckpointState, Permit
from mingbai.domains.response.commands.levels import changes_due
from mingbai.kernel import jobs, moment
from mingbai.kernel.commands.measures import delete_due
from mingbai.kernel.documents import check_character
from mingbai.kernel.models import Job, Measure, OpenItem, Person, Standing
from mingbai.kernel.refusals import Refused
from mingbai.kernel.rows import Store
from mingbai.kernel.setting_up import load_places
from mingbai.kernel.standing import in_force
from tests.conftest import House
from tests.inspection.conftest import item, listed
from tests.movement.passes import issue as issue_passes
from tests.response.conftest import BASIS, clock, parsed
from tests.web.test_api import post, token_of

ZHEJIANG, LINAN, CANGNAN = "330000000000", "330112000000", "330327000000"
JINJIA, XIABU, LINGXI = "330112104200", "330112104201", "330327100000"
CARD = "movement.card_must_be_seen"
DAYS = ("2020-03-01", "2020-03-02")
GATES, PASSES = "village-gates", "person-pass"
REASON = "推演看过，依省指挥部通告"


def number(at: int) -> str:
    """Return a well-formed number of nobody."""
    body = f"330112{1950 + at:04d}0101000"
    return body + check_character(body)


class Zhejiang:
    """A province at level I: a county of low risk and one of high risk, each with gates, passes and people."""

    def __init__(self, house: House) -> None:
        for code in (LINAN, CANGNAN):
            load_places(code)
        self.house = house
        self.villages = (JINJIA, XIABU, LINGXI)
        self.clock("02-20", "08:00")
        self.leader = house.person("副指挥", "leader", ZHEJIANG)
        self.signs = token_of(house, self.leader, "the-leaders-key")
        self.guards = {place: house.person("守卡人", "guard", place) for place in self.villages}
        self.measures()
        self.level_one()
        for at, place in enumerate(self.villages):
            self.gates_of(place)
            self.people_of(place, at)
        self.inspections()

    def clock(self, day: str, time: str = "00:00") -> None:
        """Put the account's clock somewhere and do everything that is due."""
        self.house.do("account.move_clock", {"to": clock(day, time)})
        changes_due(moment.now(Store()))
        for job in Job.objects.filter(ended_at=None).order_by("id"):
            assert jobs.go_on(job.id)

    def call(self, name: str, body: dict[str, Any], status: int = 200) -> Any:
        """Call the API as the province's leader."""
        answered = post(f"/api/{name.replace('.', '/')}", body, self.signs)
        assert answered.status_code == status, answered.content.decode()
        return answered.json()

    def read(self, name: str, **ask: Any) -> list[dict[str, Any]]:
        """Ask the API as the province's leader."""
        answered = Client().get(f"/api/{name.replace('.', '/')}", ask, headers=self.signs)
        assert answered.status_code == 200, answered.content.decode()
        rows: list[dict[str, Any]] = answered.json()["rows"]
        return rows

    def measures(self) -> None:
        """Three measures: gates, passes of persons, and the card that must be seen."""
        named = {"basis": BASIS, "review_on": "2020-04-30", "keep_days": 7, "place": ZHEJIANG}
        ease = [{"level": "I"}, {"level": "II", "grade": "high"}]
        for code, zh, en in (
            (GATES, "村口设卡", "gates at villages"),
            (PASSES, "人员凭证通行", "people need a pass"),
        ):
            ask = {"code": code, "name_zh": zh, "name_en": en, "table": ease}
            self.call("response.issue_measure", named | ask)
        card = {"code": "card", "name_zh": "看证件", "name_en": "the card is seen", "policy": CARD}
        table = {"table": [{"level": "I", "value": 1}, {"level": "II", "value": 0}]}
        self.call("response.issue_measure", named | card | table)

    def level_one(self) -> None:
        """Level I for the province, and a worse grade for one county."""
        basis = {"basis": BASIS, "issuer": "省指挥部"}
        self.call("response.declare_level", {"place": ZHEJIANG, "level": "I", **basis})
        self.call("response.set_zone_grade", {"place": CANGNAN, "grade": "high", **basis})

    def inspections(self) -> None:
        """A list of eight items, five of which are for level I alone, and a firm with a finding that is open."""
        house = self.house
        items = [item(f"rule-{number}") for number in range(1, 4)]
        items += [item(f"rule-{number}", levels=["I"]) for number in range(4, 9)]
        house.do("inspection.publish_checklist", listed("resume", items) | {"place": ZHEJIANG})
        firm = {"place": JINJIA, "name": "临安坚果厂", "kind": "company", "sector": "C1373"}
        self.firm = str(house.do("organisations.add_organisation", firm).result["organisation"])
        inspector = house.person("查得细", "inspector", LINAN)
        booked = {"organisation": self.firm, "on": "2020-02-20", "checklists": ["resume"]}
        visit = house.do("inspection.book_visit", {"place": JINJIA} | booked, as_=inspector).result
        of = {"place": JINJIA, "visit": visit["visit"]}
        house.do("inspection.begin_visit", of, as_=inspector)
        finding = {"check_item": "rule-1", "severity": "serious", "text": "冷库没有消毒记录"}
        house.do("inspection.record_finding", of | finding, as_=inspector)

    def gates_of(self, place: str) -> None:
        """Two gates, one of which hangs on the measure; passes of persons hang on theirs."""
        house = self.house
        for name in ("东口", "西口"):
            house.do("movement.open_checkpoint", {"place": place, "point": name})
        house.do("movement.hang_gate", {"place": place, "point": "东口", "measure": GATES})
        if place == JINJIA:
            hung = {"place": ZHEJIANG, "permit_kind": "person", "measure": PASSES}
            house.do("movement.hang_passes", hung, as_=self.leader)

    def people_of(self, place: str, at: int) -> None:
        """An arrival, two passes, a ticket and a turn of duty."""
        house = self.house
        row = {"place": place, "point": "东口", "from_place": "湖北武汉", "card_seen": True}
        told = {"name": f"来人{at}", "document_number": number(at)}
        house.do("movement.register_arrival", row | told, as_=self.guards[place])
        holders = [
            house.do(
                "people.add_person",
                {"place": place, "name": f"人{at}{n}", "document_number": number(10 + 2 * at + n)},
            ).result["person"]
            for n in range(2)
        ]
        for kind in ("person", "vehicle"):
            batch = {"place": place, "batch": f"{kind}-{at}", "kind": kind}
            whom: dict[str, Any] = {"holders": holders}
            if kind == "vehicle":
                whom = {"vehicles": [{"plate": f"浙A{at:05d}"}]}
            issue_passes(house, batch | whom | {"valid_to": clock("03-15")})
        wish = {"place": place, "what": "name", "text": "写错了"}
        house.do("rights.ask_correction", wish, as_=self.guards[place])
        gate = next(
            one for one in house.ask("places.points", {"place": place}) if one.name == "东口"
        )
        turn = {"place": place, "person": str(self.guards[place].person), "point": str(gate.id)}
        hours = {"starts_at": clock("03-02", "08:00"), "ends_at": clock("03-02", "16:00")}
        house.do("posts.book", turn | hours)


@pytest.fixture
def zhejiang(story: House) -> Zhejiang:
    """The province before the change."""
    return Zhejiang(story)


def open_gates(place: str) -> set[str]:
    """Return the names of a place's gates that stand open."""
    rows = Client().get("/api/movement/checkpoints", {"place": place}).json()["rows"]
    return {row["name"] for row in rows if row["state"] == "open"}


def what_is_owed() -> tuple[Counter[str], Counter[str]]:
    """Return how many tickets and other open items there are by kind, and how many words of standing that help somebody."""
    now = moment.now(Store())
    items = Counter(OpenItem.objects.filter(done_at=None).values_list("kind", flat=True))
    words = Counter(
        row.what
        for row in Standing.objects.all()
        if in_force(row, now) and not row.what.startswith("response.")
    )
    return items, words


def declare_two(zhejiang: Zhejiang) -> str:
    """The province sets II from 2 March on, a day before."""
    zhejiang.clock("03-01", "10:00")
    ask = {"place": ZHEJIANG, "level": "II", "effective_at": clock("03-02"), "basis": BASIS}
    return str(zhejiang.call("response.declare_level", ask)["result"]["change"])


def test_before_anyone_signs_the_leader_sees_what_would_change(zhejiang: Zhejiang) -> None:
    """Rows: Z93. Gates, passes and turns of duty by section with counts; nothing is written."""
    entries = Measure.objects.count(), Standing.objects.count(), CheckpointState.objects.count()
    rows = zhejiang.read(
        "response.simulate", place=ZHEJIANG, level="II", at=clock("03-02"), rows_most=3
    )
    counts = {row["section"]: row["count"] for row in rows}
    assert counts["movement.gates"] == 2 and counts["movement.passes"] == 4
    assert counts["movement.turns"] == 2 and counts["response.measures"] == 3
    assert counts["inspection.checklists"] == 1
    shown = [row for row in rows if row["section"] == "response.measures"]
    differs = {(row["place"], row["after_change"]) for row in shown}
    assert (ZHEJIANG, "不生效") in differs
    assert len(shown) == 3, "the first rows of each"
    for row in rows:
        assert row["before_change"] != row["after_change"] or row["place"] == CANGNAN
    assert entries == (
        Measure.objects.count(),
        Standing.objects.count(),
        CheckpointState.objects.count(),
    )
    (near,) = zhejiang.read(
        "response.smallest_scope", place=ZHEJIANG, blocker="inspection.serious_hazard"
    )
    assert (near["scope"], near["place"], near["name"]) == ("firm", JINJIA, "临安坚果厂")
    with pytest.raises(Refused, match="RES-22"):
        zhejiang.house.ask("response.simulate", {"place": ZHEJIANG}, as_=zhejiang.leader)


def test_at_its_minute_gates_and_passes_ease_by_the_table_and_one_county_keeps_more(
    zhejiang: Zhejiang,
) -> None:
    """Rows: Z93. Nothing changes before the minute; then fewer gates and passes, but not where the grade is worse."""
    declare_two(zhejiang)
    zhejiang.clock("03-01", "23:59")
    assert all(open_gates(place) == {"东口", "西口"} for place in zhejiang.villages)
    assert Permit.objects.filter(ends_at=parsed(clock("03-15"))).count() == 9
    zhejiang.clock("03-02", "00:01")
    assert open_gates(JINJIA) == open_gates(XIABU) == {"西口"}
    assert open_gates(LINGXI) == {"东口", "西口"}
    ended = Permit.objects.filter(ends_at=parsed(clock("03-02")))
    assert Counter((row.kind, row.place) for row in ended) == {
        ("person", JINJIA): 2,
        ("person", XIABU): 2,
    }
    (closed,) = [
        row
        for row in Client()
        .get("/api/movement/checkpoints", {"place": JINJIA}, headers={"accept-language": "zh-hans"})
        .json()["rows"]
        if row["state"] == "closed"
    ]
    assert (
        closed["reason"] == "措施已经结束：村口设卡。这里不再拦人。" and closed["detour"] == "西口"
    )
    assert closed["since"].startswith("2020-03-01T16:00:00"), (
        "its own minute, not when it was noted"
    )
    days = {day: {"place": JINJIA, "organisation": zhejiang.firm, "on": day} for day in DAYS}
    lengths = [
        row["item_count"]
        for ask in days.values()
        for row in zhejiang.read("inspection.checklists", **ask)
    ]
    assert lengths == [8, 3], "the inspection list is shorter"
    codes = {
        place: {row["code"] for row in zhejiang.read("response.measures_in_force", place=place)}
        for place in (JINJIA, LINGXI)
    }
    assert codes == {JINJIA: {"card"}, LINGXI: {"card", GATES, PASSES}}
    zhejiang.house.settle()
    assert zhejiang.house.faults() == []


def test_a_crossing_and_a_row_of_1_march_are_judged_by_level_one(zhejiang: Zhejiang) -> None:
    """Rows: Z93. Sent late, they are judged as if they had come in time."""
    permit = Permit.objects.filter(kind="person", place=JINJIA)[0]
    declare_two(zhejiang)
    zhejiang.clock("03-02", "09:00")
    house, guard = zhejiang.house, zhejiang.guards[JINJIA]
    came = {"place": JINJIA, "point": "东口", "permit": permit.number, "direction": "in"}
    judged = {
        day: house.do(
            "movement.record_crossing", came | {"verdict": "stop"}, as_=guard, at=parsed(moment_)
        ).result["judged"]
        for day, moment_ in (("1st", clock("03-01", "22:00")), ("2nd", clock("03-02", "08:00")))
    }
    assert judged == {"1st": "valid", "2nd": "expired"}
    row = {"place": JINJIA, "point": "东口", "name": "晚到的", "document_number": number(40)}
    late = {"as_": guard, "at": parsed(clock("03-01", "22:00"))}
    with pytest.raises(Refused, match="MOV-5"):
        house.do("movement.register_arrival", row, **late)
    house.do("movement.register_arrival", row | {"card_seen": True}, **late)
    west = {"point": "西口", "name": "后来的", "document_number": number(42), "card_seen": True}
    house.do("movement.register_arrival", row | west | {"from_place": "湖北武汉"}, as_=guard)
    kept = Arrival.objects.latest("id")
    assert (kept.measure, kept.from_sealed) == (None, None), "the gates' measure has ended"
    with pytest.raises(Refused, match="MOV-3"):
        house.do("movement.register_arrival", row | {"document_number": number(41)}, as_=guard)


def test_easing_closes_no_open_item_and_takes_nothing_that_helps(zhejiang: Zhejiang) -> None:
    """Rows: Z94. Every ticket and every entitlement that was open before the change is open after it."""
    before = what_is_owed()
    assert before[0]["rights.correction"] == 3
    assert before[1]["inspection.serious_hazard"] == 1
    assert sum(count for kind, count in before[0].items() if kind.startswith("inspection.")) >= 1
    declare_two(zhejiang)
    zhejiang.clock("03-02", "00:01")
    assert what_is_owed() == before
    zhejiang.call("response.declare_level", {"place": ZHEJIANG, "level": "none", "basis": BASIS})
    zhejiang.clock("03-02", "00:02")
    assert what_is_owed() == before


def test_the_clocks_of_what_hung_on_a_lapsed_measure_start_and_no_row_outlives_its_day(
    zhejiang: Zhejiang,
) -> None:
    """Rows: Z93. Seven days later arrivals are blinded and people erased, but not where the measure still runs."""
    house = zhejiang.house
    hanging = Counter(Arrival.objects.values_list("place", "measure"))
    assert {code.split(".")[0] for _place, code in hanging} == {GATES}
    declare_two(zhejiang)
    zhejiang.clock("03-02", "00:01")
    last = {row.place: row.delete_after for row in Arrival.objects.all()}
    assert last[JINJIA] == last[XIABU] == dt.date(2020, 3, 9)
    assert last[LINGXI] == dt.date(2020, 3, 21), "it goes on there"
    people = Person.objects.filter(measure__isnull=False)
    assert {row.place: row.delete_after for row in people} == last
    assert {row.delete_after for row in Permit.objects.filter(kind="person", place=JINJIA)} == {
        dt.date(2020, 3, 9)
    }
    zhejiang.clock("03-10", "01:00")
    for due in (blind_due, delete_due):
        due(moment.now(Store()))
    kept = Arrival.objects.filter(blinded_at=None)
    assert [row.place for row in kept] == [LINGXI]
    shown = {
        place: house.ask(
            "movement.register", {"place": place, "point": "东口"}, as_=zhejiang.guards[place]
        )
        for place in (JINJIA, LINGXI)
    }
    assert shown[JINJIA] == [] and len(shown[LINGXI]) == 1, (
        "not a line of it, with or without a name"
    )
    # The county that kept it lets it go too: what hung on the province's row there has its clock now.
    low = {"place": CANGNAN, "grade": "low", "basis": BASIS}
    zhejiang.call("response.set_zone_grade", low)
    zhejiang.clock("03-10", "01:01")
    assert Arrival.objects.get(blinded_at=None).delete_after == dt.date(2020, 3, 17)
    assert open_gates(LINGXI) == {"西口"}
    assert Job.objects.filter(kind=ARRIVALS, ended_at=None).count() == 0
    house.settle()
    assert house.faults() == []


def test_long_work_that_is_cut_off_ends_the_same(zhejiang: Zhejiang) -> None:
    """Gates and passes go in steps that may be cut off anywhere; gone on with twice, nothing is done twice."""
    declare_two(zhejiang)
    zhejiang.house.do("account.move_clock", {"to": clock("03-02", "00:01")})
    changes_due(moment.now(Store()))
    waiting = list(Job.objects.filter(ended_at=None).order_by("id"))
    assert len(waiting) >= 3
    step, jobs.STEP = jobs.STEP, 1
    try:
        for _round in range(6):
            for job in waiting:
                jobs.go_on(job.id, steps=1)
    finally:
        jobs.STEP = step
    for job in waiting:
        assert jobs.go_on(job.id)
    assert Permit.objects.filter(ends_at=parsed(clock("03-02"))).count() == 4
    assert CheckpointState.objects.filter(open=False).count() == 2
    assert zhejiang.house.faults() == []


def test_when_it_is_stricter_again_the_desk_is_told_that_gates_are_needed(
    zhejiang: Zhejiang,
) -> None:
    declare_two(zhejiang)
    zhejiang.clock("03-02", "00:01")
    zhejiang.call("response.declare_level", {"place": ZHEJIANG, "level": "I", "basis": BASIS})
    item = OpenItem.objects.get(kind="movement.gates_again")
    assert (item.place, item.role) == (ZHEJIANG, "desk")
    assert open_gates(JINJIA) == {"西口"}, "people have to stand there first"


def test_a_leader_of_a_county_does_not_ease_by_himself(zhejiang: Zhejiang) -> None:
    """Rows: Z26."""
    mayor = zhejiang.house.person("县长某", "leader", CANGNAN)
    ask = {"place": CANGNAN, "level": "III", "basis": BASIS}
    headers = token_of(zhejiang.house, mayor, "the-mayors-key")
    answered = post("/api/response/declare_level", ask, headers).json()
    assert answered["result"]["state"] == "asked"
    change = UUID(answered["result"]["change"])
    zhejiang.call(
        "response.refuse_easier", {"place": ZHEJIANG, "change": str(change), "reason": REASON}
    )
    rows = zhejiang.read("response.history", place=CANGNAN)
    assert {row["state"] for row in rows if row["place"] == CANGNAN} == {"refused", "in_effect"}
