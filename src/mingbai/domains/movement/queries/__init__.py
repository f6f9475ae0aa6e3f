"""Everything that can be asked of the movement desk."""

from mingbai.domains.movement.queries import (
    bundle,
    callbacks,
    checkpoints,
    crossings,
    foresight,
    permits,
    printing,
    register,
    stops,
)

__all__ = [
    "bundle",
    "callbacks",
    "checkpoints",
    "crossings",
    "foresight",
    "permits",
    "printing",
    "register",
    "stops",
]
