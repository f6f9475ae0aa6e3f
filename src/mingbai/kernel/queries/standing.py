"""Queries on standing: which words are in force at a place, and who said so."""

import datetime as dt
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mingbai.kernel.acting import Asking
from mingbai.kernel.asks import Ask, Row
from mingbai.kernel.glossary import terms
from mingbai.kernel.models import Standing
from mingbai.kernel.places import prefix_of
from mingbai.kernel.queries.items import OFFICES
from mingbai.kernel.registry import Scope, query
from mingbai.kernel.standing import WORDS
from mingbai.kernel.words import AsOf, PlaceCode

terms({"standing": _("Standing"), "desk": _("Desk")})


class StandingAt(Ask):
    """Which words are in force at a place and under it."""

    place: PlaceCode
    as_of: AsOf | None = None


class StandingRow(Row):
    """A word that is in force."""

    title: str
    standing: str
    desk: str
    subject: str
    value: str
    place: str
    starts_at: dt.datetime
    ends_at: dt.datetime | None
    because: UUID


@query(scope=Scope.UNDER, role=OFFICES, desk="standing", title=_("Standing in force"), as_of=True)
def in_force(asking: Asking, ask: StandingAt) -> list[StandingRow]:
    """Return the words of standing that are in force at a place and under it, with the entry that each is because of."""
    at = asking.as_of or asking.now
    rows = Standing.objects.filter(Q(ends_at=None) | Q(ends_at__gt=at), starts_at__lte=at)
    rows = rows.filter(place__startswith=prefix_of(ask.place))
    return [
        StandingRow(
            title=str(WORDS[row.what].title),
            standing=row.what,
            desk=WORDS[row.what].desk,
            subject=row.subject,
            value=row.value,
            place=row.place,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            because=row.because,
        )
        for row in rows.order_by("place", "what", "starts_at", "id")
    ]
