"""Every way in which the response desk's tables can change."""

from mingbai.domains.response.commands import levels, measures, switching

__all__ = ["levels", "measures", "switching"]
