"""Nobody's path is shown: every registered query is asked as every role, and no answer lets two gates be joined."""

import datetime as dt
import itertools
import json
import re
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from mingbai.domains.movement.models import Crossing, Permit
from mingbai.kernel.actors import OPERATOR, Actor
from mingbai.kernel.clock import day, machine_now
from mingbai.kernel.documents import mask_document
from mingbai.kernel.models import Entry, Point
from mingbai.kernel.perform import rows_as_json
from mingbai.kernel.refusals import Refused
from mingbai.kernel.registry import REGISTRY
from mingbai.kernel.words import Role
from tests.conftest import TOWN, VILLAGE, House
from tests.movement.conftest import on_duty
from tests.movement.passes import batch, document, issue, person, tokens
from tests.movement.test_crossings import run

EAST, WEST = "东口", "西口"
NAME = "祁满仓"
TRIES_MOST = 40
# What names something for ever: a random number, a fingerprint, a moment to the second.
STABLE = re.compile(
    r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}|[0-9a-f]{16,}|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[.\d]*"
)
PHONE = "16012345678"
NINETEEN = "1101121978032150000"


class Lived:
    """A village with two gates, through both of which one person came, seen by a desk and a guard."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.points = {
            name: house.do("places.add_point", {"place": VILLAGE, "kind": "gate", "name": name})
            for name in (EAST, WEST)
        }
        self.ids = {row.name: row.id for row in Point.objects.filter(kind="gate")}
        self.holder = person(house, NAME, 1)
        ends = (machine_now() + dt.timedelta(days=10)).isoformat()
        issue(house, batch(holders=[self.holder], valid_to=ends))
        self.number = Permit.objects.get().number
        (self.token,) = tokens().values()
        guard = house.person("崔守口", "guard")
        # The same person is in the register of both gates, one day after the other.
        told = {"place": VILLAGE, "name": NAME, "document_number": document(1), "phone": PHONE}
        today = day(machine_now())
        self.arrivals = {
            gate: house.do(
                "movement.register_arrival",
                told | {"point": gate, "arrived_on": (today - dt.timedelta(days=at)).isoformat()},
                as_=guard,
            ).result["arrival"]
            for at, gate in enumerate((EAST, WEST))
        }
        # Both gates also have a row in doubt of this person, copied from paper.
        paper = {"place": VILLAGE, "name": NAME, "document_kind": "resident_id", "phone": PHONE}
        self.doubted = {
            gate: house.do(
                "movement.copy_arrival",
                paper | {"point": gate, "document_number": NINETEEN, "arrived_on": f"2026-01-{at}"},
                as_=guard,
            ).result["arrival"]
            for at, gate in ((20, EAST), (21, WEST))
        }
        self.crossings: dict[str, list[str]] = {EAST: [], WEST: []}
        for gate in (EAST, WEST):
            for shown in ({"permit": self.token}, {"arrival": self.arrivals[gate]}):
                ask = {"place": VILLAGE, "point": gate, "direction": "in"} | shown
                told = house.do("movement.record_crossing", ask, as_=guard)
                self.crossings[gate].append(told.result["crossing"])
        run("double_uses")
        run("double_uses")
        house.settle()

    def candidates(self, gate: str) -> dict[str, list[Any]]:
        """Return what somebody curious about a gate may put into a field."""
        entry = str(Entry.objects.filter(command="movement.record_crossing").first().id)
        return {
            "place": [VILLAGE, TOWN],
            "point": [gate, str(self.ids[gate])],
            "crossing": self.crossings[gate],
            "arrival": [self.arrivals[gate], self.doubted[gate]],
            "batch": ["B-1"],
            "pass_shown": [self.number],
            "permit": [self.number],
            "number": [Permit.objects.get().batch.number],
            "person": [self.holder],
            "text": [NAME, gate],
            "code": [entry],
            "entry": [entry],
            "permits": [[self.number]],
            "done": [True],
            "command": ["movement.record_crossing", None],
        }


@pytest.fixture
def lived(account: House) -> Lived:
    """The village of the test."""
    return Lived(account)


def asks(kind: Any, known: dict[str, list[Any]]) -> Iterator[dict[str, Any]]:
    """Give asks of a class, made of what is known."""
    wanted = {name: known[name] for name, field in kind.model_fields.items() if name in known}
    missing = [
        name
        for name, field in kind.model_fields.items()
        if field.is_required() and name not in known
    ]
    if missing:
        return
    for values in itertools.islice(itertools.product(*wanted.values()), TRIES_MOST):
        yield {name: one for name, one in zip(wanted, values, strict=True) if one is not None}
    if any(not field.is_required() for field in kind.model_fields.values()):
        bare = {name: wanted[name][0] for name in wanted if kind.model_fields[name].is_required()}
        yield bare


def rows_of(found: Any) -> list[dict[str, Any]]:
    """Return an answer's rows, also those inside one row."""
    told = rows_as_json(found)
    return list(told["rows"]) if "rows" in told else [told]


def actors(house: House, lived: Lived) -> list[Actor]:
    """Return somebody of every role at the village and the town, a guard on duty at each gate, the holder, anybody, and the shell."""
    found = [Actor(), OPERATOR, Actor(person=uuid.UUID(lived.holder))]
    for gate in (EAST, WEST):
        found.append(house.person(f"guard-{gate}", "guard"))
        on_duty(found[-1], gate)
    for role in Role:
        if role not in (Role.ANYONE, Role.RESIDENT):
            found += [
                house.person(f"{role}-{place[-3:]}", role, place) for place in (VILLAGE, TOWN)
            ]
    return found


def about(lived: Lived, gate: str, ask: dict[str, Any], row: dict[str, Any]) -> bool:
    """Tell whether a row tells of a gate: by what was asked, or by what it says."""
    text = json.dumps([ask, row], ensure_ascii=False)
    marks = [gate, str(lived.ids[gate]), lived.ids[gate].hex]
    own = [*lived.crossings[gate], lived.arrivals[gate], lived.doubted[gate]]
    marks += [form for one in own for form in (one, uuid.UUID(one).hex)]
    return any(mark in text for mark in marks)


def secrets_of(lived: Lived) -> dict[str, set[str]]:
    """Return what says who somebody is, by the only gate at which it may ever be read; "" is none."""
    number, whole = document(1), NINETEEN
    who = {NAME, NAME[0], lived.holder, uuid.UUID(lived.holder).hex, lived.number, lived.token}
    who |= {one for long in (number, whole, PHONE) for one in (long, mask_document(long))}
    found = {"": who}
    for gate in (EAST, WEST):
        ours = (lived.arrivals[gate], lived.doubted[gate])
        found[gate] = {form for one in ours for form in (one, uuid.UUID(one).hex)}
    return found


def test_no_answer_lets_two_gates_be_joined(account: House, lived: Lived) -> None:
    """Every answer to every role: what says who somebody is, is read by one actor at one gate at most."""
    secrets = secrets_of(lived)
    other = {EAST: WEST, WEST: EAST}
    answered, named = set(), set()
    for actor in actors(account, lived):
        told: dict[str, set[str]] = {EAST: set(), WEST: set()}
        for gate, (name, one) in itertools.product((EAST, WEST), sorted(REGISTRY.queries.items())):
            for ask in asks(one.ask, lived.candidates(gate)):
                try:
                    found = account.ask(name, ask, as_=actor)
                except Refused:
                    continue
                for row in rows_of(found):
                    if not about(lived, gate, ask, row):
                        continue
                    answered.add(name)
                    text = json.dumps(row, ensure_ascii=False)
                    asked = json.dumps(ask, ensure_ascii=False)
                    spoken = {one for one in secrets[""] if one in text and one not in asked}
                    told[gate] |= spoken | set(STABLE.findall(text))
                    if spoken:
                        named.add((name, gate, str(actor.person)))
                    away = {one for one in secrets[other[gate]] if one in text}
                    assert not away, f"{name} as {actor} tells of {gate} and of {away}"
        assert not told[EAST] & told[WEST], f"{actor} can join two gates by what is told of both"
        crossed = {gate: set(map(str, lived.crossings[gate])) for gate in (EAST, WEST)}
        assert not told[EAST] & crossed[WEST] and not told[WEST] & crossed[EAST]
    assert {"movement.gate_hours", "movement.crossing", "items.waiting"} <= answered
    assert {"movement.register", "movement.rows_in_doubt", "movement.callback"} <= answered
    # The two guards on duty read whose rows they are, each at their own gate; nobody else reads it anywhere.
    assert {name for name, _gate, _who in named} == {"movement.register", "movement.callback"}
    assert len({(gate, who) for _name, gate, who in named}) == 2
    assert len({who for _name, _gate, who in named}) == 2


def test_a_row_of_a_crossing_says_nothing_of_who_it_was(account: House, lived: Lived) -> None:
    names = {field.name for field in Crossing._meta.concrete_fields}
    assert not names & {"person", "name", "document", "phone", "holder"}
    assert len(set(lived.crossings[EAST] + lived.crossings[WEST])) == 4
    ids = [uuid.UUID(one) for gate in lived.crossings.values() for one in gate]
    assert {one.version for one in ids} == {4}, "an id that tells no time"


def test_the_holder_is_not_followed_in_what_is_held_about_them(
    account: House, lived: Lived
) -> None:
    holder = Actor(person=uuid.UUID(lived.holder))
    found = json.dumps(
        [json.loads(row.model_dump_json()) for row in account.ask("people.about_me", as_=holder)],
        ensure_ascii=False,
    )
    assert "record_crossing" not in found and EAST not in found
