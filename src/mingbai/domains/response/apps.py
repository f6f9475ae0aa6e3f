"""Django's entry for the response desk."""

from mingbai.kernel.desks import DeskConfig


class Response(DeskConfig):
    """Name the package to Django."""

    default = True
    name = "mingbai.domains.response"
    label = "response"
