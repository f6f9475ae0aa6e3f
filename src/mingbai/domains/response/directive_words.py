"""Words of directives, notices, plans and decisions: named types with their limits, parameters, and the title of every field."""

import enum
from typing import Annotated, Literal

from django.utils.translation import gettext_lazy as _
from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from mingbai.kernel.asks import Open
from mingbai.kernel.glossary import terms
from mingbai.kernel.policy import parameter
from mingbai.kernel.words import Role, half_width, sound

TASK = "response.task"
UPWARD = "response.asked_upward"
OBJECTION = "response.objection"

Numbered = Annotated[
    str,
    Open(),
    StringConstraints(min_length=1, max_length=60),
    BeforeValidator(half_width),
    AfterValidator(sound),
]
"""The number of a document as an office writes it, as 浙防指〔2020〕12号."""
Heading = Annotated[
    str, Open(), StringConstraints(min_length=1, max_length=120), AfterValidator(sound)
]
Strictness = Annotated[int, Field(ge=0, le=3)]
Part = Literal["goal", "key_point", "measure"]
CapText = Annotated[str, StringConstraints(min_length=1, max_length=200_000)]

OFFICES = set(Role) - {Role.ANYONE, Role.RESIDENT, Role.WITNESS, Role.OPERATOR}
DESKS = {Role.DESK, Role.LEADER}
HANDS = DESKS | {Role.KEEPER, Role.CREW_LEAD, Role.CLERK, Role.FIRM_HEAD}
FIRMS_OWN = {Role.CLERK, Role.FIRM_HEAD}
READERS = HANDS | {Role.OVERSEER, Role.APPOINTING_OFFICE, Role.AUDITOR, Role.INSPECTOR}
FIRM_KINDS = {"company", "branch", "site", "project"}


class State(enum.StrEnum):
    """How far a task has come."""

    ISSUED = "task_issued"
    RECEIVED = "task_received"
    LOCALISED = "task_localised"
    DONE = "task_done"


class Difference(enum.StrEnum):
    """What became of a line of a plan from one version to another."""

    ADDED = "line_added"
    EASED = "line_eased"
    TIGHTENED = "line_tightened"
    REWORDED = "line_reworded"
    REMOVED = "line_removed"


RECEIVE_HOURS = parameter(
    "response.receive_hours",
    _("Hours within which a directive is confirmed as received"),
    default=24,
    low=1,
    high=168,
)
ANSWER_HOURS = parameter(
    "response.answer_hours",
    _("Hours within which a question from below is answered"),
    default=24,
    low=1,
    high=168,
)
OBJECTION_HOURS = parameter(
    "response.objection_hours",
    _("Hours within which an objection is answered"),
    default=72,
    low=1,
    high=336,
)

terms(
    {
        "directive": _("Directive"),
        "task": _("Task"),
        "from_whom": _("From whom"),
        "dated": _("Dated"),
        "excerpt": _("In its own words"),
        "to_places": _("To which places"),
        "organisations": _("To which firms and offices"),
        "issued_on": _("Passed on"),
        "localised_at": _("Localised"),
        "localised": _("What is done here"),
        "localised_entry": _("Entry that says so"),
        "reply_by": _("Reply expected by"),
        "silent": _("No reply"),
        "late": _("Late"),
        "below": _("Passed on to"),
        "below_done": _("Of these done"),
        "below_silent": _("Of these without reply"),
        "upper_late": _("Answers from above that are late"),
        "next_act": _("Next"),
        "depth": _("Level in the tree"),
        "evidence": _("Evidence"),
        "upper": _("Asked of"),
        "shows": _("Entry that shows it"),
        "branches": _("Tree"),
        "questions": _("Questions"),
        "picture": _("Picture"),
        "versions": _("Versions"),
        "notice": _("Notice"),
        "offices": _("For which offices"),
        "for_everyone": _("For everyone to read"),
        "title_en": _("Title in English"),
        "text_en": _("Text in English"),
        "published_at": _("Published"),
        "superseded_at": _("Superseded"),
        "superseded_by": _("Superseded by version"),
        "read_at": _("Read"),
        "told": _("Told"),
        "plan": _("Plan"),
        "part": _("Part"),
        "strictness": _("How strict (0 to 3)"),
        "dropped": _("Left out"),
        "zone_grade": _("Zone grade"),
        "from_version": _("From version"),
        "to_version": _("To version"),
        "written_before": _("Before"),
        "written_after": _("After"),
        "decision": _("Decision"),
        "affected": _("Who is affected"),
        "affected_count": _("How many are affected"),
        "cites": _("Cites entries"),
        "cited": _("Entry cited"),
        "says": _("Says"),
        "group": _("Joint group"),
        "tasks": _("Tasks"),
        "department": _("Department"),
        "unsourced": _("Cites no entry"),
        "objection": _("Objection"),
        "objections": _("Objections"),
        "objected_at": _("Objected"),
        "objection_rate": _("Objections, percent"),
        "decided_at": _("Decided"),
        "alert": _("Alert"),
        "identifier": _("Identifier"),
        "cap_xml": _("Message (CAP 1.2)"),
        "message_kind": _("Kind of message"),
        "references": _("Refers to"),
        "languages": _("Languages"),
        "sent": _("Sent at"),
        "headline": _("Headline"),
    }
)
