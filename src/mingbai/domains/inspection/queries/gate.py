"""The form gate: a form's fields beside what is held, field by field and subject by subject, before and when it is sent."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from mingbai.domains.inspection.models import (
    FieldAlias,
    FormQuestion,
    HeldValue,
    LearntField,
)
from mingbai.domains.inspection.parameters import ANSWER_HOLDS, BUDGET, SECONDS_A_FIELD
from mingbai.domains.inspection.rules.forms import (
    HELD,
    LEARNT,
    TO_ASK,
    UNDER_WAY,
    check_headings,
    check_not_personal,
    learnt_code,
    minutes_of,
    too_old,
)
from mingbai.domains.inspection.weeks import span_of
from mingbai.domains.inspection.words import FieldAsk, FieldAsks, Subjects
from mingbai.kernel.acting import Asking
from mingbai.kernel.actors import Hat
from mingbai.kernel.asks import Ask, Row
from mingbai.kernel.burden import place_called, spent
from mingbai.kernel.fields import HOUSE_FIELDS, About
from mingbai.kernel.holding import Subject, holders, may_read, named, read
from mingbai.kernel.models import Organisation
from mingbai.kernel.places import ROOT, is_under
from mingbai.kernel.policy import in_force
from mingbai.kernel.refusals import Refused
from mingbai.kernel.registry import Scope, query
from mingbai.kernel.rows import Store
from mingbai.kernel.words import PlaceCode, Role, Via
from mingbai.kernel.workbooks.headings import label_of

ASKERS = {
    Role.DESK,
    Role.OVERSEER,
    Role.INSPECTOR,
    Role.HEALTH,
    Role.LEADER,
    Role.APPOINTING_OFFICE,
}


@dataclass(frozen=True)
class Wanted:
    """One field that a form wants: as headed, and as which field it counts; known when a query or an earlier form named it."""

    heading: str
    code: str
    kind: str = "text"
    choices: tuple[str, ...] = ()
    known: bool = False

    @property
    def in_house(self) -> bool:
        """Tell whether a query of the house holds it."""
        return self.code in HOUSE_FIELDS


@dataclass(frozen=True)
class Stand:
    """How one field stands for one subject."""

    wanted: Wanted
    state: str
    value: str | None = None
    why: str | None = None
    given_at: dt.datetime | None = None
    entry: UUID | None = None
    mandate: UUID | None = None


def asking_of(store: Store, now: dt.datetime) -> Asking:
    """Return the house's own eyes."""
    return Asking(store=store, hat=Hat(role=Role.OPERATOR, place=ROOT), via=Via.HOUSE, now=now)


def subjects_of(store: Store, place: str, texts: Iterable[str]) -> list[Subject]:
    """INS-61 问到谁: a form asks of villages and firms at or under the place of its office, and of one kind at a time."""
    found: dict[str, Subject] = {}
    for text in texts:
        if len(text) == len(ROOT) and text.isdigit():
            subject = Subject(text)
            there = is_under(text, place) and place_called(store, text) != text
        else:
            firms = store.fetch(Organisation, {"id": UUID(text)})
            there = bool(firms) and is_under(firms[0].place, place)
            subject = Subject(firms[0].place, firms[0].id) if there else Subject("", UUID(text))
        if not there:
            raise Refused("INS-61", subject=text)
        found[subject.key] = subject
    if len({one.about for one in found.values()}) > 1:
        raise Refused("INS-60")
    return list(found.values())


def wanted_of(store: Store, about: About, asked: Sequence[FieldAsk]) -> list[Wanted]:
    """Return the fields of a form, each matched by its exact names alone; a heading nobody knows is a new field."""
    found = []
    for one in asked:
        check_not_personal(one.heading)
        found.append(_wanted(store, about, one))
    check_headings([(one.heading, one.code) for one in found])
    return found


def _wanted(store: Store, about: About, one: FieldAsk) -> Wanted:
    label = label_of(one.heading) or one.heading
    code = one.field
    if code is None:
        house = named(one.heading, about)
        alias = store.fetch(FieldAlias, {"label": label, "about": about.value})
        code = house.code if house else alias[0].code if alias else learnt_code(about, label)
    if code in HOUSE_FIELDS:
        if HOUSE_FIELDS[code].about is not about or code not in holders():
            raise Refused("INS-64", field=code)
        return Wanted(one.heading, code, known=True)
    learnt = store.fetch(LearntField, {"code": code})
    if not learnt:
        if one.field is not None:
            raise Refused("INS-64", field=code)
        if one.kind == "choice" and len(one.choices) < 2:
            raise Refused("INS-79", heading=one.heading)
        return Wanted(one.heading, code, one.kind, tuple(one.choices))
    if learnt[0].about != about.value:
        raise Refused("INS-64", field=code)
    choices = tuple((learnt[0].choices or "").split("\n")) if learnt[0].choices else ()
    return Wanted(one.heading, code, learnt[0].kind, choices, known=True)


def standing_of(
    store: Store,
    subject: Subject,
    wanted: Sequence[Wanted],
    now: dt.datetime,
    *,
    any_age: bool = False,
) -> list[Stand]:
    """Return how each field stands for a subject: held by a query, learnt and fresh, asked already, or to be asked.

    A form that was sent shows its answers at any age; only asking anew looks at how old they are.
    """
    house = [HOUSE_FIELDS[one.code] for one in wanted if one.in_house]
    values = read(asking_of(store, now), house, subject)
    learnt = {row.code: row for row in store.fetch(HeldValue, {"subject": subject.key}, limit=None)}
    asked = {
        row.code
        for row in store.fetch(
            FormQuestion, {"subject": subject.key, "closed_at": None}, limit=None
        )
    }
    days = in_force(store, ANSWER_HOLDS.name, subject.place, now)
    found = []
    for one in wanted:
        held = learnt.get(one.code)
        if one.code in values:
            found.append(Stand(one, HELD, values[one.code]))
        elif held is not None and (any_age or not too_old(held.given_at, now, days)):
            found.append(
                Stand(one, LEARNT, held.value, held.why, held.given_at, held.entry, held.mandate)
            )
        else:
            found.append(Stand(one, UNDER_WAY if one.code in asked else TO_ASK))
    return found


def minutes_for(store: Store, subject: Subject, fields: int, at: dt.datetime) -> int:
    """Return the minutes that a number of fields takes of a subject, by the policy of that moment."""
    return minutes_of(fields, in_force(store, SECONDS_A_FIELD.name, subject.place, at))


def called(store: Store, subject: Subject) -> str:
    """Return how people call a village or a firm."""
    if subject.organisation is None:
        return place_called(store, subject.place)
    (firm,) = store.fetch(Organisation, {"id": subject.organisation})
    return firm.name


def said_holder(code: str) -> str:
    """Return the table of the house that holds a field, in words."""
    return str(holders()[code][0].title) if code in holders() else ""


class GateAsk(Ask):
    """A form that is not sent yet."""

    place: PlaceCode
    fields: FieldAsks
    subjects: Subjects


class FieldRow(Row):
    """One field of a form, and how it stands for all whom the form asks."""

    heading: str
    field: str
    title: str
    stands: str
    held_by: str
    readable: bool
    held: int
    under_way: int
    to_ask: int
    age_days: int | None


class GateSubjectRow(Row):
    """One village or firm, and what this form would ask of it."""

    subject: str
    subject_name: str
    held: int
    under_way: int
    to_ask: int
    this_minutes: int
    spent_minutes: int
    budget: int


class Gate(Row):
    """What a form would ask before it is sent: of its fields so many are held, so many are to be asked."""

    asked: int
    held: int
    under_way: int
    to_ask: int
    field_rows: list[FieldRow]
    subject_rows: list[GateSubjectRow]


def spent_this_week(store: Store, subject: Subject, now: dt.datetime) -> int:
    """Return the minutes that were asked of a subject in the week of a moment."""
    since, until = span_of(now)
    return sum(one.minutes for one in spent(store, subject, since, until))


@query(scope=Scope.UNDER, role=ASKERS, title=_("The form gate"))
def form_gate(asking: Asking, ask: GateAsk) -> Gate:
    """Return what a form would ask, before it is sent: what is held, by whom, and what is left to ask of each."""
    store, now = asking.store, asking.now
    subjects = subjects_of(store, ask.place, ask.subjects)
    wanted = wanted_of(store, subjects[0].about, ask.fields)
    stands = {one: standing_of(store, one, wanted, now) for one in subjects}
    by_field = [
        field_row(asking, one, [stands[subject][at] for subject in subjects], subjects)
        for at, one in enumerate(wanted)
    ]
    return Gate(
        asked=len(wanted),
        held=sum(row.held == len(subjects) for row in by_field),
        under_way=sum(row.to_ask == 0 and row.under_way > 0 for row in by_field),
        to_ask=sum(row.to_ask > 0 for row in by_field),
        field_rows=by_field,
        subject_rows=[subject_row(store, one, stands[one], now) for one in subjects],
    )


def field_row(
    asking: Asking, wanted: Wanted, stands: Sequence[Stand], subjects: Sequence[Subject]
) -> FieldRow:
    """Return how one field stands over all subjects; whether this office may read it is tried on the first."""
    states = [one.state for one in stands]
    given = [one.given_at for one in stands if one.given_at is not None]
    field = HOUSE_FIELDS.get(wanted.code)
    readable = field is None or bool(may_read(asking, [field], subjects[0]))
    held = sum(state in (HELD, LEARNT) for state in states)
    to_ask, under_way = states.count(TO_ASK), states.count(UNDER_WAY)
    first = next((state for state in (TO_ASK, UNDER_WAY, LEARNT) if state in states), HELD)
    return FieldRow(
        heading=wanted.heading,
        field=wanted.code,
        title=str(field.title) if field else wanted.heading,
        stands=first,
        held_by=said_holder(wanted.code),
        readable=readable,
        held=held,
        under_way=under_way,
        to_ask=to_ask,
        age_days=(asking.now - min(given)).days if given else None,
    )


def subject_row(
    store: Store, subject: Subject, stands: Sequence[Stand], now: dt.datetime
) -> GateSubjectRow:
    """Return what a form would ask of one subject, in fields and in minutes of its week."""
    states = [one.state for one in stands]
    return GateSubjectRow(
        subject=subject.key,
        subject_name=called(store, subject),
        held=sum(state in (HELD, LEARNT) for state in states),
        under_way=states.count(UNDER_WAY),
        to_ask=states.count(TO_ASK),
        this_minutes=minutes_for(store, subject, states.count(TO_ASK), now),
        spent_minutes=spent_this_week(store, subject, now),
        budget=in_force(store, BUDGET.name, subject.place, now),
    )
