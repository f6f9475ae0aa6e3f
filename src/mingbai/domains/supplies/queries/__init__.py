"""Everything that can be asked of the supplies desk."""

from mingbai.domains.supplies.queries import account, bundle, export, gift, hours, public, work

__all__ = ["account", "bundle", "export", "gift", "hours", "public", "work"]
