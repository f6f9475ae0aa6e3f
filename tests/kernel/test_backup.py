"""Backup and restore: the account comes back whole, the erased stay erased, and what stands behind does not sign."""

import io
import os
import resource
import shutil
import signal
import subprocess
import sys
import tarfile
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mingbai.kernel import account as accounts
from mingbai.kernel import backup, key_care, keys, recovery
from mingbai.kernel.journal import tree
from mingbai.kernel.journal.verify import verify
from mingbai.kernel.models import Entry, Person
from mingbai.kernel.refusals import Refused
from tests.conftest import URL, VILLAGE, House, close, database, drop, turn_to
from tests.kernel.children import nursery

NUMBER = "11010119800101000X"


@pytest.fixture
def sheet(account: House) -> str:
    """The lines of the recovery sheet, with something in the account."""
    account.do("places.add_point", {"place": VILLAGE, "kind": "gate", "name": "东口"})
    account.do("people.add_person", {"place": VILLAGE, "name": "祁满仓", "phone": "13800000000"})
    account.settle()
    return "\n".join(recovery.make_sheet(account.folder))


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """Turn to an empty folder, and on PostgreSQL to an empty database."""
    made: list[str] = []

    def turn(name: str) -> Path:
        close()
        where = tmp_path / name
        if URL:
            made.append(f"restored_{uuid.uuid4().hex}")
            database(made[-1])
        accounts.use(where)
        return where

    yield turn
    for name in made:
        drop(name)


def back(account: House) -> None:
    """Turn back to the account that was backed up."""
    close()
    if URL:
        turn_to(account.names["database"])
    accounts.use(account.folder)


@pytest.fixture(autouse=True)
def named(account: House) -> None:
    """Keep the name of the account's database."""
    from django.db import connections

    account.names["database"] = connections["default"].settings_dict["NAME"]


def test_a_backup_comes_back_whole(
    account: House, sheet: str, elsewhere: Callable[[str], Path], tmp_path: Path
) -> None:
    file = tmp_path / "account.backup"
    told = backup.backup(file)
    head = account.settle().note
    entries = Entry.objects.count()
    where = elsewhere("restored")
    came = backup.restore(file, sheet)
    assert (came["behind"], came["erased_again"], came["size"]) == (False, 0, told["size"])
    assert Entry.objects.count() == entries
    assert verify(head)[0] == []
    assert keys.identity(where, "log") == keys.identity(account.folder, "log")
    account.do("places.add_point", {"place": VILLAGE, "kind": "gate", "name": "西口"})
    assert verify(tree.settle().note)[0] == []
    # What it holds is for the sheet alone.
    content = file.read_bytes()
    for secret in ("祁满仓".encode(), b"13800000000", b"SQLite format", b"kernel_person"):
        assert secret not in content
    assert list(tmp_path.glob("*.part")) == []


def test_a_folder_with_an_account_is_not_written_over(
    account: House, sheet: str, tmp_path: Path
) -> None:
    file = tmp_path / "account.backup"
    backup.backup(file)
    with pytest.raises(Refused) as refused:
        backup.restore(file, sheet)
    assert refused.value.code == "RST-2"


def test_an_older_backup_does_not_sign_until_it_goes_on(
    account: House, sheet: str, elsewhere: Callable[[str], Path], tmp_path: Path
) -> None:
    file = tmp_path / "account.backup"
    backup.backup(file)
    account.do("places.add_point", {"place": VILLAGE, "kind": "gate", "name": "西口"})
    lost = account.settle()
    where = elsewhere("restored")
    (where / "heads").mkdir(parents=True)
    shutil.copy(account.folder / "heads" / "latest", where / "heads" / "latest")
    came = backup.restore(file, sheet)
    assert came["behind"]
    with pytest.raises(tree.Stopped) as stopped:
        tree.settle()
    assert stopped.value.code == "JRN-2"
    account.do("places.add_point", {"place": VILLAGE, "kind": "gate", "name": "北口"})
    account.do("places.add_point", {"place": VILLAGE, "kind": "gate", "name": "南口"})
    with pytest.raises(tree.Stopped):
        tree.settle()
    gone_on = backup.go_on()
    assert gone_on["lost_size"] == lost.size
    assert gone_on["origin"] != gone_on["former"]
    head = tree.settle()
    assert verify(head.note)[0] == []
    # The head that was lost is named in the journal, and it is not one of this account: a witness says so.
    body = Entry.objects.get(command="account.continue_after_loss").body
    assert str(lost.size) in str(body)
    assert verify(lost.note)[0] != []
    with pytest.raises(Refused) as refused:
        backup.go_on()
    assert refused.value.code == "RST-4"


def test_a_backup_from_before_a_change_of_the_journal_key_goes_on_under_a_new_origin(
    account: House, sheet: str, elsewhere: Callable[[str], Path], tmp_path: Path
) -> None:
    file = tmp_path / "account.backup"
    backup.backup(file)
    account.do("places.add_point", {"place": VILLAGE, "kind": "gate", "name": "西口"})
    first = account.settle()
    key_care.rotate("log")
    account.do("places.add_point", {"place": VILLAGE, "kind": "gate", "name": "北口"})
    lost = account.settle()
    where = elsewhere("restored")
    shutil.copytree(account.folder / "heads", where / "heads")
    assert backup.restore(file, sheet)["behind"]
    gone_on = backup.go_on()
    # Signed under the old origin it would contradict the head that the account had signed there since.
    assert gone_on["origin"] not in (gone_on["former"], lost.note.split("\n")[0])
    assert first.note.split("\n")[0] == gone_on["former"]
    assert gone_on["lost_size"] == lost.size
    assert verify(tree.settle().note)[0] == []


def test_a_backup_that_can_be_no_file_is_refused_in_words(
    account: House, sheet: str, tmp_path: Path
) -> None:
    for file in (tmp_path, tmp_path / "nowhere" / "account.backup"):
        with pytest.raises(Refused, match="RST-8"):
            backup.backup(file)


def test_who_was_erased_since_stays_erased(
    account: House, sheet: str, elsewhere: Callable[[str], Path], tmp_path: Path
) -> None:
    person = Person.objects.get(name="祁满仓").id
    file = tmp_path / "account.backup"
    backup.backup(file)
    account.do(
        "people.erase_person", {"place": VILLAGE, "person": person, "reason": "asked for it"}
    )
    account.settle()
    where = elsewhere("restored")
    shutil.copytree(account.folder / "heads", where / "heads")
    came = backup.restore(file, sheet)
    assert came["erased_again"] == 1
    found = Person.objects.get(id=person)
    assert (found.name, found.phone_sealed) == (None, None) or found.erased_at is not None
    assert verify()[0] == [] or came["behind"]
    close()
    if not URL:
        bytes_there = b"".join(p.read_bytes() for p in where.rglob("*") if p.is_file())
        assert "祁满仓".encode() not in bytes_there


def test_a_changed_or_cut_backup_and_a_wrong_sheet_are_refused(
    account: House, sheet: str, elsewhere: Callable[[str], Path], tmp_path: Path
) -> None:
    file = tmp_path / "account.backup"
    backup.backup(file)
    content = file.read_bytes()
    other = "\n".join(recovery.sheet_lines(os.urandom(32)))
    slip = sheet.replace(sheet[3], "A" if sheet[3] != "A" else "B", 1)
    flipped = bytearray(content)
    flipped[len(content) // 2] ^= 1
    trials: list[tuple[bytes, str, str]] = [
        (content[: len(content) // 2], sheet, "REC-1"),
        (content[:-1], sheet, "REC-1"),
        (content + b"x", sheet, "REC-1"),
        (bytes(flipped), sheet, "REC-1"),
        (b"not a backup", sheet, "REC-1"),
        (content, other, "REC-2"),
        (content, slip, "REC-3"),
    ]
    for number, (changed, lines, code) in enumerate(trials):
        where = elsewhere(f"trial{number}")
        bad = tmp_path / "bad.backup"
        bad.write_bytes(changed)
        with pytest.raises(Refused) as refused:
            backup.restore(bad, lines)
        assert refused.value.code == code
        assert not accounts.exists()
        assert not (where / "account.sqlite3").exists()


def test_a_tar_that_climbs_out_is_not_followed(
    account: House, sheet: str, elsewhere: Callable[[str], Path], tmp_path: Path
) -> None:
    file = tmp_path / "made.backup"
    with file.open("wb") as opened:
        closed = recovery.Closing(opened, recovery.recovery_public(account.folder))
        with tarfile.open(fileobj=closed, mode="w|") as packed:  # type: ignore[call-overload]
            member = tarfile.TarInfo("../../climbed")
            member.size = 2
            packed.addfile(member, io.BytesIO(b"hi"))
        closed.close()
    elsewhere("restored")
    with pytest.raises(Refused) as refused:
        backup.restore(file, sheet)
    assert refused.value.code == "REC-1"
    assert not (tmp_path / "climbed").exists()


@pytest.mark.parametrize("what", ["backup", "restore"])
def test_killed_at_any_moment_it_is_done_again(
    account: House, sheet: str, elsewhere: Callable[[str], Path], tmp_path: Path, what: str
) -> None:
    file = tmp_path / "account.backup"
    person = Person.objects.get(name="祁满仓").id
    backup.backup(file)
    account.do(
        "people.erase_person", {"place": VILLAGE, "person": person, "reason": "asked for it"}
    )
    account.settle()
    heads = account.folder / "heads"
    close()
    with nursery(account.folder, account.names["database"]) as child:
        _said, whole = child.run(order="counted", what="none")
        assert whole == 0
        at, tried = 0, 0
        while True:
            where = account.folder if what == "backup" else elsewhere(f"restored{at}")
            order: dict[str, Any] = {"what": what, "folder": str(where), "file": str(file)}
            if what == "restore":
                shutil.copytree(heads, where / "heads")
                from django.db import connections

                order |= {"sheet": sheet, "database": connections["default"].settings_dict["NAME"]}
            close()
            said, went = child.run(order="counted", die_at=at, **order)
            if went == 0:
                break
            assert went == -signal.SIGKILL, said
            tried += 1
            if what == "restore":
                if accounts.exists() and not backup.unfinished():
                    accounts.open_account(where)
                else:
                    backup.restore(file, sheet)
                assert Person.objects.get(id=person).erased_at is not None
                assert backup.behind()
            else:
                back(account)
                assert account.faults() == []
            at = at + 1 if at < 3 else int(at * (1.6 if what == "restore" and not URL else 2.2)) + 1
        assert tried >= 5
    if what == "backup":
        where = elsewhere("restored")
        assert backup.restore(file, sheet)["behind"] is False
        assert verify()[0] == []


def limited(most: int) -> Callable[[], None]:
    """Return what keeps a process from writing any file beyond so many bytes, as a full disk does."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))

    return limit


@pytest.mark.skipif(
    bool(URL), reason="on PostgreSQL the copy of the tables is the server's to write"
)
@pytest.mark.parametrize("most", [0, 10_000, 100_000])
def test_a_backup_on_a_full_disk_says_so_and_leaves_the_last_one(
    account: House, sheet: str, elsewhere: Callable[[str], Path], tmp_path: Path, most: int
) -> None:
    file = tmp_path / "kept" / "account.backup"
    file.parent.mkdir()
    backup.backup(file)
    before = file.read_bytes()
    close()
    told = subprocess.run(
        [sys.executable, "-m", "mingbai", "backup", "--data", str(account.folder), str(file)],
        text=True,
        capture_output=True,
        # Half a compiled module would be left for everyone after it.
        env={**os.environ, "LC_ALL": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"},
        preexec_fn=limited(most),
    )
    assert told.returncode not in (0, -signal.SIGXFSZ), told.stdout
    assert "Traceback" not in told.stderr, told.stderr[-600:]
    assert told.stdout.strip() or told.stderr.strip()
    assert [path.name for path in file.parent.iterdir()] == [file.name]
    assert file.read_bytes() == before
    back(account)
    assert account.faults() == []
    elsewhere("restored")
    assert backup.restore(file, sheet)["behind"] is False
    assert verify()[0] == []
