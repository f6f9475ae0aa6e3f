"""Cut off: a hundred clients hang up in the middle of a request; nobody after them waits, and nothing stays open."""

import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import psycopg
from django.db import connections

from mingbai.domains.supplies.models import Line
from mingbai.kernel.actors import Actor
from tests.conftest import URL, VILLAGE, House, close
from tools.bench.cutting import (
    Request,
    answered_in,
    cut,
    held_open,
    worker_silent,
    write_lock_held,
)

CLIENTS = 100
STOPS_WITHIN = (
    60  # seconds: ten for requests that are under way, fifteen for the worker, on a busy machine
)
AT_ONCE = 5.0  # seconds, on a machine that does much else beside
TOKEN = "a-key-for-those-who-hang-up"  # noqa: S105 - of this test alone


@contextmanager
def served(account: House) -> Iterator[int]:
    """Serve an account as a person would; give its port."""
    environment = dict(os.environ)
    if URL:
        name = str(connections["default"].settings_dict["NAME"])
        environment["MINGBAI_DATABASE_URL"] = urlsplit(URL)._replace(path=f"/{name}").geturl()
    close()
    log = account.folder.parent / "server.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "mingbai", "run", "--data", account.folder, "--port", "0"],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            env=environment,
        )
    try:
        yield port_of(process, log.read_text)
    except (AssertionError, OSError) as fault:
        fault.add_note(waits(log.read_text("utf-8")))
        raise
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=STOPS_WITHIN)
        except subprocess.TimeoutExpired as late:
            late.add_note(waits(log.read_text("utf-8")))
            process.kill()
            process.wait()
            raise
    said = log.read_text("utf-8")
    assert "Traceback" not in said and "mingbai.errors" not in said, said


def waits(said: str) -> str:
    """Return what the server said, how busy the machine is, and on PostgreSQL what each of the account's sessions waits for."""
    told = [f"load {os.getloadavg()}", said]
    if URL:
        name = str(connections["default"].settings_dict["NAME"])
        with psycopg.connect(URL, autocommit=True) as connection:
            rows = connection.execute(
                "SELECT pid, pg_blocking_pids(pid), state, wait_event_type, wait_event, now() - state_change, left(query, 200) "
                "FROM pg_stat_activity WHERE datname = %s",
                [name],
            ).fetchall()
        told += [str(row) for row in rows]
    return "\n".join(told)


def port_of(process: subprocess.Popen[bytes], said: object) -> int:
    """Wait until the server and its worker are well; return the port."""
    for _attempt in range(1200):
        text = said("utf-8")  # type: ignore[operator]
        assert process.poll() is None, text
        if found := re.search(r"http://127\.0\.0\.1:(\d+)", text):
            try:
                with urllib.request.urlopen(f"{found[0]}/health", timeout=5) as answer:
                    if json.loads(answer.read())["worker"] == "working":
                        return int(found[1])
            except OSError:
                pass
        time.sleep(0.05)
    raise AssertionError(said("utf-8"))  # type: ignore[operator]


def requests() -> Iterator[Request]:
    """Give goods that come in, each time as a new request."""
    ask = {"place": VILLAGE, "item": "mask", "quantity": 1, "unit": "只"}
    ask |= {"origin_kind": "donation", "origin": "邻村", "note": "记" * 200}
    body = json.dumps(ask).encode()
    while True:
        headers = {
            "Authorization": f"Bearer {TOKEN}",
            "Content-Type": "application/json",
            "Idempotency-Key": str(uuid.uuid4()),
        }
        yield "/api/supplies/receive_goods", body, headers


def idle_transactions() -> int:
    """Return how many transactions wait for their next statement."""
    assert URL
    name = str(connections["default"].settings_dict["NAME"])
    with psycopg.connect(URL, autocommit=True) as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND state LIKE %s",
            [name, "idle in transaction%"],
        ).fetchone()
    assert row
    return int(row[0])


def is_open(account: House) -> bool:
    """Tell whether a transaction is left open."""
    if URL:
        return idle_transactions() > 0
    return write_lock_held(account.folder / "account.sqlite3")


def goes_free(account: House) -> bool:
    """Tell whether nothing stays open; a request whose sender hung up may still be worked on for a moment."""
    deadline = time.monotonic() + 60
    while is_open(account):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def is_heard_again(port: int) -> bool:
    """Tell whether the worker is not stuck: its round ends, however long it takes on a machine that does much else."""
    deadline = time.monotonic() + 90
    while worker_silent(port) >= AT_ONCE:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.2)
    return True


def test_a_hundred_clients_hang_up_and_nothing_stays_open(account: House, keeper: Actor) -> None:
    mask = {"code": "mask", "name_zh": "一次性口罩", "name_en": "masks", "base_unit": "只"}
    account.do("goods.add_goods", mask | {"place": VILLAGE})
    digest = hashlib.sha256(f"mingbai/token/1/{TOKEN}".encode()).hexdigest()
    token = {"person": str(keeper.person), "digest": digest, "label": "tests"}
    account.do("mandates.open_token", token)
    acts = requests()
    with served(account) as port:
        answered_in(port, next(acts))
        with held_open(port, acts, CLIENTS // 2):
            assert answered_in(port, next(acts)) < AT_ONCE, "silent clients hold nobody up"
        complete = cut(port, acts, CLIENTS)
        assert answered_in(port, next(acts)) < AT_ONCE
        assert goes_free(account)
        assert is_heard_again(port)
        assert max(answered_in(port, next(acts)) for _time in range(8)) < AT_ONCE
    lines = Line.objects.count()
    assert 11 <= lines <= 11 + complete, "what was sent in part was not done"
    account.settle()
    assert account.faults() == []
