"""Commands on measures and retention: personal rows hang on a measure, and are deleted when their day has come."""

import datetime as dt
from collections.abc import Iterable
from typing import Any
from uuid import uuid5

from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from pydantic import Field

from mingbai.kernel.acting import Acting
from mingbai.kernel.asks import Answer, Ask
from mingbai.kernel.clock import day
from mingbai.kernel.commands.erasure import erase_person
from mingbai.kernel.erasing import erase_in_turn
from mingbai.kernel.glossary import terms
from mingbai.kernel.jobs import Plan, Row
from mingbai.kernel.many.run import One
from mingbai.kernel.measures import Hung, hung_on, told_hung
from mingbai.kernel.models import Mandate, Measure, Person
from mingbai.kernel.perform import as_house
from mingbai.kernel.refusals import Refused, sentences
from mingbai.kernel.registry import command, due, planner
from mingbai.kernel.words import (
    Basis,
    Code,
    MeasureScope,
    OpenName,
    PersonId,
    PlaceCode,
    Role,
    ShortCode,
)

RETENTION = "people.retention"

sentences(
    {
        "RET-1": _("A measure of this code is registered already."),
        "RET-2": _("No measure of this code is in force."),
    }
)
terms(
    {
        "keep_days": _("Days kept after it lapses"),
        "lapsed_at": _("Lapsed"),
        "people": _("People"),
        "basis": _("Basis"),
        "scope": _("Smallest scope"),
        "review_on": _("To be looked at again on"),
        "lowest": _("Not under"),
        "highest": _("Not over"),
    }
)


class BeginMeasure(Ask):
    """A measure begins that personal rows will hang on."""

    place: PlaceCode
    code: Code
    name_zh: OpenName
    name_en: OpenName
    keep_days: int = Field(ge=0, le=3650)
    kind: ShortCode | None = None
    scope: MeasureScope | None = None
    subject: Code | None = None
    basis: Basis | None = None
    review_on: dt.date | None = None
    policy: Code | None = None
    lowest: int | None = None
    highest: int | None = None


@command(role={Role.OPERATOR}, desk="measures", title=_("Begin a measure"))
def begin_measure(acting: Acting, ask: BeginMeasure) -> None:
    """Let a measure begin, and say for how many days after its end what hangs on it is kept; a desk issues one first."""
    if acting.see(Measure, code=ask.code) is not None:
        raise Refused("RET-1")
    acting.add(
        Measure(
            code=ask.code,
            name_zh=ask.name_zh,
            name_en=ask.name_en,
            place=ask.place,
            keep_days=ask.keep_days,
            starts_at=acting.at,
            kind=ask.kind,
            scope=ask.scope,
            subject=ask.subject,
            basis=ask.basis,
            review_on=ask.review_on,
            policy=ask.policy,
            lowest=ask.lowest,
            highest=ask.highest,
        )
    )


class LapseMeasure(Ask):
    """A measure lapses."""

    place: PlaceCode
    code: Code


class Lapsed(Answer):
    """How many people's rows hang on it, and until which day they are kept."""

    people: int
    delete_after: dt.date


@command(role={Role.OPERATOR}, desk="measures", title=_("End a measure"))
def lapse(acting: Acting, ask: LapseMeasure) -> Lapsed:
    """Note that a measure has lapsed; the day on which what hangs on it is deleted moves forward, never back."""
    held = acting.hold(Measure, code=ask.code)
    if held is None or held.place != ask.place or held.lapsed_at is not None:
        raise Refused("RET-2")
    ended = acting.change(held, lapsed_at=acting.at)
    until = day(acting.at) + dt.timedelta(days=held.keep_days)
    hanging = hung_on(acting.store, ended, until)
    people = hanging.of(Person).filter(erased_at=None).count()
    return Lapsed(people=people, delete_after=until)


class KeepUntil(Ask):
    """A person's row is kept until a day."""

    place: PlaceCode
    person: PersonId
    delete_after: dt.date


@command(role={Role.OPERATOR}, desk="people", title=_("Keep until a day"))
def keep_until(acting: Acting, ask: KeepUntil) -> None:
    """Bring forward the day after which a person's row is deleted; it never moves back."""
    held = acting.hold(Person, id=ask.person)
    if held is None or held.erased_at is not None:
        raise Refused("PER-1")
    if held.delete_after is None or ask.delete_after < held.delete_after:
        acting.change(held, delete_after=ask.delete_after)
        acting.subject(held.id)


def kept_until_end(command: str, field: str, told: Hung, rows: Iterable[Any]) -> Plan:
    """Plan that rows which hang on a measure are kept until the day that follows from its end, by the desk's own command."""
    return Plan(
        command,
        [
            Row(
                at,
                one=One(
                    {"place": row.place, field: row.id, "delete_after": told.until},
                    uuid5(row.id, f"retention/{told.measure}"),
                ),
            )
            for at, row in enumerate(rows)
        ],
    )


@planner(RETENTION)
def plan_retention(content: bytes, place: str, options: dict[str, Any]) -> Plan:
    """Plan the people whose rows hang on a measure: each is kept until the day that follows from its end."""
    told = told_hung(content)
    return kept_until_end("people.keep_until", "person", told, told.of(Person))


@due("day", erases=True)
def delete_due(now: dt.datetime) -> bool:
    """Erase the people whose day has come, some at a time; those who hold an office that is in force wait for its end."""
    ended = Q(ends_at__lte=now) | Q(ends_at__lte=F("starts_at"))
    offices = Mandate.objects.filter(person_id=OuterRef("id")).exclude(ended)
    rows = Person.objects.filter(~Exists(offices), erased_at=None, delete_after__lt=day(now))
    return erase_in_turn(rows, erase)


def erase(person: Person) -> None:
    """Erase one person as the house, because the day has come."""
    told = {"place": person.place, "person": person.id, "reason": "delete-after"}
    as_house(erase_person, told)
