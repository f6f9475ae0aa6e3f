"""Over HTTP: what one command costs the web workers, from the request's first byte to the answer's last."""

import hashlib
import http.client
import json
import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from accounts import FOLDER, VILLAGE, issue, make
from cutting import WAYS, Request, answered_in, cut, held_open, worker_silent, write_lock_held
from django.db import connections
from measuring import (
    DATABASE,
    FULL,
    children_of,
    command_of,
    cpu_of,
    met,
    probe,
    spending,
    tell,
)

from mingbai.domains.supplies.models import Line
from mingbai.kernel.journal.tree import settle
from mingbai.kernel.journal.verify import verify
from mingbai.kernel.perform import perform

COUNT = 4000 if FULL else 800
CUT = 1000 if FULL else 200
TARGET = {"SQLite": 3.0, "PostgreSQL": 5.0}[DATABASE]
TOKEN = uuid.uuid4().hex
Act = tuple[str, dict[str, object]]


def keeper() -> None:
    """Give a keeper a program's key."""
    person = perform("people.add_person", {"place": VILLAGE, "name": "陆秀芬"}).result["person"]
    mandate = {"place": VILLAGE, "person": person, "role": "keeper", "capacity": "保管员"}
    perform("mandates.give", mandate)
    digest = hashlib.sha256(f"mingbai/token/1/{TOKEN}".encode()).hexdigest()
    perform("mandates.open_token", {"person": person, "digest": digest, "label": "bench"})
    settle()


@contextmanager
def server() -> Iterator[tuple[int, int]]:
    """Serve the account as a person would; give its process and its port."""
    log = FOLDER / "server.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "mingbai", "run", "--data", str(FOLDER), "--port", "0"],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
        )
    try:
        yield process.pid, wait(process, log)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


def wait(process: subprocess.Popen[bytes], log: object) -> int:
    """Wait until the server answers; return its port."""
    for _attempt in range(600):
        said = (FOLDER / "server.log").read_text("utf-8")
        assert process.poll() is None, said
        if found := re.search(r"http://127\.0\.0\.1:(\d+)", said):
            try:
                socket.create_connection(("127.0.0.1", int(found[1])), timeout=1).close()
            except OSError:
                pass
            else:
                return int(found[1])
        time.sleep(0.05)
    raise SystemExit((FOLDER / "server.log").read_text("utf-8"))


def cpu_of_web(process: int) -> float:
    """Return the CPU seconds of the server and its web workers, without the one that seals."""
    web = [one for one in children_of(process) if "cli.working" not in command_of(one)]
    return sum(cpu_of(one) for one in [process, *web])


def request_of(act: Act) -> tuple[str, str, dict[str, str]]:
    """Return path, body and headers of an act."""
    name, ask = act
    headers = {
        "Authorization": f"Bearer {TOKEN}",
        "Content-Type": "application/json",
        "Idempotency-Key": str(uuid.uuid4()),
    }
    return f"/api/{name.replace('.', '/')}", json.dumps(ask), headers


def send(port: int, acts: list[Act], taken: list[float]) -> None:
    """Send acts one after the other on one connection."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    for act in acts:
        path, body, headers = request_of(act)
        began = time.perf_counter()
        connection.request("POST", path, body, headers)
        answer = connection.getresponse()
        content = answer.read()
        taken.append(1000 * (time.perf_counter() - began))
        assert answer.status == 200, content
    connection.close()


def clients(port: int, acts: list[Act], count: int) -> tuple[list[float], float]:
    """Let several clients share the acts; return how long each act took, and the whole."""
    taken: list[float] = []
    threads = [
        threading.Thread(target=send, args=(port, acts[number::count], taken))
        for number in range(count)
    ]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == len(acts)
    return taken, time.perf_counter() - began


def measure(process: int, port: int, name: str, acts: list[Act], count: int) -> float:
    """Measure acts over HTTP and tell what they cost."""
    before = cpu_of_web(process)
    taken, wall = clients(port, acts, count)
    each = 1000 * (cpu_of_web(process) - before) / len(acts)
    tell(
        "http",
        f"{name}, {count} at once: CPU {each:.2f} ms each, {len(acts) / wall:.0f}/s, "
        f"median {statistics.median(taken):.1f} ms, p99 {statistics.quantiles(taken, n=100)[-1]:.0f} ms; "
        f"CPU {met(each, TARGET)}",
    )
    return each


def half_sent() -> Iterator[Request]:
    """Give requests for those who hang up, each a new one."""
    number = 0
    while True:
        path, body, headers = request_of(("supplies.issue_goods", issue(number)))
        yield path, body.encode(), headers
        number += 1


def cut_off(port: int) -> None:
    """Send requests and hang up in the middle in every way, then see that nobody waits and nothing stays open."""
    acts = half_sent()
    before = Line.objects.count()
    close_all()
    with held_open(port, acts, CUT // 20):
        silent = answered_in(port, next(acts))
    complete = cut(port, acts, CUT)
    deadline = time.monotonic() + 20
    while is_open():
        # Requests whose senders hung up are still being worked on: they end, or they are stuck.
        assert time.monotonic() < deadline, "a transaction is left open"
        time.sleep(0.1)
    slowest = max(answered_in(port, next(acts)) for _time in range(16))
    heard = worker_silent(port)
    lines = Line.objects.count() - before
    assert 17 <= lines <= 17 + complete, (lines, complete)
    tell(
        "http",
        f"{CUT} clients hung up in the middle of a request in {len(WAYS)} ways, {CUT // 20} more said no word for a while: an answer "
        f"in {1000 * silent:.0f} ms beside the silent, in at most {1000 * slowest:.0f} ms after; no transaction is left open; "
        f"the worker was heard {heard:.1f} s ago; {lines - 17} of {complete} that were sent whole were done",
    )


def is_open() -> bool:
    """Tell whether a transaction is left open."""
    if DATABASE == "SQLite":
        return write_lock_held(FOLDER / "account.sqlite3")
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in transaction%%'"
        )
        return bool(cursor.fetchone()[0])


def close_all() -> None:
    """Close this process's connections."""
    for connection in connections.all():
        connection.close()


def main() -> None:
    """Serve an account and measure."""
    make()
    keeper()
    with spending() as inside:
        for number in range(200):
            perform("supplies.issue_goods", issue(number))
    close_all()
    rate = probe(FOLDER)
    with server() as (process, port):
        warm: list[Act] = [("supplies.issue_goods", issue(number)) for number in range(100)]
        clients(port, warm, 4)
        acts: list[Act] = [("supplies.issue_goods", issue(number)) for number in range(COUNT)]
        each = measure(process, port, "issue goods", acts, 1)
        measure(process, port, "issue goods", acts, 16)
        homes: list[Act] = [
            ("people.add_household", {"place": VILLAGE, "code": f"B-{number}"})
            for number in range(COUNT)
        ]
        measure(process, port, "add a household", homes, 16)
        tell(
            "http",
            f"the same command without HTTP: CPU {1000 * inside.cpu / 200:.2f} ms; "
            f"HTTP, the key and JSON make it {each / (1000 * inside.cpu / 200):.2f} times that",
        )
        cut_off(port)
    again = probe(FOLDER)
    settle()
    faults = verify()[0]
    assert not faults, faults[0]
    tell("http", f"verify is clean afterwards; the disk's pace was {rate:.0f} and {again:.0f}/s")


if __name__ == "__main__":
    os.environ.pop("MINGBAI_PARENT", None)
    main()
