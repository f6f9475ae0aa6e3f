"""Every way in which the inspection desk's tables can change."""

from mingbai.domains.inspection.commands import (
    answers,
    checklists,
    findings,
    forms,
    leaders,
    visits,
)

__all__ = ["answers", "checklists", "findings", "forms", "leaders", "visits"]
