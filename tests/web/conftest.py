"""The village's store, for pages that need one."""

from tests.supplies.conftest import village

__all__ = ["village"]
