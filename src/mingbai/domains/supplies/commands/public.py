"""Commands with those whom the account concerns: slips, confirmations, questions and answers."""

import datetime as dt
from typing import Literal
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from mingbai.domains.supplies.models import Confirmation, Line, Location, Question
from mingbai.domains.supplies.words import (
    HOUSEHOLD_LINK,
    RECIPIENTS,
    LineKind,
    LineNumber,
    LocationKind,
)
from mingbai.kernel.acting import Acting, open_link
from mingbai.kernel.asks import Answer, Ask
from mingbai.kernel.commands.messages import told
from mingbai.kernel.models import Household, Link
from mingbai.kernel.refusals import NotAllowed, Refused
from mingbai.kernel.registry import command
from mingbai.kernel.words import Code, Digest, FreeText, PlaceCode, Role, Token

QUESTION = "supplies.question"
ANSWER_WITHIN = dt.timedelta(hours=48)
SLIP_LASTS = dt.timedelta(days=400)

told({"slip_ready": _("Your household's slip is ready. Its code opens your own lines.")})


class GiveSlip(Ask):
    """A household gets its slip."""

    place: PlaceCode
    household: Code
    link_digest: Digest


@command(role={Role.KEEPER, Role.DESK}, title=_("Give a household its slip"))
def give_slip(acting: Acting, ask: GiveSlip) -> None:
    """Make a household's own lines readable by the link on its slip; a new slip ends the old one's link."""
    if acting.see(Household, place=ask.place, code=ask.household) is None:
        raise Refused("PER-5")
    given = acting.find(
        Link, purpose=HOUSEHOLD_LINK, subject=ask.household, place=ask.place, revoked_at=None
    )
    for old in given:
        acting.change(old, revoked_at=acting.now)
    acting.link(
        digest=ask.link_digest,
        purpose=HOUSEHOLD_LINK,
        subject=ask.household,
        place=ask.place,
        ends_at=acting.now + SLIP_LASTS,
    )


class ConfirmReceipt(Ask):
    """Who took goods confirms it."""

    place: PlaceCode
    line: LineNumber
    how: Literal["link", "paper"]
    link: Token | None = None


@command(role={Role.KEEPER, Role.ANYONE}, title=_("Confirm what was received"), per_hour=60)
def confirm_receipt(acting: Acting, ask: ConfirmReceipt) -> None:
    """Note that who took goods confirms the line: by the link on the slip, or with a thumb on paper."""
    line = acting.see(Line, place=ask.place, number=ask.line)
    if line is None:
        raise Refused("SUP-13")
    party = acting.see(Location, id=line.party_id) if line.party_id else None
    if line.kind != LineKind.ISSUE or party is None or party.kind not in RECIPIENTS:
        raise Refused("SUP-20")
    if ask.how == "link":
        opened = open_link(acting.store, ask.link or "", HOUSEHOLD_LINK, acting.now)
        if opened is None or party.kind != LocationKind.HOUSEHOLD:
            raise NotAllowed("LNK-1")
        if (opened.place, opened.subject) != (ask.place, party.reference):
            raise NotAllowed("LNK-1")
    elif acting.role is not Role.KEEPER:
        raise NotAllowed("ACC-4")
    if acting.see(Confirmation, place=ask.place, line=ask.line):
        raise Refused("SUP-19", line=ask.line)
    acting.add(Confirmation(place=ask.place, line=ask.line, how=ask.how, at=acting.at))


class AskAboutLine(Ask):
    """A question about a line."""

    place: PlaceCode
    line: LineNumber
    text: FreeText


class Asked(Answer):
    """The question's id; by when it is answered."""

    question: UUID
    due_at: dt.datetime


@command(
    role={Role.ANYONE, Role.OVERSEER, Role.RESIDENT, Role.DESK, Role.KEEPER},
    title=_("Ask about a line"),
    per_hour=20,
)
def ask_about_line(acting: Acting, ask: AskAboutLine) -> Asked:
    """Ask about a line of the account; the keeper answers within 48 hours, or the overseer hears of it."""
    if acting.see(Line, place=ask.place, number=ask.line) is None:
        raise Refused("SUP-13")
    added = acting.add(Question(place=ask.place, line=ask.line, text=ask.text, asked_at=acting.at))
    due_at = acting.now + ANSWER_WITHIN
    acting.raise_item(
        kind=QUESTION,
        subject=added.id.hex,
        place=ask.place,
        role=Role.KEEPER,
        due=due_at,
        raises_to=Role.OVERSEER,
    )
    return Asked(question=added.id, due_at=due_at)


class AnswerQuestion(Ask):
    """An answer to a question, and whether the asker's own words are shown to everyone beside it."""

    place: PlaceCode
    question: UUID
    text: FreeText
    words_shown: bool = False


@command(role={Role.KEEPER, Role.DESK}, title=_("Answer a question"))
def answer_question(acting: Acting, ask: AnswerQuestion) -> None:
    """Answer a question about a line; everyone reads the answer beside the entry, the asker's own words only if shown."""
    held = acting.hold(Question, id=ask.question)
    if held is None or held.place != ask.place or held.answered_at is not None:
        raise Refused("SUP-16")
    acting.change(held, answer=ask.text, answered_at=acting.at, shown=ask.words_shown)
    acting.close_item(kind=QUESTION, subject=held.id.hex, place=ask.place, outcome="answered")
