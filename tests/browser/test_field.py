"""The field app in a real browser: enrolled face to face, a day without a network, killed, and everything arrives once."""

import os
import shutil
import signal
import time
from pathlib import Path

import pytest

from tests.browser.conftest import FLAGS

RECORDS = 21


class Field:
    """The field app on a phone of its own, whose browser can be killed and opened again."""

    def __init__(self, chromium, folder: Path, served) -> None:
        self.chromium, self.folder, self.served = chromium, folder, served
        self.faults: list[str] = []
        self.open()

    def open(self, offline: bool = False) -> None:
        """Open the phone's browser."""
        self.context = self.chromium.launch_persistent_context(
            str(self.folder),
            executable_path=os.environ.get("MINGBAI_CHROMIUM") or shutil.which("chromium"),
            args=FLAGS,
            viewport={"width": 390, "height": 844},
            has_touch=True,
            is_mobile=True,
            locale="zh-CN",
            offline=offline,
        )
        self.page = self.context.pages[0] if self.context.pages else self.context.new_page()
        self.watch(self.page)

    def watch(self, page) -> None:
        """Remember what goes wrong, but for the network that is not there."""
        page.on("pageerror", lambda fault: self.faults.append(str(fault)))
        page.on(
            "console",
            lambda said: (
                self.faults.append(said.text)
                if said.type == "error" and "net::" not in said.text
                else None
            ),
        )

    def until(self, expression: str, seconds: float = 20) -> None:
        """Wait until something is true on the page."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.page.evaluate(expression):
                return
            time.sleep(0.1)
        raise AssertionError(f"never true: {expression}; {self.faults}")

    def goto(self, more: str = "") -> None:
        """Open the app."""
        self.page.goto(f"{self.served.url}/field/{more}", wait_until="domcontentloaded")

    def ready(self) -> None:
        """Wait until the app stands."""
        self.until("document.documentElement.dataset.ready === 'yes'")

    def give(self, quantity: int, recipient: str = "东口卡点") -> None:
        """Give out masks."""
        self.page.click("[data-goods=mask]")
        self.page.fill("#recipient", recipient)
        self.page.fill("#quantity", str(quantity))
        self.page.click("#give-form .btn--wide")
        self.until("!document.getElementById('desk').hidden")

    def waiting(self) -> int:
        """Return how many records wait in the phone's store."""
        return self.page.evaluate(
            """async () => { const vault = await import('/static/mingbai/field/vault.js');
            return (await vault.all('queue')).length; }"""
        )

    def kill(self) -> None:
        """Kill the browser as a phone does that runs out of battery."""
        for process in Path("/proc").iterdir():
            if process.name.isdigit():
                try:
                    line = (process / "cmdline").read_bytes()
                except OSError:
                    continue
                if f"--user-data-dir={self.folder}".encode() in line and b"--type=" not in line:
                    os.kill(int(process.name), signal.SIGKILL)
        time.sleep(0.5)

    def close(self) -> None:
        """Close the browser."""
        self.context.close()


@pytest.fixture
def field(house, browser, desk, tmp_path):
    """A keeper's phone, enrolled at the desk's screen."""
    desk.sign_in(house, "keeper")
    desk.page.goto(house.url + "/phones/")
    desk.page.fill("#label", "old phone")
    desk.page.click("button[value=invite]")
    code = desk.page.inner_text("p.code").split("#")[1].strip()
    assert desk.page.locator(".qr svg").count() == 1
    opened = Field(browser.browser_type, tmp_path / "phone", house)
    opened.goto("#" + code)
    opened.until("document.getElementById('spoken').textContent.length > 3")
    spoken = opened.page.inner_text("#spoken").split()
    desk.page.goto(house.url + "/phones/")
    assert len(desk.page.inner_text("p.big-n").split()) == len(spoken) == 4
    assert desk.faults == [] and opened.page.evaluate("location.hash") == ""
    desk.page.click("button[value=confirm]")
    opened.ready()
    opened.until("document.documentElement.dataset.kept === 'yes'")
    yield opened
    opened.close()


def issued(field, house) -> int:
    """Return how much the public account says is in the store of masks, uncut: by the bundle of the phone."""
    bundle = field.page.evaluate(
        """async () => { const vault = await import('/static/mingbai/field/vault.js');
        const sending = await import('/static/mingbai/field/sending.js');
        await sending.refresh(); return vault.get('bundle'); }"""
    )
    return next(one["on_hand"] for one in bundle["store"]["goods"] if one["code"] == "mask")


def test_a_day_without_a_network_and_a_killed_browser(field, house) -> None:
    before = issued(field, house)
    field.context.set_offline(True)
    field.page.reload(wait_until="domcontentloaded")
    field.ready()
    for _ in range(RECORDS):
        field.give(1)
    assert field.waiting() == RECORDS
    assert str(RECORDS) in field.page.inner_text("#waiting")
    kept = field.page.evaluate(
        """async () => { const vault = await import('/static/mingbai/field/vault.js');
        return JSON.stringify([await vault.all('queue'), await vault.all('log')]); }"""
    )
    assert "东口" not in kept, "what was saved can't be read on the phone"
    field.kill()
    field.open(offline=True)
    field.goto()
    field.ready()
    assert field.waiting() == RECORDS
    field.context.set_offline(False)
    field.page.evaluate("window.dispatchEvent(new Event('online'))")
    field.until("document.getElementById('unsent').hidden")
    assert field.waiting() == 0
    assert issued(field, house) == before - RECORDS
    assert field.faults == []


def test_lost_answers_and_two_pages_at_once(field, house) -> None:
    before = issued(field, house)
    lost = 0

    def lose(route):
        nonlocal lost
        if lost < 2:
            lost += 1
            route.fetch()
            route.abort()
        else:
            route.continue_()

    field.context.set_offline(True)
    for _ in range(5):
        field.give(2)
    field.context.route("**/api/sync", lose)
    field.context.set_offline(False)
    other = field.context.new_page()
    field.watch(other)
    other.goto(f"{house.url}/field/", wait_until="domcontentloaded")
    for _ in range(4):
        for page in (field.page, other):
            page.evaluate("window.dispatchEvent(new Event('online'))")
        time.sleep(0.4)
    field.until("document.getElementById('unsent').hidden")
    assert lost == 2 and field.waiting() == 0
    assert issued(field, house) == before - 10


def test_what_the_account_refuses_is_told_on_the_phone(field, house, desk) -> None:
    field.give(900_000)
    field.until("document.getElementById('log').textContent.includes('退回')")
    assert field.waiting() == 0
    desk.page.goto(house.url + "/ask/devices/refused/")
    assert "900000" in desk.page.content()
    text = field.page.inner_text("#log")
    assert "东口" not in text


def test_the_field_app_shuts_nobody_out(field) -> None:
    assert field.page.evaluate(
        "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    )
    field.page.click("[data-goods=mask]")
    assert field.page.evaluate(
        "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    )
    assert field.faults == []
