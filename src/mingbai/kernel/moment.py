"""The account's moment: the machine's clock, never behind the last entry; or where a story's clock stands."""

import contextlib
import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _

from mingbai.kernel.clock import machine_now
from mingbai.kernel.models import Account
from mingbai.kernel.refusals import Refused, sentences
from mingbai.kernel.rows import Statement, Store
from mingbai.kernel.rows import moment as from_sqlite

sentences(
    {
        "ACT-1": _(
            "There is no account in this folder yet. Make one with: mingbai init, or a demo with: mingbai demo."
        )
    }
)

KIND: dict[str, str] = {}
BIRTH: dict[str, dt.datetime] = {}


def account(store: Store) -> Account:
    """Return the one row that says what account this is."""
    found = store.fetch(Account, {})
    if not found:
        raise Refused("ACT-1")
    return found[0]


def is_story(store: Store) -> bool:
    """Tell whether this account tells a story, with a clock of its own."""
    name = str(store.connection.settings_dict["NAME"])
    if name not in KIND:
        KIND[name] = account(store).kind
    return KIND[name] == "story"


def now(store: Store) -> dt.datetime:
    """Return the account's moment."""
    return now_with(store)[0]


def now_with(store: Store, *others: Statement) -> tuple[dt.datetime, list[Any]]:
    """Return the account's moment, and what other statements give that are run together with its own."""
    if (born := BIRTH.get(str(store.connection.settings_dict["NAME"]))) is not None:
        return born, store.together(*others)
    if is_story(store):
        standing = account(store).story_now
        assert standing is not None
        return standing, store.together(*others)
    found, *more = store.together(LAST_RECORDED, *others)
    return found, more


def not_behind(rows: list[Any]) -> dt.datetime:
    """Return the machine's moment, or that of the last entry where it is later."""
    if not rows:
        return machine_now()
    return max(as_moment(rows[0][0]), machine_now())


def last_recorded(store: Store) -> dt.datetime | None:
    """Return when the last entry was recorded, if there is one."""
    rows = store.at_once(LAST_RECORDED.sql)
    return as_moment(rows[0][0]) if rows else None


def as_moment(value: dt.datetime | str) -> dt.datetime:
    """Return a moment as either database gives it."""
    found = value if isinstance(value, dt.datetime) else from_sqlite(value)
    return found.replace(tzinfo=dt.UTC) if found.tzinfo is None else found


LAST_RECORDED = Statement(
    "SELECT recorded_at FROM journal_entry ORDER BY recorded_at DESC LIMIT 1", (), not_behind
)


@contextlib.contextmanager
def at_birth(store: Store, kind: str, began: dt.datetime) -> Iterator[None]:
    """Let the first entry be written while there is no account row yet to ask for the time."""
    name = str(store.connection.settings_dict["NAME"])
    BIRTH[name] = began
    try:
        yield
    finally:
        del BIRTH[name]
    KIND[name] = kind


def forget() -> None:
    """Forget what was remembered of accounts, when another one is opened under the same name."""
    KIND.clear()
