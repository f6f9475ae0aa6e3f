"""Every way in which the supplies desk's tables can change."""

from mingbai.domains.supplies.commands import counting, keeping, public, shipments, store, waste
from mingbai.kernel.commands.items import by_a_word

__all__ = ["counting", "keeping", "public", "shipments", "store", "waste"]

by_a_word(keeping.SILENT, shipments.DIFFERENCE, waste.SEND)
