"""Pass tokens: made once, checked anywhere without a network, and by strangers too; docs/passes.md is the format.

通行码：发一次，没有网络也能验，外人照 docs/passes.md 也能验。
"""

from mingbai.proofs.tokens.claims import GOODS, KINDS, PERSON, VEHICLE, Claims
from mingbai.proofs.tokens.gate import Verdict, check_at
from mingbai.proofs.tokens.lists import (
    Lists,
    StatusList,
    TrustList,
    keyed,
    open_status,
    open_trust,
    sign_status,
    sign_trust,
)
from mingbai.proofs.tokens.passes import Key, covers, number_in, open_token, seal_token
from mingbai.proofs.tokens.refusal import REASONS, TokenRefused
from mingbai.proofs.tokens.sign1 import key_id, open_sign1, point_of

__all__ = [
    "GOODS",
    "KINDS",
    "PERSON",
    "REASONS",
    "VEHICLE",
    "Claims",
    "Key",
    "Lists",
    "StatusList",
    "TokenRefused",
    "TrustList",
    "Verdict",
    "check_at",
    "covers",
    "key_id",
    "keyed",
    "number_in",
    "open_sign1",
    "open_status",
    "open_token",
    "open_trust",
    "point_of",
    "seal_token",
    "sign_status",
    "sign_trust",
]
