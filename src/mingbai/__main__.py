"""Run the command line as `python -m mingbai`."""

from mingbai.cli import safety
from mingbai.cli.main import app

__all__ = ["app", "safety"]

if __name__ == "__main__":
    app(prog_name="mingbai")
