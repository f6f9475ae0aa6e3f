"""Export: the real hledger accepts the account as text and comes to the same balances."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import NEIGHBOUR, VILLAGE, House
from tests.filled import fill
from tests.supplies.conftest import Village

HLEDGER = shutil.which("hledger")


@pytest.mark.skipif(HLEDGER is None, reason="hledger is not here (apt-get install hledger)")
def test_hledger_comes_to_the_same_balances(account: House, tmp_path: Path) -> None:
    fill(account)
    text = "\n".join(row.text for row in account.ask("supplies.hledger", {"place": VILLAGE}))
    for name in ("陆秀芬", "戚建洋", "京东南永和商行", "东口"):
        assert name not in text
    path = tmp_path / "account.journal"
    path.write_text(text + "\n", "utf-8")
    assert HLEDGER is not None
    checked = subprocess.run(
        [HLEDGER, "-f", path, "check"], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stderr
    told = subprocess.run(
        [HLEDGER, "-f", path, "balance", f"assets:store:{VILLAGE}", "--no-total", "--flat"],
        capture_output=True,
        text=True,
        check=True,
    )
    held = {row.item: row.quantity for row in account.ask("supplies.balances", {"place": VILLAGE})}
    assert told.stdout.split()[:2] == [str(held["mask"]), "mask"]


def test_the_neighbours_book_is_its_own(village: Village) -> None:
    village.receive("口罩", 5)
    assert village.house.ask("supplies.hledger", {"place": NEIGHBOUR}) == []
