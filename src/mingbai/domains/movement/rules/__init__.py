"""Rules of the movement desk: pure, each with its number; a refusal says what happened and what to do."""

from mingbai.domains.movement.rules import permits, register

__all__ = ["permits", "register"]
