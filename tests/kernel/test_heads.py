"""Signed heads: an account must continue every head it ever signed, wherever that head is kept."""

import shutil
import sqlite3

import pytest

from mingbai.kernel import account as accounts
from mingbai.kernel.journal import tree
from mingbai.kernel.journal.verify import verify
from tests.conftest import URL, VILLAGE, House, close


def gate(account: House, name: str) -> None:
    """Do something small."""
    account.do("places.add_point", {"place": VILLAGE, "kind": "gate", "name": name})


def test_the_account_continues_an_older_head_and_no_other(account: House) -> None:
    gate(account, "东口")
    older = account.settle()
    gate(account, "西口")
    account.settle()
    assert verify(older.note)[0] == []
    assert verify(older.note.replace("\n", "\n\n", 1))[0]
    origin, size, root, *rest = older.note.split("\n")
    assert verify("\n".join([origin, str(int(size) + 1), root, *rest]))[0]


def test_sealing_twice_signs_once(account: House) -> None:
    gate(account, "东口")
    assert account.settle() == account.settle()


@pytest.mark.skipif(bool(URL), reason="copies the account's file")
def test_an_old_copy_put_back_does_not_sign(account: House) -> None:
    gate(account, "东口")
    account.settle()
    close()
    kept = account.folder / "kept.sqlite3"
    source = sqlite3.connect(account.folder / "account.sqlite3")
    target = sqlite3.connect(kept)
    source.backup(target)
    source.close()
    target.close()
    gate(account, "西口")
    account.settle()
    close()
    for name in ("account.sqlite3-wal", "account.sqlite3-shm"):
        (account.folder / name).unlink(missing_ok=True)
    shutil.copy(kept, account.folder / "account.sqlite3")
    kept.unlink()
    accounts.use(account.folder)
    with pytest.raises(tree.Stopped) as stopped:
        account.settle()
    assert stopped.value.code == "JRN-2"
    for number in range(3):
        gate(account, f"南口{number}")
    with pytest.raises(tree.Stopped) as stopped:
        account.settle()
    assert stopped.value.code == "JRN-3"
    assert any("heads/latest" in fault for fault in account.faults())
