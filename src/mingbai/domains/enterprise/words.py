"""Words of the enterprise desk: what a firm files, how it is decided, the desk's own words of standing, and its parameters."""

import enum
from typing import Annotated, Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from pydantic import StringConstraints

from mingbai.kernel.asks import Open, Private
from mingbai.kernel.glossary import terms
from mingbai.kernel.policy import parameter
from mingbai.kernel.standing import standing
from mingbai.kernel.words import sound_of

# Words of other desks, which this one reads by their names.
LEVEL, NO_LEVEL = "response.level", "none"
GRADE, LOW = "response.zone_grade", "low"
SERIOUS, PASSED = "inspection.serious_hazard", "inspection.passed"

APPROVED = standing("enterprise.approved", _("Approved to resume"))
MAY_ASK = standing("enterprise.may_request_passes", _("May ask for passes for its staff"))

# Kinds of open items of this desk.
CONFIRM = "enterprise.confirm"
CHANGED = "enterprise.changed"
AFTER_CHECK = "enterprise.after_check"
LOOK_AGAIN = "enterprise.look_again"
OFFICER = "enterprise.officer"
REVIEW = "enterprise.not_due_review"
CONSENT = "enterprise.consent"

RECONSIDER = "enterprise.reconsider"


class Need(enum.StrEnum):
    """What may be required of a firm, in the order in which it is shown."""

    ADDRESS = "address"
    SECTOR = "sector"
    CREDIT_CODE = "credit_code"
    ROSTER = "roster"
    CONTACT = "contact"
    CONTROL_PLAN = "control_plan"
    CANTEEN_PLAN = "canteen_plan"
    RETURN_PLAN = "return_plan"
    PROTECTIVE_STOCK = "protective_stock"
    ISOLATION_ROOMS = "isolation_rooms"


ON_RECORD = (Need.ADDRESS, Need.SECTOR, Need.CREDIT_CODE)
"""What the firm's one record holds: never asked again."""
COUNTED = (Need.ROSTER, Need.PROTECTIVE_STOCK, Need.ISOLATION_ROOMS)
WRITTEN = (Need.CONTROL_PLAN, Need.CANTEEN_PLAN, Need.RETURN_PLAN)
SHARED = (Need.CONTROL_PLAN, Need.CANTEEN_PLAN, Need.RETURN_PLAN)
"""What the lead of a supply chain may prepare for its suppliers."""

NEEDS: dict[str, Promise] = {
    Need.ADDRESS: _("address on the record"),
    Need.SECTOR: _("sector on the record"),
    Need.CREDIT_CODE: _("credit code on the record"),
    Need.ROSTER: _("staff roster"),
    Need.CONTACT: _("emergency contact"),
    Need.CONTROL_PLAN: _("control plan"),
    Need.CANTEEN_PLAN: _("canteen plan"),
    Need.RETURN_PLAN: _("plan for the way back to work"),
    Need.PROTECTIVE_STOCK: _("protective stock"),
    Need.ISOLATION_ROOMS: _("isolation rooms"),
}
HAZARD, CLOSED = "serious_hazard", "closed_by_measure"
LACKING: dict[str, Promise] = NEEDS | {
    HAZARD: _("recheck of the serious hazard"),
    CLOSED: _("the end of the measure that keeps this sector closed"),
}
UNITS: dict[str, Promise] = {
    Need.ROSTER: _("people"),
    Need.PROTECTIVE_STOCK: _("days that it lasts"),
    Need.ISOLATION_ROOMS: _("rooms"),
}


class Way(enum.StrEnum):
    """How a firm comes to its approval, the lightest first."""

    DECLARE = "declare"
    APPLY = "apply"
    INSPECT = "inspect"
    CLOSED = "closed"


WAYS: dict[str, Promise] = {
    Way.DECLARE: _("declare and start"),
    Way.APPLY: _("apply and be decided at once"),
    Way.INSPECT: _("a visit first"),
    Way.CLOSED: _("closed by a measure"),
}


class Verdict(enum.StrEnum):
    """What is decided of an application."""

    APPROVED = "approved"
    INSPECT_FIRST = "inspect_first"
    MISSING = "missing"


VERDICTS: dict[str, Promise] = {
    "none": _("not filed yet"),
    Verdict.APPROVED: _("approved"),
    Verdict.INSPECT_FIRST: _("a visit comes first"),
    Verdict.MISSING: _("something is missing"),
}
REASONS: dict[str, Promise] = {
    "complete": _("Everything that is required is there."),
    "incomplete": _("Not everything that is required is there."),
    "no_serious_hazard": _("No serious hazard is open."),
    "serious_hazard": _("A serious hazard is open; it waits for a recheck by another inspector."),
    "zone_allows": _("The zone and the level allow this sector to work."),
    "zone_closed": _("At this level the sector stays closed by a measure."),
    "declared": _("Low risk and low hazard: to declare is enough."),
    "inspected": _("The visit that comes first was passed."),
    "visit_first": _("In this zone a visit comes first."),
    "stock_lasts": _("The protective stock lasts as long as the rule asks."),
    "stock_short": _("The protective stock does not last as long as the rule asks."),
}

NotDueReason = Literal["closed_by_measure", "seasonal", "no_orders", "moved", "winding_up"]
NOT_DUE: dict[str, Promise] = {
    "closed_by_measure": _("closed by a measure"),
    "seasonal": _("works in another season"),
    "no_orders": _("has no orders yet"),
    "moved": _("moved to another place"),
    "winding_up": _("is being wound up"),
}
RuleBasis = Annotated[str, Open(), StringConstraints(min_length=2, max_length=200), sound_of(2)]
PlanText = Annotated[str, Private(), StringConstraints(min_length=2, max_length=2000), sound_of(2)]

STOCK_DAYS = parameter(
    "enterprise.stock_days",
    _("Days that a firm's protective stock lasts at least"),
    default=7,
    low=1,
    high=30,
)
SAMPLE = parameter(
    "enterprise.sample_percent",
    _("Decisions of a hundred that are checked afterwards"),
    default=10,
    low=1,
    high=100,
)
ANSWER_HOURS = parameter(
    "enterprise.answer_hours",
    _("Hours within which somebody looks again at a refusal"),
    default=2,
    low=1,
    high=48,
)
CHECK_DAYS = parameter(
    "enterprise.check_days",
    _("Days within which a decision is checked afterwards"),
    default=3,
    low=1,
    high=30,
)
REVIEW_DAYS = parameter(
    "enterprise.review_days",
    _("Days after which a firm that is not due is looked at again, at the latest"),
    default=30,
    low=1,
    high=180,
)

terms(
    {
        "application": _("Application"),
        "need": _("What is required"),
        "needs": _("What is required"),
        "parts": _("Parts of the dossier"),
        "decision": _("Decision"),
        "reasons": _("Reasons"),
        "lacking": _("Still missing"),
        "rule_version": _("Version of the rule"),
        "clauses": _("Clauses of the rule"),
        "levels": _("At which levels"),
        "grades": _("In zones of which grade"),
        "sectors": _("Sectors"),
        "way": _("How it is decided"),
        "grade": _("Zone grade"),
        "check": _("Check"),
        "accepts": _("Parts that are enough as they are"),
        "returns": _("Parts sent back"),
        "not_due_reason": _("Why it is not due"),
        "review_on": _("To be looked at again on"),
        "officer": _("Service officer"),
        "officer_mandate": _("Office of the service officer"),
        "agrees": _("Agrees"),
    }
)
