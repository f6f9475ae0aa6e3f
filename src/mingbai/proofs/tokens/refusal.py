"""Refusals: the one exception of the token library, and the closed list of its reasons."""

REASONS = (
    "prefix",
    "size",
    "base45",
    "cbor",
    "form",
    "algorithm",
    "key",
    "signature",
    "not_yet",
    "expired",
    "issuer",
    "place",
    "kind",
    "revoked",
    "rolled_back",
    "list_signature",
    "list_expired",
)


class TokenRefused(ValueError):
    """A token or a list is not taken; `reason` is a word of REASONS, `detail` is for whoever reads a log."""

    def __init__(self, reason: str, detail: str = "") -> None:
        if reason not in REASONS:
            raise ValueError(f"{reason!r} is no reason")
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail
