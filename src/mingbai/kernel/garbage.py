"""Garbage: many rows may be made without looking for what is no longer used among them each time."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

MANY = 500_000  # objects: two hundred megabytes, where each is one of a row
_came, _least = 0, 0


@contextmanager
def growing() -> Iterator[None]:
    """Let many rows be made without looking for garbage among them: not each time, and not once more when they are made.

    What was made meanwhile counts as old from here on, as if it had been looked through: else the next object that anybody
    makes has all of it walked, a sixth of what reading a workbook costs. But Python hardly ever looks through what is old,
    and a fault that was caught holds all that its traceback saw: so that is done here when far more is there than was.
    """
    global _came
    was_on = gc.isenabled()
    if was_on and _came > MANY:
        _came = 0
        look_through()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            _came += gc.get_count()[0]
            gc.freeze()
            gc.unfreeze()
            gc.enable()


def look_through() -> None:
    """Look for garbage if far more is there than there was at the least; most of what comes goes again by itself."""
    global _least
    there = counted()
    if _least and there > _least + MANY:
        gc.collect()
        there = counted()
    _least = min(_least or there, there)


def counted() -> int:
    """Return how many objects there are that may hold others."""
    gc.freeze()
    there = gc.get_freeze_count()
    gc.unfreeze()
    return there
