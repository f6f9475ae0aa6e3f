"""A real account in a folder of its own for every test: copied from one that was made once, on either database."""

import datetime as dt
import os
import shutil
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import django
import psycopg
import pytest
from psycopg import sql

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mingbai.settings")
os.environ.setdefault("MINGBAI_DATA", "/nonexistent/mingbai-tests-open-their-own-account")
# Playwright keeps an event loop in the thread of its tests, and Django would refuse the next test there.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
django.setup()

from django.conf import settings
from django.db import connections
from django.utils import translation

from mingbai.kernel import account as accounts
from mingbai.kernel.actors import OPERATOR, Actor
from mingbai.kernel.journal import tree
from mingbai.kernel.journal.verify import verify
from mingbai.kernel.perform import Receipt, answer, perform
from mingbai.kernel.setting_up import load_places
from mingbai.kernel.words import Via

TONGZHOU, TOWN, VILLAGE, NEIGHBOUR = "110112000000", "110112106000", "110112106224", "110112106208"
# What people choose as a password is guessed by nobody here; the served accounts of the browser tests hash as the product does.
settings.PASSWORD_HASHERS = ["tests.hashing.OneRound"]
URL = os.environ.get("MINGBAI_DATABASE_URL")
IN_MEMORY = "%2Fdev%2Fshm" in (URL or "")
SHARED = Path(__file__).resolve().parent.parent.parent / "shared" / "data"


def required(what: str) -> bool:
    """Tell whether this run must not skip what needs something."""
    return what in os.environ.get("MINGBAI_REQUIRE", "").split(",")


def shared(name: str) -> Path:
    """Return a file of the shared data, or skip, loudly, where it is absent."""
    path = SHARED / name
    if not path.exists():
        (pytest.fail if required("workbooks") else pytest.skip)(f"{path} is not here")
    return path


@dataclass
class House:
    """An account, and a short way to act in it; everything goes through commands."""

    folder: Path
    names: dict[str, Any] = field(default_factory=dict)

    def do(
        self, name: str, ask: dict[str, Any] | None = None, *, as_: Actor = OPERATOR, **context: Any
    ) -> Receipt:
        """Do a command."""
        return perform(name, ask or {}, as_=as_, **context)

    def ask(
        self, name: str, ask: dict[str, Any] | None = None, *, as_: Actor = OPERATOR, **context: Any
    ) -> Any:
        """Ask a query."""
        return answer(name, ask or {}, as_=as_, **context)

    def person(
        self, name: str, role: str | None = None, place: str = VILLAGE, **mandate: Any
    ) -> Actor:
        """Record a person and let them act as a role."""
        person = self.do("people.add_person", {"place": place, "name": name}).result["person"]
        if role:
            self.do(
                "mandates.give",
                {"place": place, "person": person, "role": role, "capacity": role, **mandate},
            )
        return Actor(person=uuid.UUID(person), via=Via.API)

    def settle(self) -> Any:
        """Number and seal what waits."""
        return tree.settle()

    def faults(self) -> list[str]:
        """Verify everything; return what is wrong."""
        return [str(fault) for fault in verify()[0]]


def close() -> None:
    """Close this thread's connections."""
    for connection in connections.all():
        connection.close()


def database(name: str, template: str | None = None) -> None:
    """Make a PostgreSQL database and turn to it."""
    assert URL
    with psycopg.connect(URL, autocommit=True) as connection:
        copied = (
            sql.SQL(" TEMPLATE {}").format(sql.Identifier(template)) if template else sql.SQL("")
        )
        # Where files lie in memory, copying them takes half the time of writing each page into the log.
        if template and IN_MEMORY and connection.info.server_version >= 150_000:
            copied += sql.SQL(" STRATEGY FILE_COPY")
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)) + copied)
    turn_to(name)


def turn_to(name: str) -> None:
    """Turn this process to a PostgreSQL database."""
    close()
    for alias in ("default", "running"):
        connections.settings[alias]["NAME"] = name
        connections[alias].settings_dict["NAME"] = name


def drop(name: str) -> None:
    """Drop a PostgreSQL database."""
    assert URL
    close()
    with psycopg.connect(URL, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, tuple[Path, str]]]:
    """Make an account of each kind once."""
    made: dict[str, tuple[Path, str]] = {}
    for kind in ("real", "story"):
        where = tmp_path_factory.mktemp("template") / kind
        name = f"template_{uuid.uuid4().hex}"
        if URL:
            database(name)
        story_now = dt.datetime(2020, 1, 27, 0, 0, tzinfo=dt.UTC) if kind == "story" else None
        accounts.birth(where, name="马头村", kind=kind, story_now=story_now)
        load_places(TOWN)
        tree.settle()
        if not URL:
            for alias in ("default", "running"):
                with connections[alias].cursor() as cursor:
                    cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        close()
        made[kind] = (where, name)
    yield made
    if URL:
        for _where, name in made.values():
            drop(name)


def house_of(kind: str, templates: dict[str, tuple[Path, str]], where: Path) -> Iterator[House]:
    """Copy an account and turn to it."""
    source, name = templates[kind]
    shutil.copytree(source, where)
    copy = f"house_{uuid.uuid4().hex}"
    if URL:
        database(copy, name)
    accounts.use(where)
    settings.SECRET_KEY = "for tests"
    yield House(where)
    close()
    if URL:
        drop(copy)


@pytest.fixture(autouse=True)
def language() -> Iterator[None]:
    """Leave no language behind: a page that was asked for in this process stays in that of whoever asked."""
    yield
    translation.deactivate()


@pytest.fixture
def account(templates: dict[str, tuple[Path, str]], tmp_path: Path) -> Iterator[House]:
    """An empty real account with the places of Tongzhou."""
    yield from house_of("real", templates, tmp_path / "account")


@pytest.fixture
def story(templates: dict[str, tuple[Path, str]], tmp_path: Path) -> Iterator[House]:
    """An empty story account whose clock stands at the end of January 2020."""
    yield from house_of("story", templates, tmp_path / "account")


@pytest.fixture
def keeper(account: House) -> Actor:
    """The keeper of the village's store."""
    return account.person("陆秀芬", "keeper")


@pytest.fixture
def overseer(account: House) -> Actor:
    """The overseer of the village."""
    return account.person("米岚", "overseer", VILLAGE)


@pytest.fixture
def desk(account: House) -> Actor:
    """The town's desk."""
    return account.person("郎致远", "desk", TOWN)
