"""The worker: numbers and seals what was accepted, and does what falls due; each due act may run twice."""

import datetime as dt
import logging
import threading
from collections.abc import Callable
from functools import partial

from django.core.cache import cache
from django.db import close_old_connections, connections

from mingbai.kernel import jobs, leaps
from mingbai.kernel.clock import machine_now
from mingbai.kernel.journal.tree import Stopped, settle
from mingbai.kernel.moment import now as moment_now
from mingbai.kernel.refusals import Refused
from mingbai.kernel.registry import REGISTRY
from mingbai.kernel.rows import Store
from mingbai.kernel.turn import NoRoom, room

PAUSE = 0.5
AFTER_A_FAULT = 5.0
SAID_AGAIN = dt.timedelta(hours=1)
PERIODS = {"minute": 60, "hour": 3600, "day": 86400}
LOG = logging.getLogger("mingbai.worker")
HEARTBEAT = "worker/heartbeat"
SAID: dict[str, dt.datetime] = {}


def work_once(last: dict[str, dt.datetime]) -> None:
    """Number, seal, and do what is due; a sealer or a job that stopped is no heartbeat, so every desk sees it."""
    well = True
    try:
        settle()
    except Stopped as stopped:
        well = False
        say(f"The sealer stopped. {stopped}")
    for job in jobs.waiting():
        well = tried(f"The job {job}", partial(jobs.go_on, job, steps=1)) and well
    now = machine_now()
    for every, seconds in PERIODS.items():
        # A clock that was set back must not put off for a year what is due every minute.
        if every not in last or not 0 <= (now - last[every]).total_seconds() < seconds:
            last[every] = now
            if run_due(every):
                del last[every]
    if well:
        cache.set(HEARTBEAT, now.timestamp(), None)


def run_due(every: str) -> bool:
    """Do what falls due this often, and tell whether any of it is left; what does not work holds up nothing else.

    Nothing is erased by its date while the machine's clock may have run ahead.
    """
    store = Store()
    moment = moment_now(store)
    to_erase_by = None
    if tried("The note of where the clock stands", leaps.look):
        to_erase_by = leaps.moment_to_erase_by(store, moment)
    left: list[object] = []
    for period, function in REGISTRY.due:
        by = to_erase_by if function in REGISTRY.erasing else moment
        if period == every and by is not None:
            tried(function.__name__, partial(heard, left, partial(function, by)))
    return True in left


def heard(told: list[object], do: Callable[[], object]) -> None:
    """Do a piece of work and note what it says."""
    told.append(do())


def tried(what: str, do: Callable[[], object]) -> bool:
    """Do a piece of work and tell whether it worked; what does not is said and holds up nothing else, but for a full disk."""
    try:
        do()
    except NoRoom:
        raise
    except Refused as refused:
        say(f"{what} was refused: {refused}")
    except Exception as fault:
        say(f"{what} did not work: {fault!r}", fault)
    else:
        return True
    return False


def say(text: str, fault: BaseException | None = None) -> None:
    """Write into the log what is wrong: once, and again each hour, for a worker looks twice a second."""
    now = machine_now()
    if text not in SAID or abs(now - SAID[text]) >= SAID_AGAIN:
        SAID[text] = now
        LOG.error("%s", text, exc_info=fault)


def work(stop: threading.Event) -> None:
    """Work until told to stop; after a fault it goes on, and meanwhile the heartbeat stays away, so every desk sees it."""
    last: dict[str, dt.datetime] = {}
    while not stop.is_set():
        pause = PAUSE
        try:
            with room():
                work_once(last)
            close_old_connections()
        except NoRoom as full:
            say(full.sentence())
        except Exception as fault:
            # A database that was started anew, a piece of work that can't be read: none of them may end the worker.
            say(f"The worker's round did not work: {fault!r}", fault)
            connections.close_all()
            pause = AFTER_A_FAULT
        stop.wait(pause)
    connections.close_all()


def expect() -> None:
    """Note that the worker begins now: one that never says anything is missed after a minute too."""
    cache.add(HEARTBEAT, machine_now().timestamp(), None)


def silent_for() -> float | None:
    """Return for how many seconds the worker has not been heard of, whichever way the clock was set meanwhile."""
    beat = cache.get(HEARTBEAT)
    return None if beat is None else abs(machine_now().timestamp() - float(beat))
