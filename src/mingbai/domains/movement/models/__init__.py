"""Tables of the movement desk: columns, constraints, indexes; no rules."""

from mingbai.domains.movement.models.checkpoints import CheckpointState, Hanging
from mingbai.domains.movement.models.crossings import Crossing
from mingbai.domains.movement.models.permits import Batch, IssuedDay, Permit, StopOrder, Wanted
from mingbai.domains.movement.models.register import Arrival, Callback, LongerKeeping, Proposal

__all__ = [
    "Arrival",
    "Batch",
    "Callback",
    "CheckpointState",
    "Crossing",
    "Hanging",
    "IssuedDay",
    "LongerKeeping",
    "Permit",
    "Proposal",
    "StopOrder",
    "Wanted",
]
