"""Django's entry for the supplies desk."""

from importlib import import_module, util

from django.apps import AppConfig


class Supplies(AppConfig):
    """Name the package to Django."""

    name = "mingbai.domains.supplies"
    label = "supplies"

    def ready(self) -> None:
        """Register the desk's rules, commands and queries."""
        for module in ("rules", "commands", "queries"):
            if util.find_spec(f"mingbai.domains.supplies.{module}"):
                import_module(f"mingbai.domains.supplies.{module}")
