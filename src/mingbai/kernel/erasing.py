"""Erasing: what each desk does when a person is erased; upper floors register themselves here at start."""

from collections.abc import Callable
from uuid import UUID

from mingbai.kernel.acting import Acting

ERASERS: list[Callable[[Acting, UUID], None]] = []


def eraser(function: Callable[[Acting, UUID], None]) -> Callable[[Acting, UUID], None]:
    """Register a function `(acting, person) -> None` that clears what its desk holds about a person."""
    ERASERS.append(function)
    return function
