"""Counts of passes for all: from everything that a stranger can ask, no hidden count under ten can be worked out."""

from collections.abc import Callable, Iterator
from itertools import chain, permutations
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from mingbai.domains.movement.rules.counts import SMALL, shown
from mingbai.flows import permits as flow
from mingbai.kernel.actors import Actor
from mingbai.kernel.places import is_under
from tests.conftest import NEIGHBOUR, TOWN, VILLAGE, House
from tests.flows.test_permits import people, roster

COUNTY = "110112000000"
TOWNS = ["110112106000", "110112105000"]
VILLAGES = ["110112106224", "110112106208", "110112106209", "110112105201", "110112105202"]
PLACES = [COUNTY, *TOWNS, *VILLAGES]
COUNTS = st.one_of(st.just(0), st.integers(1, 12), st.sampled_from([1, 8, 9, 10, 11, 25]))

World = dict[str, int]


def told(world: World) -> dict[str, int | None]:
    """Return everything that a stranger can ask: the answer for each place."""
    return {place: shown(world, place) for place in PLACES}


def whole(world: World, place: str) -> int:
    """Return how many there really are at a place and under it."""
    return sum(count for code, count in world.items() if is_under(code, place))


def near(world: World) -> Iterator[World]:
    """Give the worlds in which one or two more or fewer are counted at a place, or are counted at another."""
    for place in PLACES:
        yield world | {place: world[place] + 1}
        yield world | {place: world[place] - 1}
    for one, other in permutations(PLACES, 2):
        for moved in (1, 2):
            yield world | {one: world[one] - moved, other: world[other] + moved}


def far(world: World, chance: Random) -> Iterator[World]:
    """Give worlds in which what is counted at a few places is spread anew over them."""
    for _attempt in range(4000):
        some = chance.sample(PLACES, chance.randint(2, 6))
        cuts = sorted(chance.randint(0, sum(world[one] for one in some)) for _one in some[1:])
        ends = [*cuts, sum(world[one] for one in some)]
        parts = [end - start for start, end in zip([0, *cuts], ends, strict=True)]
        yield world | dict(zip(some, parts, strict=True))


def can_be_other(world: World, counted: Callable[[World], int], chance: Random) -> bool:
    """Tell whether a stranger, who knows the rule as well, has another world before them in which this count is another."""
    seen, real = told(world), counted(world)
    return any(
        min(other.values()) >= 0 and counted(other) != real and told(other) == seen
        for other in chain(near(world), far(world, chance))
    )


@given(st.fixed_dictionaries(dict.fromkeys(PLACES, COUNTS)), st.randoms(use_true_random=False))
@settings(max_examples=200, deadline=None)
def test_no_hidden_count_under_ten_can_be_worked_out(world: World, chance: Random) -> None:
    seen = told(world)
    for place in PLACES:
        real = whole(world, place)
        assert seen[place] in (None, real)
        if 0 < real < SMALL:
            assert seen[place] is None
            assert can_be_other(world, lambda one, at=place: whole(one, at), chance), place
        if 0 < world[place] < SMALL:
            assert can_be_other(world, lambda one, at=place: one[at], chance), place


def test_what_tells_nothing_is_shown() -> None:
    world = dict.fromkeys(PLACES, 0) | {VILLAGES[0]: 12, VILLAGES[1]: 30}
    assert told(world)[TOWNS[0]] == 42 and told(world)[COUNTY] == 42
    assert told(world)[TOWNS[1]] == 0
    # One village with three: its town without the others would tell it, and so would the county.
    assert told(world | {VILLAGES[2]: 3})[TOWNS[0]] is None
    assert told(world | {VILLAGES[2]: 3})[COUNTY] is None
    # Three in one town and eight in the other: their sum tells neither.
    both = told(world | {VILLAGES[2]: 3, VILLAGES[3]: 8})
    assert both[TOWNS[0]] is None and both[TOWNS[1]] is None and both[COUNTY] == 53


def test_a_town_does_not_tell_what_its_village_hides(story: House) -> None:
    """The same through the product: passes issued by command, and asked for as anyone asks."""
    flow.issue_roster(roster(*people(12)), VILLAGE)
    flow.issue_roster(roster(*people(15)[12:]), NEIGHBOUR)
    story.do("account.move_clock", {"to": "2020-01-29T09:00:00+08:00"})

    def asked(place: str) -> list[int | None]:
        return [
            row.issued for row in story.ask("movement.issued_log", {"place": place}, as_=Actor())
        ]

    assert (asked(VILLAGE), asked(NEIGHBOUR), asked(TOWN)) == ([12], [None], [None])
