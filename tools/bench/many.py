"""Many at once: a county's people through jobs, and transfers through `run_many` beside hledger."""

import csv
import io
import os
import random

from accounts import FOLDER, TOWN, VILLAGES, issue, make
from measuring import DATABASE, FULL, Spent, memory, probe, spending, tell
from people import COUNTIES, DAYS, HEADINGS, person
from transfers import hledger

from mingbai.kernel import jobs
from mingbai.kernel.actors import OPERATOR
from mingbai.kernel.identity import random_id
from mingbai.kernel.journal.tree import settle
from mingbai.kernel.journal.verify import verify
from mingbai.kernel.many.run import One, run_many
from mingbai.kernel.models import Job, Membership, Person
from mingbai.kernel.people_sheet import read_roster
from mingbai.kernel.perform import answer
from mingbai.kernel.workbooks.reading import read

COUNT = int(os.environ.get("COUNT", 1_000_000 if FULL else 50_000))
TRANSFERS = int(os.environ.get("TRANSFERS", 100_000 if FULL else 20_000))
IN_A_FILE = 100_000  # half of what one file may hold
assert len(COUNTIES) * DAYS >= COUNT, "every document is somebody's own"
BAD, TWICE = 100, 50  # one row in so many has a wrong document, one is written twice


def reached(rate: float, least: float, aim: float | None = None) -> str:
    """Tell how a rate stands to the least that is wanted, and to what is aimed at."""
    told = (
        f"at least {least:,.0f}: {'met' if rate >= least else 'MISSED'} ({rate / least:.2f} of it)"
    )
    return told + (f", {rate / aim:.2f} of the aim {aim:,.0f}" if aim else "")


def files() -> list[bytes]:
    """Return rosters of invented people as offices send them, some rows wrong and some written twice."""
    made, rng = [], random.Random(20200201)
    for start in range(0, COUNT, IN_A_FILE):
        rows = []
        for number in range(start, min(start + IN_A_FILE, COUNT)):
            row = person(number)
            if number % BAD == BAD - 1:
                row[2] = row[2][:17] + ("0" if row[2][17] != "0" else "1")
            elif number % TWICE == TWICE - 1:
                row = [row[0], *rows[rng.randrange(len(rows))][1:]]
            rows.append(row)
        out = io.StringIO()
        csv.writer(out).writerows([HEADINGS, *rows])
        made.append(out.getvalue().encode())
    return made


def reading(contents: list[bytes]) -> tuple[int, int]:
    """Measure reading, checks and duplicates alone; return how many rows are good, and how many are there twice."""
    good = twice = 0
    with spending() as spent:
        for content in contents:
            for row in read_roster(read(content), year=2020):
                good += row.outcome == "ok"
                twice += row.outcome == "duplicate"
    rate = COUNT / spent.cpu
    tell(
        "many",
        f"read, checked and compared {COUNT:,} rows of .csv: {rate:,.0f} a CPU second; {reached(rate, 100_000)}",
    )
    return good, twice


def people(contents: list[bytes]) -> None:
    """Measure the whole load as the worker does it: jobs that may be cut off at any step."""
    good, _twice = reading(contents)
    with spending() as spent:
        begun = [
            jobs.begin(
                "people.roster", content, TOWN, as_=OPERATOR, request_id=random_id(), year=2020
            )
            for content in contents
        ]
        for job in begun:
            assert jobs.go_on(job)
    told = [Job.objects.get(id=job) for job in begun]
    assert Person.objects.count() == sum(job.accepted for job in told) == good, "each good row once"
    assert Membership.objects.count() == good
    rate = COUNT / spent.cpu
    refused = sum(job.refused + job.duplicate for job in told)
    tell(
        "many",
        f"{COUNT:,} rows in {len(contents)} jobs, {refused:,} of them not taken: {spent.each(COUNT)}, "
        f"{rate:,.0f} a CPU second; {reached(rate, 10_000, 20_000)}; {memory()}",
    )
    with spending() as sealing:
        settle()
    tell("many", f"numbered and sealed: {sealing.each(COUNT)}")


def transfers(villages: list[str]) -> None:
    """Measure transfers through `run_many`, beside hledger on the same data."""
    asks = [
        One(issue(number // len(villages), villages[number % len(villages)]), random_id())
        for number in range(TRANSFERS)
    ]
    with spending() as spent:
        done = sum(
            outcome.outcome == "accepted"
            for part in run_many("supplies.issue_goods", asks)
            for outcome in part
        )
    assert done == TRANSFERS
    held = {row.item: row.quantity for row in answer("supplies.balances", {"place": villages[0]})}
    assert held["mask"] == 10_000_000 - -(-TRANSFERS // len(villages))
    tell("many", f"{TRANSFERS:,} two-leg transfers: {spent.each(TRANSFERS)}")
    peer: Spent | None = hledger(FOLDER.parent, TRANSFERS)
    if peer is None:
        tell("many", "hledger is not installed: no peer")
        return
    ratio = spent.cpu / peer.cpu
    tell(
        "many",
        f"hledger reads the same and adds it up: CPU {peer.cpu:.2f} s; ours, recorded with proof, costs "
        f"{ratio:.2f} times its CPU; target 2: {'met' if ratio <= 2 else 'MISSED'}",
    )


def main() -> None:
    """Load people and transfers, and verify all of it."""
    villages = make(VILLAGES)
    probe(FOLDER)
    transfers(villages)
    people(files())
    if DATABASE == "SQLite" and not FULL:
        with spending() as spent:
            faults, _sealed, rows = verify()
        assert not faults, faults[0]
        tell("many", f"verified {rows:,} rows: CPU {1e6 * spent.cpu / rows:.0f} us each")
    probe(FOLDER)


if __name__ == "__main__":
    main()
