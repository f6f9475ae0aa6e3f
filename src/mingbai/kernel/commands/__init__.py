"""The kernel's own commands: places, people, organisations, mandates, goods, open items, and the account itself."""

from mingbai.kernel import maintenance, receipt_links
from mingbai.kernel.commands import (
    account,
    devices,
    erasure,
    goods,
    items,
    jobs,
    mandates,
    organisations,
    people,
    places,
    roster,
)

__all__ = [
    "account",
    "devices",
    "erasure",
    "goods",
    "items",
    "jobs",
    "maintenance",
    "mandates",
    "organisations",
    "people",
    "places",
    "receipt_links",
    "roster",
]
