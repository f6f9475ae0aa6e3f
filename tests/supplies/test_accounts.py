"""Small accounts, told in the words of a keeper and replayed."""

import inspect
from collections.abc import Callable

import pytest

from tests.supplies.conftest import Village


def nothing_leaves_that_is_not_there() -> None:
    """
    收 镇里 口罩 200
    发 王大爷 口罩 5
    发 李婶 口罩 300   ! SUP-1
    余 口罩 195
    """


def what_comes_back_was_given_out() -> None:
    """
    收 镇里 额温枪 4
    发 东口 额温枪 2
    退 东口 额温枪 3   ! SUP-12
    退 西口 额温枪 1   ! SUP-12
    退 东口 额温枪 2
    余 额温枪 4
    """


def a_count_is_believed_and_its_difference_explained() -> None:
    """
    收 镇里 口罩 100
    盘 口罩 97   ! SUP-8
    余 口罩 100
    盘 口罩 97 破损三只
    余 口罩 97
    盘 口罩 97
    盘 口罩 99 角落里找到两只
    余 口罩 99
    发 王大爷 口罩 99
    余 口罩 0
    """


def a_line_is_reversed_once_and_a_reversal_never() -> None:
    """
    收 镇里 口罩 100
    发 王大爷 口罩 10
    冲 2
    余 口罩 100
    冲 2   ! SUP-4
    冲 3   ! SUP-4
    冲 9   ! SUP-13
    发 王大爷 口罩 60
    冲 1   ! SUP-5
    余 口罩 40
    """


def goods_are_kept_apart() -> None:
    """
    收 镇里 口罩 10
    收 镇里 消毒液 3
    发 王大爷 消毒液 4   ! SUP-1
    发 王大爷 口罩 4
    余 口罩 6
    余 消毒液 3
    """


@pytest.mark.parametrize(
    "told",
    [
        nothing_leaves_that_is_not_there,
        what_comes_back_was_given_out,
        a_count_is_believed_and_its_difference_explained,
        a_line_is_reversed_once_and_a_reversal_never,
        goods_are_kept_apart,
    ],
)
def test_a_small_account(village: Village, told: Callable[[], None]) -> None:
    village.replay(inspect.getdoc(told) or "")
    assert village.house.faults() == []
