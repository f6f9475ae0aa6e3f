"""Everything that can be asked of the supplies desk."""

from mingbai.domains.supplies.queries import account, bundle, export, public, work

__all__ = ["account", "bundle", "export", "public", "work"]
