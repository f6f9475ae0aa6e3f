"""A child: the house in a process that may be killed. It loads the house once and forks for each order."""

import json
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mingbai.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.db import Error, connections  # noqa: E402

from mingbai.kernel import backup, jobs  # noqa: E402
from mingbai.kernel.account import migrate, open_account, use  # noqa: E402
from mingbai.kernel.identity import uuid7  # noqa: E402
from mingbai.kernel.journal.tree import settle  # noqa: E402
from mingbai.kernel.perform import perform  # noqa: E402
from mingbai.kernel.refusals import Refused  # noqa: E402


def say(**line: Any) -> None:
    """Say one line, in one piece."""
    os.write(1, (json.dumps(line) + "\n").encode())


def die() -> None:
    """Die at once, as by kill -9."""
    os.kill(os.getpid(), signal.SIGKILL)


class Steps:
    """Count every statement on the account, every commit and every wait for the disk; die at a chosen one."""

    def __init__(self, die_at: int | None) -> None:
        self.count = 0
        self.die_at = die_at

    def step(self) -> None:
        """Take one step."""
        self.count += 1
        if self.count == self.die_at:
            die()

    def around(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Make a step before a function and one after it."""

        def stepping(*args: Any, **options: Any) -> Any:
            self.step()
            found = function(*args, **options)
            self.step()
            return found

        return stepping

    def watch(self) -> None:
        """Watch this process."""
        connection = connections["default"]
        connection.ensure_connection()
        connection.execute_wrappers.append(self.statement)
        connection.commit = self.around(connection.commit)
        for name in ("fsync", "fdatasync", "replace"):
            setattr(os, name, self.around(getattr(os, name)))

    def statement(self, execute: Callable[..., Any], *args: Any) -> Any:
        """Make a step before a statement."""
        self.step()
        return execute(*args)


def once(order: dict[str, Any]) -> None:
    """Do one command, or number and seal; die at the chosen step, or say how many steps there were."""
    steps = Steps(order.get("die_at"))
    steps.watch()
    if order["what"] == "settle":
        sealed = settle()
        say(steps=steps.count, sealed=sealed.size if sealed else 0)
    else:
        attempt(order["what"], order["ask"], UUID(order["request"]))
        say(steps=steps.count)


def goes_on(order: dict[str, Any]) -> None:
    """Go on with long work, so many rows a step; die at the chosen step of the process, or say how many there were."""
    jobs.STEP = order["rows"]
    steps = Steps(order.get("die_at"))
    steps.watch()
    say(ended=jobs.go_on(UUID(order["job"])), steps=steps.count)


def loop(order: dict[str, Any]) -> None:
    """Write until killed: say each request before it is sent, and once it is acknowledged."""
    for number in range(1_000_000):
        request = uuid7()
        say(sends=str(request))
        attempt(order["what"], order["ask"], request)
        if number % order["settle_every"] == order["settle_every"] - 1:
            settle()


def crowd(order: dict[str, Any]) -> None:
    """Let several processes with several threads each act again and again at the same time."""
    begins = time.time() + 0.5
    members = iter(range(order["processes"] * order["threads"]))
    children = []
    for _process in range(order["processes"]):
        here = [next(members) for _thread in range(order["threads"])]
        if not (child := os.fork()):
            threads = [
                threading.Thread(target=member, args=(order, number, begins)) for number in here
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            os._exit(0)
        children.append(child)
    for child in children:
        os.waitpid(child, 0)


def member(order: dict[str, Any], number: int, begins: float) -> None:
    """Be one of a crowd."""
    time.sleep(max(0, begins - time.time()))
    name, ask = order["acts"][number % len(order["acts"])]
    for _time in range(order["times"]):
        attempt(name, ask, uuid7())
        if order.get("settle"):
            settle()
    for connection in connections.all():
        connection.close()


def sealer(order: dict[str, Any]) -> None:
    """Number and seal; wait a while before the head is kept outside the database, as a slow disk would let one wait."""
    replace = os.replace

    def slowly(*args: Any, **options: Any) -> None:
        say(waits=True)
        time.sleep(order["seconds"])
        replace(*args, **options)

    os.replace = slowly  # type: ignore[assignment]
    sealed = settle()
    say(sealed=sealed.size)


def twice(order: dict[str, Any]) -> None:
    """Write, wait until a file appears, and write again in the same process."""
    first, second = order["acts"]
    attempt(*first, uuid7())
    while not Path(order["until"]).exists():
        time.sleep(0.01)
    attempt(*second, uuid7())


def migrated(order: dict[str, Any]) -> None:
    """Migrate with migrations that this program does not have yet; die at the chosen step."""
    sys.path.insert(0, order["path"])
    settings.MIGRATION_MODULES = {"kernel": order["module"]}
    Steps(order["die_at"]).watch()
    migrate()


def attempt(name: str, ask: dict[str, Any], request: UUID) -> None:
    """Do a command and say what came of it."""
    began = time.monotonic()
    try:
        receipt = perform(name, ask, request_id=request)
        came = {"done": str(request), "leaf": receipt.leaf, "already": receipt.already}
    except Refused as refused:
        came = {"refused": refused.code, "sentence": refused.sentence(), "request": str(request)}
    except (Error, OSError, AssertionError) as fault:
        came = {
            "fault": f"{type(fault).__module__}.{type(fault).__name__}: {fault}",
            "request": str(request),
            "trace": traceback.format_exc(limit=-4),
        }
    say(**came, seconds=round(time.monotonic() - began, 4))


def counted(order: dict[str, Any]) -> None:
    """Back up or restore; die at the chosen touch of the file system."""
    if order["what"] == "none":
        return
    if order.get("database"):
        for alias in ("default", "running"):
            if connections.settings[alias]["ENGINE"].endswith("postgresql"):
                connections.settings[alias]["NAME"] = order["database"]
                connections[alias].settings_dict["NAME"] = order["database"]
    use(Path(order["folder"]))
    left = order["die_at"]

    def touch(event: str, _arguments: tuple[Any, ...]) -> None:
        nonlocal left
        if event in TOUCHES:
            if not left:
                die()
            left -= 1

    sys.addaudithook(touch)
    if order["what"] == "backup":
        backup.backup(Path(order["file"]))
    else:
        backup.restore(Path(order["file"]), order["sheet"])


TOUCHES = {
    "open",
    "os.rename",
    "os.remove",
    "os.mkdir",
    "os.chmod",
    "shutil.rmtree",
    "sqlite3.connect",
}
ORDERS = {
    "counted": counted,
    "goes_on": goes_on,
    "once": once,
    "loop": loop,
    "crowd": crowd,
    "sealer": sealer,
    "twice": twice,
    "migrated": migrated,
}


def main(folder: Path) -> None:
    """Open the account, then carry out orders, each in a process of its own."""
    open_account(folder)
    for connection in connections.all():
        connection.close()
    say(ready=True)
    for line in sys.stdin:
        order = json.loads(line)
        if not (child := os.fork()):
            say(process=os.getpid())
            try:
                ORDERS[order["order"]](order)
            except BaseException:
                traceback.print_exc()
                os._exit(70)
            os._exit(0)
        _child, status = os.waitpid(child, 0)
        say(gone=os.waitstatus_to_exitcode(status))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
