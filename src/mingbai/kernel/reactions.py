"""Reactions: what follows when an act is done, told in one table of the floor above; the kernel only calls it.

`with`: another command in the same transaction, both or neither. `item`: an open item for another desk. `after`: long work
whose job row is written in the same transaction. A reaction acts as the house, and names the act as its cause.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal

How = Literal["with", "item", "after"]


@dataclass(frozen=True)
class Reaction:
    """After this command is done, run that; `make(acting, ask, answer)` says with what, or nothing when there is nothing to do.

    What is for acts that are `alone` does not follow an act of a chunk, which can run no other: there the work comes `after`.
    """

    after: str
    how: How
    run: str
    make: Callable[[Any, Any, Any], dict[str, Any] | None]
    alone: bool = False


REACTIONS: dict[str, list[Reaction]] = {}


def register(table: Iterable[Reaction]) -> None:
    """Register the table of what follows from what."""
    for reaction in table:
        REACTIONS.setdefault(reaction.after, []).append(reaction)
