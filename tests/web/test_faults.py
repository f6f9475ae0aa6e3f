"""A fault of ours carries a number that the log knows; what was asked is said to nobody."""

import logging
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from mingbai.kernel.guard import door
from mingbai.kernel.rows import Store
from tests.conftest import VILLAGE, House
from tests.web.test_pages import signed_in

NUMBER = re.compile(r"E-[2-9A-Z]{4}-[2-9A-Z]{2}")
SECRET = "ABCDEFGH23456789ABCDEFGH23"


def test_a_fault_of_ours_carries_the_number_of_the_log(
    account: House, caplog: pytest.LogCaptureFixture
) -> None:
    with door():
        for table in ("supplies_line", "kernel_link", "kernel_point"):
            Store().run(f'ALTER TABLE "{table}" RENAME TO "gone_{table}"')
    browser = Client(raise_request_exception=False)
    for address in (
        f"/places/{VILLAGE}/",
        f"/slip/{SECRET}/",
        f"/api/places/points?place={VILLAGE}",
    ):
        caplog.clear()
        with caplog.at_level(logging.ERROR, logger="mingbai.errors"):
            answered = browser.get(address)
        assert answered.status_code == 500, address
        said = NUMBER.search(answered.content.decode())
        assert said is not None, address
        assert said[0] in caplog.text, address
        assert SECRET not in "".join(record.getMessage() for record in caplog.records)
        assert "Traceback" not in answered.content.decode()


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (None, "Load the page again in a minute."),
        ({"request_id": "x"}, "what you typed is still there"),
        ({"request_id": "x", "file": "table"}, "choose the file again"),
        ({}, "Go back and try once more in a minute."),
    ],
)
def test_what_is_said_to_be_left_is_left(
    account: House, asked: dict[str, str] | None, said: str
) -> None:
    keeper = signed_in(account, "keeper", account.person("陆秀芬", "keeper"))
    keeper.raise_request_exception = False
    keeper.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    with door():
        Store().run('ALTER TABLE "kernel_mandate" RENAME TO "gone_mandate"')
    if asked and "file" in asked:
        asked = asked | {"file": SimpleUploadedFile("table.csv", b"1,2")}  # type: ignore[dict-item]
    address = "/do/places/add_point/"
    answered = keeper.get("/ask/places/points/") if asked is None else keeper.post(address, asked)
    page = answered.content.decode()
    assert answered.status_code == 500, page
    assert said in page
    others = {"Load the page again", "is still there", "choose the file again", "Go back and try"}
    assert sum(other in page for other in others) == 1
