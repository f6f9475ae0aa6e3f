"""Export: the account as plain-text accounting that another program checks."""

from uuid import UUID

from django.utils.translation import gettext_lazy as _

from mingbai.domains.supplies.models import Location, Move
from mingbai.domains.supplies.queries.account import READING, AtPlace
from mingbai.domains.supplies.queries.figures import goods_by_id
from mingbai.domains.supplies.words import LocationKind
from mingbai.kernel.acting import Asking
from mingbai.kernel.asks import Row
from mingbai.kernel.clock import day
from mingbai.kernel.registry import Scope, query

NAMES = {
    LocationKind.STOCK: "assets:store",
    LocationKind.TRANSIT: "assets:transit",
    LocationKind.QUARANTINE: "assets:apart",
    LocationKind.HOUSEHOLD: "expenses:households",
    LocationKind.PERSON: "expenses:people",
    LocationKind.POST: "expenses:posts",
    LocationKind.ALLOCATION: "income:allocation",
    LocationKind.DONATION: "income:donation",
    LocationKind.PURCHASE: "income:purchase",
    LocationKind.PRODUCTION: "income:production",
    LocationKind.LOSS: "expenses:loss",
    LocationKind.COUNT: "expenses:count",
    LocationKind.FOUND: "income:found",
}


class TextRow(Row):
    """One line of text."""

    text: str


@query(scope=Scope.UNDER, role=READING, title=_("Plain-text accounting (hledger)"))
def hledger(asking: Asking, ask: AtPlace) -> list[TextRow]:
    """Return a place's moves as hledger reads them; no name of anyone, accounts by kind and by random number."""
    goods = goods_by_id(asking.store)
    found = Move.objects.filter(line__place=ask.place).select_related(
        "line", "source", "destination"
    )
    rows: list[str] = []
    number = 0
    for move in found.order_by("line__number", "id"):
        line = move.line
        if line.number != number:
            number = line.number
            rows += ["", f"{day(line.at).isoformat()} ({line.number}) {line.kind}"]
        commodity = f'"{goods[line.goods_id].code}"'
        rows.append(f"    {account_name(move.destination)}  {move.quantity} {commodity}")
        rows.append(f"    {account_name(move.source)}  -{move.quantity} {commodity}")
    return [TextRow(text=text) for text in rows]


def account_name(location: Location) -> str:
    """Return how a location is called in plain-text accounting."""
    kind = LocationKind(location.kind)
    if kind is LocationKind.STOCK:
        return f"{NAMES[kind]}:{location.place}"
    short: UUID = location.id
    return f"{NAMES[kind]}:{short.hex[-8:]}"
