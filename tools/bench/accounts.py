"""Accounts for the benchmarks: a real one with the places of a county and a store that holds a lot."""

import os
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mingbai.settings")
django.setup()

from mingbai.kernel import account  # noqa: E402
from mingbai.kernel.journal.tree import settle  # noqa: E402
from mingbai.kernel.models import Place  # noqa: E402
from mingbai.kernel.perform import perform  # noqa: E402
from mingbai.kernel.setting_up import load_places  # noqa: E402

TOWN, VILLAGE = "110112106000", "110112106224"
HOUSEHOLDS, VILLAGES = 240, 20
FOLDER = Path(os.environ["MINGBAI_DATA"]) / "account"
MASK = {"code": "mask", "name_zh": "一次性口罩", "name_en": "masks", "base_unit": "只"}


def household(number: int) -> str:
    """Return the number of a household."""
    return f"{number % (HOUSEHOLDS // VILLAGES) + 1:03d}"


def issue(number: int = 0, place: str = VILLAGE, quantity: int = 1) -> dict[str, object]:
    """Return an ask for goods out: a transfer of two legs, from a store to a household."""
    return {
        "place": place,
        "item": "mask",
        "quantity": quantity,
        "unit": "只",
        "recipient": household(number),
    }


def receive(place: str, quantity: int) -> dict[str, object]:
    """Return an ask for goods in."""
    return {
        "place": place,
        "item": "mask",
        "quantity": quantity,
        "unit": "只",
        "origin_kind": "allocation",
        "origin": "区里",
    }


def make(villages: int = 1) -> list[str]:
    """Make an account whose villages have households and a full store each; return the villages."""
    account.birth(FOLDER, name="bench")
    account.open_account(FOLDER)
    load_places(TOWN)
    perform("goods.add_goods", {"place": VILLAGE, **MASK})
    under = Place.objects.filter(level="village", code__startswith=TOWN[:9]).order_by("code")
    found = [VILLAGE, *(place.code for place in under if place.code != VILLAGE)][:villages]
    for place in found:
        for number in range(HOUSEHOLDS // VILLAGES):
            perform("people.add_household", {"place": place, "code": household(number)})
        perform("supplies.receive_goods", receive(place, 10_000_000))
    settle()
    return found
