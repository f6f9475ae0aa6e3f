"""Others' tokens: another library reads ours and we read its; the envelopes of the European pass verify as they should."""

import base64
import json
import time
from typing import Any

import cbor2
import cwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from cryptography.x509 import load_der_x509_certificate
from cwt import COSE, COSEKey

from mingbai.proofs import tokens
from mingbai.proofs.tokens import TokenRefused, base45
from mingbai.proofs.tokens.claims import write_claims
from mingbai.proofs.tokens.lists import STATUS_USE
from mingbai.proofs.tokens.sign1 import is_signed
from tests.conftest import shared
from tests.proofs.test_token_lists import STATED, STATUS, TRUST
from tests.proofs.test_tokens import DAY, KID, KNOWN, NOW, OFFICE, OTHER, PASS, TOKEN

PRIVATE = COSEKey.from_pem(
    OFFICE.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), kid=KID, alg="ES256"
)


def public(key: ec.EllipticCurvePrivateKey) -> Any:
    """Return a public key as the other library has it."""
    pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return COSEKey.from_pem(pem, kid=KID, alg="ES256")


def test_another_library_reads_our_passes() -> None:
    content = base45.decode(TOKEN[4:])
    assert COSE.new().decode(content, public(OFFICE)) == write_claims(PASS)
    with pytest.raises(cwt.VerifyError):
        COSE.new().decode(content, public(OTHER))
    now = int(time.time())
    fields = {"not_before": now - DAY, "issued": now - DAY, "expires": now + DAY}
    held = tokens.seal_token(tokens.Claims(**{**told(), **fields}), OFFICE)
    claims = cwt.decode(base45.decode(held[4:]), public(OFFICE))
    assert claims[1] == PASS.issuer and claims[-70003] == PASS.name and claims[7] == PASS.permit
    late = tokens.seal_token(tokens.Claims(**{**told(), **fields, "expires": now - 3600}), OFFICE)
    with pytest.raises(cwt.VerifyError, match="expired"):
        cwt.decode(base45.decode(late[4:]), public(OFFICE))


def told() -> dict[str, Any]:
    """Return the fields of the pass."""
    return {name: getattr(PASS, name) for name in tokens.Claims.__slots__}


def test_another_library_reads_our_lists_when_it_knows_what_they_were_signed_for() -> None:
    content = base45.decode(STATED[5:])
    payload = COSE.new().decode(content, public(OFFICE), external_aad=STATUS_USE)
    assert cbor2.loads(payload)[-70011] == STATUS.version
    with pytest.raises(cwt.VerifyError):
        COSE.new().decode(content, public(OFFICE))


def test_we_read_its_passes() -> None:
    claims = cbor2.loads(write_claims(PASS))
    for protected in ({1: -7, 4: KID}, {4: KID, 1: -7}):
        content = COSE.new().encode(cbor2.dumps(claims), PRIVATE, protected=protected)
        assert tokens.open_token("MB1:" + base45.encode(content), KNOWN, NOW) == PASS
    listed = COSE.new().encode(
        tokens.sign1.open_sign1(base45.decode(STATED[5:]), KNOWN, STATUS_USE)[1],
        PRIVATE,
        protected={1: -7, 4: KID},
        external_aad=STATUS_USE,
    )
    assert tokens.open_status("MBS1:" + base45.encode(listed), TRUST.keys, NOW) == STATUS


def test_what_it_leaves_unsigned_we_do_not_take() -> None:
    outside = cwt.encode(cbor2.loads(write_claims(PASS)), PRIVATE)
    assert cbor2.loads(outside).value[1] == {4: KID}
    with pytest.raises(TokenRefused, match="form"):
        tokens.open_token("MB1:" + base45.encode(outside), KNOWN, NOW)


def european() -> list[tuple[str, dict[str, Any], bytes, list[Any], Any]]:
    """Return the European test cases that hold a COSE_Sign1: name, expectations, bytes, parts, public key."""
    found = []
    for path in sorted(shared("cose").rglob("*.json")):
        case = json.loads(path.read_text("utf-8-sig"))
        content = bytes.fromhex(case.get("COSE", ""))
        if content[:1] == b"\xd2":
            certificate = load_der_x509_certificate(
                base64.b64decode(case["TESTCTX"]["CERTIFICATE"])
            )
            name = f"{path.parent.name}/{path.stem}"
            parts = cbor2.loads(content).value
            found.append((name, case["EXPECTEDRESULTS"], content, parts, certificate.public_key()))
    assert len(found) == 29
    return found


def named(parts: list[Any]) -> Any:
    """Return the key's id, wherever it stands; the protected header comes first."""
    header = cbor2.loads(parts[0]) if parts[0] else {}
    return header.get(4, parts[1].get(4))


def test_european_signatures_verify_as_their_files_say() -> None:
    checked = 0
    for name, expected, _content, (protected, _outside, payload, signature), key in european():
        if isinstance(key, ec.EllipticCurvePublicKey):
            good = is_signed(key, signature, protected, payload)
            # What CO23 gets wrong is where it names its key, which is for open_sign1 to refuse.
            assert good is (name == "common/CO23" or expected.get("EXPECTEDVERIFY", True)), name
            assert not is_signed(key, signature, protected, payload + b"\x00")
            assert not is_signed(OFFICE.public_key(), signature, protected, payload)
            checked += 1
    assert checked == 25


def test_european_envelopes_open_when_they_keep_to_our_narrow_profile() -> None:
    taken, refused = [], {}
    for name, expected, content, parts, key in european():
        try:
            kid, payload = tokens.open_sign1(content, {named(parts): key})
        except TokenRefused as told:
            refused[name] = told.reason
        else:
            taken.append(name)
            assert payload == parts[2] and expected.get("EXPECTEDVERIFY", True), name
            assert kid == named(parts)
    assert len(taken) > 15
    assert refused == {
        **{f"BG/{number}": "form" for number in range(1, 6)},  # the key is named outside
        "common/CO21": "form",
        "common/CO23": "form",
        **{f"CH/{number}": "algorithm" for number in range(1, 4)},  # PS256
        "common/CO2": "algorithm",
    }
