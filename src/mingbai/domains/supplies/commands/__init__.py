"""Every way in which the supplies desk's tables can change."""

from mingbai.domains.supplies.commands import keeping, public, shipments, store, waste

__all__ = ["keeping", "public", "shipments", "store", "waste"]
