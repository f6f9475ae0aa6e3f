"""Tables of the movement desk: columns, constraints, indexes; no rules."""

from mingbai.domains.movement.models.checkpoints import CheckpointState
from mingbai.domains.movement.models.register import Arrival, Callback, LongerKeeping, Proposal

__all__ = ["Arrival", "Callback", "CheckpointState", "LongerKeeping", "Proposal"]
