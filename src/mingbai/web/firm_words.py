"""The words for the codes of firms: what is missing, why, who holds a gate, what a check found."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mingbai.domains.enterprise.words import (
    LACKING,
    NOT_DUE,
    REASONS,
    UNITS,
    VERDICTS,
    WAYS,
)
from mingbai.kernel.firms import SECTIONS
from mingbai.kernel.words import ROLE_TITLES

HELD_BACK: dict[str, Promise] = {
    "none": _("has not filed yet"),
    "missing": _("something is missing"),
    "inspect_first": _("a visit comes first"),
}
DETAILS: dict[str, Promise] = {
    "not_filed": _("the application is not filed yet"),
    "visit_first": _("a visit comes first"),
    "hazard_to_mend": _("the serious hazard is to be put right"),
    "after_approval": _("comes after the approval"),
    "passes_asked": _("passes are asked for"),
    "passes_issued": _("passes are issued"),
    "passes_not_asked": _("passes are not asked for yet"),
    "passes_in_question": _(
        "the approval was taken back; the desk decides whether its passes stop"
    ),
    "passes_stopped": _("passes are stopped until the firm is approved again"),
    "vehicles_may_pass": _("vehicles have their passes"),
}
CAUSES: dict[str, Promise] = {
    "filed": _("the firm filed"),
    "reconsidered": _("what it rests on changed"),
    "looked_at": _("a person looked at it"),
}
GOOD = {"complete", "no_serious_hazard", "zone_allows", "declared", "inspected", "stock_lasts"}
BOOKS: dict[str, dict[str, Promise]] = {
    "lacking": LACKING | DETAILS,
    "verdict": VERDICTS,
    "reason": REASONS,
    "way": WAYS,
    "not_due": NOT_DUE,
    "held_back": HELD_BACK | NOT_DUE,
    "part_unit": UNITS,
    "stage": {
        "dossier": _("Dossier"),
        "plan": _("Plans"),
        "inspection": _("Inspection"),
        "passes": _("Passes"),
        "transport": _("Transport"),
        "supplies": _("Supplies"),
    },
    "unit": {
        "passes": _("passes"),
        "transport": _("passes of vehicles"),
        "supplies": _("days that it lasts"),
    },
    "waits": {
        "S08": _("the transport desk (S08)"),
        "S07": _("orders and dispatch (S07)"),
    },
    "holder": {
        **{role.value: title for role, title in ROLE_TITLES.items()},
        "firm": _("the firm itself"),
        "clerk": _("the firm itself"),
        "measure": _("a measure in force"),
        "inspector": _("inspector"),
    },
    "level": {"none": pgettext_lazy("level", "none")},
    "grade": {
        "low": pgettext_lazy("risk", "low"),
        "medium": pgettext_lazy("risk", "medium"),
        "high": pgettext_lazy("risk", "high"),
    },
    "cause": CAUSES,
    "found": {
        "right": _("The decision was right."),
        "wrongly_refused": _("It was wrongly refused."),
        "wrongly_approved": _("It was wrongly approved."),
    },
}


def sector(code: str) -> str:
    """Return a sector's code with the name of its section."""
    return f"{code} {SECTIONS.get(code[:1], '')}".strip()


def said(code: str, book: str) -> str:
    """Return the word for a code."""
    return str(BOOKS[book].get(code, code))
