"""Parameters of the movement desk's rules, which a place may set within their bounds."""

from django.utils.translation import gettext_lazy as _

from mingbai.kernel.policy import parameter

CARD_MUST_BE_SEEN = parameter(
    "movement.card_must_be_seen",
    _("At the gate the card must be seen (1) or not (0)"),
    default=0,
    low=0,
    high=1,
)
KEEP_DAYS = parameter(
    "movement.arrival_keep_days",
    _("Days that a row of the gate's register is kept"),
    default=30,
    low=1,
    high=30,
)
BAD_NUMBERS = parameter(
    "movement.bad_numbers_a_week",
    _('Bad numbers in a week that propose "card seen" as a rule'),
    default=3,
    low=2,
    high=50,
)
CALL_MINUTES = parameter(
    "movement.call_back_minutes",
    _("Minutes until a call-back is due"),
    default=60,
    low=10,
    high=1440,
)
MINUTES_A_CALL = parameter(
    "movement.minutes_a_call",
    _("Minutes that a call-back takes"),
    default=5,
    low=1,
    high=30,
)
CHECK_EVERY = parameter(
    "movement.check_every",
    _("Arrivals after which a gate is checked once more"),
    default=40,
    low=5,
    high=1000,
)
CHECKS_LEAST = parameter(
    "movement.checks_least", _("Checks a day at least"), default=2, low=1, high=24
)
CHECKS_MOST = parameter(
    "movement.checks_most", _("Checks a day at most"), default=8, low=1, high=24
)
