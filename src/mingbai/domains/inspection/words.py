"""Words of the inspection desk: named types with their limits, the title of every field, and the words of standing it owns."""

from typing import Annotated, Literal
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from pydantic import AfterValidator, Field, StringConstraints

from mingbai.kernel.asks import Open, Private
from mingbai.kernel.glossary import terms
from mingbai.kernel.standing import standing
from mingbai.kernel.words import sound

FINDING = "inspection.finding"
RECHECK = "inspection.recheck"
VISIT = "inspection.visit"
LEVEL = "response.level"
GRADE = "response.zone_grade"
NO_LEVEL, LOW = "none", "low"

SERIOUS = standing("inspection.serious_hazard", _("A serious hazard is open"))
PASSED = standing("inspection.passed", _("Inspected, and no serious hazard is open"))
STANDS_OPEN = "open"

LooksAt = Literal["control", "resumption"]
AppliesTo = Literal["firm", "gate", "store", "line", "works", "place"]
LevelWord = Literal["none", "IV", "III", "II", "I"]
GradeWord = Literal["low", "medium", "high"]
Severity = Literal["minor", "serious"]
Tick = Literal["ok", "failed"]
OwnerRole = Literal["guard", "keeper", "crew_lead", "desk"]
ListCode = Annotated[str, Open(), StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,39}$")]
CheckCode = Annotated[str, Open(), StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,39}$")]
SectorPrefix = Annotated[str, Open(), StringConstraints(pattern=r"^[A-T](\d{2,4})?$")]
CheckSentence = Annotated[
    str, Open(), AfterValidator(sound), StringConstraints(min_length=2, max_length=200)
]
InspectorId = Annotated[UUID, Private()]
Lists = Annotated[list[ListCode], Field(min_length=1, max_length=6)]

terms(
    {
        "checklist": _("Checklist"),
        "checklists": _("Checklists"),
        "check_item": _("Item of the checklist"),
        "check_items": _("Items of the checklist"),
        "text_zh": _("Sentence in Chinese"),
        "text_en": _("Sentence in English"),
        "looks_at": _("Looks at"),
        "applies_to": _("What it is for"),
        "sectors": _("Sectors"),
        "levels": _("At which levels"),
        "grades": _("In zones of which grade"),
        "visit": _("Visit"),
        "item_count": _("Items"),
        "inspector": _("Inspector"),
        "help": _("Offered as help"),
        "recheck": _("Recheck of what failed"),
        "new_fact": _("New fact"),
        "booked": _("Booked items"),
        "offered": _("Earlier results"),
        "ticked": _("Looked at"),
        "ticked_at": _("Looked at"),
        "began": _("Begun"),
        "lasted_minutes": _("Length in minutes"),
        "failed": _("Not in order"),
        "looked_at": _("Looked at"),
        "finding": _("Finding"),
        "findings": _("Findings"),
        "severity": _("Severity"),
        "owner": _("Who puts it right"),
        "due": _("Due day"),
        "days_open": _("Days open"),
        "overdue": _("Past its day"),
        "free_on": _("Next free day"),
        "visited": _("Visited"),
        "pictures": _("Pictures"),
        "step": _("Step"),
        "sentence": _("Sentence"),
        "steps": _("Steps"),
        "found_by": _("Found by"),
    }
)
