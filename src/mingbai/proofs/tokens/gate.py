"""At a gate: whether an opened pass holds at this place, for this kind, with the lists that are at hand."""

from typing import Literal

from mingbai.proofs.tokens.claims import KINDS, Claims
from mingbai.proofs.tokens.lists import Lists, StatusList
from mingbai.proofs.tokens.passes import Moment, check_key, check_scope, check_time, covers, seconds
from mingbai.proofs.tokens.refusal import TokenRefused

Verdict = Literal["valid", "stale"]


def check_at(
    claims: Claims, place: str, kind: int | str | None, lists: Lists | None, now: Moment
) -> Verdict:
    """Return "valid", or "stale" when it would be but the lists at hand are missing, past their end, or silent about it.

    `place` is the gate's 12-digit code; `kind` is 1 to 3, "person", "vehicle" or "goods", or None for any. A stale list
    never stops anyone, but what it revokes stays revoked. TokenRefused, in this order: not_yet, expired, key (not on the
    trust list, or not in its time), issuer (its key may not), place, kind, revoked.
    """
    check_time(claims, now)
    trust = lists.trust if lists else None
    if trust is not None:
        key = trust.keys.get(claims.kid)
        if key is None:
            raise TokenRefused("key", f"no key {claims.kid.hex()} on the trust list")
        check_key(key, now)
        check_scope(key, claims)
    if not any(covers(above, place) for above in claims.places):
        raise TokenRefused("place", f"it does not hold at {place}")
    if kind is not None and KINDS.get(str(kind), kind) != claims.kind:
        raise TokenRefused("kind", "it is for something else")
    status = _status_of(claims, lists)
    if status is not None and claims.index in status.revoked:
        raise TokenRefused("revoked", f"by version {status.version}")
    fresh = (
        trust is not None
        and seconds(now) < trust.expires
        and status is not None
        and seconds(now) < status.expires
        and claims.index < status.size
    )
    return "valid" if fresh else "stale"


def _status_of(claims: Claims, lists: Lists | None) -> StatusList | None:
    """Return the newest status list of a pass's issuer and batch."""
    found = [
        one
        for one in (lists.statuses if lists else ())
        if one.batch == claims.batch and one.issuer == claims.issuer
    ]
    return max(found, key=lambda one: one.version, default=None)
