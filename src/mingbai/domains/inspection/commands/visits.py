"""Commands on visits: booked on the one calendar, begun, ticked item by item, ended with their real length, or cancelled."""

import datetime as dt
from typing import Annotated
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from mingbai.domains.inspection.commands.hazards import settle_words
from mingbai.domains.inspection.commands.rechecks import check_said, close_rechecked
from mingbai.domains.inspection.models import ChecklistItem, Finding, Visit, VisitItem
from mingbai.domains.inspection.parameters import VISITS_MOST
from mingbai.domains.inspection.queries import subjects
from mingbai.domains.inspection.queries.subjects import Subject
from mingbai.domains.inspection.rules import visits as rules
from mingbai.domains.inspection.words import VISIT, CheckCode, InspectorId, ListCode, Lists, Tick
from mingbai.kernel.access import covers, hats
from mingbai.kernel.acting import Acting
from mingbai.kernel.asks import Answer, Ask, Open
from mingbai.kernel.clock import at_time, day
from mingbai.kernel.models import Mandate
from mingbai.kernel.policy import in_force
from mingbai.kernel.refusals import NotAllowed, Refused
from mingbai.kernel.registry import command
from mingbai.kernel.words import FreeText, PlaceCode, Reason, Role

INSPECTS = {Role.INSPECTOR}


class BookVisit(Ask):
    """Book a visit to a firm, a point or a place."""

    place: PlaceCode
    organisation: UUID | None = None
    point: UUID | None = None
    checklist: ListCode | None = None
    checklists: Lists | None = None
    check_items: Annotated[list[CheckCode], Field(max_length=60)] | None = None
    on: dt.date
    inspector: InspectorId | None = None
    help: bool = False
    recheck: bool = False
    new_fact: FreeText | None = None

    @property
    def lists(self) -> list[str] | None:
        """Return the lists that are named, one or several; nothing for all that are for what is visited."""
        named = [*(self.checklists or []), *([self.checklist] if self.checklist else [])]
        return list(dict.fromkeys(named)) or None


class Earlier(Answer):
    """One item that was or will be looked at: when, in which visit, and how it was found."""

    code: Annotated[str, Open()]
    on: dt.date
    state: Annotated[str, Open()]
    visit: UUID


class Booked(Answer):
    """The visit, the items that are left for it, and the earlier results of the others."""

    visit: UUID
    booked: Annotated[list[str], Open()]
    offered: list[Earlier]


@command(role={Role.INSPECTOR, Role.DESK}, title=_("Book a visit"))
def book_visit(acting: Acting, ask: BookVisit) -> Booked:
    """Book a visit on the one calendar of all offices: what was inspected within the window is offered, and not inspected again."""
    today = day(acting.at)
    rules.check_day(ask.on, today)
    subject = subjects.subject_of(acting, ask.place, ask.organisation, ask.point, lock=True)
    inspector = inspector_of(acting, ask)
    moment = subjects.moment_of(ask.on, acting.at)
    level, grade = subjects.ruled(acting.store, ask.place, moment)
    wanted = (
        failed_of(acting, subject)
        if ask.recheck
        else items_asked(acting, ask, subject, level, grade)
    )
    if ask.new_fact is not None and not ask.check_items:
        raise Refused("INS-35")
    if ask.check_items is not None:
        if not ask.recheck and ask.new_fact is None:
            raise Refused("INS-30")
        wanted = [one for one in wanted if one.code in ask.check_items]
    if not wanted:
        raise Refused("INS-18" if ask.recheck else "INS-23")
    days = subjects.window(acting.store, ask.place, grade, moment)
    offered: list[rules.Before] = []
    again = rules.RECHECKED if ask.recheck else rules.FACT if ask.new_fact else None
    if again is None:
        before = subjects.looked_at(acting, subject.key, today)
        offered = rules.met([one.code for one in wanted], before, ask.on, days)
        known = {one.code for one in offered}
        wanted = [one for one in wanted if one.code not in known]
        rules.check_remaining(wanted, offered, days)
        most = in_force(acting.store, VISITS_MOST.name, ask.place, acting.at)
        came = subjects.appraisals(acting, subject.key, today)
        rules.check_often(came, ask.on, days=days, most=most)
    visit = added_visit(acting, ask, subject, inspector, again, wanted)
    return Booked(
        visit=visit.id,
        booked=[one.code for one in wanted],
        offered=[
            Earlier(code=one.code, on=one.on, state=one.state, visit=UUID(one.visit))
            for one in offered
        ],
    )


def inspector_of(acting: Acting, ask: BookVisit) -> Mandate:
    """INS-20 谁去说清: an inspector books for themselves; a desk names an inspector whose office reaches the place."""
    person = ask.inspector or (acting.person if acting.role is Role.INSPECTOR else None)
    if person is None:
        raise Refused("INS-20")
    held = [
        one
        for one in hats(acting.store, person, acting.now)
        if one.role == Role.INSPECTOR and covers(Role.INSPECTOR, one.place, ask.place)
    ]
    own = [one for one in held if one.id == acting.mandate]
    found = next(iter(own or held), None)
    if found is None:
        raise Refused("INS-20")
    check_office(acting, found.person_id, found.capacity)
    return found


def check_office(acting: Acting, person: UUID | None, office: str) -> None:
    """INS-36 各查各的: an inspector books, makes and cancels visits of their own office, and no other's."""
    if acting.role is Role.INSPECTOR and person != acting.person and office != acting.hat.capacity:
        raise NotAllowed("INS-36", office=office)


def items_asked(
    acting: Acting, ask: BookVisit, subject: Subject, level: str, grade: str
) -> list[ChecklistItem]:
    """Return the items of the lists asked for, or of every list that is for this subject; an item of two lists stands once."""
    held = subjects.lists_in_force(acting.store, ask.place, subjects.moment_of(ask.on, acting.at))
    if ask.lists is None:
        chosen = [row for row in held.values() if subjects.fits(row, subject, level, grade)]
        chosen.sort(key=lambda row: (row.looks_at, row.code))
    else:
        if any(code not in held for code in ask.lists):
            raise Refused("INS-1")
        chosen = [held[code] for code in ask.lists]
        for row in chosen:
            kind = row.applies_to == subject.kind
            rules.check_fits(
                checklist=row.code,
                fits=kind and rules.for_sector(row.sectors, subject.sector),
            )
        chosen = [row for row in chosen if subjects.fits(row, subject, level, grade)]
    found: dict[str, ChecklistItem] = {}
    for row in chosen:
        for item in subjects.items_of(acting.store, row, level):
            found.setdefault(item.code, item)
    return list(found.values())


def failed_of(acting: Acting, subject: Subject) -> list[ChecklistItem]:
    """Return the items whose findings were put right and wait to be looked at again: only what failed."""
    codes = {
        one.code
        for one in acting.find(Finding, subject=subject.key)
        if one.state == rules.PUT_RIGHT
    }
    newest: dict[str, VisitItem] = {}
    for item in acting.find(VisitItem, subject=subject.key):
        if item.code in codes:
            newest[item.code] = item
    found = [acting.see(ChecklistItem, id=newest[code].item_id) for code in sorted(newest)]
    return [one for one in found if one is not None]


def added_visit(
    acting: Acting,
    ask: BookVisit,
    subject: Subject,
    inspector: Mandate,
    again: str | None,
    wanted: list[ChecklistItem],
) -> Visit:
    """Add a visit with its items, and let its inspector know."""
    lists = {one.id: one for one in subjects.lists_of(acting.store, wanted)}
    codes = dict.fromkeys(lists[one.checklist_id].code for one in wanted)
    visit = acting.add(
        Visit(
            place=ask.place,
            organisation_id=subject.organisation,
            point_id=subject.point,
            subject=subject.key,
            checklists=" ".join(codes),
            office=inspector.capacity,
            person=inspector.person_id,
            on=ask.on,
            help=ask.help,
            recheck=ask.recheck,
            new_fact=ask.new_fact,
            state=rules.PLANNED,
            booked_at=acting.now,
        )
    )
    acting.add_all(
        [
            VisitItem(
                visit_id=visit.id,
                item_id=one.id,
                subject=subject.key,
                on=ask.on,
                code=one.code,
                looks_at=lists[one.checklist_id].looks_at,
                again=again,
                state=rules.DUE,
            )
            for one in wanted
        ]
    )
    acting.raise_item(
        kind=VISIT,
        subject=visit.id.hex,
        place=ask.place,
        role=Role.INSPECTOR,
        person=inspector.person_id,
        due=at_time(ask.on, 23, 59),
        raises_to=Role.DESK,
    )
    return visit


def held_visit(acting: Acting, place: str, number: UUID) -> Visit:
    """Return a visit of the place and of the office of whoever acts, held until the act is over."""
    found = acting.hold(Visit, id=number)
    if found is None or found.place != place:
        raise Refused("INS-5")
    check_office(acting, found.person, found.office)
    return found


class OfVisit(Ask):
    """Of one visit."""

    place: PlaceCode
    visit: UUID


@command(role=INSPECTS, title=_("Begin a visit"), records=True)
def begin_visit(acting: Acting, ask: OfVisit) -> None:
    """Begin a visit; what another visit looked at meanwhile, or the level of the day no longer asks, falls away."""
    seen = acting.see(Visit, id=ask.visit)
    if seen is None or seen.place != ask.place:
        raise Refused("INS-5")
    subjects.subject_row(acting, seen, lock=True)
    visit = held_visit(acting, ask.place, ask.visit)
    cancelled = visit.state == rules.CANCELLED
    if cancelled:
        acting.against(Refused("INS-6"))
    elif visit.state != rules.PLANNED:
        raise Refused("INS-6")
    on = day(acting.at)
    level, grade = subjects.ruled(acting.store, visit.place, acting.at)
    items = acting.hold_each(VisitItem, visit_id=visit.id)
    known = known_by_now(acting, visit, items, grade)
    for one in items:
        kept = acting.see(ChecklistItem, id=one.item_id)
        eased = kept is not None and not visit.recheck and not rules.holds(kept.levels, level)
        stood = rules.DUE if cancelled else one.state
        state = rules.EASED if eased else rules.FREED if one.code in known else stood
        if (state, on) != (one.state, one.on):
            acting.change(one, on=on, state=state)
    acting.change(visit, state=rules.BEGUN, began_at=acting.at, on=on)


def known_by_now(acting: Acting, visit: Visit, items: list[VisitItem], grade: str) -> set[str]:
    """INS-21 到场再对: what was looked at since the booking is not looked at again; on another day, nor what others booked."""
    on = day(acting.at)
    days = subjects.window(acting.store, visit.place, grade, acting.at)
    before = subjects.looked_at(acting, visit.subject, on, but=visit.id)
    others = [one for one in before if one.came or visit.on != on]
    mine = [one.code for one in items if one.again is None]
    met = rules.met(mine, others, on, days)
    if met and len(met) == len(items):
        last = max(one.on for one in met)
        free = last + dt.timedelta(days=days - 1)
        acting.against(Refused("INS-21", on=last, free=free))
    return {one.code for one in met}


class TickItem(OfVisit):
    """One item of a visit was looked at."""

    check_item: CheckCode
    outcome: Tick


@command(role=INSPECTS, title=_("Tick an item"), records=True)
def tick_item(acting: Acting, ask: TickItem) -> None:
    """Note how an item of a visit was found; the last word counts until the visit ends."""
    visit = held_visit(acting, ask.place, ask.visit)
    rules.check_under_way(visit.state)
    if visit.state == rules.ENDED:
        raise Refused("INS-6")
    item = item_of(acting, visit, ask.check_item)
    acting.change(item, state=ask.outcome, ticked_at=acting.at, again=again_of(acting, item))


def item_of(acting: Acting, visit: Visit, code: str) -> VisitItem:
    """Return an item of a visit, held; one that fell away is not looked at, and if a phone tells that it was, that is shown."""
    item = acting.hold(VisitItem, visit_id=visit.id, code=code)
    if item is None:
        raise Refused("INS-8")
    if item.state == rules.FREED:
        acting.against(Refused("INS-32"))
    if item.state == rules.EASED:
        acting.against(Refused("INS-33"))
    return item


def again_of(acting: Acting, item: VisitItem) -> str | None:
    """Return why an item is looked at again: what the rules were against, and happened all the same, says so."""
    return rules.ANYWAY if acting.overruled else item.again


class Ended(Answer):
    """How long it lasted, and how many items were looked at and not in order."""

    lasted_minutes: int
    looked_at: int
    failed: int


@command(role=INSPECTS, title=_("End a visit"), records=True)
def end_visit(acting: Acting, ask: OfVisit) -> Ended:
    """End a visit with its real length; what was not looked at is free for others, and the firm's word is settled."""
    visit = held_visit(acting, ask.place, ask.visit)
    rules.check_under_way(visit.state)
    if visit.state == rules.ENDED:
        raise Refused("INS-6")
    assert visit.began_at is not None
    if acting.at < visit.began_at:
        raise Refused("INS-28")
    items = acting.hold_each(VisitItem, visit_id=visit.id)
    check_said(acting, visit, items)
    for one in items:
        if one.state == rules.DUE:
            acting.change(one, state=rules.LEFT)
    close_rechecked(acting, visit, items)
    visit = acting.change(visit, state=rules.ENDED, ended_at=acting.at)
    acting.close_item(kind=VISIT, subject=visit.id.hex, place=visit.place, outcome="visited")
    if visit.organisation_id is not None:
        settle_words(acting, visit.organisation_id, ended=visit)
    looked = [one for one in items if one.state in (rules.OK, rules.FAILED)]
    return Ended(
        lasted_minutes=minutes(visit.began_at, acting.at),
        looked_at=len(looked),
        failed=sum(one.state == rules.FAILED for one in looked),
    )


def minutes(since: dt.datetime | None, until: dt.datetime | None) -> int:
    """Return the whole minutes of a visit, at least one."""
    assert since is not None and until is not None
    return max(1, round((until - since).total_seconds() / 60))


class CancelVisit(OfVisit):
    """Cancel a visit."""

    reason: Reason


@command(role={Role.INSPECTOR, Role.DESK}, title=_("Cancel a visit"))
def cancel_visit(acting: Acting, ask: CancelVisit) -> None:
    """Cancel a visit that was not begun; its items are free for others."""
    visit = held_visit(acting, ask.place, ask.visit)
    if visit.state != rules.PLANNED:
        raise Refused("INS-6")
    for one in acting.hold_each(VisitItem, visit_id=visit.id):
        acting.change(one, state=rules.FREED)
    acting.change(visit, state=rules.CANCELLED, reason=ask.reason)
    acting.close_item(kind=VISIT, subject=visit.id.hex, place=visit.place, outcome="cancelled")
