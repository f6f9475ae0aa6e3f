"""A certificate that ends is told of in time: from its last day on no phone reaches the account."""

import datetime as dt
import time

import pytest
from django.test import Client

from mingbai.kernel import certificates
from mingbai.kernel.refusals import Refused
from mingbai.kernel.said import said_day
from tests.conftest import House
from tests.web.test_pages import signed_in

DAY = 86400


def moved(monkeypatch: pytest.MonkeyPatch, days: float) -> None:
    """Set the machine's clock."""
    there = time.time() + days * DAY
    monkeypatch.setattr(time, "time", lambda: there)


def test_a_certificate_that_ends_is_said_in_time_and_made_anew_under_the_same_authority(
    account: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = certificates.make("mingbai.lan")
    monkeypatch.setenv(certificates.SERVED, made["cert"])
    english = {"accept-language": "en"}
    for days, said in ((0, False), (360, False), (370, True), (400, True)):
        moved(monkeypatch, days)
        told = certificates.served_ends_soon()
        assert (told is not None) is said, days
        if told is not None:
            assert (
                told.code == "TLS-2"
                and said_day(dt.date.fromisoformat(made["until"])) in told.sentence()
            )
        monkeypatch.undo()
        monkeypatch.setenv(certificates.SERVED, made["cert"])
    moved(monkeypatch, 370)
    client = signed_in(account, "guard", account.person("崔守望", "guard"))
    assert "no phone reaches the account" in client.get("/hat/", headers=english).content.decode()
    assert "no phone reaches" not in Client().get("/", headers=english).content.decode()
    again = certificates.make("mingbai.lan")
    assert again["fingerprint"] == made["fingerprint"], "no phone has to install anything again"
    assert certificates.served_ends_soon() is None


def test_a_file_that_is_no_certificate_is_refused(account: House) -> None:
    with pytest.raises(Refused, match="TLS-1"):
        certificates.make("not a name")
