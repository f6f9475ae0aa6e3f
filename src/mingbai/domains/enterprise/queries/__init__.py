"""Everything that can be asked of the enterprise desk."""

from mingbai.domains.enterprise.queries import (
    checks,
    dossiers,
    foreseeing,
    groups,
    resumption,
    rule_tables,
    way,
)

__all__ = ["checks", "dossiers", "foreseeing", "groups", "resumption", "rule_tables", "way"]
