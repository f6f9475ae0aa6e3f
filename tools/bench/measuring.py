"""Measuring: CPU beside wall, the disk's own pace, and one line for each figure."""

import os
import resource
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

DATABASE = os.environ.get("MINGBAI_BENCH_DATABASE", "SQLite")
FULL = "--full" in sys.argv
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Spent:
    """What something cost."""

    cpu: float = 0.0
    wall: float = 0.0

    def each(self, count: int) -> str:
        """Return what one of so many cost."""
        return f"CPU {1000 * self.cpu / count:.2f} ms, wall {1000 * self.wall / count:.2f} ms each"


@contextmanager
def spending(who: int = resource.RUSAGE_SELF) -> Iterator[Spent]:
    """Measure what this process (or its children) spend."""
    spent = Spent()
    before, began = resource.getrusage(who), time.perf_counter()
    yield spent
    after = resource.getrusage(who)
    spent.cpu = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    spent.wall = time.perf_counter() - began


def tell(name: str, text: str) -> None:
    """Print one line."""
    sys.stdout.write(f"{name:<9} {DATABASE:<10} {text}\n")
    sys.stdout.flush()


def met(value: float, target: float) -> str:
    """Tell how a value stands to its target."""
    return (
        f"target {target:g}: {'met' if value <= target else 'MISSED'} ({value / target:.2f} of it)"
    )


def probe(where: Path, times: int = 200) -> float:
    """Print how fast this disk takes what is written, and return it: 4 KB and fdatasync, again and again."""
    path, taken = where / "probe", []
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        for _time in range(times):
            began = time.perf_counter()
            os.write(handle, bytes(4096))
            os.fdatasync(handle)
            taken.append(time.perf_counter() - began)
    finally:
        os.close(handle)
        path.unlink()
    rate = times / sum(taken)
    late = statistics.quantiles(taken, n=20)[-1]
    load = os.getloadavg()[0]
    tell(
        "probe",
        f"{rate:.0f} fdatasync/s, median {1000 * statistics.median(taken):.2f} ms, "
        f"p95 {1000 * late:.2f} ms, load {load:.1f}",
    )
    return rate


def cpu_of(process: int) -> float:
    """Return the CPU seconds that a process has spent so far."""
    fields = Path(f"/proc/{process}/stat").read_text("utf-8").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def children_of(process: int) -> list[int]:
    """Return the processes that a process started, and those that they started."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text("utf-8").rsplit(")", 1)[1].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[1]) == process:
            child = int(path.parent.name)
            found += [child, *children_of(child)]
    return found


def command_of(process: int) -> str:
    """Return the command line of a process."""
    return Path(f"/proc/{process}/cmdline").read_bytes().replace(b"\0", b" ").decode()


def memory() -> str:
    """Return the most memory that this process ever held."""
    return f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB at most"
