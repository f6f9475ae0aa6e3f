"""Phones for the tests: real browsers with a profile of their own, at an account served over HTTPS under a name of its own."""

import base64
import hashlib
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
from contextlib import nullcontext
from http.client import HTTPSConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.db import connections

from mingbai.kernel import certificates
from mingbai.kernel.acting import link_digest
from mingbai.kernel.actors import Actor
from mingbai.kernel.identity import random_link
from mingbai.kernel.models import Device, Mandate
from tests.browser.watching import PATIENCE
from tests.conftest import URL, VILLAGE, House

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--lang=en",
]
NAME = "mingbai.lan"
MODULES = "/static/mingbai/field/"


class Serving:
    """An account of this process that another serves; it can be killed and started again on the same port."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.port = free_port()
        self.url = f"https://{NAME}:{self.port}"
        certificates.make(NAME)
        self.cert, self.key = certificates.paths(NAME)
        self.log = house.folder.parent / f"server-{self.port}.log"
        self.process: subprocess.Popen[bytes] | None = None
        self.environment = {**os.environ, "PYTHONWARNINGS": "default"}
        if URL:
            name = connections["default"].settings_dict["NAME"]
            where = urlsplit(URL)._replace(path=f"/{name}").geturl()
            self.environment["MINGBAI_DATABASE_URL"] = where
        self.start()

    def start(self) -> None:
        """Serve the account; return when it answers."""
        with self.log.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "mingbai", "run", "--data", str(self.house.folder)]
                + ["--port", str(self.port), "--cert", str(self.cert), "--key", str(self.key)],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                env=self.environment,
                start_new_session=True,
            )
        for _attempt in range(1200):
            assert self.process.poll() is None, self.log.read_text("utf-8")
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
            except OSError:
                time.sleep(0.05)
            else:
                return
        raise AssertionError(self.log.read_text("utf-8"))

    def kill(self) -> None:
        """Kill the server and its workers as a machine does that loses its power."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(timeout=PATIENCE)

    def stop(self) -> None:
        """Stop the server."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(timeout=PATIENCE)
            except subprocess.TimeoutExpired:
                self.kill()

    def post(self, path: str, body: bytes) -> bytes:
        """Send something to the account as a browser of this name would; return its answer."""
        context = ssl.create_default_context(cafile=str(self.house.folder / "tls/authority.pem"))
        raw = socket.create_connection(("127.0.0.1", self.port), PATIENCE)
        connection = HTTPSConnection(NAME, self.port, timeout=PATIENCE)
        connection.sock = context.wrap_socket(raw, server_hostname=NAME)
        connection.request("POST", path, body, {"Content-Type": "application/json"})
        answer = connection.getresponse().read()
        connection.close()
        return answer

    def flags(self) -> list[str]:
        """Return what lets a browser find this account by its name and trust its certificate alone."""
        chain = x509.load_pem_x509_certificates(Path(self.cert).read_bytes())
        keys = [
            base64.b64encode(
                hashlib.sha256(
                    one.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
                ).digest()
            ).decode()
            for one in chain
        ]
        return [
            f"--host-resolver-rules=MAP {NAME} 127.0.0.1",
            f"--ignore-certificate-errors-spki-list={','.join(keys)}",
        ]


def free_port() -> int:
    """Return a port that nobody listens at."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


class Phone:
    """The field app on a phone of its own, whose browser can be killed and opened again."""

    def __init__(self, chromium: Any, folder: Path, url: str, flags: list[str], **profile: Any):
        self.chromium, self.folder, self.url, self.flags = chromium, folder, url, flags
        self.profile = profile
        self.faults: list[str] = []
        self.taps = 0
        self.device = ""
        self.open()

    def open(self, offline: bool = False) -> None:
        """Open the phone's browser."""
        profile = {
            "viewport": {"width": 390, "height": 844},
            "has_touch": True,
            "is_mobile": True,
            "locale": "zh-CN",
        }
        self.context = self.chromium.launch_persistent_context(
            str(self.folder),
            executable_path=os.environ.get("MINGBAI_CHROMIUM") or shutil.which("chromium"),
            args=[*FLAGS, *self.flags],
            offline=offline,
            **(profile | self.profile),
        )
        self.context.set_default_timeout(PATIENCE * 1000)
        self.page = self.context.pages[0] if self.context.pages else self.context.new_page()
        self.watch(self.page)

    def watch(self, page: Any) -> None:
        """Remember what goes wrong, but for the network that is not there."""
        page.on("pageerror", lambda fault: self.faults.append(str(fault)))
        page.on(
            "console",
            lambda said: (
                self.faults.append(said.text)
                if said.type == "error"
                and "net::" not in said.text
                and "status of" not in said.text
                else None
            ),
        )

    def until(self, expression: str, seconds: float = PATIENCE) -> None:
        """Wait until something is true on the page."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.page.evaluate(expression):
                return
            time.sleep(0.05)
        raise AssertionError(
            f"never true: {expression}; {self.faults}; {self.page.inner_text('#main')[:300]}"
        )

    def goto(self, more: str = "") -> None:
        """Open the app."""
        self.page.goto(f"{self.url}/field/{more}", wait_until="domcontentloaded")

    def ready(self) -> None:
        """Wait until the app stands and is kept for a day without a network."""
        self.until("document.documentElement.dataset.ready === 'yes'")
        self.until("document.documentElement.dataset.kept === 'yes'")

    def showing(self) -> str:
        """Return which part of the app is open."""
        return str(self.page.evaluate("document.getElementById('app').dataset.showing || ''"))

    def shows(self, part: str) -> None:
        """Wait until a part of the app is open."""
        self.until(f"document.getElementById('app').dataset.showing === '{part}'")

    def tap(self, selector: str) -> None:
        """Tap something, and count it."""
        self.taps += 1
        self.page.tap(selector)

    def call(self, module: str, body: str, argument: Any = None) -> Any:
        """Run a few words of script with one of the app's own modules as `it`."""
        return self.page.evaluate(
            f"async (given) => {{ const it = await import('{MODULES}{module}.js'); {body} }}",
            argument,
        )

    def waiting(self) -> int:
        """Return how many records wait in the phone's store."""
        return int(self.call("vault", "return it.count('queue');"))

    def log(self) -> list[dict[str, Any]]:
        """Return the lines that the phone shows of what was saved."""
        return list(self.call("vault", "return it.all('log');"))

    def sync(self) -> None:
        """Let the app look for its account now."""
        self.page.evaluate("window.dispatchEvent(new Event('online'))")

    def drained(self, seconds: float = PATIENCE) -> None:
        """Wait until nothing waits any more."""
        end = time.monotonic() + seconds
        while self.waiting():
            assert time.monotonic() < end, (self.waiting(), self.faults)
            self.sync()
            time.sleep(0.2)

    def offline(self, gone: bool = True) -> None:
        """Take the network away, or give it back."""
        self.context.set_offline(gone)

    def kill(self) -> None:
        """Kill the browser as a phone does that runs out of battery; return when nothing of it is left."""
        for process in self.processes(b"--type="):
            os.kill(process, signal.SIGKILL)
        end = time.monotonic() + PATIENCE
        while self.processes():
            assert time.monotonic() < end, "the browser does not go"
            time.sleep(0.05)

    def processes(self, but: bytes | None = None) -> list[int]:
        """Return the processes of the browser, but for those with a word in their command line."""
        found = []
        for process in Path("/proc").iterdir():
            if process.name.isdigit():
                try:
                    line = (process / "cmdline").read_bytes()
                except OSError:
                    continue
                ours = f"--user-data-dir={self.folder}".encode() in line.split(b"\0")
                if ours and (but is None or but not in line):
                    found.append(int(process.name))
        return found

    def close(self) -> None:
        """Close the browser."""
        self.context.close()


def enrol(
    phone: Phone, house: House, person: Actor, place: str = VILLAGE, standing: bool = False
) -> None:
    """Enrol a phone for somebody, as the desk does; the page on the desk's side has a test of its own.

    Where the app's page is `standing` already, the code changes its address alone.
    """
    token = random_link()
    mandate = Mandate.objects.filter(person=person.person).order_by("id")[0]
    invited = {"place": place, "mandate": mandate.id, "label": "旧手机"}
    house.do("devices.invite", invited | {"token_digest": link_digest(token)})
    with phone.page.expect_event("load") if standing else nullcontext():
        phone.goto("#" + token)
    phone.until("document.getElementById('spoken').textContent.length > 3")
    device = phone.call("vault", "return it.get('device');")
    assert Device.objects.filter(id=UUID(device)).exists()
    house.do("devices.confirm", {"place": place, "device": device})
    phone.device = device
    phone.ready()


def text_of(pattern: str, text: str) -> str:
    """Return the first group of a pattern that must be there."""
    found = re.search(pattern, text)
    assert found, text
    return found[1]
