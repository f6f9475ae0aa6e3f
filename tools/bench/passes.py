"""Passes: what it costs to sign one and to open one, beside the bare signature and beside another library."""

import time
from collections.abc import Callable

import cbor2
import cwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from cwt import COSE, COSEKey
from measuring import FULL, met, tell

from mingbai.proofs import tokens
from mingbai.proofs.tokens import base45
from mingbai.proofs.tokens.claims import write_claims

COUNT = 4000 if FULL else 800
ROUNDS = 5
NOW = int(time.time())
KEY = ec.derive_private_key(11, ec.SECP256R1())
POINT = tokens.point_of(KEY.public_key())
KID = tokens.key_id(POINT)
PASS = tokens.Claims(
    issuer="110112106000",
    expires=NOW + 86_400,
    not_before=NOW - 86_400,
    issued=NOW - 86_400,
    permit=bytes(8),
    kind=tokens.PERSON,
    places=("110112106224", "110112106208"),
    batch=bytes(8),
    index=3699,
    name="陆秀芬",
    tail="012X",
    organisation="马头村口罩厂",
)


def cost(act: Callable[[], object]) -> float:
    """Return the CPU microseconds of an act: the least mean of some rounds, which others on the machine disturb least."""
    found = []
    for _round in range(ROUNDS):
        began = time.process_time()
        for _time in range(COUNT // ROUNDS):
            act()
        found.append((time.process_time() - began) / (COUNT // ROUNDS))
    return min(found) * 1_000_000


def main() -> None:
    """Print what signing and opening cost."""
    public = KEY.public_key()
    private_pem = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public_pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    signer = COSEKey.from_pem(private_pem, kid=KID, alg="ES256")
    reader = COSEKey.from_pem(public_pem, kid=KID, alg="ES256")
    payload, algorithm = write_claims(PASS), ec.ECDSA(SHA256())
    fields, header = cbor2.loads(payload), {1: -7, 4: KID}
    text, signature = tokens.seal_token(PASS, KEY), KEY.sign(payload, algorithm)
    keys, cose = {KID: POINT}, COSE.new()

    def other_seals() -> str:
        signed = cose.encode(cbor2.dumps(fields), signer, protected=header)
        return "MB1:" + base45.encode(bytes(signed))

    signing = cost(lambda: tokens.seal_token(PASS, KEY))
    bare_signing = cost(lambda: KEY.sign(payload, algorithm))
    other_signing = cost(other_seals)
    opening = cost(lambda: tokens.open_token(text, keys, NOW))
    bare_opening = cost(lambda: public.verify(signature, payload, algorithm))
    other_opening = cost(lambda: cwt.decode(base45.decode(text[4:]), reader))
    for name, ours, bare, other in (
        ("sign", signing, bare_signing, other_signing),
        ("open", opening, bare_opening, other_opening),
    ):
        tell(
            "tokens",
            f"{name}: CPU {ours:.0f} us a pass ({1_000_000 / ours:,.0f}/s), bare ECDSA {bare:.0f} us, "
            f"cwt with our base45 {other:.0f} us; {ours / other:.2f} of cwt, {met(ours / other, 1.1)}",
        )
    tell("tokens", f"a pass is {len(text)} characters")


if __name__ == "__main__":
    main()
