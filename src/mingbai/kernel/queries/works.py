"""Queries on the works of a team, by year."""

import datetime as dt
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from mingbai.kernel.acting import Asking
from mingbai.kernel.asks import Ask, Row
from mingbai.kernel.glossary import terms
from mingbai.kernel.models import Work
from mingbai.kernel.registry import Scope, query
from mingbai.kernel.words import PlaceCode

terms({"year": _("Year")})


class WorksOf(Ask):
    """Choose a place's teams and a year."""

    place: PlaceCode
    organisation: UUID | None = None
    year: int | None = Field(default=None, ge=1900, le=2200)


class WorkRow(Row):
    """What a team did on a day."""

    year: int
    on: dt.date
    name: str
    work: str


@query(scope=Scope.PUBLIC, desk="organisations", title=_("Works of the teams"))
def works(asking: Asking, ask: WorksOf) -> list[WorkRow]:
    """Return what the teams of a place did, by year: in one year or in all, of one team or of all."""
    rows = Work.objects.filter(place=ask.place).select_related("organisation")
    if ask.organisation is not None:
        rows = rows.filter(organisation_id=ask.organisation)
    if ask.year is not None:
        rows = rows.filter(on__year=ask.year)
    return [
        WorkRow(year=row.on.year, on=row.on, name=row.organisation.name, work=row.text)
        for row in rows.order_by("on", "id")
    ]
