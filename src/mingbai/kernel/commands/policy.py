"""Commands on policy: a parameter of the rules is set for a place from a moment on."""

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from mingbai.kernel.acting import Acting
from mingbai.kernel.asks import Ask
from mingbai.kernel.glossary import terms
from mingbai.kernel.models import Policy
from mingbai.kernel.policy import checked
from mingbai.kernel.refusals import Refused, sentences
from mingbai.kernel.registry import command
from mingbai.kernel.words import Code, Moment, PlaceCode, Role

sentences(
    {
        "POL-1": _("This may be set between %(low)s and %(high)s here."),
        "POL-2": _("There is no policy of the name %(name)s. There are: %(names)s."),
        "POL-3": _("A policy begins now or later; what was judged stays judged."),
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
    acting.add(
        Policy(
            name=ask.policy,
            place=ask.place,
            value=str(ask.value),
            starts_at=starts,
            ends_at=ask.ends_at,
            recorded_at=acting.now,
            because=acting.entry,
        )
    )
