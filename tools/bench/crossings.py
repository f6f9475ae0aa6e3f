"""Crossings: a gate's POST with sign-in, access, idempotency, journal, rules and reactions, beside a ticketing program's."""

import datetime as dt
import hashlib
import http.client
import json
import os
import re
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import psycopg
from accounts import VILLAGE, make
from django.db import connections
from measuring import DATABASE, FULL, children_of, cpu_of, tell
from over_http import TOKEN, cpu_of_web, server

from mingbai.domains.movement.models import Permit
from mingbai.domains.movement.queries.printing import token_text
from mingbai.kernel import jobs
from mingbai.kernel.documents import check_character
from mingbai.kernel.journal.tree import settle
from mingbai.kernel.journal.verify import verify
from mingbai.kernel.models import PersonKey
from mingbai.kernel.perform import perform
from mingbai.kernel.rows import Store

ROOT = Path(__file__).resolve().parent.parent.parent
PEERS = ROOT / ".bench-peers" / "ticketing"
PEER = ("pretix==2026.8.0", "gunicorn==27.0.1")
COUNT = 4000 if FULL else 1000
AT_ONCE = 16
LEAST, AIM = 7.0, 15.0
GATE = "东口"
Sent = tuple[str, bytes, dict[str, str]]


def ours() -> list[Sent]:
    """Open a gate, give a guard a program's key, issue passes; return a crossing of each."""
    perform("movement.open_checkpoint", {"place": VILLAGE, "point": GATE})
    person = perform("people.add_person", {"place": VILLAGE, "name": "崔守望"}).result["person"]
    mandate = {"place": VILLAGE, "person": person, "role": "guard", "capacity": "值守员"}
    perform("mandates.give", mandate)
    digest = hashlib.sha256(f"mingbai/token/1/{TOKEN}".encode()).hexdigest()
    perform("mandates.open_token", {"person": person, "digest": digest, "label": "bench"})
    holders = []
    for number in range(COUNT):
        body = (
            f"110112{1950 + number % 50}{1 + number // 50 % 12:02d}{1 + number // 600 % 28:02d}000"
        )
        known = {
            "place": VILLAGE,
            "name": f"来人{number}",
            "document_number": body + check_character(body),
        }
        holders.append(perform("people.add_person", known).result["person"])
    ask = {"place": VILLAGE, "batch": "B-1", "kind": "person", "holders": holders}
    times = {"valid_from": "2026-01-01T00:00:00+08:00", "valid_to": until()}
    job = uuid.UUID(perform("movement.issue_permits", ask | times).result["job"])
    assert jobs.go_on(job)
    settle()
    found = []
    for permit in Permit.objects.all():
        key = Store().fetch(PersonKey, {"person_id": permit.person_id})
        said = {"place": VILLAGE, "point": GATE, "direction": "in"}
        said["permit"] = token_text(permit, bytes(key[0].wrapped)) or ""
        headers = {"Authorization": f"Bearer {TOKEN}", "Idempotency-Key": str(uuid.uuid4())}
        found.append(("/api/movement/record_crossing", json.dumps(said).encode(), headers))
    assert len(found) == COUNT
    return found


def until() -> str:
    """Return the last moment that a pass of today may hold to."""
    return (dt.datetime.now(dt.UTC) + dt.timedelta(days=10)).isoformat()


def send(port: int, sent: list[Sent], good: Callable[[int, bytes], bool]) -> None:
    """Send requests one after the other on one connection."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    for path, body, headers in sent:
        connection.request("POST", path, body, headers | {"Content-Type": "application/json"})
        answer = connection.getresponse()
        content = answer.read()
        assert good(answer.status, content), content
    connection.close()


def measured(
    port: int, sent: list[Sent], good: Callable[[int, bytes], bool], cpu: Callable[[], float]
) -> tuple[float, float]:
    """Let sixteen clients share the requests; return requests a second, and CPU ms of the server for each."""
    warm, rest = sent[: len(sent) // 10], sent[len(sent) // 10 :]
    send(port, warm, good)
    threads = [
        threading.Thread(target=send, args=(port, rest[number::AT_ONCE], good))
        for number in range(AT_ONCE)
    ]
    before, began = cpu(), time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wall = time.perf_counter() - began
    return len(rest) / wall, 1000 * (cpu() - before) / len(rest)


def peer_python() -> Path | None:
    """Return the interpreter that has the peer, installed once beside the project; nothing where it cannot be had."""
    python = PEERS / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(PEERS)], check=True)
        done = subprocess.run(
            [str(PEERS / "bin" / "pip"), "install", "-q", *PEER], capture_output=True, check=False
        )
        if done.returncode:
            tell("crossings", f"the peer could not be installed: {done.stderr.decode()[-200:]}")
            python.unlink()
            return None
    return python


def settings(folder: Path) -> dict[str, str]:
    """Write the peer's settings, on the same kind of database in the same cluster; return its environment."""
    lines = [
        "[pretix]",
        "url=http://127.0.0.1",
        f"datadir={folder}",
        "registration=off",
        "[database]",
    ]
    if DATABASE == "PostgreSQL":
        url = urlsplit(os.environ["MINGBAI_DATABASE_URL"])
        with psycopg.connect(os.environ["MINGBAI_DATABASE_URL"], autocommit=True) as held:
            held.execute("CREATE DATABASE peer")
        host = unquote(
            url.hostname or dict(part.split("=") for part in url.query.split("&"))["host"]
        )
        lines += ["backend=postgresql", "name=peer", f"user={unquote(url.username or '')}"]
        lines += [f"host={unquote(host)}", f"port={url.port or 5432}"]
    else:
        lines += ["backend=sqlite3"]
    (folder / "peer.cfg").write_text("\n".join(lines) + "\n", "utf-8")
    return os.environ | {"PRETIX_CONFIG_FILE": str(folder / "peer.cfg"), "PYTHONPATH": ""}


@contextmanager
def peer(python: Path, folder: Path) -> Iterator[tuple[int, int, dict[str, Any]]]:
    """Set the peer up and serve it as its manual says, with two workers; give its process, its port, and what it holds."""
    folder.mkdir()
    environment = settings(folder)
    script = Path(__file__).parent / "peers" / "ticketing.py"
    made = subprocess.run(
        [str(python), str(script), str(COUNT)], env=environment, capture_output=True, check=False
    )
    assert made.returncode == 0, made.stderr.decode()[-2000:]
    log = folder / "log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [str(python), "-m", "gunicorn", "pretix.wsgi", "--bind", "127.0.0.1:0", "--workers", "2",
             "--worker-class", "gthread", "--threads", "4"],
            env=environment, stdout=out, stderr=out,
        )  # fmt: skip
    try:
        port = None
        for _attempt in range(600):
            assert process.poll() is None, log.read_text("utf-8")
            found = re.search(r"http://127\.0\.0\.1:(\d+)", log.read_text("utf-8"))
            if found:
                port = int(found[1])
                break
            time.sleep(0.1)
        assert port is not None
        yield process.pid, port, json.loads(made.stdout.decode().strip().splitlines()[-1])
    finally:
        process.terminate()
        process.wait(timeout=30)


def theirs(held: dict[str, Any]) -> list[Sent]:
    """Return a redeem of every ticket."""
    path = f"/api/v1/organizers/{held['organizer']}/checkinrpc/redeem/"
    headers = {"Authorization": f"Token {held['key']}"}
    return [
        (
            path,
            json.dumps(
                {"lists": [held["list"]], "secret": secret, "nonce": uuid.uuid4().hex}
            ).encode(),
            headers,
        )
        for secret in held["secrets"]
    ]


def main() -> None:
    """Measure both, one after the other."""
    make()
    sent = ours()
    for connection in connections.all():
        connection.close()
    with server() as (process, port):
        good = lambda status, content: status == 200 and b'"verdict"' in content  # noqa: E731
        rate, cpu = measured(port, sent, good, lambda: cpu_of_web(process))
    tell("crossings", f"{AT_ONCE} at once: {rate:.0f}/s, CPU {cpu:.2f} ms each")
    settle()
    faults = verify()[0]
    assert not faults, faults[0]
    python = peer_python()
    if python is None:
        return
    folder = Path(os.environ["MINGBAI_DATA"]) / "peer"
    with peer(python, folder) as (process, port, held):
        good = lambda status, content: status == 201 and b'"ok"' in content  # noqa: E731
        cpu_now = lambda: sum(cpu_of(one) for one in [process, *children_of(process)])  # noqa: E731
        other, cost = measured(port, theirs(held), good, cpu_now)
    ratio = rate / other
    reached = "met" if ratio >= LEAST else "MISSED"
    tell(
        "crossings",
        f"the peer's redeem: {other:.0f}/s, CPU {cost:.2f} ms each; ours is {ratio:.1f} times its pace, "
        f"{cost / cpu:.1f} times less CPU; at least {LEAST:.0f}: {reached}, aim {AIM:.0f}",
    )


if __name__ == "__main__":
    os.environ.pop("MINGBAI_PARENT", None)
    main()
