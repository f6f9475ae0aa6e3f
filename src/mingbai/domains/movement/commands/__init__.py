"""Every way in which the movement desk's tables can change."""

from mingbai.domains.movement.commands import crossings, permits, requests

__all__ = ["crossings", "permits", "requests"]
