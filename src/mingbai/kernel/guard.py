"""The write guard: a barrier against accidents; what is written to the account goes through the one door.

It refuses every writing statement on the account's database unless the kernel itself has opened the door for it.
It is no proof (whoever has the file can change it): `mingbai verify` is.
"""

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

READING = re.compile(
    r"\s*(?:/\*.*?\*/\s*|--[^\n]*\n\s*)*(?:\(\s*)*(SELECT|PRAGMA|EXPLAIN|SAVEPOINT|RELEASE|ROLLBACK|BEGIN|COMMIT|SET|SHOW|VALUES)\b",
    re.I | re.S,
)
WRITING = re.compile(
    r"\b(INSERT|UPDATE|DELETE|REPLACE|MERGE|TRUNCATE|DROP|ALTER|CREATE|COPY|DO|CALL|GRANT|VACUUM)\b",
    re.I,
)
STRINGS = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"", re.S)


class GuardError(RuntimeError):
    """Somebody tried to write past the one way to write."""


class _Door(threading.local):
    depth = 0


DOOR = _Door()


@contextmanager
def door() -> Iterator[None]:
    """Let the kernel's own statements through."""
    DOOR.depth += 1
    try:
        yield
    finally:
        DOOR.depth -= 1


def guard(
    execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]
) -> Any:
    """Refuse a statement that writes while the door is closed."""
    # Its text alone: what is sent together carries its values with it, and they are not to be remembered.
    if DOOR.depth == 0 and not reads_only(str(sql)):
        raise GuardError(
            "The account is written through commands alone (acting.add, change, remove). Refused: "
            + sql[:80]
        )
    return execute(sql, params, many, context)


@lru_cache(maxsize=512)
def reads_only(sql: str) -> bool:
    """Tell whether a statement can only read; when in doubt it can not."""
    if not READING.match(sql):
        # WITH .. SELECT reads; WITH .. UPDATE does not.
        if not sql.lstrip().upper().startswith("WITH"):
            return False
        return not WRITING.search(STRINGS.sub("", sql))
    upper = sql.lstrip()[:6].upper()
    if upper == "SELECT" and ";" in sql:
        return not WRITING.search(STRINGS.sub("", sql))
    return True


def install(connection: BaseDatabaseWrapper) -> None:
    """Put the guard on a connection to the account."""
    if connection.alias == "default" and guard not in connection.execute_wrappers:
        connection.execute_wrappers.append(guard)
