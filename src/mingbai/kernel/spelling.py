"""Spelling: names found by whole pinyin, by initials, and by what people type."""

import os
import unicodedata
from functools import lru_cache

# Characters are read one by one. The library's 47,000 phrases would cost each process 45 MB and a third of its start.
os.environ.setdefault("PYPINYIN_NO_PHRASES", "1")
os.environ.setdefault("PYPINYIN_NO_DICT_COPY", "1")

from pypinyin import Style, lazy_pinyin  # noqa: E402 - reads what was said above when it is imported

# Surnames that are read in their own way.
SURNAMES = {
    "单": "shan", "仇": "qiu", "解": "xie", "曾": "zeng", "查": "zha", "朴": "piao", "区": "ou", "任": "ren",
    "盖": "ge", "乐": "yue", "员": "yun", "黑": "he", "尉": "wei", "翟": "zhai", "缪": "miao", "宓": "mi",
    "冼": "xian", "逄": "pang", "覃": "qin", "召": "shao", "华": "hua", "纪": "ji", "万": "wan", "折": "she",
}  # fmt: skip


@lru_cache(maxsize=30_000)
def _reading(character: str) -> str:
    return "".join(
        letter for letter in lazy_pinyin(character, style=Style.NORMAL)[0] if letter.isalnum()
    ).lower()


@lru_cache(maxsize=30_000)
def _initial(character: str) -> str:
    return _reading(character)[:1] if character.isalnum() else ""


def syllables(text: str, *, person: bool = False) -> list[str]:
    """Return the reading of each character; a person's first one is read as a surname."""
    found = [_reading(character) for character in text if character.isalnum()]
    if person and found and text[0] in SURNAMES:
        found[0] = SURNAMES[text[0]]
    return found


def pinyin_whole(text: str, *, person: bool = False) -> str:
    """Return the whole pinyin of a text, in small letters without blanks."""
    return "".join(syllables(text, person=person))


def pinyin_initials(text: str, *, person: bool = False) -> str:
    """Return the first letters of a text's readings."""
    found = "".join(map(_initial, text))
    return SURNAMES[text[0]][:1] + found[1:] if person and text[:1] in SURNAMES else found


def match_keys(text: str) -> str:
    """Return what people type in the form that names are looked up by."""
    return unicodedata.normalize("NFKC", text).strip().lower()
