"""Rules of the response desk: pure, each with its number; a refusal says what happened and what to do."""

from mingbai.domains.response.rules import directives, levels, words_out

__all__ = ["directives", "levels", "words_out"]
