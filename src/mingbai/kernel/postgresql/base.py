"""A connection to PostgreSQL that takes few ways there and back: each costs more than what most statements do.

BEGIN travels with the first statement of a transaction; writes of which nobody asks anything are held back, and travel with
what comes next, at the latest with COMMIT: one text, which PostgreSQL does in order and ends at the first fault. A fault in
what was held is told where it was sent, with its sqlstate, and a COMMIT behind it was not done. What comes again and again
is sent by the name that it has on this connection, and where a table has changed since, as it is.
"""

import select
import time
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from django.db import InternalError
from django.db.backends.postgresql import base
from django.db.backends.utils import debug_transaction  # type: ignore[attr-defined]

from mingbai.kernel.postgresql.statements import Row, Together, Words
from mingbai.kernel.postgresql.way import Way

QUIET_SECONDS = 10.0
"""How long a connection may have been unused before the database is asked whether it still stands."""

BEGIN: Words = ("BEGIN", ())
COMMIT: Words = ("COMMIT", ())


class Cursor(base.Cursor):  # type: ignore[misc, name-defined]  # Django makes it as one of two kinds
    """Django's cursor; what is held goes before its own statement, and BEGIN in one text with it."""

    def __init__(self, owner: "DatabaseWrapper", connection: Any, **more: Any) -> None:
        """Remember whose cursor it is."""
        super().__init__(connection, **more)
        self.owner = owner

    def execute(self, query: Any, params: Any = None, **more: Any) -> Any:
        """Run a statement after what is held; its own rows alone are given."""
        way = self.owner.way
        if way is None or not way.held:
            return super().execute(query, params, **more)
        if way.held != [BEGIN] or not isinstance(query, str):
            way.send(())
            return super().execute(query, params, **more)
        way.held = []
        super().execute(f"BEGIN; {query}", params, **more)
        self.nextset()
        return self

    def executemany(self, query: Any, params_seq: Iterable[Any], **more: Any) -> None:
        """Run a statement many times, after what is held."""
        self.owner.send_held()
        super().executemany(query, params_seq, **more)

    def copy(self, statement: Any, params: Any = None, **more: Any) -> Any:
        """Copy rows in or out, after what is held."""
        self.owner.send_held()
        return super().copy(statement, params, **more)


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's connection to PostgreSQL, but for how it sends BEGIN and COMMIT, and how it learns that a database went."""

    def __init__(self, *words: Any, **more: Any) -> None:
        """Be not yet connected."""
        super().__init__(*words, **more)
        self.way: Way | None = None
        self.heard_at = 0.0
        self.health_check_done = False

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Have cursors know the way, and psycopg begin nothing by itself: BEGIN and COMMIT are ours to send."""
        self.way = None
        ours = {"cursor_factory": partial(Cursor, self), "autocommit": True}
        found = super().get_new_connection(conn_params | ours)
        self.way = Way(found)
        return found

    def open_way(self) -> Way:
        """Return the way of a connection that stands."""
        self.close_if_health_check_failed()
        self.ensure_connection()
        assert self.way is not None
        return self.way

    def together(self, statements: Together) -> list[list[Row]]:
        """Run statements as one text, after what is held; return the rows of each."""
        self.validate_no_broken_transaction()
        send: Callable[..., Any] = self.send_together
        for wrapper in reversed(self.execute_wrappers):
            send = partial(wrapper, send)
        context = {"connection": self, "cursor": None}
        rows: list[list[Row]] = send(statements, statements.values, False, context)
        return rows

    def send_together(self, statements: Together, *_of_wrappers: Any) -> list[list[Row]]:
        """Send statements as one text; return the rows of each."""
        way = self.open_way()
        with self.wrap_database_errors:
            return way.rows(way.send(statements.parts))

    def hold(self, statements: Together) -> None:
        """Send statements with what comes next in this transaction, at the latest with its COMMIT."""
        assert self.in_atomic_block, "what is held outside a transaction might never be sent"
        self.open_way().held += statements.parts

    def send_held(self) -> None:
        """Send what is held by itself."""
        if self.way is not None and self.way.held:
            self.way.send(())

    def create_cursor(self, name: str | None = None) -> Any:
        """Return a cursor; one that the database keeps needs its transaction first."""
        if name:
            self.send_held()
        return super().create_cursor(name)

    def _set_autocommit(self, autocommit: bool) -> None:
        assert self.way is not None
        self.way.held = [] if autocommit else [BEGIN]
        if autocommit:
            self.way.between_two()

    def _commit(self) -> None:
        if self.connection is None or self.way is None:
            return
        with debug_transaction(self, "COMMIT"), self.wrap_database_errors:
            if self.way.held == [BEGIN]:
                return  # nothing was done
            (done,) = self.way.send([COMMIT])
            if done.command_status != b"COMMIT":
                raise InternalError("The transaction was undone, not committed.")
        self._set_autocommit(self.autocommit)

    def _rollback(self) -> None:
        self._set_autocommit(self.autocommit)
        super()._rollback()  # type: ignore[misc]

    def close_if_health_check_failed(self) -> None:
        """Ask a connection whether it still stands only when it says something unasked, or was not used for a while.

        A database that stops, or is stopped, hangs up: that is heard here without asking.
        """
        if self.connection is not None and not self.health_check_done:
            now = time.monotonic()
            self.health_check_done = now - self.heard_at < QUIET_SECONDS and self.is_silent()
            self.heard_at = now
        super().close_if_health_check_failed()

    def is_silent(self) -> bool:
        """Tell whether nothing came from the database since its last answer: no last word, and no end."""
        if self.connection.closed:
            return False
        waiting = select.poll()
        waiting.register(self.connection.fileno(), select.POLLIN)
        return not waiting.poll(0)
