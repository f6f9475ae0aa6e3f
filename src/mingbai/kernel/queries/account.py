"""Queries on the account itself: how far it goes, and what it is."""

import datetime as dt

from django.utils.translation import gettext_lazy as _

from mingbai.kernel.acting import Asking
from mingbai.kernel.asks import Nothing, Row
from mingbai.kernel.journal.tree import last_sealed, size_of
from mingbai.kernel.models import Checkpoint
from mingbai.kernel.moment import account
from mingbai.kernel.registry import Scope, query


class StateRow(Row):
    """How far the account goes."""

    name: str
    kind: str
    origin: str
    now: dt.datetime
    entries: int
    sealed: int
    sealed_at: dt.datetime | None
    head: str


@query(scope=Scope.PUBLIC, desk="account", title=_("How far the account goes"))
def state(asking: Asking, ask: Nothing) -> StateRow:
    """Return how many entries there are, how many are sealed, and the beginning of the newest signed head's hash."""
    held = account(asking.store)
    sealed = last_sealed(asking.store)
    at = (
        Checkpoint.objects.filter(number=sealed.number).values_list("sealed_at", flat=True).first()
        if sealed
        else None
    )
    return StateRow(
        name=held.name,
        kind=held.kind,
        origin=held.origin,
        now=asking.now,
        entries=size_of(asking.store),
        sealed=sealed.size if sealed else 0,
        sealed_at=at,
        head=sealed.note.split("\n")[2][:12] if sealed else "",
    )
