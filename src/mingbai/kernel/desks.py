"""Django's entry for a desk: what each folder of a desk registers when the house opens."""

from importlib import import_module, util

from django.apps import AppConfig


class DeskConfig(AppConfig):
    """Open a desk: its rules, commands and queries register themselves."""

    default = False

    def ready(self) -> None:
        """Register the desk's words, rules, commands and queries."""
        for module in ("words", "rules", "commands", "queries"):
            if util.find_spec(f"{self.name}.{module}"):
                import_module(f"{self.name}.{module}")
