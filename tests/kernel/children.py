"""Children: the house in processes of their own, which may be killed at any step; orders go to them as lines of JSON."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[2]
WAIT = 120


class Nursery:
    """The parent's side: give an order, hear what its child says, kill it when wished."""

    def __init__(self, folder: Path, database: str | None) -> None:
        environment = {**os.environ, "MINGBAI_DATA": str(folder)}
        if url := os.environ.get("MINGBAI_DATABASE_URL"):
            environment["MINGBAI_DATABASE_URL"] = (
                urlsplit(url)._replace(path=f"/{database}").geturl()
            )
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.kernel.child", str(folder)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        assert self.hear() == {"ready": True}

    def hear(self) -> dict[str, Any]:
        """Return the next thing said."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, "the nursery ended"
        found: dict[str, Any] = json.loads(line)
        return found

    def order(self, **order: Any) -> int:
        """Give an order; return the number of the process that carries it out."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        return int(self.hear()["process"])

    def rest(self) -> tuple[list[dict[str, Any]], int]:
        """Return what is said until the child is gone, and how it went: minus the signal, or its exit code."""
        said = []
        while "gone" not in (line := self.hear()):
            said.append(line)
        return said, int(line["gone"])

    def run(self, **order: Any) -> tuple[list[dict[str, Any]], int]:
        """Give an order and wait for its end."""
        self.order(**order)
        return self.rest()

    def close(self) -> None:
        """Let the nursery end."""
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait(timeout=WAIT)
        self.process.stdout.close()


@contextmanager
def nursery(folder: Path, database: str | None) -> Iterator[Nursery]:
    """Open a nursery for an account and close it again."""
    opened = Nursery(folder, database)
    try:
        yield opened
    finally:
        opened.close()
