"""Django's entry for this package."""

from django.apps import AppConfig


class Flows(AppConfig):
    """Name the package to Django."""

    name = "mingbai.flows"
    label = "flows"
