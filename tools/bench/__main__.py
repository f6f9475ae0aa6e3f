"""Benchmarks: ./bench [NAME ...] [--full]; every one runs in a process and a data folder of its own."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(ROOT / "tools"))

from postgres import binaries, cluster  # noqa: E402

# What runs where; "account" holds the commands, the balance and verify, which share one account.
BENCHMARKS = {
    "commands": ("transfers.py", ("SQLite", "PostgreSQL")),
    "balance": ("transfers.py", ("SQLite", "PostgreSQL")),
    "verify": ("transfers.py", ("SQLite", "PostgreSQL")),
    "writers": ("writers.py", ("SQLite", "PostgreSQL")),
    "http": ("over_http.py", ("SQLite", "PostgreSQL")),
    "import": ("people.py", ("SQLite",)),
    "many": ("many.py", ("SQLite", "PostgreSQL")),
    "sync": ("sync.py", ("SQLite", "PostgreSQL")),
    "tokens": ("passes.py", ("SQLite",)),
    "crossings": ("crossings.py", ("SQLite", "PostgreSQL")),
    "kills": ("kills.py", ("SQLite", "PostgreSQL")),
    "resumption": ("resumption.py", ("SQLite", "PostgreSQL")),
}
# A database that keeps its word: what it has answered is on the disk.
DURABLE = ["max_connections=60", "shared_buffers=128MB", "autovacuum=off"]


def run(script: str, names: list[str], database: str, url: str | None, more: list[str]) -> int:
    """Run one script in a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="mingbai-bench-", dir=os.environ.get("TMPDIR")) as data:
        environment = {k: v for k, v in os.environ.items() if k != "MINGBAI_DATABASE_URL"} | {
            "MINGBAI_DATA": data,
            "MINGBAI_BENCH_DATABASE": database,
            "PYTHONPATH": os.pathsep.join([str(ROOT), str(HERE)]),
        }
        if url:
            environment["MINGBAI_DATABASE_URL"] = url
        command = [sys.executable, str(HERE / script), *names, *more]
        return subprocess.call(command, env=environment, cwd=ROOT)


def main(words: list[str]) -> int:
    """Run the benchmarks that were named, or all."""
    more = [word for word in words if word.startswith("--")]
    names = [word for word in words if not word.startswith("--")] or list(BENCHMARKS)
    if unknown := set(names) - set(BENCHMARKS):
        sys.stderr.write(
            f"There is no benchmark {', '.join(sorted(unknown))}. There are: {', '.join(BENCHMARKS)}.\n"
        )
        return 2
    wrong = 0
    scripts: dict[str, list[str]] = {}
    for name in names:
        scripts.setdefault(BENCHMARKS[name][0], []).append(name)
    for script, here in scripts.items():
        for database in BENCHMARKS[here[0]][1]:
            if database == "SQLite":
                wrong += run(script, here, database, None, more) != 0
            elif binaries() is None:
                sys.stdout.write(f"{'/'.join(here)}: PostgreSQL left out, because none was found\n")
            else:
                with cluster(DURABLE) as url:
                    wrong += run(script, here, database, url, more) != 0
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
