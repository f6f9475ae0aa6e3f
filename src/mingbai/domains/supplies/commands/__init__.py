"""Every way in which the supplies desk's tables can change."""

from mingbai.domains.supplies.commands import counting, keeping, public, shipments, store, waste

__all__ = ["counting", "keeping", "public", "shipments", "store", "waste"]
