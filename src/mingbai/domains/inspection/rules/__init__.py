"""Rules of the inspection desk: pure, each with its number; a refusal says what happened and what to do."""

from mingbai.domains.inspection.rules import visits

__all__ = ["visits"]
