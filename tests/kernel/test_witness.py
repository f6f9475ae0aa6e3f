"""A witness elsewhere keeps heads over real HTTP, and raises the alarm when the past is changed."""

import functools
import http.server
import json
import sqlite3
import ssl
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from django.core.wsgi import get_wsgi_application

from mingbai.kernel import account as accounts
from mingbai.kernel import certificates, key_care
from mingbai.kernel.journal import tree
from mingbai.kernel.refusals import Refused
from mingbai.kernel.witness import Alarm, look
from mingbai.proofs import notes, tiles
from tests.conftest import URL, VILLAGE, House, close


class Quiet(WSGIRequestHandler):
    """A handler that logs nothing, and leaves no connection to the account behind."""

    def log_message(self, *_words: object) -> None:
        """Say nothing."""

    def handle(self) -> None:
        """Answer, and close."""
        super().handle()
        close()


@pytest.fixture
def url(account: House) -> Iterator[str]:
    """The account, served."""
    with make_server("127.0.0.1", 0, get_wsgi_application(), handler_class=Quiet) as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        serving.join()


def live(account: House, first: int, last: int) -> None:
    """Do some things and sign them."""
    for number in range(first, last):
        account.do("places.add_point", {"place": VILLAGE, "kind": "gate", "name": f"口{number}"})
    account.settle()


def test_a_witness_follows_and_keeps(account: House, url: str, tmp_path: Path) -> None:
    live(account, 0, 3)
    first = look(url, tmp_path)
    assert first["before"] is None
    assert look(url, tmp_path)["before"] == first["size"]
    live(account, 3, 40)
    second = look(url + "/", tmp_path)
    assert (second["before"], second["size"]) == (first["size"], first["size"] + 37)
    kept = Path(second["kept"])
    assert kept.read_text("utf-8") == tree.settle().note
    assert len(list(kept.parent.glob("*T*-*"))) >= 2


@pytest.mark.skipif(bool(URL), reason="puts an older copy of the account's file back")
def test_a_past_that_was_cut_or_changed_raises_the_alarm(
    account: House, url: str, tmp_path: Path
) -> None:
    live(account, 0, 2)
    older = copied(account.folder / "account.sqlite3", tmp_path / "older")
    live(account, 2, 6)
    look(url, tmp_path)
    go_back(account, older)
    with pytest.raises(Alarm) as alarm:
        look(url, tmp_path)
    assert alarm.value.code == "WIT-3"
    live(account, 20, 30)
    with pytest.raises(Alarm) as alarm:
        look(url, tmp_path)
    assert alarm.value.code == "WIT-4"
    # What was kept is not overwritten by what is wrong.
    with pytest.raises(Alarm):
        look(url, tmp_path)


def go_back(account: House, copy: Path) -> None:
    """Put an older copy back into the account's file, as whoever has the machine can."""
    copied(copy, account.folder / "account.sqlite3")
    (account.folder / "heads" / "latest").unlink()
    accounts.use(account.folder)


def copied(file: Path, to: Path) -> Path:
    """Copy an account's file by SQLite's own means, which harm nobody who has either of them open."""
    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(to)) as target:
        source.backup(target)
    return to


class QuietFiles(http.server.SimpleHTTPRequestHandler):
    """Files, served without a word."""

    def log_message(self, *_words: object) -> None:
        """Say nothing."""


@pytest.fixture
def mirror(url: str, tmp_path: Path) -> Iterator[Callable[[], str]]:
    """A second server: what the account publishes at a moment, taken over HTTP and served from files as it was."""
    root = tmp_path / "mirror"
    handler = functools.partial(QuietFiles, directory=str(root))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()

        def take() -> str:
            """Take what is published now."""
            head = notes.parse_checkpoint(
                fetched(url, "checkpoint").decode().split("\n\n")[0] + "\n"
            )
            paths = [tiles.path_of(*one) for one in tiles.tiles_of(head.size)]
            for path in ("checkpoint", "key", *paths):
                file = root / "log" / path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(fetched(url, path))
            return f"http://127.0.0.1:{server.server_port}"

        yield take
        server.shutdown()
        serving.join()


def fetched(url: str, path: str) -> bytes:
    """Return what an account publishes."""
    with urllib.request.urlopen(f"{url}/log/{path}", timeout=20) as answer:
        content: bytes = answer.read()
        return content


@pytest.mark.skipif(bool(URL), reason="puts an older copy of the account's file back")
def test_two_servers_with_one_key_and_two_pasts_raise_the_alarm(
    account: House, url: str, mirror: Callable[[], str], tmp_path: Path
) -> None:
    live(account, 0, 2)
    older = copied(account.folder / "account.sqlite3", tmp_path / "older")
    live(account, 2, 6)
    second = mirror()
    assert look(second, tmp_path)["before"] is None
    assert look(url, tmp_path)["size"], "a second address of the same past is no alarm"
    go_back(account, older)
    # As long as the past that was kept: a head of equal size, and then a longer one.
    live(account, 20, 24)
    assert (
        notes.open_checkpoint(kept_head(tmp_path, second), keyed(second)).size == tree.settle().size
    )
    other = tmp_path / "another witness"
    look(second, other)
    for _time in range(2):
        with pytest.raises(Alarm) as alarm:
            look(url, other)
        assert alarm.value.code == "WIT-8"
        assert second in alarm.value.sentence()
    with pytest.raises(Alarm) as alarm:
        look(url, tmp_path)
    assert alarm.value.code == "WIT-4"
    # The head that contradicts is kept as well, signed: that is what proves the alarm to others.
    evidence = max(other.glob("witness/*/*/alarm-*"))
    assert notes.open_checkpoint(evidence.read_text("utf-8"), keyed(url)).size == tree.settle().size
    # Whoever looks at the shorter one after the longer learns of it too, as soon as the shorter has grown, or the longer is looked at.
    live(account, 24, 30)
    last = tmp_path / "a third witness"
    look(url, last)
    look(second, last)
    with pytest.raises(Alarm) as alarm:
        look(url, last)
    assert alarm.value.code == "WIT-8"


def keyed(url: str) -> dict[str, notes.Ed25519PublicKey]:
    """Return the key that an address shows."""
    name, key = notes.parse_public_key(fetched(url, "key").decode())
    return {name: key}


def kept_head(where: Path, url: str) -> str:
    """Return the head that a witness keeps of an address."""
    (found,) = [one for one in where.glob("witness/*/url") if one.read_text("utf-8").strip() == url]
    return next(found.parent.glob("*/latest")).read_text("utf-8")


@pytest.mark.skipif(bool(URL), reason="puts an older copy of the account's file back")
def test_the_head_on_paper_is_a_witness(account: House, url: str, tmp_path: Path) -> None:
    live(account, 0, 2)
    older = copied(account.folder / "account.sqlite3", tmp_path / "older")
    live(account, 2, 4)
    note = tree.settle().note
    scanned, typed = tmp_path / "scanned", tmp_path / "typed"
    scanned.write_text(note, "utf-8")
    _origin, size, root = note.split("\n")[:3]
    typed.write_text(
        f"{size}\n" + " ".join(root[at : at + 4] for at in range(0, len(root), 4)), "utf-8"
    )
    live(account, 4, 9)
    for paper in (scanned, typed):
        assert look(url, tmp_path, printed=paper)["size"] > int(size)
    go_back(account, older)
    live(account, 20, 29)
    fresh = tmp_path / "has kept nothing yet"
    for paper in (scanned, typed):
        with pytest.raises(Alarm) as alarm:
            look(url, fresh, printed=paper)
        assert alarm.value.code == "WIT-9"
    scrawl = tmp_path / "scrawl"
    for wrong in (
        "",
        "12",
        "x y",
        f"{size} {root[:20]}",
        f"-1 {root}",
        note.replace(root, root[::-1]),
    ):
        scrawl.write_text(wrong, "utf-8")
        with pytest.raises(Refused) as refused:
            look(url, fresh, printed=scrawl)
        assert refused.value.code == "WIT-7", wrong
    with pytest.raises(Refused) as refused:
        look(url, fresh, printed=tmp_path / "nowhere")
    assert refused.value.code == "WIT-7"


def test_a_kept_head_that_can_t_be_read_is_said(account: House, url: str, tmp_path: Path) -> None:
    live(account, 0, 2)
    Path(look(url, tmp_path)["kept"]).write_text("half a he", "utf-8")
    with pytest.raises(Refused) as refused:
        look(url, tmp_path)
    assert refused.value.code == "WIT-7"


def test_an_account_with_an_authority_of_its_own_is_watched(account: House, tmp_path: Path) -> None:
    """A second process watches over HTTPS: with the authority's file, as /ca/ gives it or as it lies here, and not without."""
    live(account, 0, 2)
    made = certificates.make("127.0.0.1")
    held = certificates.authority()
    assert held is not None
    given = tmp_path / "mingbai.crt"
    given.write_bytes(held.public_bytes(certificates.Encoding.DER))
    with make_server("127.0.0.1", 0, get_wsgi_application(), handler_class=Quiet) as server:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(made["cert"], made["key"])
        server.socket = context.wrap_socket(server.socket, server_side=True)
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        address = f"https://127.0.0.1:{server.server_port}"

        def watched(*words: str) -> tuple[int, dict[str, object]]:
            command = [sys.executable, "-m", "mingbai", "witness", address, *words]
            done = subprocess.run(
                [*command, "--data", str(tmp_path / "watched")], capture_output=True, text=True
            )
            return done.returncode, json.loads(done.stdout)

        try:
            code, said = watched()
            assert (code, said["code"]) == (2, "WIT-1")
            for file in (given, account.folder / "tls" / "authority.pem"):
                code, said = watched("--authority", str(file))
                assert (code, said.get("size")) == (0, tree.settle().size)
            for wrong in (tmp_path / "nowhere", Path(__file__)):
                code, said = watched("--authority", str(wrong))
                assert (code, said["code"]) == (2, "WIT-7")
        finally:
            server.shutdown()
            serving.join()


def test_a_new_key_and_a_new_origin_are_told_once(account: House, url: str, tmp_path: Path) -> None:
    live(account, 0, 3)
    look(url, tmp_path)
    key_care.rotate("log")
    with pytest.raises(Alarm) as alarm:
        look(url, tmp_path)
    assert alarm.value.code == "WIT-6"
    assert look(url, tmp_path)["before"] is not None


def test_an_address_that_is_no_account_is_refused(url: str, tmp_path: Path) -> None:
    for wrong in (url + "/nowhere", "file:///etc/passwd", "http://127.0.0.1:9"):
        with pytest.raises(Refused) as refused:
            look(wrong, tmp_path)
        assert refused.value.code in ("WIT-1", "WIT-5")
