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

__all__ = [
    "FieldAlias",
    "FormField",
    "FormQuestion",
    "FormRequest",
    "FormSubject",
    "HeldValue",
    "LeaderVisit",
    "LearntField",
    "VisitTask",
]
