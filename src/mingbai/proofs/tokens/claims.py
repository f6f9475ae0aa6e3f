"""Claims: what a pass says, how it is written as the payload of a token, and what may stand in each place."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import cbor2

from mingbai.proofs.tokens.refusal import TokenRefused
from mingbai.proofs.tokens.strict import INTEGER_MOST, read

PERSON, VEHICLE, GOODS = 1, 2, 3
KINDS = {"person": PERSON, "vehicle": VEHICLE, "goods": GOODS}
PLACES_MOST = 16
SIZE_MOST = 1 << 20  # passes of one batch
TEXT_MOST = 120  # bytes of UTF-8: forty Chinese characters
_CODE = re.compile(r"[0-9]{12}")
_TAIL = re.compile(r"[0-9A-Z]{4}")
# What can't be seen, breaks a line or turns the direction of writing could make a card read otherwise than it was signed.
_UNSEEN = re.compile(
    "[\u0000-\u001f\u007f-\u009f\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]"
)

Check = Callable[[Any], bool]


@dataclass(frozen=True, slots=True)
class Claims:
    """What a pass says; times in seconds since 1970, a place as its 12-digit code, ids as bytes.

    `kid` is the id of the key whose signature was checked: open_token sets it, and it is no part of what is compared.
    """

    issuer: str
    expires: int
    not_before: int
    issued: int
    permit: bytes
    kind: int
    places: tuple[str, ...]
    batch: bytes
    index: int
    name: str | None = None
    tail: str | None = None
    plate: str | None = None
    goods: str | None = None
    organisation: str | None = None
    kid: bytes = field(default=b"", compare=False)


def is_whole(most: int, least: int = 0) -> Check:
    """Return a check for integers from the least to the most."""
    return lambda value: type(value) is int and least <= value <= most


def is_bytes(length: int) -> Check:
    """Return a check for byte strings of a length."""
    return lambda value: isinstance(value, bytes) and len(value) == length


def is_code(value: Any) -> bool:
    """Tell whether this is the 12-digit code of a place."""
    return isinstance(value, str) and _CODE.fullmatch(value) is not None


def are_codes(value: Any) -> bool:
    """Tell whether this is a list of 1 to 16 codes, none twice."""
    return (
        isinstance(value, list)
        and 1 <= len(value) <= PLACES_MOST
        and all(map(is_code, value))
        and len(set(value)) == len(value)
    )


def are_kinds(value: Any) -> bool:
    """Tell whether this is a list of kinds, at least one and none twice."""
    return (
        isinstance(value, list)
        and all(type(one) is int and one in KINDS.values() for one in value)
        and 1 <= len(value) == len(set(value))
    )


def is_text(value: Any) -> bool:
    """Tell whether this is text that reads as it is written: 1 to 120 bytes of UTF-8 and nothing unseen."""
    return (
        isinstance(value, str)
        and _UNSEEN.search(value) is None
        and 1 <= len(value.encode()) <= TEXT_MOST
    )


def is_tail(value: Any) -> bool:
    """Tell whether this is the last four characters of a document's number."""
    return isinstance(value, str) and _TAIL.fullmatch(value) is not None


TIME = is_whole(INTEGER_MOST)
# Field, label (RFC 8392 for those above 0), what may stand there, and whether it must.
LABELS: tuple[tuple[str, int, Check, bool], ...] = (
    ("issuer", 1, is_code, True),
    ("expires", 4, TIME, True),
    ("not_before", 5, TIME, True),
    ("issued", 6, TIME, True),
    ("permit", 7, is_bytes(8), True),
    ("kind", -70001, is_whole(3, 1), True),
    ("places", -70002, are_codes, True),
    ("name", -70003, is_text, False),
    ("tail", -70004, is_tail, False),
    ("batch", -70005, is_bytes(8), True),
    ("index", -70006, is_whole(SIZE_MOST - 1), True),
    ("plate", -70007, is_text, False),
    ("goods", -70008, is_text, False),
    ("organisation", -70009, is_text, False),
)
# What each kind of pass is of.
SUBJECT = {PERSON: "name", VEHICLE: "plate", GOODS: "goods"}

Labels = tuple[tuple[str, int, Check, bool], ...]


def read_fields(content: Any, labels: Labels) -> dict[str, Any]:
    """Return the fields of a map that was read; TokenRefused("form") for one that is missing, unknown or unfit."""
    if not isinstance(content, dict):
        raise TokenRefused("form", "not a map")
    found: dict[str, Any] = {}
    for name, label, fits, needed in labels:
        if label in content:
            if not fits(content[label]):
                raise TokenRefused("form", f"{name} is not as it must be")
            found[name] = content[label]
        elif needed:
            raise TokenRefused("form", f"{name} is missing")
    if len(found) != len(content):
        raise TokenRefused("form", "a label that nobody knows")
    return found


def write_fields(fields: dict[str, Any], labels: Labels) -> dict[int, Any]:
    """Return a map of labels from fields, in the order of the labels, without those that are not there."""
    return {label: fields[name] for name, label, _, _ in labels if fields.get(name) is not None}


def _claims_of(content: Any, kid: bytes = b"") -> Claims:
    found = read_fields(content, LABELS)
    if not found["not_before"] < found["expires"] or not found["issued"] < found["expires"]:
        raise TokenRefused("form", "it ends before it begins")
    if SUBJECT[found["kind"]] not in found:
        raise TokenRefused("form", "whom or what it is for is missing")
    return Claims(**{**found, "places": tuple(found["places"])}, kid=kid)


def read_claims(payload: bytes, kid: bytes = b"") -> Claims:
    """Return the claims in a token's payload (RFC 8392); TokenRefused "cbor" or "form" for any other."""
    return _claims_of(read(payload), kid)


def write_claims(claims: Claims) -> bytes:
    """Return a token's payload (RFC 8392), in the one order; TokenRefused("form") for claims that no reader takes."""
    fields = {name: getattr(claims, name) for name, *_rest in LABELS}
    content = write_fields({**fields, "places": list(claims.places)}, LABELS)
    if _claims_of(content) != claims:
        raise TokenRefused("form", "not read back as it was written")
    return cbor2.dumps(content)
