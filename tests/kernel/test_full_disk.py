"""A full disk, in whichever moment it is full: a sentence that says what to do, nothing acknowledged is lost, and no second past."""

import json
import os
import resource
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
from mingbai.kernel import backup, jobs, moment, recovery
from mingbai.kernel.actors import OPERATOR
from mingbai.kernel.journal.verify import verify
from mingbai.kernel.models import Entry, Job, Leaf, Person
from mingbai.kernel.places import _known
from tests.conftest import TOWN, URL, House, close, house_of
from tests.flows.test_jobs import ROSTER, roster
from tests.kernel.test_earlier_versions import KEPT
from tests.kernel.test_kills import ISSUE, reopen, sealed_all, stock_up, whole

# A process that may write no file to its end would leave half of its own compiled modules for everyone after it.
SPOILS_NOTHING = {**os.environ, "LC_ALL": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"}
pytestmark = pytest.mark.skipif(bool(URL), reason="the account is a file only on SQLite")


def limited(most: int) -> Callable[[], None]:
    """Return what keeps a process from writing any file beyond so many bytes."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))

    return limit


def mounted(where: Path, size: str) -> Iterator[Path]:
    """Mount a small disk somewhere, where this machine lets us, and take it away again."""
    where.mkdir(exist_ok=True)
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(where)], capture_output=True
    )
    if done.returncode:
        pytest.skip("no small disk can be mounted here: the limit on a file's size stands for it")
    try:
        yield where
    finally:
        subprocess.run(["umount", "-l", str(where)], check=True)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of a few megabytes."""
    yield from mounted(tmp_path / "disk", "24m")


def fill_up(where: Path, leave: int) -> Path:
    """Fill a disk but for a few bytes."""
    filler = where / "filler"
    state = os.statvfs(where)
    with filler.open("wb") as file:
        file.write(bytes(max(0, state.f_bavail * state.f_frsize - leave)))
    return filler


def told_by(
    folder: Path, *words: str, said: str = "", **how: Any
) -> subprocess.CompletedProcess[str]:
    """Run a verb on an account from the command line."""
    return subprocess.run(
        [sys.executable, "-m", "mingbai", words[0], "--data", str(folder), *words[1:]],
        input=said,
        text=True,
        capture_output=True,
        env=SPOILS_NOTHING,
        **how,
    )


def tell(house: House, request: uuid.UUID, **how: Any) -> subprocess.CompletedProcess[str]:
    """Do a command from the command line."""
    words = ("do", "supplies.issue_goods", "--json", "-", "--request-id", str(request))
    return told_by(house.folder, *words, said=json.dumps(ISSUE), **how)


def check_told(told: subprocess.CompletedProcess[str]) -> None:
    """Check that a full disk is answered in words that say what to do, in whichever moment it was full."""
    assert told.returncode not in (0, -signal.SIGXFSZ), told.stdout
    assert "Traceback" not in told.stderr, told.stderr[-900:]
    answer = json.loads(told.stdout)
    assert answer["code"] == "DSK-1" and "Make room" in answer["message"], answer


def send_again(house: House, request: uuid.UUID, before: int) -> None:
    """Check that the account is whole, and that the same request has its one effect now that there is room."""
    reopen(house)
    assert Entry.objects.count() in (before, before + 1)
    whole(house)
    house.do("supplies.issue_goods", ISSUE, request_id=request)
    assert Entry.objects.count() == before + 1
    sealed_all(house)
    whole(house)


@pytest.mark.parametrize("leave", [8_192, 100_000])
def test_a_full_disk_is_answered_in_words_and_nothing_is_half_done(
    templates: dict[str, tuple[Path, str]], small_disk: Path, leave: int
) -> None:
    for house in house_of("real", templates, small_disk / "account"):
        stock_up(house)
        before, request = Entry.objects.count(), uuid.uuid4()
        close()
        filler = fill_up(small_disk, leave)
        told = tell(house, request)
        filler.unlink()
        check_told(told)
        send_again(house, request, before)


@pytest.mark.parametrize("most", [0, 40_000, 70_000, 90_000, 110_000])
def test_a_file_that_may_not_grow_leaves_nothing_half_done(
    templates: dict[str, tuple[Path, str]], tmp_path: Path, most: int
) -> None:
    for house in house_of("real", templates, tmp_path / "account"):
        stock_up(house)
        before, request = Entry.objects.count(), uuid.uuid4()
        close()
        told = tell(house, request, preexec_fn=limited(most))
        check_told(told)
        send_again(house, request, before)


def acknowledged(house: House, count: int) -> set[uuid.UUID]:
    """Do so many commands that are not sealed yet; return their request ids."""
    found = set()
    for _number in range(count):
        request = uuid.uuid4()
        house.do("supplies.issue_goods", ISSUE, request_id=request)
        found.add(request)
    return found


@pytest.mark.parametrize("leave", [0, 60_000])
def test_a_full_disk_while_it_numbers_and_seals_makes_no_second_past(
    templates: dict[str, tuple[Path, str]], small_disk: Path, leave: int
) -> None:
    for house in house_of("real", templates, small_disk / "account"):
        stock_up(house)
        head = (house.folder / "heads" / "latest").read_text("utf-8")
        done = acknowledged(house, 40)
        close()
        filler = fill_up(small_disk, leave)
        check_told(told_by(house.folder, "work"))
        filler.unlink()
        reopen(house)
        whole(house)
        assert done <= set(Entry.objects.values_list("id", flat=True)), (
            "nothing acknowledged is lost"
        )
        assert told_by(house.folder, "work").returncode == 0
        reopen(house)
        sealed_all(house)
        assert done <= set(Leaf.objects.values_list("entry_id", flat=True))
        assert [str(fault) for fault in verify(head)[0]] == [], "it goes on from the head before"


def test_a_head_that_can_not_be_kept_outside_is_kept_next_time(
    templates: dict[str, tuple[Path, str]], tmp_path: Path
) -> None:
    """The heads lie on a disk of their own, which is full; the account's has room."""
    for house in house_of("real", templates, tmp_path / "account"):
        stock_up(house)
        heads = house.folder / "heads"
        kept = {path.name: path.read_bytes() for path in heads.iterdir()}
        done = acknowledged(house, 5)
        close()
        for where in mounted(heads, "64k"):
            for name, content in kept.items():
                (where / name).write_bytes(content)
            fill_up(where, 0)
            check_told(told_by(house.folder, "work"))
            assert (where / "latest").read_bytes() == kept["latest"], "the head before is whole"
        reopen(house)
        whole(house)
        assert done <= set(Leaf.objects.values_list("entry_id", flat=True))
        sealed_all(house)
        assert [str(fault) for fault in verify(kept["latest"].decode())[0]] == []


@pytest.mark.parametrize("share", [0, 60])
def test_a_full_disk_during_a_restore_leaves_a_restore_that_is_run_again(
    templates: dict[str, tuple[Path, str]], small_disk: Path, tmp_path: Path, share: int
) -> None:
    for house in house_of("real", templates, tmp_path / "account"):
        stock_up(house)
        sheet = "\n".join(recovery.make_sheet(house.folder))
        file, lines = tmp_path / "account.backup", tmp_path / "sheet.txt"
        size = backup.backup(file)["size"]
        lines.write_text(sheet, "utf-8")
        entries = Entry.objects.count()
        close()
        where = small_disk / "restored"
        # Unpacked and put in its place the account takes about so much.
        whole_size = (house.folder / "account.sqlite3").stat().st_size
        filler = fill_up(small_disk, whole_size * share // 100)
        words = ("restore", str(file), "--key", str(lines))
        told = told_by(where, *words)
        check_told(told)
        assert told_by(where, "verify").returncode != 0, "what is half there is not taken for whole"
        filler.unlink()
        again = told_by(where, *words)
        assert again.returncode == 0, again.stdout + again.stderr
        accounts.open_account(where)
        assert Entry.objects.count() == entries and verify()[0] == []
        assert json.loads(again.stdout)["size"] == size and not backup.behind()
        close()


@pytest.mark.parametrize(("leave", "began"), [(60_000, False), (300_000, True), (1_000_000, True)])
def test_a_full_disk_while_an_old_account_is_migrated_leaves_it_to_be_gone_on_with(
    small_disk: Path, leave: int, began: bool
) -> None:
    where = small_disk / "account"
    with tarfile.open(KEPT["first"]) as packed:
        packed.extractall(where, filter="data")
    head = (where / "heads" / "latest").read_text("utf-8")
    filler = fill_up(small_disk, leave)
    check_told(told_by(where, "work"))
    assert (where / "migrating.json").exists() == began, "cut off before it, and in its middle"
    filler.unlink()
    again = told_by(where, "work")
    assert again.returncode == 0, again.stdout + again.stderr
    for forget in (moment.forget, _known.cache_clear):
        forget()
    accounts.open_account(where)
    assert not accounts.unfinished().exists() and not accounts.pending("default")
    assert [str(fault) for fault in verify(head)[0]] == []
    close()


@pytest.mark.parametrize("leave", [30_000, 600_000])
def test_a_full_disk_during_an_import_stops_nothing_for_good(
    templates: dict[str, tuple[Path, str]], small_disk: Path, leave: int
) -> None:
    rows = 3 * jobs.STEP
    good = rows - rows // 50
    for house in house_of("real", templates, small_disk / "account"):
        job = jobs.begin(ROSTER, roster(rows), TOWN, as_=OPERATOR)
        jobs.go_on(job, steps=1)
        before = Job.objects.get(id=job).done
        close()
        filler = fill_up(small_disk, leave)
        told = told_by(house.folder, "work")
        check_told(told)
        filler.unlink()
        reopen(house)
        held = Job.objects.get(id=job)
        assert held.ended_at is None and held.stopped is None, "it waits for room"
        assert jobs.STEP == before <= held.done < rows
        assert Person.objects.count() == held.accepted, "a step is there whole or not at all"
        assert told_by(house.folder, "work").returncode == 0
        reopen(house)
        held = Job.objects.get(id=job)
        assert (held.done, held.accepted, held.refused) == (rows, good, rows - good)
        assert Person.objects.count() == good and len(jobs.outcomes_of(held)) == rows
        house.settle()
        assert house.faults() == []


def test_a_job_that_can_not_be_kept_is_not_begun(
    templates: dict[str, tuple[Path, str]], small_disk: Path
) -> None:
    for house in house_of("real", templates, small_disk / "account"):
        file = small_disk.parent / "roster.xlsx"
        file.write_bytes(roster(1500))
        close()
        filler = fill_up(small_disk, 0)
        words = ("import", "people.roster", str(file), "--place", TOWN)
        check_told(told_by(house.folder, *words))
        filler.unlink()
        reopen(house)
        assert not Job.objects.filter(stopped__isnull=False).exists()
        told = told_by(house.folder, *words)
        assert told.returncode == 0, told.stdout
        reopen(house)
        assert Person.objects.count() == 1470
