"""Limits: how often one sender may do what anyone may do; counted in the running database, never for everyone."""

import hashlib
import time

from django.core.cache import cache

from mingbai.kernel.refusals import TooOften

HOUR = 3600


def check(what: str, per_hour: int) -> None:
    """ACC-8 不抢不挤: one sender does a public thing so many times an hour, and others are not held up by it."""
    window = int(time.time()) // HOUR
    name = "limit/" + hashlib.sha256(f"{what}/{window}".encode()).hexdigest()
    cache.add(name, 0, HOUR)
    if cache.incr(name) > per_hour:
        raise TooOften("ACC-8", seconds=HOUR - int(time.time()) % HOUR)
