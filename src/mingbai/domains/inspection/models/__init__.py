"""Tables of the inspection desk: columns, constraints, indexes; no rules."""

from mingbai.domains.inspection.models.visits import (
    Checklist,
    ChecklistItem,
    Finding,
    FindingStep,
    Visit,
    VisitItem,
)

__all__ = ["Checklist", "ChecklistItem", "Finding", "FindingStep", "Visit", "VisitItem"]
