"""Tables of the response desk: columns, constraints, indexes; no rules."""

from mingbai.domains.response.models.levels import Change, Listed, LocalChoice, TableCell

__all__ = ["TableCell", "Change", "Listed", "LocalChoice"]
