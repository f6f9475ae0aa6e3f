"""Tables of the movement desk: columns, constraints, indexes; no rules."""

from mingbai.domains.movement.models.crossings import Crossing
from mingbai.domains.movement.models.permits import Batch, IssuedDay, Permit, Wanted

__all__ = ["Batch", "Crossing", "IssuedDay", "Permit", "Wanted"]
