"""Rules of the response desk: pure, each with its number; a refusal says what happened and what to do."""

from mingbai.domains.response.rules import levels

__all__ = ["levels"]
