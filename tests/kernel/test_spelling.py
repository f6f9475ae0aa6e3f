"""Spelling: characters are read one by one, and nothing is loaded that only reads phrases."""

import sys

from mingbai.kernel.spelling import pinyin_initials, pinyin_whole


def test_each_character_is_read_by_itself() -> None:
    assert pinyin_whole("马头村") == "matoucun"
    assert pinyin_initials("长行") == "zx"
    assert pinyin_whole("单于行", person=True) == "shanyuxing"
    assert pinyin_whole("A栋3号") == "adong3hao"


def test_the_phrases_are_not_loaded() -> None:
    assert "pypinyin.phrases_dict" not in sys.modules
