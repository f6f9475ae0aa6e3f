"""Kills: the tests that kill it, at fifty random moments instead of twelve."""

import os
import subprocess
import sys

from measuring import spending, tell

if __name__ == "__main__":
    with spending() as spent:
        code = subprocess.call(
            [
                sys.executable,
                "-m",
                "pytest",
                "tests/kernel/test_kills.py",
                "-p",
                "no:cacheprovider",
            ],
            env={**os.environ, "MINGBAI_SLOW": "1"},
        )
    tell("kills", f"50 random moments: {'clean' if code == 0 else 'NOT CLEAN'}, {spent.wall:.0f} s")
    sys.exit(code)
