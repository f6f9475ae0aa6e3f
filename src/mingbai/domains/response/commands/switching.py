"""Switching: what a change of words means for measures and parameters, at one moment.

Parameters are set when a change is declared, to begin at its minute: a phone carries them and changes at that minute with no
network. Measures begin and lapse when the minute has come.
"""

import datetime as dt
from collections.abc import Iterable
from copy import copy

from mingbai.domains.response.models import Listed
from mingbai.domains.response.queries.table import Catalogue, catalogue
from mingbai.domains.response.rules.levels import within
from mingbai.domains.response.words import LEVEL, ZONE_GRADE
from mingbai.kernel.acting import Acting
from mingbai.kernel.commands.measures import begin_measure, lapse
from mingbai.kernel.commands.policy import follow, put
from mingbai.kernel.measures import deciding, runs
from mingbai.kernel.models import Measure, Policy
from mingbai.kernel.places import is_under, prefix_of
from mingbai.kernel.policy import AS_ABOVE, own_row, own_value, rows_for
from mingbai.kernel.standing import ruling, rulings, spoken

TICK = dt.timedelta(microseconds=1)


def touching(book: Catalogue, place: str) -> list[Listed]:
    """Return the measures of the catalogue that reach a place or lie under it."""
    return [
        one
        for one in book.listed
        if one.withdrawn_at is None and (is_under(place, one.place) or is_under(one.place, place))
    ]


def nodes(acting: Acting, at: dt.datetime) -> set[str]:
    """Return the places that say a ruling word of their own at a moment."""
    return {place for word in (LEVEL, ZONE_GRADE) for place in spoken(acting.store, word, at)}


def downwards(places: Iterable[str], one: Listed) -> list[str]:
    """Return those places that a measure reaches, its own first and the upper ones before those under them."""
    found = {place for place in places if is_under(place, one.place)} | {one.place}
    return sorted(found, key=lambda place: (len(prefix_of(place)), place))


def switch(acting: Acting, place: str, only: Iterable[Listed] | None = None) -> None:
    """Let every measure that reaches a place begin, lapse or go on, as its table says of the words in force now."""
    book = catalogue(acting.store, only)
    said = nodes(acting, acting.at)
    for one in touching(book, place):
        rows = acting.find(Measure, kind=one.code)
        where = downwards(said | {row.place for row in rows}, one)
        words = rulings(acting.store, where, acting.at)
        wanted = {node: book.sectors(one, words[node]) is not None for node in where}
        turn(acting, one, rows, wanted)
        set_parameter(acting, book, one, acting.at)


def turn(acting: Acting, one: Listed, rows: list[Measure], wanted: dict[str, bool]) -> None:
    """Begin and end a measure at the places where it does not stand as wanted: an upper place is told before those under it.

    What goes on under a place begins before it ends above: so what hangs on it there gets no last day.
    """
    stands, ends = list(rows), []
    for node, on in wanted.items():
        near = deciding(stands, node, acting.at)
        if runs(near, acting.at) == on:
            continue
        if on:
            stands.append(begin_at(acting, one, stands, node))
        elif near is not None and near.place == node:
            ends.append(near)
            stands = [row for row in stands if row.id != near.id]
            stands.append(ended_copy(near, acting.at))
        else:
            # The place above keeps it: here it ends, and what hangs on it here has its last day.
            ends.append(begin_at(acting, one, stands, node))
            stands.append(ended_copy(ends[-1], acting.at))
    for row in ends:
        acting.perform(lapse, {"place": row.place, "code": row.code})


def begin_at(acting: Acting, one: Listed, rows: list[Measure], node: str) -> Measure:
    """Begin a measure at one place; return its row."""
    number = sum(row.place == node for row in rows) + 1
    code = f"{one.code}.{prefix_of(node) or '0'}.{number}"
    acting.perform(begin_measure, begun(one, node, code))
    found = acting.see(Measure, code=code)
    assert found is not None
    return found


def ended_copy(row: Measure, at: dt.datetime) -> Measure:
    """Return a row as it will stand when it has ended."""
    ended = copy(row)
    ended.lapsed_at = at
    return ended


def begun(one: Listed, node: str, code: str) -> dict[str, object]:
    """Return how a measure of the catalogue begins at a place."""
    return {
        "place": node,
        "code": code,
        "name_zh": one.name_zh,
        "name_en": one.name_en,
        "keep_days": one.keep_days,
        "kind": one.code,
        "scope": one.scope,
        "subject": one.subject,
        "basis": one.basis,
        "review_on": one.review_on,
        "policy": one.policy,
        "lowest": one.lowest,
        "highest": one.highest,
    }


def end_all(acting: Acting, one: Listed) -> None:
    """End a measure of the catalogue wherever it runs, and let its parameter follow the place above again."""
    for row in acting.find(Measure, kind=one.code):
        if runs(row, acting.at):
            acting.perform(lapse, {"place": row.place, "code": row.code})
            restore_parameter(acting, one, row.place, acting.at)


def schedule(
    acting: Acting, place: str, at: dt.datetime, only: Iterable[Listed] | None = None
) -> None:
    """Set, from a moment on, every parameter that a measure sets under the words that will hold then."""
    book = catalogue(acting.store, only)
    for one in touching(book, place):
        set_parameter(acting, book, one, at)


def set_parameter(acting: Acting, book: Catalogue, one: Listed, at: dt.datetime) -> None:
    """Set a measure's parameter at each place that it reaches, from a moment on, as its table says of the words of then."""
    if one.policy is None:
        return
    where = downwards(nodes(acting, at) | nodes(acting, at - TICK), one)
    after = rulings(acting.store, where, at)
    before = rulings(acting.store, where, at - TICK)
    for node in where:
        value = book.value(one, after[node])
        said = rows_for(acting.store, one.policy, node)
        now = own_value(said, node, at + TICK)
        if value is not None and now != str(value):
            acting.perform(put, _ask(one, node, at) | {"value": value})
        elif value is None and now != AS_ABOVE and now == str(book.value(one, before[node])):
            restore_parameter(acting, one, node, at)
    hold_to_bounds(acting, book, one, at)


def hold_to_bounds(acting: Acting, book: Catalogue, one: Listed, at: dt.datetime) -> None:
    """POL-4 措施有底线: what a place chose before a measure held there ends with it where it lies outside the measure's bounds."""
    if one.lowest is None and one.highest is None:
        return
    for place, rows in chosen_under(acting, one).items():
        now = own_row(rows, place, at + TICK)
        ahead = [row for row in rows if row.starts_at > at] if at <= acting.at else []
        for row in [now, *newest_of_each(ahead)]:
            if row is None or row.value == AS_ABOVE or within(one, int(row.value)):
                continue
            if one.issued_at <= row.recorded_at and holds(
                acting, book, one, place, row.recorded_at
            ):
                continue  # it was held to the bounds when it was said
            if holds(acting, book, one, place, since := max(row.starts_at, at)):
                restore_parameter(acting, one, place, since)


def chosen_under(acting: Acting, one: Listed) -> dict[str, list[Policy]]:
    """Return what was ever said of a measure's parameter under its own place, by place."""
    found: dict[str, list[Policy]] = {}
    for row in acting.find(Policy, name=one.policy):
        if row.place != one.place and is_under(row.place, one.place):
            found.setdefault(row.place, []).append(row)
    return found


def newest_of_each(rows: Iterable[Policy]) -> list[Policy]:
    """Return what was said last for each moment."""
    found: dict[dt.datetime, Policy] = {}
    for row in sorted(rows, key=lambda row: (row.starts_at, row.recorded_at, row.id)):
        found[row.starts_at] = row
    return list(found.values())


def holds(acting: Acting, book: Catalogue, one: Listed, place: str, at: dt.datetime) -> bool:
    """Tell whether a measure holds at a place at a moment, by the words that rule there then."""
    return book.sectors(one, ruling(acting.store, place, at)) is not None


def restore_parameter(acting: Acting, one: Listed, node: str, at: dt.datetime) -> None:
    """Let a measure's parameter follow the place above again from a moment on."""
    if one.policy is not None:
        acting.perform(follow, _ask(one, node, at))


def unschedule(acting: Acting, place: str, at: dt.datetime) -> None:
    """Take back what was set from a moment on because of words that will not hold: each place says what it said before."""
    book = catalogue(acting.store)
    for one in touching(book, place):
        if one.policy is None:
            continue
        fell = {
            where
            for where, rows in chosen_under(acting, one).items()
            if (row := own_row(rows, where, at + TICK)) is not None
            and (row.starts_at, row.value) == (at, AS_ABOVE)
        }
        for node in downwards(nodes(acting, at - TICK) | {place} | fell, one):
            said = rows_for(acting.store, one.policy, node)
            if not any(row.place == node and row.starts_at == at for row in said):
                continue
            before = own_value(said, node, at)
            if before == AS_ABOVE:
                acting.perform(follow, _ask(one, node, at))
            else:
                acting.perform(put, _ask(one, node, at) | {"value": int(before)})


def _ask(one: Listed, node: str, at: dt.datetime) -> dict[str, object]:
    return {"place": node, "policy": one.policy, "starts_at": at}
