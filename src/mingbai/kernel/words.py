"""Words: the named types that asks are made of, each with its limits."""

import datetime as dt
import enum
import re
import unicodedata
from typing import Annotated, Literal
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints
from pydantic_core import PydanticKnownError

from mingbai.kernel.asks import Open, Private, Sealed
from mingbai.kernel.clock import PLACE_ZONE, at_time

CODE_PATTERN = r"^[\w.:/-]+$"
EARLIEST, LATEST = 1949, 2099
CONTROL = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]"
)


# Drawn as nothing: pasted along unseen, they would let one name stand twice in a list that looks the same.
UNSEEN = re.compile(
    r"[\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u200b-\u200f\u2060-\u2065\u206a-\u206f\u3164\ufeff\uffa0"
    r"\ufff9-\ufffb\U000e0000-\U000e007f]"
)


ODD = re.compile(f"{CONTROL.pattern}|{UNSEEN.pattern}")


def half_width(value: object) -> object:
    """Return text with full-width letters and digits made plain."""
    if isinstance(value, str) and value.isascii():
        return value.strip()
    return unicodedata.normalize("NFKC", value).strip() if isinstance(value, str) else value


def whole(value: object) -> object:
    """Return a whole number that people wrote with full-width digits or thousands as plain digits."""
    if isinstance(value, str):
        return unicodedata.normalize("NFKC", value).replace(",", "").strip()
    assert not isinstance(value, bool), "true is not a number"
    return value


def sound(value: str, least: int = 1) -> str:
    """Refuse text with control characters, also those that turn the reading direction; line breaks may stay.

    What is drawn as nothing is left out, and what is left must still be as long as it has to be.
    """
    if not ODD.search(value):
        return value
    seen = UNSEEN.sub("", value).strip() if UNSEEN.search(value) else value
    if CONTROL.search(seen) or not seen:
        raise ValueError(str(_("it holds characters that cannot be read; type it again")))
    if len(seen) < least:
        raise PydanticKnownError("string_too_short", {"min_length": least})
    return seen


def sound_of(least: int) -> AfterValidator:
    """Return `sound` for a text that must have so many characters at least."""
    return AfterValidator(lambda value: sound(value, least))


def of_our_time(value: dt.date) -> dt.date:
    """Refuse a day whose year is a slip of the hand: no firm was anything in the year 20 or 2200."""
    if not EARLIEST <= value.year <= LATEST:
        raise ValueError(
            str(
                _("the year is not right; it is one from %(first)s to %(last)s")
                % {"first": EARLIEST, "last": LATEST}
            )
        )
    return value


def whole_day(value: object) -> object:
    """Return the end of a day that stands for a moment; a time without zone is one of the place."""
    if isinstance(value, str) and DAY_ALONE.fullmatch(value.strip()):
        return at_time(dt.date.fromisoformat(value.strip()), 23, 59) + dt.timedelta(
            seconds=59, microseconds=999_999
        )
    return value


def in_zone(value: dt.datetime) -> dt.datetime:
    """Return a moment with its zone: the place's, when none was written."""
    return value if value.tzinfo else value.replace(tzinfo=PLACE_ZONE)


DAY_ALONE = re.compile(r"\d{4}-\d{2}-\d{2}")
Moment = Annotated[dt.datetime, AfterValidator(in_zone)]
AsOf = Annotated[dt.datetime, BeforeValidator(whole_day), AfterValidator(in_zone)]
PlaceCode = Annotated[
    str, Open(), StringConstraints(pattern=r"^\d{12}$"), BeforeValidator(half_width)
]
ItemCode = Annotated[
    str,
    Open(),
    StringConstraints(min_length=1, max_length=60),
    BeforeValidator(half_width),
    AfterValidator(sound),
]
Code = Annotated[str, Open(), StringConstraints(min_length=1, max_length=60, pattern=CODE_PATTERN)]
LikelyDay = Annotated[dt.date, Open(), AfterValidator(of_our_time)]
ShortCode = Annotated[
    str, Open(), StringConstraints(min_length=1, max_length=20, pattern=CODE_PATTERN)
]
Unit = Annotated[str, Open(), StringConstraints(min_length=1, max_length=10), AfterValidator(sound)]
OpenName = Annotated[
    str, Open(), StringConstraints(min_length=1, max_length=80), AfterValidator(sound)
]
Name = Annotated[
    str, Private(), StringConstraints(min_length=1, max_length=80), AfterValidator(sound)
]
FreeText = Annotated[
    str, Private(), StringConstraints(min_length=1, max_length=500), AfterValidator(sound)
]
LongText = Annotated[
    str, Private(), StringConstraints(min_length=1, max_length=5000), AfterValidator(sound)
]
Quantity = Annotated[int, Field(ge=1, le=10**12), BeforeValidator(whole)]
Count = Annotated[int, Field(ge=0, le=10**12), BeforeValidator(whole)]
PersonId = Annotated[UUID, Private()]
DocumentNumber = Annotated[
    str,
    Sealed(),
    StringConstraints(min_length=1, max_length=40),
    BeforeValidator(half_width),
    AfterValidator(sound),
]
Phone = Annotated[
    str,
    Sealed(),
    StringConstraints(min_length=1, max_length=20),
    BeforeValidator(half_width),
    AfterValidator(sound),
]
Reason = FreeText
Basis = Annotated[str, Private(), StringConstraints(min_length=4, max_length=500), sound_of(4)]
MeasureScope = Literal["place", "entrance", "building", "firm", "line"]
Address = Annotated[
    str, Private(), StringConstraints(min_length=1, max_length=200), AfterValidator(sound)
]
Sector = Annotated[
    str, Open(), StringConstraints(pattern=r"^[A-T](\d{2,4})?$"), BeforeValidator(half_width)
]
Digest = Annotated[str, Open(), StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Token = Annotated[str, Private(), StringConstraints(min_length=10, max_length=80), sound_of(10)]


class Known(enum.StrEnum):
    """How the one who tells it knows it."""

    OBSERVED = "observed"
    REPORTED = "reported"
    HEARSAY = "hearsay"


class Via(enum.StrEnum):
    """The way by which an act came in."""

    PAGE = "page"
    API = "api"
    CONSOLE = "console"
    HOUSE = "house"
    LINK = "link"
    PHONE = "phone"


class Level(enum.StrEnum):
    """The level of a place."""

    COUNTRY = "country"
    PROVINCE = "province"
    PREFECTURE = "prefecture"
    COUNTY = "county"
    TOWN = "town"
    VILLAGE = "village"


class Role(enum.StrEnum):
    """What a mandate lets a person do."""

    KEEPER = "keeper"
    GUARD = "guard"
    CREW_LEAD = "crew_lead"
    DESK = "desk"
    CLERK = "clerk"
    FIRM_HEAD = "firm_head"
    AGENT = "agent"
    SERVICE_OFFICER = "service_officer"
    INSPECTOR = "inspector"
    ORGANISER = "organiser"
    PLANNER = "planner"
    OVERSEER = "overseer"
    APPOINTING_OFFICE = "appointing_office"
    HEALTH = "health"
    LEADER = "leader"
    AUDITOR = "auditor"
    WITNESS = "witness"
    RESIDENT = "resident"
    ANYONE = "anyone"
    OPERATOR = "operator"


ROLE_TITLES = {
    Role.KEEPER: _("keeper"),
    Role.GUARD: _("guard"),
    Role.CREW_LEAD: _("crew lead"),
    Role.DESK: _("desk"),
    Role.CLERK: _("clerk"),
    Role.FIRM_HEAD: _("firm head"),
    Role.AGENT: _("agent"),
    Role.SERVICE_OFFICER: _("service officer"),
    Role.INSPECTOR: _("inspector"),
    Role.ORGANISER: _("organiser"),
    Role.PLANNER: _("planner"),
    Role.OVERSEER: _("overseer"),
    Role.APPOINTING_OFFICE: _("appointing office"),
    Role.HEALTH: _("health desk"),
    Role.LEADER: _("leader"),
    Role.AUDITOR: _("auditor"),
    Role.WITNESS: _("witness"),
    Role.RESIDENT: _("resident"),
    Role.ANYONE: _("anyone"),
    Role.OPERATOR: _("operator"),
}

Day = dt.date
