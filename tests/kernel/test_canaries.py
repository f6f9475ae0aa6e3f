"""Canaries: what is private in any act stands in no entry, tile, job, contract, log, error or stranger's answer."""

import json
import logging
import re
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from mingbai.kernel.asks import private_names, sealed_names
from mingbai.kernel.journal import receipts
from mingbai.kernel.journal.entries import opened_value
from mingbai.kernel.models import Entry, Organisation, PrivateValue
from mingbai.kernel.registry import REGISTRY
from mingbai.kernel.rows import Store
from tests.conftest import NEIGHBOUR, TOWN, VILLAGE, House, house_of
from tests.filled import fill
from tests.kernel.test_permissions import ask_of, everything
from tests.web.test_api import token_of

SHORTEST = 4  # a shorter word is found anywhere by chance
# Ids and fingerprints that the house made say nothing of anybody.
NAMED_BY_THE_HOUSE = re.compile(r"^[0-9a-f]{8}-|^[0-9a-f]{16,}$|^\d{12}$|^\d{4}-\d\d-\d\d")


class Heard(logging.Handler):
    """Everything that is logged, as it would stand in a file."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []
        self.setFormatter(logging.Formatter("%(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a line, with the trace of a fault."""
        self.lines.append(self.format(record))


@pytest.fixture(scope="module")
def filled(
    templates: dict[str, tuple[Path, str]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[House, Heard]]:
    """An account with something in every table, and what was logged while it was filled."""
    heard, root = Heard(), logging.getLogger()
    level = root.level
    root.addHandler(heard)
    root.setLevel(logging.DEBUG)
    for house in house_of("real", templates, tmp_path_factory.mktemp("canaries") / "account"):
        fill(house)
        house.settle()
        yield house, heard
    root.removeHandler(heard)
    root.setLevel(level)


def texts(value: Any) -> Iterator[str]:
    """Give every text in a value, and every number long enough to be known again."""
    if isinstance(value, dict):
        for one in value.values():
            yield from texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from texts(one)
    elif isinstance(value, str) and len(value) >= SHORTEST and not NAMED_BY_THE_HOUSE.match(value):
        yield value


def canaries() -> set[str]:
    """Return every private text that the account holds."""
    found: set[str] = set()
    for row in PrivateValue.objects.all():
        entry, _between, field = row.id.partition("/")
        found |= set(texts(json.loads(opened_value(UUID(hex=entry), field, bytes(row.value)))))
    # A firm that gave something is named privately beside the gift, and openly in the list of firms.
    return found - set(Organisation.objects.values_list("name", flat=True))


def in_text(names: set[str], text: str) -> list[str]:
    """Return the canaries that stand in a text, also as JSON writes them."""
    return sorted(one for one in names if one in text or json.dumps(one)[1:-1] in text)


def columns(table: str) -> str:
    """Return a table's content as one text."""
    rows = Store().run(f'SELECT * FROM "{table}"').fetchall()
    return "\n".join(str(value) for row in rows for value in row)


def test_no_private_text_is_in_an_entry_a_job_or_a_log(filled: tuple[House, Heard]) -> None:
    _house, heard = filled
    names = canaries()
    assert len(names) > 30
    places = ("journal_entry", "journal_asks", "journal_rows", "journal_leaf", "journal_checkpoint")
    for table in (*places, "journal_request", "kernel_job", "kernel_openitem", "kernel_envelope"):
        assert in_text(names, columns(table)) == [], table
    assert in_text(names, "\n".join(heard.lines)) == []
    assert Entry.objects.count() > 100


def test_what_everyone_may_fetch_holds_no_private_text(filled: tuple[House, Heard]) -> None:
    house, _heard = filled
    names = canaries()
    browser = Client()
    size = house.settle().size
    tiles = [f"/log/tile/0/000{f'.p/{size}' if size < 256 else ''}"]
    done = [f"/done/{entry.id}/" for entry in Entry.objects.all()]
    read = 0
    for address in ["/api/openapi.json", "/log/checkpoint", *tiles, *done, f"/places/{VILLAGE}/"]:
        answered = browser.get(address)
        assert in_text(names, answered.getvalue().decode("utf-8", "replace")) == [], address
        read += answered.status_code == 200
    assert read > len(done), "everything was really read"
    for entry in Entry.objects.all():
        assert in_text(names, repr(receipts.prove(entry.id))) == []


def numbers() -> set[str]:
    """Return every private text that is a number of somebody: a document, a phone; not what another test sent."""
    return {
        one
        for one in canaries()
        if sum(letter.isdigit() for letter in one) >= 9 and not one.startswith("canary-")
    }


def test_no_table_shows_a_strangers_number(filled: tuple[House, Heard]) -> None:
    """Asked as everyone, and as a keeper of another village: no answer holds a document number or a phone."""
    house, _heard = filled
    stranger = house.person("外人", "keeper", NEIGHBOUR)
    header = token_of(house, stranger, "a-strangers-key")
    known = numbers()
    assert len(known) > 3
    asked = 0
    for name, query in everything().items():
        if name not in REGISTRY.queries:
            continue
        for place in (VILLAGE, NEIGHBOUR, TOWN):
            ask = ask_of(query.ask, place=place)
            for headers in ({}, header):
                answered = Client().get(
                    f"/api/{name.replace('.', '/')}",
                    {key: value for key, value in ask.items() if isinstance(value, str)},
                    headers=headers,
                )
                asked += answered.status_code == 200
                assert in_text(known, answered.content.decode()) == [], name
    assert asked > 20


def test_what_is_refused_is_not_said_again(filled: tuple[House, Heard]) -> None:
    """Every command is sent with a canary in every private field: no answer and no log line repeats one."""
    house, heard = filled
    header = token_of(house, house.person("值班", "desk", TOWN), "a-desks-key")
    sent = 0
    for name, command in everything().items():
        hidden = set(private_names(command.ask)) | set(sealed_names(command.ask))
        if name not in REGISTRY.commands or not hidden:
            continue
        ask = json.loads(json.dumps(ask_of(command.ask, place=TOWN), default=str))
        told = {field: f"canary-{uuid.uuid4().hex}" for field in hidden}
        answered = Client().post(
            f"/api/{name.replace('.', '/')}",
            json.dumps(ask | told),
            content_type="application/json",
            headers=header | {"idempotency-key": str(uuid.uuid4())},
        )
        sent += 1
        assert in_text(set(told.values()), answered.content.decode()) == [], name
        assert in_text(set(told.values()), "\n".join(heard.lines)) == [], name
    assert sent > 40
