"""A connection to PostgreSQL that takes few ways there and back: each costs more than what most statements do.

BEGIN travels with the first statement of a transaction; writes of which nobody asks anything are held back, and travel with
what comes next, at the latest with COMMIT: one text, which PostgreSQL does in order and ends at the first fault. A fault in
what was held is told where it was sent, with its sqlstate, and a COMMIT behind it was not done. What comes again and again
is sent by the name that it has on this connection, and where a table has changed since, as it is.
"""

import select
import time
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

from django.db import InternalError
from django.db.backends.postgresql import base
from django.db.backends.utils import debug_transaction  # type: ignore[attr-defined]
from psycopg import Error
from psycopg.errors import FeatureNotSupported, InvalidSqlStatementName
from psycopg.pq import TransactionStatus

from mingbai.kernel.postgresql.statements import Prepared, Together, Words

QUIET_SECONDS = 10.0
"""How long a connection may have been unused before the database is asked whether it still stands."""

BEGIN: Words = ("BEGIN", ())
COMMIT: Words = ("COMMIT", ())
NAMES_AGED = (FeatureNotSupported, InvalidSqlStatementName)
"""What PostgreSQL says when a table changed under a name, or names were taken away."""


class Way:
    """What one connection has still to send, and what its database knows by a name."""

    def __init__(self) -> None:
        """Hold nothing and know nothing."""
        self.held: list[Words] = []
        self.prepared = Prepared()

    def taken(self) -> list[Words]:
        """Return what is held; nothing is held then."""
        before, self.held = self.held, []
        return before

    def short(self, words: Sequence[Words]) -> Words:
        """Return several statements as one text, each by its name where it has one, and its values."""
        return joined([(self.prepared.short(text, values), values) for text, values in words])


class Cursor(base.Cursor):  # type: ignore[misc, name-defined]  # Django makes it as one of two kinds
    """A cursor that sends what is held before its own statements, in one text with them."""

    def __init__(self, way: Way, connection: Any, **more: Any) -> None:
        """Remember the connection's way."""
        super().__init__(connection, **more)
        self.way = way

    def execute(self, query: Any, params: Any = None, **more: Any) -> Any:
        """Run a statement, or several together, after what is held; their own rows alone are given."""
        if isinstance(query, Together):
            return self.send(query.parts)
        if not self.way.held:
            return super().execute(query, params, **more)
        # Without values a sign like % means itself; in one text with others that have some it would not.
        if not isinstance(query, str) or not (isinstance(params, list | tuple) or "%" not in query):
            self.send_held()
            return super().execute(query, params, **more)
        before = self.way.taken()
        super().execute(*joined([self.way.short(before), (query, params or ())]), **more)
        self.skip(len(before))
        return self

    def send(self, parts: Sequence[Words]) -> Any:
        """Send statements after what is held, each by its name where it has one."""
        before = self.way.taken()
        words = [*before, *parts]
        try:
            super().execute(*self.way.short(words))
        except NAMES_AGED:
            self.way.prepared.forget()
            if self.connection.info.transaction_status != TransactionStatus.IDLE:
                raise  # the act runs again, and then nothing has a name
            super().execute(*joined(words))
        self.skip(len(before))
        return self

    def skip(self, count: int) -> None:
        """Pass over the results of what was held."""
        for _held in range(count):
            self.nextset()

    def executemany(self, query: Any, params_seq: Iterable[Any], **more: Any) -> None:
        """Run a statement many times, after what is held."""
        self.send_held()
        super().executemany(query, params_seq, **more)

    def copy(self, statement: Any, params: Any = None, **more: Any) -> Any:
        """Copy rows in or out, after what is held."""
        self.send_held()
        return super().copy(statement, params, **more)

    def send_held(self) -> None:
        """Send what is held by itself."""
        if self.way.held:
            self.send(())


def joined(words: Sequence[Words]) -> Words:
    """Return several statements as one text and its values."""
    return "; ".join([text for text, _ in words]), [value for _, part in words for value in part]


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's connection to PostgreSQL, but for how it sends BEGIN and COMMIT, and how it learns that a database went."""

    def __init__(self, *words: Any, **more: Any) -> None:
        """Hold nothing yet."""
        super().__init__(*words, **more)
        self.way = Way()
        self.heard_at = 0.0
        self.health_check_done = False

    def hold(self, words: Iterable[Words]) -> None:
        """Send statements with what comes next in this transaction, at the latest with its COMMIT."""
        assert self.in_atomic_block, "what is held outside a transaction might never be sent"
        self.way.held += words

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Have cursors know the way, and psycopg begin nothing by itself: BEGIN and COMMIT are ours to send."""
        self.way = Way()
        ours = {"cursor_factory": partial(Cursor, self.way), "autocommit": True}
        return super().get_new_connection(conn_params | ours)

    def create_cursor(self, name: str | None = None) -> Any:
        """Return a cursor; one that the database keeps needs its transaction first."""
        if name:
            self.connection.cursor().send_held()
        return super().create_cursor(name)

    def _set_autocommit(self, autocommit: bool) -> None:
        self.way.held = [] if autocommit else [BEGIN]
        if autocommit and self.way.prepared.wanted:
            self.way.prepared.learn(self.learns)

    def _commit(self) -> None:
        if self.connection is None:
            return
        with debug_transaction(self, "COMMIT"), self.wrap_database_errors:
            if self.way.held == [BEGIN]:
                return  # nothing was done
            done = self.connection.cursor().execute(*COMMIT)
            if done.statusmessage != "COMMIT":
                raise InternalError("The transaction was undone, not committed.")
        self._set_autocommit(self.autocommit)

    def _rollback(self) -> None:
        self._set_autocommit(self.autocommit)
        super()._rollback()  # type: ignore[misc]

    def learns(self, statement: str) -> bool:
        """Have the database learn a statement by a name, between two transactions; tell whether it did."""
        try:
            self.connection.execute(statement)
        except Error:
            return False
        return True

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
