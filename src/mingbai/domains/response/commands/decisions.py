"""Commands on decisions: what it rests on, whom it affects, which tasks follow; and what those affected say to it."""

import datetime as dt
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from mingbai.domains.response.commands.cascade import hand_down, place_called, register
from mingbai.domains.response.commands.citing import cite
from mingbai.domains.response.commands.directives import known_organisation
from mingbai.domains.response.directive_words import (
    DESKS,
    OBJECTION,
    OBJECTION_HOURS,
    Heading,
    Numbered,
)
from mingbai.domains.response.models import Decision, Objection
from mingbai.domains.response.rules.directives import check_due
from mingbai.kernel.acting import Acting, open_link
from mingbai.kernel.asks import Answer, Ask
from mingbai.kernel.clock import day
from mingbai.kernel.commands.messages import SLIP_LINK
from mingbai.kernel.keys import keys
from mingbai.kernel.models import Membership, Organisation, Person
from mingbai.kernel.places import is_under
from mingbai.kernel.policy import in_force
from mingbai.kernel.refusals import AlreadyThere, NotAllowed, Refused
from mingbai.kernel.registry import command
from mingbai.kernel.words import (
    Count,
    FreeText,
    LongText,
    Moment,
    PersonId,
    PlaceCode,
    Role,
    Token,
)


class GroupTask(Ask):
    """What one department is to do after a decision, by when, and who of the group answers for it."""

    department: UUID
    text: FreeText
    due_at: Moment
    person: PersonId | None = None


class Decide(Ask):
    """A decision: what it cites, whom it affects, and the tasks that follow."""

    place: PlaceCode
    number: Numbered
    title: Heading
    text: LongText
    affected: FreeText
    affected_count: Count
    cites: list[UUID] = Field(default=[], max_length=50)
    group: UUID | None = None
    tasks: list[GroupTask] = Field(default=[], max_length=50)


class Decided(Answer):
    """The decision's id; whether it cites nothing; and the tasks that follow from it."""

    decision: UUID
    unsourced: bool
    directive: UUID | None = None
    tasks: list[UUID] = []


@command(role=DESKS, title=_("Decide"))
def decide(acting: Acting, ask: Decide) -> Decided:
    """Decide with cited entries, alone or as a joint group: one that cites nothing is flagged for all; its tasks have owners and due times."""
    if acting.see(Decision, place=ask.place, number=ask.number) is not None:
        raise Refused("RES-80")
    group = meeting(acting, ask.group) if ask.group else None
    for one in ask.tasks:
        check_due(one.due_at, acting.now)
    made = acting.add(
        Decision(
            place=ask.place,
            number=ask.number,
            title=ask.title,
            text=ask.text,
            affected=ask.affected,
            affected_count=ask.affected_count,
            group_id=group.id if group else None,
            decided_at=acting.at,
            entry=acting.entry,
        )
    )
    cite(acting, made.id, ask.cites)
    told = {"decision": made.id, "unsourced": not ask.cites}
    if not ask.tasks:
        return Decided(**told)
    directive, root = register(
        acting,
        number=ask.number,
        title=ask.title,
        from_whom=group.name if group else place_called(acting, ask.place),
        dated=day(acting.at),
        excerpt=ask.text,
        due_at=max(one.due_at for one in ask.tasks),
        decision=made.id,
        group=group.id if group else None,
    )
    tasks = []
    for one in ask.tasks:
        department = known_organisation(acting, ask.place, one.department)
        if one.person is not None:
            check_member(acting, group, one.person)
        given = {"due_at": one.due_at, "text": one.text, "person": one.person}
        task = hand_down(
            acting,
            directive,
            root,
            department.place,
            organisation=department,
            **given,  # type: ignore[arg-type]
        )
        tasks.append(task.id)
    acting.change(root, localised_at=acting.now)
    return Decided(directive=directive.id, tasks=tasks, **told)


def meeting(acting: Acting, name: UUID) -> Organisation:
    """RES-86 专班在册: return the group that decides; it stands at the place and has not ended."""
    group = acting.see(Organisation, id=name)
    today = day(acting.at)
    if group is None or group.place != acting.place or group.since > today:
        raise Refused("RES-86")
    if group.until is not None and group.until < today:
        raise Refused("RES-86")
    return group


def check_member(acting: Acting, group: Organisation | None, person: UUID) -> None:
    """RES-89 组内有名: who answers for a group's task is one of its members."""
    today = day(acting.at)
    held = acting.find(Membership, organisation_id=group.id, person_id=person) if group else []
    if not any(one.since <= today and (one.until is None or today <= one.until) for one in held):
        raise Refused("RES-89")


class ObjectTo(Ask):
    """An objection to a decision by somebody whom it affects."""

    place: PlaceCode
    decision: UUID
    text: FreeText
    link: Token | None = None


class Objected(Answer):
    """By when the office answers."""

    due_at: dt.datetime


@command(role={Role.ANYONE, Role.RESIDENT}, title=_("Object to a decision"), per_hour=60)
def object_to(acting: Acting, ask: ObjectTo) -> Objected:
    """Object to a decision that affects my place: by the code on the slip or signed in, once; who objects is written nowhere."""
    decision = acting.see(Decision, id=ask.decision)
    if decision is None or decision.place != ask.place:
        raise Refused("RES-82")
    who, place = voice_of(acting, ask.link)
    if not is_under(place, decision.place):
        raise NotAllowed("RES-84")
    acting.commit_only("link")
    mark = keys().ring.blind_index("objection", f"{decision.id.hex}/{who}")
    if acting.see(Objection, decision_id=decision.id, voice=mark) is not None:
        raise AlreadyThere("RES-83")
    acting.add(
        Objection(decision_id=decision.id, voice=mark, text=ask.text, objected_at=acting.now)
    )
    hours = in_force(acting.store, OBJECTION_HOURS.name, ask.place, acting.now)
    due_at = acting.now + dt.timedelta(hours=hours)
    acting.raise_item(
        kind=OBJECTION,
        subject=decision.id.hex,
        place=ask.place,
        role=Role.DESK,
        due=due_at,
        raises_to=Role.OVERSEER,
    )
    return Objected(due_at=due_at)


def voice_of(acting: Acting, token: str | None) -> tuple[str, str]:
    """RES-88 有名可循: return whose voice this is, a household's or a person's, and of which place."""
    if token is not None:
        link = open_link(acting.store, token, SLIP_LINK, acting.now)
        if link is None:
            raise NotAllowed("LNK-1")
        return f"household/{link.place}/{link.subject}", link.place
    person = acting.see(Person, id=acting.person) if acting.person else None
    if person is None:
        raise NotAllowed("RES-88")
    return f"person/{person.id.hex}", person.place


class AnswerObjection(Ask):
    """The office's answer to one objection, or the same to all that wait."""

    place: PlaceCode
    decision: UUID
    objection: UUID | None = None
    text: FreeText
    words_shown: bool = False


@command(role=DESKS, title=_("Answer an objection"))
def answer_objection(acting: Acting, ask: AnswerObjection) -> None:
    """Answer an objection, or all that wait with the same words; everyone reads the answer, the objector's own words only if shown."""
    decision = acting.see(Decision, id=ask.decision)
    if decision is None or decision.place != ask.place:
        raise Refused("RES-82")
    waiting = acting.hold_each(Objection, decision_id=decision.id, answered_at=None)
    chosen = [one for one in waiting if ask.objection in (None, one.id)]
    if not chosen:
        raise Refused("RES-85")
    for one in chosen:
        acting.change(one, answer=ask.text, answered_at=acting.now, shown=ask.words_shown)
    if len(chosen) == len(waiting):
        acting.close_item(
            kind=OBJECTION, subject=decision.id.hex, place=ask.place, outcome="answered"
        )
