"""Erasing: what each desk does when a person is erased, and how what is due is erased; upper floors register themselves here."""

import logging
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from mingbai.kernel.acting import Acting
from mingbai.kernel.refusals import Refused

AT_ONCE = 200
ERASERS: list[Callable[[Acting, UUID], None]] = []
LOG = logging.getLogger("mingbai.erasure")


def eraser(function: Callable[[Acting, UUID], None]) -> Callable[[Acting, UUID], None]:
    """Register a function `(acting, person) -> None` that clears what its desk holds about a person."""
    ERASERS.append(function)
    return function


def erase_in_turn(rows: QuerySet[Any], erase: Callable[[Any], None]) -> bool:
    """Erase what is due row by row, some at a time, and tell whether any is left for the next time.

    What is refused stays, is said in the log, and holds up nothing else: it is looked at again on the next day.
    """
    erased, after = 0, UUID(int=0)
    while some := list(rows.filter(id__gt=after).order_by("id")[:AT_ONCE]):
        for row in some:
            try:
                erase(row)
                erased += 1
            except Refused as refused:
                LOG.error("%s %s was to be erased: %s", type(row).__name__, row.id, refused)
            if erased == AT_ONCE:
                return True
        after = some[-1].id
    return False
