"""What the cases are made of: fixed keys, passes, lists, and tokens that are signed rightly whatever they hold."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from mingbai.proofs import tokens
from mingbai.proofs.tokens import base45
from mingbai.proofs.tokens.claims import LABELS, write_claims

NOW = 1_580_200_000  # a morning of January 2020
DAY = 86_400
TOWN, VILLAGE, NEIGHBOUR, ELSEWHERE = "110112106000", "110112106224", "110112106208", "330522110000"

OFFICE, OTHER, LATE, ROOT, SECOND_ROOT = (
    ec.derive_private_key(number, ec.SECP256R1()) for number in (11, 12, 13, 14, 15)
)


def point(key: ec.EllipticCurvePrivateKey) -> bytes:
    """Return the point of a key's public half."""
    return tokens.point_of(key.public_key())


def kid(key: ec.EllipticCurvePrivateKey) -> bytes:
    """Return a key's id."""
    return tokens.key_id(point(key))


PERSON = tokens.Claims(
    issuer=TOWN,
    expires=NOW + 14 * DAY,
    not_before=NOW - DAY,
    issued=NOW - 2 * DAY,
    permit=bytes.fromhex("0102030405060708"),
    kind=tokens.PERSON,
    places=(VILLAGE, NEIGHBOUR),
    batch=bytes.fromhex("b0b1b2b3b4b5b6b7"),
    index=7,
    name="陆秀芬",
    tail="012X",
    organisation="马头村口罩厂",
)
VEHICLE = replace(PERSON, kind=tokens.VEHICLE, name=None, tail=None, plate="京A·F0012")
GOODS = replace(
    PERSON, kind=tokens.GOODS, name=None, tail=None, goods="口罩 2,000 只", organisation=None
)

KEYS: dict[str, dict[bytes, tokens.Key]] = {
    "office": tokens.keyed([tokens.Key(point(OFFICE))]),
    "town": tokens.keyed([tokens.Key(point(OFFICE), (TOWN,), (1, 2))]),
    "village": tokens.keyed([tokens.Key(point(OFFICE), (VILLAGE,))]),
    "elsewhere": tokens.keyed([tokens.Key(point(OFFICE), (ELSEWHERE,))]),
    "goods": tokens.keyed([tokens.Key(point(OFFICE), (TOWN,), (3,))]),
    "from now": tokens.keyed([tokens.Key(point(OFFICE), not_before=NOW)]),
    "until now": tokens.keyed([tokens.Key(point(OFFICE), not_after=NOW)]),
    "other": tokens.keyed([tokens.Key(point(OTHER))]),
    "swapped": {kid(OFFICE): tokens.Key(point(OTHER))},
    "every": tokens.keyed(tokens.Key(point(key)) for key in (OFFICE, OTHER, LATE)),
    "none": {},
}
ROOTS = {
    "both": [point(ROOT), point(SECOND_ROOT)],
    "second": [point(SECOND_ROOT)],
    "other": [point(OTHER)],
    "none": [],
}
TRUST = tokens.TrustList(
    version=5,
    issued=NOW - DAY,
    expires=NOW + DAY,
    keys=tokens.keyed(
        [
            tokens.Key(point(OFFICE), (TOWN,), (1, 2, 3), NOW - 30 * DAY, NOW + 30 * DAY),
            tokens.Key(point(LATE), (TOWN,), (1,), NOW + DAY, NOW + 60 * DAY),
        ]
    ),
)
STATUS = tokens.StatusList(
    issuer=TOWN,
    batch=PERSON.batch,
    version=3,
    issued=NOW - DAY,
    expires=NOW + DAY,
    size=3_700,
    revoked=frozenset({0, 8, 130, 131, 20 * 128, 3_699}),
)


def sign(
    payload: bytes,
    *,
    key: ec.EllipticCurvePrivateKey = OFFICE,
    header: Mapping[Any, Any] | bytes | None = None,
    outside: Any = None,
    use: bytes = b"",
) -> list[Any]:
    """Return the four parts of a COSE_Sign1, signed rightly, whatever its header says."""
    chosen = {1: -7, 4: kid(key)} if header is None else header
    protected = chosen if isinstance(chosen, bytes) else cbor2.dumps(chosen)
    to_sign = cbor2.dumps(["Signature1", protected, use, payload])
    pair = decode_dss_signature(key.sign(to_sign, ec.ECDSA(SHA256(), deterministic_signing=True)))
    return [protected, outside or {}, payload, b"".join(half.to_bytes(32, "big") for half in pair)]


def text(parts: Any, prefix: str = "MB1:", tag: bytes = b"\xd2") -> str:
    """Return parts, or bytes, as the text of a token."""
    content = parts if isinstance(parts, bytes) else tag + cbor2.dumps(parts)
    return prefix + base45.encode(content)


def labelled(claims: tokens.Claims = PERSON, **changed: Any) -> dict[Any, Any]:
    """Return claims by their labels, some changed or, for None, left out."""
    found = dict(cbor2.loads(write_claims(claims)))
    numbers = {name: label for name, label, *_rest in LABELS}
    for name, value in changed.items():
        found.pop(numbers[name], None)
        if value is not None:
            found[numbers[name]] = value
    return found


def claiming(**changed: Any) -> str:
    """Return a well signed token of claims that were changed."""
    return text(sign(cbor2.dumps(labelled(**changed))))


Case = dict[str, Any]
TOKEN = tokens.seal_token(PERSON, OFFICE)
CONTENT = base45.decode(TOKEN[4:])


def opening(
    name: str, token: str, expect: str = "", keys: str = "office", now: float = NOW
) -> Case:
    """Return a case of open_token; what it must come to is a reason, or nothing for the claims."""
    return {"name": name, "do": "open", "text": token, "keys": keys, "now": now, "refused": expect}
