"""Backups while people work, and restores where something is in the way: each comes back whole, or is refused in words."""

import json
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connections

from mingbai.kernel import account as accounts
from mingbai.kernel import backup
from mingbai.kernel.journal import tree
from mingbai.kernel.journal.verify import verify
from mingbai.kernel.models import Entry
from mingbai.kernel.refusals import Refused
from tests.conftest import URL, VILLAGE, House, close
from tests.kernel.children import nursery
from tests.kernel.test_backup import back, elsewhere, named, sheet

__all__ = ["elsewhere", "named", "sheet"]

POLICY = {"place": VILLAGE, "policy": "supplies.floor_days", "value": 5}


def test_a_backup_taken_while_people_work_does_not_stand_behind(
    account: House, sheet: str, elsewhere: Callable[[str], Path], tmp_path: Path
) -> None:
    files = [tmp_path / f"{number}.backup" for number in range(4)]
    with nursery(account.folder, account.names["database"]) as child:
        process = child.order(order="loop", what="policy.put", ask=POLICY, settle_every=1)
        while "done" not in child.hear():
            continue
        for file in files:
            backup.backup(file)
        os.kill(process, signal.SIGKILL)
        child.rest()
    account.settle()
    entries = Entry.objects.count()
    for number, file in enumerate(files):
        elsewhere(f"restored{number}")
        assert backup.restore(file, sheet)["behind"] is False
        assert 0 < Entry.objects.count() <= entries
        assert verify(tree.settle().note)[0] == []


def test_what_a_killed_backup_left_is_cleared_by_the_next(
    account: House, sheet: str, tmp_path: Path
) -> None:
    file = tmp_path / "account.backup"
    left: set[str] = set()
    with nursery(account.folder, account.names["database"]) as child:
        for at in range(1, 40):
            order = {"what": "backup", "folder": str(account.folder), "file": str(file)}
            _said, went = child.run(order="counted", die_at=at, **order)
            left |= {path.name for path in leftovers(account.folder, file)}
            if went == 0:
                break
        assert left, "a kill leaves something"
    back(account)
    backup.backup(file)
    assert leftovers(account.folder, file) == []


def leftovers(folder: Path, file: Path) -> list[Path]:
    """Return what a backup writes on its way."""
    return [*folder.glob(".backup-*"), *file.parent.glob("*.part")]


def test_two_restores_at_once_make_one_account(
    account: House, sheet: str, elsewhere: Callable[[str], Path], tmp_path: Path
) -> None:
    file, lines = tmp_path / "account.backup", tmp_path / "sheet.txt"
    backup.backup(file)
    lines.write_text(sheet, "utf-8")
    where = elsewhere("restored")
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    if URL:
        name = connections["default"].settings_dict["NAME"]
        environment["MINGBAI_DATABASE_URL"] = URL.rsplit("/", 1)[0] + f"/{name}"
        if "?" in URL:
            environment["MINGBAI_DATABASE_URL"] += "?" + URL.split("?", 1)[1]
    close()
    words = ["restore", str(file), "--key", str(lines), "--data", str(where)]
    both = [
        subprocess.Popen(
            [sys.executable, "-m", "mingbai", *words],
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        for _twice in range(2)
    ]
    said = [(json.loads(one.communicate()[0]), one.returncode) for one in both]
    assert sorted(code for _told, code in said) == [0, 2]
    (refused,) = (told for told, code in said if code == 2)
    assert refused["code"] in ("RST-6", "RST-2")
    accounts.open_account(where)
    assert verify()[0] == []
    assert stat.S_IMODE(where.stat().st_mode) == 0o700, "nobody else on this machine reads it"


@pytest.mark.skipif(not URL, reason="a file lies in the folder that is restored into")
def test_a_database_that_holds_an_account_is_not_written_over(
    account: House, sheet: str, tmp_path: Path
) -> None:
    file = tmp_path / "account.backup"
    backup.backup(file)
    account.do("places.add_point", {"place": VILLAGE, "kind": "gate", "name": "西口"})
    entries = Entry.objects.count()
    for way in ("restore", "init"):
        accounts.use(tmp_path / way)
        with pytest.raises(Refused) as refused:
            if way == "restore":
                backup.restore(file, sheet)
            else:
                accounts.birth(tmp_path / way, name="别的值班室")
        assert refused.value.code == "ACT-7"
        assert not accounts.exists()
    back(account)
    assert Entry.objects.count() == entries
    assert account.faults() == []
