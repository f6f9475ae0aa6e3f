"""Everything that can be asked of the enterprise desk."""

from mingbai.domains.enterprise import foreseeing
from mingbai.domains.enterprise.queries import checks, dossiers, groups, resumption, rule_tables

__all__ = ["checks", "dossiers", "foreseeing", "groups", "resumption", "rule_tables"]
