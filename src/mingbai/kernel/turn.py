"""Turns: on SQLite writers queue fairly before BEGIN; what is answered is on the disk first."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connections, transaction


def file_of_account() -> Path | None:
    """Return the account's SQLite file, or nothing on PostgreSQL."""
    settings = connections["default"].settings_dict
    return Path(settings["NAME"]) if settings["ENGINE"].endswith("sqlite3") else None


@contextmanager
def turn() -> Iterator[None]:
    """Open the account for one writing transaction; after it what was committed lies on the disk.

    SQLite's own waiting is unfair (waits of seconds were seen), so writers queue at a lock file. The commit itself is
    not synced: the log is, after the turn is given back, so that the next writer does not wait for the disk.
    """
    path = file_of_account()
    if path is None:
        with transaction.atomic(using="default"):
            yield
        return
    lock = os.open(path.with_name("turn.lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with transaction.atomic(using="default"):
            yield
    finally:
        os.close(lock)
    to_disk(path)


def to_disk(path: Path) -> None:
    """Wait until the account's log is on the disk."""
    for name in (f"{path}-wal", str(path)):
        try:
            handle = os.open(name, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            continue
        try:
            os.fdatasync(handle)
        finally:
            os.close(handle)
        return
