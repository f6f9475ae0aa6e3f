"""Pins: write constraints.txt from what is installed, or check that what is installed is what it says.

python tools/pins.py write | check
"""

import re
import sys
from importlib.metadata import distributions
from pathlib import Path

FILE = Path(__file__).resolve().parent.parent / "constraints.txt"
OURS = {"mingbai", "pip", "setuptools", "wheel"}
LINE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*==[A-Za-z0-9.+!]+")


def plain(name: str) -> str:
    """Return the normal form of a distribution's name."""
    return re.sub(r"[-_.]+", "-", name).lower()


def installed() -> dict[str, str]:
    """Return every distribution here but our own."""
    found = {plain(d.metadata["Name"]): d.version for d in distributions()}
    return {name: version for name, version in found.items() if name not in OURS}


def faults() -> list[str]:
    """Return each difference between the file and this environment."""
    lines = [
        line for line in FILE.read_text("utf-8").splitlines() if line and not line.startswith("#")
    ]
    wrong = [f"not a plain pin: {line}" for line in lines if not LINE.fullmatch(line)]
    pinned = dict(line.split("==") for line in lines if LINE.fullmatch(line))
    for name, version in sorted(installed().items()):
        if pinned.get(name) != version:
            wrong.append(f"{name}: installed {version}, pinned {pinned.get(name, 'nowhere')}")
    return wrong


if __name__ == "__main__":
    if sys.argv[1] == "write":
        head = "# Every package we were tested with. Written by tools/pins.py write.\n"
        FILE.write_text(
            head + "".join(f"{n}=={v}\n" for n, v in sorted(installed().items())), "utf-8"
        )
    elif found := faults():
        sys.exit("\n".join(found))
