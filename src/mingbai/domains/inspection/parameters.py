"""Parameters of the inspection desk's rules, which a place may set within their bounds."""

from django.utils.translation import gettext_lazy as _

from mingbai.kernel.policy import parameter

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
