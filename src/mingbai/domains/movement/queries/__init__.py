"""Everything that can be asked of the movement desk."""

from mingbai.domains.movement.queries import bundle, crossings, permits, printing

__all__ = ["bundle", "crossings", "permits", "printing"]
