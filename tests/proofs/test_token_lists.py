"""Trust lists, status lists, and the verdict at a gate."""

import random
from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from mingbai.proofs import tokens
from mingbai.proofs.tokens import Key, Lists, StatusList, TokenRefused, TrustList, base45
from mingbai.proofs.tokens.revoked import read_revoked, write_bits, write_gaps, write_revoked
from tests.proofs.test_tokens import DAY, KID, NOW, OFFICE, OTHER, PASS, POINT, TOWN, VILLAGE

ROOT = tokens.point_of(OTHER.public_key())
TRUST = TrustList(5, NOW - DAY, NOW + DAY, tokens.keyed([Key(POINT, (TOWN,), (1, 2))]))
TRUSTED = tokens.sign_trust(TRUST, OTHER)
STATUS = StatusList(TOWN, PASS.batch, 3, NOW - DAY, NOW + DAY, 3_700, frozenset({0, 8, 3_699}))
STATED = tokens.sign_status(STATUS, OFFICE)


def test_lists_are_read_as_they_were_written() -> None:
    assert tokens.open_trust(TRUSTED, [ROOT], NOW) == TRUST
    assert tokens.open_trust(TRUSTED, [OTHER.public_key()], NOW) == TRUST
    found = tokens.open_status(STATED, TRUST.keys, NOW)
    assert found == STATUS and found.kid == KID
    assert tokens.sign_trust(TRUST, OTHER) == TRUSTED
    assert tokens.sign_status(STATUS, OFFICE) == STATED


def test_no_single_bit_of_a_list_may_change() -> None:
    for text, opened in (
        (TRUSTED, lambda one: tokens.open_trust(one, [ROOT], NOW)),
        (STATED, lambda one: tokens.open_status(one, TRUST.keys, NOW)),
    ):
        content = base45.decode(text[5:])
        for bit in range(len(content) * 8):
            flipped = bytearray(content)
            flipped[bit >> 3] ^= 1 << (bit & 7)
            with pytest.raises(TokenRefused):
                opened(text[:5] + base45.encode(bytes(flipped)))


def test_each_is_only_what_it_was_signed_as() -> None:
    token = tokens.seal_token(PASS, OFFICE)
    texts = {"MB1:": token, "MBT1:": TRUSTED, "MBS1:": STATED}
    every = tokens.keyed([Key(POINT), Key(ROOT)])
    opened: dict[str, Any] = {
        "MB1:": lambda text: tokens.open_token(text, every, NOW),
        "MBT1:": lambda text: tokens.open_trust(text, [ROOT, POINT], NOW),
        "MBS1:": lambda text: tokens.open_status(text, every, NOW),
    }
    for prefix, text in texts.items():
        for other, way in opened.items():
            if other != prefix:
                with pytest.raises(TokenRefused) as told:
                    way(other + text.removeprefix(prefix))
                assert told.value.reason in ("signature", "list_signature")


@pytest.mark.parametrize("prefix", ["MBT1:", "MBS1:"])
def test_a_text_past_its_limit_is_not_looked_at(prefix: str) -> None:
    text = prefix + "0" * 262_140
    with pytest.raises(TokenRefused, match="size"):
        tokens.open_trust(text, [ROOT], NOW) if prefix == "MBT1:" else tokens.open_status(
            text, TRUST.keys, NOW
        )


def test_a_trust_list_is_not_signed_past_the_limit() -> None:
    places = tuple(f"1101121062{number:02}" for number in range(16))
    points = [
        tokens.point_of(ec.derive_private_key(one, ec.SECP256R1()).public_key())
        for one in range(1, 800)
    ]
    few = replace(TRUST, keys=tokens.keyed(Key(one, places) for one in points[:500]))
    assert tokens.open_trust(tokens.sign_trust(few, OTHER), [ROOT], NOW) == few
    with pytest.raises(TokenRefused, match="size"):
        tokens.sign_trust(
            replace(TRUST, keys=tokens.keyed(Key(one, places) for one in points)), OTHER
        )


def test_the_lists_of_a_town_fit_a_code() -> None:
    """A QR code of version 40 at level M holds 3,391 of these characters; version 15 holds 758."""
    chance = random.Random(7)
    for seed in range(20):
        revoked = frozenset(random.Random(seed).sample(range(3_700), 37))
        assert len(tokens.sign_status(replace(STATUS, revoked=revoked), OFFICE)) <= 330
    county = replace(STATUS, size=100_000, revoked=frozenset(chance.sample(range(100_000), 1_000)))
    assert len(tokens.sign_status(county, OFFICE)) < 2_400
    half = replace(STATUS, size=1 << 20, revoked=frozenset(range(0, 1 << 20, 2)))
    text = tokens.sign_status(half, OFFICE)
    assert tokens.open_status(text, TRUST.keys, NOW) == half


@given(st.integers(1, 400), st.data())
def test_revoked_indexes_are_written_in_one_way_only(size: int, data: Any) -> None:
    revoked = data.draw(st.frozensets(st.integers(0, size - 1)))
    written = write_revoked(revoked, size)
    assert read_revoked(written, size) == revoked
    other = (
        {"bits": write_bits(revoked, size)} if "gaps" in written else {"gaps": write_gaps(revoked)}
    )
    for content in (other, {**written, **other}, {}):
        with pytest.raises(TokenRefused):
            read_revoked(content, size)


@given(st.sampled_from(["gaps", "bits"]), st.binary(max_size=12), st.integers(1, 80))
def test_what_is_read_as_revoked_is_written_in_the_very_same_bytes(
    way: str, content: bytes, size: int
) -> None:
    try:
        found = read_revoked({way: content}, size)
    except TokenRefused as refused:
        assert refused.reason == "form"
    else:
        assert write_revoked(found, size) == {way: content}


@pytest.mark.parametrize(
    "changed",
    [
        {"version": 0},
        {"size": 0},
        {"size": 8},
        {"batch": b""},
        {"issuer": "1"},
        {"expires": NOW - DAY},
    ],
)
def test_no_status_list_is_signed_that_no_reader_takes(changed: dict[str, Any]) -> None:
    with pytest.raises(TokenRefused, match="form"):
        tokens.sign_status(replace(STATUS, **changed), OFFICE)


@pytest.mark.parametrize(
    "changed",
    [
        {"version": 0},
        {"expires": NOW - DAY},
        {"keys": {bytes(8): Key(POINT)}},
        {"keys": {KID: Key(POINT, ())}},
        {"keys": {KID: Key(bytes(65))}},
    ],
)
def test_no_trust_list_is_signed_that_no_reader_takes(changed: dict[str, Any]) -> None:
    with pytest.raises(TokenRefused, match="form"):
        tokens.sign_trust(replace(TRUST, **changed), OTHER)


def test_a_known_key_with_old_lists_is_amber_and_an_unknown_key_stops() -> None:
    late = NOW + 3 * DAY
    claims = tokens.open_token(tokens.seal_token(PASS, OFFICE), TRUST.keys, late)
    trust = tokens.open_trust(TRUSTED, [ROOT], late)
    lists = Lists(trust, (tokens.open_status(STATED, trust.keys, late),))
    assert tokens.check_at(claims, VILLAGE, "person", lists, NOW) == "valid"
    assert tokens.check_at(claims, VILLAGE, "person", lists, late) == "stale"
    assert tokens.check_at(claims, VILLAGE, "person", None, NOW) == "stale"
    unknown = tokens.seal_token(PASS, OTHER)
    with pytest.raises(TokenRefused, match="key"):
        tokens.open_token(unknown, TRUST.keys, late)
    with pytest.raises(TokenRefused, match="key"):
        tokens.check_at(replace(claims, kid=bytes(8)), VILLAGE, "person", lists, NOW)
