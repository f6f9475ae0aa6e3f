"""Words of the inspection desk: named types with their limits, the title of every field, and the words of standing it owns."""

import datetime as dt
import re
from typing import Annotated, Any, Literal
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    StringConstraints,
    model_validator,
)

from mingbai.kernel.asks import Ask, Open, Private
from mingbai.kernel.commands.messages import told
from mingbai.kernel.glossary import terms
from mingbai.kernel.standing import standing
from mingbai.kernel.words import OpenName, half_width, sound, sound_of

FINDING = "inspection.finding"
RECHECK = "inspection.recheck"
VISIT = "inspection.visit"
LEVEL = "response.level"
GRADE = "response.zone_grade"
NO_LEVEL, LOW = "none", "low"

told(
    {
        "visit_booked": _(
            "A visit to your firm is booked; the day, the office and the items stand under your inspections."
        )
    }
)
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
CheckSentence = Annotated[str, Open(), StringConstraints(min_length=2, max_length=200), sound_of(2)]
InspectorId = Annotated[UUID, Private()]
Lists = Annotated[list[ListCode], Field(min_length=1, max_length=6)]

FORM = "inspection.form"
OVERRUN = "inspection.overrun"
LEADER_VISIT = "inspection.leader_visit"
LEADER_TASK = "inspection.leader_task"

FIELDS_MOST, SUBJECTS_MOST, CHOICES_MOST = 60, 200, 30
WEEK = re.compile(r"(\d{4})-W(\d{2})")


def in_parts(value: object) -> object:
    """Return a text with commas or lines as a list, as an address or a shell carries one."""
    if isinstance(value, str):
        return [part.strip() for part in re.split(r"[,，、;；\n]", value) if part.strip()]
    return value


def as_week(value: object) -> object:
    """Return the week that a day lies in; a week as it is written, when it is one."""
    text = half_width(value)
    if isinstance(text, dt.date):
        return week_of(text)
    if not isinstance(text, str):
        return value
    try:
        return week_of(dt.date.fromisoformat(text[:10]) if "W" not in text else monday(text))
    except ValueError:
        raise ValueError(
            str(_("is not a week; write it like 2020-W07, or any day of it"))
        ) from None


def week_of(on: dt.date) -> str:
    """Return the week of a day, as 2020-W07."""
    year, week, _day = on.isocalendar()
    return f"{year}-W{week:02d}"


def monday(week: str) -> dt.date:
    """Return the first day of a week."""
    found = WEEK.fullmatch(week)
    if found is None:
        raise ValueError(week)
    return dt.date.fromisocalendar(int(found[1]), int(found[2]), 1)


FieldKind = Literal["text", "whole", "decimal", "day", "yes_no", "choice"]
SubjectKind = Literal["place", "organisation"]
Hands = Literal["epidemic", "resuming", "both"]
VisitWord = Literal["helped", "no_trouble", "took_time", "stopped_our_work"]
FieldCode = Annotated[str, Open(), StringConstraints(pattern=r"^[a-z_]+[./][a-z0-9_]{1,60}$")]
Week = Annotated[
    str, Open(), StringConstraints(pattern=r"^\d{4}-W\d{2}$"), BeforeValidator(as_week)
]
SubjectText = Annotated[
    str,
    Open(),
    BeforeValidator(half_width),
    StringConstraints(pattern=r"^(\d{12}|[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12})$"),
]
Subjects = Annotated[
    list[SubjectText], Field(min_length=1, max_length=SUBJECTS_MOST), BeforeValidator(in_parts)
]
Heading = Annotated[
    str, Open(), StringConstraints(min_length=1, max_length=80), AfterValidator(sound)
]
Choices = Annotated[list[OpenName], Field(max_length=CHOICES_MOST), BeforeValidator(in_parts)]


class FieldAsk(Ask):
    """One field of a form: its heading, as which field it counts, and of a new one what kind of answer it wants."""

    heading: Heading
    kind: FieldKind = "text"
    field: FieldCode | None = None
    choices: Choices = []

    @model_validator(mode="before")
    @classmethod
    def plain(cls, value: Any) -> Any:
        """Return a heading alone as a field, as most sheets have it."""
        return {"heading": value} if isinstance(value, str) else value


FieldAsks = Annotated[
    list[FieldAsk], Field(min_length=1, max_length=FIELDS_MOST), BeforeValidator(in_parts)
]

terms(
    {
        "checklist": _("Checklist"),
        "checklists": _("Checklists"),
        "check_item": _("Item of the checklist"),
        "check_items": _("Items of the checklist"),
        "text_zh": _("Sentence in Chinese"),
        "text_en": _("Text in English"),
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
terms(
    {
        "form": _("Form"),
        "fields": _("Fields"),
        "heading": _("Heading"),
        "choices": _("Choices"),
        "subjects": _("Of whom or what"),
        "subject_name": _("Of whom or what"),
        "asked_subjects": _("Of whom or what"),
        "subject_kind": _("Places or firms"),
        "overrun_reason": _("Reason to overrun the budget"),
        "held": _("Held already"),
        "to_ask": _("To ask"),
        "under_way": _("Asked already, answer to come"),
        "held_by": _("Held by"),
        "names": _("Headings that mean it"),
        "readable": _("This office may read it"),
        "answers": _("Answers"),
        "answered_count": _("How many have answered"),
        "field_rows": _("Field by field"),
        "subject_rows": _("Village by village, firm by firm"),
        "stands": _("How it stands"),
        "given_at": _("Given on"),
        "given_by": _("Given by"),
        "age_days": _("Days old"),
        "saved": _("Answers kept as a draft"),
        "saved_at": _("Kept as a draft"),
        "asked_by": _("Who asks"),
        "asker": _("Who asked"),
        "week": _("Week"),
        "budget": _("Minutes a week at most"),
        "spent_minutes": _("Minutes asked"),
        "this_minutes": _("Minutes that this form takes"),
        "biggest_asker": _("Who asked most"),
        "biggest_minutes": _("Minutes of who asked most"),
        "asks": _("By whom and for what"),
        "overruns": _("Signed overruns"),
        "signed_by": _("Signed by"),
        "signed_at": _("Signed"),
        "sign_reason": _("Reason of who signed"),
        "visits": _("Visits"),
        "hands": _("What it serves"),
        "leader": _("Leader"),
        "joined": _("Turn of duty joined"),
        "tasks": _("Tasks"),
        "tasks_open": _("Tasks still open"),
        "task": _("Task"),
        "word": _("What was said"),
        "days_since": _("Days since the last visit"),
        "last_visit": _("Last visit"),
        "mine": _("Mine"),
        "hosted": _("This office is the host"),
        "missed": _("Nobody came"),
    }
)
