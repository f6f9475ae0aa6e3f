"""The kernel's own commands: places, people, organisations, mandates, goods, open items, and the account itself."""

from mingbai.kernel import maintenance, receipt_links
from mingbai.kernel.commands import (
    account,
    attachments,
    devices,
    erasure,
    goods,
    items,
    jobs,
    mandates,
    measures,
    messages,
    organisations,
    people,
    places,
    policy,
    rights,
    roster,
)

__all__ = [
    "account",
    "attachments",
    "devices",
    "erasure",
    "goods",
    "items",
    "jobs",
    "maintenance",
    "mandates",
    "measures",
    "messages",
    "organisations",
    "people",
    "places",
    "policy",
    "receipt_links",
    "rights",
    "roster",
]
