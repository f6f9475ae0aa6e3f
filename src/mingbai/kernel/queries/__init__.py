"""The kernel's own queries: places, people, mandates, goods, open items, and the journal itself."""

from mingbai.kernel.queries import account, devices, items, jobs, journal, people, places

__all__ = ["account", "devices", "items", "jobs", "journal", "people", "places"]
