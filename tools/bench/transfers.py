"""Transfers: commands one by one, the balance after them, and verify over all of them."""

import hashlib
import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import time
from pathlib import Path

from accounts import FOLDER, HOUSEHOLDS, VILLAGE, VILLAGES, issue, make
from django.db import connections
from measuring import DATABASE, FULL, Spent, memory, met, probe, resource, spending, tell

from mingbai.kernel.journal.tree import settle
from mingbai.kernel.journal.verify import verify
from mingbai.kernel.models import Entry
from mingbai.kernel.perform import answer, perform

COUNT = int(os.environ.get("COUNT", 100_000 if FULL else 10_000))
CPU_TARGET = {"SQLite": 3.0, "PostgreSQL": 5.0}[DATABASE]


def transfers(villages: list[str], count: int = COUNT) -> list[Spent]:
    """Do transfers, one command each; return what each tenth of them cost."""
    tenths = []
    for tenth in range(10):
        with spending() as spent:
            for number in range(tenth * count // 10, (tenth + 1) * count // 10):
                place = villages[number % len(villages)]
                perform("supplies.issue_goods", issue(number // len(villages), place))
        tenths.append(spent)
    return tenths


def bare(where: Path, count: int) -> Spent:
    """Do the like by hand in SQLite, durably: two balances and a line, one commit each."""
    path = where / "bare.sqlite3"
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE balance (name TEXT PRIMARY KEY, quantity INTEGER)")
    connection.execute("CREATE TABLE line (id INTEGER PRIMARY KEY, source, destination, quantity)")
    names = ["store", *(str(number) for number in range(HOUSEHOLDS))]
    connection.executemany("INSERT INTO balance VALUES (?, 0)", [(name,) for name in names])
    with spending() as spent:
        for number in range(count):
            to = str(number % HOUSEHOLDS)
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("UPDATE balance SET quantity = quantity - 1 WHERE name = 'store'")
            connection.execute("UPDATE balance SET quantity = quantity + 1 WHERE name = ?", [to])
            connection.execute(
                "INSERT INTO line (source, destination, quantity) VALUES ('store', ?, 1)", [to]
            )
            connection.execute("COMMIT")
    connection.close()
    return spent


def hledger(where: Path, count: int) -> Spent | None:
    """Let hledger read the same transfers from its own file and add them up; nothing where it is not installed."""
    if shutil.which("hledger") is None:
        return None
    path = where / "peer.journal"
    with path.open("w", encoding="utf-8") as file:
        for number in range(count):
            file.write(
                f"2020-02-01 issue\n    household:{number % HOUSEHOLDS}  1 mask\n    store  -1 mask\n\n"
            )
    with spending(resource.RUSAGE_CHILDREN) as spent:
        subprocess.run(
            ["hledger", "-f", str(path), "balance"], check=True, stdout=subprocess.DEVNULL
        )
    return spent


def commands(villages: list[str], rate: float) -> None:
    """Measure the commands, beside the disk and beside bare SQLite."""
    tenths = transfers(villages)
    spent = Spent(sum(one.cpu for one in tenths), sum(one.wall for one in tenths))
    each = 1000 * spent.cpu / COUNT
    tell(
        "commands",
        f"{COUNT:,} two-leg transfers: {spent.each(COUNT)}, {COUNT / spent.wall:.0f}/s = "
        f"{COUNT / spent.wall / rate:.2f} of the probe; CPU {met(each, CPU_TARGET)}",
    )
    few = min(COUNT, 5_000)
    busy = transfers(villages[:1], few)
    growth = busy[-1].cpu / busy[0].cpu
    tell(
        "commands",
        f"{few:,} more in one store: the last tenth costs {growth:.2f} times the CPU of the first; {met(growth, 1.2)}",
    )
    with spending() as sealing:
        settle()
    tell(
        "commands",
        f"numbered and sealed: CPU {1e6 * sealing.cpu / (COUNT + few):.0f} us, "
        f"wall {1e6 * sealing.wall / (COUNT + few):.0f} us an entry",
    )
    peer = bare(FOLDER.parent, few)
    tell(
        "commands",
        f"bare sqlite3, durable, no rules, no proof: {peer.each(few)}; "
        f"ours costs {each / (1000 * peer.cpu / few):.0f} times its CPU",
    )
    probe(FOLDER)


def balance() -> None:
    """Measure the balance after all of it, beside a peer that reads its file again."""
    taken = []
    with spending() as spent:
        for _time in range(21):
            began = time.perf_counter()
            rows = answer("supplies.balances", {"place": VILLAGE})
            taken.append(1000 * (time.perf_counter() - began))
    assert rows
    middle = statistics.median(taken)
    tell(
        "balance",
        f"after {Entry.objects.count():,} entries: wall {middle:.2f} ms (median), "
        f"{max(taken):.2f} ms at most, CPU {1000 * spent.cpu / 21:.2f} ms; {met(middle, 5)}",
    )
    peer = hledger(FOLDER.parent, COUNT)
    if peer is None:
        tell("balance", "hledger is not installed: no peer")
        return
    tell(
        "balance",
        f"hledger reads {COUNT:,} transfers and adds them up: CPU {peer.cpu:.2f} s, wall {peer.wall:.2f} s; "
        f"our balance takes {middle / 1000 / peer.wall:.4f} of its wall",
    )


def check() -> None:
    """Measure verify over everything, beside a bare reading and hashing of the same file."""
    with spending() as spent:
        faults, _sealed, rows = verify()
    assert not faults, faults[0]
    entries = Entry.objects.count()
    tell(
        "verify",
        f"{entries:,} entries and {rows:,} rows: CPU {spent.cpu:.1f} s, wall {spent.wall:.1f} s = "
        f"{1e6 * spent.cpu / entries:.0f} us an entry, {1e6 * spent.cpu / rows:.0f} us a row; {memory()}",
    )
    if DATABASE != "SQLite":
        return
    connections["default"].close()
    with spending() as limit:
        digest = hashlib.sha256()
        connection = sqlite3.connect(FOLDER / "account.sqlite3")
        tables = [
            name
            for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type='table'")
        ]
        for table in tables:
            for row in connection.execute(f'SELECT * FROM "{table}"'):
                digest.update(repr(row).encode())
        connection.close()
    tell(
        "verify",
        f"bare reading and hashing of the same rows: CPU {limit.cpu:.1f} s; "
        f"ours costs {spent.cpu / limit.cpu:.1f} times that",
    )


def main(names: list[str]) -> None:
    """Run what was named; the transfers are made for each of them."""
    villages = make(VILLAGES)
    rate = probe(FOLDER)
    if "commands" in names:
        commands(villages, rate)
    else:
        transfers(villages)
        settle()
    if "balance" in names:
        balance()
    if "verify" in names:
        check()


if __name__ == "__main__":
    main(sys.argv[1:])
