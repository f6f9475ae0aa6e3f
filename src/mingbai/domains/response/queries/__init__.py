"""Everything that can be asked of the response desk."""

from mingbai.domains.response.queries import (
    alerts,
    cited,
    decisions,
    directives,
    notices,
    plans,
    tree,
)

__all__ = ["alerts", "cited", "decisions", "directives", "notices", "plans", "tree"]
from mingbai.domains.response.queries import foresight, levels, measures, scopes

__all__ = ["foresight", "levels", "measures", "scopes"]
