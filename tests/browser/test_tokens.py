"""Passes in a real browser: the phone's own rules come to the very same verdicts as the account's."""

import json
import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mingbai.proofs import tokens
from mingbai.proofs.tokens import TokenRefused, base45

VECTORS = Path(__file__).resolve().parents[1] / "data" / "tokens.json"

# What a case comes to in the browser, as tools/vectors has it for the account's library.
RUN = """
async ({ keys: given, roots: points, cases }) => {
  const tokens = await import('/static/mingbai/field/tokens.js');
  const unhex = (text) => Uint8Array.from(text.match(/../g), (two) => parseInt(two, 16));
  const hex = (content) => Array.from(content, (one) => one.toString(16).padStart(2, '0')).join('');
  const keys = {};
  for (const [name, some] of Object.entries(given)) {
    keys[name] = {};
    for (const [kid, key] of Object.entries(some)) keys[name][kid] = { ...key, point: unhex(key.point) };
  }
  const roots = {};
  for (const [name, some] of Object.entries(points)) roots[name] = some.map(unhex);
  const how = {
    async open(one) {
      return { claims: await tokens.openToken(one.text, keys[one.keys], one.now) };
    },
    async trust(one) {
      const found = await tokens.openTrust(
        one.text, roots[one.roots], one.now, one.at_least, { mustBeFresh: one.must_be_fresh });
      for (const key of Object.values(found.keys)) key.point = hex(key.point);
      return { trust: found };
    },
    async status(one) {
      const found = await tokens.openStatus(
        one.text, keys[one.keys], one.now, one.at_least, { mustBeFresh: one.must_be_fresh });
      return { status: { ...found, revoked: [...found.revoked].sort((a, b) => a - b) } };
    },
    async at(one) {
      const trust = one.trust && await tokens.openTrust(one.trust, roots.both, one.now);
      const statuses = [];
      for (const text of one.statuses) statuses.push(await tokens.openStatus(text, keys.every, one.now));
      const claims = await tokens.openToken(one.pass, keys.every, one.opened);
      return { verdict: tokens.checkAt(claims, one.place, one.kind, { trust, statuses }, one.now) };
    },
  };
  const found = [];
  for (const one of cases) {
    try {
      found.push(await how[one.do](one));
    } catch (refused) {
      found.push(refused instanceof tokens.TokenRefused ? { refused: refused.reason } : { fault: String(refused) });
    }
  }
  return found;
}
"""


@pytest.fixture(scope="module")
def vectors() -> dict[str, Any]:
    """The shared vectors."""
    found: dict[str, Any] = json.loads(VECTORS.read_text("utf-8"))
    return found


@pytest.fixture
def page(house, phone):
    """A phone at a page of the house, with no sign-in and no network needed for what follows."""
    phone.page.goto(house.url + "/sign-in/")
    phone.page.evaluate("import('/static/mingbai/field/tokens.js').then(() => true)")
    yield phone.page
    assert phone.faults == []


def verdicts(page: Any, vectors: dict[str, Any], cases: list[dict[str, Any]]) -> list[Any]:
    """Return what the browser says to cases."""
    found: list[Any] = page.evaluate(
        RUN, {"keys": vectors["keys"], "roots": vectors["roots"], "cases": cases}
    )
    return found


def test_every_shared_vector_comes_to_the_same_verdict(page, vectors) -> None:
    cases = vectors["cases"]
    assert len(cases) > 250
    found = verdicts(page, vectors, cases)
    wrong = [
        f"{case['name']}: {case['expect']} expected, {answer}"
        for case, answer in zip(cases, found, strict=True)
        if answer != case["expect"]
    ]
    assert wrong == []


def reason(text: str, keys: Any, now: float) -> str:
    """Return why the account's library refuses a text, or nothing."""
    try:
        tokens.open_token(text, keys, now)
    except TokenRefused as refused:
        return refused.reason
    return ""


def flipped(content: bytes, step: int) -> Iterator[str]:
    """Give a token's texts with one bit changed."""
    for bit in range(0, len(content) * 8, step):
        found = bytearray(content)
        found[bit >> 3] ^= 1 << (bit & 7)
        yield "MB1:" + base45.encode(bytes(found))


def spoilt(text: str, chance: random.Random) -> Iterator[str]:
    """Give a token's texts with characters changed, left out, doubled or exchanged."""
    for _time in range(200):
        at, other = chance.randrange(len(text)), chance.randrange(len(text))
        yield text[:at] + chance.choice(base45.ALPHABET + "aé陆\n\U00020bb7") + text[at + 1 :]
        yield text[:at] + text[at + 1 :]
        yield text[:at] + text[at:other] + text[at:]
        yield text[: min(at, other)] + text[max(at, other) :]


def garbage(chance: random.Random) -> Iterator[str]:
    """Give bytes that come along, where a token and where the parts of one would stand."""
    for _time in range(500):
        content = chance.randbytes(chance.randrange(60))
        yield "MB1:" + base45.encode(content)
        yield "MB1:" + base45.encode(b"\xd2\x84" + content)


def test_flipped_bits_and_spoilt_texts_are_refused_for_the_same_reason(page, vectors) -> None:
    """Every bit of one pass, every thirteenth of six; with MINGBAI_SLOW every bit of all."""
    slow = bool(os.environ.get("MINGBAI_SLOW"))
    good = [
        case for case in vectors["cases"] if case["do"] == "open" and "claims" in case["expect"]
    ][:7]
    now, chance = 1_580_200_000, random.Random(20200127)
    keys = {
        bytes.fromhex(kid): tokens.Key(
            bytes.fromhex(key["point"]),
            tuple(key["places"]),
            tuple(key["kinds"]),
            key["notBefore"],
            key["notAfter"],
        )
        for kid, key in vectors["keys"]["office"].items()
    }
    texts = list(garbage(chance))
    for number, case in enumerate(good):
        content = base45.decode(case["text"][4:])
        texts += flipped(content, 1 if slow or number == 0 else 13)
        texts += spoilt(case["text"], chance)
    texts = [text for text in texts if text not in {case["text"] for case in good}]
    cases = [{"do": "open", "text": text, "keys": "office", "now": now} for text in texts]
    expected = [{"refused": reason(text, keys, now)} for text in texts]
    assert {"refused": ""} not in expected and len(texts) > 5_000
    found = verdicts(page, vectors, cases)
    assert [
        (text, one, other)
        for text, one, other in zip(texts, expected, found, strict=True)
        if one != other
    ] == []


def test_a_list_past_its_limit_is_not_looked_at(page, vectors) -> None:
    common = {"now": 0, "at_least": 0, "must_be_fresh": False}
    cases = [
        {"do": "trust", "text": "MBT1:" + "0" * 262_140, "roots": "both", **common},
        {"do": "status", "text": "MBS1:" + "0" * 262_140, "keys": "town", **common},
    ]
    assert verdicts(page, vectors, cases) == [{"refused": "size"}] * 2


def test_a_phone_needs_no_network_and_nothing_young(page, vectors) -> None:
    """It opens a pass offline, and without what phones of some years ago have not got."""
    page.evaluate(
        """() => { for (const name of ['DecompressionStream', 'BigInt', 'structuredClone'])
        delete globalThis[name]; }"""
    )
    page.context.set_offline(True)
    some = [case for case in vectors["cases"] if "refused" not in case["expect"]]
    assert verdicts(page, vectors, some) == [case["expect"] for case in some]
