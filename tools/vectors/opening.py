"""Cases of open_token: good passes, and every way in which one may be wrong."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import cbor2
from made import (
    CONTENT,
    ELSEWHERE,
    GOODS,
    NOW,
    OFFICE,
    OTHER,
    PERSON,
    TOKEN,
    TOWN,
    VEHICLE,
    VILLAGE,
    Case,
    claiming,
    kid,
    labelled,
    opening,
    sign,
    text,
    tokens,
    write_claims,
)

from mingbai.proofs.tokens.lists import STATUS_USE


def good_and_timed() -> Iterator[Case]:
    """Give passes that hold, and the edges of their time."""
    yield opening("a person", TOKEN)
    yield opening("a vehicle", tokens.seal_token(VEHICLE, OFFICE))
    yield opening("goods", tokens.seal_token(GOODS, OFFICE))
    yield opening("a person, within the key's scope", TOKEN, keys="town")
    yield opening(
        "least",
        text(
            sign(
                cbor2.dumps(labelled(tail=None, organisation=None, not_before=0, issued=0, index=0))
            )
        ),
    )
    yield opening(
        "maps in another order",
        text(sign(cbor2.dumps(dict(reversed(labelled().items()))), header={4: kid(OFFICE), 1: -7})),
    )
    yield opening("a rare character", claiming(name="\U00020bb7\u91ce"))
    for name, now, expect in (
        ("the second before it begins", PERSON.not_before - 1, "not_yet"),
        ("a moment before it begins", PERSON.not_before - 0.25, "not_yet"),
        ("as it begins", PERSON.not_before, ""),
        ("its last second", PERSON.expires - 1, ""),
        ("its last moment", PERSON.expires - 0.25, ""),
        ("as it ends", PERSON.expires, "expired"),
        ("after it", PERSON.expires + 1, "expired"),
    ):
        yield opening(name, TOKEN, expect, now=now)


def keys_and_scope() -> Iterator[Case]:
    """Give keys that are not the right ones, or may not."""
    yield opening("no keys", TOKEN, "key", keys="none")
    yield opening("another key", TOKEN, "key", keys="other")
    yield opening("another key under this id", TOKEN, "signature", keys="swapped")
    yield opening(
        "another key signed",
        text(sign(write_claims(PERSON), key=OTHER, header={1: -7, 4: kid(OFFICE)})),
        "signature",
    )
    yield opening("the key begins now", TOKEN, keys="from now")
    yield opening("the key begins in a second", TOKEN, "key", keys="from now", now=NOW - 1)
    yield opening("the key's last second", TOKEN, keys="until now", now=NOW - 1)
    yield opening("the key has ended", TOKEN, "key", keys="until now")
    yield opening("the key may not there", TOKEN, "issuer", keys="elsewhere")
    yield opening("the key may not for the issuer", TOKEN, "issuer", keys="village")
    yield opening(
        "the key may not for a place", claiming(places=[VILLAGE, ELSEWHERE]), "issuer", keys="town"
    )
    yield opening(
        "the key may not so wide", claiming(places=["110112000000"]), "issuer", keys="town"
    )
    yield opening("the key may not this kind", TOKEN, "issuer", keys="goods")
    yield opening("time before scope", TOKEN, "expired", keys="goods", now=PERSON.expires)


def texts() -> Iterator[Case]:
    """Give texts that are none."""
    for name, token, expect in (
        ("nothing", "", "prefix"),
        ("another prefix", "HC1:" + TOKEN[4:], "prefix"),
        ("a small prefix", "mb1:" + TOKEN[4:], "prefix"),
        ("a blank before it", " " + TOKEN, "prefix"),
        ("only the prefix", "MB1:", "form"),
        ("as long as may be", "MB1:" + "0" * 1196, "form"),
        ("too long", "MB1:" + "0" * 1197, "size"),
        ("too long in rare characters", "MB1:" + "\U00020bb7" * 1197, "size"),
        ("rare characters", "MB1:" + "\U00020bb7" * 900, "base45"),
        ("a line break after it", TOKEN + "\n", "base45"),
        ("small letters", "MB1:" + TOKEN[4:].lower(), "base45"),
        ("a wide letter", TOKEN[:-1] + "Ａ", "base45"),
        ("one character less", TOKEN[:-1] if len(TOKEN[4:]) % 3 else TOKEN[:-2], "base45"),
        ("a group above 65,535", "MB1:GGW", "base45"),
        ("the greatest group", "MB1:FGW", "form"),
        ("a group of three colons", "MB1::::", "base45"),
        ("a pair above 255", "MB1:V5", "base45"),
        ("the greatest pair", "MB1:U5", "form"),
        ("a single character", "MB1:0", "base45"),
        ("twice", TOKEN + TOKEN[4:], "base45" if len(TOKEN[4:]) % 3 else "cbor"),
    ):
        yield opening(name, token, expect)


def envelopes() -> Iterator[Case]:
    """Give envelopes that are signed rightly and written wrongly."""
    payload = write_claims(PERSON)
    whole = sign(payload)
    protected, _outside, _payload, signature = whole
    office = {1: -7, 4: kid(OFFICE)}
    for name, token, expect in (
        ("no tag", text(whole, tag=b""), "form"),
        ("tagged as a CWT as well", text(whole, tag=b"\xd8\x3d\xd2"), "form"),
        ("the tag in two bytes", text(whole, tag=b"\xd8\x12"), "form"),
        ("COSE_Mac0", text(whole, tag=b"\xd1"), "form"),
        ("the tag twice", text(whole, tag=b"\xd2\xd2"), "cbor"),
        ("a byte after it", text(CONTENT + b"\x00"), "cbor"),
        ("a byte less", text(CONTENT[:-1]), "cbor"),
        ("three parts", text(whole[:3]), "form"),
        ("five parts", text([*whole, b""]), "form"),
        ("no list", text({1: 2}), "form"),
        ("a list without end", text(b"\xd2\x9f" + CONTENT[2:] + b"\xff"), "cbor"),
        ("a length that is longer than need be", text(b"\xd2\x98\x04" + CONTENT[2:]), "cbor"),
        ("a payload in two pieces", text(b"\xd2\x84" + cbor2.dumps(protected) + b"\xa0\x5f" + cbor2.dumps(payload[:9]) + cbor2.dumps(payload[9:]) + b"\xff" + cbor2.dumps(signature)), "cbor"),
        ("no payload", text([protected, {}, None, signature]), "cbor"),
        ("a payload of text", text([protected, {}, "abc", signature]), "form"),
        ("a signature of 63 bytes", text([protected, {}, payload, signature[:-1]]), "signature"),
        ("a signature of 65 bytes", text([protected, {}, payload, signature + b"\x00"]), "signature"),
        ("a zero between r and s", text([protected, {}, payload, signature[:32] + b"\x00" + signature[32:]]), "signature"),
        ("a zero before r", text([protected, {}, payload, b"\x00" + signature]), "signature"),
        ("a signature of text", text([protected, {}, payload, "a" * 64]), "form"),
        ("a signature of nothing", text([protected, {}, payload, b""]), "signature"),
        ("a signature of zeros", text([protected, {}, payload, bytes(64)]), "signature"),
        ("a signature of ones", text([protected, {}, payload, b"\xff" * 64]), "signature"),
        ("r and s the other way", text([protected, {}, payload, signature[32:] + signature[:32]]), "signature"),
        ("the algorithm outside as well", text(sign(payload, outside={1: -7})), "form"),
        ("the algorithm outside alone", text(sign(payload, header={4: kid(OFFICE)}, outside={1: -7})), "form"),
        ("the key outside alone", text(sign(payload, header={1: -7}, outside={4: kid(OFFICE)})), "form"),
        ("a list outside", text([protected, [], payload, signature]), "form"),
        ("no header", text(sign(payload, header=b"")), "cbor"),
        ("an empty header", text(sign(payload, header={})), "algorithm"),
        ("a header that is a list", text(sign(payload, header=cbor2.dumps([1, -7]))), "form"),
        ("a byte after the header", text(sign(payload, header=protected + b"\x00")), "cbor"),
        ("the key's id twice", text(sign(payload, header=b"\xa3" + protected[1:] + b"\x04\x48" + kid(OFFICE))), "cbor"),
        ("no key's id", text(sign(payload, header={1: -7})), "form"),
        ("a key's id of 7 bytes", text(sign(payload, header={1: -7, 4: kid(OFFICE)[:7]})), "form"),
        ("a key's id of text", text(sign(payload, header={1: -7, 4: "abcdefgh"})), "form"),
        ("one thing more in the header", text(sign(payload, header={**office, 3: 60})), "form"),
        ("critical headers", text(sign(payload, header={**office, 2: [4]})), "form"),
        ("a text as a label", text(sign(payload, header={**office, "x": 1})), "cbor"),
        ("EdDSA", text(sign(payload, header={**office, 1: -8})), "algorithm"),
        ("ES384", text(sign(payload, header={**office, 1: -35})), "algorithm"),
        ("PS256", text(sign(payload, header={**office, 1: -37})), "algorithm"),
        ("HMAC", text(sign(payload, header={**office, 1: 5})), "algorithm"),
        ("algorithm 0", text(sign(payload, header={**office, 1: 0})), "algorithm"),
        ("algorithm none", text(sign(payload, header={**office, 1: "none"})), "algorithm"),
        ("algorithm null", text(sign(payload, header={**office, 1: None})), "cbor"),
        ("signed for a status list", text(sign(payload, use=STATUS_USE)), "signature"),
    ):  # fmt: skip
        yield opening(name, token, expect)


def rewritten(index: int, spelling: str) -> bytes:
    """Return a payload whose index is spelt so."""
    found = write_claims(replace(PERSON, index=index))
    label = bytes.fromhex("3a00011175")
    assert found.count(label + cbor2.dumps(index)) == 1
    return found.replace(label + cbor2.dumps(index), label + bytes.fromhex(spelling))


def payloads() -> Iterator[Case]:
    """Give payloads that are signed rightly and are no claims."""
    payload = write_claims(PERSON)
    deep: Any = 1
    for _floor in range(7):
        deep = [deep]
    for name, content, expect in (
        ("empty", b"", "cbor"),
        ("not a map", cbor2.dumps([1]), "form"),
        ("a byte after it", payload + b"\x00", "cbor"),
        ("without end", b"\xbf" + payload[1:] + b"\xff", "cbor"),
        ("a claim twice", bytes([payload[0] + 1]) + payload[1:] + b"\x06\x00", "cbor"),
        ("a claim nobody knows", cbor2.dumps({**labelled(), 8: 1}), "form"),
        ("a text as a label", cbor2.dumps({**labelled(), "x": 1}), "cbor"),
        ("a float", cbor2.dumps(labelled(issued=1.5)), "cbor"),
        ("true", cbor2.dumps(labelled(kind=True)), "cbor"),
        ("null", cbor2.dumps({**labelled(), -70003: None}), "cbor"),
        ("undefined", payload.replace(b"\x48\x01\x02\x03\x04\x05\x06\x07\x08", b"\xf7"), "cbor"),
        ("a date with its tag", cbor2.dumps({**labelled(), 6: cbor2.CBORTag(1, 1)}), "cbor"),
        ("a great number", cbor2.dumps(labelled(expires=2**64)), "cbor"),
        ("just too great a number", cbor2.dumps(labelled(expires=2**53)), "cbor"),
        ("the greatest number", cbor2.dumps(labelled(expires=2**53 - 1)), ""),
        ("a pattern", cbor2.dumps({**labelled(), -70003: cbor2.CBORTag(35, "(a+)+$")}), "cbor"),
        ("a shared reference", cbor2.dumps({**labelled(), -70003: cbor2.CBORTag(28, [1])}), "cbor"),
        ("seven floors", cbor2.dumps({**labelled(), 8: deep}), "cbor"),
        ("a list that says it is long", b"\x9b\x00\x0f\xff\xff\xff\xff\xff\xff", "cbor"),
        ("bytes that say they are long", b"\x5a\x7f\xff\xff\xff", "cbor"),
        ("text that is not UTF-8", payload.replace("陆".encode(), b"\xff\xfe\xfd"), "cbor"),
        ("text with half a pair", payload.replace("陆".encode(), b"\xed\xa0\x80"), "cbor"),
        ("text that is too long in UTF-8", payload.replace("陆".encode(), b"\xe0\x80\xaf"), "cbor"),
        ("a number of 7 in two bytes", rewritten(7, "1807"), "cbor"),
        ("a number of 23 in two bytes", rewritten(23, "1817"), "cbor"),
        ("a number of 24 in two bytes", rewritten(24, "1818"), ""),
        ("a number of 255 in three bytes", rewritten(255, "1900ff"), "cbor"),
        ("a number of 256 in three bytes", rewritten(256, "190100"), ""),
        ("a number of 65,535 in five bytes", rewritten(65_535, "1a0000ffff"), "cbor"),
        ("a number of 65,536 in five bytes", rewritten(65_536, "1a00010000"), ""),
        ("a number of 65,536 in nine bytes", rewritten(65_536, "1b0000000000010000"), "cbor"),
        ("the least number", cbor2.dumps(labelled(issued=1 - 2**53)), "form"),
        ("just too small a number", cbor2.dumps(labelled(issued=-(2**53))), "cbor"),
        ("the least of all numbers", cbor2.dumps(labelled(issued=-(2**64))), "cbor"),
    ):  # fmt: skip
        yield opening(f"payload: {name}", text(sign(content)), expect)


def unfit_claims() -> Iterator[Case]:
    """Give claims that are read and may not be so."""
    for name, changed in (
        ("no issuer", {"issuer": None}),
        ("an issuer of 11 digits", {"issuer": TOWN[:-1]}),
        ("an issuer in wide digits", {"issuer": "１１０１１２１０６０００"}),
        ("an issuer and a line break", {"issuer": TOWN + "\n"}),
        ("an issuer of a number", {"issuer": int(TOWN)}),
        ("no end", {"expires": None}),
        ("an end below zero", {"expires": -1}),
        ("an end of text", {"expires": "1"}),
        ("no beginning", {"not_before": None}),
        ("it ends as it begins", {"not_before": PERSON.expires}),
        ("it was issued as it ends", {"issued": PERSON.expires}),
        ("not issued", {"issued": None}),
        ("no id", {"permit": None}),
        ("an id of 7 bytes", {"permit": bytes(7)}),
        ("an id of text", {"permit": "12345678"}),
        ("no kind", {"kind": None}),
        ("kind 0", {"kind": 0}),
        ("kind 4", {"kind": 4}),
        ("a vehicle without its plate", {"kind": 2}),
        ("goods that are not named", {"kind": 3}),
        ("a person without a name", {"name": None}),
        ("no places", {"places": None}),
        ("an empty list of places", {"places": []}),
        ("a place twice", {"places": [VILLAGE, VILLAGE]}),
        ("seventeen places", {"places": [f"1101121062{number:02}" for number in range(17)]}),
        ("a place in bytes", {"places": [VILLAGE.encode()]}),
        ("places in text", {"places": VILLAGE}),
        ("no batch", {"batch": None}),
        ("a batch of 9 bytes", {"batch": bytes(9)}),
        ("no index", {"index": None}),
        ("an index below zero", {"index": -1}),
        ("an index past the greatest batch", {"index": 1 << 20}),
        ("a whole number where four characters stand", {"tail": 1234}),
        ("five characters", {"tail": "01234"}),
        ("three characters", {"tail": "234"}),
        ("four small letters", {"tail": "012x"}),
        ("a full number", {"tail": "110101199003074477"}),
        ("an empty name", {"name": ""}),
        ("a name in bytes", {"name": b"abc"}),
        ("a name of 121 bytes", {"name": "a" * 121}),
        ("a name of 41 characters", {"name": "陆" * 41}),
        ("a name of two lines", {"name": "陆\n秀芬"}),
        ("a name that turns", {"name": "陆\u202e秀芬"}),
        ("a name with a mark of order", {"name": "\ufeff陆秀芬"}),
        ("a name with a wall", {"name": "陆\u0085秀芬"}),
    ):
        yield opening(name, claiming(**changed), "form")
    yield opening("a name of 40 characters", claiming(name="陆" * 40))
    yield opening(
        "sixteen places", claiming(places=[f"1101121062{number:02}" for number in range(16)])
    )
    yield opening("the last index of the greatest batch", claiming(index=(1 << 20) - 1))


def cases() -> Iterator[Case]:
    """Give every case of open_token."""
    for some in (good_and_timed, keys_and_scope, texts, envelopes, payloads, unfit_claims):
        yield from some()
