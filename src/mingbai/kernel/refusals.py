"""Refusals: what a rule says when it says no: one id, one sentence in each language, the same on every face."""

import datetime as dt
from typing import Any, Self

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from mingbai.kernel.said import said

SENTENCES: dict[str, Promise | str] = {}


def sentences(added: dict[str, Promise | str]) -> None:
    """Register the sentence of each rule; an id belongs to one rule only."""
    for code, sentence in added.items():
        assert SENTENCES.get(code, sentence) is sentence, f"two sentences for {code}"
        SENTENCES[code] = sentence


class Refused(Exception):  # noqa: N818 - a refusal is an answer, not a fault
    """A rule said no; the person is told why and what to do."""

    status = 422

    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts

    def __str__(self) -> str:
        return f"{self.code}: {self.sentence()}"

    def sentence(self) -> str:
        """Return the sentence in the language of the moment."""
        return str(SENTENCES[self.code]) % {name: said(fact) for name, fact in self.facts.items()}

    def let_go(self) -> Self:
        """Return the refusal to be kept: what led to it holds every row that the act had met, and itself."""
        self.__traceback__ = self.__context__ = self.__cause__ = None
        return self

    def as_json(self) -> dict[str, Any]:
        """Return the refusal as every program reads it."""
        return {"code": self.code, "message": self.sentence(), "facts": plain_facts(self.facts)}


class NotAllowed(Refused):
    """The right is missing."""

    status = 403


class NotKnown(Refused):
    """Nobody knows who is asking."""

    status = 401


class Conflict(Refused):
    """The same request id came with another content."""

    status = 409


class AlreadyThere(Refused):
    """What is asked for is there already: nothing was done, and nothing is missing."""


class TooMuch(Refused):
    """More than a limit lets through."""

    status = 413


class TooOften(Refused):
    """Asked more often than a limit lets through."""

    status = 429


def plain_facts(facts: dict[str, Any]) -> dict[str, Any]:
    """Return facts as plain JSON values."""
    return {name: plain_fact(fact) for name, fact in facts.items()}


def plain_fact(fact: Any) -> Any:
    """Return a fact as a program reads it: a day and a moment in ISO."""
    if isinstance(fact, dt.date):
        return fact.isoformat()
    return fact if isinstance(fact, bool | int | list | None) else str(fact)


sentences(
    {
        "ASK-1": _("%(field)s: %(problem)s"),
        "ASK-2": _(
            "This form has a field that is not asked for: %(field)s. Take it out and send it again."
        ),
        "ASK-3": _("The time given lies in the future. Give the time when it happened."),
        "ASK-4": _("No request of this name is known: %(name)s."),
        "ASK-6": _("The time is not written as a time. Choose the day and the hour."),
        "ASK-5": _(
            "The request id is not one: give a UUID, new for each request and the same for a resend."
        ),
        "ACC-1": _("You can't do this: it needs the role %(role)s at this place."),
        "ACC-2": _("You hold more than one office. Say as which one you act."),
        "ACC-3": _("This office is not yours, or it has ended. Choose another one."),
        "ACC-4": _("Sign in first: this is not for everyone."),
        "ACC-5": _("This is outside the place you answer for."),
        "ACC-6": _("This office is limited to one matter, and this is another one."),
        "ACC-7": _(
            "This can't be done from the machine's own shell. The person has to do it at a desk or on a phone."
        ),
        "ACC-8": _(
            "Too many at once. Wait %(seconds)s seconds and send it again; nothing is lost."
        ),
        "ACC-9": _(
            "The house does this itself, or its operator at the machine; nobody can ask for it from outside."
        ),
        "REQ-1": _(
            "This number was used for something else. Nothing was done; send it again as a new one."
        ),
        "REQ-2": _("Many were writing at the same moment. Nothing was done; send it once more."),
        "PLC-1": _("No place has the code %(place)s. Look it up by its name."),
        "PLC-9": _(
            "No place here is called just “%(place)s”, or more than one is. Choose one from the list, or type its twelve digits."
        ),
    }
)
