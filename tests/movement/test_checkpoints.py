"""Gates: eight of them with their state, closed with a reason and a way round, and checked as often as people come."""

import datetime as dt

import pytest

from mingbai.domains.movement.flow import counted
from mingbai.domains.movement.models import Arrival
from mingbai.domains.movement.queries.checkpoints import CheckpointRow
from mingbai.kernel.actors import Actor
from mingbai.kernel.documents import check_character
from mingbai.kernel.refusals import Refused
from mingbai.kernel.worker import run_due, work_once
from tests.conftest import NEIGHBOUR, TOWN, VILLAGE, House

EAST, WEST = "东口", "西口"
MINUTE = dt.timedelta(minutes=1)


def opened(house: House, place: str, *names: str) -> None:
    """Open gates."""
    for name in names:
        house.do(
            "movement.open_checkpoint", {"place": place, "point": name, "hours": "06:00-22:00"}
        )


def number(serial: int) -> str:
    """Return the number of somebody invented."""
    body = f"110112{1950 + serial % 50:04d}{1 + serial // 50:02d}07000"
    return body + check_character(body)


def arrive(house: House, place: str, point: str, count: int, guard: Actor, first: int = 0) -> None:
    """Register arrivals at a gate."""
    for serial in range(first, first + count):
        ask = {"place": place, "point": point, "name": "来人", "document_kind": "resident_id"}
        house.do("movement.register_arrival", ask | {"document_number": number(serial)}, as_=guard)


def refused(house: House, code: str, name: str, ask: dict[str, str]) -> None:
    """Check that something is refused by a rule."""
    with pytest.raises(Refused) as told:
        house.do(name, ask)
    assert told.value.code == code


def test_a_village_has_eight_gates_and_a_closed_one_shows_the_way_round(story: House) -> None:
    """Rows: T07."""
    names = [f"{one}号口" for one in "一二三四五六七八"]
    opened(story, VILLAGE, *names)
    rows = story.ask("movement.checkpoints", {"place": VILLAGE}, as_=Actor())
    assert [(row.name, row.state) for row in rows] == [(name, "open") for name in names]
    close = {"place": VILLAGE, "point": names[1], "reason": "路口积水", "detour": names[2]}
    refused(story, "ASK-1", "movement.close_checkpoint", close | {"reason": ""})
    refused(story, "MOV-10", "movement.close_checkpoint", close | {"detour": names[1]})
    refused(story, "MOV-2", "movement.close_checkpoint", close | {"detour": "九号口"})
    story.do("movement.close_checkpoint", close)
    refused(story, "MOV-11", "movement.close_checkpoint", close)
    refused(
        story,
        "MOV-10",
        "movement.close_checkpoint",
        close | {"point": names[0], "detour": names[1]},
    )
    row = story.ask("movement.checkpoints", {"place": VILLAGE}, as_=Actor())[1]
    assert (row.state, row.reason, row.detour) == ("closed", "路口积水", names[2])
    story.do("movement.close_checkpoint", close | {"point": names[2], "detour": names[3]})
    row = story.ask("movement.checkpoints", {"place": VILLAGE}, as_=Actor())[1]
    assert row.detour == names[3], "nobody is sent to a gate that has closed since"
    story.do("movement.set_equipment", {"place": VILLAGE, "point": names[1], "equipment": "测温枪"})
    history = story.ask("movement.checkpoint_history", {"place": VILLAGE, "point": names[1]})
    assert [one.state for one in history] == ["closed", "closed", "closed", "open"]
    assert story.faults() == []


def test_hours_and_equipment_can_be_taken_away_and_noting_them_moves_no_since(story: House) -> None:
    gate = {"place": VILLAGE, "point": EAST}
    opened(story, VILLAGE, EAST, WEST)

    def stands() -> CheckpointRow:
        (row,) = [
            row for row in story.ask("movement.checkpoints", {"place": VILLAGE}) if row.name == EAST
        ]
        return row

    story.do("movement.open_checkpoint", gate | {"hours": "06:00-22:00", "equipment": "测温枪"})
    assert (stands().hours, stands().equipment) == ("06:00-22:00", "测温枪")
    refused(story, "MOV-20", "movement.open_checkpoint", gate)
    story.do("movement.open_checkpoint", gate | {"equipment": "测温枪", "afresh": True})
    assert (stands().hours, stands().equipment) == (None, "测温枪"), "open round the clock"
    story.do("movement.open_checkpoint", gate | {"afresh": True})
    assert (stands().hours, stands().equipment) == (None, None)
    refused(story, "MOV-20", "movement.open_checkpoint", gate | {"afresh": True})
    story.do("movement.close_checkpoint", gate | {"reason": "路口积水", "detour": WEST})
    closed = stands().since
    now = story.ask("account.state", {}).now
    story.do("account.move_clock", {"to": (now + dt.timedelta(hours=5)).isoformat()})
    story.do("movement.set_equipment", gate | {"equipment": "雨棚"})
    assert (stands().state, stands().equipment, stands().since) == ("closed", "雨棚", closed)
    story.do("movement.open_checkpoint", gate)
    assert stands().since > closed
    assert story.faults() == []


def test_the_gates_as_they_were_yesterday(story: House) -> None:
    opened(story, VILLAGE, EAST, WEST)
    before = story.ask("account.state", {}).now
    story.do("account.move_clock", {"to": (before + dt.timedelta(hours=5)).isoformat()})
    close = {"place": VILLAGE, "point": EAST, "reason": "修路占道", "detour": WEST}
    story.do("movement.close_checkpoint", close)
    then = {"place": VILLAGE, "as_of": (before + dt.timedelta(hours=1)).isoformat()}
    assert [row.state for row in story.ask("movement.checkpoints", then)] == ["open", "open"]
    now = story.ask("movement.checkpoints", {"place": VILLAGE})
    assert [row.state for row in now] == ["closed", "open"]


def test_a_gate_is_checked_as_often_as_people_come(story: House) -> None:
    """Rows: T12."""
    opened(story, VILLAGE, EAST)
    opened(story, NEIGHBOUR, "北口")
    busy, quiet = story.person("崔守望", "guard"), story.person("乔大勇", "guard", NEIGHBOUR)
    start = story.ask("account.state", {}).now
    every = {"policy": "movement.check_every", "value": 10, "starts_at": start.isoformat()}
    story.do("policy.put", {"place": "110112106000"} | every)
    for back in range(3):
        at = start + dt.timedelta(days=back)
        story.do("account.move_clock", {"to": at.isoformat()})
        arrive(story, VILLAGE, EAST, 45, busy, first=45 * back)
        arrive(story, NEIGHBOUR, "北口", 1, quiet, first=300 + back)
    desk = story.person("郎致远", "desk", "110112106000")
    rows = story.ask("movement.check_frequency", {"place": "110112106000"}, as_=desk)
    found = {row.place: row for row in rows}
    assert found[VILLAGE].checks > found[NEIGHBOUR].checks == 2
    assert found[VILLAGE].turnover > found[NEIGHBOUR].turnover
    hours = story.ask("movement.counts_per_hour", {"place": VILLAGE, "point": EAST}, as_=busy)
    assert sum(row.arrivals for row in hours) == 45 and len(hours) == 24


def test_a_paper_line_counts_on_its_day_and_in_no_hour(story: House) -> None:
    """Rows: T12. A register that is copied in the evening makes neither a rush at seven nor a busy day of it."""
    opened(story, VILLAGE, EAST)
    guard = story.person("崔守望", "guard")
    now = story.ask("account.state", {}).now
    days = [(now - dt.timedelta(days=back)).date().isoformat() for back in (0, 1, 9)]
    row = {"place": VILLAGE, "point": EAST, "document_kind": "other"}
    for at, on in enumerate(days):
        told = {"name": f"来人{at}", "document_number": f"户口本 {at}", "arrived_on": on}
        story.do("movement.copy_arrival", row | told, as_=guard)
    hours = story.ask("movement.counts_per_hour", {"place": VILLAGE, "point": EAST}, as_=guard)
    assert sum(row.arrivals for row in hours) == 0
    since = now - dt.timedelta(days=2)
    assert sorted(one.at.date().isoformat() for one in counted(VILLAGE, since, now + MINUTE)) == [
        days[1], days[0],
    ]  # fmt: skip


def test_a_row_is_blinded_when_its_day_has_come_and_stays_countable(story: House) -> None:
    """Rows: T14."""
    opened(story, VILLAGE, EAST)
    guard = story.person("崔守望", "guard")
    arrive(story, VILLAGE, EAST, 2, guard)
    start = story.ask("account.state", {}).now
    story.do("account.move_clock", {"to": (start + dt.timedelta(days=31)).isoformat()})
    run_due("day")
    held = Arrival.objects.all()
    assert all(row.blinded_at and row.person_id is None for row in held) and len(held) == 2
    assert story.ask("movement.register", {"place": VILLAGE, "point": EAST}, as_=guard) == []
    (count,) = story.ask("movement.gate_counts", {"place": VILLAGE}, as_=guard)
    assert (count.arrivals, count.unverified, count.to_verify) == (2, 0, 0), (
        "nobody can verify them"
    )
    story.settle()
    assert story.faults() == []


def test_a_lapsed_measure_brings_a_rows_last_day_forward(story: House) -> None:
    """Rows: T14. Each desk's own job keeps its rows until the day that follows from the measure's end."""
    opened(story, VILLAGE, EAST)
    measure = {"code": "level-1", "name_zh": "一级响应", "name_en": "Level I", "keep_days": 0}
    story.do("measures.begin_measure", measure | {"place": TOWN})
    arrive(story, VILLAGE, EAST, 2, story.person("崔守望", "guard"))
    before = {row.delete_after for row in Arrival.objects.all()}
    lapsed = story.do("measures.lapse", {"place": TOWN, "code": "level-1"}).result
    work_once({})
    after = {row.delete_after.isoformat() for row in Arrival.objects.all()}
    assert after == {lapsed["delete_after"]} and min(before).isoformat() > max(after)
    story.settle()
    assert story.faults() == []


def test_rows_are_kept_longer_only_within_a_limit_and_for_a_reason_that_all_read(
    story: House,
) -> None:
    opened(story, VILLAGE, EAST)
    now = story.ask("account.state", {}).now
    longer = {"place": VILLAGE, "days": 40, "reason": "流行病学调查需要"}
    ends = {"ends_at": (now + dt.timedelta(days=20)).isoformat()}
    refused(story, "MOV-16", "movement.keep_longer", longer | ends | {"days": 20})
    refused(story, "MOV-16", "movement.keep_longer", longer | ends | {"days": 4000})
    refused(story, "MAN-2", "movement.keep_longer", longer | {"ends_at": now.isoformat()})
    story.do("movement.keep_longer", longer | ends)
    arrive(story, VILLAGE, EAST, 1, story.person("崔守望", "guard"))
    kept = Arrival.objects.get()
    assert (kept.delete_after - kept.arrived_on).days == 40
    (row,) = story.ask("movement.kept_longer", {"place": VILLAGE}, as_=Actor())
    assert row.reason == "流行病学调查需要"
