"""Writers: sixteen at once on one row, the worst that can happen; how many acts a second, and how long one waits."""

import statistics

from accounts import FOLDER, issue, make
from django.db import connections
from measuring import DATABASE, FULL, met, probe, tell

from tests.kernel.children import Nursery, nursery

TIMES = 60 if FULL else 20
CROWDS = [(1, 1), (1, 16), (4, 4)]


def crowd(children: Nursery, processes: int, threads: int, rate: float) -> None:
    """Let a crowd write, and tell how it went."""
    times = TIMES * 16 // (processes * threads)
    acts = [["supplies.issue_goods", issue()]]
    said, gone = children.run(
        order="crowd", processes=processes, threads=threads, acts=acts, times=times
    )
    assert gone == 0
    done = [line for line in said if "done" in line]
    others = [line for line in said if "done" not in line]
    assert not [line for line in others if "fault" in line], others[0]
    waits = [1000 * line["seconds"] for line in said]
    pace = len(said) / (sum(waits) / 1000 / (processes * threads))
    tell(
        "writers",
        f"{processes} processes x {threads} threads on one row: {pace:.0f}/s = {pace / rate:.2f} of the probe, "
        f"median {statistics.median(waits):.0f} ms, p95 {statistics.quantiles(waits, n=20)[-1]:.0f} ms, "
        f"at most {max(waits):.0f} ms; {len(done)} done, {len(others)} turned away; longest wait in ms: "
        f"{met(max(waits), 200)}",
    )


def main() -> None:
    """Run every crowd on one account."""
    make()
    name = str(connections["default"].settings_dict["NAME"])
    for connection in connections.all():
        connection.close()
    rate = probe(FOLDER)
    with nursery(FOLDER, name if DATABASE == "PostgreSQL" else None) as children:
        for processes, threads in CROWDS:
            crowd(children, processes, threads, rate)
    probe(FOLDER)


if __name__ == "__main__":
    main()
