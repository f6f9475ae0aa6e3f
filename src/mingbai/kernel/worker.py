"""The worker: numbers and seals what was accepted, and does what falls due; each due act may run twice."""

import datetime as dt
import logging
import threading

from django.core.cache import cache
from django.db import close_old_connections

from mingbai.kernel.clock import machine_now
from mingbai.kernel.jobs import work_on
from mingbai.kernel.journal.tree import Stopped, settle
from mingbai.kernel.moment import now as moment_now
from mingbai.kernel.refusals import Refused
from mingbai.kernel.registry import REGISTRY
from mingbai.kernel.rows import Store
from mingbai.kernel.turn import NoRoom, room

PAUSE = 0.5
PERIODS = {"minute": 60, "hour": 3600, "day": 86400}
LOG = logging.getLogger("mingbai.worker")
HEARTBEAT = "worker/heartbeat"


def work_once(last: dict[str, dt.datetime]) -> None:
    """Number, seal, and do what is due."""
    try:
        settle()
    except Stopped as stopped:
        LOG.error("The sealer stopped. %s", stopped)
    work_on()
    now = machine_now()
    for every, seconds in PERIODS.items():
        if every not in last or now - last[every] >= dt.timedelta(seconds=seconds):
            last[every] = now
            run_due(every)
    cache.set(HEARTBEAT, now.timestamp(), None)


def run_due(every: str) -> None:
    """Do what falls due this often."""
    moment = moment_now(Store())
    for period, function in REGISTRY.due:
        if period == every:
            try:
                function(moment)
            except Refused as refused:
                LOG.error("%s was refused: %s", function.__name__, refused)


def work(stop: threading.Event) -> None:
    """Work until told to stop."""
    last: dict[str, dt.datetime] = {}
    while not stop.is_set():
        try:
            with room():
                work_once(last)
        except NoRoom as full:
            # The heartbeat stays away, so every desk sees it; the work goes on when there is room again.
            LOG.error("%s", full.sentence())
        close_old_connections()
        stop.wait(PAUSE)


def silent_for() -> float | None:
    """Return for how many seconds the worker has not been heard of; nothing when it never was."""
    beat = cache.get(HEARTBEAT)
    return None if beat is None else machine_now().timestamp() - float(beat)
