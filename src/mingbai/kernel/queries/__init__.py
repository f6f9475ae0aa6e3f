"""The kernel's own queries: places, people, mandates, goods, open items, and the journal itself."""

from mingbai.kernel.queries import (
    account,
    attachments,
    devices,
    firms,
    posts,
    items,
    jobs,
    journal,
    people,
    places,
    policy,
    rights,
)

__all__ = [
    "posts",
    "firms",
    "account",
    "attachments",
    "devices",
    "items",
    "jobs",
    "journal",
    "people",
    "places",
    "policy",
    "rights",
]
