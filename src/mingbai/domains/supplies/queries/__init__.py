"""Everything that can be asked of the supplies desk."""

from mingbai.domains.supplies.queries import account, export, public, work

__all__ = ["account", "export", "public", "work"]
