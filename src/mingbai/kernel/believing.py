"""When the machine's clock is believed: nothing is erased by date while it may run ahead, for nothing brings that back.

A clock is believed when it goes on from where it was last seen: by as much as the machine ran, or by at most a week while
nobody looked. After any other step nothing is erased by date until it has gone on evenly for a day, in which every page says
so to whoever signed in. Looked at are the machine's own clock and what it says of its running time, never the account's
entries: once a wrong clock has written an entry, the account's own moment stands ahead too.
"""

import datetime as dt
import json
import time
from dataclasses import dataclass
from pathlib import Path

from mingbai.kernel.clock import machine_now, parse_stamp, stamp
from mingbai.kernel.folder import folder, write_safely
from mingbai.kernel.moment import is_story, last_recorded
from mingbai.kernel.moment import now as moment_now
from mingbai.kernel.rows import Store

UNSEEN_MOST = dt.timedelta(days=7)
DRIFT_MOST = dt.timedelta(minutes=10)
EVEN_FOR = dt.timedelta(days=1)
WRITTEN_EVERY = dt.timedelta(minutes=10)
# A laptop that sleeps counts on.
RUNNING_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
HERE: dict[Path, tuple[dt.datetime, float]] = {}


@dataclass(frozen=True)
class Seen:
    """When the clock was last looked at, and since when it has gone on evenly after a step, if it made one."""

    at: dt.datetime
    stepped: dt.datetime | None

    @property
    def waits_until(self) -> dt.datetime | None:
        """Return until when nothing is erased by date, while that is so."""
        until = self.stepped + EVEN_FOR if self.stepped else None
        return until if until and machine_now() < until else None


def kept() -> Path:
    """Return the file that says when the clock was last looked at; it belongs to the machine, so no backup holds it."""
    return folder() / "clock"


def last_seen() -> Seen | None:
    """Return what was seen of the clock, by whichever process looked."""
    try:
        held = json.loads(kept().read_text("ascii"))
        return Seen(
            parse_stamp(held["at"]), parse_stamp(held["stepped"]) if held["stepped"] else None
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def look(store: Store) -> Seen:
    """Look at the clock, and note whether it goes on from where it was last seen."""
    now, running = machine_now(), time.clock_gettime(RUNNING_CLOCK)
    held = last_seen()
    before = held or Seen(last_recorded(store) or now, None)
    if (here := HERE.get(folder())) is not None and held is not None:
        ran = dt.timedelta(seconds=running - here[1])
        even = abs(now - here[0] - ran) <= DRIFT_MOST
    else:
        even = -DRIFT_MOST <= now - before.at <= UNSEEN_MOST
    HERE[folder()] = now, running
    seen = Seen(now, before.stepped if even else now)
    if held is None or not even or now - held.at >= WRITTEN_EVERY:
        told = {"at": stamp(now), "stepped": stamp(seen.stepped) if seen.stepped else None}
        write_safely(kept(), json.dumps(told).encode(), 0o644)
    return seen


def erasing_moment(store: Store) -> dt.datetime | None:
    """Return the moment on which erasing by date counts; none while the clock is not believed."""
    if is_story(store):
        return moment_now(store)
    return None if look(store).waits_until else min(moment_now(store), machine_now())
