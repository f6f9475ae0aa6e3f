"""Base45 (RFC 9285): bytes in the 45 characters that a QR code packs best, with exactly one spelling of each."""

import struct

from mingbai.proofs.tokens.refusal import TokenRefused

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_PAIRS = [low + high for high in ALPHABET for low in ALPHABET]
_NONE = 255
_VALUES = bytes(ALPHABET.index(chr(one)) if chr(one) in ALPHABET else _NONE for one in range(256))


def encode(content: bytes) -> str:
    """Return the base45 text of bytes (RFC 9285, section 4): three characters for two bytes, two for a last single one."""
    count, single = divmod(len(content), 2)
    groups = struct.unpack(f">{count}H", content[: 2 * count])
    text = "".join([_PAIRS[one % 2025] + ALPHABET[one // 2025] for one in groups])
    return text + _PAIRS[content[-1]] if single else text


def decode(text: str) -> bytes:
    """Return the bytes that base45 text stands for (RFC 9285, section 4).

    TokenRefused("base45") for a character outside the 45, a length that no bytes have, and a group above its greatest
    value. What is left has one spelling only, so that encode() gives the very same text.
    """
    try:
        values = text.encode("ascii").translate(_VALUES)
        if _NONE in values or len(values) % 3 == 1:
            raise ValueError("a character or a length that base45 has not")
        groups = [
            low + 45 * middle + 2025 * high
            for low, middle, high in zip(values[::3], values[1::3], values[2::3], strict=False)
        ]
        found = struct.pack(f">{len(groups)}H", *groups)
        if len(values) % 3:
            found += bytes((values[-2] + 45 * values[-1],))
    except (ValueError, struct.error) as fault:
        raise TokenRefused("base45", str(fault)) from None
    return found
