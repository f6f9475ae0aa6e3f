"""Posting: the one primitive, so much of a lot from here to there, and the numbered line that tells of it."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from mingbai.domains.supplies.models import Balance, Book, Line, Location, Lot, Move
from mingbai.domains.supplies.rules import Held, check_room
from mingbai.domains.supplies.words import FLOORED, LineKind, LocationKind
from mingbai.kernel.acting import Acting
from mingbai.kernel.identity import new_hex
from mingbai.kernel.laying import Layout
from mingbai.kernel.models import Goods, Household, Person, Point
from mingbai.kernel.refusals import Refused
from mingbai.kernel.rows import new

STORE = "store"
LINES = Layout(
    Line,
    "id place number entry kind goods_id quantity change party_id at recorded_at mandate reverses counted note",
)
MOVES = Layout(Move, "line_id lot_id source_id destination_id quantity")
POST_WORDS = ("卡点", "卡口", "岗", "站", "点", "gate", "post")


@dataclass(frozen=True)
class Moved:
    """So much of a lot, from here to there."""

    lot: UUID
    source: Location
    destination: Location
    quantity: int


def location(
    acting: Acting, place: str, kind: LocationKind, reference: str, *, name: str | None = None
) -> Location:
    """Return a location; the first time it is needed it is made."""
    found = acting.see(Location, place=place, kind=kind, reference=reference)
    if found is not None:
        return found
    return acting.add(
        Location(place=place, kind=kind, reference=reference, name=name, floored=kind in FLOORED)
    )


@dataclass(frozen=True)
class OpenStore:
    """A place's store and the book it is written in, which is locked."""

    place: str
    at: Location
    book: Book | None

    def written_to(self, acting: Acting, number: int) -> None:
        """Note how far the book is numbered."""
        if self.book is None:
            acting.add(Book(place=self.place, last_line=number))
        elif number != self.book.last_line:
            acting.change(self.book, last_line=number)


def open_store(acting: Acting, place: str) -> OpenStore:
    """Open a place's store; acts on one store queue at its book, so that no two ever wait for each other in a ring."""
    book = acting.hold(Book, place=place)
    return OpenStore(place, location(acting, place, LocationKind.STOCK, STORE), book)


def recipient(acting: Acting, place: str, text: str) -> Location:
    """Return where goods go: a household by number or head, a post by name, or a person by name."""
    household = acting.see(Household, place=place, code=text)
    if household is not None:
        return location(acting, place, LocationKind.HOUSEHOLD, household.code)
    if (household := _household_of(acting, place, text)) is not None:
        return location(acting, place, LocationKind.HOUSEHOLD, household.code)
    points = [
        point for point in acting.find(Point, place=place, name=text) if point.closed_at is None
    ]
    if points:
        return location(acting, place, LocationKind.POST, points[0].id.hex, name=text)
    kind = LocationKind.POST if text.endswith(POST_WORDS) else LocationKind.PERSON
    known = acting.find(Location, place=place, kind=kind, name=text)
    if known:
        return known[0]
    people = acting.find(Person, place=place, name=text)
    return acting.add(
        Location(
            place=place,
            kind=kind,
            reference=secrets.token_hex(8),
            name=text,
            person=people[0].id if len(people) == 1 and kind == LocationKind.PERSON else None,
            floored=True,
        )
    )


def _household_of(acting: Acting, place: str, name: str) -> Household | None:
    """Return the one household whose head has this name; where there are two, the number must be given."""
    heads = acting.find(Person, place=place, name=name)
    found = [one for head in heads for one in acting.find(Household, place=place, head_id=head.id)]
    if len(found) > 1:
        raise Refused("SUP-24")
    return found[0] if found else None


def held_at(acting: Acting, at: Location, goods: Goods) -> dict[UUID, Balance]:
    """Return the balances of goods at a location by lot, locked until the act is over."""
    rows = acting.hold_each(Balance, location_id=at.id, goods_id=goods.id)
    return {row.lot_id: row for row in rows}


def quantity_at(acting: Acting, at: Location, goods: Goods) -> int:
    """Return how much of goods a location holds, whatever the lots; the store's book is locked, so it stands still."""
    return acting.total(Balance, "quantity", location_id=at.id, goods_id=goods.id)


def as_held(acting: Acting, balances: dict[UUID, Balance]) -> list[Held]:
    """Return balances with what is needed to choose between their lots."""
    found = []
    for balance in balances.values():
        if balance.quantity > 0:
            lot = acting.see(Lot, id=balance.lot_id)
            assert lot is not None
            found.append(Held(lot.id, balance.quantity, lot.expires_on, lot.came_at))
    return found


def post(
    acting: Acting,
    store: OpenStore,
    *,
    kind: LineKind,
    goods: Goods,
    quantity: int,
    change: int,
    moves: Sequence[Moved],
    party: Location | None = None,
    reverses: int | None = None,
    counted: int | None = None,
    note: str | None = None,
) -> int:
    """Write one numbered line of a store's book with its moves, and keep every balance in step; return its number."""
    for balance_of in _deltas(moves).values():
        _adjust(acting, goods, balance_of)
    number = store.book.last_line + 1 if store.book else 1
    store.written_to(acting, number)
    lay_line(
        acting,
        store,
        number=number,
        kind=kind,
        goods=goods,
        quantity=quantity,
        change=change,
        party=party,
        moves=[(move.lot, move.source, move.destination, move.quantity) for move in moves],
        reverses=reverses,
        counted=counted,
        note=note,
    )
    return number


def lay_line(
    acting: Acting,
    store: OpenStore,
    *,
    number: int,
    kind: LineKind,
    goods: Goods,
    quantity: int,
    change: int,
    party: Location | None,
    moves: Sequence[tuple[UUID, Location, Location, int]],
    reverses: int | None = None,
    counted: int | None = None,
    note: str | None = None,
) -> None:
    """Lay down a numbered line and what it moves: of which lot, from where, to where, how much."""
    line = new_hex()
    acting.put(
        LINES,
        (
            line,
            store.place,
            number,
            acting.entry,
            kind,
            goods.id,
            quantity,
            change,
            party.id if party else None,
            acting.at,
            acting.now,
            acting.mandate,
            reverses,
            counted,
            note,
        ),
    )
    for lot, source, destination, many in moves:
        acting.put(MOVES, (line, lot, source.id, destination.id, many))


@dataclass
class Delta:
    """By how much the balance of a lot at a location changes."""

    at: Location
    lot: UUID
    quantity: int


def _deltas(moves: Sequence[Moved]) -> dict[tuple[UUID, UUID], Delta]:
    """Return the change of every balance, in one order, so that two acts never wait for each other."""
    found: dict[tuple[UUID, UUID], Delta] = {}
    for move in moves:
        for at, sign in ((move.source, -1), (move.destination, 1)):
            delta = found.setdefault((at.id, move.lot), Delta(at, move.lot, 0))
            delta.quantity += sign * move.quantity
    return dict(sorted(found.items()))


def _adjust(acting: Acting, goods: Goods, delta: Delta) -> None:
    if not delta.quantity:
        return
    balance = acting.hold(Balance, location_id=delta.at.id, lot_id=delta.lot)
    quantity = (balance.quantity if balance else 0) + delta.quantity
    check_room(quantity)
    write_balance(acting, delta.at, delta.lot, goods, balance, quantity)


def write_balance(
    acting: Acting, at: Location, lot: UUID, goods: Goods, row: Balance | None, quantity: int
) -> None:
    """Write how much of a lot is at a location."""
    if row is not None:
        acting.change(row, quantity=quantity)
        return
    acting.add(
        new(
            Balance,
            location_id=at.id,
            lot_id=lot,
            goods_id=goods.id,
            place=at.place,
            quantity=quantity,
            floored=at.floored,
        )
    )
