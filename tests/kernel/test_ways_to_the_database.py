"""Few ways to PostgreSQL: what travels together is done in order or not at all, and a database that went is noticed before use."""

import datetime as dt
import gc
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from django.db import DataError, IntegrityError, close_old_connections, connections, transaction

from mingbai.kernel.clock import machine_now
from mingbai.kernel.guard import door
from mingbai.kernel.journal.entries import later
from mingbai.kernel.models import Household, Person, Place
from mingbai.kernel.postgresql import way
from mingbai.kernel.postgresql.statements import Together
from mingbai.kernel.rows import Statement, Store
from mingbai.kernel.turn import turn
from tests.conftest import TOWN, URL, VILLAGE, House
from tests.kernel.phone import enrolled
from tests.movement import passes

pytestmark = pytest.mark.skipif(not URL, reason="SQLite is no way off")

CLAIM = "INSERT INTO journal_request (id) VALUES (%s)"
HELD = "SELECT count(*) FROM journal_request WHERE id = %s"


def claims(request: uuid.UUID) -> int:
    """Return how often a request is claimed, as another connection sees it."""
    with psycopg.connect(URL or "", dbname=str(connections["default"].settings_dict["NAME"])) as by:
        row = by.execute(HELD.replace("journal", "account.journal"), [request]).fetchone()
    assert row is not None
    return int(row[0])


@contextmanager
def heard(where: Path) -> Iterator[list[str]]:
    """Write down every text that this thread's connection sends, as PostgreSQL's own library traces it."""
    found: list[str] = []
    connections["default"].ensure_connection()
    library = connections["default"].connection.pgconn
    with where.open("w") as trace:
        library.trace(trace.fileno())
        try:
            yield found
        finally:
            library.untrace()
    lines = where.read_text("utf-8", errors="replace").splitlines()
    found += [line for line in lines if "\tF\t" in line]


def test_a_crossing_takes_three_ways(account: House, tmp_path: Path) -> None:
    """BEGIN with the claim and what is read, the row itself, and the entry with COMMIT."""
    account.do("movement.open_checkpoint", {"place": VILLAGE, "point": "东口"})
    guard = account.person("崔守望", "guard")
    holder = passes.person(account, "行人", 1)
    now = machine_now()
    ends = (now + dt.timedelta(days=9)).isoformat()
    asked = passes.batch(holders=[holder], valid_from=now.isoformat(), valid_to=ends)
    passes.issue(account, asked)
    (text,) = passes.tokens().values()
    ask = {"place": VILLAGE, "point": "东口", "permit": text, "direction": "in"}
    for _number in range(6):
        account.do("movement.record_crossing", ask, as_=guard)
    with heard(tmp_path / "trace") as sent:
        account.do("movement.record_crossing", ask, as_=guard)
    assert len(sent) == 3, sent
    assert "BEGIN; EXECUTE mingbai_" in sent[0]
    assert "COMMIT" in sent[2]
    account.settle()
    assert account.faults() == []


def test_a_record_from_a_phone_takes_four_ways(account: House, tmp_path: Path) -> None:
    """Who sends and what came before; BEGIN with the claim and what is read; the rows; the entry with COMMIT."""
    account.do("movement.open_checkpoint", {"place": VILLAGE, "point": "东口"})
    guard, desk = account.person("崔守望", "guard"), account.person("郎致远", "desk", TOWN)
    phone = enrolled(account, guard, desk, VILLAGE)
    ask = {"place": VILLAGE, "point": "东口", "direction": "in", "permit": "0" * 16}
    for _number in range(6):
        phone.save("movement.record_crossing", ask | {"verdict": "stop"})
        phone.send()
        phone.queue.clear()
    phone.save("movement.record_crossing", ask | {"verdict": "stop"})
    with heard(tmp_path / "trace") as sent:
        assert [one["outcome"] for one in phone.send()["results"]] == ["accepted"]
    assert len(sent) == 4, sent
    assert "BEGIN; EXECUTE mingbai_" in sent[1]
    assert "COMMIT" in sent[3]
    account.settle()
    assert account.faults() == []


def test_what_was_asked_is_not_kept_in_memory(account: House) -> None:
    """The guard remembers which texts only read, never the values that were sent with them."""
    name = f"a name asked for {uuid.uuid4()}"
    assert Store().fetch(Person, {"name": name}) == []
    gc.collect()
    held = [one for one in gc.get_objects() if isinstance(one, Together)]
    assert [one for one in held if name in one.values] == []


def test_a_fault_in_what_was_held_is_told_at_commit_and_nothing_is_done(account: House) -> None:
    """What travels with COMMIT fails with its own word, and takes the whole transaction with it."""
    first, twice = uuid.uuid4(), uuid.uuid4()
    with turn(), door():
        later(Store(), Statement(CLAIM, [twice]))
    assert claims(twice) == 1
    with pytest.raises(IntegrityError) as told, turn(), door():
        later(Store(), Statement(CLAIM, [first]), Statement(CLAIM, [twice]))
    assert getattr(told.value.__cause__, "sqlstate", None) == "23505"
    assert claims(first) == 0
    with turn(), door():
        later(Store(), Statement(CLAIM, [first]))
    assert claims(first) == 1


def test_what_was_held_is_seen_by_what_comes_next(account: House) -> None:
    """A read behind a held write finds it, a savepoint keeps or undoes it, and an act that fails leaves nothing."""
    kept, undone, lost = uuid.uuid4(), uuid.uuid4(), uuid.uuid4()
    with turn(), door():
        store = Store()
        later(store, Statement(CLAIM, [kept]))
        assert store.at_once(HELD, [kept]) == [(1,)]
        with pytest.raises(LookupError), transaction.atomic(using="default"):
            later(store, Statement(CLAIM, [undone]))
            raise LookupError
        assert store.at_once(HELD, [undone]) == [(0,)]
    with pytest.raises(LookupError), turn(), door():
        later(Store(), Statement(CLAIM, [lost]))
        raise LookupError
    assert [claims(one) for one in (kept, undone, lost)] == [1, 0, 0]


def test_a_transaction_in_which_nothing_was_asked_sends_nothing(
    account: House, tmp_path: Path
) -> None:
    """Neither BEGIN nor COMMIT goes out for nothing."""
    with heard(tmp_path / "trace") as sent, turn():
        pass
    assert sent == []


def test_rows_come_in_parts_within_a_transaction(account: House) -> None:
    """A cursor that the database keeps stands in the transaction that was only about to begin."""
    with turn():
        assert len(list(Place.objects.all().iterator(chunk_size=10))) == Place.objects.count()


def test_a_statement_means_the_same_by_its_name(account: House) -> None:
    """A moment stays a moment beside a day, a number larger than its column finds nothing, and a lone value stays text."""
    store, noon = Store(), dt.datetime(2026, 2, 14, 12, tzinfo=dt.UTC)
    asked = [
        ("SELECT DATE '2026-02-14' < %s", [noon]),
        ("SELECT count(*) FROM kernel_place WHERE row_version = %s", [2**40]),
        ("SELECT %s, 'a%%b'", ["text"]),
        ("SELECT count(*) FROM kernel_place WHERE %s IS NULL", [None]),
    ]
    plain = [store.at_once(text, values) for text, values in asked]
    for _time in range(4):
        with turn():
            found = [store.at_once(text, values) for text, values in asked]
        assert found == plain
    assert plain[0] == [(True,)]
    assert store.run("SELECT count(*) FROM pg_prepared_statements").fetchone()[0] >= 2


AS_TOLD = [
    "plain", "O'Brien", "''", "back\\slash", "\\'; DROP TABLE x; --", "100 %s %%", "王秀兰\n\t", "", "$1", "{a,b}",
    7, -7, 0, 2**63 - 1, True, False, None, b"", b"\0\xff'\\", uuid.UUID(int=5), dt.date(2026, 2, 28),
    dt.datetime(2026, 2, 14, 12, 30, 1, 5, tzinfo=dt.UTC), dt.datetime(1900, 1, 1, tzinfo=dt.UTC),
    dt.datetime(2026, 2, 14, 20, tzinfo=dt.timezone(dt.timedelta(hours=8))), dt.datetime.max.replace(tzinfo=dt.UTC),
]  # fmt: skip
KINDS = {str: "text", int: "bigint", bool: "boolean", bytes: "bytea", uuid.UUID: "uuid"} | {
    dt.date: "date",
    dt.datetime: "timestamptz",
    type(None): "text",
}


@pytest.mark.parametrize("lenient", ["on", "off"])
def test_a_value_comes_back_as_it_went(account: House, lenient: str) -> None:
    """By a name and without one, whatever signs it has and however the database reads backslashes."""
    store = Store()
    store.run(f"SET standard_conforming_strings = {lenient}")
    for _time in range(5):
        for value in AS_TOLD:
            with turn():
                ((found,),) = store.at_once(f"SELECT %s::{KINDS[type(value)]}", [value])
            assert found == value
            assert type(found) is type(value)
    named = store.at_once("SELECT sum(generic_plans + custom_plans) FROM pg_prepared_statements")
    assert named[0][0] >= 2 * len(AS_TOLD)
    with pytest.raises(DataError):
        store.at_once("SELECT %s::text", ["a\0b"])
    store.run("SET standard_conforming_strings = on")


def test_a_plan_is_not_kept_for_long(account: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A plan that was made while a table was nearly empty is made anew, though nobody has looked the table over since."""
    store, asked = Store(), "SELECT count(*) FROM grown WHERE id = %s"

    def plan() -> str:
        for _time in range(12):
            with turn():
                store.at_once(asked, [5])
        ((name,),) = store.at_once(
            "SELECT name FROM pg_prepared_statements WHERE statement LIKE '%%grown WHERE id =%%'"
        )
        return str(store.run(f"EXPLAIN EXECUTE {name} (5)").fetchall())

    with door():
        store.run("CREATE TABLE grown (id integer PRIMARY KEY)")
        store.run("INSERT INTO grown VALUES (5)")
        store.run("VACUUM ANALYZE grown")
        assert "Seq Scan" in plan()
        store.run("INSERT INTO grown SELECT generate_series(6, 9000)")
        assert "Seq Scan" in plan()
        monkeypatch.setattr(way, "PLANS_HOLD", 0.0)
        assert "Index" in plan()
        store.run("DROP TABLE grown")


def test_a_table_that_changes_under_a_name_is_no_fault_of_an_act(account: House) -> None:
    """Whoever has sent a statement by its name and finds the table changed sends it as it is, within an act and outside."""
    for number in range(6):
        account.do("people.add_household", {"place": VILLAGE, "code": f"C-{number}"})
    with psycopg.connect(
        URL or "", dbname=str(connections["default"].settings_dict["NAME"]), autocommit=True
    ) as other:
        for kind in ("text", "varchar(40)"):
            other.execute(f"ALTER TABLE account.kernel_household ALTER code TYPE {kind}")
            account.do("people.add_household", {"place": VILLAGE, "code": f"D-{kind[:4]}"})
            for _time in range(4):
                with turn():
                    assert Store().fetch(Household, {"place": VILLAGE, "code": f"D-{kind[:4]}"})
        other.execute("ALTER TABLE account.kernel_household ALTER code TYPE text")
    assert Store().fetch(Household, {"place": VILLAGE, "code": "D-text"})
    account.settle()
    assert account.faults() == []


def test_a_database_that_hung_up_is_noticed_before_anything_is_sent(account: House) -> None:
    """After a restart the next request meets a new connection, and nobody hears of it."""
    for number in range(3):
        account.do("people.add_household", {"place": VILLAGE, "code": f"A-{number}"})
        close_old_connections()
        with psycopg.connect(URL or "", autocommit=True) as other:
            other.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s",
                [connections["default"].settings_dict["NAME"]],
            )
    account.do("people.add_household", {"place": VILLAGE, "code": "A-4"})
    account.settle()
    assert account.faults() == []
