"""Django's entry for this package."""

from django.apps import AppConfig


class Web(AppConfig):
    """Name the package to Django."""

    name = "mingbai.web"
    label = "web"
