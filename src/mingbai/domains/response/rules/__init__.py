"""Rules of the response desk: pure functions, each with its number."""

from mingbai.domains.response.rules import directives, words_out

__all__ = ["directives", "words_out"]
