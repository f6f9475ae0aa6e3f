"""pretix as a peer: installed from PyPI into an environment of its own, with a database beside ours, served as its manual says."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from firing import post

HERE = Path(__file__).resolve().parent
VERSION, GUNICORN = "2026.8.0", "27.0.1"
PLACE = HERE.parent.parent.parent / ".bench-peers" / f"pretix-{VERSION}"
PYTHON = PLACE / "bin" / "python"
WORKERS = 2
REDEEM = "/api/v1/organizers/bench/checkinrpc/redeem/"
# A broker in memory that nobody reads: what pretix leaves to its Celery workers costs it nothing here.
CONFIG = """[pretix]
instance_name=bench
url=http://127.0.0.1:{port}
datadir={data}
[database]
{database}
[celery]
broker=memory://
backend=cache+memory://
"""


def install() -> str | None:
    """Install pretix once, into a folder that git does not see; return what went wrong, if anything."""
    done = PLACE / "done"
    if done.exists():
        return None
    wanted = [f"pretix=={VERSION}", f"gunicorn=={GUNICORN}"]
    for command in (
        [sys.executable, "-m", "venv", "--clear", str(PLACE)],
        [str(PYTHON), "-m", "pip", "install", "-q", *wanted],
    ):
        said = subprocess.run(command, capture_output=True, text=True, timeout=1200, check=False)
        if said.returncode:
            lines = said.stderr.strip().splitlines() or ["no word of why"]
            return lines[-1]
    done.touch()
    return None


def database_lines(data: Path) -> str:
    """Return pretix's words for a database of its own, of the same kind and in the same cluster as ours."""
    url = os.environ.get("MINGBAI_DATABASE_URL")
    if not url:
        return f"backend=sqlite3\nname={data / 'db.sqlite3'}"
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE pretix")
    parts = urlsplit(url)
    host = parse_qs(parts.query)["host"][0]
    return f"backend=postgresql\nname=pretix\nuser={parts.username}\nhost={host}"


class Peer:
    """A pretix with an event, and the requests that check its tickets in."""

    def __init__(self, where: Path, count: int) -> None:
        """Make the database, the event and its tickets."""
        self.data = where / "pretix"
        self.data.mkdir()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        config = self.data / "pretix.cfg"
        config.write_text(
            CONFIG.format(port=self.port, data=self.data, database=database_lines(self.data)),
            "utf-8",
        )
        self.environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("MINGBAI", "DJANGO", "PYTHON"))
        } | {"PRETIX_CONFIG_FILE": str(config), "DJANGO_SETTINGS_MODULE": "pretix.settings"}
        self.run("-m", "pretix", "migrate", "--verbosity", "0")
        self.made = json.loads(
            self.run(str(HERE / "ticketing.py"), str(count)).strip().splitlines()[-1]
        )
        self.secrets = iter(self.made["secrets"])

    def run(self, *words: str) -> str:
        """Run something with pretix's own Python; return what it prints."""
        said = subprocess.run(
            [str(PYTHON), *words],
            env=self.environment,
            cwd=self.data,
            capture_output=True,
            text=True,
            check=False,
        )
        if said.returncode:
            raise SystemExit(said.stdout + said.stderr)
        return said.stdout

    def requests(self, count: int) -> list[bytes]:
        """Return requests that redeem tickets, each its own."""
        return [
            post(
                REDEEM,
                {
                    "secret": next(self.secrets),
                    "lists": [self.made["list"]],
                    "nonce": uuid.uuid4().hex,
                },
                self.port,
                Authorization=f"Token {self.made['token']}",
            )
            for _number in range(count)
        ]

    @contextmanager
    def served(self) -> Iterator[int]:
        """Serve it with gunicorn; give the process."""
        command = [
            str(PYTHON),
            "-m",
            "gunicorn",
            "pretix.wsgi",
            "--name",
            "pretix",
            "--workers",
            str(WORKERS),
            "--timeout",
            "120",
            "--log-level",
            "warning",
            "--bind",
            f"127.0.0.1:{self.port}",
        ]
        with (self.data / "server.log").open("wb") as log:
            process = subprocess.Popen(
                command,
                env=self.environment,
                cwd=self.data,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        try:
            self.wait(process)
            yield process.pid
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=60)

    def wait(self, process: subprocess.Popen[bytes]) -> None:
        """Wait until it takes connections."""
        for _attempt in range(600):
            if process.poll() is not None:
                break
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                time.sleep(0.1)
            else:
                return
        raise SystemExit((self.data / "server.log").read_text("utf-8"))
