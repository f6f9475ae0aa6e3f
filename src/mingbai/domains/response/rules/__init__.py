"""Rules of the response desk: pure functions, each with its number."""

from mingbai.domains.response.rules import directives, words_out

__all__ = ["directives", "words_out"]
"""Rules of the response desk: pure, each with its number; a refusal says what happened and what to do."""

from mingbai.domains.response.rules import levels

__all__ = ["levels"]
