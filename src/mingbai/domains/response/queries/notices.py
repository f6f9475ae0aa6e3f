"""Queries on notices: what is for everyone, what is for my office, and who has read which version."""

import datetime as dt
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from mingbai.domains.response.directive_words import DESKS, OFFICES
from mingbai.domains.response.models import Notice, NoticeReading
from mingbai.domains.response.queries.cited import CitedRow, cited_by, newest_version
from mingbai.kernel.acting import Asking
from mingbai.kernel.asks import Ask, Nothing, Row
from mingbai.kernel.journal.asks import numbers_of
from mingbai.kernel.models import Mandate
from mingbai.kernel.places import is_under
from mingbai.kernel.policy import above
from mingbai.kernel.refusals import Refused
from mingbai.kernel.registry import Scope, query
from mingbai.kernel.words import PlaceCode, Role

MOST = 200
WATCH = DESKS | {Role.OVERSEER, Role.AUDITOR}


class OfPlace(Ask):
    """Of which place."""

    place: PlaceCode


class NoticeRow(Row):
    """A version of a notice, and whether a later one stands in its place."""

    notice: UUID
    place: str
    number: str
    version: int
    title: str
    title_en: str | None
    for_everyone: bool
    published_at: dt.datetime
    superseded_by: int | None
    seq: int | None


class NoticeText(NoticeRow):
    """A version of a notice with its words, what changed, what it cites, and its other versions."""

    text: str
    text_en: str | None
    reason: str | None
    superseded_at: dt.datetime | None
    offices: list[str]
    places: list[str]
    cites: list[CitedRow]
    versions: list[NoticeRow]


def row_of(asking: Asking, one: Notice) -> dict[str, object]:
    """Return a notice's columns as they are shown."""
    return {
        "notice": one.id,
        "place": one.place,
        "number": one.number,
        "version": one.version,
        "title": one.title,
        "title_en": one.title_en,
        "for_everyone": one.for_everyone,
        "published_at": one.published_at,
        "superseded_by": newest_version(one) if one.superseded_by else None,
        "seq": numbers_of(asking.store, [one.entry]).get(one.entry),
    }


def notice_row(asking: Asking, one: Notice) -> NoticeRow:
    """Return a notice as a list shows it."""
    return NoticeRow.model_validate(row_of(asking, one))


@query(scope=Scope.PUBLIC, title=_("Notices for everyone"))
def public_notices(asking: Asking, ask: OfPlace) -> list[NoticeRow]:
    """Return the notices that everyone at a place may read, its own and those from above that are for it; the newest first."""
    near = Notice.objects.filter(place__in=list(above(ask.place)), superseded_by=None)
    found = [
        one
        for one in near.filter(for_everyone=True).order_by("-published_at", "-id")
        if one.place == ask.place
        or any(is_under(ask.place, code) for code in one.places.split(","))
    ]
    return [notice_row(asking, one) for one in found[:MOST]]


class OneNotice(Ask):
    """Which notice, by its id; of a number and version, the newest when none is named."""

    place: PlaceCode
    notice: UUID


def text_of(asking: Asking, one: Notice) -> NoticeText:
    """Return a version of a notice with its words."""
    versions = Notice.objects.filter(place=one.place, number=one.number).order_by("-version")
    return NoticeText.model_validate(
        row_of(asking, one)
        | {
            "text": one.text,
            "text_en": one.text_en,
            "reason": one.reason,
            "superseded_at": one.superseded_at,
            "offices": [role for role in one.offices.split(",") if role],
            "places": one.places.split(","),
            "cites": cited_by(asking.store, [one.id]).get(one.id, []),
            "versions": [notice_row(asking, other) for other in versions],
        }
    )


@query(scope=Scope.PUBLIC, title=_("A notice for everyone"))
def public_notice(asking: Asking, ask: OneNotice) -> NoticeText:
    """Return a version of a notice that everyone may read; one that was replaced says by which."""
    one = asking.see(Notice, id=ask.notice)
    if one is None or one.place != ask.place or not one.for_everyone:
        raise Refused("RES-61")
    return text_of(asking, one)


def is_for(one: Notice, role: str, place: str) -> bool:
    """Tell whether a notice is addressed to an office."""
    return role in one.offices.split(",") and any(
        is_under(place, code) for code in one.places.split(",")
    )


class MyNoticeRow(NoticeRow):
    """A notice for my office, and when I read it."""

    read_at: dt.datetime | None


@query(scope=Scope.UNDER, role=OFFICES, title=_("Notices for my office"))
def notices(asking: Asking, ask: OfPlace) -> list[MyNoticeRow]:
    """Return the notices for my office at a place, and those that were published there, with when I read each; unread ones first."""
    found = [
        one
        for one in Notice.objects.order_by("-published_at", "-id")[:2000]
        if is_for(one, asking.role, ask.place) or (one.place == ask.place and asking.role in WATCH)
    ][:MOST]
    read = dict(
        NoticeReading.objects.filter(
            notice__in=[one.id for one in found], mandate=asking.hat.mandate
        ).values_list("notice_id", "read_at")
        if asking.hat.mandate
        else ()
    )
    rows = [
        MyNoticeRow.model_validate(row_of(asking, one) | {"read_at": read.get(one.id)})
        for one in found
    ]
    return sorted(rows, key=lambda row: row.read_at is not None)


@query(scope=Scope.UNDER, role=OFFICES, title=_("A notice"))
def notice(asking: Asking, ask: OneNotice) -> NoticeText:
    """Return a version of a notice that is for everyone, for my office at this place, or that my office watches over."""
    one = asking.see(Notice, id=ask.notice)
    if one is None or not (
        one.for_everyone
        or is_for(one, asking.role, ask.place)
        or (is_under(one.place, ask.place) and asking.role in WATCH | {Role.OPERATOR})
    ):
        raise Refused("RES-61")
    return text_of(asking, one)


class ReceiptRow(Row):
    """An office that a notice is for, and when it was read there; no name of a person."""

    place: str
    role: str
    capacity: str
    read_at: dt.datetime | None


@query(
    scope=Scope.UNDER,
    role=WATCH,
    title=_("Who has read a notice"),
)
def notice_receipts(asking: Asking, ask: OneNotice) -> list[ReceiptRow]:
    """Return every office that a notice is for with when this version was read there; those that have not come first."""
    one = asking.see(Notice, id=ask.notice)
    if one is None or one.place != ask.place:
        raise Refused("RES-61")
    read = dict(NoticeReading.objects.filter(notice=one.id).values_list("mandate", "read_at"))
    held = Mandate.objects.filter(role__in=one.offices.split(","), starts_at__lte=asking.now)
    rows = [
        ReceiptRow(place=row.place, role=row.role, capacity=row.capacity, read_at=read.get(row.id))
        for row in held.order_by("place", "role", "id")
        if is_for(one, row.role, row.place)
        and (row.id in read or row.ends_at is None or asking.now < row.ends_at)
    ]
    return sorted(rows, key=lambda row: row.read_at is not None)


class MessageNoticeRow(Row):
    """A notice that I was told of."""

    notice: UUID
    place: str
    number: str
    version: int


@query(scope=Scope.OWN, title=_("Notices that I was told of"))
def my_notices(asking: Asking, ask: Nothing) -> list[MessageNoticeRow]:
    """Return the notices that hold and that one of my offices has not read yet."""
    if asking.person is None:
        return []
    held = [
        one
        for one in asking.find(Mandate, person_id=asking.person)
        if one.starts_at <= asking.now and (one.ends_at is None or asking.now < one.ends_at)
    ]
    read = set(
        NoticeReading.objects.filter(mandate__in=[one.id for one in held]).values_list(
            "notice_id", "mandate"
        )
    )
    return [
        MessageNoticeRow(notice=one.id, place=one.place, number=one.number, version=one.version)
        for one in Notice.objects.filter(superseded_by=None).order_by("-published_at", "-id")[:MOST]
        if any(
            is_for(one, mandate.role, mandate.place) and (one.id, mandate.id) not in read
            for mandate in held
        )
    ]
