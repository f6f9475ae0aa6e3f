"""Everything that can be asked of the inspection desk."""

from mingbai.domains.inspection.queries import bundle, calendar, findings, foreseen, visits

__all__ = ["bundle", "calendar", "findings", "foreseen", "visits"]
