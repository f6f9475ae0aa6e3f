"""Rules of the supplies desk, without a database."""

import datetime as dt
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingbai.domains.supplies import rules
from mingbai.domains.supplies.rules import Held
from mingbai.kernel.refusals import Refused

TODAY = dt.date(2020, 2, 14)
START = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)


def lot(number: int, quantity: int, expires: dt.date | None = None) -> Held:
    """Return a lot that came on a certain day."""
    return Held(uuid.UUID(int=number), quantity, expires, START + dt.timedelta(days=number))


def test_sup_1_what_expires_first_goes_first_and_no_day_goes_last() -> None:
    held = [
        lot(1, 5),
        lot(2, 5, TODAY + dt.timedelta(9)),
        lot(3, 5, TODAY + dt.timedelta(2)),
        lot(4, 5),
    ]
    parts = rules.allot(held, 13, unit="只", on=TODAY)
    assert [(part.lot.int, part.quantity) for part in parts] == [(3, 5), (2, 5), (1, 3)]


def test_sup_6_what_is_past_its_day_is_not_given_out_but_written_off() -> None:
    held = [lot(1, 5, TODAY - dt.timedelta(1)), lot(2, 5, TODAY)]
    assert [part.lot.int for part in rules.allot(held, 5, unit="只", on=TODAY)] == [2]
    with pytest.raises(Refused) as refusal:
        rules.allot(held, 6, unit="只", on=TODAY)
    assert (refusal.value.code, refusal.value.facts["expired"]) == ("SUP-6", 5)
    assert sum(part.quantity for part in rules.allot(held, 10, unit="只", on=None)) == 10


@given(st.lists(st.integers(0, 50), max_size=8), st.integers(1, 300))
def test_sup_1_is_exact(quantities: list[int], asked: int) -> None:
    held = [lot(number, quantity) for number, quantity in enumerate(quantities)]
    if asked > sum(quantities):
        with pytest.raises(Refused) as refusal:
            rules.allot(held, asked, unit="只", on=TODAY)
        assert refusal.value.facts["short"] == asked - sum(quantities)
        return
    parts = rules.allot(held, asked, unit="只", on=TODAY)
    assert sum(part.quantity for part in parts) == asked
    there = {one.lot: one.quantity for one in held}
    assert all(0 < part.quantity <= there[part.lot] for part in parts)


def test_sup_7_a_count_against_an_old_balance_is_refused() -> None:
    with pytest.raises(Refused) as refusal:
        rules.check_count(97, 100, 98, "少三只")
    assert (refusal.value.code, refusal.value.facts["on_hand"]) == ("SUP-7", 98)
    assert rules.check_count(97, 98, 98, "少一只") == -1
    assert rules.check_count(98, 98, 98, None) == 0


def test_sup_10_a_difference_needs_its_reason() -> None:
    with pytest.raises(Refused):
        rules.check_arrived(10, 9, 0, None)
    assert rules.check_arrived(10, 9, 0, "箱子破了") == 1
    assert rules.check_arrived(10, 11, 0, "多装一只") == -1
    with pytest.raises(Refused) as refusal:
        rules.check_arrived(10, 9, 10, "都坏了")
    assert refusal.value.code == "SUP-25"


def test_sup_26_cover_is_cut_and_never_rounded_up() -> None:
    assert rules.days_of_cover(20, 7) == 20
    assert rules.days_of_cover(20, 48) == 2
    assert rules.days_of_cover(20, 0) is None
    assert rules.is_low(2, 20, 48, 3)
    assert not rules.is_low(3, 20, 48, 3)
    assert rules.is_low(0, 0, 5, 0)
    assert not rules.is_low(None, 0, 0, 3)


def test_sup_18_there_is_an_end_to_numbers() -> None:
    rules.check_room(2**62)
    with pytest.raises(Refused):
        rules.check_room(2**62 + 1)
