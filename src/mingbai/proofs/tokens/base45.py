"""Base45 (RFC 9285): bytes in the 45 characters that a QR code packs best, with exactly one spelling of each."""

from mingbai.proofs.tokens.refusal import TokenRefused

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_PAIRS = [low + high for high in ALPHABET for low in ALPHABET]
_VALUES = {pair: value for value, pair in enumerate(_PAIRS)}
_HIGHS = {letter: 2025 * value for value, letter in enumerate(ALPHABET)}


def encode(content: bytes) -> str:
    """Return the base45 text of bytes (RFC 9285, section 4): three characters for two bytes, two for a last single one."""
    found = []
    for at in range(0, len(content) - 1, 2):
        high, low = divmod(content[at] << 8 | content[at + 1], 2025)
        found.append(_PAIRS[low] + ALPHABET[high])
    if len(content) % 2:
        found.append(_PAIRS[content[-1]])
    return "".join(found)


def decode(text: str) -> bytes:
    """Return the bytes that base45 text stands for (RFC 9285, section 4).

    TokenRefused("base45") for a character outside the 45, a length that no bytes have, and a group above its greatest
    value. What is left has one spelling only, so that encode() gives the very same text.
    """
    whole = len(text) // 3 * 3
    found = bytearray()
    try:
        for at in range(0, whole, 3):
            value = _VALUES[text[at : at + 2]] + _HIGHS[text[at + 2]]
            found += value.to_bytes(2, "big")
        if whole < len(text):
            found += _VALUES[text[whole:]].to_bytes(1, "big")
    except (KeyError, OverflowError):
        raise TokenRefused("base45", "a character or group that base45 has not") from None
    return bytes(found)
