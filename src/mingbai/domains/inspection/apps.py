"""Django's entry for the inspection desk."""

from mingbai.kernel.desks import DeskConfig


class Inspection(DeskConfig):
    """Name the package to Django."""

    default = True
    name = "mingbai.domains.inspection"
    label = "inspection"
