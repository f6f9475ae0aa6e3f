"""The command line as outsiders rely on it: exit codes, JSON and nothing else on standard output."""

import io
import json
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

from mingbai.__main__ import app
from mingbai.kernel import account as accounts
from tests.conftest import URL, VILLAGE, close, database, drop, shared, turn_to
from tests.flows.test_permits import people, roster
from tests.movement.passes import document


@dataclass
class Done:
    """What a verb printed, and how it left."""

    returncode: int
    stdout: str
    stderr: str


class Shell:
    """A folder, on PostgreSQL a database, and two ways to call verbs on it."""

    def __init__(self, folder: Path, database: str = "postgres") -> None:
        self.folder = folder
        self.database = database
        self.environment = {**os.environ, "LC_ALL": "C.UTF-8"}
        if URL:
            self.environment["MINGBAI_DATABASE_URL"] = URL.replace("/postgres?", f"/{database}?")

    def start(self, *words: str, sent: Any = None) -> subprocess.CompletedProcess[str]:
        """Call a verb as a person does: in a process of its own."""
        return subprocess.run(
            [sys.executable, "-m", "mingbai", *words, "--data", str(self.folder)],
            input=json.dumps(sent) if sent is not None else "",
            capture_output=True,
            text=True,
            env=self.environment,
            check=False,
        )

    def call(self, *words: str, sent: Any = None) -> Done:
        """Call a verb through the same door, in this process, which has loaded the house already."""
        if URL:
            turn_to(self.database)
        accounts.use(self.folder)
        out, err, code = io.StringIO(), io.StringIO(), 0
        with pytest.MonkeyPatch.context() as here, translation.override(None):
            here.setattr(sys, "stdin", io.StringIO(json.dumps(sent) if sent is not None else ""))
            here.setenv("LC_ALL", "C.UTF-8")
            here.setenv("MINGBAI_DATA", str(self.folder))
            with redirect_stdout(out), redirect_stderr(err):
                try:
                    app([*words, "--data", str(self.folder)], prog_name="mingbai")
                except SystemExit as left:
                    code = int(left.code or 0)
        close()
        return Done(code, out.getvalue(), err.getvalue())

    def json(self, *words: str, sent: Any = None, code: int = 0, start: bool = False) -> Any:
        """Call a verb that prints JSON."""
        done = (self.start if start else self.call)(*words, sent=sent)
        assert done.returncode == code, (done.stdout, done.stderr)
        return json.loads(done.stdout)


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    """An account that was made by the command line itself."""
    name = f"cli_{uuid.uuid4().hex}"
    if URL:
        database(name)
        close()
    made = Shell(tmp_path_factory.mktemp("cli") / "account", name)
    done = made.start("init", "--office", "值班室")
    assert done.returncode == 0, done.stderr
    assert "places: 4760" in done.stdout and "password: " in done.stdout
    yield made
    if URL:
        drop(name)


MASK = {"place": VILLAGE, "code": "口罩", "name_zh": "口罩", "name_en": "masks", "base_unit": "只"}
CAME = {
    "place": VILLAGE,
    "item": "口罩",
    "quantity": 100,
    "unit": "只",
    "origin_kind": "allocation",
    "origin": "镇里",
}
GONE = {"place": VILLAGE, "item": "口罩", "quantity": 30, "unit": "只", "recipient": "王大爷"}


def test_a_day_at_the_command_line(shell: Shell) -> None:
    shell.json("do", "goods.add_goods", "--json", "-", sent=MASK, start=True)
    request = str(uuid.uuid4())
    first = shell.json(
        "do", "supplies.receive_goods", "--json", "-", "--request-id", request, sent=CAME
    )
    again = shell.json(
        "do", "supplies.receive_goods", "--json", "-", "--request-id", request, sent=CAME
    )
    assert (first["outcome"], again["outcome"]) == ("accepted", "already_done")
    assert first["entry"] == again["entry"] == request
    words = ("do", "supplies.issue_goods", "--json", "-")
    refusal = shell.json(*words, sent=GONE | {"quantity": 900}, code=2, start=True)
    assert (refusal["code"], refusal["facts"]["short"]) == ("SUP-1", 800)
    shell.json(*words, sent=GONE)
    rows = shell.json("ask", "supplies.balances", "--place", VILLAGE)["rows"]
    assert [(row["item"], row["unit"], row["quantity"]) for row in rows] == [("口罩", "只", 70)]
    proof = shell.json("receipt", request)
    assert proof["body"]["command"] == "supplies.receive_goods"
    assert shell.json("work")["sealed"] > 0
    verified = shell.start("verify")
    assert verified.returncode == 0 and "verified" in verified.stdout
    head = shell.folder / "heads" / "latest"
    assert shell.call("verify", "--against", str(head)).returncode == 0


def test_what_does_not_fit_is_said_and_exits_with_2(shell: Shell) -> None:
    assert shell.json("do", "supplies.no_such", "--json", "-", sent={}, code=2)["code"] == "ASK-4"
    assert shell.json("ask", "supplies.balances", "--place", "1", code=2)["code"] == "ASK-1"
    assert (
        shell.json("ask", "supplies.balances", "--place", VILLAGE, "--as", "nobody", code=2)["code"]
        == "CLI-1"
    )
    assert shell.call("do", "places.add_point", "--json", "/no/such/file").returncode == 2
    assert (
        shell.call("import", "supplies.ledger", "/no/file.xlsx", "--place", VILLAGE).returncode == 2
    )
    assert shell.json("init", code=2)["code"] == "ACT-2"


def test_an_import_prints_what_became_of_each_row(shell: Shell, tmp_path: Path) -> None:
    path, errors = shared("workbooks/supplies_ledger.xlsx"), tmp_path / "errors.xlsx"
    words = ("import", "supplies.ledger", str(path), "--place", "110112106208")
    looked = shell.json(*words, "--dry-run")
    found = shell.json(*words, "--errors", str(errors))
    assert looked["totals"] == found["totals"]
    assert (found["totals"]["ok"], found["totals"]["refused"]) == (38, 4)
    assert errors.read_bytes()[:2] == b"PK"


def test_find_names_files_and_lines(shell: Shell) -> None:
    rule = shell.call("find", "MAN-9").stdout
    assert "mingbai/kernel/commands/mandates.py:" in rule
    told = shell.call("find", "issue_goods").stdout
    assert "command supplies.issue_goods" in told and "store.py:" in told


def test_without_an_account_it_says_what_to_do(tmp_path: Path) -> None:
    empty = Shell(tmp_path / "nothing")
    refusal = empty.json("ask", "account.state", code=2, start=True)
    assert refusal["code"] == "CLI-4" and "mingbai init" in refusal["message"]


def test_keys_backup_restore_and_the_sheet(shell: Shell, tmp_path: Path) -> None:
    listed = shell.json("keys", "list")["rows"]
    assert {row["key"] for row in listed} >= {"master", "index", "log", "web", "field", "pass"}
    assert all(len(row["mark"]) == 8 for row in listed)
    sheet = tmp_path / "sheet.txt"
    sheet.write_text(
        "\n".join(line.strip() for line in shell.call("keys", "sheet").stdout.splitlines()[1:-1])
    )
    file = tmp_path / "account.backup"
    assert shell.json("backup", str(file))["bytes"] == file.stat().st_size
    assert shell.json("restore", str(file), "--key", str(sheet), code=2)["code"] == "RST-2"
    name = f"cli_{uuid.uuid4().hex}"
    if URL:
        database(name)
    other = Shell(tmp_path / "restored", name)
    told = other.json("restore", str(file), "--key", str(sheet))
    assert told["behind"] is False
    assert other.json("restore", str(file), "--continue", code=2)["code"] == "RST-4"
    assert other.call("verify").returncode == 0
    assert other.json("keys", "rotate", "web")["key"] == "web"
    if URL:
        drop(name)


def test_passes_for_a_roster(shell: Shell, tmp_path: Path) -> None:
    """Rows: Z84. This run's codes, the sheets to print and the rows to mend; a second run issues nobody a second one."""
    bad = ["错一位", document(90)[:-1], "13800000090", "叉车厂", "装配"]
    book = tmp_path / "roster.xlsx"
    book.write_bytes(roster(*people(5), bad))
    to = ("--place", VILLAGE, "--to")
    told = shell.json("permits", "issue", str(book), *to, str(tmp_path / "one"))
    assert told["totals"] == {"issued": 5, "duplicate": 0, "refused": 1, "to_verify": 0}
    assert [(row["row"], row["why"]) for row in told["rows"]] == [(8, "length")]
    lines = (tmp_path / "one" / "permits.csv").read_text("utf-8").splitlines()
    assert lines[0] == "row,token"
    assert [line.split(",")[0] for line in lines[1:]] == ["3", "4", "5", "6", "7"]
    assert all(line.split(",", 1)[1].startswith("MB1:") for line in lines[1:])
    assert (tmp_path / "one" / "sheets.pdf").read_bytes().startswith(b"%PDF")
    mended = [["错一位", document(90), "13800000090", "叉车厂", "装配"]]
    book.write_bytes(roster(*people(5), *mended))
    again = shell.json("permits", "issue", str(book), *to, str(tmp_path / "two"))
    assert (again["totals"]["issued"], again["totals"]["duplicate"]) == (1, 5)
    last = shell.json("permits", "issue", str(book), *to, str(tmp_path / "three"))
    assert last["totals"]["issued"] == 0 and last["batch"] == told["batch"]
    assert (tmp_path / "three" / "permits.csv").read_text("utf-8") == "row,token\n"
    printed = shell.json("permits", "print", told["batch"], "--to", str(tmp_path / "all.pdf"))
    assert printed["passes"] == 6 and (tmp_path / "all.pdf").read_bytes().startswith(b"%PDF")
    assert b"/Lang(zh" in (tmp_path / "all.pdf").read_bytes(), "whatever the shell speaks"
    english = ("--language", "en", "--to", str(tmp_path / "en.pdf"))
    shell.json("permits", "print", told["batch"], *english)
    assert b"/Lang(en" in (tmp_path / "en.pdf").read_bytes()
    gone = shell.json("permits", "print", "no-such", code=2)
    assert gone["code"] == "MOV-45"
    assert (
        shell.call("permits", "issue", str(tmp_path / "none.xlsx"), *to, str(tmp_path)).returncode
        == 2
    )
    assert shell.call("verify").returncode == 0


def test_a_run_that_is_killed_is_gone_on_with(shell: Shell, tmp_path: Path) -> None:
    """Rows: Z84. Killed in the middle and begun again, the whole roster has its passes, each once."""
    book, count = tmp_path / "roster.xlsx", 1500
    book.write_bytes(roster(*people(count, first=2000)))
    words = ["permits", "issue", str(book), "--place", VILLAGE, "--to", str(tmp_path)]
    words += ["--batch", "killed", "--data", str(shell.folder)]
    run = subprocess.Popen(
        [sys.executable, "-m", "mingbai", *words],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=shell.environment,
    )
    while run.poll() is None and not list((shell.folder / "jobs").glob("*.outcomes*")):
        time.sleep(0.02)
    run.kill()
    assert run.wait() == -signal.SIGKILL, "it was in the middle"
    told = shell.json(*words[:-2])
    assert told["totals"] == {"issued": count, "duplicate": 0, "refused": 0, "to_verify": 0}
    lines = (tmp_path / "permits.csv").read_text("utf-8").splitlines()[1:]
    assert len({line.split(",", 1)[1] for line in lines}) == len(lines) == count
    (row,) = [
        row
        for row in shell.json("ask", "movement.batches", "--place", VILLAGE)["rows"]
        if row["batch"] == "killed"
    ]
    assert (row["issued"], row["state"]) == (count, "issued")
    assert shell.call("verify").returncode == 0


def test_a_backup_on_a_full_disk_leaves_nothing_half_done(shell: Shell, tmp_path: Path) -> None:
    shell.call("keys", "sheet")
    file = tmp_path / "account.backup"
    done = subprocess.run(
        ["bash", "-c", 'ulimit -f 64; trap "" XFSZ; exec "$@"', "bash"]
        + [sys.executable, "-m", "mingbai", "backup", str(file), "--data", str(shell.folder)],
        capture_output=True,
        text=True,
        env=shell.environment
        | {"PYTHONDONTWRITEBYTECODE": "1"},  # half a module would be left to others
        check=False,
    )
    assert done.returncode == 2, (done.stdout, done.stderr)
    assert json.loads(done.stdout)["code"] == "DSK-1"
    assert list(tmp_path.glob("account.backup*")) == []
    assert shell.call("verify").returncode == 0
