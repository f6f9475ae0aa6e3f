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
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright
from psycopg import sql

from tests.browser.phones import FLAGS, Phone, Serving
from tests.conftest import house_of, required


@dataclass
class Served:
    """A demo that is being served."""

    url: str
    password: str
    folder: Path


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
        process.wait(timeout=15)
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


class Watched:
    """A page that remembers every console error and every CSP violation."""

    def __init__(self, browser, **profile):
        self.context = browser.new_context(**profile)
        self.page = self.context.new_page()
        self.faults = []
        self.page.on("console", lambda m: self.faults.append(m.text) if m.type == "error" else None)
        self.page.on("pageerror", lambda e: self.faults.append(str(e)))

    def until(self, expression: str, seconds: float = 10):
        """Poll: wait_for_function evaluates a string in the page, which the CSP forbids."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.page.evaluate(expression):
                return
            time.sleep(0.05)
        raise AssertionError(f"never true: {expression}; {self.faults}")

    def sign_in(self, served: Served, name: str) -> None:
        """Sign in as somebody of the demo."""
        self.page.goto(served.url + "/sign-in/")
        self.page.fill("#u", name)
        self.page.fill("#p", served.password)
        self.page.click("form .btn--wide")
        self.page.wait_for_url("**/home/")

    def serious(self):
        found = Axe().run(self.page).response["violations"]
        return [
            (v["id"], v["impact"], [n["html"][:120] for n in v["nodes"]])
            for v in found
            if v["impact"] in {"serious", "critical"}
        ]

    def fits(self):
        return self.page.evaluate(
            "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
        )


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
