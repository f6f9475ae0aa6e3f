"""The independent verifier, run as anyone would run it, on a published log and on receipts."""

import json
import subprocess
import sys
from pathlib import Path

from django.test import Client

from mingbai.kernel.journal import receipts
from tests.conftest import VILLAGE, House

VERIFIER = Path(__file__).resolve().parents[2] / "docs" / "verify" / "verify.py"


def run(*words: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the verifier."""
    return subprocess.run(
        [sys.executable, VERIFIER, *map(str, words)], capture_output=True, text=True, check=False
    )


def publish(where: Path, size: int) -> None:
    """Save what the house publishes."""
    client = Client()
    (where / "tile" / "0").mkdir(parents=True, exist_ok=True)
    (where / "checkpoint").write_bytes(client.get("/log/checkpoint").content)
    (where / "key").write_bytes(client.get("/log/key").content)
    for index in range(0, (size + 255) // 256):
        width = min(256, size - 256 * index)
        name = f"tile/0/{index:03d}" + (f".p/{width}" if width < 256 else "")
        path = where / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(client.get("/log/" + name).content)


def gates(account: House, first: int, last: int) -> None:
    """Do some small acts."""
    for number in range(first, last):
        account.do("places.add_point", {"place": VILLAGE, "kind": "gate", "name": f"口{number}"})


def test_a_published_log_holds_and_a_changed_one_does_not(account: House, tmp_path: Path) -> None:
    gates(account, 0, 5)
    publish(tmp_path, account.settle().size)
    older = tmp_path / "older"
    older.write_bytes((tmp_path / "checkpoint").read_bytes())
    gates(account, 5, 300)
    size = account.settle().size
    publish(tmp_path, size)
    held = run("log", tmp_path, "--key", tmp_path / "key", "--against", older)
    assert (held.returncode, str(size) in held.stdout) == (0, True), held
    whole = run("consistency", older, tmp_path / "checkpoint", tmp_path, "--key", tmp_path / "key")
    assert whole.returncode == 0, whole
    path = tmp_path / "tile" / "0" / "000"
    path.write_bytes(path.read_bytes()[:-1] + b"\x00")
    changed = run("log", tmp_path, "--key", tmp_path / "key")
    assert (changed.returncode, "does not hold" in changed.stdout) == (1, True), changed
    assert run("log", tmp_path / "nowhere", "--key", tmp_path / "key").returncode == 2


def test_a_receipt_holds_and_a_changed_one_does_not(account: House, tmp_path: Path) -> None:
    entry = account.do("places.add_point", {"place": VILLAGE, "kind": "gate", "name": "东口"}).entry
    gates(account, 0, 9)
    publish(tmp_path, account.settle().size)
    found = receipts.as_json(receipts.prove(entry))
    path = tmp_path / "receipt.json"
    path.write_text(json.dumps(found, ensure_ascii=False), "utf-8")
    held = run("receipt", path, "--key", tmp_path / "key")
    assert (held.returncode, "places.add_point" in held.stdout) == (0, True), held
    found["body"]["at"] = "2020-01-01T00:00:00.000000Z"
    path.write_text(json.dumps(found, ensure_ascii=False), "utf-8")
    assert run("receipt", path, "--key", tmp_path / "key").returncode == 1
