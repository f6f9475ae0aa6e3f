"""The way to PostgreSQL that one connection is: what it has still to send, what its database knows by a name, and what came back.

psycopg's own cursor does one statement at a time and looks at each answer with the care that a stranger's needs; the house
sends several as one text, and knows what it asked.
"""

import datetime as dt
import time
from collections.abc import Sequence
from typing import Any

from psycopg import ClientCursor, Error
from psycopg.adapt import Loader, Transformer
from psycopg.errors import FeatureNotSupported, InvalidSqlStatementName, error_from_result
from psycopg.generators import execute
from psycopg.pq import ExecStatus, TransactionStatus
from psycopg.pq.abc import PGresult

from mingbai.kernel.postgresql.statements import Prepared, Row, Words

DONE = (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK)
NAMES_AGED = (FeatureNotSupported, InvalidSqlStatementName)
"""What PostgreSQL says when a table changed under a name, or names were taken away."""
PLANS_HOLD = 60.0
"""For how many seconds a plan is kept: a table that had ten rows when it was made may have ten thousand by then."""


class MomentLoader(Loader):
    """Reads a moment as PostgreSQL writes it, three times as fast as psycopg's own; always in UTC."""

    timezone = dt.UTC  # Django looks here for the zone in which moments are read

    def load(self, data: Any) -> dt.datetime:
        """Return a moment."""
        found = dt.datetime.fromisoformat(bytes(data).decode())
        return found if found.tzinfo is dt.UTC else found.astimezone(dt.UTC)


class Way:
    """One connection of psycopg's."""

    def __init__(self, connection: Any) -> None:
        """Hold nothing and know nothing."""
        connection.adapters.register_loader("timestamptz", MomentLoader)
        self.connection = connection
        self.reads = Transformer.from_context(connection)
        self.held: list[Words] = []
        self.prepared = Prepared()
        self.planned_at = time.monotonic()

    def send(self, parts: Sequence[Words]) -> list[PGresult]:
        """Send what is held, and statements after it, as one text, each by its name where it has one; return their own answers."""
        before, self.held = self.held, []
        words = [*before, *parts]
        try:
            found = self.answers("; ".join([self.short(*each) for each in words]))
        except NAMES_AGED:
            self.prepared.forget()
            if self.connection.pgconn.transaction_status != TransactionStatus.IDLE:
                raise  # the act runs again, and then nothing has a name
            found = self.answers("; ".join([self.whole(*each) for each in words]))
        return found[len(before) :]

    def short(self, text: str, values: Sequence[Any]) -> str:
        """Return a statement with its values, by its name where it has one."""
        return self.prepared.call(text, values) or self.whole(text, values)

    def whole(self, text: str, values: Sequence[Any]) -> str:
        """Return a statement with its values."""
        if not values and "%" not in text:
            return text
        return ClientCursor(self.connection).mogrify(text, values)

    def answers(self, text: str) -> list[PGresult]:
        """Send a text and return the answer to each of its statements; PostgreSQL ends at the first fault, and it is told here."""
        with self.connection.lock:
            self.connection.pgconn.send_query(text.encode())
            found: list[PGresult] = self.connection.wait(execute(self.connection.pgconn))
        for each in found:
            if each.status not in DONE:
                raise error_from_result(each, encoding="utf-8")
        return found

    def rows(self, found: Sequence[PGresult]) -> list[list[Row]]:
        """Return the rows of each answer."""
        rows = []
        for each in found:
            self.reads.set_pgresult(each)
            rows.append(self.reads.load_rows(0, each.ntuples, tuple))
        return rows

    def between_two(self) -> None:
        """Between two transactions: have the database learn what came often enough, and plan anew what it planned long ago."""
        if self.prepared.wanted:
            self.prepared.learn(self.does)
        now = time.monotonic()
        if self.prepared.names and now - self.planned_at > PLANS_HOLD:
            self.planned_at = now
            self.does("DISCARD PLANS")

    def does(self, statement: str) -> bool:
        """Have the database do what nothing hangs on; tell whether it did. A connection that fell is noticed at its next use."""
        try:
            self.answers(statement)
        except Error:
            return False
        return True
