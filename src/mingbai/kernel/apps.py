"""Django's entry for the kernel: register what it offers, and watch every connection."""

from importlib import import_module

from django.apps import AppConfig


class Kernel(AppConfig):
    """Name the package to Django."""

    name = "mingbai.kernel"
    label = "kernel"

    def ready(self) -> None:
        """Register the kernel's own commands and queries, and put the guard on connections."""
        for module in ("commands", "queries"):
            import_module(f"mingbai.kernel.{module}")
        import_module("mingbai.kernel.account").watch()
