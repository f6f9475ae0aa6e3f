"""Mingbai 明白: an account anyone can read, fed once from the front line, that nobody can quietly change."""
