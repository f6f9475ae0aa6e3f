"""Commands on forms: an office asks, only what nobody holds goes out, and an overrun needs somebody else's name."""

import datetime as dt
from typing import Literal
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from mingbai.domains.inspection.models import (
    FieldAlias,
    FormField,
    FormQuestion,
    FormRequest,
    FormSubject,
    LearntField,
)
from mingbai.domains.inspection.parameters import BUDGET
from mingbai.domains.inspection.queries.forms import same_office, wanted_by
from mingbai.domains.inspection.queries.gate import (
    ASKERS,
    Wanted,
    called,
    minutes_for,
    spent_this_week,
    standing_of,
    subjects_of,
    wanted_of,
)
from mingbai.domains.inspection.rules.forms import (
    DECLINED,
    SENT,
    TO_ASK,
    UNDER_WAY,
    WAITS,
    WITHDRAWN,
    check_budget,
    check_due,
    check_signer,
)
from mingbai.domains.inspection.words import FORM, OVERRUN, FieldAsk, FieldAsks, Heading, Subjects
from mingbai.kernel.acting import Acting
from mingbai.kernel.asks import Answer, Ask
from mingbai.kernel.clock import at_time, day
from mingbai.kernel.fields import About
from mingbai.kernel.holding import Subject
from mingbai.kernel.models import Mandate, Place
from mingbai.kernel.places import level_of, parent_of
from mingbai.kernel.policy import in_force
from mingbai.kernel.refusals import NotAllowed, Refused
from mingbai.kernel.registry import command
from mingbai.kernel.rows import new
from mingbai.kernel.words import Level, PlaceCode, Reason, Role
from mingbai.kernel.workbooks.headings import label_of

SIGNERS = {Role.DESK, Role.LEADER}
LAST_HOUR = 18


class RequestForm(Ask):
    """A form that an office wants answered."""

    place: PlaceCode
    title: Heading
    fields: FieldAsks
    subjects: Subjects
    due: dt.date
    reason: Reason
    overrun_reason: Reason | None = None


class Requested(Answer):
    """The form, and how many of its fields are held, on their way, and asked."""

    form: UUID
    state: Literal["sent", "waits"]
    asked: int
    held: int
    under_way: int
    to_ask: int


@command(role=ASKERS, title=_("Ask for a form"))
def request_form(acting: Acting, ask: RequestForm) -> Requested:
    """Ask villages or firms for a form: what is held is answered from the registry, and only the rest goes out."""
    check_due(ask.due, day(acting.now))
    subjects = subjects_of(acting.store, ask.place, ask.subjects)
    one_by_one(acting, subjects)
    about = subjects[0].about
    wanted = wanted_of(acting.store, about, ask.fields)
    over = over_budget(acting, subjects, wanted)
    if over is not None and ask.overrun_reason is None:
        raise over
    state = WAITS if over is not None else SENT
    form = acting.add(
        new(
            FormRequest,
            place=ask.place,
            mandate=acting.mandate,
            person=acting.person,
            role=acting.role.value,
            title=ask.title,
            about=about.value,
            reason=ask.reason,
            due=ask.due,
            asked_at=acting.now,
            state=state,
            overrun_reason=ask.overrun_reason if over is not None else None,
            entry=acting.entry,
        )
    )
    for number, (one, field) in enumerate(zip(wanted, ask.fields, strict=True)):
        learn(acting, about, one, field)
        choices = "\n".join(one.choices) or None
        acting.add(
            new(
                FormField,
                form_id=form.id,
                number=number,
                heading=one.heading,
                code=one.code,
                kind=one.kind,
                choices=choices,
            )
        )
    for subject in subjects:
        line = {"place": subject.place, "organisation": subject.organisation}
        acting.add(new(FormSubject, form_id=form.id, subject=subject.key, **line))
    if state == WAITS:
        above = parent_of(form.place)
        acting.raise_item(kind=OVERRUN, subject=form.id.hex, place=above, role=Role.DESK)
        return told(form, wanted, [])
    return told(form, wanted, send(acting, form, wanted))


def one_by_one(acting: Acting, subjects: list[Subject]) -> None:
    """Hold the places of whom is asked: what two offices ask of one village at the same instant is counted one after the other."""
    for place in sorted({one.place for one in subjects}):
        acting.hold_each(Place, code=place)


def over_budget(acting: Acting, subjects: list[Subject], wanted: list[Wanted]) -> Refused | None:
    """Return the refusal for the first subject whose week this form would overrun, if there is one."""
    store, now = acting.store, acting.now
    for subject in subjects:
        stands = standing_of(store, subject, wanted, now)
        asked = sum(one.state == TO_ASK for one in stands)
        try:
            check_budget(
                subject=called(store, subject),
                spent=spent_this_week(store, subject, now),
                minutes=minutes_for(store, subject, asked, now),
                budget=in_force(store, BUDGET.name, subject.place, now),
            )
        except Refused as refusal:
            return refusal
    return None


def learn(acting: Acting, about: About, wanted: Wanted, asked: FieldAsk) -> None:
    """Keep a field that nobody knew, and the heading by which an office said that it means a known one."""
    if not wanted.known and acting.see(LearntField, code=wanted.code) is None:
        acting.add(
            new(
                LearntField,
                code=wanted.code,
                about=about.value,
                title=wanted.heading,
                kind=wanted.kind,
                choices="\n".join(wanted.choices) or None,
                entry=acting.entry,
            )
        )
    label = label_of(wanted.heading)
    if asked.field is not None and label:
        held = acting.hold(FieldAlias, label=label, about=about.value)
        said = {"code": wanted.code, "entry": acting.entry}
        if held is None:
            acting.add(new(FieldAlias, label=label, about=about.value, **said))
        elif held.code != wanted.code:
            acting.change(held, **said)


def send(acting: Acting, form: FormRequest, wanted: list[Wanted]) -> list[FormSubject]:
    """Send a form: each field goes out that is neither held nor asked of the same subject already."""
    sent = []
    for line in acting.hold_each(FormSubject, form_id=form.id):
        subject = Subject(line.place, line.organisation)
        stands = standing_of(acting.store, subject, wanted, acting.now)
        states = [one.state for one in stands]
        to_ask, under_way = states.count(TO_ASK), states.count(UNDER_WAY)
        for number, stand in enumerate(stands):
            if stand.state == TO_ASK:
                ask_once(acting, form, subject, stand.wanted.code, number)
        done = acting.now if not to_ask and not under_way else None
        columns = {"held": len(states) - to_ask - under_way, "under_way": under_way}
        sent.append(acting.change(line, **columns, to_ask=to_ask, sent_at=acting.now, done_at=done))
        if to_ask:
            wait_for(acting, form, subject)
    return sent


def ask_once(
    acting: Acting, form: FormRequest, subject: Subject, code: str, number: int
) -> FormQuestion:
    """Put one field to one subject."""
    return acting.add(
        new(
            FormQuestion,
            form_id=form.id,
            place=subject.place,
            organisation=subject.organisation,
            subject=subject.key,
            code=code,
            number=number,
            asked_at=acting.now,
        )
    )


def item_subject(form: UUID, subject: Subject) -> str:
    """Return how an open item names a form at a village or a firm."""
    return form.hex if subject.organisation is None else f"{form.hex}.{subject.organisation.hex}"


def wait_for(acting: Acting, form: FormRequest, subject: Subject) -> None:
    """Leave an open item with whoever answers: the village's keeper, a wider place's desk, or the firm's own clerk."""
    role, person = Role.KEEPER, None
    if subject.organisation is not None:
        role, person = speaker_of(acting, subject.organisation)
    elif level_of(subject.place) is not Level.VILLAGE:
        role = Role.DESK
    acting.raise_item(
        kind=FORM,
        subject=item_subject(form.id, subject),
        place=subject.place,
        role=role,
        person=person,
        due=at_time(form.due, LAST_HOUR),
        raises_to=None if role is Role.DESK else Role.DESK,
    )


def speaker_of(acting: Acting, organisation: UUID) -> tuple[Role, UUID | None]:
    """Return who answers for a firm: its clerk, else its head, else the desk that reaches them by phone."""
    held = [
        one
        for one in acting.find(Mandate, organisation_id=organisation)
        if one.starts_at <= acting.now and (one.ends_at is None or acting.now < one.ends_at)
    ]
    for role in (Role.CLERK, Role.FIRM_HEAD):
        for one in held:
            if one.role == role:
                return role, one.person_id
    return Role.DESK, None


def told(form: FormRequest, wanted: list[Wanted], sent: list[FormSubject]) -> Requested:
    """Return what became of a form, by the subject of whom most is asked."""
    most = max(sent, key=lambda line: (line.to_ask, line.under_way), default=None)
    return Requested(
        form=form.id,
        state="waits" if form.state == WAITS else "sent",
        asked=len(wanted),
        held=most.held if most else 0,
        under_way=most.under_way if most else 0,
        to_ask=most.to_ask if most else 0,
    )


class JudgeOverrun(Ask):
    """A form that would overrun somebody's week."""

    place: PlaceCode
    form: UUID
    reason: Reason


def waiting_form(acting: Acting, ask: JudgeOverrun) -> FormRequest:
    """INS-67 上一级签字: a form waits for a name of the level above its office, and never for its own asker's."""
    form = acting.hold(FormRequest, id=ask.form)
    if form is None or form.state != WAITS or parent_of(form.place) != ask.place:
        raise Refused("INS-67")
    check_signer(same=form.person is not None and form.person == acting.person)
    return form


@command(role=SIGNERS, title=_("Sign for a form over the budget"), shell=False)
def sign_overrun(acting: Acting, ask: JudgeOverrun) -> Requested:
    """Sign by name that a form may overrun a week's minutes, with the reason; it is sent, and the meter shows both."""
    form = waiting_form(acting, ask)
    lines = acting.find(FormSubject, form_id=form.id)
    one_by_one(acting, [Subject(line.place, line.organisation) for line in lines])
    signed = {"signed_by": acting.mandate, "signed_at": acting.now, "sign_reason": ask.reason}
    form = acting.change(form, state=SENT, **signed)
    acting.close_item(kind=OVERRUN, subject=form.id.hex, place=ask.place, outcome="signed")
    wanted = wanted_by(acting.store, form.id)
    return told(form, wanted, send(acting, form, wanted))


@command(role=SIGNERS, title=_("Decline a form over the budget"), shell=False)
def decline_overrun(acting: Acting, ask: JudgeOverrun) -> None:
    """Decline that a form overruns a week's minutes, with the reason; nothing of it goes out."""
    form = waiting_form(acting, ask)
    acting.change(form, state=DECLINED, signed_by=acting.mandate, sign_reason=ask.reason)
    acting.close_item(kind=OVERRUN, subject=form.id.hex, place=ask.place, outcome="declined")


class WithdrawForm(Ask):
    """A form that is no longer needed."""

    place: PlaceCode
    form: UUID
    reason: Reason


@command(role=ASKERS, title=_("Withdraw a form"))
def withdraw_form(acting: Acting, ask: WithdrawForm) -> None:
    """Take a form back: what only it asked is asked no more, and what another form waits for stays asked, by that one."""
    form = acting.hold(FormRequest, id=ask.form)
    if form is None or form.place != ask.place or form.state not in (SENT, WAITS):
        raise Refused("INS-81")
    if acting.person is not None and not same_office(acting.store, acting.mandate, form):
        raise NotAllowed("INS-82")
    lines = acting.hold_each(FormSubject, form_id=form.id)
    if form.state == SENT and all(line.done_at is not None for line in lines):
        raise Refused("INS-81")
    acting.change(form, state=WITHDRAWN)
    above = parent_of(form.place)
    acting.close_item(kind=OVERRUN, subject=form.id.hex, place=above, outcome="withdrawn")
    for line in lines:
        subject = Subject(line.place, line.organisation)
        acting.close_item(
            kind=FORM,
            subject=item_subject(form.id, subject),
            place=line.place,
            outcome="withdrawn",
        )
        for question in acting.hold_each(FormQuestion, subject=line.subject, closed_at=None):
            if question.form_id == form.id:
                hand_on(acting, question, subject)


def hand_on(acting: Acting, question: FormQuestion, subject: Subject) -> None:
    """Let a question be asked by the next form that waits for it, or by none."""
    for line in acting.hold_each(FormSubject, subject=subject.key, done_at=None):
        form = acting.see(FormRequest, id=line.form_id)
        field = acting.see(FormField, form_id=line.form_id, code=question.code)
        if form is None or form.state != SENT or field is None or line.sent_at is None:
            continue
        acting.change(question, form_id=form.id, number=field.number)
        acting.change(line, to_ask=line.to_ask + 1, under_way=line.under_way - 1)
        wait_for(acting, form, subject)
        return
    acting.change(question, closed_at=acting.now)
