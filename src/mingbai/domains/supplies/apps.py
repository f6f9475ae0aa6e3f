"""Django's entry for the supplies desk."""

from mingbai.kernel.desks import DeskConfig


class Supplies(DeskConfig):
    """Name the package to Django."""

    default = True
    name = "mingbai.domains.supplies"
    label = "supplies"
