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
ANSWER_HOLDS = parameter(
    "inspection.answer_holds_days",
    _("Days for which an answer to a form holds"),
    default=90,
    low=7,
    high=366,
)
SECONDS_A_FIELD = parameter(
    "inspection.seconds_a_field",
    _("Seconds that one field of a form takes"),
    default=120,
    low=10,
    high=900,
)
BUDGET = parameter(
    "inspection.burden_minutes_a_week",
    _("Minutes of forms, visits and calls a week at most"),
    default=120,
    low=30,
    high=600,
)
LEADERS_A_WEEK = parameter(
    "inspection.leader_visits_a_week",
    _("Leaders' visits to one host a week at most"),
    default=2,
    low=1,
    high=7,
)
