"""A witness elsewhere keeps heads over real HTTP, and raises the alarm when the past is changed."""

import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from django.core.wsgi import get_wsgi_application
from django.db import connections

from mingbai.kernel import account as accounts
from mingbai.kernel import key_care
from mingbai.kernel.journal import tree
from mingbai.kernel.refusals import Refused
from mingbai.kernel.witness import Alarm, look
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
    with (
        closing(sqlite3.connect(account.folder / "account.sqlite3")) as source,
        closing(sqlite3.connect(tmp_path / "older")) as target,
    ):
        source.backup(target)
    live(account, 2, 6)
    look(url, tmp_path)
    connections["default"].close()
    for name in ("account.sqlite3-wal", "account.sqlite3-shm"):
        (account.folder / name).unlink(missing_ok=True)
    shutil.copy(tmp_path / "older", account.folder / "account.sqlite3")
    (account.folder / "heads" / "latest").unlink()
    accounts.use(account.folder)
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
