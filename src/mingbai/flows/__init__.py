"""Flows: what needs two desks, and the one table of what follows from what."""
