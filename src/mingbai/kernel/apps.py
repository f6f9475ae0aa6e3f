"""Django's entry for this package."""

from django.apps import AppConfig


class Kernel(AppConfig):
    """Name the package to Django."""

    name = "mingbai.kernel"
    label = "kernel"
