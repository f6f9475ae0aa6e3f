"""Tables of the inspection desk: columns, constraints, indexes; no rules."""

from mingbai.domains.inspection.models.forms import (
    FieldAlias,
    FormField,
    FormQuestion,
    FormRequest,
    FormSubject,
    HeldValue,
    LearntField,
)
from mingbai.domains.inspection.models.leaders import LeaderVisit, VisitTask
from mingbai.domains.inspection.models.visits import (
    Checklist,
    ChecklistItem,
    Finding,
    FindingStep,
    Visit,
    VisitItem,
)

__all__ = [
    "Checklist",
    "ChecklistItem",
    "FieldAlias",
    "Finding",
    "FindingStep",
    "FormField",
    "FormQuestion",
    "FormRequest",
    "FormSubject",
    "HeldValue",
    "LeaderVisit",
    "LearntField",
    "Visit",
    "VisitItem",
    "VisitTask",
]
