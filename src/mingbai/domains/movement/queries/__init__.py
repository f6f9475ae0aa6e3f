"""Everything that can be asked of the movement desk."""

from mingbai.domains.movement.queries import callbacks, checkpoints, register

__all__ = ["callbacks", "checkpoints", "register"]
