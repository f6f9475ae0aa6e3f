"""Run the command line as `python -m mingbai`."""

from mingbai.cli.main import app

if __name__ == "__main__":
    app(prog_name="mingbai")
