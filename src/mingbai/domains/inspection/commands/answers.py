"""Commands on answers: kept as a draft, checked, sent; from then on they are held, and no later form asks for them."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from mingbai.domains.inspection.commands.forms import item_subject
from mingbai.domains.inspection.models import (
    FormField,
    FormQuestion,
    FormRequest,
    FormSubject,
    HeldValue,
    LearntField,
)
from mingbai.domains.inspection.queries.forms import ANSWERERS
from mingbai.domains.inspection.queries.hosts import check_no_keeper, check_of_place
from mingbai.domains.inspection.rules.forms import SENT, answer_of, holds_a_number
from mingbai.domains.inspection.words import FORM, FieldCode
from mingbai.kernel.acting import Acting
from mingbai.kernel.asks import Answer, Ask
from mingbai.kernel.firms import firm_of, speaks_for
from mingbai.kernel.holding import Subject
from mingbai.kernel.refusals import Refused
from mingbai.kernel.registry import command
from mingbai.kernel.rows import new
from mingbai.kernel.words import FreeText, PlaceCode

ANSWERS_MOST = 60


class GivenAnswer(Ask):
    """One answer: a value, or why there is none; neither takes back what was kept."""

    field: FieldCode
    value: FreeText | None = None
    why: FreeText | None = None


class SaveAnswers(Ask):
    """Answers to keep for now."""

    place: PlaceCode
    form: UUID
    organisation: UUID | None = None
    answers: list[GivenAnswer]


class SendAnswers(Ask):
    """A form whose answers are ready."""

    place: PlaceCode
    form: UUID
    organisation: UUID | None = None


class CorrectAnswer(Ask):
    """Another answer to a field that was answered before, or why there is none."""

    place: PlaceCode
    organisation: UUID | None = None
    field: FieldCode
    value: FreeText | None = None
    why: FreeText | None = None


class Saved(Answer):
    """How many questions have an answer, and how many are left."""

    answered: int
    to_ask: int


def subject_of(acting: Acting, ask: SaveAnswers | SendAnswers | CorrectAnswer) -> Subject:
    """FRM-9 各说各家: answers are given for one's own village or firm."""
    if ask.organisation is not None:
        check_no_keeper(acting.role)
        speaks_for(acting, firm_of(acting, ask.place, ask.organisation))
    else:
        check_of_place(acting.store, acting.role, acting.mandate)
    return Subject(ask.place, ask.organisation)


def questions_of(acting: Acting, form: UUID, subject: Subject) -> list[FormQuestion]:
    """INS-69 有表可填: return the questions of a form that wait for a subject's answers."""
    row = acting.see(FormRequest, id=form)
    held = acting.hold_each(FormQuestion, subject=subject.key, closed_at=None)
    found = [one for one in held if one.form_id == form and one.place == subject.place]
    if row is None or row.state != SENT or not found:
        raise Refused("INS-69")
    return found


@command(role=ANSWERERS, title=_("Keep answers as a draft"))
def save_answers(acting: Acting, ask: SaveAnswers) -> Saved:
    """Keep answers to a form's questions; they can be changed until they are sent."""
    subject = subject_of(acting, ask)
    questions = {one.code: one for one in questions_of(acting, ask.form, subject)}
    fields = {one.code: one for one in acting.find(FormField, form_id=ask.form)}
    for answer in ask.answers:
        question = questions.get(answer.field)
        if question is None:
            raise Refused("INS-78")
        columns = checked(fields[answer.field], answer)
        given = acting.now if columns["value"] or columns["why"] else None
        questions[answer.field] = acting.change(question, **columns, saved_at=given)
    done = sum(one.saved_at is not None for one in questions.values())
    return Saved(answered=done, to_ask=len(questions) - done)


def checked(field: FormField | LearntField, answer: GivenAnswer | CorrectAnswer) -> dict[str, Any]:
    """INS-77 或答或说明: an answer is a value of its kind, or the reason why there is none."""
    heading = field.heading if isinstance(field, FormField) else field.title
    if answer.value and answer.why:
        raise Refused("INS-77", heading=heading)
    if answer.why and holds_a_number(answer.why):
        raise Refused("INS-76", heading=heading)
    choices = field.choices.split("\n") if field.choices else []
    value = answer_of(heading, field.kind, choices, answer.value) if answer.value else None
    return {"value": value, "why": answer.why}


@command(role=ANSWERERS, title=_("Send the answers"))
def send_answers(acting: Acting, ask: SendAnswers) -> Saved:
    """Send the kept answers: each is held from now on with its day and who gave it, for this form and every later one."""
    subject = subject_of(acting, ask)
    questions = questions_of(acting, ask.form, subject)
    missing = sum(one.saved_at is None for one in questions)
    if missing:
        raise Refused("INS-70", number=missing)
    for question in questions:
        hold_value(acting, subject, question)
        acting.change(question, closed_at=acting.now)
    settle(acting, subject)
    return Saved(answered=len(questions), to_ask=0)


@command(role=ANSWERERS, title=_("Correct an answer that is held"))
def correct_answer(acting: Acting, ask: CorrectAnswer) -> None:
    """INS-80 说过的能改: give another answer to what was answered before, without waiting for a form that asks anew."""
    subject = subject_of(acting, ask)
    held = acting.hold(HeldValue, subject=subject.key, code=ask.field)
    field = acting.see(LearntField, code=ask.field)
    if held is None or held.place != ask.place or field is None:
        raise Refused("INS-80")
    if not ask.value and not ask.why:
        raise Refused("INS-70", number=1)
    given = {"given_at": acting.at, "mandate": acting.mandate, "entry": acting.entry}
    acting.change(held, **checked(field, ask), **given)


def hold_value(acting: Acting, subject: Subject, question: FormQuestion) -> None:
    """Keep an answer as what is held of a subject, in the place of an older one."""
    given = {
        "value": question.value,
        "why": question.why,
        "given_at": acting.at,
        "mandate": acting.mandate,
        "entry": acting.entry,
    }
    held = acting.hold(HeldValue, subject=subject.key, code=question.code)
    if held is not None:
        acting.change(held, **given)
        return
    whose = {"place": subject.place, "organisation": subject.organisation}
    acting.add(new(HeldValue, subject=subject.key, code=question.code, **whose, **given))


def settle(acting: Acting, subject: Subject) -> None:
    """Close every form of a subject for which nothing is asked any more, whichever form asked it."""
    asked = {one.code for one in acting.find(FormQuestion, subject=subject.key, closed_at=None)}
    for line in acting.hold_each(FormSubject, subject=subject.key, done_at=None):
        codes = {one.code for one in acting.find(FormField, form_id=line.form_id)}
        if line.sent_at is None or codes & asked:
            continue
        acting.change(line, done_at=acting.now)
        acting.close_item(
            kind=FORM,
            subject=item_subject(line.form_id, subject),
            place=line.place,
            outcome="answered",
        )
