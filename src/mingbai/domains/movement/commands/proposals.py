"""Proposals: bad numbers that come often make the house propose "card seen" as a rule; the desk decides from which day."""

import datetime as dt
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from mingbai.domains.movement.models import Arrival, Proposal
from mingbai.domains.movement.parameters import BAD_NUMBERS, CARD_MUST_BE_SEEN
from mingbai.domains.movement.rules.register import WEEK, proposes_rule
from mingbai.domains.movement.words import NUMBER_DOUBTS, PROPOSAL
from mingbai.kernel.acting import Acting
from mingbai.kernel.asks import Answer, Ask
from mingbai.kernel.clock import day, start_of_day
from mingbai.kernel.commands.policy import put
from mingbai.kernel.policy import in_force
from mingbai.kernel.refusals import Refused
from mingbai.kernel.registry import command
from mingbai.kernel.words import Count, PlaceCode, Reason, Role


class ProposeCardSeen(Ask):
    """Propose that the card must be seen."""

    place: PlaceCode
    bad_numbers: Count


class Proposed(Answer):
    """The proposal's id."""

    proposal: UUID


@command(role={Role.DESK, Role.OVERSEER, Role.GUARD}, title=_('Propose "card seen" as a rule'))
def propose_card_seen(acting: Acting, ask: ProposeCardSeen) -> Proposed:
    """Propose to the desk that at this place's gates the card must be seen; nothing changes until the desk says so."""
    for one in acting.find(Proposal, place=ask.place, answered_at=None):
        return Proposed(proposal=one.id)
    added = acting.add(
        Proposal(place=ask.place, bad_numbers=ask.bad_numbers, proposed_at=acting.now)
    )
    acting.raise_item(kind=PROPOSAL, subject=added.id.hex, place=ask.place, role=Role.DESK)
    return Proposed(proposal=added.id)


class AcceptProposal(Ask):
    """Make "card seen" a rule from a day on."""

    place: PlaceCode
    proposal: UUID
    starts_on: dt.date | None = None


@command(role={Role.DESK, Role.LEADER}, title=_('Make "card seen" a rule'))
def accept_proposal(acting: Acting, ask: AcceptProposal) -> None:
    """Set from which day on the card must be seen at this place's gates; what came before is judged as it was."""
    held = _waiting(acting, ask.place, ask.proposal)
    on = ask.starts_on or day(acting.at) + dt.timedelta(days=1)
    starts = max(start_of_day(on), acting.at) if on == day(acting.at) else start_of_day(on)
    acting.perform(
        put,
        {
            "place": ask.place,
            "policy": CARD_MUST_BE_SEEN.name,
            "value": 1,
            "starts_at": starts,
        },
    )
    acting.change(held, answered_at=acting.now, outcome="accepted", starts_at=starts)
    acting.close_item(kind=PROPOSAL, subject=held.id.hex, place=ask.place, outcome="accepted")


class DeclineProposal(Ask):
    """Leave the rule as it is."""

    place: PlaceCode
    proposal: UUID
    reason: Reason


@command(role={Role.DESK, Role.LEADER}, title=_("Leave the rule as it is"))
def decline_proposal(acting: Acting, ask: DeclineProposal) -> None:
    """Answer a proposal with a reason and change nothing; it is not made again for a week."""
    held = _waiting(acting, ask.place, ask.proposal)
    acting.change(held, answered_at=acting.now, outcome="declined")
    acting.close_item(kind=PROPOSAL, subject=held.id.hex, place=ask.place, outcome="declined")


def _waiting(acting: Acting, place: str, proposal: UUID) -> Proposal:
    held = acting.hold(Proposal, id=proposal)
    if held is None or held.place != place or held.answered_at is not None:
        raise Refused("MOV-15")
    return held


def bad_numbers(place: str, since: dt.datetime) -> int:
    """Return how many rows of a place came with a number that could not be one since a moment."""
    return Arrival.objects.filter(
        place=place, recorded_at__gt=since, first_doubt__in=sorted(NUMBER_DOUBTS)
    ).count()


def look_at_the_week(acting: Acting, place: str, doubt: str | None) -> None:
    """Propose "card seen" as a rule when bad numbers came often within a week; it is an entry of its own."""
    if doubt not in NUMBER_DOUBTS:
        return
    since = acting.now - WEEK
    waiting = any(
        one.answered_at is None
        or one.answered_at > since
        or (one.starts_at is not None and one.starts_at > acting.now)
        for one in acting.find(Proposal, place=place)
    )
    must = in_force(acting.store, CARD_MUST_BE_SEEN.name, place, acting.now)
    most = in_force(acting.store, BAD_NUMBERS.name, place, acting.now)
    found = bad_numbers(place, since)
    if proposes_rule(found, most, in_force=bool(must), waiting=waiting):
        acting.perform(propose_card_seen, {"place": place, "bad_numbers": found})
