"""The kernel's own commands: places, people, organisations, mandates, goods, open items, and the account itself."""

from mingbai.kernel import key_care, maintenance, receipt_links
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
    "key_care",
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
