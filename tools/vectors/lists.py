"""Cases of trust lists and status lists, and of check_at at a gate."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import cbor2
from made import (
    DAY,
    ELSEWHERE,
    GOODS,
    LATE,
    NEIGHBOUR,
    NOW,
    OFFICE,
    OTHER,
    PERSON,
    ROOT,
    SECOND_ROOT,
    STATUS,
    TOWN,
    TRUST,
    VEHICLE,
    VILLAGE,
    Case,
    base45,
    kid,
    point,
    sign,
    text,
    tokens,
    write_claims,
)

from mingbai.proofs.tokens.lists import STATUS_USE, TRUST_USE

TRUSTED = tokens.sign_trust(TRUST, ROOT)
STATED = tokens.sign_status(STATUS, OFFICE)


def content_of(list_text: str) -> dict[Any, Any]:
    """Return what a list says by its labels."""
    return cbor2.loads(cbor2.loads(base45.decode(list_text[5:])).value[2])


def trusting(changed: dict[int, Any], gone: tuple[int, ...] = (), **how: Any) -> str:
    """Return a well signed trust list that was changed."""
    content = {**content_of(TRUSTED), **changed}
    for label in gone:
        del content[label]
    return text(sign(cbor2.dumps(content), **{"key": ROOT, "use": TRUST_USE, **how}), "MBT1:")


def stating(changed: dict[int, Any], gone: tuple[int, ...] = (), **how: Any) -> str:
    """Return a well signed status list that was changed."""
    content = {**content_of(STATED), **changed}
    for label in gone:
        del content[label]
    return text(sign(cbor2.dumps(content), **{"use": STATUS_USE, **how}), "MBS1:")


def a_key(**changed: Any) -> list[Any]:
    """Return the trust list's keys, the first of them changed."""
    first, *others = content_of(TRUSTED)[-70012]
    numbers = {"point": 1, "places": 2, "kinds": 3, "not_after": 4, "not_before": 5}
    return [{**first, **{numbers[name]: value for name, value in changed.items()}}, *others]


def trust(name: str, list_text: str, expect: str = "", **more: Any) -> Case:
    """Return a case of open_trust."""
    how = {"roots": "both", "now": NOW, "at_least": 0, "must_be_fresh": False, **more}
    return {"name": f"trust: {name}", "do": "trust", "text": list_text, **how, "refused": expect}


def status(name: str, list_text: str, expect: str = "", **more: Any) -> Case:
    """Return a case of open_status."""
    how = {"keys": "town", "now": NOW, "at_least": 0, "must_be_fresh": False, **more}
    return {"name": f"status: {name}", "do": "status", "text": list_text, **how, "refused": expect}


def trust_cases() -> Iterator[Case]:
    """Give trust lists."""
    off_curve = point(OFFICE)[:-1] + bytes([point(OFFICE)[-1] ^ 1])
    yield trust("signed by the first root", TRUSTED)
    yield trust("signed by the second root", tokens.sign_trust(TRUST, SECOND_ROOT), roots="second")
    yield trust("without keys", trusting({-70012: []}))
    yield trust("the version that was seen", TRUSTED, at_least=5)
    yield trust("rolled back", TRUSTED, "rolled_back", at_least=6)
    yield trust("past its end", TRUSTED, now=TRUST.expires + DAY)
    yield trust(
        "past its end, must be fresh",
        TRUSTED,
        "list_expired",
        now=TRUST.expires,
        must_be_fresh=True,
    )
    yield trust("its last second", TRUSTED, now=TRUST.expires - 1, must_be_fresh=True)
    yield trust("by no root", TRUSTED, "list_signature", roots="none")
    yield trust("by another root", TRUSTED, "list_signature", roots="second")
    yield trust("by a key that signs passes", trusting({}, key=OFFICE), "list_signature")
    yield trust(
        "another key under a root's id",
        trusting({}, key=OTHER, header={1: -7, 4: kid(ROOT)}),
        "list_signature",
    )
    yield trust("signed for nothing", trusting({}, use=b""), "list_signature")
    yield trust("signed for a status list", trusting({}, use=STATUS_USE), "list_signature")
    yield trust("as a pass", "MB1:" + TRUSTED[5:], "prefix")
    yield trust("as a status list", "MBS1:" + TRUSTED[5:], "prefix")
    yield trust("EdDSA", trusting({}, header={1: -8, 4: kid(ROOT)}), "algorithm")
    for name, changed in (
        ("version 0", {-70011: 0}),
        ("it ends before it was issued", {6: TRUST.expires}),
        ("one thing more", {1: TOWN}),
        ("keys that are no list", {-70012: 1}),
        ("a key that is no map", {-70012: [1]}),
        ("a key twice", {-70012: [*a_key(), a_key()[0]]}),
        ("a point off the curve", {-70012: a_key(point=off_curve)}),
        ("a point of 33 bytes", {-70012: a_key(point=b"\x02" + point(OFFICE)[1:33])}),
        (
            "a hybrid point",
            {-70012: a_key(point=bytes([6 + point(OFFICE)[-1] % 2]) + point(OFFICE)[1:])},
        ),
        ("the point at infinity", {-70012: a_key(point=bytes(65))}),
        ("a key that is nowhere", {-70012: a_key(places=[])}),
        ("a key of no kind", {-70012: a_key(kinds=[])}),
        ("a key of kind 4", {-70012: a_key(kinds=[4])}),
        ("a kind twice", {-70012: a_key(kinds=[1, 1])}),
        ("a key that ends as it begins", {-70012: a_key(not_after=NOW - 30 * DAY)}),
    ):
        yield trust(name, trusting(changed), "form")
    yield trust("without an end", trusting({}, (4,)), "form")


def packed(name: str, size: int, how: dict[int, bytes], expect: str = "") -> Case:
    """Return a case of a status list whose revoked indexes are written so."""
    return status(name, stating({-70013: size, **how}, (-70014,) if -70015 in how else ()), expect)


def status_cases() -> Iterator[Case]:
    """Give status lists."""
    yield status("of gaps", STATED)
    every = tokens.StatusList(TOWN, PERSON.batch, 1, NOW - DAY, NOW + DAY, 16, frozenset(range(16)))
    yield status("of bits", tokens.sign_status(every, OFFICE))
    yield status("of nothing", tokens.sign_status(replace(STATUS, revoked=frozenset()), OFFICE))
    yield status("the version that was seen", STATED, at_least=3)
    yield status("rolled back", STATED, "rolled_back", at_least=4)
    yield status("past its end", STATED, now=STATUS.expires + DAY)
    yield status(
        "past its end, must be fresh",
        STATED,
        "list_expired",
        now=STATUS.expires,
        must_be_fresh=True,
    )
    yield status("by a key nobody knows", STATED, "list_signature", keys="other")
    yield status("by another key under this id", STATED, "list_signature", keys="swapped")
    yield status("signed for nothing", stating({}, use=b""), "list_signature")
    yield status("by a key that has ended", STATED, "key", keys="until now")
    yield status("by a key that may not there", STATED, "issuer", keys="elsewhere")
    yield status("as a pass", "MB1:" + STATED[5:], "prefix")
    yield status(
        "a byte after it", "MBS1:" + base45.encode(base45.decode(STATED[5:]) + b"\x00"), "cbor"
    )
    yield packed("one pass, not revoked", 1, {-70014: b""})
    yield packed("one pass, revoked", 1, {-70014: b"\x00"})
    yield packed("eight passes, the last revoked", 8, {-70014: b"\x07"})
    yield packed("an index past the last", 8, {-70014: b"\x08"}, "form")
    yield packed("nine in eight", 8, {-70014: b"\x00" * 9}, "form")
    yield packed("a gap of two bytes", 3_700, {-70014: b"\xf3\x1c"})
    yield packed("a gap that is longer than need be", 3_700, {-70014: b"\x87\x00"}, "form")
    yield packed("it ends inside a gap", 3_700, {-70014: b"\x87"}, "form")
    yield packed("a gap of four bytes", 3_700, {-70014: b"\x80\x80\x80\x01"}, "form")
    yield packed("the last of the greatest batch", 1 << 20, {-70014: b"\xff\xff\x3f"})
    yield packed("past the greatest batch", 1 << 20, {-70014: b"\x80\x80\x40"}, "form")
    yield packed("a batch that is too great", (1 << 20) + 1, {-70014: b""}, "form")
    yield packed("a batch of none", 0, {-70014: b""}, "form")
    yield packed("bits that gaps would write as shortly", 8, {-70015: b"\x01"}, "form")
    yield packed("gaps that bits would write more shortly", 16, {-70014: b"\x00\x00\x00"}, "form")
    yield packed("bits that gaps would not", 16, {-70015: b"\x07\x00"})
    yield packed("bits beyond the last", 15, {-70015: b"\x07\x80"}, "form")
    yield packed("the last of the bits", 15, {-70015: b"\x03\x40"})
    yield packed("a byte of bits too few", 17, {-70015: b"\x07\x07"}, "form")
    yield packed("a byte of bits too many", 16, {-70015: b"\x07\x07\x00"}, "form")
    yield packed("no bits", 16, {-70015: b""}, "form")
    yield packed("a bomb", 3_700, {-70014: bytes.fromhex("789ced") + b"\xc1" * 300}, "form")
    yield status("gaps and bits", stating({-70015: b""}), "form")
    yield status("neither", stating({}, (-70014,)), "form")
    yield status("gaps of text", stating({-70014: "a"}), "form")
    yield status("without an issuer", stating({}, (1,)), "form")


def at(name: str, expect: str = "", **how: Any) -> Case:
    """Return a case of check_at; what it must come to is a verdict or a reason."""
    case = {
        "pass": how.pop("claims", PERSON),
        "place": VILLAGE,
        "kind": "person",
        "trust": TRUSTED,
        "statuses": [STATED],
        "opened": PERSON.not_before,
        "now": NOW,
        **how,
    }
    signer = case.pop("signer", OFFICE)
    case["pass"] = tokens.seal_token(case["pass"], signer)
    words = {"verdict": expect} if expect in ("valid", "stale") else {"refused": expect}
    return {"name": f"at: {name}", "do": "at", **case, **words}


def gate_cases() -> Iterator[Case]:
    """Give passes at gates."""
    wide = replace(PERSON, places=(TOWN,))
    yield at("its place", "valid")
    yield at("its other place", "valid", place=NEIGHBOUR)
    yield at("under its place", "valid", claims=wide)
    everywhere = replace(PERSON, places=("0" * 12,))
    yield at("under the whole country", "stale", claims=everywhere, trust=None)
    yield at("above its place", "place", place=TOWN)
    yield at("elsewhere", "place", place=ELSEWHERE)
    yield at("any kind", "valid", kind=None)
    yield at("its kind by number", "valid", kind=1)
    yield at("another kind", "kind", kind="vehicle")
    yield at("another kind by number", "kind", kind=3)
    yield at("a kind that is none", "kind", kind="cart")
    yield at("a vehicle", "valid", claims=VEHICLE, kind="vehicle")
    yield at("goods", "valid", claims=GOODS, kind="goods")
    yield at("its last second", "stale", now=PERSON.expires - 1)
    yield at("as it ends", "expired", now=PERSON.expires)
    yield at("before it begins", "not_yet", now=PERSON.not_before - 1)
    yield at("no lists", "stale", trust=None, statuses=[])
    yield at("no trust list", "stale", trust=None)
    yield at("no status list", "stale", statuses=[])
    yield at("the trust list's last second", "valid", now=TRUST.expires - 1)
    yield at("the lists have ended", "stale", now=TRUST.expires)
    longer = tokens.sign_status(replace(STATUS, expires=NOW + 9 * DAY), OFFICE)
    yield at("only the trust list's last second", "valid", now=TRUST.expires - 1, statuses=[longer])
    yield at("only the trust list has ended", "stale", now=TRUST.expires, statuses=[longer])
    surer = tokens.sign_trust(replace(TRUST, expires=NOW + 9 * DAY), ROOT)
    yield at("only the status list's last second", "valid", now=STATUS.expires - 1, trust=surer)
    yield at("only the status list has ended", "stale", now=STATUS.expires, trust=surer)
    yield at("a key that is not listed", "key", signer=OTHER)
    yield at("a key that has not begun", "key", signer=LATE)
    narrow = tokens.sign_trust(
        replace(TRUST, keys=tokens.keyed([tokens.Key(point(OFFICE), (VILLAGE,))])), ROOT
    )
    yield at("a key that may no more", "issuer", trust=narrow)
    for index, expect in ((0, "revoked"), (1, "valid"), (7, "valid"), (8, "revoked"), (9, "valid"),
                          (129, "valid"), (130, "revoked"), (131, "revoked"), (132, "valid"), (2_560, "revoked"),
                          (3_698, "valid"), (3_699, "revoked"), (3_700, "stale")):  # fmt: skip
        yield at(f"index {index}", expect, claims=replace(PERSON, index=index))
    eight = tokens.sign_status(
        replace(STATUS, size=16, revoked=frozenset({0, 1, 2, 7, 8, 15})), OFFICE
    )
    for index, expect in (
        (0, "revoked"),
        (3, "valid"),
        (6, "valid"),
        (7, "revoked"),
        (8, "revoked"),
        (9, "valid"),
        (14, "valid"),
        (15, "revoked"),
        (16, "stale"),
    ):
        yield at(
            f"index {index} of bits", expect, claims=replace(PERSON, index=index), statuses=[eight]
        )
    revoked = replace(PERSON, index=8)
    yield at("revoked, by a list that has ended", "revoked", claims=revoked, now=STATUS.expires + 1)
    yield at("revoked, without a trust list", "revoked", claims=revoked, trust=None)
    newer = tokens.sign_status(replace(STATUS, version=4, revoked=frozenset({7})), OFFICE)
    yield at("the newer list holds", "revoked", statuses=[STATED, newer])
    yield at("the newer list holds, in any order", "revoked", statuses=[newer, STATED])
    other = tokens.sign_status(replace(STATUS, batch=bytes(8), revoked=frozenset({7})), OFFICE)
    yield at("another batch's list", "stale", statuses=[other])
    beside = tokens.sign_status(
        replace(STATUS, issuer=VILLAGE, version=9, revoked=frozenset({7})), OFFICE
    )
    yield at("another issuer's list of a batch with this id", "valid", statuses=[STATED, beside])
    yield at("place before kind", "place", place=ELSEWHERE, kind="goods")
    yield at("kind before revoked", "kind", claims=revoked, kind="goods")


def cases() -> Iterator[Case]:
    """Give every case of the lists and of the gate."""
    yield from trust_cases()
    yield from status_cases()
    yield from gate_cases()
    yield trust(
        "a pass under its prefix",
        text(sign(write_claims(PERSON), key=ROOT, use=TRUST_USE), "MBT1:"),
        "form",
    )
