"""The kernel's own queries: places, people, mandates, goods, open items, and the journal itself."""

from mingbai.kernel.queries import (
    account,
    attachments,
    classes,
    devices,
    firms,
    items,
    jobs,
    journal,
    people,
    places,
    policy,
    posts,
    rights,
    standing,
    works,
)

__all__ = [
    "account",
    "attachments",
    "classes",
    "devices",
    "firms",
    "items",
    "jobs",
    "journal",
    "people",
    "places",
    "policy",
    "posts",
    "rights",
    "standing",
    "works",
]
