"""Commands on the account itself: how it begins, and how a story's clock moves."""

import datetime as dt
from typing import Literal

from django.utils.translation import gettext_lazy as _

from mingbai.kernel.acting import Acting
from mingbai.kernel.asks import Answer, Ask
from mingbai.kernel.glossary import terms
from mingbai.kernel.models import Account, Place
from mingbai.kernel.places import ROOT
from mingbai.kernel.refusals import Refused, sentences
from mingbai.kernel.registry import command
from mingbai.kernel.words import Code, Level, Moment, OpenName, Role

sentences(
    {
        "ACT-4": _(
            "A real account keeps the machine's own time; only a story has a clock that can be moved."
        ),
        "ACT-5": _("A story's clock only moves forward; it stands at %(now)s already."),
    }
)
terms({"log_origin": _("Origin"), "began_at": _("Began at"), "to": _("To")})


class Begin(Ask):
    """Begin an account."""

    name: OpenName
    kind: Literal["real", "story"]
    log_origin: Code
    began_at: Moment


@command(role={Role.OPERATOR}, desk="account", title=_("Begin an account"), placeless=True)
def begin(acting: Acting, ask: Begin) -> None:
    """Say what account this is, as its first entry."""
    assert acting.see(Account) is None, "an account begins once"
    story_now = ask.began_at if ask.kind == "story" else None
    acting.add(
        Account(
            name=ask.name,
            kind=ask.kind,
            origin=ask.log_origin,
            story_now=story_now,
            started_at=ask.began_at,
        )
    )
    acting.add(Place(code=ROOT, level=Level.COUNTRY, name="全国", prefix=""))


class MoveClock(Ask):
    """Move a story's clock."""

    to: Moment


class Moved(Answer):
    """Where the clock stands now."""

    now: dt.datetime


@command(role={Role.OPERATOR}, desk="account", title=_("Move the story's clock"), placeless=True)
def move_clock(acting: Acting, ask: MoveClock) -> Moved:
    """Move the clock of a story forward."""
    held = acting.hold(Account)
    assert held is not None
    if held.kind != "story" or held.story_now is None:
        raise Refused("ACT-4")
    if ask.to < held.story_now:
        raise Refused("ACT-5", now=held.story_now.isoformat())
    acting.change(held, story_now=ask.to)
    acting.now = acting.at = ask.to
    return Moved(now=ask.to)
