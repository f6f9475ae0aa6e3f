"""The demo's sign-ins and links, which only a story account has."""

import json
from pathlib import Path
from typing import Any


def told(where: Path) -> dict[str, Any] | None:
    """Return what a story tells its visitor, or nothing."""
    path = where / "demo.json"
    if not path.exists():
        return None
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found
