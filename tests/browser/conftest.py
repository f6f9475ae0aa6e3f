"""A real server on real files, and a real browser."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
import uuid
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from playwright.sync_api import sync_playwright
from psycopg import sql

from tests.browser.gates import Gate
from tests.browser.phones import FLAGS, Phone, Serving
from tests.browser.watching import Served, Watched
from tests.conftest import house_of, required


def own_database() -> dict[str, str]:
    """On PostgreSQL give each server a database of its own: parallel test workers must not share one."""
    url = os.environ.get("MINGBAI_DATABASE_URL")
    if not url:
        return {}
    name = f"house_{uuid.uuid4().hex}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return {"MINGBAI_DATABASE_URL": urlsplit(url)._replace(path=f"/{name}").geturl()}


def start(data: Path) -> tuple[subprocess.Popen, str]:
    """Start the product as a person would, on a free port."""
    log = data / "server.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "mingbai",
                "run",
                "--demo",
                "--data",
                str(data / "account"),
                "--port",
                "0",
            ],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            env={**os.environ, "PYTHONWARNINGS": "default"} | own_database(),
        )
    for _attempt in range(2400):
        if process.poll() is not None:
            raise RuntimeError(log.read_text("utf-8"))
        if found := re.search(r"http://127\.0\.0\.1:\d+", log.read_text("utf-8")):
            try:
                urllib.request.urlopen(found[0] + "/api/health", timeout=2).close()
            except OSError:  # not yet, or slow: the machine may be busy
                pass
            else:
                return process, found[0]
        time.sleep(0.05)
    process.kill()
    raise RuntimeError(log.read_text("utf-8"))


@pytest.fixture(scope="session")
def house(tmp_path_factory):
    folder = tmp_path_factory.mktemp("house")
    process, url = start(folder)
    told = json.loads((folder / "account" / "demo.json").read_text("utf-8"))
    yield Served(url, told["logins"][0]["password"], folder)
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(timeout=60)
    except subprocess.TimeoutExpired:
        process.kill()


@pytest.fixture(scope="session")
def player():
    """Playwright's one loop for every test of this process: a second one in the same thread is refused."""
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def chromium():
    """Where the browser is; without one its tests are skipped, loudly."""
    at = (
        os.environ.get("MINGBAI_CHROMIUM")
        or shutil.which("chromium")
        or shutil.which("google-chrome")
    )
    if at is None:
        (pytest.fail if required("chromium") else pytest.skip)(
            "SKIPPED: no Chromium (apt-get install chromium)."
        )
    return at


@pytest.fixture(scope="session")
def browser(player, chromium):
    browser = player.chromium.launch(executable_path=chromium, args=FLAGS)
    yield browser
    browser.close()


@pytest.fixture
def phone(browser):
    watched = Watched(
        browser,
        viewport={"width": 390, "height": 844},
        has_touch=True,
        is_mobile=True,
        locale="zh-CN",
        device_scale_factor=2,
    )
    yield watched
    watched.context.close()


@pytest.fixture
def desk(browser):
    watched = Watched(browser, viewport={"width": 1280, "height": 800}, locale="en")
    yield watched
    watched.context.close()


@pytest.fixture(scope="module")
def served(templates, tmp_path_factory):
    """A real account of this process, served over HTTPS under a name that is not this machine's."""
    for house in house_of("real", templates, tmp_path_factory.mktemp("served") / "account"):
        found = Serving(house)
        yield found
        found.stop()


@pytest.fixture(scope="module")
def gate(served):
    """A gate of the served account, with a guard and passes."""
    return Gate(served.house)


@pytest.fixture
def phones(served, browser, tmp_path):
    """Make phones that can reach the served account."""
    made = []

    def make(name: str = "phone", **profile) -> Phone:
        phone = Phone(browser.browser_type, tmp_path / name, served.url, served.flags(), **profile)
        made.append(phone)
        return phone

    yield make
    for phone in made:
        phone.close()
