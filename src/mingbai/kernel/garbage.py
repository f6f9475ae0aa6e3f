"""Garbage: many rows may be made without looking for what is no longer used among them each time."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def growing() -> Iterator[None]:
    """Let many rows be made without looking for garbage among them: not each time, and not once more when they are made.

    What was made meanwhile counts as old from here on, as if it had been looked through: else the next object that anybody
    makes has all of it walked, a sixth of what reading a workbook costs.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.freeze()
            gc.unfreeze()
            gc.enable()
