"""Everything that can be asked of the inspection desk."""

from mingbai.domains.inspection.queries import (
    bundle,
    burden,
    calendar,
    findings,
    foreseen,
    forms,
    gate,
    leaders,
    visits,
)

__all__ = [
    "bundle",
    "burden",
    "calendar",
    "findings",
    "foreseen",
    "forms",
    "gate",
    "leaders",
    "visits",
]
