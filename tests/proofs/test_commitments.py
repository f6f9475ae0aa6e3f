"""Commitments and canonical JSON: one value, one spelling, one hash."""

import hashlib
import json
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingbai.kernel.canonical import canonical
from mingbai.proofs.commitments import CanonicalError, canonical_json, commit, strict_loads

SALT = bytes(range(32))
TEXT = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=20,
)


def nested(floors: int) -> Any:
    """Return lists inside each other."""
    value: Any = 0
    for _floor in range(floors):
        value = [value]
    return value


def test_a_commitment_never_changes() -> None:
    expected = hashlib.sha256(b"\x00\x01a" + SALT + b"content").digest()
    assert commit("a", SALT, b"content") == expected
    assert commit("账", SALT, b"") == hashlib.sha256(b"\x00\x03" + "账".encode() + SALT).digest()


def test_no_two_triples_are_written_alike() -> None:
    found = {
        commit(domain, salt, content)
        for domain in ("a", "ab", "b", "")
        for salt in (SALT, bytes(32))
        for content in (b"", b"a", b"b", SALT)
    }
    assert len(found) == 32
    shifted = commit("ab", SALT, b"x"), commit("a", b"b" + SALT[:31], SALT[31:] + b"x")
    assert shifted[0] != shifted[1]


@pytest.mark.parametrize("salt", [b"", bytes(31), bytes(33), bytes(64)])
def test_a_salt_is_32_bytes(salt: bytes) -> None:
    with pytest.raises(ValueError):
        commit("a", salt, b"")


def test_a_domain_has_its_limit() -> None:
    assert commit("a" * 65_535, SALT, b"")
    with pytest.raises(ValueError):
        commit("a" * 65_536, SALT, b"")


def test_the_spelling() -> None:
    value = {"乙": [1, -2, True, None], "a": 'é\u2028\x7f"\\\n\x01/', "A": {}, "": 2**70}
    assert canonical_json(value).decode() == (
        '{"":1180591620717411303424,"A":{},"a":"é\u2028\x7f\\"\\\\\\n\\u0001/","乙":[1,-2,true,null]}'
    )


def test_keys_are_sorted_by_code_point() -> None:
    keys = ["\U0001f600", "\uffff", "b", "B", "a", "é", "10", "9"]
    assert list(json.loads(canonical_json(dict.fromkeys(keys)))) == sorted(keys)


@given(VALUES)
def test_what_is_written_is_read_again_and_is_what_the_house_writes(value: Any) -> None:
    content = canonical_json(value)
    assert strict_loads(content) == value
    assert canonical_json(strict_loads(content)) == content == canonical(value)


def test_names_of_choices_are_their_text() -> None:
    Known = StrEnum("Known", {"OBSERVED": "observed"})
    assert canonical_json({Known.OBSERVED: Known.OBSERVED}) == b'{"observed":"observed"}'
    assert canonical_json((1, (2,))) == b"[1,[2]]"


@pytest.mark.parametrize(
    "value",
    [
        1.0,
        float("nan"),
        float("inf"),
        [0.5],
        {"a": {"b": [1, 2.0]}},
        {1: "a"},
        {None: "a"},
        {True: "a"},
        {"a": {2: 3}},
        b"a",
        {1, 2},
        object(),
        "\ud800",
        ["a\udfffb"],
        {"\ud83d": 1},
        nested(65),
    ],
)
def test_what_has_no_canonical_form(value: Any) -> None:
    with pytest.raises(CanonicalError):
        canonical_json(value)


def test_a_number_has_its_limit() -> None:
    assert canonical_json(10**4299) == b"1" + b"0" * 4299
    with pytest.raises(CanonicalError):
        canonical_json(10**4300)
    with pytest.raises(CanonicalError):
        strict_loads(b"1" + b"0" * 4300)


def test_a_value_inside_itself() -> None:
    value: list[Any] = []
    value.append(value)
    with pytest.raises(CanonicalError):
        canonical_json(value)


def test_64_floors_are_enough_and_one_more_is_too_many() -> None:
    assert strict_loads(canonical_json(nested(64))) == nested(64)
    with pytest.raises(CanonicalError):
        strict_loads(b"[" * 65 + b"]" * 65)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b" ",
        b'{"a":1,"a":1}',
        b'{"a":1,"\\u0061":2}',
        b'[{"b":{"a":1,"a":2}}]',
        b"1.0",
        b"1e3",
        b"1E3",
        b"-0.0",
        b"[1.5]",
        b"NaN",
        b"Infinity",
        b"-Infinity",
        b"[NaN]",
        b"\xff",
        b'"\xed\xa0\x80"',
        b'"\xc0\xaf"',
        b'"\\ud800"',
        b'{"\\udc00":1}',
        b'"\\ud800\\u0041"',
        b"\xef\xbb\xbf1",
        '"a"'.encode("utf-16"),
        b"1 ",
        b" 1",
        b"1\n",
        b"1\x00",
        b"{}{}",
        b"[1]]",
        b"[1,]",
        b"{'a':1}",
        b"01",
        b"+1",
        b'"\n"',
        b"undefined",
    ],
)
def test_bytes_that_do_not_say_one_thing_only(content: bytes) -> None:
    with pytest.raises(CanonicalError):
        strict_loads(content)


@pytest.mark.parametrize("content", [b"[", b'{"a":'])
def test_floors_without_end(content: bytes) -> None:
    with pytest.raises(CanonicalError):
        strict_loads(content * 100_000)


def test_bytes_that_do() -> None:
    assert strict_loads(b'{"a" : ["\\ud83d\\ude00", 1, -7, true, null]}') == {
        "a": ["😀", 1, -7, True, None]
    }
    assert strict_loads(b'"\\u0041"') == "A"
    assert strict_loads(b"1" * 4300) == int("1" * 4300)


@given(st.binary() | TEXT.map(str.encode))
def test_any_bytes_are_refused_in_one_way(content: bytes) -> None:
    try:
        value = strict_loads(content)
    except CanonicalError:
        return
    assert strict_loads(canonical_json(value)) == value
