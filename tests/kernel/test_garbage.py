"""Garbage: rows are made without looking for it, and it is looked for all the same before it fills the memory."""

import gc

import pytest

from mingbai.kernel import garbage


class Knot:
    """Something that holds itself, as a fault does whose traceback saw it."""

    def __init__(self) -> None:
        self.held = self


def test_what_holds_itself_does_not_stay_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(garbage, "MANY", 10_000)
    gc.collect()
    for _round in range(10):
        with garbage.growing():
            for _each in range(20_000):
                Knot()
    left = sum(type(one) is Knot for one in gc.get_objects())
    assert left <= 50_000, "of 200,000"


def test_what_was_made_counts_as_old_from_then_on() -> None:
    with garbage.growing():
        rows = [[number] for number in range(50_000)]
    young = {id(one) for kept in (0, 1) for one in gc.get_objects(kept)}
    assert not any(id(row) in young for row in rows), "the next object has none of them walked"
    assert gc.isenabled()
