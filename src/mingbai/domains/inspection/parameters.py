"""Parameters of the inspection desk's rules, which a place may set within their bounds."""

from django.utils.translation import gettext_lazy as _

from mingbai.kernel.policy import parameter

DAYS_LOW = parameter(
    "inspection.days_between",
    _("Days within which nothing is inspected twice, in a zone of low grade"),
    default=14,
    low=1,
    high=180,
)
DAYS_MEDIUM = parameter(
    "inspection.days_between_medium",
    _("Days within which nothing is inspected twice, in a zone of medium grade"),
    default=7,
    low=1,
    high=180,
)
DAYS_HIGH = parameter(
    "inspection.days_between_high",
    _("Days within which nothing is inspected twice, in a zone of high grade"),
    default=5,
    low=1,
    high=180,
)
VISITS_MOST = parameter(
    "inspection.visits_most",
    _("Visits of all offices together within those days"),
    default=2,
    low=1,
    high=10,
)
MINOR_DAYS = parameter(
    "inspection.minor_days",
    _("Days within which a minor finding is put right"),
    default=15,
    low=1,
    high=90,
)
SERIOUS_DAYS = parameter(
    "inspection.serious_days",
    _("Days within which a serious hazard is put right"),
    default=3,
    low=0,
    high=15,
)
RECHECK_DAYS = parameter(
    "inspection.recheck_days",
    _("Days within which what was put right is rechecked"),
    default=2,
    low=1,
    high=15,
)
BETWEEN = {"low": DAYS_LOW, "medium": DAYS_MEDIUM, "high": DAYS_HIGH}
WITHIN = {"minor": MINOR_DAYS, "serious": SERIOUS_DAYS}
