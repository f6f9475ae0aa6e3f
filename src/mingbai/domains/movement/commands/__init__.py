"""Every way in which the movement desk's tables can change."""

from mingbai.domains.movement.commands import (
    callbacks,
    checkpoints,
    crossings,
    easing,
    issuing,
    permits,
    proposals,
    register,
    requests,
    retention,
    stopping,
)
from mingbai.domains.movement.words import AGAIN, CONFIRMED, OTHER_NAME
from mingbai.kernel.commands.items import by_a_word

__all__ = [
    "callbacks",
    "checkpoints",
    "crossings",
    "easing",
    "issuing",
    "permits",
    "proposals",
    "register",
    "requests",
    "retention",
    "stopping",
]

by_a_word(CONFIRMED, OTHER_NAME, AGAIN)
