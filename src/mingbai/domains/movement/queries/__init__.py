"""Everything that can be asked of the movement desk."""

from mingbai.domains.movement.queries import bundle

__all__ = ["bundle"]
