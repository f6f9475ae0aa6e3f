"""Django's entry for this package."""

from importlib import import_module

from django.apps import AppConfig


class Flows(AppConfig):
    """Name the package to Django."""

    name = "mingbai.flows"
    label = "flows"

    def ready(self) -> None:
        """Register what needs two desks: imports as long work, and what follows from what."""
        for module in ("imports", "registers", "held", "gate_path", "reactions"):
            import_module(f"mingbai.flows.{module}")
