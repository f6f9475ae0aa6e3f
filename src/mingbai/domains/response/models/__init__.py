"""Tables of the response desk: columns, constraints, indexes; no rules."""

from mingbai.domains.response.models.directives import Directive, Evidence, Task, Upward
from mingbai.domains.response.models.levels import Change, Listed, LocalChoice, TableCell
from mingbai.domains.response.models.words_out import (
    Citation,
    Decision,
    Notice,
    NoticeReading,
    Objection,
    PlanLine,
    PlanVersion,
)

__all__ = [
    "Change",
    "Citation",
    "Decision",
    "Directive",
    "Evidence",
    "Listed",
    "LocalChoice",
    "Notice",
    "NoticeReading",
    "Objection",
    "PlanLine",
    "PlanVersion",
    "TableCell",
    "Task",
    "Upward",
]
