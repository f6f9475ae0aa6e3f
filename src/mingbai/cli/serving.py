"""Serving: two web workers and the one that numbers, seals and does what is due."""

import os
import signal
import subprocess
import sys
import threading

from django.db import connections
from granian.constants import Interfaces
from granian.server import Server

from mingbai.kernel.folder import folder
from mingbai.kernel.worker import work


def serve_account(host: str, port: int) -> None:
    """Serve until told to stop; the worker is a process of its own that ends with this one."""
    for connection in connections.all():
        connection.close()
    environment = {**os.environ, "MINGBAI_DATA": str(folder()), "MINGBAI_PARENT": str(os.getpid())}
    os.environ["MINGBAI_DATA"] = str(folder())
    worker = subprocess.Popen(
        [sys.executable, "-m", "mingbai.cli.working"], env=environment, stdin=subprocess.DEVNULL
    )
    sys.stderr.write(f"明白 Mingbai: http://{host}:{port}\n")
    sys.stderr.flush()
    server = Server(
        "mingbai.web.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=2,
        blocking_threads=2,
        workers_kill_timeout=10,
        respawn_failed_workers=True,
        log_access=False,
        log_level="warning",  # type: ignore[arg-type]
    )
    try:
        server.serve()
    finally:
        worker.send_signal(signal.SIGTERM)
        worker.wait(timeout=15)


def run_worker() -> None:
    """Work until told to stop."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    work(stop)
