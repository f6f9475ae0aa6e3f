"""Every way in which the inspection desk's tables can change."""

from mingbai.domains.inspection.commands import answers, forms, leaders

__all__ = ["answers", "forms", "leaders"]
