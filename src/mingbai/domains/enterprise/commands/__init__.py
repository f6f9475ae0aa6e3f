"""Every way in which the enterprise desk's tables can change."""

from mingbai.domains.enterprise.commands import (
    applications,
    checks,
    dossiers,
    groups,
    not_due,
    officers,
    reconsidering,
    rule_tables,
)
from mingbai.domains.enterprise.words import CHANGED
from mingbai.kernel.commands.items import by_a_word

__all__ = [
    "applications",
    "checks",
    "dossiers",
    "groups",
    "not_due",
    "officers",
    "reconsidering",
    "rule_tables",
]

by_a_word(CHANGED)
