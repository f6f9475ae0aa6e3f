"""Parameters of the response desk: how closely is looked at a zone of each grade; other desks read them by name."""

from django.utils.translation import gettext_lazy as _

from mingbai.kernel.policy import Parameter, parameter

SAMPLED: dict[str, Parameter] = {
    "low": parameter(
        "response.sample_low",
        _("Low risk: decisions checked afterwards, of a hundred"),
        default=10,
        low=5,
        high=100,
    ),
    "medium": parameter(
        "response.sample_medium",
        _("Medium risk: decisions checked afterwards, of a hundred"),
        default=30,
        low=10,
        high=100,
    ),
    "high": parameter(
        "response.sample_high",
        _("High risk: decisions checked afterwards, of a hundred"),
        default=100,
        low=30,
        high=100,
    ),
}
FACTOR: dict[str, Parameter] = {
    "low": parameter(
        "response.checks_low",
        _("Low risk: checked how many times as often"),
        default=1,
        low=1,
        high=4,
    ),
    "medium": parameter(
        "response.checks_medium",
        _("Medium risk: checked how many times as often"),
        default=2,
        low=1,
        high=6,
    ),
    "high": parameter(
        "response.checks_high",
        _("High risk: checked how many times as often"),
        default=3,
        low=2,
        high=8,
    ),
}
