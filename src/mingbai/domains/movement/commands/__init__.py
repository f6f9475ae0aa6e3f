"""Every way in which the movement desk's tables can change."""

from mingbai.domains.movement.commands import (
    callbacks,
    checkpoints,
    crossings,
    issuing,
    permits,
    proposals,
    register,
    requests,
    retention,
)

__all__ = [
    "callbacks",
    "checkpoints",
    "crossings",
    "issuing",
    "permits",
    "proposals",
    "register",
    "requests",
    "retention",
]
