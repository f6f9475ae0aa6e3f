"""Queries for everyone: the village's account in figures, a household's own lines.

Figures are cut once a day, and groups under ten are not shown apart: in the query, so on every face.
"""

import datetime as dt
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from mingbai.domains.supplies.models import Book, Confirmation, Line, Location, Question
from mingbai.domains.supplies.queries.figures import (
    Told,
    goods_by_id,
    lines_of,
    locations_of,
    standing,
)
from mingbai.domains.supplies.queries.work import pace_of
from mingbai.domains.supplies.rules import days_of_cover
from mingbai.domains.supplies.words import (
    HOUSEHOLD_LINK,
    RECIPIENTS,
    LineKind,
    LineNumber,
    LocationKind,
)
from mingbai.kernel.acting import Asking, open_link
from mingbai.kernel.asks import Ask, Nothing, Row
from mingbai.kernel.clock import day, last_cut
from mingbai.kernel.gazetteer import short_name
from mingbai.kernel.goods import find_goods
from mingbai.kernel.journal.asks import numbers_of
from mingbai.kernel.models import Goods, Place
from mingbai.kernel.refusals import Refused
from mingbai.kernel.registry import Scope, query
from mingbai.kernel.rows import Store
from mingbai.kernel.words import ItemCode, PlaceCode, Token

SHOWN_FROM = 10
IN_KINDS = {LineKind.RECEIVE, LineKind.ARRIVAL}


class PublicAsk(Ask):
    """Of which place."""

    place: PlaceCode
    item: ItemCode | None = None


class ItemRow(Row):
    """One kind of goods on the public page: opening + received - given out and lost = on hand."""

    item: str
    name: str
    name_en: str
    unit: str
    lent: bool
    opening: int
    received: int
    times: int
    issued: int
    lost: int
    gone: int
    on_hand: int
    cover_days: int | None


class SourceRow(Row):
    """Where goods came from."""

    item: str
    kind: str
    name: str | None
    times: int
    quantity: int
    days: list[dt.date]
    wish: str | None


class ShareRow(Row):
    """Where goods went; groups under ten are joined with others and not counted."""

    item: str
    kind: str
    share: int | None
    quantity: int


class DayRow(Row):
    """One day of one kind of goods; a day with fewer than ten recipients is not shown."""

    item: str
    on: dt.date
    received: int
    issued: int | None


class PublicAccount(Row):
    """How much came, to whom it went, and what is left."""

    place: str
    as_of: dt.datetime
    since: dt.date | None
    lines: int
    items: list[ItemRow]
    sources: list[SourceRow]
    shares: list[ShareRow]
    by_day: list[DayRow]
    asked: int
    answered: int
    slowest_hours: int | None


@query(scope=Scope.PUBLIC, title=_("How much came, and to whom it went"))
def public_account(asking: Asking, ask: PublicAsk) -> PublicAccount:
    """Return a place's account in figures as of the last daily cut, without a name of any resident."""
    cut = last_cut(asking.now)
    goods = goods_by_id(asking.store)
    only = find_goods(asking.store, ask.item).id if ask.item else None
    told = lines_of(ask.place, cut, only)
    kinds = list(dict.fromkeys(line.goods for line in told))
    parties = locations_of(ask.place)
    account = PublicAccount(
        place=ask.place,
        as_of=cut,
        since=day(min(line.at for line in told)) if told else None,
        lines=max((line.number for line in told), default=0),
        items=[],
        sources=[],
        shares=[],
        by_day=[],
        **questions_until(ask.place, cut),
    )
    for key in kinds:
        happened = standing(line for line in told if line.goods == key)
        one = goods[key]
        whole = [line for line in told if line.goods == key]
        account.items.append(
            item_row(one, happened, sum(line.change for line in whole), ask.place, cut)
        )
        account.sources.extend(source_rows(one.code, happened, parties))
        account.shares.extend(share_rows(one.code, happened))
        account.by_day.extend(day_rows(one.code, happened))
    return account


@query(scope=Scope.PUBLIC, title=_("All goods of a place, in figures"))
def public_items(asking: Asking, ask: PublicAsk) -> list[ItemRow]:
    """Return the four pillars of every kind of goods as of the last daily cut, as a plain table."""
    return public_account(asking, ask).items


@query(scope=Scope.PUBLIC, title=_("Where goods went, in figures"))
def public_shares(asking: Asking, ask: PublicAsk) -> list[ShareRow]:
    """Return where goods went by kind of recipient as of the last daily cut; groups under ten are joined."""
    return public_account(asking, ask).shares


@query(scope=Scope.PUBLIC, title=_("Day by day, in figures"))
def public_days(asking: Asking, ask: PublicAsk) -> list[DayRow]:
    """Return what came and went day by day as of the last daily cut; days with few recipients are not shown."""
    return public_account(asking, ask).by_day


def questions_until(place: str, cut: dt.datetime) -> dict[str, int | None]:
    """Return how many questions were asked and answered, and how long the slowest answer took."""
    rows = list(Question.objects.filter(place=place, asked_at__lte=cut))
    took = [
        (row.answered_at - row.asked_at).total_seconds()
        for row in rows
        if row.answered_at is not None and row.answered_at <= cut
    ]
    slowest = -int(-max(took) // 3600) if took else None
    return {"asked": len(rows), "answered": len(took), "slowest_hours": slowest}


def item_row(
    goods: Goods, happened: list[Told], on_hand: int, place: str, cut: dt.datetime
) -> ItemRow:
    """Return the four pillars of one kind of goods."""
    received = [line for line in happened if line.kind in IN_KINDS]
    issued = -sum(
        line.change
        for line in happened
        if line.kind in (LineKind.ISSUE, LineKind.RETURN, LineKind.DISPATCH)
    )
    lost = -sum(
        line.change
        for line in happened
        if line.kind in (LineKind.COUNT, LineKind.WRITE_OFF, LineKind.QUARANTINE)
    )
    came = sum(line.change for line in received)
    return ItemRow(
        item=goods.code,
        name=goods.name_zh,
        name_en=goods.name_en,
        unit=goods.base_unit,
        lent=goods.lent,
        opening=on_hand - came + issued + lost,
        received=came,
        times=len(received),
        issued=issued,
        lost=lost,
        gone=issued + lost,
        on_hand=on_hand,
        cover_days=None if goods.lent else days_of_cover(on_hand, pace_of(happened, cut)),
    )


def source_rows(item: str, happened: list[Told], parties: dict[UUID, Location]) -> list[SourceRow]:
    """Return where goods came from; a donor who is a person is not named, an office or a firm is."""
    groups: dict[tuple[str, str | None], list[Told]] = {}
    for line in happened:
        if line.kind in IN_KINDS:
            kind = line.party_kind if line.kind == LineKind.RECEIVE else LocationKind.TRANSIT
            name = (
                None if kind in (LocationKind.DONATION, LocationKind.TRANSIT) else line.party_name
            )
            groups.setdefault((kind, name), []).append(line)
    return [
        SourceRow(
            item=item,
            kind=kind,
            name=name,
            times=len(lines),
            quantity=sum(line.change for line in lines),
            days=sorted({day(line.at) for line in lines}),
            wish=None,
        )
        for (kind, name), lines in groups.items()
    ]


def share_rows(item: str, happened: list[Told]) -> list[ShareRow]:
    """Return where goods went by kind of recipient; what would show a group under ten is joined with the rest."""
    sums: dict[str, int] = {}
    who: dict[str, set[UUID | None]] = {}
    for line in happened:
        if line.kind in (LineKind.ISSUE, LineKind.RETURN, LineKind.DISPATCH):
            sums[line.party_kind] = sums.get(line.party_kind, 0) - line.change
            who.setdefault(line.party_kind, set()).add(line.party)
    residents = [kind for kind in (LocationKind.HOUSEHOLD, LocationKind.PERSON) if sums.get(kind)]
    if any(len(who[kind]) < SHOWN_FROM for kind in residents):
        residents_together = sum(len(who[kind]) for kind in residents)
        if residents_together < SHOWN_FROM:
            total = sum(sums.values())
            return [ShareRow(item=item, kind="all", share=None, quantity=total)] if total else []
        together = ShareRow(
            item=item,
            kind="residents",
            share=residents_together,
            quantity=sum(sums[kind] for kind in residents),
        )
        rest = [kind for kind in sums if kind not in residents and sums[kind]]
        return [
            together,
            *(ShareRow(item=item, kind=k, share=len(who[k]), quantity=sums[k]) for k in rest),
        ]
    order = (*RECIPIENTS, LocationKind.TRANSIT)
    return [
        ShareRow(item=item, kind=kind, share=len(who[kind]), quantity=sums[kind])
        for kind in order
        if sums.get(kind)
    ]


def day_rows(item: str, happened: list[Told]) -> list[DayRow]:
    """Return day by day what came and went; days with under ten resident recipients are not shown, nor one alone."""
    days: dict[dt.date, list[Told]] = {}
    for line in happened:
        days.setdefault(day(line.at), []).append(line)
    figures = {
        on: -sum(line.change for line in lines if line.kind in (LineKind.ISSUE, LineKind.RETURN))
        for on, lines in days.items()
    }
    hidden = {on for on, lines in days.items() if 0 < len(_residents(lines)) < SHOWN_FROM}
    if len(hidden) == 1:
        # One hidden day could be worked out from the total: the smallest other one is hidden with it.
        others = sorted((figures[on], on) for on in days if on not in hidden and figures[on])
        hidden |= {others[0][1]} if others else set()
    return [
        DayRow(
            item=item,
            on=on,
            received=sum(line.change for line in days[on] if line.kind in IN_KINDS),
            issued=None if on in hidden else figures[on],
        )
        for on in sorted(days)
    ]


def _residents(lines: list[Told]) -> set[UUID | None]:
    residents = (LocationKind.HOUSEHOLD, LocationKind.PERSON)
    return {
        line.party for line in lines if line.kind == LineKind.ISSUE and line.party_kind in residents
    }


class LinkAsk(Ask):
    """By the code on a slip."""

    link: Token


class OwnLine(Row):
    """One line of a household's own."""

    number: int
    on: dt.date
    item: str
    name: str
    name_en: str
    quantity: int
    unit: str
    kind: str
    confirmed: str | None
    seq: int | None


class HouseholdStatement(Row):
    """What one household received."""

    place: str
    household: str
    as_of: dt.datetime
    lines: list[OwnLine]


@query(scope=Scope.PUBLIC, title=_("What my household received"))
def household_statement(asking: Asking, ask: LinkAsk) -> HouseholdStatement:
    """Return a household's own lines to whoever holds the code on its slip."""
    link = open_link(asking.store, ask.link, HOUSEHOLD_LINK, asking.now)
    if link is None:
        raise Refused("LNK-1")
    location = asking.see(
        Location, place=link.place, kind=LocationKind.HOUSEHOLD, reference=link.subject
    )
    found = (
        Line.objects.filter(place=link.place, party=location.id).order_by("number")
        if location
        else []
    )
    goods = goods_by_id(asking.store)
    confirmed = dict(Confirmation.objects.filter(place=link.place).values_list("line", "how"))
    numbers = numbers_of(asking.store, [line.entry for line in found])
    return HouseholdStatement(
        place=link.place,
        household=link.subject,
        as_of=asking.now,
        lines=[
            OwnLine(
                number=line.number,
                on=day(line.at),
                item=goods[line.goods_id].code,
                name=goods[line.goods_id].name_zh,
                name_en=goods[line.goods_id].name_en,
                quantity=-line.change,
                unit=goods[line.goods_id].base_unit,
                kind=line.kind,
                confirmed=confirmed.get(line.number),
                seq=numbers.get(line.entry),
            )
            for line in found
        ],
    )


class QuestionsAsk(Ask):
    """Of which place."""

    place: PlaceCode


class QuestionRow(Row):
    """A question about a line and its answer."""

    question: UUID
    line: LineNumber
    asked_at: dt.datetime
    text: str
    answer: str | None
    answered_at: dt.datetime | None
    seq: int | None


@query(scope=Scope.PUBLIC, title=_("Questions and answers"))
def questions(asking: Asking, ask: QuestionsAsk) -> list[QuestionRow]:
    """Return the answers about a place's lines with the line's entry; the asker's words only where the answerer showed them."""
    rows = [row for row in asking.find(Question, place=ask.place) if row.answered_at is not None]
    return question_rows(ask.place, rows)


def question_rows(place: str, rows: list[Question]) -> list[QuestionRow]:
    """Return questions as they are shown."""
    entries = dict(
        Line.objects.filter(place=place, number__in=[row.line for row in rows]).values_list(
            "number", "entry"
        )
    )
    numbers = numbers_of(Store(), entries.values())
    return [
        QuestionRow(
            question=row.id,
            line=row.line,
            asked_at=row.asked_at,
            text=(row.text or "") if row.shown else "",
            answer=row.answer,
            answered_at=row.answered_at,
            seq=numbers.get(entries[row.line]) if row.line in entries else None,
        )
        for row in rows
    ]


class KeptRow(Row):
    """A place that keeps an account."""

    place: str
    name: str
    lines: int


@query(scope=Scope.PUBLIC, title=_("Places that keep an account"))
def places_with_account(asking: Asking, ask: Nothing) -> list[KeptRow]:
    """Return the places that keep an account, those with the most lines first, at most 100."""
    books = Book.objects.order_by("-last_line", "place")[:100]
    found = Place.objects.filter(code__in=[book.place for book in books])
    names = {row.code: short_name(row.name, row.level) for row in found.order_by("prefix")}
    return [
        KeptRow(place=book.place, name=names[book.place], lines=book.last_line) for book in books
    ]
