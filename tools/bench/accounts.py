"""Accounts for the benchmarks: a real one with the places of a county and a store that holds a lot."""

import os
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mingbai.settings")
django.setup()

from mingbai.kernel import account  # noqa: E402
from mingbai.kernel.journal.tree import settle  # noqa: E402
from mingbai.kernel.perform import perform  # noqa: E402
from mingbai.kernel.setting_up import load_places  # noqa: E402

TOWN, VILLAGE = "110112106000", "110112106224"
HOUSEHOLDS = 240
FOLDER = Path(os.environ["MINGBAI_DATA"]) / "account"
MASK = {"code": "mask", "name_zh": "一次性口罩", "name_en": "masks", "base_unit": "只"}


def household(number: int) -> str:
    """Return the number of a household."""
    return f"{number % HOUSEHOLDS + 1:03d}"


def issue(number: int = 0, quantity: int = 1) -> dict[str, object]:
    """Return an ask for goods out: a transfer of two legs, from the store to a household."""
    return {
        "place": VILLAGE,
        "item": "mask",
        "quantity": quantity,
        "unit": "只",
        "recipient": household(number),
    }


def receive(quantity: int) -> dict[str, object]:
    """Return an ask for goods in."""
    return {
        "place": VILLAGE,
        "item": "mask",
        "quantity": quantity,
        "unit": "只",
        "origin_kind": "allocation",
        "origin": "区里",
    }


def make(quantity: int = 10_000_000) -> Path:
    """Make an account whose village has households and a full store."""
    account.birth(FOLDER, name="bench")
    account.open_account(FOLDER)
    load_places(TOWN)
    perform("goods.add_goods", {"place": VILLAGE, **MASK})
    for number in range(HOUSEHOLDS):
        perform("people.add_household", {"place": VILLAGE, "code": household(number)})
    perform("supplies.receive_goods", receive(quantity))
    settle()
    return FOLDER
