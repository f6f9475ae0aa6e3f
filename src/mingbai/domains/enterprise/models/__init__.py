"""Tables of the enterprise desk: columns, constraints, indexes; no rules."""

from mingbai.domains.enterprise.models.dossiers import Check, Decision, Dossier, Part
from mingbai.domains.enterprise.models.firms import Consent, NotDue
from mingbai.domains.enterprise.models.rules import Clause, RuleVersion

__all__ = [
    "Check",
    "Clause",
    "Consent",
    "Decision",
    "Dossier",
    "NotDue",
    "Part",
    "RuleVersion",
]
