"""Every way in which the movement desk's tables can change."""

from mingbai.domains.movement.commands import (
    callbacks,
    checkpoints,
    proposals,
    register,
    retention,
)

__all__ = ["callbacks", "checkpoints", "proposals", "register", "retention"]
