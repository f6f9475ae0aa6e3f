"""Django's entry for this package."""

from django.apps import AppConfig


class Supplies(AppConfig):
    """Name the package to Django."""

    name = "mingbai.domains.supplies"
    label = "supplies"
