"""Kernel (底座): places, people, the journal, the one way to write, and what every desk shares."""
