"""Commands on open items: seen by whoever answers for them, and raised one level when they are late."""

import datetime as dt
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from mingbai.kernel.acting import Acting
from mingbai.kernel.asks import Answer, Ask
from mingbai.kernel.glossary import terms
from mingbai.kernel.models import OpenItem
from mingbai.kernel.perform import as_house
from mingbai.kernel.refusals import NotAllowed, Refused, sentences
from mingbai.kernel.registry import command, due
from mingbai.kernel.words import FreeText, Moment, PlaceCode, Role

sentences(
    {
        "ITM-1": _("No open item of this id waits at this place."),
        "ITM-3": _(
            "This waits for an act, not for a word. Open it from your list and do it there."
        ),
    }
)
terms({"item_id": _("Open item"), "raised": _("Raised")})


class SeeItem(Ask):
    """Note that an open item was seen."""

    place: PlaceCode
    item_id: UUID


@command(role=set(Role) - {Role.ANYONE}, desk="items", title=_("Mark as seen"))
def see(acting: Acting, ask: SeeItem) -> None:
    """Note that whoever answers for an open item has seen it."""
    held = acting.hold(OpenItem, id=ask.item_id)
    if held is None or held.place != ask.place:
        raise Refused("ITM-1")
    if held.role != acting.role and (held.person is None or held.person != acting.person):
        raise Refused("ITM-1")
    if held.seen_at is None:
        acting.change(held, seen_at=acting.now)


BY_A_WORD = {"sync.overruled"}
"""Kinds that end by a word of whoever answers for them; every other kind ends by the act that it asks for."""


def by_a_word(*kinds: str) -> None:
    """Let open items of these kinds end by a word."""
    BY_A_WORD.update(kinds)


class SettleItem(Ask):
    """Say what became of an open item."""

    place: PlaceCode
    item_id: UUID
    text: FreeText


@command(role=set(Role) - {Role.ANYONE}, desk="items", title=_("Say what became of it"))
def settle(acting: Acting, ask: SettleItem) -> None:
    """ITM-3 有始有终: end an open item by saying what became of it; one that asks for an act ends by that act alone."""
    held = acting.hold(OpenItem, id=ask.item_id)
    if held is None or held.place != ask.place or held.done_at is not None:
        raise Refused("ITM-1")
    if held.kind not in BY_A_WORD:
        raise Refused("ITM-3")
    mine = acting.role.value == held.role or (held.person and held.person == acting.person)
    if not mine and acting.role not in (Role.KEEPER, Role.DESK):
        raise NotAllowed("ACC-5")
    acting.change(
        held, done_at=acting.now, acted_at=held.acted_at or acting.now, outcome="explained"
    )


class RaiseLate(Ask):
    """Raise open items that are late."""

    before: Moment


class Raised(Answer):
    """How many were raised."""

    raised: int


terms({"before": _("Before")})


@command(role={Role.OPERATOR}, desk="items", title=_("Raise late items"), placeless=True)
def raise_late(acting: Acting, ask: RaiseLate) -> Raised:
    """Hand every open item past its due time to the role it raises to; once each."""
    late = OpenItem.objects.filter(
        done_at=None, raised_at=None, due_at__lte=ask.before, raises_to__isnull=False
    ).order_by("id")[:500]
    rows = list(late)
    for item in rows:
        acting.change(item, raised_at=acting.now, role=item.raises_to)
    return Raised(raised=len(rows))


@due("minute")
def late_items(now: dt.datetime) -> None:
    """Raise what is late, when anything is."""
    waiting = OpenItem.objects.filter(
        done_at=None, raised_at=None, due_at__lte=now, raises_to__isnull=False
    )
    if waiting.exists():
        as_house(raise_late, RaiseLate(before=now))
