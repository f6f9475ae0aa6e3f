"""Commands on levels and zone grades: declared with a basis, signed above where they ease, and in effect at their minute."""

import datetime as dt
from typing import Literal
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from mingbai.domains.response.commands.switching import schedule, switch, unschedule
from mingbai.domains.response.models import Change
from mingbai.domains.response.queries.levels import signer_of
from mingbai.domains.response.rules.levels import check_new, check_when, easier
from mingbai.domains.response.words import EASIER, LEVEL, ZONE_GRADE, ResponseLevel, ZoneGrade
from mingbai.kernel.acting import Acting
from mingbai.kernel.actors import HOUSE
from mingbai.kernel.asks import Answer, Ask
from mingbai.kernel.models import Standing
from mingbai.kernel.perform import perform
from mingbai.kernel.places import is_under, parent_of
from mingbai.kernel.policy import above
from mingbai.kernel.refusals import AlreadyThere, Refused
from mingbai.kernel.registry import command, due
from mingbai.kernel.standing import WORDS, StandingWord, in_force, rule, ruling, unrule
from mingbai.kernel.words import Basis, Moment, OpenName, PlaceCode, Reason, Role

State = Literal["declared", "asked", "in_effect"]
AHEAD = ("declared", "asked")


class DeclareLevel(Ask):
    """A response level for a place, from a moment on; without a moment it holds at once."""

    place: PlaceCode
    level: ResponseLevel
    effective_at: Moment | None = None
    basis: Basis
    issuer: OpenName | None = None


class Declared(Answer):
    """The change's id, and whether it is in effect, waits for its minute, or for a signature above."""

    change: UUID
    state: State


@command(role={Role.LEADER}, title=_("Declare a response level"), shell=False)
def declare_level(acting: Acting, ask: DeclareLevel) -> Declared:
    """Declare the response level of a place and everything under it, from a minute on; the past is judged as it was."""
    when = ask.effective_at or acting.at
    return declare(acting, LEVEL, ask.level, when, ask.basis, ask.issuer)


class SetZoneGrade(Ask):
    """A zone grade for a place, from a moment on; without a moment it holds at once."""

    place: PlaceCode
    grade: ZoneGrade
    effective_at: Moment | None = None
    basis: Basis
    issuer: OpenName | None = None


@command(role={Role.LEADER, Role.DESK}, title=_("Set a zone grade"), shell=False)
def set_zone_grade(acting: Acting, ask: SetZoneGrade) -> Declared:
    """Set the zone grade of a place and everything under it, from a minute on; the old grade stays readable as of its date."""
    when = ask.effective_at or acting.at
    return declare(acting, ZONE_GRADE, ask.grade, when, ask.basis, ask.issuer)


def declare(
    acting: Acting,
    word: StandingWord,
    value: str,
    when: dt.datetime,
    basis: str,
    issuer: str | None,
) -> Declared:
    """Write a change down; let it hold from its minute, or ask the place above when it eases what that one says."""
    place = acting.place
    check_when(when, acting.at)
    own = own_word(acting, word, place, when)
    check_new(own.value if own else None, value, own.starts_at if own else None)
    for one in acting.find(Change, place=place, word=word.name, effective_at=when):
        if one.state in AHEAD:
            raise Refused("RES-3")
    asked_of = signer_of(acting.store, acting.hat.place, word, place, value, when)
    held = acting.add(
        Change(
            place=place,
            word=word.name,
            value=value,
            standing_before=ruling(acting.store, place, when)[word.name],
            effective_at=when,
            basis=basis,
            issuer=issuer or acting.hat.capacity or "",
            declared_at=acting.at,
            recorded_at=acting.now,
            declared_by=acting.person,
            mandate=acting.mandate,
            state="asked" if asked_of else "declared",
            asked_of=asked_of,
            entry=acting.entry,
        )
    )
    if asked_of is None:
        held = hold_from(acting, word, held)
    else:
        acting.raise_item(
            kind=EASIER, subject=held.id.hex, place=asked_of, role=Role.LEADER, due=when
        )
    return Declared(change=held.id, state=held.state)


def own_word(acting: Acting, word: StandingWord, place: str, at: dt.datetime) -> Standing | None:
    """Return what a place itself says at a moment, which may lie ahead."""
    rows = [
        row for row in acting.find(Standing, subject=place, what=word.name) if in_force(row, at)
    ]
    return max(rows, key=lambda row: (row.starts_at, row.id), default=None)


def hold_from(acting: Acting, word: StandingWord, held: Change) -> Change:
    """Let a change hold from its minute: the word, the parameters that measures set, and what has begun at once."""
    row = rule(acting, word, held.place, held.value, held.effective_at)
    held = acting.change(held, state="declared", ruling=row.id)
    for lower in eased_under(acting, word, held):
        unrule(acting, word, lower, held.effective_at)
    if (until := falls_with(acting, word, held)) is not None:
        unrule(acting, word, row, until)
    schedule(acting, held.place, held.effective_at)
    if held.effective_at <= acting.at:
        acting.perform(take_effect, {"place": held.place, "change": held.id})
        held = seen(acting, held.id)
    return held


def seen(acting: Acting, change: UUID) -> Change:
    """Return a change as it stands now."""
    found = acting.see(Change, id=change)
    assert found is not None
    return found


def eased_under(acting: Acting, word: StandingWord, held: Change) -> list[Standing]:
    """Return what places under it say from then on and that falls with it."""
    return [
        row
        for row in acting.find(Standing, what=word.name)
        if row.subject != held.place
        and is_under(row.subject, held.place)
        and (row.ends_at is None or row.ends_at > max(held.effective_at, row.starts_at))
        and falls(acting, row, held.value)
    ]


def falls(acting: Acting, row: Standing, value: str) -> bool:
    """Tell whether a word falls when a place above says this: it is easier, or was signed as easier than what held before."""
    if easier(row.what, row.value, value):
        return True
    said = acting.see(Change, ruling=row.id)
    return said is not None and said.asked_of is not None


def falls_with(acting: Acting, word: StandingWord, held: Change) -> dt.datetime | None:
    """Return when a place above begins to say something with which this falls, and that is declared already."""
    if held.place == parent_of(held.place):
        return None
    return min(
        (
            row.starts_at
            for upper in above(parent_of(held.place))
            for row in acting.find(Standing, subject=upper, what=word.name)
            if row.starts_at > held.effective_at
            and (row.ends_at is None or row.ends_at > row.starts_at)
            and (held.asked_of is not None or easier(word.name, held.value, row.value))
        ),
        default=None,
    )


class SignEasier(Ask):
    """Sign what a place under this one wishes."""

    place: PlaceCode
    change: UUID


@command(role={Role.LEADER}, title=_("Sign an easier level below"), shell=False)
def sign_easier(acting: Acting, ask: SignEasier) -> Declared:
    """Let a place under this one have an easier level or grade than this one says; it holds from its minute, or from now."""
    held = asked_here(acting, ask.place, ask.change)
    if acting.person is not None and held.declared_by == acting.person:
        raise Refused("RES-5")
    held = acting.change(
        held,
        effective_at=max(held.effective_at, acting.at),
        answered_at=acting.now,
        answered_by=acting.mandate,
    )
    acting.close_item(kind=EASIER, subject=held.id.hex, place=ask.place, outcome="signed")
    held = hold_from(acting, WORDS[held.word], held)
    return Declared(change=held.id, state=held.state)


class RefuseEasier(Ask):
    """Refuse what a place under this one wishes."""

    place: PlaceCode
    change: UUID
    reason: Reason


@command(role={Role.LEADER}, title=_("Refuse an easier level below"), shell=False)
def refuse_easier(acting: Acting, ask: RefuseEasier) -> None:
    """Leave a place under this one as it is, with a reason that it reads."""
    held = asked_here(acting, ask.place, ask.change)
    acting.change(
        held,
        state="refused",
        answered_at=acting.now,
        answered_by=acting.mandate,
        answered_because=ask.reason,
    )
    acting.close_item(kind=EASIER, subject=held.id.hex, place=ask.place, outcome="refused")


def asked_here(acting: Acting, place: str, change: UUID) -> Change:
    """RES-4 有请有批: what is signed or refused was asked of this place, and waits."""
    held = acting.hold(Change, id=change)
    if held is None or held.asked_of != place or held.state != "asked":
        raise Refused("RES-4")
    return held


class WithdrawChange(Ask):
    """Withdraw a change before its minute."""

    place: PlaceCode
    change: UUID
    reason: Reason


@command(role={Role.LEADER}, title=_("Withdraw a declared change"), shell=False)
def withdraw_change(acting: Acting, ask: WithdrawChange) -> None:
    """Withdraw a change that has not taken effect: everything stands again as if it had not been declared."""
    held = acting.hold(Change, id=ask.change)
    if held is None or held.place != ask.place or held.state in ("withdrawn", "refused"):
        raise Refused("RES-4")
    if held.taken_at is not None or (held.ruling and held.effective_at <= acting.now):
        raise Refused("RES-6")
    word = WORDS[held.word]
    if held.ruling is not None:
        row = acting.hold(Standing, id=held.ruling)
        assert row is not None
        unrule(acting, word, row, held.effective_at)
        for lower in acting.find(Standing, what=word.name):
            if is_under(lower.subject, held.place) and ended_by(acting, held, lower):
                acting.change(lower, ends_at=still_ended(acting, held, lower))
        unschedule(acting, held.place, held.effective_at)
    if held.asked_of is not None:
        acting.close_item(
            kind=EASIER, subject=held.id.hex, place=held.asked_of, outcome="withdrawn"
        )
    acting.change(
        held,
        state="withdrawn",
        answered_at=acting.now,
        answered_by=acting.mandate,
        answered_because=ask.reason,
    )


def ended_by(acting: Acting, held: Change, lower: Standing) -> bool:
    """Tell whether it was this change that ended what a place under it said."""
    ends = max(held.effective_at, lower.starts_at)
    return (
        lower.id != held.ruling
        and lower.subject != held.place
        and lower.ends_at == ends
        and falls(acting, lower, held.value)
    )


def still_ended(acting: Acting, withdrawn: Change, lower: Standing) -> dt.datetime | None:
    """Return when what a place says ends all the same: by its own withdrawal, or by the first other change above it."""
    others = [one for one in acting.find(Change, word=withdrawn.word) if one.id != withdrawn.id]
    if any(one.ruling == lower.id and one.state == "withdrawn" for one in others):
        return lower.starts_at
    ends = [
        max(one.effective_at, lower.starts_at)
        for one in others
        if one.ruling is not None
        and one.state != "withdrawn"
        and one.place != lower.subject
        and is_under(lower.subject, one.place)
        # What had begun above when it was said, it was signed against.
        and (one.effective_at > lower.starts_at or one.ruling > lower.id)
        and falls(acting, lower, one.value)
    ]
    return min(ends, default=None)


class TakeEffect(Ask):
    """A change takes effect."""

    place: PlaceCode
    change: UUID


class Taken(Answer):
    """What holds from now on."""

    value: Literal["none", "IV", "III", "II", "I", "low", "medium", "high"]


@command(role={Role.OPERATOR}, title=_("Let a change take effect"))
def take_effect(acting: Acting, ask: TakeEffect) -> Taken:
    """Let a change take effect at its minute, exactly once: measures begin and lapse by their tables; help goes on."""
    held = acting.hold(Change, id=ask.change)
    if held is None or held.place != ask.place or held.ruling is None:
        raise Refused("RES-4")
    if held.taken_at is not None:
        raise AlreadyThere("RES-7")
    if held.state != "declared":
        raise Refused("RES-4")
    if held.effective_at > acting.at:
        raise Refused("RES-8", moment=held.effective_at)
    row = acting.see(Standing, id=held.ruling)
    overtaken = row is None or not in_force(row, held.effective_at)
    acting.change(held, taken_at=acting.now, state="overtaken" if overtaken else "in_effect")
    switch(acting, held.place)
    end_moot(acting, held)
    return Taken(value=held.value)


def end_moot(acting: Acting, held: Change) -> None:
    """RES-4 有请有批: what places below wished and the one above says itself by now waits for no signature any more."""
    word = WORDS[held.word]
    for asked in acting.find(Change, word=held.word, state="asked"):
        if asked.asked_of is None or not is_under(asked.asked_of, held.place):
            continue
        stands = ruling(acting.store, asked.asked_of, acting.at)[word.name]
        own = own_word(acting, word, asked.place, acting.at)
        stricter = own is not None and easier(word.name, asked.value, own.value)
        if stricter or easier(word.name, asked.value, stands):
            continue
        acting.change(asked, state="overtaken", answered_at=acting.now)
        acting.close_item(
            kind=EASIER, subject=asked.id.hex, place=asked.asked_of, outcome="overtaken"
        )


@due("minute")
def changes_due(now: dt.datetime) -> None:
    """Let every change whose minute has come take effect, each at its own minute; one that is refused holds up no other."""
    waiting = Change.objects.filter(state="declared", effective_at__lte=now)
    refused: Refused | None = None
    for held in waiting.order_by("effective_at", "id"):
        ask = {"place": held.place, "change": held.id}
        try:
            perform(take_effect, ask, as_=HOUSE, at=held.effective_at)
        except AlreadyThere:
            continue  # another worker did it
        except Refused as fault:
            refused = refused or fault
    if refused is not None:
        raise refused
