"""Serving: two web workers and the one that numbers, seals and does what is due."""

import os
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import connections
from granian.constants import Interfaces
from granian.server import Server

from mingbai.kernel.certificates import SERVED
from mingbai.kernel.folder import folder
from mingbai.kernel.worker import expect, work


@dataclass(frozen=True)
class Way:
    """Where and how an account is served."""

    host: str
    port: int
    cert: Path | None = None
    key: Path | None = None
    proxy: str | None = None

    @property
    def secure(self) -> bool:
        """Tell whether people reach it over HTTPS."""
        return self.cert is not None or self.proxy is not None


def serve_account(way: Way) -> None:
    """Serve until told to stop; the worker is a process of its own that ends with this one."""
    # For a worker that starts from nothing, and for one that is forked from here.
    os.environ["MINGBAI_HTTPS"] = "1" if way.secure else "0"
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = way.secure
    settings.LANGUAGE_COOKIE_SECURE = way.secure
    if way.cert:
        os.environ[SERVED] = str(way.cert.absolute())
    if way.proxy:
        os.environ["MINGBAI_PROXY"] = way.proxy
    expect()
    for connection in connections.all():
        connection.close()
    environment = {**os.environ, "MINGBAI_DATA": str(folder()), "MINGBAI_PARENT": str(os.getpid())}
    os.environ["MINGBAI_DATA"] = str(folder())
    worker = subprocess.Popen(
        [sys.executable, "-m", "mingbai.cli.working"], env=environment, stdin=subprocess.DEVNULL
    )
    sys.stderr.write(f"明白 Mingbai: {'https' if way.cert else 'http'}://{way.host}:{way.port}\n")
    sys.stderr.flush()
    server = Server(
        "mingbai.web.rsgi:application",
        address=way.host,
        port=way.port,
        ssl_cert=way.cert,
        ssl_key=way.key,
        interface=Interfaces.RSGI,
        workers=2,
        workers_kill_timeout=10,
        respawn_failed_workers=True,
        log_access=False,
        log_level="warning",  # type: ignore[arg-type]
    )
    try:
        server.serve()
    finally:
        worker.send_signal(signal.SIGTERM)
        try:
            worker.wait(timeout=15)
        except subprocess.TimeoutExpired:
            # Whatever it is in the middle of is undone, or done again by the next one.
            worker.kill()


def run_worker() -> None:
    """Work until told to stop."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    work(stop)
