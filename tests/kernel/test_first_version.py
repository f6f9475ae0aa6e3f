"""An account that the first version wrote opens, is migrated through the maintenance door, verifies, and goes on."""

import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from mingbai.kernel import account as accounts
from mingbai.kernel import keys, moment
from mingbai.kernel.journal import tree
from mingbai.kernel.journal.verify import verify
from mingbai.kernel.places import _known
from tests.conftest import URL, VILLAGE, House, close

KEPT = Path(__file__).resolve().parents[1] / "data" / "account-of-the-first-version.tar.xz"


@pytest.fixture
def old(tmp_path: Path) -> Iterator[House]:
    """The first version's account, in a folder of its own."""
    if URL:
        pytest.skip("the first version's account that is kept is a file")
    where = tmp_path / "account"
    with tarfile.open(KEPT) as packed:
        packed.extractall(where, filter="data")
    close()
    for forget in (moment.forget, _known.cache_clear):
        forget()
    accounts.open_account(where)
    yield House(where)
    close()


def test_it_opens_verifies_and_goes_on(old: House) -> None:
    head = (old.folder / "heads" / "latest").read_text("utf-8")
    assert old.faults() == []
    assert not accounts.pending("default")
    before = tree.settle()
    assert before is not None
    old.do("people.add_household", {"place": VILLAGE, "code": "900"})
    old.do("policy.put", {"place": VILLAGE, "policy": "supplies.floor_days", "value": 5})
    after = old.settle()
    assert after.size > before.size
    assert [str(fault) for fault in verify(head)[0]] == [], (
        "it continues the head of the first version"
    )
    assert keys.curve_key("field").key_size == 256, "keys that came later are made"
