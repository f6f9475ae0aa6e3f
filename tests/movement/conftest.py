"""Two gates of a village with who works there."""

import uuid
from collections.abc import Iterator

import pytest

from mingbai.flows.at_the_gate import take_up
from mingbai.kernel.actors import Actor
from mingbai.kernel.models import Point
from tests.conftest import TOWN, VILLAGE, House

EAST, WEST = "东口", "西口"
GOOD = "110112196003070009"
OTHER = "330382199009050003"


@pytest.fixture
def gates(account: House) -> Iterator[House]:
    """An account whose village has two open gates."""
    for name in (EAST, WEST):
        account.do(
            "movement.open_checkpoint",
            {"place": VILLAGE, "point": name, "hours": "06:00-22:00", "equipment": "额温枪"},
        )
    yield account


@pytest.fixture
def guard(gates: House) -> Actor:
    """The guard of the village's gates."""
    return gates.person("崔守望", "guard")


@pytest.fixture
def desk(gates: House) -> Actor:
    """The town's desk."""
    return gates.person("郎致远", "desk", TOWN)


def arrives(house: House, guard: Actor, name: str = "戚建洋", **more: object) -> str:
    """Register an arrival at the east gate; return its id."""
    ask = {"place": VILLAGE, "point": EAST, "name": name, "document_number": GOOD, **more}
    return str(house.do("movement.register_arrival", ask, as_=guard).result["arrival"])


def on_duty(guard: Actor, point: str = EAST, place: str = VILLAGE) -> None:
    """Let a guard come to a gate."""
    gate = Point.objects.get(place=place, kind="gate", name=point)
    take_up(place, gate.id, as_=guard, mandate=None, request=uuid.uuid4())


def copied(
    house: House, guard: Actor, number: str | None, name: str = "喻小满", **more: object
) -> str:
    """Copy a paper row of the east gate; return the arrival's id."""
    ask = {
        "place": VILLAGE,
        "point": EAST,
        "name": name,
        "document_kind": "resident_id",
        "document_number": number,
        "phone": "16012345678",
        "arrived_on": "2026-01-30",
        **more,
    }
    return str(house.do("movement.copy_arrival", ask, as_=guard).result["arrival"])
