"""Everything that can be asked of the inspection desk."""

from mingbai.domains.inspection.queries import burden, forms, gate, leaders

__all__ = ["burden", "forms", "gate", "leaders"]
