"""Commands on measures: issued with basis, scope, day of review and a table; looked at again, withdrawn; and local choices."""

import datetime as dt
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from mingbai.domains.response.commands.switching import (
    end_all,
    schedule,
    switch,
)
from mingbai.domains.response.models import Change, Listed, LocalChoice, TableCell
from mingbai.domains.response.queries.measures import said_name
from mingbai.domains.response.queries.scopes import known_blocker, point_or_firm, proposed
from mingbai.domains.response.queries.table import catalogue
from mingbai.domains.response.rules.levels import (
    check_basis,
    check_review,
    check_table,
    within,
)
from mingbai.domains.response.words import REVIEW, ResponseLevel, ZoneGrade
from mingbai.kernel.acting import Acting
from mingbai.kernel.asks import Answer, Ask
from mingbai.kernel.clock import day
from mingbai.kernel.commands.policy import follow, put
from mingbai.kernel.perform import as_house
from mingbai.kernel.places import is_under, parent_of
from mingbai.kernel.policy import checked, in_force
from mingbai.kernel.refusals import Refused
from mingbai.kernel.registry import command, due
from mingbai.kernel.standing import ruling
from mingbai.kernel.words import (
    Basis,
    Code,
    MeasureScope,
    Moment,
    OpenName,
    PlaceCode,
    Reason,
    Role,
    Sector,
    ShortCode,
)

WHO = {Role.LEADER, Role.DESK}


class CellAsk(Ask):
    """At this level, in this zone grade and sector it holds; what is left out is every one."""

    level: ResponseLevel
    grade: ZoneGrade | None = None
    sector: Sector | None = None
    value: int | None = Field(default=None, ge=0, le=10**9)


class IssueMeasure(Ask):
    """A measure for the catalogue."""

    place: PlaceCode
    code: ShortCode
    name_zh: OpenName
    name_en: OpenName
    basis: Basis | None = None
    review_on: dt.date | None = None
    keep_days: int = Field(default=14, ge=0, le=3650)
    scope: MeasureScope = "place"
    subject: Code | None = None
    table: list[CellAsk] = Field(max_length=60)
    policy: Code | None = None
    lowest: int | None = Field(default=None, ge=0, le=10**9)
    highest: int | None = Field(default=None, ge=0, le=10**9)
    blocker: Code | None = None
    reason: Reason | None = None


class Issued(Answer):
    """The measure's id."""

    measure_id: UUID


@command(role=WHO, title=_("Issue a measure"), shell=False)
def issue_measure(acting: Acting, ask: IssueMeasure) -> Issued:
    """Put a measure into the catalogue: its basis, its smallest scope, when it is looked at again, and when it holds."""
    basis = check_basis(ask.basis)
    review_on = check_review(ask.review_on, day(acting.at))
    if acting.see(Listed, code=ask.code) is not None:
        raise Refused("RES-9", measure=ask.code)
    check_table(ask.table, ask.policy, ask.scope, ask.lowest, ask.highest)
    for cell in ask.table:
        if ask.policy is not None and cell.value is not None:
            checked(ask.policy, cell.value)
    check_scope(acting, ask)
    listed = acting.add(
        Listed(
            place=ask.place,
            code=ask.code,
            name_zh=ask.name_zh,
            name_en=ask.name_en,
            basis=basis,
            review_on=review_on,
            keep_days=ask.keep_days,
            scope=ask.scope,
            subject=ask.subject,
            wider_because=ask.reason,
            policy=ask.policy,
            lowest=ask.lowest,
            highest=ask.highest,
            blocker=ask.blocker,
            issued_at=acting.at,
            issued_by=acting.mandate,
            entry=acting.entry,
        )
    )
    for cell in ask.table:
        acting.add(
            TableCell(
                listed_id=listed.id,
                level=cell.level,
                grade=cell.grade,
                sector=cell.sector,
                value=cell.value,
            )
        )
    hold_now_and_later(acting, listed)
    return Issued(measure_id=listed.id)


def check_scope(acting: Acting, ask: IssueMeasure) -> None:
    """RES-12 能小不大: a measure says for which one it is, and is not wider than what it answers without a reason."""
    if ask.scope != "place":
        if ask.subject is None:
            raise Refused("RES-12")
        if point_or_firm(acting.store, ask.scope, ask.subject, ask.place) is None:
            raise Refused("RES-13", subject=ask.subject)
    elif ask.subject is not None:
        raise Refused("RES-12")
    if ask.blocker is None:
        return
    if not known_blocker(ask.blocker):
        raise Refused("RES-18", blocker=ask.blocker)
    near = proposed(acting.store, ask.blocker, ask.place, acting.at)
    if near is None or ask.reason is not None:
        return
    wider = (ask.scope == "place" and near.subject is not None) or (
        ask.place != near.place and is_under(near.place, ask.place)
    )
    if wider:
        raise Refused("RES-19", name=near.name)


def hold_now_and_later(acting: Acting, listed: Listed) -> None:
    """Let a new measure hold where its table says so now, and set its parameter for the changes that are declared."""
    schedule(acting, listed.place, acting.at, [listed])
    for change in acting.find(Change, state="declared"):
        near = is_under(change.place, listed.place) or is_under(listed.place, change.place)
        if near and change.effective_at > acting.at:
            schedule(acting, listed.place, change.effective_at, [listed])
    switch(acting, listed.place, [listed])


class ReviewMeasure(Ask):
    """A measure was looked at again and goes on."""

    place: PlaceCode
    measure_id: UUID
    basis: Basis
    review_on: dt.date


@command(role=WHO, title=_("Let a measure go on after its review"), shell=False)
def review_measure(acting: Acting, ask: ReviewMeasure) -> None:
    """Let a measure go on: on which basis, and when it is looked at the next time."""
    held = listed_here(acting, ask.place, ask.measure_id)
    review_on = check_review(ask.review_on, day(acting.at))
    acting.change(held, basis=ask.basis, review_on=review_on)
    acting.close_item(kind=REVIEW, subject=held.id.hex, place=held.place, outcome="goes_on")


class WithdrawMeasure(Ask):
    """A measure is taken out of the catalogue."""

    place: PlaceCode
    measure_id: UUID
    reason: Reason


@command(role=WHO, title=_("Withdraw a measure"), shell=False)
def withdraw_measure(acting: Acting, ask: WithdrawMeasure) -> None:
    """Take a measure out of the catalogue: it ends wherever it holds, and what hangs on it has its last day."""
    held = listed_here(acting, ask.place, ask.measure_id)
    acting.change(held, withdrawn_at=acting.at, withdrawn_because=ask.reason)
    end_all(acting, held)
    acting.close_item(kind=REVIEW, subject=held.id.hex, place=held.place, outcome="withdrawn")


def listed_here(acting: Acting, place: str, measure: UUID) -> Listed:
    """RES-17 有册可查: an act on a measure names one of this place's catalogue that was not withdrawn."""
    held = acting.hold(Listed, id=measure)
    if held is None or held.place != place or held.withdrawn_at is not None:
        raise Refused("RES-17")
    return held


class FlagReview(Ask):
    """A measure is past the day of its review."""

    place: PlaceCode
    measure_id: UUID


@command(role={Role.OPERATOR}, title=_("Ask for a measure's review"))
def flag_review(acting: Acting, ask: FlagReview) -> None:
    """Leave an open item for the leader of a place whose measure is past the day on which it was to be looked at."""
    held = listed_here(acting, ask.place, ask.measure_id)
    if held.flagged_for == held.review_on or held.review_on >= day(acting.at):
        return
    acting.change(held, flagged_for=held.review_on)
    acting.raise_item(kind=REVIEW, subject=held.id.hex, place=held.place, role=Role.LEADER)


@due("day")
def reviews_due(now: dt.datetime) -> None:
    """Ask for the review of every measure that is past its day."""
    late = Listed.objects.filter(withdrawn_at=None, review_on__lt=day(now)).order_by("id")
    for held in late:
        if held.flagged_for != held.review_on:
            as_house(flag_review, {"place": held.place, "measure_id": held.id})


class ChooseLocally(Ask):
    """A place sets a parameter otherwise than the place above; without a value it follows that one again."""

    place: PlaceCode
    policy: Code
    value: int | None = Field(default=None, ge=0, le=10**9)
    reason: Reason | None = None
    starts_at: Moment | None = None


@command(role=WHO, title=_("Fit a rule to this place"))
def choose_locally(acting: Acting, ask: ChooseLocally) -> None:
    """Set a parameter of the rules for this place within its bounds, with the reason that everybody can read."""
    if ask.reason is None:
        raise Refused("RES-21")
    starts = ask.starts_at or acting.at
    told = {"place": ask.place, "policy": ask.policy, "starts_at": starts}
    if ask.value is None:
        acting.perform(follow, told)
    else:
        acting.perform(put, told | {"value": ask.value})
        check_coming(acting, ask.place, ask.policy, ask.value, starts)
    acting.add(
        LocalChoice(
            place=ask.place,
            policy=ask.policy,
            value=ask.value,
            value_above=in_force(acting.store, ask.policy, parent_of(ask.place), starts),
            reason=ask.reason,
            starts_at=starts,
            recorded_at=acting.now,
            chosen_by=acting.mandate,
        )
    )


def check_coming(acting: Acting, place: str, policy: str, value: int, starts: dt.datetime) -> None:
    """POL-4 措施有底线: a value that begins later lies within the bounds of the measures that will hold then."""
    book, words = catalogue(acting.store), ruling(acting.store, place, starts)
    for one in book.over(place, starts):
        if one.policy != policy or within(one, value) or is_under(one.place, acting.hat.place):
            continue
        if book.sectors(one, words) is not None:
            bounds = {"low": "-" if one.lowest is None else one.lowest}
            bounds |= {"high": "-" if one.highest is None else one.highest}
            raise Refused("POL-4", measure=said_name(one), **bounds)
