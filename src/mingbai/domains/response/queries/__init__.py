"""Everything that can be asked of the response desk."""

from mingbai.domains.response.queries import (
    alerts,
    cited,
    decisions,
    directives,
    foresight,
    levels,
    measures,
    notices,
    plans,
    scopes,
    tree,
)

__all__ = [
    "alerts",
    "cited",
    "decisions",
    "directives",
    "foresight",
    "levels",
    "measures",
    "notices",
    "plans",
    "scopes",
    "tree",
]
