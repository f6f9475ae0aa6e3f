"""What a browser keeps: on a village's one phone, whoever comes next reads nothing of whoever signed out."""

import logging
import re

from django.test import Client

from tests.conftest import VILLAGE
from tests.web.test_pages import clients, served

__all__ = ["clients", "served"]

PRIVATE = ("/home/", "/people/", "/store/", f"/ask/people/people/?place={VILLAGE}", "/hat/")
SECRET = "ABCDEFGH23456789ABCDEFGH23"


def test_no_browser_keeps_a_private_page(clients: dict[str, Client]) -> None:
    for path in (*PRIVATE, "/", f"/places/{VILLAGE}/"):
        answered = clients["keeper"].get(path)
        assert answered.status_code == 200, path
        assert answered.headers["Cache-Control"] == "no-store", path
    for path in (f"/slip/{SECRET}/", "/check/?code=1", f"/api/places/points?place={VILLAGE}"):
        assert clients["anyone"].get(path).headers["Cache-Control"] == "no-store", path
    assert "Cache-Control" not in Client().get(f"/places/{VILLAGE}/").headers


def test_a_form_is_kept_until_the_sign_out(clients: dict[str, Client]) -> None:
    # The same id is sent again when somebody goes back because a poor network swallowed the answer.
    answered = clients["keeper"].get("/store/out/?item=mask")
    assert answered.headers["Cache-Control"] == "private, no-cache"
    assert "Cookie" in answered.headers["Vary"]
    signed_out = clients["overseer"].post("/sign-out/")
    assert signed_out.headers["Clear-Site-Data"] == '"cache"'
    assert clients["overseer"].get("/home/").status_code == 302


def test_a_form_without_its_seal_writes_no_code_into_the_log(clients: dict[str, Client]) -> None:
    strict = Client(enforce_csrf_checks=True)
    heard: list[str] = []
    listening = logging.Handler()
    listening.emit = lambda record: heard.append(record.getMessage())  # type: ignore[method-assign]
    logging.getLogger().addHandler(listening)
    try:
        assert strict.post(f"/slip/{SECRET}/mine/", {"text": "x"}).status_code == 403
        assert strict.get("/", headers={"host": f"a {SECRET}"}).status_code == 400
    finally:
        logging.getLogger().removeHandler(listening)
    assert not re.search(SECRET, "".join(heard))
