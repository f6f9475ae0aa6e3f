"""The independent verifier by itself: what it imports, every way to be wrong, and every small tree."""

import ast
import contextlib
import http.server
import importlib.util
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from mingbai.proofs import merkle, receipts, tiles
from tests.proofs.trees import KEY, LINE, ORIGIN, OTHER, Tree, body, head, leaves, opinion, publish

SCRIPT = Path(__file__).resolve().parents[2] / "docs" / "verify" / "verify.py"
SMALL, LARGE = 300, 600


def run(*words: object, language: str = "C.UTF-8") -> tuple[int, str]:
    """Run the verifier in a Python that sees nothing of ours; return its code and what it said."""
    environment = {"PATH": os.environ["PATH"], "LANG": language, "PYTHONUTF8": "1"}
    done = subprocess.run(
        [sys.executable, "-I", SCRIPT, *map(str, words)],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    assert "Traceback" not in done.stderr, done.stderr
    assert (done.stdout == "") == (done.returncode == 2), (
        "an answer on one stream, a hindrance on the other"
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def verifier() -> Any:
    """The verifier as a module, for what is too much for a process each."""
    spec = importlib.util.spec_from_file_location("verifier_alone", SCRIPT)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["verifier_alone"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A published log, and beside it an older head of its own."""
    where = publish(tmp_path / "log", leaves(LARGE))
    (tmp_path / "old").write_text(head(SMALL, opinion(leaves(SMALL))), "utf-8")
    return where


def receipt_files(where: Path, index: int) -> tuple[Path, Path]:
    """Write a receipt and its body."""
    tree = Tree(leaves(LARGE))
    text = receipts.write_proof(
        index, merkle.prove_inclusion(index, LARGE, tree.node), head(LARGE, opinion(leaves(LARGE)))
    )
    (where / "one.tlog-proof").write_text(text, "utf-8")
    (where / "one.json").write_bytes(body(index))
    return where / "one.tlog-proof", where / "one.json"


def test_it_imports_nothing_but_the_standard_library_and_cryptography() -> None:
    names = set()
    for node in ast.walk(ast.parse(SCRIPT.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {one.name.split(".")[0] for one in node.names}
        if isinstance(node, ast.ImportFrom):
            names.add((node.module or "mingbai").split(".")[0])
    assert names - set(sys.stdlib_module_names) == {"cryptography"}


def test_a_log_in_a_folder(log: Path) -> None:
    old = log.parent / "old"
    assert run("log", log, "--key", LINE)[0] == 0
    code, said = run("log", log, "--key", log / "key", "--against", old)
    assert (code, f"over {SMALL} entries" in said) == (0, True), said
    code, said = run("consistency", old, log / "checkpoint", log, "--key", LINE)
    assert (code, f"first {SMALL} of {LARGE}" in said) == (0, True), said


def test_a_log_at_an_address(log: Path) -> None:
    with served(log.parent) as address:
        assert run("log", address, "--key", LINE, "--against", log.parent / "old")[0] == 0
        assert run("log", f"{address}/log/", "--key", LINE)[0] == 0
        assert (
            run("consistency", log.parent / "old", log / "checkpoint", address, "--key", LINE)[0]
            == 0
        )
        (log / "checkpoint").rename(log / "hidden")
        assert run("log", address, "--key", LINE)[0] == 2
    assert run("log", address, "--key", LINE)[0] == 2, "nobody answers there any more"


class Quiet(http.server.SimpleHTTPRequestHandler):
    """A file server that keeps no record."""

    def log_message(self, *_values: object) -> None:
        """Say nothing."""


@contextlib.contextmanager
def served(where: Path) -> Iterator[str]:
    """Serve a folder; give its address."""
    with http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), partial(Quiet, directory=where)
    ) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize("name", ["tile/0/000", "tile/0/001", "tile/0/002.p/88"])
def test_one_changed_bit_of_a_tile(log: Path, name: str) -> None:
    content = bytearray((log / name).read_bytes())
    content[40] ^= 1
    (log / name).write_bytes(content)
    assert run("log", log, "--key", LINE)[0] == 1


def test_a_tile_cut_short_or_gone(log: Path) -> None:
    path = log / "tile/0/001"
    path.write_bytes(path.read_bytes()[:-32])
    assert run("log", log, "--key", LINE)[0] == 1
    path.unlink()
    assert run("log", log, "--key", LINE)[0] == 2


def test_the_full_tile_stands_in_for_its_part(log: Path) -> None:
    """A log may take a part away once the tile is full; what lies behind the head is left alone."""
    tree = Tree(leaves(768))
    (log / "tile/0/002").write_bytes(tiles.tile(0, 2, 256, tree.node))
    (log / "tile/0/002.p/88").unlink()
    assert run("log", log, "--key", LINE)[0] == 0


def forged(log: Path) -> None:
    """Make the log another one whose past was changed, with a true signature under its head."""
    hashes = leaves(LARGE)
    hashes[7] = merkle.leaf_hash(b"another past")
    publish(log, hashes)


def test_a_rewritten_past_with_a_true_signature(log: Path) -> None:
    forged(log)
    old = log.parent / "old"
    assert run("log", log, "--key", LINE)[0] == 0, "by itself it holds together"
    code, said = run("log", log, "--key", LINE, "--against", old)
    assert (code, "not the one you kept" in said) == (1, True), said
    assert run("consistency", old, log / "checkpoint", log, "--key", LINE)[0] == 1


def test_tiles_that_agree_with_each_head_but_not_with_each_other(log: Path) -> None:
    """The old head is over another past; tiles are mixed so that a lazy verifier finds both roots in them."""
    other = leaves(LARGE)
    other[7] = merkle.leaf_hash(b"another past")
    past = publish(log.parent / "past", other[:SMALL])
    (log / "tile/0/000").write_bytes((past / "tile/0/000").read_bytes())
    assert run("consistency", past / "checkpoint", log / "checkpoint", log, "--key", LINE)[0] == 1


def test_a_log_that_went_back(log: Path) -> None:
    newer = log.parent / "newer"
    newer.write_text(head(700, opinion(leaves(700))), "utf-8")
    code, said = run("log", log, "--key", LINE, "--against", newer)
    assert (code, "went back" in said) == (1, True), said
    assert run("consistency", newer, log / "checkpoint", log, "--key", LINE)[0] == 1


@pytest.mark.parametrize(
    "note",
    [
        head(LARGE, bytes(32)),
        head(LARGE, opinion(leaves(LARGE)), OTHER),
        head(LARGE, opinion(leaves(LARGE)), KEY, "mingbai/else"),
        head(LARGE, opinion(leaves(LARGE))).replace("\n600\n", "\n599\n"),
        head(LARGE, opinion(leaves(LARGE))).replace("\n", "\r\n"),
        head(LARGE, opinion(leaves(LARGE)))[:-1],
        head(LARGE, opinion(leaves(LARGE))) + "\n",
        head(LARGE, opinion(leaves(LARGE))) + "— a\x07b QUJDREVG\n",
        head(LARGE, opinion(leaves(LARGE))) + "— other QUJDREVG\n" * 16,
        head(LARGE, opinion(leaves(LARGE))).split("\n\n")[0] + "\n",
        "",
    ],
)
def test_heads_that_are_none(log: Path, note: str) -> None:
    (log / "checkpoint").write_bytes(note.encode())
    assert run("log", log, "--key", LINE)[0] == 1


def test_other_signatures_say_nothing(log: Path) -> None:
    note = head(LARGE, opinion(leaves(LARGE)))
    (log / "checkpoint").write_text(note + "— witness/one " + "QUJDREVGR0g=\n" * 1, "utf-8")
    assert run("log", log, "--key", LINE)[0] == 0


@pytest.mark.parametrize("key", ["", "a", "a+b+c", LINE[:-4], LINE.replace("98", "99"), LINE + "="])
def test_keys_that_are_none(log: Path, key: str) -> None:
    assert run("log", log, "--key", key)[0] == 2


def test_calls_that_are_none(log: Path) -> None:
    for words in (
        [],
        ["log", log],
        ["nothing", log, "--key", LINE],
        ["log", log.parent / "nowhere", "--key", LINE],
        ["log", "http://127.0.0.1:1", "--key", LINE],
        ["log", "http://[", "--key", LINE],
        ["log", log, "--key", LINE, "--against", log / "nothing"],
        ["consistency", log / "nothing", log / "checkpoint", log, "--key", LINE],
        ["receipt", log / "nothing", "--key", LINE],
        ["receipt", log / "checkpoint", "--key", LINE],
    ):
        assert run(*words)[0] == 2, words


@pytest.mark.parametrize("index", [0, 255, 256, 599])
def test_a_receipt_and_its_body(tmp_path: Path, index: int) -> None:
    proof, content = receipt_files(tmp_path, index)
    code, said = run("receipt", proof, content, "--key", LINE)
    assert (code, f"entry {index} of {ORIGIN} (supplies.issue_goods)" in said) == (0, True), said


def test_a_body_set_out_anew_and_a_body_changed(tmp_path: Path) -> None:
    proof, content = receipt_files(tmp_path, 8)
    content.write_text(json.dumps(json.loads(body(8)), indent=2) + "\n", "utf-8")
    code, said = run("receipt", proof, content, "--key", LINE)
    assert (code, "Blanks or the order" in said) == (0, True), said
    content.write_bytes(body(9))
    assert run("receipt", proof, content, "--key", LINE)[0] == 1
    twice = body(8).replace(b'{"command"', b'{"number":9,"command"', 1)
    content.write_bytes(twice)
    assert json.loads(twice) == json.loads(body(8)), "a careless reader sees the true entry"
    assert run("receipt", proof, content, "--key", LINE)[0] == 1


def test_a_receipt_changed(tmp_path: Path) -> None:
    proof, content = receipt_files(tmp_path, 8)
    text = proof.read_text("utf-8")
    lines = text.split("\n")
    for changed in (
        text.replace("index 8", "index 9"),
        text.replace("index 8", "index 600"),
        text.replace("index 8", "index 08"),
        text.replace("index 8", "index"),
        text.replace("@v1", "@v2"),
        "\n".join(lines[:2] + lines[3:]),
        "\n".join([*lines[:2], lines[2], *lines[2:]]),
        text.replace("\n600\n", "\n601\n"),
    ):
        proof.write_text(changed, "utf-8")
        assert run("receipt", proof, content, "--key", LINE)[0] == 1, changed
    proof.write_text(text.replace("index 8", "extra bW9yZQ==\nindex 8"), "utf-8")
    assert run("receipt", proof, content, "--key", LINE)[0] == 0


def test_it_speaks_the_language_of_the_machine(log: Path) -> None:
    assert "属实：" in run("log", log, "--key", LINE, language="zh_CN.UTF-8")[1]
    (log / "tile/0/000").write_bytes(bytes(8192))
    assert "不属实：" in run("log", log, "--key", LINE, language="zh_CN.UTF-8")[1]
    assert "没法核对：" in run("log", log, "--key", "none", language="zh_CN.UTF-8")[1]
    assert "It does not hold:" in run("log", log, "--key", LINE)[1]


def test_every_small_tree_by_the_verifier_s_own_arithmetic(verifier: Any, tmp_path: Path) -> None:
    hashes = leaves(70)
    tree = Tree(hashes)
    growing = verifier.Growing()
    for size in range(1, 71):
        growing.add(hashes[size - 1])
        root = merkle.root(size, tree.node)
        assert growing.root() == root
        for index in range(size):
            proof = merkle.prove_inclusion(index, size, tree.node)
            assert verifier.root_with(index, size, hashes[index], proof) == root
        log = verifier.Log(str(publish(tmp_path / str(size), hashes[:size])))
        for older in range(1, size + 1):
            roots = log.both_roots(0, older, size, size)
            assert roots == (merkle.root(older, tree.node), root)


@pytest.mark.parametrize("size", [256, 257, 511, 512, 66_000])
def test_large_trees_by_the_verifier_s_own_arithmetic(
    verifier: Any, tmp_path: Path, size: int
) -> None:
    hashes = leaves(size)
    tree = Tree(hashes)
    log = verifier.Log(str(publish(tmp_path, hashes)))
    for older in {1, 2, 255, 256, size // 2, size - 1, size} | {512, 65_535, 65_536}:
        if older <= size:
            roots = log.both_roots(0, older, size, size)
            assert roots == (merkle.root(older, tree.node), merkle.root(size, tree.node))
    assert len(log.held) < 16, "high in the tiles, not leaf by leaf"
