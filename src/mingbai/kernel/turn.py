"""Turns: on SQLite writers queue fairly before BEGIN; what is answered is on the disk first."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from django.db import OperationalError, connections, transaction
from django.utils.translation import gettext_lazy as _

from mingbai.kernel.folder import alone
from mingbai.kernel.refusals import Refused, sentences

DISK_ERRORS = {errno.ENOSPC, errno.EFBIG, errno.EDQUOT, errno.EIO, errno.EROFS}
DISK_WORDS = ("disk is full", "disk I/O error", "readonly database", "No space left")

sentences(
    {
        "DSK-1": _(
            "Not saved: the disk of this machine is full or does not take what is written. Make room, then send it again; "
            "what was saved before is whole."
        )
    }
)


class NoRoom(Refused):
    """The disk takes nothing more."""

    status = 507


def no_room(fault: BaseException) -> bool:
    """Tell whether a fault says that the disk takes nothing more."""
    if isinstance(fault, OSError):
        return fault.errno in DISK_ERRORS
    return isinstance(fault, OperationalError) and any(words in str(fault) for words in DISK_WORDS)


def file_of_account() -> Path | None:
    """Return the account's SQLite file, or nothing on PostgreSQL."""
    settings = connections["default"].settings_dict
    return Path(settings["NAME"]) if settings["ENGINE"].endswith("sqlite3") else None


@contextmanager
def room() -> Iterator[None]:
    """Say in words that the disk takes nothing more, whatever it was that could not be written."""
    try:
        yield
    except (OperationalError, OSError) as fault:
        if no_room(fault):
            raise NoRoom("DSK-1") from fault
        raise


@contextmanager
def turn() -> Iterator[None]:
    """Open the account for one writing transaction; after it what was committed lies on the disk.

    SQLite's own waiting is unfair (waits of seconds were seen), so writers queue at a lock file. The commit itself is
    not synced: the log is, after the turn is given back, so that the next writer does not wait for the disk.
    """
    with room(), _turn():
        yield


@contextmanager
def _turn() -> Iterator[None]:
    path = file_of_account()
    if path is None:
        with transaction.atomic(using="default"):
            yield
        return
    with alone(path.with_name("turn.lock")), transaction.atomic(using="default"):
        yield
    to_disk(path)


_later = ContextVar("later", default=False)


@contextmanager
def to_disk_at_the_end() -> Iterator[None]:
    """Wait for the disk once, after all that is written meanwhile: only where nobody is told before that it is kept."""
    before = _later.set(True)
    try:
        yield
    finally:
        _later.reset(before)
    if path := file_of_account():
        to_disk(path)


def to_disk(path: Path) -> None:
    """Wait until the account's log is on the disk."""
    if _later.get():
        return
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
