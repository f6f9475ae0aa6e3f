"""Pass tokens: what was signed is read back, and nothing else is ever taken."""

import datetime as dt
import json
import os
import random
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import cbor2
import pytest
import zxingcpp
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import assume, given
from hypothesis import strategies as st

from mingbai.kernel.places import is_under
from mingbai.proofs import tokens
from mingbai.proofs.tokens import Claims, Key, TokenRefused, base45
from mingbai.proofs.tokens.claims import write_claims
from mingbai.proofs.tokens.strict import DEPTH_MOST, INTEGER_MOST, read

ROOT = Path(__file__).resolve().parents[2]
NOW = 1_580_200_000
DAY = 86_400
TOWN, VILLAGE = "110112106000", "110112106224"
OFFICE, OTHER = (ec.derive_private_key(number, ec.SECP256R1()) for number in (11, 12))
POINT = tokens.point_of(OFFICE.public_key())
KID = tokens.key_id(POINT)
KNOWN = {KID: POINT}
PASS = Claims(
    issuer=TOWN,
    expires=NOW + 14 * DAY,
    not_before=NOW - DAY,
    issued=NOW - 2 * DAY,
    permit=bytes(range(8)),
    kind=tokens.PERSON,
    places=(VILLAGE,),
    batch=bytes(range(8, 16)),
    index=7,
    name="陆秀芬",
    tail="012X",
)
TOKEN = tokens.seal_token(PASS, OFFICE)


def vectors() -> dict[str, Any]:
    """Return the shared vectors."""
    found: dict[str, Any] = json.loads((ROOT / "tests/data/tokens.json").read_text("utf-8"))
    return found


def passes(count: int) -> Iterator[str]:
    """Give passes of people that differ."""
    for number in range(count):
        yield tokens.seal_token(
            replace(PASS, index=number, permit=number.to_bytes(8, "big"), name=f"职工{number}"),
            OFFICE,
        )


def why(text: object, keys: tokens.passes.Keys = KNOWN, now: float | dt.datetime = NOW) -> str:
    """Return the reason for which a text is refused, or nothing."""
    try:
        tokens.open_token(text, keys, now)  # type: ignore[arg-type]
    except TokenRefused as refused:
        return refused.reason
    return ""


def test_the_shared_vectors_are_what_the_script_makes() -> None:
    """Each case is held against the library while it is made."""
    done = subprocess.run(
        [sys.executable, ROOT / "tools/vectors", "check"],
        capture_output=True,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
    )
    assert done.returncode == 0, done.stderr.decode()
    cases = vectors()["cases"]
    told = {case["expect"].get("refused") or case["expect"].get("verdict") for case in cases}
    assert set(tokens.REASONS) <= told and {"valid", "stale"} <= told


def test_it_reads_what_it_wrote() -> None:
    found = tokens.open_token(TOKEN, KNOWN, NOW)
    assert found == PASS and found.kid == KID
    assert tokens.seal_token(PASS, OFFICE) == TOKEN, "the same pass is the same text"
    full = replace(PASS, plate="京A·F0012", goods="口罩", organisation="马头村口罩厂")
    assert tokens.open_token(tokens.seal_token(full, OFFICE), KNOWN, NOW) == full


def test_a_number_is_read_from_whatever_claims_one() -> None:
    """Who signed it is not asked: the number tells only where to look, and what is no pass has none."""
    text = next(passes(1))
    number = tokens.open_token(text, KNOWN, NOW).permit
    assert tokens.number_in(text) == number
    assert why(text, {}) == "key"
    assert [tokens.number_in(other) for other in ("", "MB1:", "MB1:ABC", text[:-2])] == [None] * 4


def test_a_public_key_a_point_and_a_key_will_do() -> None:
    for key in (OFFICE.public_key(), POINT, Key(POINT)):
        assert tokens.open_token(TOKEN, {KID: key}, NOW) == PASS


def test_now_is_seconds_or_a_moment_that_knows_its_zone() -> None:
    moment = dt.datetime.fromtimestamp(PASS.expires, dt.timezone(dt.timedelta(hours=8)))
    second = dt.timedelta(seconds=1)
    assert (why(TOKEN, now=moment - second), why(TOKEN, now=moment)) == ("", "expired")
    assert why(TOKEN, now=moment - dt.timedelta(microseconds=1)) == ""
    assert why(TOKEN, now=float("nan")) == "not_yet"
    with pytest.raises(ValueError, match="zone"):
        tokens.open_token(TOKEN, KNOWN, moment.replace(tzinfo=None))


@pytest.mark.parametrize("text", [None, b"MB1:", 7, ["MB1:"], TOKEN.encode()])
def test_what_is_no_text_is_refused(text: object) -> None:
    assert why(text) == "prefix"


def test_no_single_bit_may_change() -> None:
    """Every bit of ten passes, and of ninety more every tenth; with MINGBAI_SLOW every bit of a hundred."""
    slow = bool(os.environ.get("MINGBAI_SLOW"))
    flips = 0
    for number, token in enumerate(passes(100)):
        content = base45.decode(token[4:])
        step = 1 if slow or number < 10 else 10
        for bit in range(number % step, len(content) * 8, step):
            flipped = bytearray(content)
            flipped[bit >> 3] ^= 1 << (bit & 7)
            assert why("MB1:" + base45.encode(bytes(flipped))), (number, bit)
            flips += 1
    assert flips > 20_000


def test_no_single_character_may_change() -> None:
    for at in range(len(TOKEN)):
        for letter in ("A", "0", " ", "z"):
            if TOKEN[at] != letter:
                assert why(TOKEN[:at] + letter + TOKEN[at + 1 :]), (at, letter)
        assert why(TOKEN[:at]) and why(TOKEN[:at] + TOKEN[at + 1 :])


def test_a_key_of_another_kind_is_refused_before_it_is_asked() -> None:
    young = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(32))
    payload = write_claims(PASS)
    for algorithm in (-8, -7):
        protected = cbor2.dumps({1: algorithm, 4: KID})
        signature = young.sign(cbor2.dumps(["Signature1", protected, b"", payload]))
        text = "MB1:" + base45.encode(b"\xd2" + cbor2.dumps([protected, {}, payload, signature]))
        assert why(text, {KID: young.public_key()}) == "algorithm"  # type: ignore[dict-item]
        assert why(text, KNOWN) == ("algorithm" if algorithm == -8 else "signature")
    longer = ec.derive_private_key(11, ec.SECP384R1())
    assert why(TOKEN, {KID: longer.public_key()}) == "algorithm"
    with pytest.raises(ValueError, match="P-256"):
        tokens.seal_token(PASS, longer)


def test_a_key_has_one_spelling() -> None:
    short = OFFICE.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    for point in (short, POINT[1:], POINT + b"\x00", bytes([6 + POINT[-1] % 2]) + POINT[1:], b""):
        with pytest.raises(ValueError, match="point"):
            tokens.open_token(TOKEN, {KID: point}, NOW)


@pytest.mark.parametrize(
    "changed",
    [
        {"places": ()},
        {"name": None},
        {"name": "陆\n秀芬"},
        {"name": "\ud800"},
        {"tail": "110101199003074477"},
        {"expires": NOW - DAY},
        {"index": -1},
        {"kind": True},
        {"expires": 1.5},
        {"permit": bytes(7)},
        {"places": tuple(f"1101121062{number:02}" for number in range(17))},
    ],
)
def test_nothing_is_sealed_that_no_reader_takes(changed: dict[str, Any]) -> None:
    with pytest.raises(TokenRefused) as told:
        tokens.seal_token(replace(PASS, **changed), OFFICE)
    assert told.value.reason in ("form", "cbor")


def test_what_the_widest_pass_holds_is_still_read() -> None:
    widest = replace(
        PASS,
        places=tuple(f"1101121062{number:02}" for number in range(16)),
        **dict.fromkeys(("name", "plate", "goods", "organisation"), "陆" * 40),
    )
    with pytest.raises(TokenRefused, match="size"):
        tokens.seal_token(widest, OFFICE)
    wide = replace(widest, goods=None, plate=None)
    assert tokens.open_token(tokens.seal_token(wide, OFFICE), KNOWN, NOW) == wide


def test_a_pass_of_a_roster_fits_a_code_that_any_office_prints() -> None:
    """Version 11 has 61 modules; at level M and 40 mm a module is 0.66 mm wide."""
    staff = replace(PASS, places=(VILLAGE, "110112106208"), organisation="马头村口罩厂")
    text = tokens.seal_token(staff, OFFICE)
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    assert memoryview(code.to_image(scale=1, add_quiet_zones=False)).shape == (61, 61)
    assert [one.text for one in zxingcpp.read_barcodes(code.to_image(scale=4))] == [text]


def test_the_example_that_strangers_start_from_is_true() -> None:
    page = (ROOT / "docs/passes.md").read_text("utf-8")
    blocks = [block.strip() for block in page.split("```")[1::2]]
    point = next(one for one in re.findall("`(04[0-9a-f]{128})`", page))
    keys = {tokens.key_id(bytes.fromhex(point)): bytes.fromhex(point)}
    claims = tokens.open_token(blocks[-2], keys, NOW)
    assert f"`{claims.kid.hex()}`" in page and f"`{claims.permit.hex()}`" in page
    assert write_claims(claims).hex() == blocks[-1].replace("\n", "")
    assert claims.name and claims.name in page and f"batch `{claims.batch.hex()}`" in page
    told = "on 2020-01-26 at 08:26:40 UTC", "from 2020-01-27 08:26:40 until 2020-02-11 08:26:40"
    moments = [claims.issued, claims.not_before, claims.expires]
    assert [dt.datetime.fromtimestamp(one, dt.UTC).strftime("%F %T") for one in moments] == [
        "2020-01-26 08:26:40",
        "2020-01-27 08:26:40",
        "2020-02-11 08:26:40",
    ]
    assert all(one in page for one in told)
    for reason in tokens.REASONS:
        assert f"`{reason}`" in page, reason


def test_a_place_covers_itself_and_what_lies_under_it() -> None:
    codes = ["0" * 12, "110000000000", "110100000000", "110112000000", TOWN, VILLAGE]
    codes += ["330000000000", "330522000000", "330522110000", "110112100000", "110112110000"]
    for above in codes:
        for place in codes:
            assert tokens.covers(above, place) is is_under(place, above), (above, place)


def test_reasons_are_a_closed_list() -> None:
    with pytest.raises(ValueError, match="no reason"):
        TokenRefused("because")


# Base45.


@given(st.binary(max_size=64))
def test_base45_reads_what_it_wrote(content: bytes) -> None:
    assert base45.decode(base45.encode(content)) == content


@given(st.text(alphabet=base45.ALPHABET, max_size=24))
def test_base45_has_one_spelling(text: str) -> None:
    try:
        content = base45.decode(text)
    except TokenRefused as refused:
        assert refused.reason == "base45"
    else:
        assert base45.encode(content) == text


def test_base45_as_its_specification_has_it() -> None:
    for content, text in ((b"AB", "BB8"), (b"Hello!!", "%69 VD92EX0"), (b"base-45", "UJCLQE7W581")):
        assert base45.encode(content) == text and base45.decode(text) == content
    assert base45.decode("QED8WEX0") == b"ietf!"


# Strict CBOR.

SIMPLE = st.one_of(
    st.integers(-INTEGER_MOST, INTEGER_MOST), st.binary(max_size=300), st.text(max_size=90)
)
VALUES = st.recursive(
    SIMPLE,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.integers(-(2**40), 2**40), inner, max_size=4),
    ),
    max_leaves=12,
)


def floors(value: Any) -> int:
    """Return how many lists and maps stand inside each other."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + max(map(floors, inner), default=0) if isinstance(value, list | dict) else 0


@given(VALUES)
def test_what_is_written_shortly_is_read(value: Any) -> None:
    assume(floors(value) <= DEPTH_MOST)
    assert read(cbor2.dumps(value)) == value


@given(st.binary(max_size=40))
def test_what_is_read_is_written_in_the_very_same_bytes(content: bytes) -> None:
    try:
        value = read(content)
    except TokenRefused as refused:
        assert refused.reason == "cbor"
    else:
        assert cbor2.dumps(value) == content


@given(VALUES, st.data())
def test_a_spoilt_byte_is_refused_or_reads_as_what_it_now_says(value: Any, data: Any) -> None:
    content = bytearray(cbor2.dumps(value))
    content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    try:
        found = read(bytes(content))
    except TokenRefused:
        return
    assert cbor2.dumps(found) == bytes(content)


def test_floors_have_a_limit() -> None:
    assert read(b"\x81" * DEPTH_MOST + b"\x00")
    with pytest.raises(TokenRefused, match="floors"):
        read(b"\x81" * (DEPTH_MOST + 1) + b"\x00")
    with pytest.raises(TokenRefused):
        read(b"\x81" * 100_000)


@given(st.binary(max_size=200))
def test_bytes_that_come_along_are_refused(content: bytes) -> None:
    assert why("MB1:" + base45.encode(content))
    assert why("MB1:" + base45.encode(b"\xd2\x84" + content))


@given(st.text(max_size=60))
def test_text_that_comes_along_is_refused(text: str) -> None:
    assert why(text) and why("MB1:" + text)


@given(st.binary(max_size=60))
def test_a_payload_that_comes_along_is_refused(payload: bytes) -> None:
    signed = tokens.sign1.seal_sign1(payload, OFFICE)
    assert why("MB1:" + base45.encode(signed)) in ("cbor", "form")


@given(st.dictionaries(st.sampled_from([1, 4, 5, 6, 7, *range(-70010, -70000)]), VALUES))
def test_claims_that_come_along_are_refused(claims: dict[int, Any]) -> None:
    assume(set(claims) != {1, 4, 5, 6, 7})
    signed = tokens.sign1.seal_sign1(cbor2.dumps(claims), OFFICE)
    assert why("MB1:" + base45.encode(signed)) in ("cbor", "form", "size")


def test_one_claim_exchanged_for_anything_is_read_or_refused() -> None:
    chance = random.Random(4)
    labels = list(cbor2.loads(write_claims(PASS)))
    anything: list[Any] = [0, -1, 2**53, "", "x", b"", bytes(8), [], {}, [VILLAGE], True, None, 0.5]
    for _time in range(500):
        claims = cbor2.loads(write_claims(PASS))
        claims[chance.choice(labels)] = chance.choice(anything)
        signed = tokens.sign1.seal_sign1(cbor2.dumps(claims), OFFICE)
        assert why("MB1:" + base45.encode(signed)) in ("", "cbor", "form", "expired", "not_yet")
