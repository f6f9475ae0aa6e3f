"""The account's moment: the machine's clock, never behind the last entry; or where a story's clock stands."""

import contextlib
import datetime as dt
from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from mingbai.kernel.clock import machine_now
from mingbai.kernel.models import Account
from mingbai.kernel.refusals import Refused, sentences
from mingbai.kernel.rows import Store
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
    if (born := BIRTH.get(str(store.connection.settings_dict["NAME"]))) is not None:
        return born
    if is_story(store):
        standing = account(store).story_now
        assert standing is not None
        return standing
    row = store.run(
        "SELECT recorded_at FROM journal_entry ORDER BY recorded_at DESC LIMIT 1"
    ).fetchone()
    if row is None:
        return machine_now()
    last = row[0] if isinstance(row[0], dt.datetime) else from_sqlite(row[0])
    return max(last.replace(tzinfo=dt.UTC) if last.tzinfo is None else last, machine_now())


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
