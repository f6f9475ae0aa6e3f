"""Commands on the account itself: how it begins, and how a story's clock moves."""

import datetime as dt
from typing import Literal

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from mingbai.kernel.acting import Acting
from mingbai.kernel.asks import Answer, Ask
from mingbai.kernel.glossary import terms
from mingbai.kernel.models import Account, Place
from mingbai.kernel.places import ROOT
from mingbai.kernel.refusals import Refused, sentences
from mingbai.kernel.registry import command
from mingbai.kernel.words import Code, Digest, Level, Moment, OpenName, Role

sentences(
    {
        "ACT-4": _(
            "A real account keeps the machine's own time; only a story has a clock that can be moved."
        ),
        "ACT-5": _("A story's clock only moves forward; it stands at %(now)s already."),
    }
)
terms(
    {
        "lost_head": _("Fingerprint of the lost head"),
        "lost_size": _("Entries under the lost head"),
        "held_size": _("Entries held"),
        "key": _("Key"),
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


class ContinueAfterLoss(Ask):
    """Go on under a new origin."""

    log_origin: Code
    public_key: Digest
    lost_head: Digest
    lost_size: int = Field(ge=0)
    held_size: int = Field(ge=0)
    why: Literal["restored", "key_lost", "key_rotated"]


@command(role={Role.OPERATOR}, desk="account", title=_("Go on under a new origin"), placeless=True)
def continue_after_loss(acting: Acting, ask: ContinueAfterLoss) -> None:
    """Begin a new origin that names the old one's last head and what is missing; old heads stay readable under their own key."""
    held = acting.hold(Account)
    assert held is not None
    line = f"{held.origin} {ask.public_key}"
    former = f"{held.former}\n{line}" if held.former else line
    acting.change(held, origin=ask.log_origin, former=former)


class NoteLostKey(Ask):
    """Note that a key is lost."""

    key: Literal["master", "index", "field", "pass"]


@command(role={Role.OPERATOR}, desk="account", title=_("Note a lost key"), placeless=True)
def note_lost_key(acting: Acting, ask: NoteLostKey) -> None:
    """Note that a key is lost and a new one was made: what only the old one opened stays closed, everything else stands."""


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
        raise Refused("ACT-5", now=held.story_now)
    acting.change(held, story_now=ask.to)
    acting.now = acting.at = ask.to
    return Moved(now=ask.to)
