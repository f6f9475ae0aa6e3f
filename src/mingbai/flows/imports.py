"""Imports: an office's workbook becomes acts, row by row, each once however often the file is sent."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from mingbai.domains.supplies import ledger_sheet
from mingbai.kernel import people_sheet
from mingbai.kernel.actors import Actor
from mingbai.kernel.clock import at_time, day
from mingbai.kernel.garbage import growing
from mingbai.kernel.identity import id_of, named_id
from mingbai.kernel.jobs import BESIDE, Beside, Plan, Row
from mingbai.kernel.keys import keys
from mingbai.kernel.many.run import One, Outcome, run_many
from mingbai.kernel.models import Goods, Pack, Request
from mingbai.kernel.moment import now as moment_now
from mingbai.kernel.perform import answer, perform
from mingbai.kernel.refusals import Conflict, Refused
from mingbai.kernel.registry import planner
from mingbai.kernel.rows import Store
from mingbai.kernel.words import Known
from mingbai.kernel.workbooks.headings import find_headings
from mingbai.kernel.workbooks.reading import Sheet, read
from mingbai.kernel.workbooks.writing import Marked, write_marked

NAMESPACE = UUID("6d696e67-6261-5000-8000-696d706f7274")
SHARED_BITS = 6  # that a request has in common with its document's index: of a hundred thousand rows, a step meets one in fifty
VERSION_8 = 8 << 76 | 2 << 62
OWN_BITS = (1 << 128 - SHARED_BITS) - 1 & ~(15 << 76 | 3 << 62)
OUTCOMES = ("ok", "refused", "to_verify", "duplicate")
DONATED = ("捐", "赠", "donat")
BOUGHT = ("采购", "购买", "自购", "超市", "商店", "药店", "药房", "bought", "purchase")
MADE = ("自产", "车间", "生产", "made")


@dataclass
class RowOutcome:
    """What became of one row."""

    row: int
    outcome: str
    sheet: str = ""
    why: str | None = None
    rule: str | None = None
    message: str | None = None
    warning: str | None = None
    more: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return the outcome as programs read it; what does not apply is left out."""
        found: dict[str, Any] = {"row": self.row, "outcome": self.outcome, **self.more}
        last = {
            "why": self.why,
            "rule": self.rule,
            "message": self.message,
            "warning": self.warning,
        }
        return found | {key: value for key, value in last.items() if value is not None}


@dataclass
class Imported:
    """What became of a workbook."""

    kind: str
    place: str
    sheets: list[Sheet]
    recognise: Callable[[str], str | None]
    rows: list[RowOutcome] = field(default_factory=list)
    dry_run: bool = False

    @property
    def totals(self) -> dict[str, int]:
        """Return how many rows had which outcome."""
        totals = {outcome: sum(row.outcome == outcome for row in self.rows) for outcome in OUTCOMES}
        return totals | {"warnings": sum(row.warning is not None for row in self.rows)}

    def as_json(self) -> dict[str, Any]:
        """Return what programs read."""
        found: dict[str, Any] = {"kind": self.kind, "place": self.place, "totals": self.totals}
        if self.dry_run:
            found["dry_run"] = True
        return found | {"rows": [row.as_json() for row in self.rows]}

    def error_workbook(self) -> bytes:
        """Return the workbook as it came with the reason beside each row that was not taken."""
        marked = []
        for sheet in self.sheets:
            headings = find_headings(sheet, self.recognise)
            reasons = {
                row.row: row.message or row.why or ""
                for row in self.rows
                if row.outcome in ("refused", "to_verify") and row.sheet in ("", sheet.name)
            }
            if headings is not None:
                marked.append(Marked(sheet, reasons, headings.last_row + 1))
        return write_marked(marked)


def import_workbook(
    kind: str,
    content: bytes,
    place: str,
    *,
    point: str | None = None,
    year: int | None = None,
    as_: Actor,
    mandate: UUID | None = None,
    dry_run: bool = False,
) -> Imported:
    """Import a workbook; a dry run only tells what would become of each row."""
    return IMPORTS[kind](
        content, place, point=point, year=year, as_=as_, mandate=mandate, dry_run=dry_run
    )


def request_of(kind: str, place: str, identity: str) -> UUID:
    """Return the request id of a row: the same row is the same request for ever."""
    return named_id(NAMESPACE, f"{kind}/{place}/{identity}")


def import_ledger(
    content: bytes,
    place: str,
    *,
    point: str | None,
    year: int | None,
    as_: Actor,
    mandate: UUID | None,
    dry_run: bool,
) -> Imported:
    """Import a store's paper account: every line an act of its own, in the order of the paper."""
    sheets = read(content)
    shelf = Shelf(place, as_, mandate)
    rows = [shelf.counted(row) for row in ledger_sheet.read_ledger(sheets, year=year)]
    found = Imported(ledger_sheet.KIND, place, sheets, ledger_sheet.recognise, dry_run=dry_run)
    held = {
        row.item: row.quantity
        for row in answer("supplies.balances", {"place": place}, as_=as_, mandate=mandate)
    }
    if dry_run:
        requests = {row.identity: request_of(found.kind, place, row.identity) for row in rows}
        before = known_requests(list(requests.values()))
        known = {name for name, request in requests.items() if request in before}
        fresh = [row for row in rows if row.identity not in known]
        played = {
            (outcome.sheet, outcome.row, outcome.move): outcome
            for outcome in ledger_sheet.play(fresh, held).outcomes
        }
        for row in rows:
            if row.identity in known:
                found.rows.append(ledger_outcome(row, "duplicate"))
            else:
                played_row = played[(row.sheet, row.row, row.move)]
                found.rows.append(
                    ledger_outcome(
                        row, played_row.outcome, why=played_row.why, warning=played_row.warning
                    )
                )
        return found
    for row in rows:
        found.rows.append(import_line(row, place, shelf, as_, mandate))
    return found


class Shelf:
    """The goods of the account as a paper names them; those that nobody registered yet are registered from the paper."""

    def __init__(self, place: str, as_: Actor, mandate: UUID | None) -> None:
        self.place, self.as_, self.mandate = place, as_, mandate
        self.goods: dict[str, Goods] = {}
        self.units: dict[UUID, dict[str, int]] = {}
        for goods in Store().fetch(Goods, {}, limit=None):
            self.take(goods)
        for pack in Store().fetch(Pack, {}, limit=None):
            self.units[pack.goods_id][pack.unit] = pack.size

    def take(self, goods: Goods) -> Goods:
        """Remember goods by every name they have."""
        for name in (goods.code, goods.name_zh, goods.name_en):
            self.goods.setdefault(ledger_sheet.item_key(name), goods)
        self.units.setdefault(goods.id, {goods.base_unit: 1})
        return goods

    def counted(self, row: ledger_sheet.LedgerRow) -> ledger_sheet.LedgerRow:
        """Return a line in the unit in which its goods are registered; one that tells of no such unit is at fault."""
        goods = self.goods.get(ledger_sheet.item_key(row.item))
        if goods is None or not row.unit_known or row.quantity is None:
            return row
        size = self.units[goods.id].get(row.unit)
        if size is None:
            return replace(row, fault=row.fault or ledger_sheet.Why.UNIT_UNKNOWN)
        return replace(
            row, quantity=row.quantity * size, unit=goods.base_unit, factor=row.factor * size
        )

    def find(self, row: ledger_sheet.LedgerRow) -> Goods:
        """Return the goods of a line."""
        goods = self.goods.get(ledger_sheet.item_key(row.item)) or self.register(row)
        if row.pack is not None:
            size, inner, outer = row.pack
            if inner == goods.base_unit and outer not in self.units[goods.id]:
                self.perform("goods.add_pack", item=goods.code, unit=outer, size=size)
                self.units[goods.id][outer] = size
        return goods

    def register(self, row: ledger_sheet.LedgerRow) -> Goods:
        """Register the goods of a line."""
        self.perform(
            "goods.add_goods",
            code=row.item,
            name_zh=row.item,
            name_en=row.item,
            base_unit=row.unit,
        )
        return self.take(Store().fetch(Goods, {"code": row.item})[0])

    def perform(self, name: str, **ask: Any) -> None:
        """Do a command at the import's place as who imports."""
        perform(name, ask | {"place": self.place}, as_=self.as_, mandate=self.mandate)


def import_line(
    row: ledger_sheet.LedgerRow, place: str, shelf: Shelf, as_: Actor, mandate: UUID | None
) -> RowOutcome:
    """Do the act that a line of the paper account tells of."""
    if row.fault is not None:
        return ledger_outcome(row, "refused", why=row.fault)
    assert row.on is not None and row.quantity is not None
    name = "supplies.receive_goods" if row.move == "receive" else "supplies.issue_goods"
    try:
        goods = shelf.find(row)
        ask: dict[str, Any] = {
            "place": place,
            "item": goods.code,
            "quantity": row.quantity,
            "unit": goods.base_unit,
            "note": row.note or None,
        }
        if row.move == "receive":
            ask |= {"origin_kind": origin_kind_of(row.party), "origin": row.party or "未写来源"}
        else:
            ask |= {"recipient": row.party}
        receipt = perform(
            name,
            ask,
            as_=as_,
            mandate=mandate,
            request_id=request_of(ledger_sheet.KIND, place, row.identity),
            at=moment_of(row.on),
            known=Known.REPORTED,
        )
    except Conflict:
        return ledger_outcome(row, "duplicate")
    except Refused as refusal:
        why = ledger_sheet.Why.NOT_IN_STORE if refusal.code == "SUP-1" else None
        return ledger_outcome(
            row, "refused", why=why, rule=refusal.code, message=refusal.sentence()
        )
    if receipt.already:
        return ledger_outcome(row, "duplicate")
    differs = ledger_sheet.balance_differs(row, receipt.result["on_hand"])
    return ledger_outcome(row, "ok", warning=ledger_sheet.WARNING if differs else None)


def moment_of(on: dt.date) -> dt.datetime:
    """Return the moment of a paper line: noon of its day, or now when that day is not over."""
    now = moment_now(Store())
    noon = at_time(on, 12)
    return min(noon, now) if on <= day(now) else noon


def ledger_outcome(
    row: ledger_sheet.LedgerRow,
    outcome: str,
    *,
    why: str | None = None,
    rule: str | None = None,
    message: str | None = None,
    warning: str | None = None,
) -> RowOutcome:
    """Return what became of a line, with what was read of it."""
    more: dict[str, Any] = {
        "on": row.on.isoformat() if row.on else None,
        "item": row.item,
        "move": row.move,
    }
    if outcome == "ok":
        more["quantity_in_base_unit"] = row.quantity
    said = message or (str(ledger_sheet.SAYINGS[why]) if why in ledger_sheet.SAYINGS else None)
    return RowOutcome(
        row.row,
        outcome,
        row.sheet,
        why=str(why) if why else None,
        rule=rule,
        message=said,
        warning=warning,
        more=more,
    )


def origin_kind_of(party: str | None) -> str:
    """Return of which kind a source is, by the words that offices use."""
    text = (party or "").lower()
    for kind, words in (("donation", DONATED), ("purchase", BOUGHT), ("production", MADE)):
        if any(word in text for word in words):
            return kind
    return "allocation"


def known_requests(requests: list[UUID]) -> set[UUID]:
    """Return the requests that were done before."""
    found: set[UUID] = set()
    for start in range(0, len(requests), 5000):
        part = requests[start : start + 5000]
        found.update(Request.objects.filter(id__in=part).values_list("id", flat=True))
    return found


def import_roster(
    content: bytes,
    place: str,
    *,
    point: str | None,
    year: int | None,
    as_: Actor,
    mandate: UUID | None,
    dry_run: bool,
) -> Imported:
    """Import a roster of people: each recorded once, with the organisation and the post."""
    sheets = read(content)
    people = people_sheet.read_roster(sheets, year=year)
    found = Imported(people_sheet.KIND, place, sheets, people_sheet.recognise, dry_run=dry_run)
    with growing():
        requests = requests_of_people(people, place)
        rows = [
            roster_row(person, place, request)
            for person, request in zip(people, requests, strict=True)
        ]
        asks = [row.one for row in rows if row.one is not None]
        if dry_run:
            known = known_requests([one.request for one in asks])
            found.rows = [roster_looked(row, known) for row in rows]
            return found
        done = run_many("people.enrol", asks, as_=as_, mandate=mandate, known=Known.REPORTED)
        came = iter([one for part in done for one in part])
        found.rows = [roster_outcome(row, next(came) if row.one else None) for row in rows]
    return found


@planner(people_sheet.KIND)
def plan_roster(content: bytes, place: str, options: dict[str, Any]) -> Plan:
    """Plan a roster of people: each is recorded once, with the organisation and the post."""
    people = people_sheet.find_people(read(content), year=options.get("year"))
    beside = options.get("beside")
    # A job that a version before began goes on with the requests, and so in the order, that it began with.
    named = requests_of_people if beside == BESIDE else unkeyed_requests
    return Plan(
        "people.enrol",
        Beside(
            people,
            lambda people: named(people, place),
            lambda person, request: roster_row(person, place, request),
            as_written=not beside,
        ),
    )


def unkeyed_requests(people: Sequence[people_sheet.RosterRow], place: str) -> list[UUID | None]:
    """Return the requests of people of a roster as versions before made them."""
    return [
        request_of(people_sheet.KIND, place, person.identity) if person.outcome == "ok" else None
        for person in people
    ]


def requests_of_people(people: Sequence[people_sheet.RosterRow], place: str) -> list[UUID | None]:
    """Return the request of each person of a roster, if anything is asked for them: the same row is the same for ever.

    It is keyed, so that nobody who has the journal alone can confirm a guess at who stood there. It begins as that does by
    which the document is found, so that the rows of a step lie beside each other in both indexes.
    """
    ring, shift = keys().ring, 128 - SHARED_BITS
    good = [person for person in people if person.outcome == "ok"]
    rows = ring.blind_indexes("roster row", [f"{place}/{person.identity}" for person in good])
    documents = ring.blind_indexes("document", [person.document for person in good])
    begins = [document[0] >> 8 - SHARED_BITS << shift for document in documents]
    own = [int.from_bytes(row, "big") & OWN_BITS | VERSION_8 for row in rows]
    requests = (id_of(begin | number) for begin, number in zip(begins, own, strict=True))
    return [next(requests) if person.outcome == "ok" else None for person in people]


def roster_row(person: people_sheet.RosterRow, place: str, request: UUID | None) -> Row:
    """Return what is asked for a person of a roster, or why nothing is."""
    if request is None:
        said = str(people_sheet.SAYINGS[person.why]) if person.why in people_sheet.SAYINGS else None
        return Row(person.row, person.sheet, None, person.outcome, person.why, said)
    sheet, number, name, kind, document, phone, organisation, post, _address, since, *_more = person
    ask = {
        "place": place,
        "name": name,
        "document_kind": kind,
        "document_number": document,
        "phone": phone,
        "organisation": organisation or None,
        "position": post or None,
        "since": since,
    }
    return Row(number, sheet, One(ask, request))


def roster_looked(row: Row, known: set[UUID]) -> RowOutcome:
    """Return what would become of a row."""
    if row.one is None:
        return RowOutcome(row.number, row.outcome, row.sheet, why=row.why, message=row.message)
    return RowOutcome(row.number, "duplicate" if row.one.request in known else "ok", row.sheet)


def roster_outcome(row: Row, came: Outcome | None) -> RowOutcome:
    """Return what became of a row."""
    if came is None:
        return roster_looked(row, set())
    refusal = came.refusal
    if came.outcome == "already_done" or isinstance(refusal, Conflict):
        return RowOutcome(row.number, "duplicate", row.sheet)
    if refusal is None:
        return RowOutcome(row.number, "ok", row.sheet)
    if refusal.code == "PER-2":
        return RowOutcome(row.number, "duplicate", row.sheet, message=refusal.sentence())
    return RowOutcome(
        row.number, "refused", row.sheet, rule=refusal.code, message=refusal.sentence()
    )


IMPORTS: dict[str, Callable[..., Imported]] = {
    ledger_sheet.KIND: import_ledger,
    people_sheet.KIND: import_roster,
}
