"""Run the command line as `python -m mingbai`."""

from mingbai.cli import passes, safety
from mingbai.cli.main import app

__all__ = ["app", "passes", "safety"]

if __name__ == "__main__":
    app(prog_name="mingbai")
