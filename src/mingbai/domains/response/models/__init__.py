"""Tables of the response desk: columns, constraints, indexes; no rules."""

from mingbai.domains.response.models.levels import Cell, Change, Listed, LocalChoice

__all__ = ["Cell", "Change", "Listed", "LocalChoice"]
