"""Accounts that earlier versions wrote open, are migrated through the maintenance door, verify, and go on.

Each is the folder as the program of then left it: the first version's, and the fourth's with a row in every table. Another one
is added when a version is finished; nothing in these is ever changed.
"""

import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from mingbai.kernel import account as accounts
from mingbai.kernel import keys, moment
from mingbai.kernel.journal import tree
from mingbai.kernel.journal.verify import verify
from mingbai.kernel.models import Person
from mingbai.kernel.people import context, own_key
from mingbai.kernel.places import _known
from mingbai.kernel.rows import Store
from mingbai.kernel.tables import guarded_tables
from tests.conftest import URL, VILLAGE, House, close

DATA = Path(__file__).resolve().parents[1] / "data"
KEPT = {name: DATA / f"account-of-the-{name}-version.tar.xz" for name in ("first", "fourth")}


@pytest.fixture(params=sorted(KEPT))
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    """The account of an earlier version, in a folder of its own."""
    if URL:
        pytest.skip("an earlier version's account that is kept is a file")
    where = tmp_path / "account"
    with tarfile.open(KEPT[request.param]) as packed:
        packed.extractall(where, filter="data")
    close()
    for forget in (moment.forget, _known.cache_clear):
        forget()
    accounts.open_account(where)
    yield House(where, {"version": request.param})
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
    assert [str(fault) for fault in verify(head)[0]] == [], "it continues the head of then"
    assert keys.curve_key("field").key_size == 256, "keys that came later are made"


def test_what_was_sealed_then_opens_now(old: House) -> None:
    sealed = [row for row in Person.objects.all() if row.phone_sealed is not None]
    ring = keys.keys().ring
    opened = []
    for row in sealed:
        key = own_key(row)
        opened.append(ring.unseal(key, context(row.id, "phone"), bytes(row.phone_sealed or b"")))
    assert opened, "somebody's number was kept"
    assert all(number.isdigit() for number in opened)


def test_the_fourth_had_a_row_in_every_table_of_its_time(old: House) -> None:
    store = Store()
    filled = {
        table
        for table in guarded_tables(store)
        if store.run(f'SELECT 1 FROM "{table}" LIMIT 1').fetchone()
    }
    assert len(filled) >= {"first": 15, "fourth": 90}[old.names["version"]]
