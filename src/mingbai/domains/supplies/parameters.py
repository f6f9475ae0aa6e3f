"""Parameters of the supplies desk's rules, which a place may set within their bounds."""

from django.utils.translation import gettext_lazy as _

from mingbai.kernel.policy import parameter

FLOOR = parameter(
    "supplies.floor_days", _("Days that goods should last"), default=3, low=1, high=60
)
NEAR_EXPIRY = parameter(
    "supplies.near_expiry_days",
    _("Days before the last day that count as soon"),
    default=20,
    low=1,
    high=365,
)
