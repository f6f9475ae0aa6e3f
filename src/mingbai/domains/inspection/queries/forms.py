"""Queries on forms: what was asked and how far it is, what waits for an answer here, and what the answers say."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from mingbai.domains.inspection.models import (
    FormField,
    FormQuestion,
    FormRequest,
    FormSubject,
    HeldValue,
    LearntField,
)
from mingbai.domains.inspection.queries.gate import (
    ASKERS,
    Stand,
    Wanted,
    called,
    said_holder,
    standing_of,
)
from mingbai.domains.inspection.queries.hosts import check_no_keeper, check_of_place, signer
from mingbai.domains.inspection.rules.forms import HELD, LEARNT, SENT, WAITS
from mingbai.domains.inspection.words import SubjectKind
from mingbai.kernel.acting import Asking
from mingbai.kernel.asks import Ask, Row
from mingbai.kernel.burden import asker_of
from mingbai.kernel.fields import HOUSE_FIELDS
from mingbai.kernel.firms import OWN_SIDE, own
from mingbai.kernel.holding import Subject, holders, may_read
from mingbai.kernel.models import Mandate, Organisation
from mingbai.kernel.places import prefix_of
from mingbai.kernel.refusals import NotAllowed, Refused
from mingbai.kernel.registry import Scope, query
from mingbai.kernel.rows import Store
from mingbai.kernel.words import PlaceCode, Role

FORMS_MOST = 200
ANSWERERS = {Role.KEEPER, Role.CLERK, Role.FIRM_HEAD, Role.DESK}


class FormsAsk(Ask):
    """The forms of a place and what lies under it, or one of them."""

    place: PlaceCode
    form: UUID | None = None


class OfSubjectAsk(Ask):
    """A village, or a firm of it."""

    place: PlaceCode
    organisation: UUID | None = None


class OfFormAsk(Ask):
    """One form, of one village or firm of it."""

    place: PlaceCode
    form: UUID
    organisation: UUID | None = None


class FieldsAsk(Ask):
    """Fields of places or of firms."""

    subject_kind: SubjectKind | None = None


class FormRow(Row):
    """A form that an office asked for."""

    form: UUID
    place: str
    title: str
    asked_by: str
    asked_at: dt.datetime
    due: dt.date
    state: str
    subjects: int
    answered_count: int
    held: int
    to_ask: int
    overrun_reason: str | None
    signed_by: str | None
    sign_reason: str | None
    mine: bool
    asked_subjects: list[str]


class WaitingRow(Row):
    """A form that waits for answers."""

    form: UUID
    place: str
    organisation: UUID | None
    title: str
    asked_by: str
    reason: str
    due: dt.date
    to_ask: int
    saved: int


class QuestionRow(Row):
    """One field of a form as the one who answers sees it."""

    field: str
    heading: str
    kind: str
    choices: list[str]
    stands: str
    held_by: str
    value: str | None
    why: str | None
    saved_at: dt.datetime | None
    given_at: dt.datetime | None


class AnswerRow(Row):
    """What a form says of one subject in one field, as far as this office may read it."""

    subject_name: str
    heading: str
    value: str | None
    why: str | None
    stands: str
    held_by: str
    readable: bool
    given_at: dt.datetime | None
    given_by: str | None
    age_days: int | None
    entry: UUID | None


class HeldRow(Row):
    """An answer that is held of a village or a firm."""

    field: str
    heading: str
    kind: str
    choices: list[str]
    value: str | None
    why: str | None
    given_at: dt.datetime
    given_by: str
    age_days: int
    entry: UUID


class HouseFieldRow(Row):
    """A field that somebody in the house holds, or that a form has asked before."""

    field: str
    title: str
    subject_kind: SubjectKind
    held_by: str
    names: list[str]


def check_own(asking: Asking, subject: Subject) -> None:
    """FRM-9 各说各家: a firm's own side sees what was asked of their firm; what was asked of the village is its own people's."""
    if subject.organisation is not None:
        check_no_keeper(asking.role)
    if asking.role not in OWN_SIDE:
        return
    if subject.organisation is None:
        check_of_place(asking.store, asking.role, asking.hat.mandate)
        return
    firm = asking.see(Organisation, id=subject.organisation)
    if firm is None or not own(asking.store, asking.role, asking.hat.mandate, firm):
        raise NotAllowed("FRM-9")


def same_office(store: Store, mandate: UUID | None, form: FormRequest) -> bool:
    """Tell whether a mandate is of the office that asked for a form: in the same role at the same place, of the same name."""
    held = store.fetch(Mandate, {"id": mandate}) if mandate is not None else []
    return (
        bool(held)
        and (held[0].place, held[0].role) == (form.place, form.role)
        and asker_of(store, mandate) == asker_of(store, form.mandate)
    )


@query(scope=Scope.UNDER, role=ASKERS, title=_("Forms that were asked for"))
def forms(asking: Asking, ask: FormsAsk) -> list[FormRow]:
    """Return the forms of the offices of a place and under it, the newest first, with how far the answers are."""
    rows = FormRequest.objects.filter(place__startswith=prefix_of(ask.place))
    if ask.form is not None:
        rows = rows.filter(id=ask.form)
    found = list(rows.order_by("-asked_at", "-id")[:FORMS_MOST])
    subjects: dict[UUID, list[FormSubject]] = {}
    for one in FormSubject.objects.filter(form__in=found).order_by("id"):
        subjects.setdefault(one.form_id, []).append(one)
    return [
        FormRow(
            form=row.id,
            place=row.place,
            title=row.title,
            asked_by=asker_of(asking.store, row.mandate)[1],
            asked_at=row.asked_at,
            due=row.due,
            state=row.state,
            subjects=len(subjects.get(row.id, [])),
            answered_count=sum(one.done_at is not None for one in subjects.get(row.id, [])),
            held=sum(one.held for one in subjects.get(row.id, [])),
            to_ask=sum(one.to_ask for one in subjects.get(row.id, [])),
            overrun_reason=row.overrun_reason,
            signed_by=signer(asking.store, row.signed_by) if row.signed_by else None,
            sign_reason=row.sign_reason,
            mine=same_office(asking.store, asking.hat.mandate, row),
            asked_subjects=[one.subject for one in subjects.get(row.id, [])],
        )
        for row in found
    ]


@query(scope=Scope.UNDER, role=ANSWERERS, title=_("Forms that wait for an answer"))
def waiting_forms(asking: Asking, ask: OfSubjectAsk) -> list[WaitingRow]:
    """Return the forms with questions that wait for an answer of a village or a firm, the soonest due first."""
    subject = Subject(ask.place, ask.organisation)
    check_own(asking, subject)
    questions = FormQuestion.objects.filter(subject=subject.key, closed_at=None)
    to_ask: Counter[UUID] = Counter()
    saved: Counter[UUID] = Counter()
    for question in questions:
        to_ask[question.form_id] += 1
        saved[question.form_id] += question.saved_at is not None
    rows = FormRequest.objects.filter(id__in=list(to_ask), state=SENT).order_by("due", "id")
    return [
        WaitingRow(
            form=row.id,
            place=ask.place,
            organisation=ask.organisation,
            title=row.title,
            asked_by=asker_of(asking.store, row.mandate)[1],
            reason=row.reason,
            due=row.due,
            to_ask=to_ask[row.id],
            saved=saved[row.id],
        )
        for row in rows
    ]


def form_of(asking: Asking, form: UUID, subject: Subject) -> tuple[FormRequest, FormSubject]:
    """INS-69 有表可填: return a form and its line for a subject."""
    row = asking.see(FormRequest, id=form)
    line = asking.see(FormSubject, form_id=form, subject=subject.key) if row else None
    if row is None or line is None or line.place != subject.place:
        raise Refused("INS-69")
    return row, line


def wanted_by(store: Store, form: UUID) -> list[Wanted]:
    """Return the fields of a form in their order."""
    rows = store.fetch(FormField, {"form_id": form}, limit=None)
    return [
        Wanted(
            row.heading,
            row.code,
            row.kind,
            tuple(row.choices.split("\n")) if row.choices else (),
            known=True,
        )
        for row in sorted(rows, key=lambda row: row.number)
    ]


@query(scope=Scope.UNDER, role=ANSWERERS, title=_("The questions of a form"))
def form_questions(asking: Asking, ask: OfFormAsk) -> list[QuestionRow]:
    """Return a form's fields for whoever answers: what the registry answers, and what is left to say, with the draft."""
    subject = Subject(ask.place, ask.organisation)
    check_own(asking, subject)
    _form, _line = form_of(asking, ask.form, subject)
    waits = {
        row.code: row
        for row in asking.find(FormQuestion, subject=subject.key, closed_at=None)
        if row.form_id == ask.form
    }
    wanted = wanted_by(asking.store, ask.form)
    stands = standing_of(asking.store, subject, wanted, asking.now, any_age=True)
    return [question_row(one, waits.get(one.wanted.code)) for one in stands]


def question_row(stand: Stand, waits: FormQuestion | None) -> QuestionRow:
    """Return a field as whoever answers sees it."""
    return QuestionRow(
        field=stand.wanted.code,
        heading=stand.wanted.heading,
        kind=stand.wanted.kind,
        choices=list(stand.wanted.choices),
        stands="to_ask" if waits else stand.state,
        held_by=said_holder(stand.wanted.code),
        value=waits.value if waits else stand.value,
        why=waits.why if waits else stand.why,
        saved_at=waits.saved_at if waits else None,
        given_at=stand.given_at,
    )


class FormFieldRow(Row):
    """One field that a form asks for."""

    heading: str
    field: str
    kind: str
    choices: list[str]
    held_by: str


@query(scope=Scope.UNDER, role=ASKERS, title=_("The fields of a form"))
def form_fields(asking: Asking, ask: OfFormAsk) -> list[FormFieldRow]:
    """Return the fields of a form in their order, with the kind of answer each one wants and who holds it."""
    form = asking.see(FormRequest, id=ask.form)
    if form is None or form.place != ask.place:
        raise Refused("INS-69")
    return [
        FormFieldRow(
            heading=one.heading,
            field=one.code,
            kind=one.kind,
            choices=list(one.choices),
            held_by=said_holder(one.code),
        )
        for one in wanted_by(asking.store, form.id)
    ]


@query(scope=Scope.UNDER, role=ASKERS, title=_("What a form says"))
def form_answers(asking: Asking, ask: OfFormAsk) -> list[AnswerRow]:
    """Return what a form says of each village or firm: what is held as far as this office may read it, and every answer."""
    form = asking.see(FormRequest, id=ask.form)
    if form is None or form.place != ask.place:
        raise Refused("INS-69")
    if form.state == WAITS:
        return []
    wanted = wanted_by(asking.store, form.id)
    own = same_office(asking.store, asking.hat.mandate, form)
    found: list[AnswerRow] = []
    for line in asking.find(FormSubject, form_id=form.id):
        subject = Subject(line.place, line.organisation)
        if ask.organisation is None or ask.organisation == line.organisation:
            found += answers_of(asking, subject, wanted, own=own)
    return found


DESKS = {Role.DESK, Role.OPERATOR}


def answers_of(
    asking: Asking, subject: Subject, wanted: list[Wanted], *, own: bool
) -> list[AnswerRow]:
    """Return one subject's answers: a value of another desk is shown to an office that may read that desk's table.

    What a firm answered is for the office that asked and for the desk; another office asks in a form of its own.
    """
    said = own or subject.organisation is None or asking.role in DESKS
    name = called(asking.store, subject)
    house = [HOUSE_FIELDS[one.code] for one in wanted if one.in_house]
    readable = may_read(asking, house, subject)
    return [
        AnswerRow(
            subject_name=name,
            heading=one.wanted.heading,
            value=readable.get(one.wanted.code) if one.state == HELD else told(one.value, said),
            why=told(one.why, said),
            stands=one.state,
            held_by=said_holder(one.wanted.code),
            readable=one.wanted.code in readable if one.state == HELD else said,
            given_at=one.given_at,
            given_by=asker_of(asking.store, one.mandate)[1] if one.state == LEARNT else None,
            age_days=(asking.now - one.given_at).days if one.given_at else None,
            entry=one.entry,
        )
        for one in standing_of(asking.store, subject, wanted, asking.now, any_age=True)
    ]


def told(text: str | None, said: bool) -> str | None:
    """Return what was answered, to whom it is told."""
    return text if said else None


@query(scope=Scope.UNDER, role=ANSWERERS, title=_("Answers that are held"))
def held_values(asking: Asking, ask: OfSubjectAsk) -> list[HeldRow]:
    """Return what a village or a firm has answered once, to whoever answers for it; an office reads it in a form of its own, with a reason."""
    subject = Subject(ask.place, ask.organisation)
    check_own(asking, subject)
    learnt = {row.code: row for row in asking.find(LearntField)}
    rows = [row for row in asking.find(HeldValue, subject=subject.key) if row.place == ask.place]
    return [
        HeldRow(
            field=row.code,
            heading=heading_of(row.code, learnt),
            kind=learnt[row.code].kind if row.code in learnt else "text",
            choices=(learnt[row.code].choices or "").splitlines() if row.code in learnt else [],
            value=row.value,
            why=row.why,
            given_at=row.given_at,
            given_by=asker_of(asking.store, row.mandate)[1],
            age_days=(asking.now - row.given_at).days,
            entry=row.entry,
        )
        for row in sorted(rows, key=lambda row: (row.given_at, row.id), reverse=True)
    ]


def heading_of(code: str, learnt: dict[str, LearntField]) -> str:
    """Return what a field is called: one of the house, or one that was learnt from a form."""
    if code in HOUSE_FIELDS:
        return str(HOUSE_FIELDS[code].title)
    return learnt[code].title if code in learnt else code


@query(scope=Scope.PUBLIC, title=_("Fields that are held"))
def house_fields(asking: Asking, ask: FieldsAsk) -> list[HouseFieldRow]:
    """Return every field that the house holds, and by which table: what no office needs to ask anybody."""
    rows = [
        HouseFieldRow(
            field=code,
            title=str(HOUSE_FIELDS[code].title),
            subject_kind=HOUSE_FIELDS[code].about.value,
            held_by=str(one.title),
            names=list(HOUSE_FIELDS[code].aliases),
        )
        for code, (one, _column) in holders().items()
    ]
    rows += learnt_rows(asking.find(LearntField))
    return [row for row in rows if ask.subject_kind in (None, row.subject_kind)]


def learnt_rows(found: Iterable[LearntField]) -> list[HouseFieldRow]:
    """Return the fields that were learnt from forms."""
    return [
        HouseFieldRow(
            field=row.code,
            title=row.title,
            subject_kind="organisation" if row.about == "organisation" else "place",
            held_by="",
            names=[],
        )
        for row in found
    ]
