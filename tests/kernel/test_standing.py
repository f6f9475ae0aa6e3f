"""Standing: one desk owns a word and writes it, every rule may read it; the store that is closed for counting."""

import ast
import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from mingbai.domains.supplies.models import Line
from mingbai.domains.supplies.standing import CLOSED
from mingbai.kernel import standing
from mingbai.kernel.acting import Acting
from mingbai.kernel.actors import Actor, Hat
from mingbai.kernel.identity import uuid7
from mingbai.kernel.models import OpenItem
from mingbai.kernel.models import Standing as Said
from mingbai.kernel.refusals import NotAllowed, Refused
from mingbai.kernel.rows import Store
from mingbai.kernel.words import Role, Via
from tests.conftest import NEIGHBOUR, TOWN, VILLAGE, House
from tests.kernel.phone import enrolled

HOUSE = Path(__file__).resolve().parents[2] / "src" / "mingbai"
MASK = {
    "place": VILLAGE,
    "code": "mask",
    "name_zh": "一次性口罩",
    "name_en": "masks",
    "base_unit": "只",
}
ISSUE = {"place": VILLAGE, "item": "mask", "quantity": 1, "unit": "只", "recipient": "001"}
DAY = "2020-01-27"


def clock(text: str, day: str = DAY) -> str:
    """Return a moment of the story, which begins at eight in the morning of the 27th."""
    return f"{day}T{text}:00+08:00"


@pytest.fixture
def stocked(story: House) -> House:
    """A story whose store holds masks."""
    return filled(story)


def filled(house: House) -> House:
    """Put masks into the store."""
    house.do("goods.add_goods", MASK)
    house.do("people.add_household", {"place": VILLAGE, "code": "001"})
    ask = {"place": VILLAGE, "item": "mask", "quantity": 100, "unit": "只"}
    house.do("supplies.receive_goods", ask | {"origin_kind": "allocation", "origin": "镇里"})
    return house


def refused(house: House, code: str, name: str, ask: dict[str, Any], **more: Any) -> Refused:
    """Check that something is refused by a rule."""
    with pytest.raises(Refused) as refusal:
        house.do(name, ask, **more)
    assert refusal.value.code == code, refusal.value
    return refusal.value


def test_nothing_leaves_a_store_that_is_closed_for_counting(stocked: House) -> None:
    keeper = stocked.person("陆秀芬", "keeper")
    stocked.do("supplies.close_store", {"place": VILLAGE, "ends_at": clock("10:00")}, as_=keeper)
    said = refused(stocked, "SUP-27", "supplies.issue_goods", ISSUE, as_=keeper)
    assert "2020 年 1 月 27 日 10:00" in said.sentence()
    sent = {"place": VILLAGE, "to_place": NEIGHBOUR, "item": "mask", "quantity": 1, "unit": "只"}
    refused(stocked, "SUP-27", "supplies.dispatch_goods", sent, as_=keeper)
    counted = {"place": VILLAGE, "item": "mask", "counted": 100, "expected": 100}
    stocked.do("supplies.count_stock", counted, as_=keeper)
    stocked.do("account.move_clock", {"to": clock("10:00")})
    stocked.do("supplies.issue_goods", ISSUE, as_=keeper)
    assert stocked.faults() == []


def test_a_store_is_opened_before_the_time_that_was_said(stocked: House) -> None:
    keeper = stocked.person("陆秀芬", "keeper")
    refused(stocked, "SUP-29", "supplies.reopen_store", {"place": VILLAGE}, as_=keeper)
    stocked.do("supplies.close_store", {"place": VILLAGE, "ends_at": clock("10:00")}, as_=keeper)
    stocked.do("account.move_clock", {"to": clock("09:00")})
    stocked.do("supplies.close_store", {"place": VILLAGE, "ends_at": clock("12:00")}, as_=keeper)
    (row,) = stocked.ask("standing.in_force", {"place": TOWN})
    assert row.ends_at == dt.datetime.fromisoformat(clock("12:00")), "the last word holds"
    stocked.do("account.move_clock", {"to": clock("09:30")})
    stocked.do("supplies.reopen_store", {"place": VILLAGE}, as_=keeper)
    stocked.do("supplies.issue_goods", ISSUE, as_=keeper)
    assert stocked.ask("standing.in_force", {"place": TOWN}) == []
    for moment, said in [("08:30", 1), ("09:15", 1), ("09:45", 0)]:
        told = stocked.ask("standing.in_force", {"place": TOWN, "as_of": clock(moment)})
        held = standing.at(Store(), CLOSED, VILLAGE, dt.datetime.fromisoformat(clock(moment)))
        assert (len(told), held is not None) == (said, said == 1), moment
    assert Said.objects.count() == 2
    assert stocked.faults() == []


@pytest.mark.parametrize("until", [clock("08:00"), clock("07:59"), clock("08:01", "2020-01-28")])
def test_a_store_is_closed_for_a_day_at_most(stocked: House, until: str) -> None:
    ask = {"place": VILLAGE, "ends_at": until}
    refused(stocked, "SUP-28", "supplies.close_store", ask)


def test_who_closes_a_store(stocked: House) -> None:
    ask = {"place": VILLAGE, "ends_at": clock("10:00")}
    for role in ("guard", "overseer", "clerk"):
        refused(stocked, "ACC-1", "supplies.close_store", ask, as_=stocked.person(role, role))
    away = stocked.person("邻村的", "keeper", NEIGHBOUR)
    refused(stocked, "ACC-5", "supplies.close_store", ask, as_=away)
    with pytest.raises(NotAllowed, match="ACC-5"):
        stocked.ask("standing.in_force", {"place": VILLAGE}, as_=away)


def test_what_a_phone_handed_out_of_a_closed_store_is_recorded_against_the_rule(
    account: House,
) -> None:
    """A phone without a network did not know; the goods are gone, so the account says both."""
    filled(account)
    keeper, desk = account.person("温小满", "keeper"), account.person("郎致远", "desk", TOWN)
    phone = enrolled(account, keeper, desk, VILLAGE)
    until = dt.datetime.now(dt.UTC) + dt.timedelta(hours=2)
    account.do("supplies.close_store", {"place": VILLAGE, "ends_at": until}, as_=desk)
    phone.save("supplies.issue_goods", ISSUE)
    (told,) = phone.send()["results"]
    assert told["outcome"] == "overruled"
    assert OpenItem.objects.filter(kind="sync.overruled", place=VILLAGE).count() == 1
    assert Line.objects.filter(kind="issue").count() == 1
    assert account.faults() == []


def test_the_hours_of_the_store_are_for_everyone_and_name_nobody(stocked: House) -> None:
    points = {
        kind: stocked.do("places.add_point", {"place": VILLAGE, "kind": kind, "name": kind}).result
        for kind in ("store", "gate")
    }
    people = [stocked.person(name, "keeper") for name in ("陆秀芬", "施长安", "温小满")]
    for one, kind, starts, ends in [
        (people[0], "store", "09:00", "11:00"),
        (people[1], "store", "10:30", "12:00"),
        (people[0], "store", "14:00", "16:00"),
        (people[2], "gate", "08:00", "20:00"),
    ]:
        ask = {"place": VILLAGE, "person": str(one.person), "point": points[kind]["point"]}
        stocked.do("posts.book", ask | {"starts_at": clock(starts), "ends_at": clock(ends)})
    closed = {"place": VILLAGE, "ends_at": clock("08:45")}
    stocked.do("supplies.close_store", closed)
    rows = stocked.ask("supplies.store_hours", {"place": VILLAGE}, as_=Actor())
    assert [
        (row.state, f"{row.starts_at.astimezone(dt.timezone(dt.timedelta(hours=8))):%H:%M}")
        for row in rows
    ] == [
        ("closed_store", "08:00"),
        ("staffed", "09:00"),
        ("staffed", "14:00"),
    ]
    assert rows[1].ends_at == dt.datetime.fromisoformat(clock("12:00"))
    assert "陆秀芬" not in str(rows)


def test_only_the_desk_that_owns_a_word_writes_it(account: House) -> None:
    hat = Hat(role=Role.DESK, place=VILLAGE)
    now = dt.datetime.now(dt.UTC)
    for act in (standing.say, standing.take_back):
        acting = Acting(
            store=Store(),
            entry=uuid7(),
            command="goods.add_goods",
            hat=hat,
            via=Via.API,
            place=VILLAGE,
            at=now,
            now=now,
        )
        with pytest.raises(AssertionError, match="does not own"):
            act(acting, CLOSED, VILLAGE, *(["x"] if act is standing.say else []))
    assert Said.objects.count() == 0


def test_a_word_is_registered_in_the_folder_of_its_desk_and_rows_are_made_in_one_place() -> None:
    """A rule of any desk may read a word; the source shows who writes it."""
    for path in sorted(HOUSE.rglob("*.py")):
        if "migrations" in path.parts or path == HOUSE / "kernel" / "standing.py":
            continue
        parts = path.relative_to(HOUSE).parts
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            through = getattr(getattr(node.func, "value", None), "id", "")
            assert name != "Standing", f"{path} makes a word past its one way"
            if name == "standing" and node.args and isinstance(node.args[0], ast.Constant):
                desk = str(node.args[0].value).partition(".")[0]
                assert parts[:2] in {("domains", desk), ("kernel", desk)}, path
            if through == "standing" and name in {"say", "take_back"}:
                assert parts[0] == "domains", f"{path} writes a word of a desk"
    assert set(standing.WORDS) == {
        "enterprise.approved",
        "enterprise.may_request_passes",
        "inspection.passed",
        "inspection.serious_hazard",
        "response.level",
        "response.zone_grade",
        "supplies.closed",
    }
