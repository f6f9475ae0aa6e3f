"""Sealed: what a row of the register keeps under the key of the person whom it concerns."""

from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from mingbai.kernel.acting import Acting, Asking
from mingbai.kernel.keys import keys
from mingbai.kernel.models import Person
from mingbai.kernel.people import own_key
from mingbai.kernel.refusals import Refused
from mingbai.kernel.sealing import SealBroken


def _context(row: UUID, field: str) -> str:
    return f"movement/{field}/{row.hex}"


def key_of(acting: Acting | Asking, person: UUID) -> AESGCM:
    """Return a person's own key; once they are erased there is none."""
    held = acting.see(Person, id=person)
    if held is None or held.key_wrapped is None:
        raise Refused("PER-8")
    try:
        return own_key(held)
    except SealBroken:
        raise Refused("KEY-3") from None


def seal(key: AESGCM, row: UUID, field: str, text: str | None) -> bytes | None:
    """Return a text sealed for one field of one row; nothing stays nothing."""
    return None if text is None else keys().ring.seal(key, _context(row, field), text)


def unseal(key: AESGCM, row: UUID, field: str, sealed: bytes | memoryview | None) -> str | None:
    """Return a sealed text; whoever calls this has journalled the look."""
    return None if sealed is None else keys().ring.unseal(key, _context(row, field), bytes(sealed))
