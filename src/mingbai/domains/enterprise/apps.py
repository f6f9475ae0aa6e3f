"""Django's entry for the enterprise desk."""

from mingbai.kernel.desks import DeskConfig


class Enterprise(DeskConfig):
    """Name the package to Django."""

    default = True
    name = "mingbai.domains.enterprise"
    label = "enterprise"
