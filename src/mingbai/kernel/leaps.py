"""Leaps of the clock: what is deleted by its date waits for a week after the machine's clock leapt ahead.

What was deleted does not come back when somebody sets the clock right. A machine that was off for a month leaps too: it then
deletes a week later than it might, and loses nothing by it.
"""

import datetime as dt
import json
from pathlib import Path

from mingbai.kernel.clock import machine_now
from mingbai.kernel.folder import folder, write_safely
from mingbai.kernel.moment import is_story, last_recorded
from mingbai.kernel.rows import Store

LEAP = dt.timedelta(days=3)
FURTHER = dt.timedelta(days=31)  # than this: it leapt once more, while it was waited after a leap
WAIT = dt.timedelta(days=7)
NOTED = dt.timedelta(hours=1)


def _path() -> Path:
    return folder() / "clock"


def _noted() -> tuple[dt.datetime, dt.datetime | None] | None:
    """Return where the clock last stood, and when it leapt there if erasing waits since; nothing when none was noted."""
    try:
        told = json.loads(_path().read_text("ascii"))
        seen, leapt = dt.datetime.fromisoformat(told["seen"]), told["leapt"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return seen, dt.datetime.fromisoformat(leapt) if leapt else None


def look() -> None:
    """Note where the machine's clock stands, and whether it leapt ahead since it was last looked at.

    A machine that runs one day a week leaps each week: it would never delete if every leap began the wait anew.
    """
    now, noted = machine_now(), _noted()
    seen, leapt = noted or (last_recorded(Store()) or now, None)
    since = leapt
    if now - seen > (LEAP if leapt is None else FURTHER):
        since = now
    elif leapt is not None and not leapt <= now < leapt + WAIT:
        since = None  # the week is over, or the clock was set back
    if noted is None or since != leapt or abs(now - seen) >= NOTED:
        told = {"seen": now.isoformat(), "leapt": since.isoformat() if since else None}
        write_safely(_path(), json.dumps(told).encode("ascii"))


def waits_until() -> dt.datetime | None:
    """Return until when nothing is deleted by its date, if the clock leapt; a story's clock leaps as its story goes."""
    noted = _noted()
    if noted is None or noted[1] is None or is_story(Store()):
        return None
    return noted[1] + WAIT


def moment_to_erase_by(store: Store, now: dt.datetime) -> dt.datetime | None:
    """Return by which moment what is over is deleted; none while that waits.

    The account's own moment never goes back, so after a clock that had run ahead it is the machine's that counts.
    """
    if is_story(store):
        return now
    return None if waits_until() else min(now, machine_now())
