"""Stories: the demo accounts, told through real commands by invented people at real places."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from mingbai.flows.stories.matou import tell_matou
from mingbai.kernel.turn import to_disk_at_the_end

STORIES: dict[str, Callable[[Path], dict[str, Any]]] = {"matou": tell_matou}


def tell(story: str, where: Path) -> dict[str, Any]:
    """Tell a story into a new account; return its sign-in names."""
    with to_disk_at_the_end():
        return STORIES[story](where)


__all__ = ["STORIES", "tell"]
