"""Every way in which the response desk's tables can change."""

from mingbai.domains.response.commands import cascade, decisions, directives, notices, plans

__all__ = ["cascade", "decisions", "directives", "notices", "plans"]
from mingbai.domains.response.commands import levels, measures, switching

__all__ = ["levels", "measures", "switching"]
