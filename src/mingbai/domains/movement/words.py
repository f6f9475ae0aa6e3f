"""Words of the movement desk: named types with their limits, and the title of every field."""

import enum
from typing import Annotated, Literal

from django.utils.translation import gettext_lazy as _
from pydantic import AfterValidator, BeforeValidator, StringConstraints

from mingbai.kernel.asks import Open, Private, Sealed
from mingbai.kernel.fields import Over, house_field
from mingbai.kernel.glossary import terms
from mingbai.kernel.words import half_width, sound, sound_of

GATE = "gate"
REGISTER = "register"
CALLBACK = "movement.callback"
OTHER_NAME = "movement.other_name"
CONFIRMED = "movement.confirmed_number"
PROPOSAL = "movement.proposal"
AGAIN = "movement.gates_again"
GROUND_GONE = "movement.ground_gone"

DocumentKind = Literal["resident_id", "passport", "other"]
CallOutcome = Literal["corrected", "confirmed", "no_answer", "wrong_number"]
PointText = Annotated[
    str,
    Open(),
    StringConstraints(min_length=1, max_length=80),
    BeforeValidator(half_width),
    AfterValidator(sound),
]
Hours = Annotated[
    str,
    Open(),
    StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-4]):[0-5]\d$"),
    BeforeValidator(half_width),
]
Equipment = Annotated[
    str, Open(), StringConstraints(min_length=1, max_length=120), AfterValidator(sound)
]
Published = Annotated[str, Private(), StringConstraints(min_length=4, max_length=500), sound_of(4)]
Lodging = Annotated[
    str, Sealed(), StringConstraints(min_length=1, max_length=120), AfterValidator(sound)
]
Origin = Annotated[
    str, Sealed(), StringConstraints(min_length=1, max_length=80), AfterValidator(sound)
]


class Doubt(enum.StrEnum):
    """Why a row of the register has to be verified: a closed list, the same on every face."""

    LENGTH = "length"
    CHECK_CHARACTER = "check character"
    BIRTH_DATE = "birth date"
    PHONE = "phone"
    LOST = "number lost by the spreadsheet"
    MISSING = "missing"


NUMBER_DOUBTS = frozenset(Doubt) - {Doubt.PHONE}


class Source(enum.StrEnum):
    """How an arrival came into the register."""

    GATE = "gate"
    PAPER = "paper"


class Standing(enum.StrEnum):
    """How far a row of the register is verified."""

    VERIFIED = "verified"
    SELF_DECLARED = "self_declared"
    TO_VERIFY = "to_verify"


terms(
    {
        "equipment": _("Equipment"),
        "hours": _("Opening hours"),
        "detour": _("Way round"),
        "afresh": _("What is left empty is taken away"),
        "open": _("Open"),
        "arrived_on": _("Arrived on"),
        "lodging": _("Where they stay"),
        "card_seen": _("Card seen"),
        "arrival": _("Arrival"),
        "register_line": _("Line of the register"),
        "before_line": _("Before which line"),
        "certainty": _("Verified?"),
        "why": _("Why"),
        "verified_at": _("Verified at"),
        "verified": _("Verified"),
        "unverified": _("Not yet verified"),
        "gate": _("Gate"),
        "self_declared": _("Self-declared"),
        "arrivals": _("Arrivals"),
        "fixed_within_hour": _("Fixed within the hour"),
        "hour": _("Hour"),
        "turnover": _("Arrivals a day"),
        "checks": _("Checks a day"),
        "hours_between": _("Hours between checks"),
        "bad_numbers": _("Bad numbers in a week"),
        "starts_on": _("From which day"),
        "keep_longer_days": _("Days kept"),
        "calls": _("Calls"),
        "source_kind": _("How it came"),
        "origin_place": _("From where"),
    }
)

GATES = house_field(
    "gates.number",
    _("Number of gates"),
    aliases=("卡口数", "卡点数", "卡口个数", "检查点数", "gates"),
    over=Over.COUNT,
)
OPEN_GATES = house_field(
    "gates.open",
    _("Gates that are open"),
    aliases=("开放卡口数", "在用卡口数", "opengates"),
    over=Over.COUNT,
    where=("state", "open"),
)
ARRIVALS = house_field(
    "gates.arrivals",
    _("Arrivals registered"),
    aliases=("登记人数", "来返人员数", "累计登记人数", "卡口登记人数", "arrivals"),
    over=Over.SUM,
)
VERIFIED_ARRIVALS = house_field(
    "gates.verified",
    _("Arrivals verified"),
    aliases=("已核实人数", "核实人数", "verifiedarrivals"),
    over=Over.SUM,
)
ARRIVALS_IN_DOUBT = house_field(
    "gates.to_verify",
    _("Arrivals still to verify"),
    aliases=("待核实人数", "未核实人数", "arrivalsindoubt"),
    over=Over.SUM,
)
