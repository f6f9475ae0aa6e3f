"""Every way in which the response desk's tables can change."""

from mingbai.domains.response.commands import (
    cascade,
    decisions,
    directives,
    levels,
    measures,
    notices,
    plans,
    switching,
)

__all__ = [
    "cascade",
    "decisions",
    "directives",
    "levels",
    "measures",
    "notices",
    "plans",
    "switching",
]
