"""Derived tables: how each is computed anew, so that verify can compare."""

from collections.abc import Callable, Iterator

from mingbai.kernel.rows import Store

CHECKS: dict[str, Callable[[Store], Iterator[str]]] = {}


def derived(
    *tables: str,
) -> Callable[[Callable[[Store], Iterator[str]]], Callable[[Store], Iterator[str]]]:
    """Register a function `(store) -> keys that differ` for derived tables; the first one names the fault."""

    def register(function: Callable[[Store], Iterator[str]]) -> Callable[[Store], Iterator[str]]:
        for table in tables:
            CHECKS[table] = function
        return function

    return register
