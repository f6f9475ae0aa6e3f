"""Django's entry for the movement desk."""

from mingbai.kernel.desks import DeskConfig


class Movement(DeskConfig):
    """Name the package to Django."""

    default = True
    name = "mingbai.domains.movement"
    label = "movement"
