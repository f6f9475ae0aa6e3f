"""Compile the words while the wheel is built, so that no one needs the gettext binary."""

import sys
from pathlib import Path

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

sys.path.insert(0, str(Path(__file__).resolve().parent / "tools"))


class CompileWords(BuildHookInterface):
    """Write every .mo before files are collected; runs for wheels and for editable installs."""

    def initialize(self, version: str, build_data: dict) -> None:
        from words import compile_all

        compile_all()
