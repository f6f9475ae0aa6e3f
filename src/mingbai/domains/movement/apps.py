"""Django's entry for the movement desk."""

from importlib import import_module, util

from django.apps import AppConfig


class Movement(AppConfig):
    """Name the package to Django."""

    name = "mingbai.domains.movement"
    label = "movement"

    def ready(self) -> None:
        """Register the desk's rules, commands and queries."""
        for module in ("rules", "commands", "queries"):
            if util.find_spec(f"mingbai.domains.movement.{module}"):
                import_module(f"mingbai.domains.movement.{module}")
