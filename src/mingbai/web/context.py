"""What every page shows: the seal line, who has signed in as what, and the band of a story."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from mingbai.kernel.models import Mandate
from mingbai.kernel.perform import answer
from mingbai.kernel.queries.places import name_of_place
from mingbai.kernel.words import ROLE_TITLES, Role
from mingbai.kernel.worker import silent_for
from mingbai.web.people import hat_of, login_of

DEAD_AFTER = 60


def place_name(code: str) -> str:
    """Return how people call a place."""
    return name_of_place(code)


def described(hat: Mandate | None) -> dict[str, str] | None:
    """Return an office in words."""
    if hat is None:
        return None
    return {
        "id": hat.id.hex,
        "role": hat.role,
        "title": str(ROLE_TITLES[Role(hat.role)]),
        "capacity": hat.capacity,
        "place": hat.place,
        "place_name": place_name(hat.place),
    }


def every_page(request: HttpRequest) -> dict[str, Any]:
    """Return what every page shows; each part is looked up only when a page asks for it."""
    return {
        "account": SimpleLazyObject(lambda: answer("account.state", {})),
        "hat": SimpleLazyObject(lambda: described(hat_of(request)) or {}),
        "signed": SimpleLazyObject(lambda: login_of(request) is not None),
        "worker_silent": SimpleLazyObject(lambda: (silent_for() or 0) > DEAD_AFTER),
    }
