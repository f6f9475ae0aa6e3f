"""Queries on the classes of firms: the list that counts as of a moment, and what was changed in it and why."""

import datetime as dt

from django.utils.translation import gettext_lazy as _

from mingbai.kernel.acting import Asking
from mingbai.kernel.asks import Ask, Row
from mingbai.kernel.clock import day
from mingbai.kernel.commands.classes import FirmClass
from mingbai.kernel.firms import Eyes, in_class_on, named_sector
from mingbai.kernel.models import OrganisationClass
from mingbai.kernel.places import prefix_of
from mingbai.kernel.registry import Scope, query
from mingbai.kernel.words import AsOf, PlaceCode, Role


class OfClass(Ask):
    """Choose a class of firms."""

    place: PlaceCode
    firm_class: FirmClass
    on: dt.date | None = None
    as_of: AsOf | None = None


class ClassRow(Row):
    """A firm that is in a class; where its classes are not shown it is counted without its name."""

    name: str | None
    place: str
    sector: str | None
    since: dt.date


@query(scope=Scope.PUBLIC, desk="organisations", title=_("Firms of a class"), as_of=True)
def in_class(asking: Asking, ask: OfClass) -> list[ClassRow]:
    """Return the firms of a class at a place and under it on a day, as was known at a moment: the list figures are taken of."""
    known_at = asking.as_of or asking.now
    on = ask.on or day(known_at)
    eyes = Eyes(asking)
    rows = OrganisationClass.objects.filter(
        what=ask.firm_class, place__startswith=prefix_of(ask.place)
    ).select_related("organisation")
    found = []
    for row in rows.order_by("place", "organisation__name", "id"):
        if in_class_on(row, on, known_at):
            firm = row.organisation
            named, told = eyes.sees("classes", firm), eyes.sees("sector", firm)
            found.append(
                ClassRow(
                    name=firm.name if named else None,
                    place=row.place,
                    sector=named_sector(firm.sector) if named and told else None,
                    since=row.since,
                )
            )
    return found


class ChangesOf(Ask):
    """Choose what was changed in the classes."""

    place: PlaceCode
    firm_class: FirmClass | None = None


class ClassChangeRow(Row):
    """One change of a class list."""

    recorded_at: dt.datetime
    name: str
    firm_class: str
    what: str
    on: dt.date
    reason: str


@query(
    scope=Scope.UNDER,
    role={Role.DESK, Role.SERVICE_OFFICER, Role.LEADER, Role.OVERSEER, Role.AUDITOR},
    desk="organisations",
    title=_("Changes of the class lists"),
)
def class_changes(asking: Asking, ask: ChangesOf) -> list[ClassChangeRow]:
    """Return every firm that was put into a class or taken out of one, from which day and why, the newest last."""
    rows = OrganisationClass.objects.filter(place__startswith=prefix_of(ask.place))
    if ask.firm_class is not None:
        rows = rows.filter(what=ask.firm_class)
    found = []
    for row in rows.select_related("organisation").order_by("id"):
        known = {"name": row.organisation.name, "firm_class": row.what}
        found.append(
            ClassChangeRow(
                recorded_at=row.recorded_at,
                what="put_in_class",
                on=row.since,
                reason=row.reason,
                **known,
            )
        )
        if row.until is not None and row.ended_at is not None:
            found.append(
                ClassChangeRow(
                    recorded_at=row.ended_at,
                    what="taken_from_class",
                    on=row.until,
                    reason=row.end_reason or "",
                    **known,
                )
            )
    return sorted(found, key=lambda row: (row.recorded_at, row.what))
