"""Documents: resident ID, credit code, passport, plate and phone, each fault told in plain words."""

import datetime as dt
import enum
import re
import unicodedata
from functools import lru_cache
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from stdnum.cn import ric

CHECKS = "10X98765432"
FIRST_YEAR = 1900
CODE_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
CODE_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
DIGITS = re.compile(r"\d{17}[\dX]", re.ASCII)
PHONE = re.compile(r"1[3-9]\d{9}", re.ASCII)
PASSPORT = re.compile(r"[A-Z0-9]{5,17}", re.ASCII)
PLATE = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-NP-Z][A-HJ-NP-Z0-9]{4,5}[A-HJ-NP-Z0-9挂学警港澳]"
)


class Why(enum.StrEnum):
    """What may be wrong with a document or a phone."""

    MISSING = "missing"
    LENGTH = "length"
    CHARACTERS = "characters"
    BIRTH_DATE = "birth date"
    CHECK_CHARACTER = "check character"
    PHONE = "phone"
    LOST = "number lost by the spreadsheet"


LONG = _(
    "%(length)s digits; an ID number has 18. %(off)s too many: not saved. Read the card again."
)
SHORT = _(
    "%(length)s digits; an ID number has 18. %(off)s missing: not saved. Read the card again."
)
SENTENCES: dict[str, Promise] = {
    Why.MISSING: _("No number is written. Copy it from the document."),
    Why.CHARACTERS: _(
        "A letter or sign stands where a digit belongs. Copy the number from the document once more."
    ),
    Why.BIRTH_DATE: _(
        "Digits 7 to 14 are no date of birth. Copy the number from the document once more."
    ),
    Why.CHECK_CHARACTER: _(
        "The last character does not fit the digits before it: one of them is mistyped. Compare them one by one."
    ),
    Why.PHONE: _("A mobile number has 11 digits and begins with 13 to 19. Look at it once more."),
    Why.LOST: _(
        "The spreadsheet has rounded this number and its last digits are lost. Format the column as text and type it again."
    ),
    Why.LENGTH: _("The number has a wrong length. Copy it from the document once more."),
}


class DocumentFault(ValueError):
    """A number that cannot be one; it never repeats the number."""

    def __init__(self, why: Why, sentence: Promise | None = None, **facts: Any) -> None:
        super().__init__(str(why))
        self.why = why
        self.facts = facts
        self._sentence = SENTENCES[why] if sentence is None else sentence

    def sentence(self) -> str:
        """Return what is wrong and what to do, in the language of the moment."""
        return str(self._sentence) % self.facts


def plain(text: str) -> str:
    """Return a number without blanks, in half-width, in capitals."""
    if text.isascii() and text.isalnum():
        return text.upper()
    return "".join(unicodedata.normalize("NFKC", text).split()).upper()


def check_character(body: str) -> str:
    """Return the eighteenth character for the first seventeen digits (GB 11643, modulo 11-2).

    The weights are the powers of 2 modulo 11, and 13 is 2 there: so the digits read in base 13 are the weighted sum.
    """
    return CHECKS[2 * int(body, 13) % 11]


@lru_cache(maxsize=65_536)
def _day_of(digits: str) -> dt.date | None:
    """Return the day of eight digits, if there is such a day; a century has few of them."""
    try:
        return dt.date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None


def resident_id(text: str, *, on: dt.date | None = None) -> str:
    """Return a resident ID number in its plain form: length, characters, birth date and check character hold."""
    number = text if DIGITS.fullmatch(text) else _eighteen(plain(text))
    born = _day_of(number[6:14])
    if born is None or born.year < FIRST_YEAR or (on is not None and born > on):
        raise DocumentFault(Why.BIRTH_DATE)
    if check_character(number[:17]) != number[17]:
        raise DocumentFault(Why.CHECK_CHARACTER)
    return number


def _eighteen(number: str) -> str:
    """Return what has the length and the characters of a resident ID number."""
    if not number:
        raise DocumentFault(Why.MISSING)
    off = len(number) - 18
    if off:
        raise DocumentFault(
            Why.LENGTH, LONG if off > 0 else SHORT, length=len(number), off=abs(off)
        )
    if not DIGITS.fullmatch(number):
        raise DocumentFault(Why.CHARACTERS)
    return number


def resident_id_readings(text: str) -> list[str]:
    """Return the well-formed numbers that one digit too many, or two changed places, may hide: a hint, never saved by itself."""
    number = plain(text)
    if len(number) == 19:
        tried = [number[:at] + number[at + 1 :] for at in range(19)]
    elif len(number) == 18 and not _holds(number):
        tried = [
            number[:at] + number[at + 1] + number[at] + number[at + 2 :]
            for at in range(17)
            if number[at] != number[at + 1]
        ]
    else:
        return []
    return [reading for reading in dict.fromkeys(tried) if _holds(reading)]


def _holds(number: str) -> bool:
    try:
        resident_id(number)
    except DocumentFault:
        return False
    return True


@lru_cache(maxsize=8192)
def _county_in(code: str, year: str) -> bool:
    return bool(ric.get_birth_place(f"{code}{year}0101000X").get("county"))


def resident_id_warnings(number: str) -> list[Promise]:
    """Return what is unusual about a good number; it is no reason to refuse it."""
    try:
        known = _county_in(number[:6], number[6:10])
    except (ric.InvalidComponent, ValueError):
        known = False
    return (
        []
        if known
        else [
            _(
                "Its county code was not in use in the year of birth; look at the document once more."
            )
        ]
    )


def social_credit_code(text: str) -> str:
    """Return a unified social credit code in its plain form (GB 32100, modulo 31)."""
    code = plain(text)
    if not code:
        raise DocumentFault(Why.MISSING)
    if len(code) != 18:
        raise DocumentFault(
            Why.LENGTH,
            _("A credit code has 18 characters; this one has %(length)s."),
            length=len(code),
        )
    if any(letter not in CODE_LETTERS for letter in code):
        raise DocumentFault(
            Why.CHARACTERS, _("A credit code has no letters I, O, S, V or Z. Copy it once more.")
        )
    total = sum(
        CODE_LETTERS.index(letter) * weight
        for letter, weight in zip(code, CODE_WEIGHTS, strict=False)
    )
    if CODE_LETTERS[-total % 31] != code[17]:
        raise DocumentFault(Why.CHECK_CHARACTER)
    return code


def passport(text: str) -> str:
    """Return a passport number in its plain form: 5 to 17 letters and digits."""
    number = plain(text)
    if not number:
        raise DocumentFault(Why.MISSING)
    if not PASSPORT.fullmatch(number):
        raise DocumentFault(
            Why.CHARACTERS,
            _("A passport number has 5 to 17 letters and digits. Copy it once more."),
        )
    return number


def plate(text: str) -> str:
    """Return a vehicle's plate in its plain form: 7 characters, 8 for new energy."""
    found = plain(text).replace("·", "").replace("-", "")
    if not found:
        raise DocumentFault(Why.MISSING)
    if set(found) & set("IO") and PLATE.fullmatch(found.replace("I", "1").replace("O", "0")):
        raise DocumentFault(
            Why.CHARACTERS,
            _("A plate has no letter I or O: where one seems to stand, write the digit 1 or 0."),
        )
    if not PLATE.fullmatch(found):
        raise DocumentFault(
            Why.CHARACTERS,
            _("A plate is a province's character, a letter, and 5 or 6 letters and digits."),
        )
    return found


def phone(text: str) -> str:
    """Return a mobile number in its plain form."""
    if PHONE.fullmatch(text):
        return text
    number = plain(text).replace("-", "").removeprefix("+86")
    if not number:
        raise DocumentFault(Why.MISSING)
    if not PHONE.fullmatch(number):
        raise DocumentFault(Why.PHONE)
    return number


def mask_document(number: str) -> str:
    """Return a document number with its first 3 and last 2 characters alone."""
    hidden = len(number) - 5
    return number[:3] + "*" * hidden + number[-2:] if hidden > 0 else "*" * len(number)


def mask_phone(number: str) -> str:
    """Return a phone number with its first 3 and last 2 digits alone."""
    return mask_document(number)
