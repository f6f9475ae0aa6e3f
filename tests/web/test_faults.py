"""A fault of ours carries a number that the log knows; what was asked is said to nobody."""

import logging
import re

import pytest
from django.test import Client

from mingbai.kernel.guard import door
from mingbai.kernel.rows import Store
from tests.conftest import VILLAGE, House

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
