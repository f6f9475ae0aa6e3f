"""Commands of the cascade: registered, passed on, received, localised, shown by evidence, done; and questions upward."""

import datetime as dt
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from mingbai.domains.response.commands.cascade import (
    hand_down,
    holder,
    open_task,
    place_called,
    register,
    task_called,
)
from mingbai.domains.response.directive_words import (
    ANSWER_HOURS,
    DESKS,
    HANDS,
    TASK,
    UPWARD,
    Heading,
    Numbered,
)
from mingbai.domains.response.models import Directive, Evidence, Task, Upward
from mingbai.domains.response.rules.directives import (
    carries_out,
    check_below,
    check_dated,
    check_due,
    check_evidence_fits,
    check_finished,
    check_taken_back,
)
from mingbai.kernel.acting import Acting
from mingbai.kernel.asks import Answer, Ask
from mingbai.kernel.clock import day, parse_stamp, start_of_day
from mingbai.kernel.journal.entries import stored_act
from mingbai.kernel.models import OpenItem, Organisation
from mingbai.kernel.places import check_place, level_of
from mingbai.kernel.policy import in_force
from mingbai.kernel.refusals import Refused
from mingbai.kernel.registry import command
from mingbai.kernel.words import FreeText, LongText, Moment, PlaceCode, Reason, Role

MOST_AT_ONCE = 300


class RegisterDirective(Ask):
    """A directive as it came."""

    place: PlaceCode
    number: Numbered
    title: Heading
    from_whom: Heading
    dated: dt.date
    excerpt: LongText
    due_at: Moment | None = None


class Registered(Answer):
    """The directive's id, and that of this place's own task."""

    directive: UUID
    task: UUID


@command(role=DESKS, title=_("Register a directive"))
def register_directive(acting: Acting, ask: RegisterDirective) -> Registered:
    """Register a directive with its date, source, number and own words; this place has received it."""
    check_dated(ask.dated, day(acting.now))
    check_due(ask.due_at, acting.now)
    directive, root = register(
        acting,
        number=ask.number,
        title=ask.title,
        from_whom=ask.from_whom,
        dated=ask.dated,
        excerpt=ask.excerpt,
        due_at=ask.due_at,
    )
    return Registered(directive=directive.id, task=root.id)


class PassOn(Ask):
    """A directive is passed on to places below, or to firms and offices there."""

    place: PlaceCode
    task: UUID
    to_places: list[PlaceCode] = Field(default=[], max_length=MOST_AT_ONCE)
    organisations: list[UUID] = Field(default=[], max_length=MOST_AT_ONCE)
    text: FreeText | None = None
    due_at: Moment | None = None


class PassedOn(Answer):
    """The task of each that it was passed on to, in their order."""

    tasks: list[UUID]


@command(role=DESKS | {Role.KEEPER}, title=_("Pass a directive on"))
def pass_on(acting: Acting, ask: PassOn) -> PassedOn:
    """Pass a directive on to places, firms or offices below; each has its own clock, and silence is seen from here."""
    task = open_task(acting, ask.place, ask.task)
    directive = acting.see(Directive, id=task.directive_id)
    assert directive is not None
    if not ask.to_places and not ask.organisations:
        raise Refused("RES-53")
    check_due(ask.due_at, acting.now)
    told = {"due_at": ask.due_at, "text": ask.text}
    made = []
    for code in dict.fromkeys(ask.to_places):
        check_place(acting.store, code)
        check_below(ask.place, code, place_called(acting, code))
        made.append(hand_down(acting, directive, task, code, **told))  # type: ignore[arg-type]
    for name in dict.fromkeys(ask.organisations):
        firm = known_organisation(acting, ask.place, name)
        made.append(hand_down(acting, directive, task, firm.place, organisation=firm, **told))  # type: ignore[arg-type]
    if task.localised_at is None and ask.text is not None:
        # Passing on alone says nothing of this place: with no words of its own it has not localised it.
        arrived(
            acting,
            task,
            localised_at=acting.now,
            localised=ask.text,
            localised_entry=acting.entry,
        )
    elif task.received_at is None:
        arrived(acting, task)
    return PassedOn(tasks=[one.id for one in made])


class TakeBack(Ask):
    """What was passed on to one below is taken back."""

    place: PlaceCode
    task: UUID
    reason: Reason


@command(role=DESKS | {Role.KEEPER}, title=_("Take back what was passed on"))
def take_back(acting: Acting, ask: TakeBack) -> None:
    """Take back a task that went to the wrong place, or to a firm that is gone; whoever had it has it no more, the entry stays."""
    below = acting.hold(Task, id=ask.task)
    if below is None or below.parent_id is None:
        raise Refused("RES-41")
    open_task(acting, ask.place, below.parent_id)
    if below.done_at is not None:
        raise Refused("RES-50")
    check_taken_back(
        task_called(acting, below),
        below=len(acting.find(Task, parent_id=below.id)),
        evidence=len(acting.find(Evidence, task_id=below.id)),
    )
    for asked in acting.hold_each(Upward, task_id=below.id):
        acting.close_item(
            kind=UPWARD, subject=asked.id.hex, place=asked.upper, outcome="taken_back"
        )
        acting.remove(asked)
    acting.close_item(kind=TASK, subject=below.id.hex, place=below.place, outcome="taken_back")
    acting.remove(below)


def known_organisation(acting: Acting, place: str, name: UUID) -> Organisation:
    """RES-87 部门在册: return an organisation at a place or under it that has not ended."""
    firm = acting.see(Organisation, id=name)
    if firm is None or (firm.until is not None and firm.until < day(acting.now)):
        raise Refused("RES-87")
    if firm.place != place:
        check_below(place, firm.place, firm.name)
    return firm


def arrived(acting: Acting, task: Task, **columns: object) -> Task:
    """Note how far a task has come: what was done with it was received; its open item's clock turns to the day it is due."""
    received = task.received_at or acting.now
    changed = acting.change(task, received_at=received, **columns)
    item = acting.hold(OpenItem, kind=TASK, subject=task.id.hex, place=task.place, done_at=None)
    if item is not None:
        firm = acting.see(Organisation, id=task.organisation_id) if task.organisation_id else None
        acting.change(
            item,
            seen_at=item.seen_at or acting.now,
            acted_at=acting.now if changed.localised_at else None,
            due_at=task.due_at,
            role=holder(acting, task.place, firm),
            raised_at=None,
        )
    return changed


class OfTask(Ask):
    """Which task."""

    place: PlaceCode
    task: UUID


@command(role=HANDS, title=_("Confirm that a directive was received"))
def receive_directive(acting: Acting, ask: OfTask) -> None:
    """Confirm that a directive was received here; until then the level above sees no reply."""
    task = open_task(acting, ask.place, ask.task)
    if task.received_at is None:
        arrived(acting, task)


class Localise(Ask):
    """What is done about a directive here."""

    place: PlaceCode
    task: UUID
    text: LongText


@command(role=HANDS, title=_("Say what is done about it here"))
def localise_directive(acting: Acting, ask: Localise) -> None:
    """Say in this place's own words what is done about a directive here; the newest words stand."""
    task = open_task(acting, ask.place, ask.task)
    arrived(
        acting,
        task,
        localised_at=task.localised_at or acting.now,
        localised=ask.text,
        localised_entry=acting.entry,
    )


class AddEvidence(Ask):
    """An entry shows that a task was done."""

    place: PlaceCode
    task: UUID
    entry: UUID


class Shown(Answer):
    """The evidence row's id."""

    evidence: UUID


@command(role=HANDS, title=_("Show that it was done"))
def add_evidence(acting: Acting, ask: AddEvidence) -> Shown:
    """Put an entry of this place's account beside a task: an act, a team's work, or a picture that was attached."""
    task = open_task(acting, ask.place, ask.task)
    directive = acting.see(Directive, id=task.directive_id)
    assert directive is not None
    act = stored_act(acting.store, ask.entry)
    if act is None or act.body["place"] != ask.place:
        raise Refused("RES-46")
    at = parse_stamp(act.body["at"])
    kind = check_evidence_fits(act.body["command"], at, start_of_day(directive.dated))
    if acting.see(Evidence, task_id=task.id, shows=ask.entry) is not None:
        raise Refused("RES-56")
    row = acting.add(
        Evidence(
            task_id=task.id, place=ask.place, kind=kind, shows=ask.entry, at=at, entry=acting.entry
        )
    )
    return Shown(evidence=row.id)


@command(role=HANDS, title=_("Close a task"))
def finish_task(acting: Acting, ask: OfTask) -> None:
    """Close a task: where it is carried out with what shows it, above when everyone below has closed theirs."""
    task = open_task(acting, ask.place, ask.task)
    below = acting.find(Task, parent_id=task.id)
    check_finished(
        localised=task.localised_at is not None,
        ends_here=carries_out(level_of(task.place), organisation=task.organisation_id is not None),
        evidence=len(acting.find(Evidence, task_id=task.id)),
        below=[(task_called(acting, one), one.done_at is not None) for one in below],
    )
    acting.change(task, done_at=acting.now)
    acting.close_item(kind=TASK, subject=task.id.hex, place=task.place, outcome="done")


class AskUpward(Ask):
    """A question about a directive."""

    place: PlaceCode
    task: UUID
    text: FreeText


class AskedUpward(Answer):
    """The question's id, and by when it is answered."""

    question: UUID
    due_at: dt.datetime


@command(role=HANDS, title=_("Ask the level above"))
def ask_upward(acting: Acting, ask: AskUpward) -> AskedUpward:
    """Ask whoever passed a directive on about it; their answer has a clock, and both sides see when it is late."""
    task = open_task(acting, ask.place, ask.task)
    parent = acting.see(Task, id=task.parent_id) if task.parent_id else None
    if parent is None:
        raise Refused("RES-51")
    hours = in_force(acting.store, ANSWER_HOURS.name, parent.place, acting.now)
    due_at = acting.now + dt.timedelta(hours=hours)
    asked = acting.add(
        Upward(
            task_id=task.id,
            place=ask.place,
            upper=parent.place,
            text=ask.text,
            asked_at=acting.now,
            due_at=due_at,
        )
    )
    if task.received_at is None:
        arrived(acting, task)
    acting.raise_item(
        kind=UPWARD,
        subject=asked.id.hex,
        place=parent.place,
        role=holder(acting, parent.place),
        due=due_at,
        raises_to=Role.LEADER,
    )
    return AskedUpward(question=asked.id, due_at=due_at)


class ReplyDownward(Ask):
    """The answer to a question from below."""

    place: PlaceCode
    question: UUID
    text: FreeText


@command(role=DESKS | {Role.KEEPER}, title=_("Answer a question from below"))
def reply_downward(acting: Acting, ask: ReplyDownward) -> None:
    """Answer what a lower place asked about a directive; the answer stands on its page, with whether it came in time."""
    asked = acting.hold(Upward, id=ask.question)
    if asked is None or asked.upper != ask.place or asked.answered_at is not None:
        raise Refused("RES-52")
    acting.change(asked, answer=ask.text, answered_at=acting.now)
    acting.close_item(kind=UPWARD, subject=asked.id.hex, place=ask.place, outcome="answered")
