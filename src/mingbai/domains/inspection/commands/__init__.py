"""Every way in which the inspection desk's tables can change."""

from mingbai.domains.inspection.commands import checklists, findings, visits

__all__ = ["checklists", "findings", "visits"]
