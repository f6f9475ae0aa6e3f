"""Commands on policy: a parameter of the rules is set for a place from a moment on."""

import datetime as dt

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from mingbai.kernel.acting import Acting
from mingbai.kernel.asks import Ask
from mingbai.kernel.glossary import terms
from mingbai.kernel.measures import name_of, rows_over, runs
from mingbai.kernel.models import Policy
from mingbai.kernel.places import is_under
from mingbai.kernel.policy import AS_ABOVE, PARAMETERS, checked
from mingbai.kernel.refusals import Refused, sentences
from mingbai.kernel.registry import command
from mingbai.kernel.words import Code, Moment, PlaceCode, Role

sentences(
    {
        "POL-1": _("This may be set between %(low)s and %(high)s here."),
        "POL-2": _("There is no policy of the name %(name)s. There are: %(names)s."),
        "POL-3": _("A policy begins now or later; what was judged stays judged."),
        "POL-4": _(
            "While the measure %(measure)s holds here, this may be set between %(low)s and %(high)s."
        ),
    }
)
terms({"value": _("Value"), "policy": _("Policy")})


class SetPolicy(Ask):
    """Set a parameter of the rules."""

    place: PlaceCode
    policy: Code
    value: int = Field(ge=0, le=10**9)
    starts_at: Moment | None = None
    ends_at: Moment | None = None


@command(role={Role.DESK, Role.LEADER}, desk="policy", title=_("Set a policy"))
def put(acting: Acting, ask: SetPolicy) -> None:
    """Set a parameter of the rules at a place and under it, from now or a later moment on; the past is judged as it was."""
    checked(ask.policy, ask.value)
    starts = ask.starts_at or acting.at
    if starts < acting.at:
        raise Refused("POL-3")
    if ask.ends_at is not None and ask.ends_at <= starts:
        raise Refused("MAN-2")
    check_measures(acting, ask, starts)
    _say(acting, ask.place, ask.policy, str(ask.value), starts, ask.ends_at)


def check_measures(acting: Acting, ask: SetPolicy, starts: dt.datetime) -> None:
    """POL-4 措施有底线: while a measure bounds a parameter, a place under it sets it within those bounds."""
    for one in rows_over(acting.store, ask.place):
        if one.policy != ask.policy or one.subject is not None or not runs(one, starts):
            continue
        above = not acting.hat.place or is_under(one.place, acting.hat.place)
        low = ask.value if one.lowest is None else one.lowest
        high = ask.value if one.highest is None else one.highest
        if not above and not low <= ask.value <= high:
            bounds = {"low": "-" if one.lowest is None else low}
            bounds |= {"high": "-" if one.highest is None else high}
            raise Refused("POL-4", measure=name_of(one), **bounds)


def _say(
    acting: Acting,
    place: str,
    policy: str,
    value: str,
    starts: dt.datetime,
    ends: dt.datetime | None = None,
) -> None:
    acting.add(
        Policy(
            name=policy,
            place=place,
            value=value,
            starts_at=starts,
            ends_at=ends,
            recorded_at=acting.now,
            because=acting.entry,
        )
    )


class FollowAbove(Ask):
    """Follow the place above again."""

    place: PlaceCode
    policy: Code
    starts_at: Moment | None = None


@command(role={Role.DESK, Role.LEADER}, desk="policy", title=_("Follow the place above again"))
def follow(acting: Acting, ask: FollowAbove) -> None:
    """Let a parameter at a place be again what it is at the place above, from now or a later moment on."""
    if ask.policy not in PARAMETERS:
        raise Refused("POL-2", name=ask.policy, names=", ".join(sorted(PARAMETERS)))
    starts = ask.starts_at or acting.at
    if starts < acting.at:
        raise Refused("POL-3")
    _say(acting, ask.place, ask.policy, AS_ABOVE, starts)
